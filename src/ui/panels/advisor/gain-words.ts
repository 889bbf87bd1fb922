/** A measured gain in words. */
import type { MeasuredGain } from '../../../engine/protocol.ts';
import { formatMeasuredMs, formatPercent, formatTimes } from '../../format.ts';

/** Closer to 1 than this is no difference. */
const SAME = 1.05;

export function gainText({ ratio, isAtLeast }: MeasuredGain): string {
  return `${isAtLeast ? '≥ ' : ''}${formatTimes(ratio)}`;
}

export function gainTone({ ratio }: MeasuredGain): 'good' | 'watch' | 'muted' {
  return ratio >= SAME ? 'good' : ratio <= 1 / SAME ? 'watch' : 'muted';
}

/** `38x to 44x`; empty where nothing was measured twice. */
export function intervalText({ interval: [low, high], pairs }: MeasuredGain): string {
  return pairs < 2 ? '' : `${formatTimes(low)} to ${formatTimes(high)}`;
}

export function gainReason(gain: MeasuredGain): string {
  const { pairs, coverage, isAtLeast, equalRows, beforeMs, afterMs } = gain;
  if (pairs === 0) return `Its plan stays the same, so its time does: ${formatMeasuredMs(beforeMs)}.`;
  const times = `${formatMeasuredMs(beforeMs)} as it is, ${formatMeasuredMs(afterMs)} with all that is advised, on two copies by turns`;
  const sure =
    pairs < 2
      ? 'measured once'
      : `${pairs} pairs; ${formatPercent(coverage)} sure that it lies in ${intervalText(gain)}`;
  const stopped = isAtLeast ? ' As it is it was stopped at its deadline, so it gains at least this.' : '';
  const rows =
    equalRows === null
      ? ' Its rows are not decided by the data alone, so they were not compared.'
      : equalRows
        ? ' Equal rows.'
        : ' The rows differ: do not apply this.';
  return `${times}, ${sure}.${stopped}${rows}`;
}

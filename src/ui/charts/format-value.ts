/** How a value of a chart is written, by unit: in full for the readout, without repetition for the axis. */
import { formatBytes, formatCompact, formatMs, formatPercent, formatRate, threeDigits } from '../format.ts';
import type { Unit } from './series.ts';

const WRITERS = {
  ms: formatMs,
  ratio: formatPercent,
  perS: formatRate,
  count: (value) => formatCompact(value),
  bytes: formatBytes,
  s: (value) => formatMs(value === null || value === undefined ? value : value * 1000),
} as const satisfies Record<Unit, (value: number | null | undefined) => string>;

/** A value with its unit; a dash where nothing was measured. */
export function formatValue(value: number | null | undefined, unit: Unit): string {
  return WRITERS[unit](value);
}

/** What stands once at the top of a y axis. */
export const UNIT_TITLES = {
  ms: 'milliseconds',
  ratio: 'per cent',
  perS: 'per second',
  count: 'count',
  bytes: 'bytes',
  s: 'seconds',
} as const satisfies Record<Unit, string>;

/** Tick labels of a y axis: the unit stands beside the axis, so ticks are bare numbers (but bytes, whose step varies). */
export function formatTick(value: number, unit: Unit): string {
  if (unit === 'bytes') return formatBytes(value);
  if (unit === 'ratio') return threeDigits(value * 100);
  return formatCompact(value).replace(' ', '');
}

/** Seconds since the start of a run: `0:07`, `12:30`. */
export function formatElapsed(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/**
 * Thresholds: any signal above its bound asks for more workers, in proportion to the worst one; all signals under half their
 * bounds allow fewer. Half, because a pool that loses one of two workers doubles the load of the other.
 */
import { signalNames, signalRules, type ScaleSignals, type SignalName } from '../signals.ts';
import type { ScalerSettings } from '../settings.ts';

/** A reading under this share of its bound counts as low. */
const LOW_SHARE = 0.5;

export interface Verdict {
  wish: 'more' | 'fewer' | 'same' | 'no-data';
  /** The worst reading over its bound; 1 is at the bound. */
  pressure: number;
  /** The signal that decided, or null without data. */
  signal: SignalName | null;
}

/** What the readings of this moment ask for. */
export function judge(signals: ScaleSignals, settings: ScalerSettings): Verdict {
  let signal: SignalName | null = null;
  let pressure = 0;
  let mayShrink = true;
  for (const name of signalNames) {
    const value = signals[name];
    if (value === null || Number.isNaN(value)) {
      if (signalRules[name].neededToShrink) mayShrink = false;
      continue;
    }
    const ratio = value / signalRules[name].bound(settings);
    if (signal === null || ratio > pressure) {
      signal = name;
      pressure = ratio;
    }
  }
  if (signal === null) return { wish: 'no-data', pressure: 0, signal };
  if (pressure > 1) return { wish: 'more', pressure, signal };
  return { wish: mayShrink && pressure < LOW_SHARE ? 'fewer' : 'same', pressure, signal };
}

/**
 * What keeps a scaler from overdoing it: at most double at a time, at most a quarter fewer at a time, never outside min and max.
 * Cooldowns count from the moment when the last change took effect, not from its decision: a start that takes longer than
 * the cooldown would otherwise be answered twice.
 */
import type { ScalerSettings } from './settings.ts';

const GROWTH_MAX = 2;
const SHRINK_SHARE = 0.25;

export function clampWorkers(count: number, settings: ScalerSettings): number {
  return Math.min(Math.max(count, settings.minWorkers), settings.maxWorkers);
}

/** How many workers `pressure` (reading over bound, above 1) asks for: proportional, one more at least. */
export function grow(current: number, pressure: number, settings: ScalerSettings): number {
  const wanted = Math.ceil(current * Math.min(pressure, GROWTH_MAX));
  return clampWorkers(Math.max(current + 1, wanted), settings);
}

/** One worker fewer, or a quarter of a large pool. */
export function shrink(current: number, settings: ScalerSettings): number {
  return clampWorkers(current - Math.max(1, Math.floor(current * SHRINK_SHARE)), settings);
}

/** Watches how long things have been so, on the caller's clock. */
export class Cooldown {
  #sinceMs: number | null = null;

  /** Starts at the first `true` and starts over at every `false`. */
  watch(holds: boolean, nowMs: number): void {
    if (!holds) this.#sinceMs = null;
    else this.#sinceMs ??= nowMs;
  }

  restart(nowMs: number): void {
    this.#sinceMs = nowMs;
  }

  /** How long it has held; null when it does not hold. */
  heldMs(nowMs: number): number | null {
    return this.#sinceMs === null ? null : nowMs - this.#sinceMs;
  }
}

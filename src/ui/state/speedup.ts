/** What a hit spared: the measured time of the run that filled the cache, beside the hit's own. */
import type { QueryOutcome, SqlValue } from '../../engine/client.ts';
import { CLOCK_STEP_MS, formatTimes } from '../format.ts';

/** A hit beside the measured run that it spared. */
export interface Speedup {
  executedMs: number;
  hitMs: number;
}

/** Executed times remembered. */
const TIMES_KEPT = 200;

export class ExecutedTimes {
  readonly #byKey = new Map<string, number>();

  /** Keeps the time of an execution; for a hit answers both times, or null when no execution was seen. */
  compare(outcome: QueryOutcome, parameters: readonly SqlValue[]): Speedup | null {
    const key = `${outcome.sql}\u0000${parameters.map((value) => `${typeof value}:${String(value)}`).join()}`;
    if (!outcome.cacheHit) {
      if (this.#byKey.size >= TIMES_KEPT) this.#byKey.clear();
      this.#byKey.set(key, outcome.executionTimeMs);
      return null;
    }
    const executedMs = this.#byKey.get(key);
    return executedMs === undefined ? null : { executedMs, hitMs: outcome.executionTimeMs };
  }

  clear(): void {
    this.#byKey.clear();
  }
}

/** `212x faster`; where the hit was below the clock's step, at least so many times. */
export function speedupText({ executedMs, hitMs }: Speedup): string {
  if (hitMs === 0) {
    if (executedMs <= CLOCK_STEP_MS) return 'both below the clock’s step';
    return `more than ${formatTimes(executedMs / CLOCK_STEP_MS)} faster`;
  }
  const ratio = executedMs / hitMs;
  return ratio >= 1.05 ? `${formatTimes(ratio)} faster` : 'about as fast';
}

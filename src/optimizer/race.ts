/**
 * Two texts timed by turns on the fork, warm and after the page cache was dropped: single samples lie, and a loaded machine slows both
 * alike. Goes on until the interval of the pairwise ratios says whether the gain is worth it, or time is up.
 */
import type { Parameters } from '../database/protocol.ts';
import { confidenceAbove, intervalOf, median } from './interval.ts';
import type { Measurement, Samples, Spread } from './protocol.ts';
import { isDeadline, type Sandbox } from './sandbox.ts';

/** Least gain that is worth another text. */
export const GAIN_MIN = 1.1;
/** As many pairs as an interval of 95 % takes at least; fewer where they are slow. */
const WARM_PAIRS_MIN = 6;
const WARM_PAIRS_MAX = 25;
const COLD_PAIRS = 5;
/** Fewer pairs than this prove nothing, however slow the text. */
const PAIRS_MIN = 2;
/** A slow original is stopped at so many times the rewritten text's time, and counts as that. */
const STOP_AT_RATIO = 20;
const STOP_AT_MS_MIN = 50;
/** A quick text runs several times for one sample: the clock of a page that is not isolated moves in steps of 0.1 ms. */
const SAMPLE_MS_MIN = 1;
const REPEATS_MAX = 20;
/** A clock that stands still must not divide by zero. */
export const RESOLUTION_MS = 0.005;

export interface Race {
  measurement: Measurement;
  /** The original ran into its deadline at least once. */
  stopped: boolean;
}

/** Times one text, so many runs of it a sample. */
interface Runner {
  readonly repeats: number;
  /** Of one run, in ms. */
  time(repeats: number): number;
}

/**
 * Times both texts. Errors: `deadline` when the rewritten text does not finish within the budget.
 * @param knownMs how long the original is known to take, which spares slow runs
 */
export function race(
  sandbox: Sandbox,
  original: string,
  rewritten: string,
  parameters: Parameters,
  budgetMs: number,
  knownMs: number | null,
): Race {
  const startMs = sandbox.nowMs();
  const left = (): number => budgetMs - (sandbox.nowMs() - startMs);
  const timed = (sql: string, repeats: number, deadlineMs: number): number => {
    const sinceMs = sandbox.nowMs();
    for (let run = 0; run < repeats; run++) sandbox.run(sql, parameters, deadlineMs);
    return (sandbox.nowMs() - sinceMs) / repeats;
  };
  const warmUp = sandbox.run(rewritten, parameters, budgetMs);
  const second: Runner = {
    repeats: repeatsFor(warmUp.elapsedMs),
    time: (repeats) => timed(rewritten, repeats, budgetMs),
  };

  const stopAtMs = Math.min(budgetMs, Math.max(STOP_AT_MS_MIN, STOP_AT_RATIO * warmUp.elapsedMs));
  let stopped = false;
  let originalSteps: number | null = null;
  const first: Runner = {
    repeats: 1,
    time(repeats) {
      try {
        return timed(original, repeats, stopAtMs);
      } catch (error) {
        if (!isDeadline(error)) throw error;
        stopped = true;
        return stopAtMs;
      }
    },
  };
  let originalWarmMs = knownMs ?? 0;
  if (knownMs === null || knownMs < stopAtMs) {
    try {
      const run = sandbox.run(original, parameters, stopAtMs);
      originalSteps = run.vmSteps;
      originalWarmMs = run.elapsedMs;
    } catch (error) {
      if (!isDeadline(error)) throw error;
      stopped = true;
      originalWarmMs = stopAtMs;
    }
  }

  const warm: [number, number][] = [];
  const warmEndMs = sandbox.nowMs() + left() / 2;
  const warmRunners = [{ ...first, repeats: repeatsFor(originalWarmMs) }, second] as const;
  while (warm.length < WARM_PAIRS_MAX && !isDecided(warm)) {
    if (warm.length >= PAIRS_MIN && sandbox.nowMs() > warmEndMs) break;
    warm.push(pairOf(warmRunners, warm.length, () => {}));
  }
  const cold: [number, number][] = [];
  const coldRunners = [first, { ...second, repeats: 1 }] as const;
  for (let index = 0; index < COLD_PAIRS; index++) {
    if (index >= PAIRS_MIN && left() < 0) break;
    cold.push(pairOf(coldRunners, index, () => sandbox.dropPageCache()));
  }
  const ratios = warm.map(ratioOf);
  const { median: ratioWarm, low, high, coverage } = intervalOf(ratios);
  const samples = { warm: samplesOf(warm), cold: samplesOf(cold) };
  const measurement: Measurement = {
    originalMs: samples.warm.original.medianMs,
    rewrittenMs: samples.warm.rewritten.medianMs,
    ratioWarm,
    ratioInterval: [low, high],
    coverage,
    ratioCold: median(cold.map(ratioOf)),
    pairs: warm.length,
    runs: warm.length + cold.length,
    ratioRange: [Math.min(...ratios), Math.max(...ratios)],
    confidence: confidenceAbove(ratios, GAIN_MIN),
    originalSteps,
    rewrittenSteps: warmUp.vmSteps,
    samples,
    originalStopped: stopped,
  };
  return { measurement, stopped };
}

/** Whether more pairs could still change the verdict. */
function isDecided(pairs: readonly (readonly [number, number])[]): boolean {
  if (pairs.length < WARM_PAIRS_MIN) return false;
  const { low, high } = intervalOf(pairs.map(ratioOf));
  return low >= GAIN_MIN || high < GAIN_MIN;
}

/** Who goes first alternates, so that neither always profits from the other's pages. */
function pairOf([a, b]: readonly [Runner, Runner], index: number, before: () => void): [number, number] {
  const one = ({ time, repeats }: Runner): number => {
    before();
    return time(repeats);
  };
  if (index % 2 === 0) {
    const ms = one(a);
    return [ms, one(b)];
  }
  const ms = one(b);
  return [one(a), ms];
}

function repeatsFor(ms: number): number {
  return Math.min(REPEATS_MAX, Math.max(1, Math.ceil(SAMPLE_MS_MIN / Math.max(ms, RESOLUTION_MS))));
}

function samplesOf(pairs: readonly (readonly [number, number])[]): Samples {
  const spreadOf = (times: readonly number[]): Spread => {
    return { lowMs: Math.min(...times), medianMs: median(times), highMs: Math.max(...times) };
  };
  return {
    count: pairs.length,
    original: spreadOf(pairs.map(([a]) => a)),
    rewritten: spreadOf(pairs.map(([, b]) => b)),
  };
}

function ratioOf([a, b]: readonly [number, number]): number {
  return Math.max(a, RESOLUTION_MS) / Math.max(b, RESOLUTION_MS);
}

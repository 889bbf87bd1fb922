/** One statement on two forks by turns, until the interval of the ratios tells which is faster, or time is up. */
import type { MeasuredGain } from '../optimizer/advice.ts';
import { difference, type OrderCheck } from '../optimizer/equal.ts';
import { intervalOf, median } from '../optimizer/interval.ts';
import { RESOLUTION_MS } from '../optimizer/race.ts';
import { isDeadline, type Run, type Sandbox } from '../optimizer/sandbox.ts';
import type { SampleText } from './workload.ts';

const PAIRS_MIN = 2;
/** As many as an interval of 95 % takes. */
const PAIRS_WANTED = 6;
const PAIRS_MAX = 21;
/** A quick text runs several times for one sample of its time. */
const SAMPLE_MS_MIN = 1;
const REPEATS_MAX = 20;

export interface Side {
  sandbox: Sandbox;
  text: SampleText;
}

/**
 * @param limitMs at which the slower side is stopped; that counts as its time
 * @param isKnownSlow the first side is known to take longer: it is not run again
 * @param budgetMs for all of it
 */
export function compare(
  before: Side,
  after: Side,
  order: OrderCheck,
  limitMs: number,
  isKnownSlow: boolean,
  budgetMs: number,
): MeasuredGain {
  const clock = before.sandbox;
  const endMs = clock.nowMs() + budgetMs;
  const stopped = { before: isKnownSlow, after: false };
  const one = (which: 'before' | 'after', repeats: number): { ms: number; run: Run | null } => {
    const { sandbox, text } = which === 'before' ? before : after;
    try {
      const sinceMs = sandbox.nowMs();
      let run: Run | null = null;
      for (let count = 0; count < repeats; count++) run = sandbox.run(text.sql, text.parameters, limitMs);
      return { ms: (sandbox.nowMs() - sinceMs) / repeats, run };
    } catch (error) {
      if (!isDeadline(error)) throw error;
      stopped[which] = true;
      return { ms: limitMs, run: null };
    }
  };
  // The first runs warm both up and are compared.
  const last = one('after', 1);
  const first = isKnownSlow ? { ms: limitMs, run: null } : one('before', 1);
  const equalRows = first.run && last.run ? difference(first.run, last.run, order) === null : null;
  const repeats = { before: repeatsFor(first.ms), after: repeatsFor(last.ms) };
  const pairs: [number, number][] = [];
  if (stopped.before) pairs.push([limitMs, last.ms]);
  while (pairs.length < PAIRS_MAX && !stopped.before) {
    if (pairs.length >= PAIRS_MIN && clock.nowMs() > endMs) break;
    if (pairs.length >= PAIRS_WANTED && isClear(pairs)) break;
    // Who goes first alternates, so that neither always profits from the other's work.
    if (pairs.length % 2 === 0) {
      const { ms } = one('before', repeats.before);
      pairs.push([ms, one('after', repeats.after).ms]);
    } else {
      const { ms } = one('after', repeats.after);
      pairs.push([one('before', repeats.before).ms, ms]);
    }
  }
  const { median: ratio, low, high, coverage } = intervalOf(pairs.map(ratioOf));
  return {
    beforeMs: median(pairs.map(([ms]) => ms)),
    afterMs: median(pairs.map(([, ms]) => ms)),
    ratio,
    interval: [low, high],
    coverage,
    pairs: pairs.length,
    beforeSteps: first.run?.vmSteps ?? null,
    afterSteps: last.run?.vmSteps ?? null,
    isAtLeast: stopped.before && !stopped.after,
    equalRows,
  };
}

/** Whether the interval leaves 1 out. */
function isClear(pairs: readonly [number, number][]): boolean {
  const { low, high } = intervalOf(pairs.map(ratioOf));
  return low > 1.02 || high < 0.98;
}

function ratioOf([before, after]: readonly [number, number]): number {
  return Math.max(before, RESOLUTION_MS) / Math.max(after, RESOLUTION_MS);
}

function repeatsFor(ms: number): number {
  return Math.min(REPEATS_MAX, Math.max(1, Math.ceil(SAMPLE_MS_MIN / Math.max(ms, RESOLUTION_MS))));
}

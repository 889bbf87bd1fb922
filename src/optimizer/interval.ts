/**
 * How much faster, and how sure is that? The median of pairwise ratios with an interval that presumes nothing about how times are spread:
 * the order statistics that the sign test would not refute (Thompson 1936). A loaded machine makes times skewed and heavy-tailed, which
 * a mean with a standard error takes badly.
 */
import type { Confidence } from './protocol.ts';

/** Share of cases in which the interval should hold the true median. */
export const COVERAGE_WANTED = 0.95;

export interface Interval {
  median: number;
  low: number;
  high: number;
  /** Share of cases in which such an interval holds the true median; below the wanted 0.95 where there are fewer than six values. */
  coverage: number;
  count: number;
}

/** Of at least one value. */
export function intervalOf(values: readonly number[]): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  const { rank, coverage } = ranksOf(sorted.length);
  const low = sorted[rank - 1] ?? 0;
  return { median: median(sorted), low, high: sorted[sorted.length - rank] ?? low, coverage, count: sorted.length };
}

/**
 * The interval from the `rank`-th smallest to the `rank`-th largest of `count` values: the narrowest that covers as much as is wanted, or
 * else the whole range. The median lies outside with the chance that a fair coin shows fewer than `rank` heads, or fewer tails.
 */
export function ranksOf(count: number): { rank: number; coverage: number } {
  let ways = 1;
  let below = 0.5 ** count;
  let found = { rank: 1, coverage: Math.max(0, 1 - 2 * below) };
  for (let rank = 2; rank <= (count + 1) / 2; rank++) {
    ways = (ways * (count - rank + 2)) / (rank - 1);
    below += ways * 0.5 ** count;
    const coverage = 1 - 2 * below;
    if (coverage < COVERAGE_WANTED) break;
    found = { rank, coverage };
  }
  return found;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** Ends of an interval further apart than this leave open how much was gained, however sure it is that something was. */
const SPREAD_MAX = 3;

/**
 * How sure it is that the true median of such values is above `bar`. The share is one minus the chance that a fair coin shows as many heads
 * as there are values above it.
 */
export function confidenceAbove(values: readonly number[], bar: number): Confidence {
  const above = values.filter((value) => value > bar).length;
  let [ways, atLeast] = [1, 0];
  for (let heads = values.length; heads >= above; heads--) {
    atLeast += ways * 0.5 ** values.length;
    ways = (ways * heads) / (values.length - heads + 1);
  }
  const share = 1 - Math.min(1, atLeast);
  const { low, high } = intervalOf(values);
  const isWide = high > low * SPREAD_MAX;
  return { words: share < 0.9 ? 'low' : share < 0.98 || isWide ? 'moderate' : 'high', share };
}

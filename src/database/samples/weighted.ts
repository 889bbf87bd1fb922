/**
 * Skewed chance from integer tables alone, so that a seed draws the same everywhere: no logarithm, no power.
 */
import type { Random } from '../../core/ports.ts';

/** Draws an index in [0, weights.length) in proportion to its weight, by binary search over running sums. */
export class WeightedSampler {
  readonly #sums: Float64Array;

  /** Weights are positive integers whose sum is at most 2^32. */
  constructor(weights: readonly number[]) {
    this.#sums = new Float64Array(weights.length);
    let sum = 0;
    weights.forEach((weight, index) => (this.#sums[index] = sum += weight));
  }

  draw(random: Random): number {
    const sums = this.#sums;
    const point = random.below(sums[sums.length - 1]);
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] > point) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Zipf-like: the r-th of `count` has weight 1 / (r + flatness), so that few take much and many take little. */
export function zipfWeights(count: number, flatness: number): number[] {
  const SCALE = 100_000_000;
  return Array.from({ length: count }, (_, rank) => Math.max(1, Math.floor(SCALE / (rank + flatness))));
}

/** 0 to count - 1 in random order (Fisher and Yates). */
export function shuffled(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const pick = random.below(last + 1);
    [order[last], order[pick]] = [order[pick], order[last]];
  }
  return order;
}

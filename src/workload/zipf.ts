/**
 * Zipf-distributed ranks: rank k of n is drawn with a chance in proportion to 1 / k^exponent. By the alias method (Walker, 1977; Vose's
 * construction, 1991): n columns of equal chance, each shared by at most two ranks, so a draw costs one random number.
 */
import { invariant } from '../core/errors.ts';
import { pow } from '../core/math.ts';
import type { Random } from '../core/ports.ts';

export const ZIPF_RANKS_MAX = 1_000_000;

export class ZipfSampler {
  readonly #keep: Float64Array;
  readonly #alias: Int32Array;

  /** `count` ranks, at most ZIPF_RANKS_MAX; exponent 0 is uniform. */
  constructor(count: number, exponent: number) {
    invariant(count >= 1 && count <= ZIPF_RANKS_MAX, 'a Zipf sampler has 1 to 1,000,000 ranks');
    const share = new Float64Array(count);
    let total = 0;
    for (let rank = 0; rank < count; rank++) {
      share[rank] = pow(rank + 1, -exponent);
      total += share[rank];
    }
    this.#keep = new Float64Array(count).fill(1);
    this.#alias = new Int32Array(count);
    // Shares fall with rank, so those above the average come first: pair the last small one with the first large one.
    const small: number[] = [];
    const large: number[] = [];
    for (let rank = 0; rank < count; rank++) {
      share[rank] = (share[rank] / total) * count;
      (share[rank] < 1 ? small : large).push(rank);
    }
    while (small.length > 0 && large.length > 0) {
      const low = small.pop()!;
      const high = large[large.length - 1];
      this.#keep[low] = share[low]!;
      this.#alias[low] = high;
      share[high] = share[high] - (1 - share[low]);
      if (share[high] < 1) {
        large.pop();
        small.push(high);
      }
    }
  }

  /** A rank from 0, the most frequent, to count - 1. */
  next(random: Random): number {
    const scaled = random.next() * this.#keep.length;
    const column = Math.floor(scaled);
    return scaled - column < this.#keep[column] ? column : this.#alias[column];
  }
}

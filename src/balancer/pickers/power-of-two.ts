/**
 * P2C, the power of two choices (Mitzenmacher, 2001): of two distinct workers drawn at random, the one with fewer jobs outstanding.
 * Of equals the first drawn wins, which is as good as a coin.
 */
import type { Random } from '../../core/ports.ts';
import type { WorkerView } from '../worker-view.ts';
import type { Picker } from './picker.ts';

export class PowerOfTwo implements Picker {
  #picked = -1;
  #pickedLoad = 0;
  #other = -1;
  #otherLoad = 0;

  pick(workers: WorkerView, _nowMs: number, random: Random): number {
    const count = workers.eligibleCount;
    if (count === 1) {
      this.#picked = workers.eligible[0]!;
      this.#pickedLoad = workers.outstanding[this.#picked]!;
      this.#other = -1;
      return this.#picked;
    }
    const first = random.below(count);
    // The second is drawn from the others: a number below count-1, moved past the first.
    let second = random.below(count - 1);
    if (second >= first) second++;
    const one = workers.eligible[first]!;
    const two = workers.eligible[second]!;
    const loadOne = workers.outstanding[one]!;
    const loadTwo = workers.outstanding[two]!;
    if (loadTwo < loadOne) {
      this.#picked = two;
      this.#pickedLoad = loadTwo;
      this.#other = one;
      this.#otherLoad = loadOne;
    } else {
      this.#picked = one;
      this.#pickedLoad = loadOne;
      this.#other = two;
      this.#otherLoad = loadTwo;
    }
    return this.#picked;
  }

  explain(): string {
    if (this.#picked === -1) return 'P2C: no pick yet';
    if (this.#other === -1) return `P2C: w${this.#picked}, the only one that could be picked`;
    return `P2C: w${this.#picked}, ${this.#pickedLoad} outstanding, against ${this.#otherLoad} at w${this.#other}`;
  }
}

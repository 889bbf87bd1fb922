/**
 * The power of two choices (Mitzenmacher, 2001): of `choices` distinct workers drawn at random, the one with the fewest jobs outstanding.
 * Two is P2C, one is plain random. Of equals the first drawn wins, which is as good as a coin.
 */
import type { Random } from '../../core/ports.ts';
import type { WorkerView } from '../worker-view.ts';
import type { Picker } from './picker.ts';

export class PowerOfChoices implements Picker {
  readonly #choices: number;
  #picked = -1;
  #pickedLoad = 0;
  /** The best of those that lost, or -1 when nobody else was asked. */
  #other = -1;
  #otherLoad = 0;
  #asked = 0;
  /** Where `eligible` was drawn from in this pick: marked with the pick's number. */
  #marks = new Float64Array(0);
  #pickNumber = 0;

  constructor(choices: number) {
    this.#choices = choices;
  }

  pick(workers: WorkerView, _nowMs: number, random: Random): number {
    const count = workers.eligibleCount;
    const asked = Math.min(this.#choices, count);
    this.#asked = asked;
    const first = asked === count && count === 1 ? 0 : random.below(count);
    this.#picked = workers.eligible[first]!;
    this.#pickedLoad = workers.outstanding[this.#picked]!;
    this.#other = -1;
    if (asked === 1) return this.#picked;
    if (asked === 2) {
      // The second is drawn from the others: a number below count-1, moved past the first.
      const drawn = random.below(count - 1);
      this.#compare(workers, drawn >= first ? drawn + 1 : drawn);
      return this.#picked;
    }
    this.#beginMarks(workers.capacity);
    this.#marks[first] = this.#pickNumber;
    for (let drawn = 1; drawn < asked; drawn++) {
      let position = random.below(count);
      while (this.#marks[position] === this.#pickNumber) position = random.below(count);
      this.#marks[position] = this.#pickNumber;
      this.#compare(workers, position);
    }
    return this.#picked;
  }

  explain(): string {
    const name = this.#choices === 2 ? 'P2C' : this.#choices === 1 ? 'Random' : `Best of ${this.#choices}`;
    if (this.#picked === -1) return `${name}: no pick yet`;
    if (this.#other === -1)
      return `${name}: w${this.#picked}, the only one ${this.#choices === 1 ? 'drawn' : 'free to be picked'}`;
    const others = this.#asked > 2 ? `the best of ${this.#asked - 1} others, ` : '';
    return `${name}: w${this.#picked}, ${this.#pickedLoad} waiting or running, against ${this.#otherLoad} at ${others}w${this.#other}`;
  }

  #compare(workers: WorkerView, position: number): void {
    const worker = workers.eligible[position];
    const load = workers.outstanding[worker];
    if (load < this.#pickedLoad) {
      this.#other = this.#picked;
      this.#otherLoad = this.#pickedLoad;
      this.#picked = worker;
      this.#pickedLoad = load;
    } else if (this.#other === -1 || load < this.#otherLoad) {
      this.#other = worker;
      this.#otherLoad = load;
    }
  }

  #beginMarks(capacity: number): void {
    if (this.#marks.length < capacity) this.#marks = new Float64Array(capacity);
    this.#pickNumber++;
  }
}

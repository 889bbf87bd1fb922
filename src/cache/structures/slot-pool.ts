/** Slot numbers: the most recently freed one is used again first, so that numbers stay small and arrays dense. */
import { grown } from './slot-lists.ts';

export class SlotPool {
  #free = new Int32Array(64);
  #freeCount = 0;
  #issued = 0;

  /** One more than the highest slot number ever taken. */
  get issued(): number {
    return this.#issued;
  }

  take(): number {
    return this.#freeCount > 0 ? this.#free[--this.#freeCount] : this.#issued++;
  }

  give(slot: number): void {
    if (this.#freeCount === this.#free.length) this.#free = grown(this.#free, this.#freeCount * 2);
    this.#free[this.#freeCount++] = slot;
  }
}

/**
 * Least frequently used with dynamic aging (LFU-DA: Arlitt, Cherkasova, Dilley, Friedrich and Jin, 2000): a slot's priority is its count
 * plus the cache's age at its last use; the age is the priority of the last slot that was evicted.
 * Priorities lie between age and age + MAX_COUNT, so a ring of that many lists sorts them, and every step takes constant time.
 */
import { grown, SlotLists } from '../structures/slot-lists.ts';
import type { Strategy } from './strategy.ts';

const MAX_COUNT = 63;
const RING = MAX_COUNT + 1;

export class Lfu implements Strategy {
  readonly #lists = new SlotLists(RING);
  #counts = new Uint8Array(64);
  #resident = 0;
  #age = 0;

  admit(): boolean {
    return true;
  }
  onInsert(slot: number): void {
    if (slot >= this.#counts.length) this.#counts = grown(this.#counts, Math.max(slot + 1, this.#counts.length * 2));
    this.#counts[slot] = 1;
    this.#resident++;
    this.#lists.addFirst((this.#age + 1) % RING, slot);
  }
  onHit(slot: number): void {
    const count = Math.min(this.#counts[slot] + 1, MAX_COUNT);
    this.#counts[slot] = count;
    this.#lists.moveFirst((this.#age + count) % RING, slot);
  }
  onMiss(): void {}
  onRemove(slot: number): void {
    this.#resident--;
    this.#lists.remove(slot);
  }

  /** Among slots of lowest priority, the one unused the longest. */
  victim(): number {
    if (this.#resident === 0) return -1;
    for (; ; this.#age++) {
      const slot = this.#lists.last(this.#age % RING);
      if (slot >= 0) return slot;
    }
  }
  onReweigh(): void {}
  setCapacity(): void {}
  order(): number[] {
    const slots: number[] = [];
    for (let priority = MAX_COUNT; priority >= 0; priority--) this.#lists.collect((this.#age + priority) % RING, slots);
    return slots;
  }
  ghosts(): number[] {
    return [];
  }
  report(): null {
    return null;
  }
}

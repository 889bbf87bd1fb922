/** Time order and nothing else: slots leave in the order in which they were written; use does not count. */
import { SlotLists } from '../slot-lists.ts';
import type { Strategy } from '../strategy.ts';

const WRITTEN = 0;

export class Ttl implements Strategy {
  readonly #lists = new SlotLists(1);

  admit(): boolean {
    return true;
  }
  onInsert(slot: number): void {
    this.#lists.addFirst(WRITTEN, slot);
  }
  onHit(): void {}
  onMiss(): void {}
  onRemove(slot: number): void {
    this.#lists.remove(slot);
  }
  victim(): number {
    return this.#lists.last(WRITTEN);
  }
  onReweigh(): void {}
  setCapacity(): void {}
  order(): number[] {
    const slots: number[] = [];
    this.#lists.collect(WRITTEN, slots);
    return slots;
  }
  report(): null {
    return null;
  }
}

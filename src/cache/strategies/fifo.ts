/** First in, first out: slots leave in the order in which they came, whatever use is made of them. */
import { SlotLists } from '../structures/slot-lists.ts';
import type { Strategy } from './strategy.ts';

const ARRIVED = 0;

export class Fifo implements Strategy {
  readonly #lists = new SlotLists(1);

  admit(): boolean {
    return true;
  }
  onInsert(slot: number): void {
    this.#lists.addFirst(ARRIVED, slot);
  }
  onHit(): void {}
  onMiss(): void {}
  onRemove(slot: number): void {
    this.#lists.remove(slot);
  }
  victim(): number {
    return this.#lists.last(ARRIVED);
  }
  onReweigh(): void {}
  setCapacity(): void {}
  order(): number[] {
    const slots: number[] = [];
    this.#lists.collect(ARRIVED, slots);
    return slots;
  }
  ghosts(): number[] {
    return [];
  }
  report(): null {
    return null;
  }
}

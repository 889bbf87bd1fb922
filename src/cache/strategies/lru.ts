/** Least recently used: one list, used slots move to its front, the back leaves. */
import { SlotLists } from '../structures/slot-lists.ts';
import type { Strategy } from './strategy.ts';

const USED = 0;

export class Lru implements Strategy {
  readonly #lists = new SlotLists(1);

  admit(): boolean {
    return true;
  }
  onInsert(slot: number): void {
    this.#lists.addFirst(USED, slot);
  }
  onHit(slot: number): void {
    this.#lists.moveFirst(USED, slot);
  }
  onMiss(): void {}
  onRemove(slot: number): void {
    this.#lists.remove(slot);
  }
  victim(): number {
    return this.#lists.last(USED);
  }
  onReweigh(): void {}
  setCapacity(): void {}
  order(): number[] {
    const slots: number[] = [];
    this.#lists.collect(USED, slots);
    return slots;
  }
  ghosts(): number[] {
    return [];
  }
  report(): null {
    return null;
  }
}

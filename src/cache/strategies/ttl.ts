/** Time to live and nothing else: the slot whose time is over first leaves first; use does not count. */
import { SlotHeap } from '../structures/slot-heap.ts';
import type { Strategy } from './strategy.ts';

export class Ttl implements Strategy {
  readonly #heap = new SlotHeap();

  admit(): boolean {
    return true;
  }
  onInsert(slot: number, _keyHash: number, _weight: number, _costMs: number, _nowMs: number, expiresMs: number): void {
    this.#heap.add(slot, expiresMs);
  }
  onHit(): void {}
  onMiss(): void {}
  onRemove(slot: number): void {
    this.#heap.remove(slot);
  }
  victim(): number {
    return this.#heap.top;
  }
  onReweigh(): void {}
  onRenew(slot: number, expiresMs: number): void {
    this.#heap.set(slot, expiresMs);
  }
  setCapacity(): void {}
  order(): number[] {
    return this.#heap.order();
  }
  ghosts(): number[] {
    return [];
  }
  report(): null {
    return null;
  }
}

/**
 * GDSF, Greedy Dual Size Frequency (Cherkasova, 1998; after Cao and Irani, 1997): a slot's priority is its uses times the time that a hit
 * saves, per byte, on top of the cache's age; the age is the priority of the last slot evicted, so that what is no longer used sinks.
 */
import type { RemovalCause } from '../catalogue.ts';
import { SlotHeap } from '../structures/slot-heap.ts';
import { grown } from '../structures/slot-lists.ts';
import type { Strategy } from './strategy.ts';

/** Below what a clock resolves, a cost says nothing: every miss costs at least this. */
const COST_MIN_MS = 0.01;

export class Gdsf implements Strategy {
  readonly #heap = new SlotHeap();
  #age = 0;
  #uses = new Float64Array(64);
  /** Time saved by one hit, per unit of weight. */
  #worth = new Float64Array(64);
  #costsMs = new Float64Array(64);

  admit(): boolean {
    return true;
  }

  onInsert(slot: number, _keyHash: number, weight: number, costMs: number): void {
    if (slot >= this.#uses.length) {
      this.#uses = grown(this.#uses, slot * 2);
      this.#worth = grown(this.#worth, slot * 2);
      this.#costsMs = grown(this.#costsMs, slot * 2);
    }
    this.#uses[slot] = 1;
    this.#costsMs[slot] = Math.max(costMs, COST_MIN_MS);
    this.#worth[slot] = this.#costsMs[slot] / Math.max(weight, 1);
    this.#heap.add(slot, this.#age + this.#worth[slot]);
  }

  onHit(slot: number): void {
    this.#heap.set(slot, this.#age + ++this.#uses[slot] * this.#worth[slot]);
  }

  onMiss(): void {}

  onRemove(slot: number, cause: RemovalCause): void {
    if (cause === 'size') this.#age = Math.max(this.#age, this.#heap.priorityOf(slot));
    this.#heap.remove(slot);
  }

  victim(): number {
    return this.#heap.top;
  }

  onReweigh(slot: number, weight: number): void {
    const before = this.#uses[slot] * this.#worth[slot];
    this.#worth[slot] = this.#costsMs[slot] / Math.max(weight, 1);
    this.#heap.set(slot, this.#heap.priorityOf(slot) - before + this.#uses[slot] * this.#worth[slot]);
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

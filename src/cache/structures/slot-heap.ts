/**
 * A binary heap of slots by priority in typed arrays, the lowest on top, of equals the one set longest ago;
 * a slot can be raised, lowered or taken out wherever it is.
 */
import { grown } from './slot-lists.ts';

export class SlotHeap {
  #heap = new Int32Array(64);
  /** Place in the heap by slot. */
  #places = new Int32Array(64);
  #priorities = new Float64Array(64);
  /** When each priority was set, by a count of settings. */
  #ticks = new Float64Array(64);
  #tick = 0;
  #size = 0;

  /** The slot of lowest priority, or -1. */
  get top(): number {
    return this.#size === 0 ? -1 : this.#heap[0];
  }

  priorityOf(slot: number): number {
    return this.#priorities[slot];
  }

  add(slot: number, priority: number): void {
    if (slot >= this.#places.length) {
      this.#places = grown(this.#places, slot * 2);
      this.#priorities = grown(this.#priorities, slot * 2);
      this.#ticks = grown(this.#ticks, slot * 2);
    }
    if (this.#size === this.#heap.length) this.#heap = grown(this.#heap, this.#size * 2);
    this.#priorities[slot] = priority;
    this.#ticks[slot] = this.#tick++;
    this.#up(this.#size++, slot);
  }

  set(slot: number, priority: number): void {
    const before = this.#priorities[slot];
    this.#priorities[slot] = priority;
    this.#ticks[slot] = this.#tick++;
    if (priority < before) this.#up(this.#places[slot], slot);
    else this.#down(this.#places[slot], slot);
  }

  remove(slot: number): void {
    const place = this.#places[slot];
    const last = this.#heap[--this.#size];
    if (last === slot) return;
    if (this.#compare(last, slot) > 0) this.#up(place, last);
    else this.#down(place, last);
  }

  /** All slots, the lowest priority last. */
  order(): number[] {
    return [...this.#heap.subarray(0, this.#size)].sort((a, b) => this.#compare(a, b));
  }

  /** Negative when `b` is the nearer to the top. */
  #compare(a: number, b: number): number {
    return this.#priorities[b] - this.#priorities[a] || this.#ticks[b] - this.#ticks[a];
  }

  #up(from: number, slot: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = this.#heap[parent];
      if (this.#compare(other, slot) >= 0) break;
      this.#place(place, other);
      place = parent;
    }
    this.#place(place, slot);
  }

  #down(from: number, slot: number): void {
    let place = from;
    for (let child = 2 * place + 1; child < this.#size; child = 2 * place + 1) {
      if (child + 1 < this.#size && this.#compare(this.#heap[child], this.#heap[child + 1]) < 0) child++;
      const other = this.#heap[child];
      if (this.#compare(slot, other) >= 0) break;
      this.#place(place, other);
      place = child;
    }
    this.#place(place, slot);
  }

  #place(place: number, slot: number): void {
    this.#heap[place] = slot;
    this.#places[slot] = place;
  }
}

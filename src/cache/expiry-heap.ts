/**
 * Slots by the time at which they expire: a binary heap that knows each slot's place, so that leaving early costs no search.
 * One timer serves them all: the owner arms it for `nextMs()`.
 */
import { grown } from './slot-lists.ts';

export class ExpiryHeap {
  #slots = new Int32Array(64);
  #count = 0;
  /** By slot: place in the heap + 1; 0 for a slot that is not in it. */
  #places = new Int32Array(64);
  #expiresMs = new Float64Array(64);

  /** When the first slot expires; null when there is none. */
  nextMs(): number | null {
    return this.#count === 0 ? null : this.#expiresMs[this.#slots[0]];
  }

  /** A slot that has expired by `nowMs`, the earliest first, or -1. It stays until removed. */
  expired(nowMs: number): number {
    if (this.#count === 0) return -1;
    const first = this.#slots[0];
    return this.#expiresMs[first] <= nowMs ? first : -1;
  }

  add(slot: number, expiresMs: number): void {
    if (slot >= this.#places.length) {
      const length = Math.max(slot + 1, this.#places.length * 2);
      this.#slots = grown(this.#slots, length);
      this.#places = grown(this.#places, length);
      this.#expiresMs = grown(this.#expiresMs, length);
    }
    this.#expiresMs[slot] = expiresMs;
    this.#put(this.#count++, slot);
    this.#rise(slot);
  }

  remove(slot: number): void {
    const place = this.#places[slot] - 1;
    this.#places[slot] = 0;
    const last = this.#slots[--this.#count];
    if (last === slot) return;
    this.#put(place, last);
    this.#rise(last);
    this.#sink(last);
  }

  #put(place: number, slot: number): void {
    this.#slots[place] = slot;
    this.#places[slot] = place + 1;
  }

  #rise(slot: number): void {
    let place = this.#places[slot] - 1;
    while (place > 0) {
      const parent = this.#slots[(place - 1) >> 1];
      if (this.#expiresMs[parent] <= this.#expiresMs[slot]) break;
      this.#put(place, parent);
      place = (place - 1) >> 1;
    }
    this.#put(place, slot);
  }

  #sink(slot: number): void {
    let place = this.#places[slot] - 1;
    for (let child = 2 * place + 1; child < this.#count; child = 2 * place + 1) {
      if (child + 1 < this.#count && this.#expiresMs[this.#slots[child + 1]] < this.#expiresMs[this.#slots[child]])
        child++;
      if (this.#expiresMs[this.#slots[child]] >= this.#expiresMs[slot]) break;
      this.#put(place, this.#slots[child]);
      place = child;
    }
    this.#put(place, slot);
  }
}

/** Key hashes of entries that have left, oldest forgotten first, with the weight that each had: what several strategies learn from. */
import { HashIndex } from './hash-index.ts';
import { grown, SlotLists } from './slot-lists.ts';
import { SlotPool } from './slot-pool.ts';

const QUEUE = 0;

export class GhostQueue {
  readonly #index = new HashIndex();
  readonly #lists = new SlotLists(1);
  readonly #pool = new SlotPool();
  #hashes = new Uint32Array(64);
  #weights = new Float64Array(64);
  #weight = 0;

  /** Sum of the weights that the remembered entries had. */
  get weight(): number {
    return this.#weight;
  }

  add(keyHash: number, weight: number): void {
    this.take(keyHash);
    const slot = this.#pool.take();
    if (slot >= this.#hashes.length) {
      this.#hashes = grown(this.#hashes, slot * 2);
      this.#weights = grown(this.#weights, slot * 2);
    }
    this.#hashes[slot] = keyHash;
    this.#weights[slot] = weight;
    this.#weight += weight;
    this.#index.set(keyHash, slot);
    this.#lists.addFirst(QUEUE, slot);
  }

  /** Forgets a key; whether it was remembered. */
  take(keyHash: number): boolean {
    const slot = this.#index.get(keyHash);
    if (slot < 0) return false;
    this.#release(slot);
    return true;
  }

  /** Forgets the oldest until the weight is at most this. */
  shrinkTo(weight: number): void {
    while (this.#weight > weight && this.#index.size > 0) this.#release(this.#lists.last(QUEUE));
  }

  /** The latest key hashes, at most `limit`. */
  latest(limit: number): number[] {
    const slots: number[] = [];
    this.#lists.collect(QUEUE, slots);
    return slots.slice(0, limit).map((slot) => this.#hashes[slot]);
  }

  #release(slot: number): void {
    this.#index.delete(this.#hashes[slot]);
    this.#lists.remove(slot);
    this.#weight -= this.#weights[slot];
    this.#pool.give(slot);
  }
}

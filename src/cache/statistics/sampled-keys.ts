/**
 * Which keys of a stream are looked at closely: those whose hash lies below a limit, so that the same share of all keys is seen with all
 * of their requests (spatial sampling, after SHARDS: Waldspurger et al., FAST 2015). The limit halves whenever the keys, or the requests
 * for them per second, become too many: memory is fixed, and so is the share of time.
 */
import { HashIndex } from '../structures/hash-index.ts';
import { SlotPool } from '../structures/slot-pool.ts';

export const SAMPLED_KEYS_MAX = 2048;
/** Fewer keys say too little: the number of requests alone does not halve the sample below this. */
const SAMPLED_KEYS_MIN = 128;
const REQUESTS_PER_S_MAX = 4096;
const ALL = 2 ** 32;

export class SampledKeys {
  /** A key with a hash (32 bits, evenly spread) below this is sampled. */
  limit = ALL;
  readonly #keysMax: number;
  readonly #index = new HashIndex();
  readonly #pool = new SlotPool();
  readonly #hashes: Uint32Array;
  readonly #held: Uint8Array;
  #secondMs = 0;
  #inSecond = 0;

  constructor(keysMax = SAMPLED_KEYS_MAX) {
    this.#keysMax = keysMax;
    this.#hashes = new Uint32Array(keysMax);
    this.#held = new Uint8Array(keysMax);
  }

  /** Of all keys, 0..1. */
  get ratio(): number {
    return this.limit / ALL;
  }

  get size(): number {
    return this.#index.size;
  }

  get isFull(): boolean {
    return this.size >= this.#keysMax;
  }

  /** Slot of a key that is held, or -1. */
  get(hash: number): number {
    return this.#index.get(hash);
  }

  hashAt(slot: number): number {
    return this.#hashes[slot];
  }

  /** A slot for a key that is sampled and not held; call `crowded` before. */
  add(hash: number): number {
    const slot = this.#pool.take();
    this.#hashes[slot] = hash;
    this.#held[slot] = 1;
    this.#index.set(hash, slot);
    return slot;
  }

  remove(slot: number): void {
    this.#index.delete(this.#hashes[slot]);
    this.#held[slot] = 0;
    this.#pool.give(slot);
  }

  /** Counts a request for a sampled key; true when the sample should be halved before it is taken in. */
  crowded(isNew: boolean, nowMs: number): boolean {
    if (isNew && this.isFull) return true;
    if (!(Math.abs(nowMs - this.#secondMs) < 1000)) {
      this.#secondMs = nowMs;
      this.#inSecond = 0;
    }
    if (++this.#inSecond <= REQUESTS_PER_S_MAX || this.size <= SAMPLED_KEYS_MIN) return false;
    this.#inSecond = 0;
    return true;
  }

  /** Halves the limit; returns the slots of keys that are not sampled any more, for their owner to remove. */
  halve(): number[] {
    this.limit /= 2;
    return this.slots().filter((slot) => this.#hashes[slot] >= this.limit);
  }

  slots(): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.#pool.issued; slot++) if (this.#held[slot] === 1) slots.push(slot);
    return slots;
  }
}

/**
 * A number for each key that is held or was lately, so that one look-up serves all that is known of it. Records of keys that nobody holds
 * any longer stay for a while, in the order in which they were dropped, since what has left teaches more than what is there.
 */
import { HashIndex } from '../structures/hash-index.ts';
import { grown, SlotLists } from '../structures/slot-lists.ts';
import { SlotPool } from '../structures/slot-pool.ts';

const IDLE = 0;

export class KeyRecords {
  readonly #index = new HashIndex();
  readonly #pool = new SlotPool();
  readonly #lists = new SlotLists(1);
  #idleCount = 0;
  #hashes = new Uint32Array(64);
  #weights = new Float64Array(64);
  #costsMs = new Float64Array(64);
  /** Who holds the key, a bit each; 0 for idle ones. */
  #holders = new Uint8Array(64);

  /** One more than the highest record number so far: what arrays by record take. */
  get issued(): number {
    return this.#pool.issued;
  }

  /** The record of a key, a new one if need be: idle, until somebody holds it. */
  of(keyHash: number): number {
    const known = this.#index.get(keyHash);
    if (known >= 0) return known;
    const record = this.twin(keyHash);
    this.#index.set(keyHash, record);
    return record;
  }

  /** A second record under a hash that two keys share, for the one that `of` does not give; idle at first. */
  twin(keyHash: number): number {
    const record = this.#pool.take();
    if (record >= this.#hashes.length) this.#grow(record * 2);
    this.#hashes[record] = keyHash;
    this.#weights[record] = this.#costsMs[record] = this.#holders[record] = 0;
    this.#lists.addFirst(IDLE, record);
    this.#idleCount++;
    return record;
  }

  hashOf(record: number): number {
    return this.#hashes[record];
  }
  weightOf(record: number): number {
    return this.#weights[record];
  }
  costMsOf(record: number): number {
    return this.#costsMs[record];
  }
  weigh(record: number, weight: number, costMs: number): void {
    this.#weights[record] = weight;
    this.#costsMs[record] = costMs;
  }

  holdersOf(record: number): number {
    return this.#holders[record];
  }

  hold(record: number, bit: number): void {
    if (this.#holders[record] === 0) {
      this.#lists.remove(record);
      this.#idleCount--;
    }
    this.#holders[record] |= bit;
  }

  drop(record: number, bit: number): void {
    const holders = this.#holders[record] & ~bit;
    if (holders === this.#holders[record]) return;
    this.#holders[record] = holders;
    if (holders !== 0) return;
    this.#lists.addFirst(IDLE, record);
    this.#idleCount++;
  }

  /** Forgets the idle record dropped longest ago, if there are more than `limit`; returns it, or -1. */
  forgetBeyond(limit: number): number {
    if (this.#idleCount <= limit) return -1;
    const record = this.#lists.last(IDLE);
    this.#lists.remove(record);
    this.#idleCount--;
    if (this.#index.get(this.#hashes[record]) === record) this.#index.delete(this.#hashes[record]);
    this.#pool.give(record);
    return record;
  }

  /** Hashes of idle records, the one dropped last first, at most so many. */
  idle(limit: number): number[] {
    const records: number[] = [];
    this.#lists.collect(IDLE, records);
    return records.slice(0, limit).map((record) => this.#hashes[record]);
  }

  #grow(length: number): void {
    this.#hashes = grown(this.#hashes, length);
    this.#weights = grown(this.#weights, length);
    this.#costsMs = grown(this.#costsMs, length);
    this.#holders = grown(this.#holders, length);
  }
}

/**
 * A number for each key that is held or was lately, so that one look-up serves all that is known of it. Records of keys that nobody holds
 * any longer stay for a while, in the order in which they were dropped, since what has left teaches more than what is there.
 */
import { HashIndex } from '../structures/hash-index.ts';
import { grown, SlotLists } from '../structures/slot-lists.ts';
import { SlotPool } from '../structures/slot-pool.ts';

const IDLE = 0;

/** A record's row: its key's hash, what an entry takes and saves, and who holds the key, a bit each; 0 for idle ones. */
const HASH = 0;
const WEIGHT = 1;
const COST_MS = 2;
const HOLDERS = 3;
const ROW = 4;

export class KeyRecords {
  readonly #index = new HashIndex();
  readonly #pool = new SlotPool();
  readonly #lists = new SlotLists(1);
  #idleCount = 0;
  #rows = new Float64Array(64 * ROW);

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
    const at = record * ROW;
    if (at >= this.#rows.length) this.#rows = grown(this.#rows, at * 2);
    const rows = this.#rows;
    rows[at + HASH] = keyHash;
    rows[at + WEIGHT] = rows[at + COST_MS] = rows[at + HOLDERS] = 0;
    this.#lists.addFirst(IDLE, record);
    this.#idleCount++;
    return record;
  }

  hashOf(record: number): number {
    return this.#rows[record * ROW + HASH];
  }
  weightOf(record: number): number {
    return this.#rows[record * ROW + WEIGHT];
  }
  costMsOf(record: number): number {
    return this.#rows[record * ROW + COST_MS];
  }
  weigh(record: number, weight: number, costMs: number): void {
    this.#rows[record * ROW + WEIGHT] = weight;
    this.#rows[record * ROW + COST_MS] = costMs;
  }

  holdersOf(record: number): number {
    return this.#rows[record * ROW + HOLDERS];
  }

  hold(record: number, bit: number): void {
    const at = record * ROW + HOLDERS;
    if (this.#rows[at] === 0) {
      this.#lists.remove(record);
      this.#idleCount--;
    }
    this.#rows[at] |= bit;
  }

  drop(record: number, bit: number): void {
    const at = record * ROW + HOLDERS;
    const holders = this.#rows[at] & ~bit;
    if (holders === this.#rows[at]) return;
    this.#rows[at] = holders;
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
    const hash = this.hashOf(record);
    if (this.#index.get(hash) === record) this.#index.delete(hash);
    this.#pool.give(record);
    return record;
  }

  /** Hashes of idle records, the one dropped last first, at most so many. */
  idle(limit: number): number[] {
    const records: number[] = [];
    this.#lists.collect(IDLE, records);
    return records.slice(0, limit).map((record) => this.hashOf(record));
  }
}

/**
 * Every key that is held, or was lately, by number: one look-up of its text tells where its entry is or, when it is not here, why it
 * left. A text is hashed as a whole once, when it is first met; whatever happens to the key afterwards changes numbers alone.
 */
import { MISS_REASONS, type MissReason } from '../catalogue.ts';
import { hashKey } from './key-hash.ts';
import { TextIndex } from './text-index.ts';
import { Names } from '../structures/names.ts';
import { grown, SlotLists } from '../structures/slot-lists.ts';
import { SlotPool } from '../structures/slot-pool.ts';

/** So many keys that are not here are remembered, and so many characters of their texts; the one that left first is forgotten first. */
export const REMEMBERED_KEYS_MAX = 16_384;
export const REMEMBERED_CHARACTERS_MAX = 2 ** 20;

const UNKNOWN = -1;
const NOT_HERE = -1;
const LEFT = 0;

/** A key's row. */
const HASH = 0;
const SLOT = 1;
const LENGTH = 2;
const REASON = 3;
const ROW = 4;
const REASONS = new Names(MISS_REASONS);

export class KeyTable {
  readonly #index = new TextIndex();
  #rows = new Int32Array(64 * ROW);
  readonly #pool = new SlotPool();
  /** Those remembered, the latest to leave first. */
  readonly #left = new SlotLists(1);
  #remembered = 0;
  #characters = 0;
  /** What was looked for last is what is asked about next: the number found, or the hash of a key that is not known. */
  #lastKey: string | null = null;
  #lastId = UNKNOWN;
  #hashedKey: string | null = null;
  #lastHash = 0;

  /** How many are held. */
  get size(): number {
    return this.#index.size - this.#remembered;
  }

  /** The slot of a key that is held, or -1. */
  find(key: string): number {
    const id = this.#index.find(key);
    this.#lastKey = key;
    this.#lastId = id;
    return this.slotAt(id);
  }

  /** The slot of the key of this number (-1: of none), or -1 when it is not held. */
  slotAt(id: number): number {
    return id < 0 ? NOT_HERE : this.#rows[id * ROW + SLOT];
  }

  hashAt(id: number): number {
    return this.#rows[id * ROW + HASH] >>> 0;
  }

  /** The number of a key that is held or remembered, or -1. A key keeps it until it is forgotten. */
  idOf(key: string): number {
    if (key !== this.#lastKey) this.find(key);
    return this.#lastId;
  }

  hashOf(key: string): number {
    const id = this.idOf(key);
    if (id >= 0) return this.hashAt(id);
    if (key !== this.#hashedKey) {
      this.#lastHash = hashKey(key);
      this.#hashedKey = key;
    }
    return this.#lastHash;
  }

  /** Why a key that is remembered is not here. */
  reasonOf(id: number): MissReason {
    return REASONS.all[this.#rows[id * ROW + REASON]];
  }

  /** A key that is not held has its entry in `slot` from now on; returns the key's number. */
  hold(key: string, slot: number): number {
    let id = this.idOf(key);
    if (id < 0) id = this.#add(key);
    else this.#recall(id);
    this.#rows[id * ROW + SLOT] = slot;
    return id;
  }

  /** The entry of a key that was held has left. */
  leave(id: number, reason: MissReason): void {
    this.#rows[id * ROW + SLOT] = NOT_HERE;
    this.#remember(id, reason);
  }

  /** A result of the key was not taken in; returns the key's number, or -1 when an older result of it is held. */
  noteAbsent(key: string, reason: MissReason): number {
    let id = this.idOf(key);
    if (id < 0) id = this.#add(key);
    else if (this.#rows[id * ROW + SLOT] !== NOT_HERE) return -1;
    else this.#recall(id);
    this.#remember(id, reason);
    return id;
  }

  /** Forgets those that are not held. */
  forgetAbsent(): void {
    while (this.#remembered > 0) this.#forget(this.#left.last(LEFT));
  }

  #add(key: string): number {
    const hash = this.hashOf(key);
    const id = this.#pool.take();
    const at = id * ROW;
    if (at >= this.#rows.length) this.#rows = grown(this.#rows, at * 2);
    this.#rows[at + HASH] = hash;
    this.#rows[at + SLOT] = NOT_HERE;
    this.#rows[at + LENGTH] = key.length;
    this.#index.add(key, id);
    this.#lastKey = key;
    this.#lastId = id;
    return id;
  }

  #remember(id: number, reason: MissReason): void {
    this.#rows[id * ROW + REASON] = REASONS.numberOf(reason);
    this.#left.addFirst(LEFT, id);
    this.#remembered++;
    this.#characters += this.#rows[id * ROW + LENGTH];
    while (this.#remembered > REMEMBERED_KEYS_MAX || this.#characters > REMEMBERED_CHARACTERS_MAX)
      this.#forget(this.#left.last(LEFT));
  }

  #recall(id: number): void {
    this.#left.remove(id);
    this.#remembered--;
    this.#characters -= this.#rows[id * ROW + LENGTH];
  }

  #forget(id: number): void {
    this.#recall(id);
    this.#index.remove(id);
    this.#pool.give(id);
    if (id === this.#lastId) this.#lastKey = null;
  }
}

/**
 * What is in the cache: entries by slot, and everything that finds them: by key, by table, by time. Each change goes through all of it,
 * the sums included, so that none can tell of what another does not hold. What may enter, and what leaves, is decided elsewhere.
 */
import { invariant } from '../../core/errors.ts';
import type { MissReason } from '../catalogue.ts';
import { Dependents } from './dependents.ts';
import {
  BYTES,
  COMPRESSED,
  COST_MS,
  DECODED_BYTES,
  EntryRows,
  EXPIRES_MS,
  GENERATION,
  GROUP,
  HASH,
  HITS,
  KEY_ID,
  RAW_BYTES,
  ROW,
  USED,
  USED_MS,
  WRITTEN,
  WRITTEN_MS,
} from './entry-rows.ts';
import type { NewEntry, ValueTraits } from './entry.ts';
import { ExpiryWheel } from './expiry-wheel.ts';
import { KeyTable } from '../keys/key-table.ts';
import type { CacheCompression } from '../statistics/reports.ts';
import type { RowKey, RowsByTable } from '../freshness/row-keys.ts';
import { SlotPool } from '../structures/slot-pool.ts';
import type { TtlDecision } from '../freshness/ttl.ts';

export class Shelf<Value> {
  readonly keys = new KeyTable();
  readonly rows = new EntryRows<Value>();
  readonly expiry = new ExpiryWheel();
  readonly #dependents = new Dependents();
  readonly #pool = new SlotPool();
  readonly #traitsOf: (value: Value) => ValueTraits;
  readonly #watchers: ((slot: number) => void)[] = [];
  #sequence = 0;
  #bytes = 0;
  #staleMs = 0;
  #compressedEntries = 0;
  /** What compressed entries would weigh plain, and what they weigh, decoded copies left out. */
  #compressedRawBytes = 0;
  #compressedBytes = 0;
  #decodedEntries = 0;
  #decodedBytes = 0;

  constructor(traitsOf: (value: Value) => ValueTraits) {
    this.#traitsOf = traitsOf;
  }

  get size(): number {
    return this.keys.size;
  }

  /** Charged: keys, values and decoded copies. */
  get bytes(): number {
    return this.#bytes;
  }

  get decodedBytes(): number {
    return this.#decodedBytes;
  }

  /** All slots in use, by number. */
  slots(): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.#pool.issued; slot++) if (this.rows.keys[slot] !== undefined) slots.push(slot);
    return slots;
  }

  /** Slots of what reads this table, or one of these rows of it. */
  readersOf(table: string, rows?: readonly RowKey[]): number[] {
    return this.#dependents.of(table, rows);
  }

  /** Of which of its tables only certain rows matter to an entry. */
  rowsOf(slot: number): RowsByTable {
    return this.#dependents.rowsOf(slot);
  }

  /** A use of the entry; its key, and so its place, stay as they are. */
  use(slot: number, nowMs: number): void {
    const { numbers } = this.rows;
    const at = slot * ROW;
    numbers[at + HITS]++;
    numbers[at + USED] = ++this.#sequence;
    numbers[at + USED_MS] = nowMs;
  }

  /** An entry for a key of this hash that has none; returns its slot. `ttl` gave it the time that is over at `expiresMs`. */
  add(
    key: string,
    hash: number,
    entry: NewEntry<Value>,
    charge: number,
    group: number,
    ttl: TtlDecision,
    expiresMs: number,
    nowMs: number,
  ): number {
    const { rows } = this;
    const slot = this.#pool.take();
    rows.reserve(slot);
    const { numbers } = rows;
    const at = slot * ROW;
    numbers[at + HITS] = 0;
    numbers[at + USED] = ++this.#sequence;
    numbers[at + USED_MS] = nowMs;
    numbers[at + HASH] = hash;
    numbers[at + KEY_ID] = this.keys.hold(key, slot);
    rows.keys[slot] = key;
    this.#fill(slot, entry, charge, group, ttl, expiresMs, nowMs);
    return slot;
  }

  /** A newer result in the place of the older: the entry's hits and its last use stay. */
  renew(
    slot: number,
    entry: NewEntry<Value>,
    charge: number,
    group: number,
    ttl: TtlDecision,
    expiresMs: number,
    nowMs: number,
  ): void {
    const { rows } = this;
    this.expiry.remove(slot);
    this.#dependents.remove(slot, rows.tables[slot]);
    this.#account(slot, -1);
    rows.numbers[slot * ROW + GENERATION]++;
    this.#fill(slot, entry, charge, group, ttl, expiresMs, nowMs);
  }

  /** Another form of the same value. */
  replaceValue(slot: number, value: Value, charge: number): void {
    const { rows } = this;
    this.#account(slot, -1);
    rows.values[slot] = value;
    rows.numbers[slot * ROW + BYTES] = charge;
    rows.numbers[slot * ROW + DECODED_BYTES] = 0;
    this.#describe(slot, value);
    this.#account(slot, 1);
    this.#changed(slot);
  }

  /** What a decoded copy beside the entry takes: counted in `charge`. */
  setDecoded(slot: number, decodedBytes: number, charge: number): void {
    const { numbers } = this.rows;
    this.#account(slot, -1);
    numbers[slot * ROW + BYTES] = charge;
    numbers[slot * ROW + DECODED_BYTES] = decodedBytes;
    this.#account(slot, 1);
  }

  /** The entry leaves; its slot is not used again before it is freed, and its row stays readable until then. */
  remove(slot: number, reason: MissReason): void {
    const { rows } = this;
    if (rows.keys[slot] === undefined) invariant(false, `slot ${slot} is free and cannot be removed (${reason})`);
    this.expiry.remove(slot);
    this.#dependents.remove(slot, rows.tables[slot]);
    this.#account(slot, -1);
    this.keys.leave(rows.numbers[slot * ROW + KEY_ID], reason);
    rows.vacate(slot);
    this.#changed(slot);
  }

  /** Nobody asks any more about the entry that left this slot. */
  free(slot: number): void {
    this.rows.clear(slot);
    this.#pool.give(slot);
  }

  /** Until when an entry may be served: for so long after its time as there is for refreshing it. */
  untilMs(slot: number): number {
    return this.rows.numbers[slot * ROW + EXPIRES_MS] + this.#staleMs;
  }

  /** Entries are served for `staleMs` after their time from now on; also to be told when the clock was moved back. */
  rearm(staleMs: number, nowMs: number): void {
    this.#staleMs = staleMs;
    this.expiry.clear();
    for (const slot of this.slots()) this.expiry.add(slot, this.untilMs(slot), nowMs);
  }

  /** Calls back with the slot whenever what is in it changes. */
  watch(onChange: (slot: number) => void): void {
    this.#watchers.push(onChange);
  }

  compression(): CacheCompression {
    return {
      entries: this.#compressedEntries,
      rawBytes: this.#compressedRawBytes,
      savedBytes: this.#compressedRawBytes - this.#compressedBytes - this.#decodedBytes,
      decodedEntries: this.#decodedEntries,
      decodedBytes: this.#decodedBytes,
    };
  }

  #fill(
    slot: number,
    entry: NewEntry<Value>,
    charge: number,
    group: number,
    ttl: TtlDecision,
    expiresMs: number,
    nowMs: number,
  ): void {
    const { rows } = this;
    const { numbers } = rows;
    const { value, tables } = entry;
    const at = slot * ROW;
    numbers[at + EXPIRES_MS] = expiresMs;
    numbers[at + BYTES] = charge;
    numbers[at + RAW_BYTES] = entry.bytes;
    numbers[at + COST_MS] = entry.costMs;
    numbers[at + GROUP] = group;
    numbers[at + WRITTEN] = ++this.#sequence;
    numbers[at + WRITTEN_MS] = nowMs;
    numbers[at + DECODED_BYTES] = 0;
    rows.setTtl(slot, ttl);
    rows.values[slot] = value;
    rows.texts[slot] = entry.text;
    rows.tables[slot] = tables;
    rows.queryClasses[slot] = entry.queryClass;
    this.#describe(slot, value);
    this.#account(slot, 1);
    this.expiry.add(slot, expiresMs + this.#staleMs, nowMs);
    this.#dependents.add(slot, tables, entry.rows);
    this.#changed(slot);
  }

  #describe(slot: number, value: Value): void {
    const { rows } = this;
    const { parameters, compressed, rawBytes } = this.#traitsOf(value);
    rows.parameters[slot] = parameters;
    rows.numbers[slot * ROW + COMPRESSED] = compressed ? 1 : 0;
    if (rawBytes !== null) rows.numbers[slot * ROW + RAW_BYTES] = rawBytes;
  }

  /** Puts an entry into the sums (1), or takes it out (-1). */
  #account(slot: number, sign: 1 | -1): void {
    const { numbers } = this.rows;
    const at = slot * ROW;
    const bytes = numbers[at + BYTES];
    this.#bytes += sign * bytes;
    if (numbers[at + COMPRESSED] === 0) return;
    const decodedBytes = numbers[at + DECODED_BYTES];
    const keyBytes = 2 * (this.rows.keys[slot] ?? '').length;
    this.#compressedEntries += sign;
    this.#compressedRawBytes += sign * numbers[at + RAW_BYTES];
    this.#compressedBytes += sign * (bytes - keyBytes - decodedBytes);
    if (decodedBytes === 0) return;
    this.#decodedEntries += sign;
    this.#decodedBytes += sign * decodedBytes;
  }

  #changed(slot: number): void {
    for (let at = 0; at < this.#watchers.length; at++) this.#watchers[at](slot);
  }
}

/**
 * What is known about each entry, by slot number: numbers side by side in one row of a typed array, so that a request touches two or
 * three lines of memory; what is no number in plain arrays; no object per entry.
 */
import type { QueryClass, TtlRuleName } from '../catalogue.ts';
import { grown } from '../structures/slot-lists.ts';
import type { Tables } from '../freshness/table-versions.ts';
import type { TtlDecision } from '../freshness/ttl.ts';

/** Fields of a row. Those that a hit reads or changes come first. */
export const EXPIRES_MS = 0;
export const HITS = 1;
/** Order of last use, and of writing, as running numbers: exact where milliseconds tie. */
export const USED = 2;
export const USED_MS = 3;
/** 32 bits of the key. */
export const HASH = 4;
/** What is charged against the capacity. */
export const BYTES = 5;
/** What the value weighs uncompressed. */
export const RAW_BYTES = 6;
export const COST_MS = 7;
/** Which row of the statistics it counts for. */
export const GROUP = 8;
export const WRITTEN = 9;
export const WRITTEN_MS = 10;
/** Of `BYTES`, what a decoded copy takes. */
export const DECODED_BYTES = 11;
/** 1 or 0. */
export const COMPRESSED = 12;
/** The key's number. */
export const KEY_ID = 13;
const TTL_MS = 14;
const TTL_EVIDENCE = 15;
/** Counts how often the slot was given other content: tells a later value from the one that a slow task began with. */
export const GENERATION = 16;
export const ROW = 17;

const NO_TABLES: Tables = [];

export class EntryRows<Value> {
  /** Field `f` of slot `s` is at `s * ROW + f`. */
  numbers = new Float64Array(64 * ROW);
  /** Undefined in a free slot. */
  readonly keys: (string | undefined)[] = [];
  readonly values: (Value | undefined)[] = [];
  readonly texts: string[] = [];
  readonly parameters: string[] = [];
  readonly tables: Tables[] = [];
  readonly queryClasses: QueryClass[] = [];
  readonly #ttlRules: TtlRuleName[] = [];

  get(slot: number, field: number): number {
    return this.numbers[slot * ROW + field];
  }

  reserve(slot: number): void {
    const length = (slot + 1) * ROW;
    if (length > this.numbers.length) this.numbers = grown(this.numbers, length * 2);
  }

  /** The entry leaves: its value is let go of, and what is known about it stays until `clear`. */
  vacate(slot: number): void {
    this.keys[slot] = undefined;
    this.values[slot] = undefined;
    this.numbers[slot * ROW + GENERATION]++;
  }

  clear(slot: number): void {
    this.texts[slot] = '';
    this.parameters[slot] = '';
    this.tables[slot] = NO_TABLES;
  }

  /** Which rule gave the entry its time, before jitter. */
  ttl(slot: number): TtlDecision {
    return { ttlMs: this.get(slot, TTL_MS), rule: this.#ttlRules[slot], evidence: this.get(slot, TTL_EVIDENCE) };
  }

  setTtl(slot: number, { ttlMs, rule, evidence }: TtlDecision): void {
    const at = slot * ROW;
    this.numbers[at + TTL_MS] = ttlMs;
    this.numbers[at + TTL_EVIDENCE] = evidence;
    this.#ttlRules[slot] = rule;
  }

  /** The clock was moved back to `nowMs`: nothing was written or used later than now, and nothing lives longer than it was given. */
  clampTo(slot: number, nowMs: number): void {
    const at = slot * ROW;
    const { numbers } = this;
    numbers[at + WRITTEN_MS] = Math.min(numbers[at + WRITTEN_MS], nowMs);
    numbers[at + USED_MS] = Math.min(numbers[at + USED_MS], nowMs);
    numbers[at + EXPIRES_MS] = Math.min(numbers[at + EXPIRES_MS], nowMs + numbers[at + TTL_MS]);
  }
}

/** What is known about each entry, by slot number: numbers in typed arrays, the rest in plain ones; no object per entry. */
import { QUERY_CLASS_NAMES, TTL_RULES, type QueryClass, type TtlRuleName } from './catalogue.ts';
import { grown } from './slot-lists.ts';
import type { Tables } from './table-versions.ts';
import type { TtlDecision } from './ttl.ts';

const TTL_RULE_NAMES = Object.keys(TTL_RULES) as TtlRuleName[];

export class EntryColumns<Value> {
  /** Undefined in a free slot. */
  readonly keys: (string | undefined)[] = [];
  readonly values: (Value | undefined)[] = [];
  readonly texts: (string | undefined)[] = [];
  readonly tables: Tables[] = [];
  hashes = new Uint32Array(64);
  /** What is charged against the capacity; of it, what a decoded copy takes. */
  bytes = new Float64Array(64);
  decodedBytes = new Float64Array(64);
  /** What the value weighs uncompressed. */
  rawBytes = new Float64Array(64);
  compressed = new Uint8Array(64);
  costMs = new Float64Array(64);
  writtenMs = new Float64Array(64);
  usedMs = new Float64Array(64);
  expiresMs = new Float64Array(64);
  hits = new Uint32Array(64);
  /** Order of writing, and of last use, as running numbers: exact where milliseconds tie. */
  written = new Float64Array(64);
  used = new Float64Array(64);
  /** Counts how often the slot was given other content: tells a later value from the one that a slow task began with. */
  generations = new Uint32Array(64);
  /** Which row of the statistics it counts for. */
  groups = new Uint32Array(64);
  #classes = new Uint8Array(64);
  #ttlMs = new Float64Array(64);
  #ttlEvidence = new Float64Array(64);
  #ttlRules = new Uint8Array(64);

  reserve(slot: number): void {
    if (slot < this.hashes.length) return;
    const length = Math.max(slot + 1, this.hashes.length * 2);
    this.hashes = grown(this.hashes, length);
    this.bytes = grown(this.bytes, length);
    this.decodedBytes = grown(this.decodedBytes, length);
    this.rawBytes = grown(this.rawBytes, length);
    this.compressed = grown(this.compressed, length);
    this.costMs = grown(this.costMs, length);
    this.writtenMs = grown(this.writtenMs, length);
    this.usedMs = grown(this.usedMs, length);
    this.expiresMs = grown(this.expiresMs, length);
    this.hits = grown(this.hits, length);
    this.written = grown(this.written, length);
    this.used = grown(this.used, length);
    this.generations = grown(this.generations, length);
    this.groups = grown(this.groups, length);
    this.#classes = grown(this.#classes, length);
    this.#ttlMs = grown(this.#ttlMs, length);
    this.#ttlEvidence = grown(this.#ttlEvidence, length);
    this.#ttlRules = grown(this.#ttlRules, length);
  }

  /** Lets go of what the slot held. */
  release(slot: number): void {
    this.keys[slot] = undefined;
    this.values[slot] = undefined;
    this.texts[slot] = undefined;
    this.tables[slot] = [];
    this.generations[slot]++;
  }

  queryClass(slot: number): QueryClass {
    return QUERY_CLASS_NAMES[this.#classes[slot]];
  }

  setQueryClass(slot: number, queryClass: QueryClass): void {
    this.#classes[slot] = QUERY_CLASS_NAMES.indexOf(queryClass);
  }

  /** Which rule gave the entry its time, before jitter. */
  ttl(slot: number): TtlDecision {
    const rule = TTL_RULE_NAMES[this.#ttlRules[slot]];
    return { ttlMs: this.#ttlMs[slot], rule, evidence: this.#ttlEvidence[slot] };
  }

  setTtl(slot: number, { ttlMs, rule, evidence }: TtlDecision): void {
    this.#ttlMs[slot] = ttlMs;
    this.#ttlRules[slot] = TTL_RULE_NAMES.indexOf(rule);
    this.#ttlEvidence[slot] = evidence;
  }

  /** The clock was moved back to `nowMs`: nothing was written or used later than now, and nothing lives longer than it was given. */
  clampTo(slot: number, nowMs: number): void {
    this.writtenMs[slot] = Math.min(this.writtenMs[slot], nowMs);
    this.usedMs[slot] = Math.min(this.usedMs[slot], nowMs);
    this.expiresMs[slot] = Math.min(this.expiresMs[slot], nowMs + this.#ttlMs[slot]);
  }
}

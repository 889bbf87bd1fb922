/** What is known about each entry, by slot number: numbers in typed arrays, the rest in plain ones; no object per entry. */
import { QUERY_CLASS_NAMES, type QueryClass } from './catalogue.ts';
import { grown } from './slot-lists.ts';
import type { Tables } from './table-versions.ts';

export class EntryColumns<Value> {
  /** Undefined in a free slot. */
  readonly keys: (string | undefined)[] = [];
  readonly values: (Value | undefined)[] = [];
  readonly texts: (string | undefined)[] = [];
  readonly tables: Tables[] = [];
  hashes = new Uint32Array(64);
  /** What is charged against the capacity. */
  bytes = new Float64Array(64);
  costMs = new Float64Array(64);
  writtenMs = new Float64Array(64);
  expiresMs = new Float64Array(64);
  hits = new Uint32Array(64);
  /** Order of writing, and of last use, as running numbers: exact where milliseconds tie. */
  written = new Float64Array(64);
  used = new Float64Array(64);
  /** Counts how often the slot changed hands: tells a later entry from the one that a slow task began with. */
  generations = new Uint32Array(64);
  #classes = new Uint8Array(64);

  reserve(slot: number): void {
    if (slot < this.hashes.length) return;
    const length = Math.max(slot + 1, this.hashes.length * 2);
    this.hashes = grown(this.hashes, length);
    this.bytes = grown(this.bytes, length);
    this.costMs = grown(this.costMs, length);
    this.writtenMs = grown(this.writtenMs, length);
    this.expiresMs = grown(this.expiresMs, length);
    this.hits = grown(this.hits, length);
    this.written = grown(this.written, length);
    this.used = grown(this.used, length);
    this.generations = grown(this.generations, length);
    this.#classes = grown(this.#classes, length);
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
}

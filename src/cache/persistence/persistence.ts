/**
 * Saves the cache behind the requests, and brings it back after a reload: entries packed by groups of slots into few records, and a
 * manifest with the strategy's order, the requests that led to it, and the exact version of the data. Only packs that changed are
 * written, all in one transaction. What was saved for another version of the data is dropped whole, a damaged entry alone. Where there
 * is no room for everything, what would leave first is left out.
 */
import { AppError, toWireError } from '../../core/errors.ts';
import { pack, unpack } from '../compression/parcel.ts';
import type { ResultCache } from '../result-cache.ts';
import {
  checksum,
  entriesOf,
  isWhole,
  MANIFEST,
  manifestChecksum,
  packName,
  packNumber,
  packOf,
  SCHEMA,
  type EntryHeader,
  type Manifest,
  type SavedEntry,
} from './saved-form.ts';

/** Where records are kept, by name; IndexedDB in the page, a Map in tests. Values are structured-cloneable. */
export interface CacheStore {
  /** All records saved so far. */
  load(): Promise<ReadonlyMap<string, unknown>>;
  /** Adds or overwrites records: all of them or, when it rejects, none. Rejects with code `storage-full` where there is no room. */
  save(records: ReadonlyMap<string, unknown>): Promise<void>;
}

export interface LoadReport {
  restored: number;
  /** Saved entries that were not restored: their time was over, they did not fit, or they were damaged. */
  dropped: number;
  /** Of these the damaged ones. */
  damaged: number;
  /** Why nothing was restored; null when the saved content was the right one. */
  reason: NothingRestored | null;
}
/** There was nothing; it is of an earlier or later form; it belongs to other data; its list of contents is damaged. */
export type NothingRestored = 'nothing-saved' | 'other-format' | 'other-data' | 'damaged';

export interface FlushReport {
  /** False when nothing had changed. */
  written: boolean;
  /** Packs written. */
  packs: number;
  /** Entries that are kept now, and those for which there was no room. */
  saved: number;
  leftOut: number;
  /** Of the values kept, as charged. */
  bytes: number;
}

/** Where not even so much can be kept, nothing is. */
const BYTES_MIN = 64 * 1024;
const NOTHING_WRITTEN = { written: false, packs: 0, saved: 0, leftOut: 0, bytes: 0 } as const;

export class CachePersistence<Value> {
  readonly #cache: ResultCache<Value>;
  readonly #store: CacheStore;
  readonly #accepts: (value: unknown) => value is Value;
  #dirty = new Set<number>();
  /** Version and entries that the saved manifest speaks of. */
  #savedVersion = '';
  #savedUses = 0;
  #saving = false;
  /** Entries beyond it are left out: there was no room for more. */
  #bytesMax = Infinity;

  /** From here on it watches the cache. `accepts` tells whether what comes back from the store is a value at all. */
  constructor(cache: ResultCache<Value>, store: CacheStore, accepts: (value: unknown) => value is Value) {
    this.#cache = cache;
    this.#store = store;
    this.#accepts = accepts;
    cache.watch((slot) => this.#dirty.add(packOf(slot)));
  }

  /** Whether `flush` would have something to write. */
  get pending(): boolean {
    return (
      this.#dirty.size > 0 || this.#savedVersion !== this.#version() || this.#savedUses !== this.#cache.requestsRecorded
    );
  }

  /** Fills the cache with what was saved for exactly the version of the data at which it stands. `nowMs` is the cache's clock, `wallMs` Unix time. */
  async load(nowMs: number, wallMs: number): Promise<LoadReport> {
    const records = await this.#store.load();
    for (const name of records.keys()) {
      // Old packs are overwritten by the next flush, so that none of them outlives its manifest.
      const number = packNumber(name);
      if (number !== null) this.#dirty.add(number);
    }
    const nothing = (reason: NothingRestored): LoadReport => ({ restored: 0, dropped: 0, damaged: 0, reason });
    if (!records.has(MANIFEST)) return nothing('nothing-saved');
    const manifest = records.get(MANIFEST) as Partial<Manifest> | null;
    if (manifest?.schema !== SCHEMA) return nothing('other-format');
    if (!isWhole(manifest)) return nothing('damaged');
    const { versions } = this.#cache;
    if (manifest.historyId !== versions.historyId || manifest.logNumber !== versions.latest)
      return nothing('other-data');
    const { packs, order, hits, requests } = manifest;
    const saved = new Map<number, SavedEntry>();
    for (const name of packs) for (const entry of entriesOf(records.get(name))) saved.set(entry.slot, entry);
    let restored = 0;
    let damaged = 0;
    for (let at = 0; at < order.length; at++) {
      const entry = saved.get(order[at]);
      const value = entry && this.#valueOf(entry);
      if (value === undefined) damaged++;
      else if (this.#restore(value, hits[at], nowMs, wallMs)) restored++;
    }
    this.#cache.resume(requests, nowMs);
    return { restored, dropped: order.length - restored, damaged, reason: null };
  }

  /**
   * Writes what changed since the last flush. Where there is no room it shrinks what is kept, by halves. Throws AppError `cache-save`,
   * with the store's error as detail; nothing is lost then, and it may be tried again.
   */
  async flush(nowMs: number, wallMs: number): Promise<FlushReport> {
    if (this.#saving || !this.pending) return NOTHING_WRITTEN;
    this.#saving = true;
    const version = this.#version();
    try {
      for (;;) {
        const report = await this.#write(nowMs, wallMs);
        if (report !== null) return report;
        // A write came meanwhile: whether the data holds it already is for the caller to see, before what rests on it is saved.
        if (this.#version() !== version) return NOTHING_WRITTEN;
      }
    } finally {
      this.#saving = false;
    }
  }

  /** Null when there was no room, and less is to be tried. */
  async #write(nowMs: number, wallMs: number): Promise<FlushReport | null> {
    const dirty = this.#dirty;
    const version = this.#version();
    const uses = this.#cache.requestsRecorded;
    const kept = this.#kept();
    const records = this.#records(dirty, kept.slots, nowMs, wallMs);
    this.#dirty = new Set();
    try {
      await this.#store.save(records);
      this.#savedVersion = version;
      this.#savedUses = uses;
      return { written: true, packs: dirty.size, saved: kept.slots.length, leftOut: kept.leftOut, bytes: kept.bytes };
    } catch (error) {
      for (const number of dirty) this.#dirty.add(number);
      const detail = toWireError(error);
      if (detail.code === 'storage-full' && kept.bytes > 0) {
        this.#bytesMax = kept.bytes / 2 < BYTES_MIN ? 0 : kept.bytes / 2;
        // Packs that were written whole before hold entries that now stay out.
        for (const slot of this.#cache.slotsInOrder()) this.#dirty.add(packOf(slot));
        return null;
      }
      throw new AppError('cache-save', `The cache could not be saved: ${detail.message}`, detail);
    }
  }

  /** What would leave last, as far as there is room; in the order of `slotsInOrder` reversed. */
  #kept(): { slots: number[]; leftOut: number; bytes: number } {
    const order = this.#cache.slotsInOrder();
    let bytes = 0;
    const slots = order.filter((slot) => {
      const weight = this.#cache.bytesOf(slot) - this.#cache.decodedBytesOf(slot);
      if (bytes + weight > this.#bytesMax) return false;
      bytes += weight;
      return true;
    });
    return { slots: slots.reverse(), leftOut: order.length - slots.length, bytes };
  }

  #version(): string {
    const { historyId, latest } = this.#cache.versions;
    return `${historyId} ${latest}`;
  }

  /** Built in one go: packs and manifest speak of the same moment. */
  #records(dirty: ReadonlySet<number>, order: number[], nowMs: number, wallMs: number): Map<string, unknown> {
    const packs = new Map<number, SavedEntry[]>([...dirty].map((number) => [number, []]));
    for (const slot of order) {
      const entry = packs.has(packOf(slot)) ? this.#save(slot, nowMs, wallMs) : null;
      if (entry !== null) packs.get(packOf(slot))?.push(entry);
    }
    const records = new Map<string, unknown>([...packs].map(([number, entries]) => [packName(number), entries]));
    const contents = {
      schema: SCHEMA,
      historyId: this.#cache.versions.historyId,
      logNumber: this.#cache.versions.latest,
      packs: [...new Set(order.map(packOf))].map(packName),
      order: Int32Array.from(order),
      hits: Uint32Array.from(order, (slot) => this.#cache.hitsOf(slot)),
    };
    const manifest: Manifest = {
      ...contents,
      requests: this.#cache.recordedRequests(),
      checksum: manifestChecksum(contents),
    };
    return records.set(MANIFEST, manifest);
  }

  /** Null for a value that cannot be stored as bytes. */
  #save(slot: number, nowMs: number, wallMs: number): SavedEntry | null {
    const parcel = pack(this.#cache.valueIn(slot));
    if (parcel === null) return null;
    const { key, text, tables, queryClass, bytes, decodedBytes, costMs, expiresInMs } = this.#cache.view(slot, nowMs);
    const header = JSON.stringify({
      key,
      text,
      tables,
      rows: [...this.#cache.rowsOf(slot)],
      queryClass,
      // A decoded copy beside it is made anew when it is wanted again.
      valueBytes: bytes - decodedBytes - 2 * key.length,
      costMs,
      expiresAtMs: wallMs + expiresInMs,
      skeleton: parcel.skeleton,
    } satisfies EntryHeader);
    return { slot, header, bytes: parcel.bytes, checksum: checksum(header, parcel.bytes) };
  }

  /** Undefined where it is damaged. */
  #valueOf({ header, bytes, checksum: expected }: SavedEntry): (EntryHeader & { value: Value }) | undefined {
    if (checksum(header, bytes) !== expected) return undefined;
    const read = JSON.parse(header) as EntryHeader;
    const value = unpack({ skeleton: read.skeleton, bytes });
    return this.#accepts(value) ? { ...read, value } : undefined;
  }

  #restore(saved: EntryHeader & { value: Value }, hits: number, nowMs: number, wallMs: number): boolean {
    const { key, text, tables, queryClass, value, valueBytes, costMs, expiresAtMs } = saved;
    if (expiresAtMs <= wallMs) return false;
    const { historyId, latest: logNumber } = this.#cache.versions;
    const version = { historyId, logNumber };
    const entry = { value, bytes: valueBytes, text, queryClass, tables, rows: new Map(saved.rows), version, costMs };
    return this.#cache.restore(key, entry, hits, expiresAtMs - wallMs, nowMs).stored;
  }
}

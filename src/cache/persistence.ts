/**
 * Saves the cache behind the requests, and brings it back after a reload: entries packed by groups of slots into few records, and a
 * manifest with the strategy's order, the requests that led to it, and the exact version of the data. Only packs that changed are
 * written, all in one transaction. What was saved for another version of the data is dropped whole, a damaged entry alone. Where there
 * is no room for everything, what would leave first is left out.
 */
import { AppError, toWireError } from '../core/errors.ts';
import { hashText } from '../core/random.ts';
import type { QueryClass } from './catalogue.ts';
import { pack, unpack } from './parcel.ts';
import type { RecordedRequests } from './request-history.ts';
import type { ResultCache } from './result-cache.ts';
import type { Tables } from './table-versions.ts';

/** Where records are kept, by name; IndexedDB in the page, a Map in tests. Values are structured-cloneable. */
export interface CacheStore {
  /** All records saved so far. */
  load(): Promise<ReadonlyMap<string, unknown>>;
  /** Adds or overwrites records: all of them or, when it rejects, none. Rejects with code `storage-full` where there is no room. */
  save(records: ReadonlyMap<string, unknown>): Promise<void>;
}

export interface LoadReport {
  restored: number;
  /** Saved entries that were damaged, expired, or did not fit. */
  dropped: number;
  /** Why nothing was restored, in plain words; null when the saved content was the right one. */
  reason: string | null;
}

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

interface Manifest {
  schema: number;
  historyId: string;
  logNumber: number;
  /** Names of the packs that count. */
  packs: string[];
  /** Slots, the first to leave first, and the hits of each. */
  order: Int32Array;
  hits: Uint32Array;
  requests: RecordedRequests;
}

interface SavedEntry {
  slot: number;
  /** JSON of a `Header`. */
  header: string;
  bytes: Uint8Array;
  /** Over header and bytes. */
  checksum: number;
}

interface Header {
  key: string;
  text: string;
  tables: Tables;
  queryClass: QueryClass;
  /** What the value weighs, without its key. */
  valueBytes: number;
  costMs: number;
  /** On the wall clock, which outlives the page. */
  expiresAtMs: number;
  skeleton: string;
}

const SCHEMA = 2;
const MANIFEST = 'manifest';
const SLOTS_PER_PACK = 64;
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
    cache.watch((slot) => this.#dirty.add(Math.floor(slot / SLOTS_PER_PACK)));
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
    const manifest = records.get(MANIFEST) as Partial<Manifest> | undefined;
    if (manifest === undefined) return { restored: 0, dropped: 0, reason: 'Nothing was saved.' };
    if (manifest.schema !== SCHEMA)
      return { restored: 0, dropped: 0, reason: 'It was saved by another version of this page.' };
    const { versions } = this.#cache;
    if (manifest.historyId !== versions.historyId || manifest.logNumber !== versions.latest) {
      return { restored: 0, dropped: 0, reason: 'The data has changed since it was saved.' };
    }
    const { packs = [], order = new Int32Array(), hits = new Uint32Array() } = manifest;
    const saved = new Map<number, SavedEntry>();
    for (const name of packs) for (const entry of entriesOf(records.get(name))) saved.set(entry.slot, entry);
    let restored = 0;
    for (let at = 0; at < order.length; at++) {
      if (this.#restore(saved.get(order[at]), hits[at] ?? 0, nowMs, wallMs)) restored++;
    }
    this.#cache.resume(manifest.requests, nowMs);
    return { restored, dropped: order.length - restored, reason: null };
  }

  /**
   * Writes what changed since the last flush. Where there is no room it shrinks what is kept, by halves. Throws AppError `cache-save`,
   * with the store's error as detail; nothing is lost then, and it may be tried again.
   */
  async flush(nowMs: number, wallMs: number): Promise<FlushReport> {
    if (this.#saving || !this.pending) return NOTHING_WRITTEN;
    this.#saving = true;
    try {
      for (;;) {
        const report = await this.#write(nowMs, wallMs);
        if (report !== null) return report;
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
    const kept = this.#kept(nowMs);
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
  #kept(nowMs: number): { slots: number[]; leftOut: number; bytes: number } {
    const order = this.#cache.slotsInOrder();
    let bytes = 0;
    const slots = order.filter((slot) => {
      const weight = this.#cache.view(slot, nowMs).bytes;
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
    const contents = new Map<number, SavedEntry[]>([...dirty].map((number) => [number, []]));
    for (const slot of order) {
      const entry = contents.has(packOf(slot)) ? this.#save(slot, nowMs, wallMs) : null;
      if (entry !== null) contents.get(packOf(slot))?.push(entry);
    }
    const records = new Map<string, unknown>([...contents].map(([number, entries]) => [packName(number), entries]));
    const manifest: Manifest = {
      schema: SCHEMA,
      historyId: this.#cache.versions.historyId,
      logNumber: this.#cache.versions.latest,
      packs: [...new Set(order.map(packOf))].map(packName),
      order: Int32Array.from(order),
      hits: Uint32Array.from(order, (slot) => this.#cache.view(slot, nowMs).hits),
      requests: this.#cache.recordedRequests(),
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
      queryClass,
      // A decoded copy beside it is made anew when it is wanted again.
      valueBytes: bytes - decodedBytes - 2 * key.length,
      costMs,
      expiresAtMs: wallMs + expiresInMs,
      skeleton: parcel.skeleton,
    } satisfies Header);
    return { slot, header, bytes: parcel.bytes, checksum: checksum(header, parcel.bytes) };
  }

  #restore(saved: SavedEntry | undefined, hits: number, nowMs: number, wallMs: number): boolean {
    if (saved === undefined || checksum(saved.header, saved.bytes) !== saved.checksum) return false;
    const { key, text, tables, queryClass, valueBytes, costMs, expiresAtMs, skeleton } = JSON.parse(
      saved.header,
    ) as Header;
    if (expiresAtMs <= wallMs) return false;
    const value = unpack({ skeleton, bytes: saved.bytes });
    if (!this.#accepts(value)) return false;
    const { historyId, latest: logNumber } = this.#cache.versions;
    const entry = { value, bytes: valueBytes, text, queryClass, tables, version: { historyId, logNumber }, costMs };
    return this.#cache.restore(key, entry, hits, expiresAtMs - wallMs, nowMs).stored;
  }
}

function packOf(slot: number): number {
  return Math.floor(slot / SLOTS_PER_PACK);
}

function packName(number: number): string {
  return `pack ${number}`;
}

function packNumber(name: string): number | null {
  const digits = /^pack (\d+)$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The entries of a record that have an entry's shape; whatever else lies there is passed over. */
function entriesOf(record: unknown): SavedEntry[] {
  if (!Array.isArray(record)) return [];
  return (record as Partial<SavedEntry>[]).filter(
    (entry): entry is SavedEntry =>
      typeof entry?.slot === 'number' && typeof entry.header === 'string' && entry.bytes instanceof Uint8Array,
  );
}

/** FNV-1a over the header's text, then over the bytes, four at a time. */
function checksum(header: string, bytes: Uint8Array): number {
  let hash = hashText(header, 0x811c9dc5 ^ bytes.length);
  const words = bytes.length >> 2;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let word = 0; word < words; word++) hash = Math.imul(hash ^ view.getUint32(word * 4, true), 0x01000193);
  for (let at = words * 4; at < bytes.length; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  return hash >>> 0;
}

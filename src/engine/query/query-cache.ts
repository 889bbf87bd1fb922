/**
 * The result cache as the query path sees it: keys from texts and parameters, results as values, and compression outside
 * the request's time.
 */
import { MISS_REASONS } from '../../cache/catalogue.ts';
import { compress, isCompressed, type CompressedValue } from '../../cache/compression/compression.ts';
import type { Purpose, ValueTraits } from '../../cache/store/entry.ts';
import { cacheKey } from '../../cache/keys/key.ts';
import { ResultCache } from '../../cache/result-cache.ts';
import type { CacheSettings } from '../../cache/settings.ts';
import type { Tables } from '../../cache/freshness/table-versions.ts';
import { AppError } from '../../core/errors.ts';
import type { Random } from '../../core/ports.ts';
import { byteLengthOf, relabel } from '../../database/rows/columns.ts';
import type { Classification, Parameters, ResultColumns, Version } from '../../database/protocol.ts';
import type { QueryMeaning } from './classifications.ts';
import { DecodedCopies } from './decoded-copies.ts';
import { boundValues, describeParameters, givenValues } from './parameters.ts';
import { rowsReached } from './rows-reached.ts';
import type { CacheFilter, CachePacking, CacheStatistics } from '../protocol.ts';

/** Objects and arrays around the bytes of a result. */
const ENTRY_OVERHEAD_BYTES = 512;
/** What an entry holds. Plain data, so that it can be saved. */
export interface CachedResult {
  /** What the text meant: after a reload it is known where to look for its like. */
  query: QueryMeaning;
  result: ResultColumns | CompressedValue;
  version: Version;
  rows: number;
  parameters: string;
  /** Whether the text itself was run: a proved rewrite may bring its rows in another order. */
  asTyped: boolean;
}

export interface Found {
  /** A promise while it is being unpacked. */
  result: ResultColumns | Promise<ResultColumns>;
  unpacked: boolean;
  ageMs: number;
  costMs: number;
  version: Version;
  /** How long its time has been over, when it is served while it is refreshed; else null. */
  staleMs: number | null;
  /** For teaching only: a write has overtaken it so long ago; else null. */
  overtakenMs: number | null;
}

export interface Admission {
  key: string;
  sql: string;
  parameters: Parameters;
  classification: Classification;
  result: ResultColumns;
  version: Version;
  costMs: number;
  purpose: Purpose;
  asTyped: boolean;
}

export interface QueryCacheOptions {
  settings: CacheSettings;
  random: Random;
  nowMs(): number;
  /** Called when the earliest expiry may have moved. */
  onStored(): void;
}

export class QueryCache {
  readonly store: ResultCache<CachedResult>;
  readonly #options: QueryCacheOptions;
  readonly #decoded: DecodedCopies;
  #pragmas: readonly string[] = [];
  #compressions: Promise<void> = Promise.resolve();
  #joined = 0;
  #packing = { packed: 0, keptPlain: 0, packMs: 0 };

  constructor(options: QueryCacheOptions) {
    this.#options = options;
    this.store = new ResultCache(options.settings, { historyId: '', logNumber: 0 }, options.random, traitsOf);
    this.#decoded = new DecodedCopies(this.store, options.nowMs);
  }

  /** PRAGMAs in force are part of every key. */
  setPragmas(pragmas: readonly string[]): void {
    this.#pragmas = [...pragmas];
  }

  /** Of a query and its parameters; null when they do not fit it. */
  keyOf(query: QueryMeaning, parameters: Parameters): string | null {
    const values = boundValues(query.parameters, parameters);
    return values && cacheKey(query.program, values, this.#pragmas);
  }

  /** Of a text that nobody knows yet: only those who gave the same parameters in the same way have the same one. */
  keyAsGiven(sql: string, parameters: Parameters): string | null {
    const values = givenValues(parameters);
    return values && `as given ${cacheKey(sql, values, this.#pragmas)}`;
  }

  /**
   * What may be served, or why there is nothing. Fresh by construction: what a write touched left the cache in the same step as the
   * commit. Only a person who watches, and has switched it on, is shown older rows.
   */
  lookup(key: string, classification: Classification, watched: boolean, nowMs: number): Found | string {
    const { store } = this;
    const slot = store.find(key, nowMs);
    if (slot < 0) {
      const older = watched ? store.olderRows(key, nowMs) : null;
      if (older) {
        const { value, writtenMs, overtakenMs } = older;
        return {
          ...this.#plain(value),
          ageMs: nowMs - writtenMs,
          costMs: 0,
          staleMs: null,
          overtakenMs: nowMs - overtakenMs,
        };
      }
      const reason = store.miss(key, classification.queryClass, tablesOf(classification), nowMs);
      return `Miss: ${MISS_REASONS[reason]}`;
    }
    const value = store.valueIn(slot) as CachedResult;
    const staleMs = store.staleMs(slot, nowMs);
    const { result, version } = value;
    const decoded = isCompressed(result) ? this.#decoded.get(slot) : result;
    return {
      result: decoded ?? this.#unpacked(key, slot, result as CompressedValue),
      unpacked: decoded === null,
      ageMs: store.ageMs(slot, nowMs),
      costMs: store.costMs(slot),
      version,
      staleMs: staleMs >= 0 ? staleMs : null,
      overtakenMs: null,
    };
  }

  /** Whether it is here, and with its rows in the order in which SQLite gives them for its text. */
  hasInOrder(key: string, nowMs: number): boolean {
    const slot = this.store.peek(key, nowMs);
    return slot >= 0 && this.store.valueIn(slot)?.asTyped === true;
  }

  /** Counts a miss that was not looked up: a text met for the first time, or one whose results are never stored. */
  countUnseen(classification: Classification): void {
    const reason = classification.volatile === null ? 'cold' : 'volatile';
    this.store.countMiss(classification.queryClass, tablesOf(classification), reason);
  }

  /** Counts a miss that an equal query's execution has answered. */
  countJoined(): void {
    this.#joined++;
  }

  relabel(result: ResultColumns, names: string[]): ResultColumns {
    return relabel(result, names);
  }

  /** Stores a result; true when the cache now holds it too. A result that a later write has overtaken is refused by the store. */
  admit(admission: Admission): boolean {
    const { classification, result, version, costMs, sql, purpose, asTyped } = admission;
    const parameters = describeParameters(admission.parameters);
    const around = ENTRY_OVERHEAD_BYTES + 2 * (sql.length + parameters.length);
    const bytes = byteLengthOf(result) + around;
    const query = { program: classification.program, parameters: classification.parameters };
    const value: CachedResult = { query, result, version, rows: result.rowCount, parameters, asTyped };
    const { queryClass } = classification;
    const entry = {
      value,
      bytes,
      text: sql,
      queryClass,
      tables: tablesOf(classification),
      rows: rowsReached(classification, admission.parameters),
      version,
      costMs,
    };
    const stored = this.store.put(admission.key, entry, this.#options.nowMs(), purpose);
    if (!stored.stored) return false;
    this.#options.onStored();
    if (bytes > this.store.settings.compressAboveBytes)
      this.#compressLater(stored.slot, stored.generation, value, around);
    return true;
  }

  statistics(): CacheStatistics {
    return { ...this.store.statistics(), joined: this.#joined };
  }

  resetStatistics(): void {
    this.store.resetStatistics();
    this.#joined = 0;
    this.#packing = { packed: 0, keptPlain: 0, packMs: 0 };
    this.#decoded.resetCounts();
  }

  /** What compression has done so far. */
  get packing(): CachePacking {
    return { ...this.#packing, ...this.#decoded.counts };
  }

  /** What unpacking an entry took when it was last done; null while it never was. */
  decodeMs(slot: number): number | null {
    return this.#decoded.lastMs(slot);
  }

  /** The slots of the entries that meet a filter, in the strategy's order; all for an empty one. */
  matching({ table, pattern = '' }: CacheFilter): number[] {
    const { store } = this;
    const wanted = pattern.toLowerCase();
    const matches = (slot: number): boolean =>
      (table === undefined || (store.tablesOf(slot)?.includes(table) ?? true)) &&
      (wanted === '' || this.#spelled(slot).toLowerCase().includes(wanted));
    const slots = store.slotsInOrder();
    return table === undefined && wanted === '' ? slots : slots.filter(matches);
  }

  /** Drops one entry by its key, or all that meet the filter; what is dropped by hand counts as such. */
  drop({ key, ...filter }: { key?: string } & CacheFilter): number {
    const nowMs = this.#options.nowMs();
    if (key !== undefined) return this.store.remove(key, nowMs) ? 1 : 0;
    if (filter.table === undefined && filter.pattern === undefined) return 0;
    const keys = this.matching(filter).map((slot) => this.store.keyOf(slot));
    for (const each of keys) this.store.remove(each, nowMs);
    return keys.length;
  }

  /** Settles when all compression so far is done: for tests and for saving. */
  get settled(): Promise<void> {
    return this.#compressions;
  }

  #spelled(slot: number): string {
    return `${this.store.textIn(slot)} ${this.store.valueIn(slot)?.parameters ?? ''}`;
  }

  #plain({ result, version }: CachedResult): Pick<Found, 'result' | 'unpacked' | 'version'> {
    return isCompressed(result)
      ? { result: this.#decoded.decode(result), unpacked: true, version }
      : { result, unpacked: false, version };
  }

  async #unpacked(key: string, slot: number, compressed: CompressedValue): Promise<ResultColumns> {
    try {
      return await this.#decoded.unpack(slot, compressed);
    } catch {
      this.store.remove(key);
      throw new AppError(
        'cache-damaged',
        'A stored result could not be unpacked; it was dropped. Run the query again.',
      );
    }
  }

  /** One at a time, after the answer has gone out. The entry may be gone by then; its generation tells. */
  #compressLater(slot: number, generation: number, value: CachedResult, around: number): void {
    const { result } = value;
    if (isCompressed(result)) return;
    this.#compressions = this.#compressions.then(async () => {
      const begunMs = this.#options.nowMs();
      // Where it cannot be done, for want of memory say, the entry stays as it is; those behind it wait for nothing.
      const smaller = await compress(result, this.store.settings.compressAboveBytes).catch(() => null);
      this.#packing.packMs += this.#options.nowMs() - begunMs;
      this.#packing[smaller ? 'packed' : 'keptPlain']++;
      if (!smaller) return;
      const bytes = smaller.deflated.byteLength + 2 * smaller.skeleton.length + around;
      this.store.replaceValue(slot, generation, { ...value, result: smaller }, bytes, this.#options.nowMs());
    });
  }
}

/** Which tables a query's result rests on. */
function tablesOf({ touchesEverything, tablesRead }: Classification): Tables {
  return touchesEverything ? null : tablesRead;
}

function traitsOf({ result, parameters }: CachedResult): ValueTraits {
  return isCompressed(result)
    ? { parameters, compressed: true, rawBytes: result.rawBytes }
    : { parameters, compressed: false, rawBytes: null };
}

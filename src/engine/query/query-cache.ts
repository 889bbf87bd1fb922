/**
 * The result cache as the query path sees it: keys from texts and parameters, results as values, one flight for equal
 * misses, and compression outside the request's time.
 */
import { MISS_REASONS } from '../../cache/catalogue.ts';
import { compress, decompress, isCompressed, type CompressedValue } from '../../cache/compression.ts';
import { cacheKey } from '../../cache/key.ts';
import { ResultCache } from '../../cache/result-cache.ts';
import type { CacheSettings } from '../../cache/settings.ts';
import { SingleFlight } from '../../cache/single-flight.ts';
import { AppError } from '../../core/errors.ts';
import type { Random } from '../../core/ports.ts';
import type { CancelSignal } from '../../core/rpc.ts';
import { byteLengthOf, relabel } from '../../database/rows/columns.ts';
import type { Classification, Parameters, QueryClass, ResultColumns, Version } from '../../database/protocol.ts';
import { canonicalText } from '../../sql/fingerprint.ts';
import type { Asker } from './asker.ts';
import { describeParameters } from './parameters.ts';
import type { CacheEntryReport, CacheStatistics, RunProgress } from '../protocol.ts';
import { readCancelled } from './stopped.ts';

/** Canonical texts are remembered: making one takes longer than a hit. */
const CANONICAL_TEXTS_MAX = 5000;
/** Objects and arrays around the bytes of a result. */
const ENTRY_OVERHEAD_BYTES = 512;

/** What an entry holds. Plain data, so that it can be saved. */
export interface CachedResult {
  result: ResultColumns | CompressedValue;
  version: Version;
  rows: number;
  parameters: string;
}

export interface Found {
  /** A promise while it is being unpacked. */
  result: ResultColumns | Promise<ResultColumns>;
  compressed: boolean;
  ageMs: number;
  costMs: number;
  version: Version;
}

export interface Admission {
  key: string;
  sql: string;
  parameters: Parameters;
  classification: Classification;
  result: ResultColumns;
  version: Version;
  costMs: number;
}

export class QueryCache {
  readonly store: ResultCache<CachedResult>;
  readonly #flights = new SingleFlight<unknown, RunProgress>();
  readonly #canonical = new Map<string, string>();
  readonly #nowMs: () => number;
  /** Called when the earliest expiry may have moved. */
  readonly #onStored: () => void;
  #pragmas: readonly string[] = [];
  #compressions: Promise<void> = Promise.resolve();

  constructor(options: { settings: CacheSettings; random: Random; nowMs(): number; onStored(): void }) {
    this.store = new ResultCache(options.settings, { historyId: '', logNumber: 0 }, options.random);
    this.#nowMs = options.nowMs;
    this.#onStored = options.onStored;
  }

  /** PRAGMAs in force are part of every key. */
  setPragmas(pragmas: readonly string[]): void {
    this.#pragmas = [...pragmas];
  }

  keyOf(sql: string, parameters: Parameters): string {
    let canonical = this.#canonical.get(sql);
    if (canonical === undefined) {
      canonical = canonicalText(sql);
      if (this.#canonical.size >= CANONICAL_TEXTS_MAX) this.#canonical.clear();
      this.#canonical.set(sql, canonical);
    }
    return cacheKey(canonical, parameters, this.#pragmas, '');
  }

  /** A hit is fresh by construction: what a write touched left the cache in the same step as the commit. */
  lookup(
    key: string,
    queryClass: QueryClass,
    nowMs: number,
  ): { hit: Found; reason: null } | { hit: null; reason: string } {
    const found = this.store.get(key, queryClass, nowMs);
    if (!found.hit) return { hit: null, reason: `Miss: ${MISS_REASONS[found.reason]}` };
    const { result, version } = found.value;
    return {
      hit: {
        result: isCompressed(result) ? this.#unpacked(key, result) : result,
        compressed: isCompressed(result),
        ageMs: found.ageMs,
        costMs: found.costMs,
        version,
      },
      reason: null,
    };
  }

  relabel(result: ResultColumns, names: string[]): ResultColumns {
    return relabel(result, names);
  }

  /** Stores a result; true when the cache now holds it too. A result that a later write has overtaken is refused by the store. */
  admit(admission: Admission): boolean {
    const { classification, result, version, costMs } = admission;
    const bytes = byteLengthOf(result) + ENTRY_OVERHEAD_BYTES;
    const parameters = describeParameters(admission.parameters);
    const tables = classification.touchesEverything ? null : classification.tablesRead;
    const entry = {
      value: { result, version, rows: result.rowCount, parameters },
      bytes,
      text: admission.sql,
      queryClass: classification.queryClass,
      tables,
      version,
      costMs,
    };
    const stored = this.store.put(admission.key, entry, this.#nowMs());
    if (!stored.stored) return false;
    this.#onStored();
    if (bytes > this.store.settings.compressAboveBytes)
      this.#compressLater(stored.slot, stored.generation, entry.value);
    return true;
  }

  /**
   * One execution for equal misses. A read joins only a flight that set out after the last write acknowledged before it
   * arrived; one waiter's cancel does not disturb the others, and all of them hear of its progress.
   */
  async flight<Value>(
    key: string,
    lastWrite: number,
    asker: Asker,
    launch: (everybody: Asker) => Promise<Value>,
  ): Promise<{ first: boolean; value: Value }> {
    const seat = this.#flights.join(
      key,
      lastWrite,
      (tell) => {
        const signal = new StopSignal();
        return { result: launch({ signal, progress: tell }), cancel: () => signal.cancel() };
      },
      (report) => asker.progress(report),
    );
    asker.signal?.onCancel(() => seat.leave(readCancelled()));
    return { first: seat.first, value: (await seat.result) as Value };
  }

  statistics(): CacheStatistics {
    const { missReasons, strategyReport, ...rest } = this.store.statistics();
    let entries = 0;
    let savedBytes = 0;
    for (const slot of this.store.slotsInOrder()) {
      const value = this.store.valueIn(slot);
      if (!value || !isCompressed(value.result)) continue;
      entries++;
      savedBytes += value.result.rawBytes - value.result.deflated.byteLength;
    }
    return {
      ...rest,
      missesByReason: missReasons,
      adaptive: strategyReport && { leader: strategyReport.leader, shadows: strategyReport.recentHitRatio },
      compression: { entries, savedBytes },
    };
  }

  /** In the strategy's own order; the next to leave last. */
  entries(limit: number): CacheEntryReport[] {
    const nowMs = this.#nowMs();
    return this.store
      .slotsInOrder()
      .slice(0, limit)
      .map((slot) => {
        const { text, tables, ...view } = this.store.view(slot, nowMs);
        const value = this.store.valueIn(slot);
        return {
          ...view,
          sql: text,
          tables: [...(tables ?? [])],
          parameters: value?.parameters ?? '',
          compressed: isCompressed(value?.result),
          rows: value?.rows ?? 0,
        };
      });
  }

  /** Drops entries by key, by table, or by a piece of their text. */
  drop(what: { key?: string; table?: string; pattern?: string }): number {
    if (what.key !== undefined) return this.store.remove(what.key) ? 1 : 0;
    if (what.table !== undefined) return this.store.invalidate(what.table);
    if (what.pattern === undefined) return 0;
    const wanted = what.pattern.toLowerCase();
    const matching = this.store.entries(this.#nowMs()).filter((entry) => entry.text.toLowerCase().includes(wanted));
    for (const entry of matching) this.store.remove(entry.key);
    return matching.length;
  }

  /** Settles when all compression so far is done: for tests and for saving. */
  get settled(): Promise<void> {
    return this.#compressions;
  }

  async #unpacked(key: string, compressed: CompressedValue): Promise<ResultColumns> {
    try {
      return (await decompress(compressed)).value as ResultColumns;
    } catch {
      this.store.remove(key);
      throw new AppError(
        'cache-damaged',
        'A stored result could not be unpacked; it was dropped. Run the query again.',
      );
    }
  }

  /** One at a time, after the answer has gone out. The entry may be gone by then; its generation tells. */
  #compressLater(slot: number, generation: number, value: CachedResult): void {
    const { result } = value;
    if (isCompressed(result)) return;
    this.#compressions = this.#compressions.then(async () => {
      const smaller = await compress(result, this.store.settings.compressAboveBytes);
      if (!smaller) return;
      this.store.replaceValue(
        slot,
        generation,
        { ...value, result: smaller },
        smaller.deflated.byteLength + 2 * smaller.skeleton.length + ENTRY_OVERHEAD_BYTES,
        this.#nowMs(),
      );
    });
  }
}

class StopSignal implements CancelSignal {
  cancelled = false;
  readonly #listeners: (() => void)[] = [];

  onCancel(listener: () => void): void {
    if (this.cancelled) listener();
    else this.#listeners.push(listener);
  }

  cancel(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    for (const listener of this.#listeners) listener();
  }
}

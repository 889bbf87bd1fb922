/**
 * The result cache: key text to value, bounded in bytes, under any eviction strategy. Never stale: whatever reads a table leaves in the
 * same call that notes a write to it, and nothing enters that a later write has overtaken.
 */
import { invariant } from '../core/errors.ts';
import type { Random } from '../core/ports.ts';
import { hashText } from '../core/random.ts';
import type { QueryClass, RemovalCause, StrategyName } from './catalogue.ts';
import { Departed } from './departed.ts';
import { Dependents } from './dependents.ts';
import { EntryColumns } from './entry-columns.ts';
import type { EntryView, Hit, Miss, NewEntry, Stored } from './entry.ts';
import { ExpiryHeap } from './expiry-heap.ts';
import { STRATEGY_REGISTRY } from './registry.ts';
import { RequestHistory, type RecordedRequests } from './request-history.ts';
import { ENTRY_SHARE_MAX, type CacheSettings } from './settings.ts';
import { SlotPool } from './slot-pool.ts';
import { StatisticsCounter, type CacheStatistics } from './statistics.ts';
import type { Strategy } from './strategy.ts';
import { TableVersions, type ContentVersion, type Tables } from './table-versions.ts';

/** Expired entries that one call of `expire` removes at most, unless told. */
const EXPIRE_LIMIT = 256;
/** Hits that a strategy hears of again, per entry, when it takes over. */
const REPLAYED_HITS_MAX = 15;
const HASH_BASIS = 0x811c9dc5;

export class ResultCache<Value> {
  #settings: CacheSettings;
  readonly #random: Random;
  #strategy: Strategy;
  readonly #versions: TableVersions;
  readonly #slots = new Map<string, number>();
  readonly #pool = new SlotPool();
  readonly #columns = new EntryColumns<Value>();
  readonly #expiry = new ExpiryHeap();
  readonly #dependents = new Dependents();
  readonly #departed = new Departed();
  readonly #history = new RequestHistory();
  #counter = new StatisticsCounter();
  #bytes = 0;
  #sequence = 0;
  #missedKey = '';
  #missedHash = HASH_BASIS;
  #onChange: (slot: number) => void = () => {};

  /** `random` jitters times to live; `version` is where the data stands. */
  constructor(settings: CacheSettings, version: ContentVersion, random: Random) {
    this.#settings = settings;
    this.#random = random;
    this.#versions = new TableVersions(version.historyId, version.logNumber);
    this.#strategy = STRATEGY_REGISTRY[settings.strategy].create();
    this.#strategy.setCapacity(settings.capacityBytes, 0);
  }

  get settings(): Readonly<CacheSettings> {
    return this.#settings;
  }

  /** What was written when; read it freely, and report writes to `noteWrite` and `reset` of the cache. */
  get versions(): Pick<TableVersions, 'historyId' | 'latest' | 'lastWriteOf' | 'isCurrent'> {
    return this.#versions;
  }

  get size(): number {
    return this.#slots.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Looks a key up and counts the outcome. `queryClass` is null while the statement is not classified. */
  get(key: string, queryClass: QueryClass | null, nowMs: number): Hit<Value> | Miss {
    const slot = this.#slots.get(key);
    const columns = this.#columns;
    if (slot !== undefined) {
      if (columns.expiresMs[slot] > nowMs) {
        columns.hits[slot]++;
        columns.used[slot] = ++this.#sequence;
        this.#strategy.onHit(slot, nowMs);
        const costMs = columns.costMs[slot];
        this.#history.note(columns.hashes[slot], columns.bytes[slot], costMs);
        this.#counter.hit(columns.queryClass(slot), costMs);
        return {
          hit: true,
          value: columns.values[slot] as Value,
          slot,
          generation: columns.generations[slot],
          ageMs: Math.max(0, nowMs - columns.writtenMs[slot]),
          costMs,
        };
      }
      this.#remove(slot, 'expired');
    }
    const hash = this.#hashOf(key);
    this.#strategy.onMiss(hash);
    const reason = this.#departed.reasonOf(hash);
    this.#counter.miss(queryClass, reason);
    return { hit: false, reason };
  }

  /** Counts a miss that was not looked up: a text seen for the first time (`cold`), or a result that is never stored (`volatile`). */
  countMiss(queryClass: QueryClass | null, reason: 'cold' | 'volatile'): void {
    this.#counter.miss(queryClass, reason);
  }

  /** Stores a result, evicting others by the strategy; or says why not. */
  put(key: string, entry: NewEntry<Value>, nowMs: number): Stored {
    const jitter = 1 - this.#settings.ttlJitterRatio * this.#random.next();
    const stored = this.#store(key, entry, nowMs, nowMs + this.#settings.ttlMs[entry.queryClass] * jitter);
    if (stored.stored || stored.reason === 'not-admitted')
      this.#history.note(this.#hashOf(key), chargeOf(key, entry.bytes), entry.costMs);
    return stored;
  }

  /** Stores what was saved earlier: `ttlMs` is what was left of its time; its hits count for the strategy, not for the statistics. */
  restore(key: string, entry: NewEntry<Value>, hits: number, ttlMs: number, nowMs: number): Stored {
    const stored = this.#store(key, entry, nowMs, nowMs + Math.min(ttlMs, this.#settings.ttlMs[entry.queryClass]));
    if (!stored.stored) return stored;
    this.#columns.hits[stored.slot] = hits;
    for (let hit = 0; hit < Math.min(hits, REPLAYED_HITS_MAX); hit++) this.#strategy.onHit(stored.slot, nowMs);
    return stored;
  }

  /** The last requests, for saving beside the entries. */
  recordedRequests(): RecordedRequests {
    return this.#history.record();
  }

  /** After the last `restore`: the strategy hears the requests that were recorded, and stands as if the page had never been away. */
  resume(recorded: Partial<RecordedRequests> | undefined, nowMs: number): void {
    this.#history.resume(recorded);
    this.#switchTo(this.#settings.strategy, nowMs);
  }

  /**
   * Puts another form of the same value in its place (compressed, or decoded), if the entry is still the one that was meant.
   * False when it is not, or when the new form is too large.
   */
  replaceValue(slot: number, generation: number, value: Value, bytes: number, nowMs: number): boolean {
    const columns = this.#columns;
    const key = columns.keys[slot];
    if (key === undefined || columns.generations[slot] !== generation) return false;
    const charge = chargeOf(key, bytes);
    if (charge > this.#entryBytesMax()) return false;
    columns.values[slot] = value;
    this.#bytes += charge - columns.bytes[slot];
    columns.bytes[slot] = charge;
    this.#strategy.onReweigh(slot, charge, nowMs);
    this.#makeRoom(0, nowMs);
    this.#onChange(slot);
    return true;
  }

  /** Removes one entry by hand; false when there is none. */
  remove(key: string): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    this.#remove(slot, 'explicit');
    return true;
  }

  clear(): void {
    for (const slot of [...this.#slots.values()]) this.#remove(slot, 'explicit');
  }

  /** A write was committed as log record `logNumber`: what reads one of its tables (null: any table) leaves. Returns how many left. */
  noteWrite(tables: Tables, logNumber: number): number {
    this.#versions.noteWrite(tables, logNumber);
    if (tables === null) return this.invalidate(null);
    let removed = 0;
    for (const table of tables) removed += this.invalidate(table);
    return removed;
  }

  /** Drops what reads this table (by name as in the schema), or everything for null. Returns how many left. */
  invalidate(table: string | null): number {
    const slots = table === null ? [...this.#slots.values()] : this.#dependents.of(table);
    for (const slot of slots) this.#remove(slot, 'invalidated');
    return slots.length;
  }

  /** Another history begins: nothing from before holds. */
  reset(version: ContentVersion): void {
    this.#versions.reset(version.historyId, version.logNumber);
    this.invalidate(null);
  }

  /** Takes over new settings: a smaller capacity evicts at once, a new strategy learns the content, times to live count for newcomers. */
  configure(settings: CacheSettings, nowMs: number): void {
    const before = this.#settings;
    this.#settings = settings;
    if (settings.strategy !== before.strategy) this.#switchTo(settings.strategy, nowMs);
    this.#strategy.setCapacity(settings.capacityBytes, nowMs);
    this.#makeRoom(0, nowMs);
  }

  /** When the next entry expires, for the one timer; null when nothing will. */
  nextExpiryMs(): number | null {
    return this.#expiry.nextMs();
  }

  /** Removes expired entries, at most `limit` in one call; returns how many. */
  expire(nowMs: number, limit = EXPIRE_LIMIT): number {
    let removed = 0;
    for (let slot = this.#expiry.expired(nowMs); slot >= 0 && removed < limit; slot = this.#expiry.expired(nowMs)) {
      this.#remove(slot, 'expired');
      removed++;
    }
    return removed;
  }

  statistics(): CacheStatistics {
    const { hits, misses, removals, missReasons, byClass, timeSavedMs } = this.#counter;
    return structuredClone({
      hits,
      misses,
      hitRatio: hits + misses === 0 ? 0 : hits / (hits + misses),
      size: this.size,
      bytes: this.#bytes,
      capacityBytes: this.#settings.capacityBytes,
      evictionsByCause: removals,
      missReasons,
      byClass,
      timeSavedMs,
      strategy: this.#settings.strategy,
      strategyReport: this.#strategy.report(),
    });
  }

  resetStatistics(): void {
    this.#counter = new StatisticsCounter();
  }

  /** The entries in the strategy's own order, the next to leave last. */
  entries(nowMs: number): EntryView[] {
    return this.slotsInOrder().map((slot) => this.view(slot, nowMs));
  }

  view(slot: number, nowMs: number): EntryView {
    const columns = this.#columns;
    return {
      key: columns.keys[slot] ?? '',
      text: columns.texts[slot] ?? '',
      tables: columns.tables[slot],
      queryClass: columns.queryClass(slot),
      bytes: columns.bytes[slot],
      ageMs: Math.max(0, nowMs - columns.writtenMs[slot]),
      expiresInMs: columns.expiresMs[slot] - nowMs,
      hits: columns.hits[slot],
      costMs: columns.costMs[slot],
    };
  }

  slotsInOrder(): number[] {
    return this.#strategy.order();
  }

  /** The value in a slot; undefined when the slot is free. */
  valueIn(slot: number): Value | undefined {
    return this.#columns.values[slot];
  }

  /** Calls back with the slot whenever what is in it changes: for saving behind. */
  watch(onChange: (slot: number) => void): void {
    this.#onChange = onChange;
  }

  #store(key: string, entry: NewEntry<Value>, nowMs: number, expiresMs: number): Stored {
    invariant(entry.bytes >= 0 && entry.bytes < Infinity, `an entry weighs ${entry.bytes} bytes`);
    const hash = this.#hashOf(key);
    const charge = chargeOf(key, entry.bytes);
    const { tables } = entry;
    if (!this.#versions.isCurrent(tables, entry.version)) {
      this.#departed.note(hash, 'invalidated');
      return { stored: false, reason: 'stale', message: 'Not stored: a table that it reads was written meanwhile.' };
    }
    if (charge > this.#entryBytesMax()) {
      this.#departed.note(hash, 'refused');
      const message = `Not stored: it takes ${charge} bytes, and one entry may take ${this.#entryBytesMax()} (1/${ENTRY_SHARE_MAX} of the capacity).`;
      return { stored: false, reason: 'too-large', message };
    }
    const replaced = this.#slots.get(key);
    if (replaced !== undefined) this.#remove(replaced, 'replaced');
    if (!this.#strategy.admit(hash, charge, entry.costMs, nowMs)) {
      this.#departed.note(hash, 'refused');
      return {
        stored: false,
        reason: 'not-admitted',
        message: 'Not stored: the strategy expects more of what is there.',
      };
    }
    this.#makeRoom(charge, nowMs);
    const slot = this.#pool.take();
    const columns = this.#columns;
    columns.reserve(slot);
    columns.keys[slot] = key;
    columns.values[slot] = entry.value;
    columns.texts[slot] = entry.text;
    columns.tables[slot] = tables;
    columns.hashes[slot] = hash;
    columns.bytes[slot] = charge;
    columns.costMs[slot] = entry.costMs;
    columns.writtenMs[slot] = nowMs;
    columns.expiresMs[slot] = expiresMs;
    columns.hits[slot] = 0;
    columns.written[slot] = columns.used[slot] = ++this.#sequence;
    columns.setQueryClass(slot, entry.queryClass);
    this.#bytes += charge;
    this.#slots.set(key, slot);
    this.#expiry.add(slot, expiresMs);
    this.#dependents.add(slot, tables);
    this.#strategy.onInsert(slot, hash, charge, entry.costMs, nowMs, expiresMs);
    this.#onChange(slot);
    return { stored: true, slot, generation: columns.generations[slot] };
  }

  /** What was just missed is what will be stored: its hash is kept. */
  #hashOf(key: string): number {
    if (key !== this.#missedKey) {
      this.#missedKey = key;
      this.#missedHash = hashText(key, HASH_BASIS);
    }
    return this.#missedHash;
  }

  #makeRoom(charge: number, nowMs: number): void {
    while (this.#bytes + charge > this.#settings.capacityBytes && this.#slots.size > 0) {
      this.#remove(this.#strategy.victim(nowMs), 'size');
    }
  }

  #remove(slot: number, cause: RemovalCause): void {
    const columns = this.#columns;
    const key = columns.keys[slot];
    invariant(key !== undefined, `slot ${slot} is free and cannot be removed (${cause})`);
    this.#strategy.onRemove(slot, cause);
    this.#expiry.remove(slot);
    this.#dependents.remove(slot, columns.tables[slot]);
    if (cause !== 'replaced') this.#departed.note(columns.hashes[slot], DEPARTURES[cause]);
    this.#counter.removals[cause]++;
    this.#bytes -= columns.bytes[slot];
    this.#slots.delete(key);
    columns.release(slot);
    this.#pool.give(slot);
    this.#onChange(slot);
  }

  /**
   * Hands the content over, nothing is lost: each entry is inserted and hit again in the order that the new strategy goes by. One that
   * learns from use then hears the recorded requests too, those for keys that are not here included.
   */
  #switchTo(name: StrategyName, nowMs: number): void {
    const { create, replayBy } = STRATEGY_REGISTRY[name];
    const columns = this.#columns;
    const order = replayBy === 'use' ? columns.used : columns.written;
    const strategy: Strategy = create();
    this.#strategy = strategy;
    strategy.setCapacity(this.#settings.capacityBytes, nowMs);
    const insert = (slot: number): void => {
      strategy.admit(columns.hashes[slot], columns.bytes[slot], columns.costMs[slot], nowMs);
      strategy.onInsert(
        slot,
        columns.hashes[slot],
        columns.bytes[slot],
        columns.costMs[slot],
        nowMs,
        columns.expiresMs[slot],
      );
    };
    // Those that the history knows come in where it first speaks of them; before them, those that it has forgotten.
    const recorded = new Map<number, { slot: number; inserted: boolean }>();
    if (replayBy === 'use') this.#history.forEach((hash) => recorded.set(hash, { slot: -1, inserted: false }));
    for (const slot of [...this.#slots.values()].sort((a, b) => order[a] - order[b])) {
      const known = recorded.get(columns.hashes[slot]);
      if (known && known.slot < 0) known.slot = slot;
      else {
        insert(slot);
        for (let hit = 0; hit < Math.min(columns.hits[slot], REPLAYED_HITS_MAX); hit++) strategy.onHit(slot, nowMs);
      }
    }
    if (recorded.size === 0) return;
    this.#history.forEach((hash, weight, costMs) => {
      const known = recorded.get(hash)!;
      if (known.inserted) strategy.onHit(known.slot, nowMs);
      else {
        strategy.onMiss(hash);
        if (known.slot < 0) strategy.admit(hash, weight, costMs, nowMs);
        else {
          insert(known.slot);
          known.inserted = true;
        }
      }
    });
  }

  #entryBytesMax(): number {
    return Math.floor(this.#settings.capacityBytes / ENTRY_SHARE_MAX);
  }
}

const DEPARTURES = { explicit: 'removed', invalidated: 'invalidated', expired: 'expired', size: 'evicted' } as const;

/** A key is kept beside its value, at up to two bytes a character. */
function chargeOf(key: string, valueBytes: number): number {
  return Math.ceil(valueBytes) + 2 * key.length;
}

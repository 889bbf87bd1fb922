/**
 * The result cache: key text to value, bounded in bytes, under any eviction strategy. Never stale: whatever reads a table leaves in the
 * same call that notes a write to it, and nothing enters that a later write has overtaken.
 */
import { invariant } from '../core/errors.ts';
import type { Random } from '../core/ports.ts';
import type { QueryClass, RemovalCause, StrategyName } from './catalogue.ts';
import { Dependents } from './dependents.ts';
import { EntryColumns } from './entry-columns.ts';
import type { EntryView, Hit, Miss, NewEntry, Purpose, Stored, ValueTraits } from './entry.ts';
import { ExpiryWheel, TICK_MS } from './expiry-wheel.ts';
import { handOver, REPLAYED_HITS_MAX } from './handover.ts';
import { Journal } from './journal.ts';
import { hashKey } from './key-hash.ts';
import { OlderRows, type Older } from './older-rows.ts';
import { STRATEGY_REGISTRY } from './registry.ts';
import type { StoreStatistics } from './reports.ts';
import type { RecordedRequests } from './request-history.ts';
import { ENTRY_SHARE_MAX, type CacheSettings } from './settings.ts';
import type { RowKey, RowsByTable } from './row-keys.ts';
import { SlotPool } from './slot-pool.ts';
import type { Strategy } from './strategy.ts';
import { TableVersions, type ContentVersion, type Tables } from './table-versions.ts';
import { decideTtl, ttlReason, type TtlDecision } from './ttl.ts';
import { WriteRates } from './write-rates.ts';

/** Expired entries that one call of `expire` removes at most, unless told. */
const EXPIRE_LIMIT = 256;
const PLAIN: ValueTraits = { parameters: '', compressed: false, rawBytes: null };

/** Sums over all entries. */
export interface Holdings {
  entries: number;
  bytes: number;
  compressedEntries: number;
  /** What the compressed ones would weigh plain, and what they weigh, decoded copies left out. */
  compressedRawBytes: number;
  compressedBytes: number;
  decodedEntries: number;
  decodedBytes: number;
}

export class ResultCache<Value> {
  #settings: CacheSettings;
  readonly #random: Random;
  readonly #traitsOf: (value: Value) => ValueTraits;
  #strategy: Strategy;
  readonly #versions: TableVersions;
  readonly #rates = new WriteRates();
  readonly #slots = new Map<string, number>();
  readonly #pool = new SlotPool();
  readonly #columns = new EntryColumns<Value>();
  readonly #expiry = new ExpiryWheel();
  readonly #dependents = new Dependents();
  readonly #older = new OlderRows<Value>();
  readonly #journal: Journal<Value>;
  readonly #held: Holdings = {
    entries: 0,
    bytes: 0,
    compressedEntries: 0,
    compressedRawBytes: 0,
    compressedBytes: 0,
    decodedEntries: 0,
    decodedBytes: 0,
  };
  /** The latest moment that any call has told. */
  #nowMs = -Infinity;
  #sequence = 0;
  #missedKey = '';
  #missedHash = hashKey('');
  readonly #watchers: ((slot: number) => void)[] = [];

  /** `random` jitters times to live; `version` is where the data stands; `traitsOf` tells what is to be shown of a value. */
  constructor(
    settings: CacheSettings,
    version: ContentVersion,
    random: Random,
    traitsOf: (value: Value) => ValueTraits = () => PLAIN,
  ) {
    this.#settings = settings;
    this.#random = random;
    this.#traitsOf = traitsOf;
    this.#versions = new TableVersions(version.historyId, version.logNumber);
    this.#strategy = STRATEGY_REGISTRY[settings.strategy].create();
    this.#strategy.setCapacity(settings.capacityBytes, 0);
    this.#journal = new Journal(this.#columns, this.#versions);
    this.#journal.configure(settings, 0);
  }

  get settings(): Readonly<CacheSettings> {
    return this.#settings;
  }

  /** What was written when; read it freely, and report writes to `noteWrite` and `reset` of the cache. */
  get versions(): Pick<TableVersions, 'historyId' | 'latest' | 'lastWriteOf' | 'isCurrent'> {
    return this.#versions;
  }

  /** How often what is written; read it freely. */
  get rates(): Pick<WriteRates, 'perMinute'> {
    return this.#rates;
  }

  /** What is counted and remembered about the stream; read it freely. */
  get journal(): Pick<Journal<Value>, 'counter' | 'comparison' | 'curve' | 'departures'> {
    return this.#journal;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Charged: keys, values, decoded copies, and older rows kept for teaching. Never above the capacity. */
  get bytes(): number {
    return this.#held.bytes + this.#older.bytes;
  }

  /** Whether `find` would find it. Nothing is counted. */
  has(key: string, nowMs: number): boolean {
    const slot = this.#slots.get(key);
    return slot !== undefined && nowMs < this.#untilMs(slot);
  }

  /** The slot of an entry that may be served, or -1. A hit is counted here, a miss by `miss`, which is to follow. */
  find(key: string, nowMs: number): number {
    this.#clock(nowMs);
    const slot = this.#slots.get(key);
    if (slot === undefined) return -1;
    const columns = this.#columns;
    if (nowMs >= columns.expiresMs[slot]) {
      if (nowMs >= this.#untilMs(slot)) {
        this.#remove(slot, 'expired');
        return -1;
      }
      this.#journal.counter.staleHits++;
    }
    columns.hits[slot]++;
    columns.used[slot] = ++this.#sequence;
    columns.usedMs[slot] = nowMs;
    this.#strategy.onHit(slot, nowMs);
    this.#journal.hit(slot, nowMs);
    return slot;
  }

  /** Counts a look-up that found nothing; returns why, and tells the strategy. */
  miss(key: string, queryClass: QueryClass, tables: Tables, nowMs: number): Miss['reason'] {
    const hash = this.#hashOf(key);
    this.#strategy.onMiss(hash);
    return this.#journal.missed(hash, queryClass, tables, nowMs);
  }

  /** Looks a key up and counts the outcome. `tables` are those that the asking statement reads. */
  get(key: string, queryClass: QueryClass, nowMs: number, tables: Tables = null): Hit<Value> | Miss {
    const slot = this.find(key, nowMs);
    if (slot < 0) return { hit: false, reason: this.miss(key, queryClass, tables, nowMs) };
    const columns = this.#columns;
    return {
      hit: true,
      value: columns.values[slot] as Value,
      slot,
      generation: columns.generations[slot],
      ageMs: Math.max(0, nowMs - columns.writtenMs[slot]),
      costMs: columns.costMs[slot],
      stale: nowMs >= columns.expiresMs[slot],
    };
  }

  /** Counts a miss that was not looked up: a text seen for the first time (`cold`), or a result that is never stored (`volatile`). */
  countMiss(queryClass: QueryClass, tables: Tables, reason: 'cold' | 'volatile'): void {
    this.#journal.missedUnseen(queryClass, tables, reason);
  }

  /** Stores a result, evicting others by the strategy; or says why not. */
  put(key: string, entry: NewEntry<Value>, nowMs: number, purpose: Purpose = 'asked'): Stored {
    this.#clock(nowMs);
    this.#rates.watch(nowMs);
    const ttl = decideTtl(entry.queryClass, entry.tables, this.#rates, this.#settings, nowMs);
    const jitter = 1 - this.#settings.ttlJitterRatio * this.#random.next();
    const stored = this.#store(key, entry, nowMs, ttl, nowMs + ttl.ttlMs * jitter, purpose);
    if (purpose === 'asked' && (stored.stored || stored.reason === 'not-admitted'))
      this.#journal.history.note(this.#hashOf(key), chargeOf(key, entry.bytes), entry.costMs);
    return stored;
  }

  /** Stores what was saved earlier: `ttlMs` is what was left of its time; its hits count for the strategy, not for the statistics. */
  restore(key: string, entry: NewEntry<Value>, hits: number, ttlMs: number, nowMs: number): Stored {
    const { ttlMs: byClass, ttlRules } = this.#settings;
    // The wall clock may have been moved back while the page was away.
    const most = Math.max(byClass[entry.queryClass], ttlRules.constantMs, ttlRules.quietMs);
    const ttl: TtlDecision = { ttlMs: Math.min(ttlMs, most), rule: 'restored', evidence: 0 };
    const stored = this.#store(key, entry, nowMs, ttl, nowMs + ttl.ttlMs, null);
    if (!stored.stored) return stored;
    this.#columns.hits[stored.slot] = hits;
    this.#replayHits(stored.slot, nowMs);
    return stored;
  }

  /** Grows with each request that is recorded. */
  get requestsRecorded(): number {
    return this.#journal.history.noted;
  }

  /** The last requests, for saving beside the entries. */
  recordedRequests(): RecordedRequests {
    return this.#journal.history.record();
  }

  /** After the last `restore`: the strategy hears the requests that were recorded, and stands as if the page had never been away. */
  resume(recorded: Partial<RecordedRequests> | undefined, nowMs: number): void {
    this.#journal.history.resume(recorded);
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
    if (!(charge <= this.#entryBytesMax())) return false;
    this.#account(slot, -1);
    columns.values[slot] = value;
    columns.bytes[slot] = charge;
    columns.decodedBytes[slot] = 0;
    this.#describe(slot, value);
    this.#account(slot, 1);
    this.#reweighed(slot, nowMs);
    this.#onChange(slot);
    return true;
  }

  /** Charges an entry for a decoded copy that is kept besides, or no more for one (0). False as for `replaceValue`; nothing is charged then. */
  chargeDecoded(slot: number, generation: number, decodedBytes: number, nowMs: number): boolean {
    const columns = this.#columns;
    if (columns.keys[slot] === undefined || columns.generations[slot] !== generation) return false;
    const charge = columns.bytes[slot] - columns.decodedBytes[slot] + Math.ceil(decodedBytes);
    if (!(charge <= this.#entryBytesMax())) return false;
    this.#account(slot, -1);
    columns.bytes[slot] = charge;
    columns.decodedBytes[slot] = Math.ceil(decodedBytes);
    this.#account(slot, 1);
    this.#reweighed(slot, nowMs);
    return true;
  }

  /** Of all entries: what decoded copies take. */
  get decodedBytes(): number {
    return this.#held.decodedBytes;
  }

  /** Removes one entry by hand; false when there is none. */
  remove(key: string, nowMs = this.#nowMs): boolean {
    this.#older.remove(key);
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    this.#remove(slot, 'explicit', '', nowMs);
    return true;
  }

  clear(nowMs = this.#nowMs): void {
    this.#older.clear();
    for (const slot of [...this.#slots.values()]) this.#remove(slot, 'explicit', '', nowMs);
  }

  /**
   * A write was committed as log record `logNumber`: what reads one of its tables (null: any table) leaves, but for what rests on other
   * rows than those written, where these are known. Returns how many left.
   */
  noteWrite(tables: Tables, logNumber: number, nowMs = this.#nowMs, rows?: RowsByTable): number {
    this.#versions.noteWrite(tables, logNumber, rows);
    this.#rates.note(tables, nowMs);
    if (tables === null) return this.invalidate(null, nowMs);
    let removed = 0;
    for (const table of tables) removed += this.invalidate(table, nowMs, rows?.get(table));
    return removed;
  }

  /** Drops what reads this table (by name as in the schema), or one of these rows of it; everything for null. Returns how many left. */
  invalidate(table: string | null, nowMs = this.#nowMs, rows?: readonly RowKey[]): number {
    const slots = table === null ? [...this.#slots.values()] : this.#dependents.of(table, rows);
    for (const slot of slots) this.#remove(slot, 'invalidated', table ?? '', nowMs);
    return slots.length;
  }

  /** A result was not brought here at all, for this reason: the next miss of its key can say so. */
  noteNotStored(key: string, reason: 'volatile' | 'refused'): void {
    this.#journal.notStored(this.#hashOf(key), reason);
  }

  /** Another history begins: nothing from before holds. */
  reset(version: ContentVersion): void {
    this.#versions.reset(version.historyId, version.logNumber);
    this.#rates.clear();
    this.#journal.reset();
    this.invalidate(null);
    this.#older.clear();
  }

  /** Takes over new settings: a smaller capacity evicts at once, a new strategy learns the content, times to live count for newcomers. */
  configure(settings: CacheSettings, nowMs: number): void {
    this.#clock(nowMs);
    const before = this.#settings;
    this.#settings = settings;
    if (settings.strategy !== before.strategy) {
      this.#journal.strategyEnds(before.strategy);
      this.#switchTo(settings.strategy, nowMs);
    }
    if (settings.staleMs !== before.staleMs) this.#rearm(nowMs);
    if (!settings.olderRows) this.#older.clear();
    this.#strategy.setCapacity(settings.capacityBytes, nowMs);
    this.#makeRoom(0, nowMs);
    this.#journal.configure(settings, nowMs);
  }

  /** When `expire` will have something to do, for the one timer; null when it never will. */
  nextExpiryMs(): number | null {
    return this.#expiry.nextMs();
  }

  /** Removes entries that are not served any more, at most `limit` in one call; returns how many. */
  expire(nowMs: number, limit = EXPIRE_LIMIT): number {
    this.#clock(nowMs);
    let removed = 0;
    for (let slot = this.#expiry.due(nowMs, limit); slot >= 0; slot = this.#expiry.due(nowMs, limit)) {
      this.#remove(slot, 'expired');
      if (++removed === limit) break;
    }
    return removed;
  }

  /** What a write has overtaken lately, while `olderRows` is on; whoever shows it must label it, and count it nowhere. */
  olderRows(key: string, nowMs: number): Older<Value> | null {
    return this.#settings.olderRows ? this.#older.get(key, nowMs) : null;
  }

  /** The time to live that a new result would get now, and why. */
  ttlFor(queryClass: QueryClass, tables: Tables, nowMs: number): TtlDecision {
    return decideTtl(queryClass, tables, this.#rates, this.#settings, nowMs);
  }

  statistics(): StoreStatistics {
    const { counter } = this.#journal;
    const { hits, misses, hitRatio, ...ratios } = counter.total();
    const { compressedEntries, compressedRawBytes, compressedBytes, decodedEntries, decodedBytes } = this.#held;
    const report = this.#strategy.report();
    return {
      hits,
      misses,
      hitRatio: hitRatio ?? 0,
      ...ratios,
      staleHits: counter.staleHits,
      size: this.size,
      bytes: this.bytes,
      capacityBytes: this.#settings.capacityBytes,
      evictionsByCause: { ...counter.removals },
      missesByReason: { ...counter.missReasons },
      byClass: counter.lookupsByClass(),
      strategy: this.#settings.strategy,
      adaptive: report && { leader: report.leader, switches: report.switches, shadows: report.recentHitRatio },
      compression: {
        entries: compressedEntries,
        rawBytes: compressedRawBytes,
        savedBytes: compressedRawBytes - compressedBytes - decodedBytes,
        decodedEntries,
        decodedBytes,
      },
    };
  }

  resetStatistics(): void {
    this.#journal.resetCounts();
  }

  /** The entries in the strategy's own order, the next to leave last. */
  entries(nowMs: number): EntryView[] {
    return this.slotsInOrder().map((slot) => this.view(slot, nowMs));
  }

  view(slot: number, nowMs: number): EntryView {
    const columns = this.#columns;
    const ttl = columns.ttl(slot);
    const queryClass = columns.queryClass(slot);
    return {
      key: columns.keys[slot] ?? '',
      text: columns.texts[slot] ?? '',
      tables: columns.tables[slot],
      queryClass,
      bytes: columns.bytes[slot],
      rawBytes: columns.rawBytes[slot],
      compressed: columns.compressed[slot] === 1,
      decodedBytes: columns.decodedBytes[slot],
      ageMs: this.ageMs(slot, nowMs),
      idleMs: Math.max(0, nowMs - columns.usedMs[slot]),
      expiresInMs: columns.expiresMs[slot] - nowMs,
      ttlMs: ttl.ttlMs,
      ttlRule: ttl.rule,
      ttlReason: ttlReason(ttl, queryClass),
      hits: columns.hits[slot],
      costMs: columns.costMs[slot],
    };
  }

  /** In no order. */
  forEachSlot(visit: (slot: number) => void): void {
    for (const slot of this.#slots.values()) visit(slot);
  }

  slotsInOrder(): number[] {
    return this.#strategy.order();
  }

  /** The value in a slot; undefined when the slot is free. */
  valueIn(slot: number): Value | undefined {
    return this.#columns.values[slot];
  }

  /** The statement in a slot, for people to read; empty when the slot is free. */
  textIn(slot: number): string {
    return this.#columns.texts[slot] ?? '';
  }

  /** Tells what is in a slot from what was there before, and will be after. */
  generationOf(slot: number): number {
    return this.#columns.generations[slot];
  }

  ageMs(slot: number, nowMs: number): number {
    return Math.max(0, nowMs - this.#columns.writtenMs[slot]);
  }

  costMs(slot: number): number {
    return this.#columns.costMs[slot];
  }

  /** Of its key: tells it from the others, also after it has left. */
  hashOf(slot: number): number {
    return this.#columns.hashes[slot];
  }

  keyOf(slot: number): string {
    return this.#columns.keys[slot] ?? '';
  }

  bytesOf(slot: number): number {
    return this.#columns.bytes[slot];
  }

  /** Of `bytesOf`: what a decoded copy takes. */
  decodedBytesOf(slot: number): number {
    return this.#columns.decodedBytes[slot];
  }

  tablesOf(slot: number): Tables {
    return this.#columns.tables[slot];
  }

  /** Of which of its tables only certain rows matter. */
  rowsOf(slot: number): RowsByTable {
    return this.#dependents.rowsOf(slot);
  }

  hitsOf(slot: number): number {
    return this.#columns.hits[slot];
  }

  /** For how long its time has been over; negative while it is not. */
  staleMs(slot: number, nowMs: number): number {
    return nowMs - this.#columns.expiresMs[slot];
  }

  /** Calls back with the slot whenever what is in it changes: for saving behind. */
  watch(onChange: (slot: number) => void): void {
    this.#watchers.push(onChange);
  }

  /** `purpose` is null for what is restored. */
  #store(
    key: string,
    entry: NewEntry<Value>,
    nowMs: number,
    ttl: TtlDecision,
    expiresMs: number,
    purpose: Purpose | null,
  ): Stored {
    // Put into words only when there is something to say: making a text takes longer than storing.
    if (!(entry.bytes >= 0 && entry.bytes < Infinity && expiresMs > -Infinity && expiresMs < Infinity))
      invariant(false, `an entry weighs ${entry.bytes} bytes and expires at ${expiresMs}`);
    const hash = this.#hashOf(key);
    const charge = chargeOf(key, entry.bytes);
    const { queryClass, tables, version, costMs } = entry;
    const untilMs = expiresMs + this.#settings.staleMs;
    if (purpose === 'asked') this.#journal.executed(hash, entry, charge, untilMs, nowMs);
    else if (purpose === 'refresh') this.#journal.refreshed(hash, entry, untilMs);
    if (!this.#versions.isCurrent(tables, version, entry.rows)) {
      this.#journal.notStored(hash, 'invalidated');
      return { stored: false, reason: 'stale', message: 'Not stored: a table that it reads was written meanwhile.' };
    }
    const held = this.#slots.get(key);
    if (charge > this.#entryBytesMax()) {
      this.#journal.notStored(hash, 'refused');
      const message = `Not stored: it takes ${charge} bytes, and one entry may take ${this.#entryBytesMax()} (1/${ENTRY_SHARE_MAX} of the capacity).`;
      return { stored: false, reason: 'too-large', message };
    }
    this.#older.remove(key);
    if (held !== undefined) return this.#renew(held, entry, charge, nowMs, ttl, expiresMs);
    if (!this.#strategy.admit(hash, charge, costMs, nowMs)) {
      this.#journal.notStored(hash, 'refused');
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
    columns.hashes[slot] = hash;
    columns.bytes[slot] = charge;
    columns.hits[slot] = 0;
    columns.usedMs[slot] = nowMs;
    columns.used[slot] = ++this.#sequence;
    columns.setQueryClass(slot, queryClass);
    this.#fill(slot, entry, nowMs, ttl, expiresMs);
    this.#account(slot, 1);
    this.#slots.set(key, slot);
    this.#strategy.onInsert(slot, hash, charge, costMs, nowMs, expiresMs);
    this.#onChange(slot);
    return { stored: true, slot, generation: columns.generations[slot] };
  }

  /** A newer result of a key that is held takes the place of the older: its place in the strategy's order, and its hits, stay. */
  #renew(
    slot: number,
    entry: NewEntry<Value>,
    charge: number,
    nowMs: number,
    ttl: TtlDecision,
    expiresMs: number,
  ): Stored {
    const columns = this.#columns;
    this.#expiry.remove(slot);
    this.#dependents.remove(slot, columns.tables[slot]);
    this.#account(slot, -1);
    columns.bytes[slot] = charge;
    columns.generations[slot]++;
    columns.setQueryClass(slot, entry.queryClass);
    this.#fill(slot, entry, nowMs, ttl, expiresMs);
    this.#account(slot, 1);
    this.#journal.counter.removals.replaced++;
    const generation = columns.generations[slot];
    this.#strategy.onReweigh(slot, charge, nowMs);
    this.#strategy.onRenew?.(slot, expiresMs);
    this.#makeRoom(0, nowMs);
    if (columns.generations[slot] !== generation)
      return { stored: false, reason: 'not-admitted', message: 'Not stored: it had to make room for others at once.' };
    this.#onChange(slot);
    return { stored: true, slot, generation };
  }

  #fill(slot: number, entry: NewEntry<Value>, nowMs: number, ttl: TtlDecision, expiresMs: number): void {
    const columns = this.#columns;
    columns.values[slot] = entry.value;
    columns.texts[slot] = entry.text;
    columns.tables[slot] = entry.tables;
    columns.costMs[slot] = entry.costMs;
    columns.rawBytes[slot] = entry.bytes;
    columns.decodedBytes[slot] = 0;
    columns.writtenMs[slot] = nowMs;
    columns.written[slot] = ++this.#sequence;
    columns.expiresMs[slot] = expiresMs;
    columns.setTtl(slot, ttl);
    this.#describe(slot, entry.value);
    this.#journal.stored(slot);
    this.#expiry.add(slot, this.#untilMs(slot), nowMs);
    this.#dependents.add(slot, entry.tables, entry.rows);
  }

  #describe(slot: number, value: Value): void {
    const columns = this.#columns;
    const { compressed, rawBytes } = this.#traitsOf(value);
    columns.compressed[slot] = compressed ? 1 : 0;
    if (rawBytes !== null) columns.rawBytes[slot] = rawBytes;
  }

  #reweighed(slot: number, nowMs: number): void {
    this.#strategy.onReweigh(slot, this.#columns.bytes[slot], nowMs);
    this.#journal.reweighed(slot, nowMs);
    this.#makeRoom(0, nowMs);
  }

  /** Puts an entry into the sums (1), or takes it out (-1). */
  #account(slot: number, sign: 1 | -1): void {
    const columns = this.#columns;
    const held = this.#held;
    held.entries += sign;
    held.bytes += sign * columns.bytes[slot];
    if (columns.compressed[slot] === 0) return;
    const decodedBytes = columns.decodedBytes[slot];
    held.compressedEntries += sign;
    held.compressedRawBytes += sign * columns.rawBytes[slot];
    held.compressedBytes += sign * (columns.bytes[slot] - 2 * (columns.keys[slot]?.length ?? 0) - decodedBytes);
    if (decodedBytes === 0) return;
    held.decodedEntries += sign;
    held.decodedBytes += sign * decodedBytes;
  }

  /** What was just missed is what will be stored: its hash is kept. */
  #hashOf(key: string): number {
    if (key !== this.#missedKey) {
      this.#missedKey = key;
      this.#missedHash = hashKey(key);
    }
    return this.#missedHash;
  }

  /** What gives way first: rows kept for teaching, then what is over anyway, then what the strategy names. */
  #makeRoom(charge: number, nowMs: number): void {
    while (this.bytes + charge > this.#settings.capacityBytes) {
      if (this.#older.removeOldest()) continue;
      if (this.#slots.size === 0) return;
      const over = this.#expiry.due(nowMs);
      if (over >= 0) this.#remove(over, 'expired', '', nowMs);
      else this.#remove(this.#strategy.victim(nowMs), 'size', this.#settings.strategy, nowMs);
    }
  }

  #remove(slot: number, cause: Exclude<RemovalCause, 'replaced'>, because = '', nowMs = this.#nowMs): void {
    const columns = this.#columns;
    const key = columns.keys[slot];
    if (key === undefined) return invariant(false, `slot ${slot} is free and cannot be removed (${cause})`);
    this.#strategy.onRemove(slot, cause);
    this.#expiry.remove(slot);
    this.#dependents.remove(slot, columns.tables[slot]);
    const value = columns.values[slot] as Value;
    this.#journal.left(slot, cause, because, this.#traitsOf(value).parameters, this.#untilMs(slot), nowMs);
    this.#account(slot, -1);
    if (cause === 'invalidated' && this.#settings.olderRows) this.#keepOlder(slot, key, value, nowMs);
    this.#slots.delete(key);
    columns.release(slot);
    this.#pool.give(slot);
    this.#onChange(slot);
  }

  #keepOlder(slot: number, key: string, value: Value, nowMs: number): void {
    const { writtenMs, bytes } = this.#columns;
    const { capacityBytes } = this.#settings;
    const older = { value, writtenMs: writtenMs[slot], overtakenMs: nowMs, bytes: bytes[slot] };
    // It has just left: its own bytes are free.
    this.#older.keep(key, older, capacityBytes);
  }

  /** Until when it is served: past its time for a while, as long as no write touches it. */
  #untilMs(slot: number): number {
    return this.#columns.expiresMs[slot] + this.#settings.staleMs;
  }

  #onChange(slot: number): void {
    for (const watcher of this.#watchers) watcher(slot);
  }

  #replayHits(slot: number, nowMs: number): void {
    for (let hit = 0; hit < Math.min(this.#columns.hits[slot], REPLAYED_HITS_MAX); hit++)
      this.#strategy.onHit(slot, nowMs);
  }

  /** Hands the content over to a new strategy; nothing is lost. */
  #switchTo(name: StrategyName, nowMs: number): void {
    const { create, replayBy } = STRATEGY_REGISTRY[name];
    this.#strategy = create();
    this.#strategy.setCapacity(this.#settings.capacityBytes, nowMs);
    handOver(this.#strategy, replayBy, this.#columns, [...this.#slots.values()], this.#journal.history, nowMs);
  }

  /** Should the clock have been moved back, no entry gains time by it. */
  #clock(nowMs: number): void {
    if (nowMs >= this.#nowMs) {
      this.#nowMs = nowMs;
      return;
    }
    if (nowMs > this.#nowMs - TICK_MS) return;
    this.#nowMs = nowMs;
    for (const slot of this.#slots.values()) this.#columns.clampTo(slot, nowMs);
    this.#rates.clampTo(nowMs);
    this.#rearm(nowMs);
  }

  /** All entries into the wheel anew. */
  #rearm(nowMs: number): void {
    for (const slot of this.#slots.values()) this.#expiry.remove(slot);
    for (const slot of this.#slots.values()) this.#expiry.add(slot, this.#untilMs(slot), nowMs);
  }

  #entryBytesMax(): number {
    return Math.floor(this.#settings.capacityBytes / ENTRY_SHARE_MAX);
  }
}

/** A key is kept beside its value, at up to two bytes a character. */
function chargeOf(key: string, valueBytes: number): number {
  return Math.ceil(valueBytes) + 2 * key.length;
}

/**
 * The result cache: key text to value, bounded in bytes, under any eviction strategy. Never stale: whatever reads a table leaves in the
 * same call that notes a write to it, and nothing enters that a later write has overtaken.
 */
import { invariant } from '../core/errors.ts';
import type { Random } from '../core/ports.ts';
import type { QueryClass, RemovalCause, StrategyName } from './catalogue.ts';
import {
  BYTES,
  COST_MS,
  DECODED_BYTES,
  EXPIRES_MS,
  GENERATION,
  HASH,
  HITS,
  ROW,
  WRITTEN_MS,
} from './store/entry-rows.ts';
import { viewOf } from './store/entry-view.ts';
import type { EntryView, Hit, Miss, NewEntry, Purpose, Stored, ValueTraits } from './store/entry.ts';
import { TICK_MS } from './store/expiry-wheel.ts';
import { handOver, REPLAYED_HITS_MAX } from './strategies/handover.ts';
import { Journal, REASONS_BY_CAUSE } from './statistics/journal.ts';
import { OlderRows, type Older } from './store/older-rows.ts';
import { STRATEGY_REGISTRY } from './strategies/registry.ts';
import type { StoreStatistics } from './statistics/reports.ts';
import type { RecordedRequests } from './statistics/request-history.ts';
import type { RowKey, RowsByTable } from './freshness/row-keys.ts';
import { ENTRY_SHARE_MAX, type CacheSettings } from './settings.ts';
import { Shelf } from './store/shelf.ts';
import type { Strategy } from './strategies/strategy.ts';
import { TableVersions, type ContentVersion, type Tables } from './freshness/table-versions.ts';
import { TtlRules, type TtlDecision } from './freshness/ttl.ts';
import { WriteRates } from './freshness/write-rates.ts';

/** Expired entries that one call of `expire` removes at most, unless told. */
const EXPIRE_LIMIT = 256;
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;
const PLAIN: ValueTraits = { parameters: '', compressed: false, rawBytes: null };

export class ResultCache<Value> {
  #settings: CacheSettings;
  /** Of the time that jitter may take from an entry, the share that it took from the last: 0..1. */
  #jitter: number;
  #strategy: Strategy;
  readonly #versions: TableVersions;
  readonly #rates = new WriteRates();
  #ttlRules: TtlRules;
  readonly #shelf: Shelf<Value>;
  readonly #older = new OlderRows<Value>();
  readonly #journal: Journal;
  /** The latest moment that any call has told. */
  #nowMs = -Infinity;

  /** `random` jitters times to live; `version` is where the data stands; `traitsOf` tells what is to be shown of a value. */
  constructor(
    settings: CacheSettings,
    version: ContentVersion,
    random: Random,
    traitsOf: (value: Value) => ValueTraits = () => PLAIN,
  ) {
    this.#settings = settings;
    this.#ttlRules = new TtlRules(settings, this.#rates);
    this.#jitter = random.next();
    this.#shelf = new Shelf(traitsOf);
    this.#versions = new TableVersions(version.historyId, version.logNumber);
    this.#strategy = STRATEGY_REGISTRY[settings.strategy].create();
    this.#strategy.setCapacity(settings.capacityBytes, 0);
    this.#shelf.rearm(settings.staleMs, 0);
    this.#journal = new Journal(this.#shelf, this.#versions);
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
  get journal(): Pick<Journal, 'counter' | 'comparison' | 'curve' | 'departures'> {
    return this.#journal;
  }

  get size(): number {
    return this.#shelf.size;
  }

  /** Charged: keys, values, decoded copies, and older rows kept for teaching. Never above the capacity. */
  get bytes(): number {
    return this.#shelf.bytes + this.#older.bytes;
  }

  /** What `find` would find, with nothing counted. */
  peek(key: string, nowMs: number): number {
    const slot = this.#shelf.keys.find(key);
    return slot >= 0 && nowMs < this.#shelf.untilMs(slot) ? slot : -1;
  }

  has(key: string, nowMs: number): boolean {
    return this.peek(key, nowMs) >= 0;
  }

  /** The slot of an entry that may be served, or -1. A hit is counted here, a miss by `miss`, which is to follow. */
  find(key: string, nowMs: number): number {
    this.#clock(nowMs);
    const shelf = this.#shelf;
    const slot = shelf.keys.find(key);
    if (slot < 0) return -1;
    if (nowMs >= shelf.rows.numbers[slot * ROW + EXPIRES_MS]) {
      if (nowMs >= shelf.untilMs(slot)) {
        this.#remove(slot, 'expired');
        return -1;
      }
      this.#journal.counter.staleHits++;
    }
    shelf.use(slot, nowMs);
    this.#strategy.onHit(slot, nowMs);
    this.#journal.hit(slot, nowMs);
    return slot;
  }

  /** Counts a look-up that found nothing; returns why, and tells the strategy. */
  miss(key: string, queryClass: QueryClass, tables: Tables, nowMs: number): Miss['reason'] {
    const { keys } = this.#shelf;
    const id = keys.idOf(key);
    const hash = id < 0 ? keys.hashOf(key) : keys.hashAt(id);
    this.#strategy.onMiss(hash);
    return this.#journal.missed(id, hash, queryClass, tables, nowMs);
  }

  /** Looks a key up and counts the outcome. `tables` are those that the asking statement reads. */
  get(key: string, queryClass: QueryClass, nowMs: number, tables: Tables = null): Hit<Value> | Miss {
    const slot = this.find(key, nowMs);
    if (slot < 0) return { hit: false, reason: this.miss(key, queryClass, tables, nowMs) };
    const { numbers, values } = this.#shelf.rows;
    const at = slot * ROW;
    return {
      hit: true,
      value: values[slot] as Value,
      slot,
      generation: numbers[at + GENERATION],
      ageMs: Math.max(0, nowMs - numbers[at + WRITTEN_MS]),
      costMs: numbers[at + COST_MS],
      stale: nowMs >= numbers[at + EXPIRES_MS],
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
    const ttl = this.#ttlRules.decide(entry.queryClass, entry.tables, nowMs);
    // Steps of the golden ratio fill an interval more evenly than chance, however many there are, and none follows close upon another.
    const jitter = this.#jitter + GOLDEN_RATIO;
    this.#jitter = jitter < 1 ? jitter : jitter - 1;
    const ttlMs = ttl.ttlMs * (1 - this.#settings.ttlJitterRatio * this.#jitter);
    return this.#store(key, entry, ttl, nowMs + ttlMs, nowMs, purpose);
  }

  /** Stores what was saved earlier: `ttlMs` is what was left of its time; its hits count for the strategy, not for the statistics. */
  restore(key: string, entry: NewEntry<Value>, hits: number, ttlMs: number, nowMs: number): Stored {
    const { ttlMs: byClass, ttlRules } = this.#settings;
    // The wall clock may have been moved back while the page was away.
    const most = Math.max(byClass[entry.queryClass], ttlRules.constantMs, ttlRules.quietMs);
    const ttl: TtlDecision = { ttlMs: Math.min(ttlMs, most), rule: 'restored', evidence: 0 };
    const stored = this.#store(key, entry, ttl, nowMs + ttl.ttlMs, nowMs, null);
    if (!stored.stored) return stored;
    this.#shelf.rows.numbers[stored.slot * ROW + HITS] = hits;
    for (let hit = 0; hit < Math.min(hits, REPLAYED_HITS_MAX); hit++) this.#strategy.onHit(stored.slot, nowMs);
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
    const key = this.#keyOf(slot, generation);
    if (key === undefined) return false;
    const charge = chargeOf(key, bytes);
    if (!(charge <= this.#entryBytesMax())) return false;
    this.#shelf.replaceValue(slot, value, charge);
    this.#reweighed(slot, nowMs);
    return true;
  }

  /** Charges an entry for a decoded copy that is kept besides, or no more for one (0). False as for `replaceValue`; nothing is charged then. */
  chargeDecoded(slot: number, generation: number, bytes: number, nowMs: number): boolean {
    if (this.#keyOf(slot, generation) === undefined) return false;
    const { rows } = this.#shelf;
    const decodedBytes = Math.ceil(bytes);
    const charge = rows.get(slot, BYTES) - rows.get(slot, DECODED_BYTES) + decodedBytes;
    if (!(charge <= this.#entryBytesMax())) return false;
    this.#shelf.setDecoded(slot, decodedBytes, charge);
    this.#reweighed(slot, nowMs);
    return true;
  }

  /** Of all entries: what decoded copies take. */
  get decodedBytes(): number {
    return this.#shelf.decodedBytes;
  }

  /** Removes one entry by hand; false when there is none. */
  remove(key: string, nowMs = this.#nowMs): boolean {
    this.#older.remove(key);
    const slot = this.#shelf.keys.find(key);
    if (slot < 0) return false;
    this.#remove(slot, 'explicit', '', nowMs);
    return true;
  }

  clear(nowMs = this.#nowMs): void {
    this.#older.clear();
    for (const slot of this.#shelf.slots()) this.#remove(slot, 'explicit', '', nowMs);
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
    const slots = table === null ? this.#shelf.slots() : this.#shelf.readersOf(table, rows);
    for (const slot of slots) this.#remove(slot, 'invalidated', table ?? '', nowMs);
    return slots.length;
  }

  /** A result was not brought here at all, for this reason: the next miss of its key can say so. */
  noteNotStored(key: string, reason: 'volatile' | 'refused'): void {
    this.#journal.notStored(key, reason);
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
    this.#ttlRules = new TtlRules(settings, this.#rates);
    if (settings.strategy !== before.strategy) {
      this.#journal.strategyEnds(before.strategy);
      this.#switchTo(settings.strategy, nowMs);
    }
    if (settings.staleMs !== before.staleMs) this.#shelf.rearm(settings.staleMs, nowMs);
    if (!settings.olderRows) this.#older.clear();
    this.#strategy.setCapacity(settings.capacityBytes, nowMs);
    this.#makeRoom(0, nowMs);
    this.#journal.configure(settings, nowMs);
  }

  /** When `expire` will have something to do, for the one timer; null when it never will. */
  nextExpiryMs(): number | null {
    return this.#shelf.expiry.nextMs();
  }

  /** Removes entries that are not served any more, at most `limit` in one call; returns how many. */
  expire(nowMs: number, limit = EXPIRE_LIMIT): number {
    this.#clock(nowMs);
    const { expiry } = this.#shelf;
    let removed = 0;
    for (let slot = expiry.due(nowMs, limit); slot >= 0; slot = expiry.due(nowMs, limit)) {
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
    return this.#ttlRules.decide(queryClass, tables, nowMs);
  }

  statistics(): StoreStatistics {
    const report = this.#strategy.report();
    return {
      ...this.#journal.totals(),
      size: this.size,
      bytes: this.bytes,
      capacityBytes: this.#settings.capacityBytes,
      strategy: this.#settings.strategy,
      adaptive: report && { leader: report.leader, switches: report.switches, shadows: report.recentHitRatio },
      compression: this.#shelf.compression(),
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
    return viewOf(this.#shelf.rows, slot, nowMs);
  }

  /** In no order. */
  forEachSlot(visit: (slot: number) => void): void {
    this.#shelf.slots().forEach(visit);
  }

  slotsInOrder(): number[] {
    return this.#strategy.order();
  }

  /** The value in a slot; undefined when the slot is free. */
  valueIn(slot: number): Value | undefined {
    return this.#shelf.rows.values[slot];
  }

  /** Tells what is in a slot from what was there before, and will be after. */
  generationOf(slot: number): number {
    return this.#shelf.rows.get(slot, GENERATION);
  }

  ageMs(slot: number, nowMs: number): number {
    return Math.max(0, nowMs - this.#shelf.rows.get(slot, WRITTEN_MS));
  }

  costMs(slot: number): number {
    return this.#shelf.rows.get(slot, COST_MS);
  }

  /** Of its key: tells it from the others, also after it has left. */
  hashOf(slot: number): number {
    return this.#shelf.rows.get(slot, HASH);
  }

  keyOf(slot: number): string {
    return this.#shelf.rows.keys[slot] ?? '';
  }

  /** The statement, for people to read; empty when the slot is free. */
  textIn(slot: number): string {
    const { keys, texts } = this.#shelf.rows;
    return keys[slot] === undefined ? '' : texts[slot];
  }

  bytesOf(slot: number): number {
    return this.#shelf.rows.get(slot, BYTES);
  }

  /** Of `bytesOf`: what a decoded copy takes. */
  decodedBytesOf(slot: number): number {
    return this.#shelf.rows.get(slot, DECODED_BYTES);
  }

  tablesOf(slot: number): Tables {
    return this.#shelf.rows.tables[slot];
  }

  /** Of which of its tables only certain rows matter. */
  rowsOf(slot: number): RowsByTable {
    return this.#shelf.rowsOf(slot);
  }

  hitsOf(slot: number): number {
    return this.#shelf.rows.get(slot, HITS);
  }

  /** For how long its time has been over; negative while it is not. */
  staleMs(slot: number, nowMs: number): number {
    return nowMs - this.#shelf.rows.get(slot, EXPIRES_MS);
  }

  /** Calls back with the slot whenever what is in it changes: for saving behind. */
  watch(onChange: (slot: number) => void): void {
    this.#shelf.watch(onChange);
  }

  /** `purpose` is null for what is restored. */
  #store(
    key: string,
    entry: NewEntry<Value>,
    ttl: TtlDecision,
    expiresMs: number,
    nowMs: number,
    purpose: Purpose | null,
  ): Stored {
    const { bytes, tables, costMs } = entry;
    // Put into words only when there is something to say: making a text takes longer than storing.
    if (!(bytes >= 0 && bytes < Infinity && expiresMs > -Infinity && expiresMs < Infinity))
      invariant(false, `an entry weighs ${bytes} bytes and expires at ${expiresMs}`);
    const shelf = this.#shelf;
    const journal = this.#journal;
    const id = shelf.keys.idOf(key);
    const hash = id < 0 ? shelf.keys.hashOf(key) : shelf.keys.hashAt(id);
    const charge = chargeOf(key, bytes);
    const group = journal.groupOf(entry.queryClass, tables);
    if (purpose === 'asked') journal.executed(hash, group, entry, charge, expiresMs, nowMs);
    else if (purpose === 'refresh') journal.refreshed(hash, group, entry, expiresMs);
    if (!this.#versions.isCurrent(tables, entry.version, entry.rows)) {
      journal.notStored(key, 'invalidated');
      return { stored: false, reason: 'stale', message: 'Not stored: a table that it reads was written meanwhile.' };
    }
    if (charge > this.#entryBytesMax()) {
      journal.notStored(key, 'refused');
      const message = `Not stored: it takes ${charge} bytes, and one entry may take ${this.#entryBytesMax()} (1/${ENTRY_SHARE_MAX} of the capacity).`;
      return { stored: false, reason: 'too-large', message };
    }
    if (purpose === 'asked') journal.history.note(hash, charge, costMs);
    this.#older.remove(key);
    const held = shelf.keys.slotAt(id);
    if (held >= 0) return this.#renew(held, entry, charge, group, ttl, expiresMs, nowMs);
    if (!this.#strategy.admit(hash, charge, costMs, nowMs)) {
      journal.notStored(key, 'refused');
      return {
        stored: false,
        reason: 'not-admitted',
        message: 'Not stored: the strategy expects more of what is there.',
      };
    }
    this.#makeRoom(charge, nowMs);
    const slot = shelf.add(key, hash, entry, charge, group, ttl, expiresMs, nowMs);
    this.#strategy.onInsert(slot, hash, charge, costMs, nowMs, expiresMs);
    return { stored: true, slot, generation: this.generationOf(slot) };
  }

  /** A newer result of a key that is held takes the place of the older: its place in the strategy's order, and its hits, stay. */
  #renew(
    slot: number,
    entry: NewEntry<Value>,
    charge: number,
    group: number,
    ttl: TtlDecision,
    expiresMs: number,
    nowMs: number,
  ): Stored {
    this.#shelf.renew(slot, entry, charge, group, ttl, expiresMs, nowMs);
    this.#journal.counter.removed('replaced');
    const generation = this.generationOf(slot);
    this.#strategy.onReweigh(slot, charge, nowMs);
    this.#strategy.onRenew?.(slot, expiresMs);
    this.#makeRoom(0, nowMs);
    return this.generationOf(slot) === generation
      ? { stored: true, slot, generation }
      : { stored: false, reason: 'not-admitted', message: 'Not stored: it had to make room for others at once.' };
  }

  #reweighed(slot: number, nowMs: number): void {
    this.#strategy.onReweigh(slot, this.bytesOf(slot), nowMs);
    this.#journal.reweighed(slot, nowMs);
    this.#makeRoom(0, nowMs);
  }

  /** What gives way first: rows kept for teaching, then what is over anyway, then what the strategy names. */
  #makeRoom(charge: number, nowMs: number): void {
    while (this.bytes + charge > this.#settings.capacityBytes) {
      if (this.#older.removeOldest()) continue;
      if (this.size === 0) return;
      const over = this.#shelf.expiry.due(nowMs);
      if (over >= 0) this.#remove(over, 'expired', '', nowMs);
      else this.#remove(this.#strategy.victim(nowMs), 'size', this.#settings.strategy, nowMs);
    }
  }

  #remove(slot: number, cause: Exclude<RemovalCause, 'replaced'>, because = '', nowMs = this.#nowMs): void {
    this.#strategy.onRemove(slot, cause);
    this.#journal.left(slot, cause, because, nowMs);
    const { rows } = this.#shelf;
    const keepsOlder = cause === 'invalidated' && this.#settings.olderRows;
    const older = keepsOlder ? { key: rows.keys[slot]!, ...this.#overtaken(slot, nowMs) } : null;
    this.#shelf.remove(slot, REASONS_BY_CAUSE[cause]);
    // It has just left: its own bytes are free.
    if (older) this.#older.keep(older.key, older, this.#settings.capacityBytes);
  }

  #overtaken(slot: number, nowMs: number): Older<Value> {
    const { rows } = this.#shelf;
    return {
      value: rows.values[slot] as Value,
      writtenMs: rows.get(slot, WRITTEN_MS),
      overtakenMs: nowMs,
      bytes: rows.get(slot, BYTES),
    };
  }

  /** The key of the entry that was meant; undefined when it is not in the slot any more. */
  #keyOf(slot: number, generation: number): string | undefined {
    return this.generationOf(slot) === generation ? this.#shelf.rows.keys[slot] : undefined;
  }

  /** Hands the content over to a new strategy; nothing is lost. */
  #switchTo(name: StrategyName, nowMs: number): void {
    const { create, replayBy } = STRATEGY_REGISTRY[name];
    this.#strategy = create();
    this.#strategy.setCapacity(this.#settings.capacityBytes, nowMs);
    handOver(this.#strategy, replayBy, this.#shelf.rows, this.#shelf.slots(), this.#journal.history, nowMs);
  }

  /** Should the clock have been moved back, no entry gains time by it. */
  #clock(nowMs: number): void {
    if (nowMs >= this.#nowMs) {
      this.#nowMs = nowMs;
      return;
    }
    if (nowMs > this.#nowMs - TICK_MS) return;
    this.#nowMs = nowMs;
    for (const slot of this.#shelf.slots()) this.#shelf.rows.clampTo(slot, nowMs);
    this.#rates.clampTo(nowMs);
    this.#shelf.rearm(this.#settings.staleMs, nowMs);
  }

  #entryBytesMax(): number {
    return Math.floor(this.#settings.capacityBytes / ENTRY_SHARE_MAX);
  }
}

/** A key is kept beside its value, at up to two bytes a character. */
function chargeOf(key: string, valueBytes: number): number {
  return Math.ceil(valueBytes) + 2 * key.length;
}

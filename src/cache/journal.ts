/**
 * What the cache remembers of the stream: counts, reasons, those that left, and what other sizes and strategies would have done. Nothing
 * here decides what is served.
 */
import type { MissReason, QueryClass, RemovalCause, StrategyName } from './catalogue.ts';
import { Departed, shortened, type Departure } from './departed.ts';
import type { EntryColumns } from './entry-columns.ts';
import type { NewEntry } from './entry.ts';
import type { CacheComparison, CacheCurve } from './reports.ts';
import { RequestHistory } from './request-history.ts';
import { NO_ROWS } from './row-keys.ts';
import type { CacheSettings } from './settings.ts';
import { Groups, StatisticsCounter } from './statistics.ts';
import { StreamSample } from './stream-sample.ts';
import type { Tables, TableVersions } from './table-versions.ts';

const DEPARTURES = { explicit: 'removed', invalidated: 'invalidated', expired: 'expired', size: 'evicted' } as const;

export class Journal<Value> {
  readonly #columns: EntryColumns<Value>;
  readonly #versions: TableVersions;
  readonly #groups = new Groups();
  readonly #sample: StreamSample;
  readonly #departed = new Departed();
  #staleMs = 0;
  readonly history = new RequestHistory();
  counter = new StatisticsCounter(this.#groups);

  constructor(columns: EntryColumns<Value>, versions: TableVersions) {
    this.#columns = columns;
    this.#versions = versions;
    this.#sample = new StreamSample(versions);
  }

  configure(settings: Readonly<CacheSettings>, nowMs: number): void {
    this.#staleMs = settings.staleMs;
    this.#sample.configure(settings.capacityBytes, settings.compareStrategies, settings.staleMs, nowMs);
  }

  hit(slot: number, nowMs: number): void {
    const columns = this.#columns;
    const hash = columns.hashes[slot];
    const costMs = columns.costMs[slot];
    const rawBytes = columns.rawBytes[slot];
    this.history.note(hash, columns.bytes[slot], costMs);
    this.counter.hit(columns.groups[slot], rawBytes, costMs);
    if (hash >= this.#sample.limit) return;
    const lifeMs = columns.expiresMs[slot] - columns.writtenMs[slot] + this.#staleMs;
    this.#sample.hit(hash, columns.bytes[slot], rawBytes, costMs, lifeMs, nowMs);
  }

  missed(hash: number, queryClass: QueryClass, tables: Tables, nowMs: number): MissReason {
    if (hash < this.#sample.limit) this.#sample.missed(hash, nowMs);
    const reason = this.#departed.missed(hash, nowMs, this.#versions);
    this.counter.miss(this.#groups.of(queryClass, tables), reason);
    return reason;
  }

  /** A miss that was not looked up: a text seen for the first time, or a result that is never stored. */
  missedUnseen(queryClass: QueryClass, tables: Tables, reason: 'cold' | 'volatile'): void {
    this.counter.miss(this.#groups.of(queryClass, tables), reason);
  }

  /** The execution that a miss led to; `untilMs` is until when its result would be served. */
  executed(hash: number, entry: NewEntry<Value>, charge: number, untilMs: number, nowMs: number): void {
    const { queryClass, tables, rows = NO_ROWS, bytes, costMs, version } = entry;
    this.counter.executed(this.#groups.of(queryClass, tables), bytes, costMs);
    if (hash >= this.#sample.limit) return;
    this.#sample.answered(hash, charge, bytes, costMs, untilMs - nowMs, nowMs);
    this.#sample.describe(hash, tables, rows, version.logNumber, untilMs);
  }

  /** An execution that nobody waited for. */
  refreshed(hash: number, entry: NewEntry<Value>, untilMs: number): void {
    const { queryClass, tables, rows = NO_ROWS, costMs, version } = entry;
    this.counter.refreshed(this.#groups.of(queryClass, tables), costMs);
    this.#sample.describe(hash, tables, rows, version.logNumber, untilMs);
  }

  /** It was not stored, for this reason. */
  notStored(hash: number, reason: 'invalidated' | 'refused' | 'volatile'): void {
    this.#departed.note(hash, reason);
  }

  stored(slot: number): void {
    const columns = this.#columns;
    columns.groups[slot] = this.#groups.of(columns.queryClass(slot), columns.tables[slot]);
  }

  reweighed(slot: number, nowMs: number): void {
    const hash = this.#columns.hashes[slot];
    if (hash < this.#sample.limit) this.#sample.reweigh(hash, this.#columns.bytes[slot], nowMs);
  }

  /** Before the slot is released. */
  left(
    slot: number,
    cause: Exclude<RemovalCause, 'replaced'>,
    because: string,
    parameters: string,
    untilMs: number,
    nowMs: number,
  ): void {
    const columns = this.#columns;
    const keyHash = columns.hashes[slot];
    this.counter.removals[cause]++;
    const logNumber = this.#versions.latest;
    const tables = columns.tables[slot];
    if (keyHash < this.#sample.limit) {
      if (cause === 'size') this.#sample.evicted(keyHash, tables, untilMs);
      else if (cause === 'expired') this.#sample.expired(keyHash);
      else this.#sample.drop(keyHash);
    }
    const departure = this.#departed.noteEntry(keyHash, DEPARTURES[cause]);
    departure.text = shortened(columns.texts[slot] ?? '');
    departure.parameters = shortened(parameters);
    departure.tables = tables;
    departure.queryClass = columns.queryClass(slot);
    departure.bytes = columns.bytes[slot];
    departure.costMs = columns.costMs[slot];
    departure.hits = columns.hits[slot];
    departure.ageMs = Math.max(0, nowMs - columns.writtenMs[slot]);
    departure.cause = cause;
    departure.because = because;
    departure.leftMs = nowMs;
    departure.untilMs = untilMs;
    departure.logNumber = logNumber;
  }

  /** Another history begins. */
  reset(): void {
    this.#departed.clear();
    this.#sample.dropAll();
  }

  resetCounts(): void {
    this.counter = new StatisticsCounter(this.#groups);
    this.#sample.resetCounts();
  }

  strategyEnds(strategy: StrategyName): void {
    this.counter.strategyEnds(strategy);
  }

  comparison(): CacheComparison | null {
    return this.#sample.comparison();
  }

  curve(): CacheCurve {
    return this.#sample.curve(this.counter.total().hits + this.counter.answered);
  }

  /** The newest first; to be read at once. */
  departures(): Departure[] {
    return this.#departed.latest();
  }
}

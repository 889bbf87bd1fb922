/**
 * What the cache remembers of the stream: counts, reasons, those that left, and what other sizes and strategies would have done. Nothing
 * here decides what is served.
 */
import type { MissReason, QueryClass, RemovalCause, StrategyName } from '../catalogue.ts';
import { Departed, type Departure } from './departed.ts';
import { BYTES, COST_MS, EXPIRES_MS, GROUP, HASH, RAW_BYTES, ROW, WRITTEN_MS } from '../store/entry-rows.ts';
import type { NewEntry } from '../store/entry.ts';
import type { CacheComparison, CacheCurve, StoreStatistics } from './reports.ts';
import { RequestHistory } from './request-history.ts';
import { NO_ROWS } from '../freshness/row-keys.ts';
import type { CacheSettings } from '../settings.ts';
import type { Shelf } from '../store/shelf.ts';
import { Groups, StatisticsCounter } from './statistics.ts';
import { StreamSample } from './stream-sample.ts';
import type { Tables, TableVersions } from '../freshness/table-versions.ts';

/** What a miss is told about an entry that left for a cause. */
export const REASONS_BY_CAUSE = {
  explicit: 'removed',
  invalidated: 'invalidated',
  expired: 'expired',
  size: 'evicted',
} as const satisfies Record<Exclude<RemovalCause, 'replaced'>, MissReason>;

export class Journal {
  readonly #shelf: Pick<Shelf<unknown>, 'keys' | 'rows' | 'untilMs'>;
  readonly #versions: TableVersions;
  readonly #groups = new Groups();
  readonly #sample: StreamSample;
  readonly #departed: Departed;
  #staleMs = 0;
  readonly history = new RequestHistory();
  counter = new StatisticsCounter(this.#groups);

  constructor(shelf: Pick<Shelf<unknown>, 'keys' | 'rows' | 'free' | 'untilMs'>, versions: TableVersions) {
    this.#shelf = shelf;
    this.#departed = new Departed(shelf);
    this.#versions = versions;
    this.#sample = new StreamSample(versions);
  }

  configure(settings: Readonly<CacheSettings>, nowMs: number): void {
    this.#staleMs = settings.staleMs;
    this.#sample.configure(settings.capacityBytes, settings.compareStrategies, settings.staleMs, nowMs);
  }

  /** Which row of the statistics it counts for. */
  groupOf(queryClass: QueryClass, tables: Tables): number {
    return this.#groups.of(queryClass, tables);
  }

  hit(slot: number, nowMs: number): void {
    const { numbers } = this.#shelf.rows;
    const at = slot * ROW;
    const hash = numbers[at + HASH];
    const costMs = numbers[at + COST_MS];
    this.history.note(hash, numbers[at + BYTES], costMs);
    this.counter.hit(numbers[at + GROUP], numbers[at + RAW_BYTES], costMs);
    if (hash < this.#sample.limit) this.#sampled(at, nowMs);
  }

  #sampled(at: number, nowMs: number): void {
    const { numbers } = this.#shelf.rows;
    const lifeMs = numbers[at + EXPIRES_MS] - numbers[at + WRITTEN_MS] + this.#staleMs;
    const [hash, bytes] = [numbers[at + HASH], numbers[at + BYTES]];
    this.#sample.hit(hash, bytes, numbers[at + RAW_BYTES], numbers[at + COST_MS], lifeMs, nowMs);
  }

  missed(keyId: number, hash: number, queryClass: QueryClass, tables: Tables, nowMs: number): MissReason {
    if (hash < this.#sample.limit) this.#sample.missed(hash, nowMs);
    const reason = keyId < 0 ? 'cold' : this.#shelf.keys.reasonOf(keyId);
    if (keyId >= 0) this.#departed.missed(keyId, nowMs, this.#versions);
    this.counter.miss(this.#groups.of(queryClass, tables), reason);
    return reason;
  }

  /** A miss that was not looked up: a text seen for the first time, or a result that is never stored. */
  missedUnseen(queryClass: QueryClass, tables: Tables, reason: 'cold' | 'volatile'): void {
    this.counter.miss(this.#groups.of(queryClass, tables), reason);
  }

  /** The execution that a miss led to; `expiresMs` is when the time of its result would be over. */
  executed(
    hash: number,
    group: number,
    entry: NewEntry<unknown>,
    charge: number,
    expiresMs: number,
    nowMs: number,
  ): void {
    const { tables, rows = NO_ROWS, bytes, costMs, version } = entry;
    this.counter.executed(group, bytes, costMs);
    if (hash >= this.#sample.limit) return;
    const untilMs = expiresMs + this.#staleMs;
    this.#sample.answered(hash, charge, bytes, costMs, untilMs - nowMs, nowMs);
    this.#sample.describe(hash, tables, rows, version.logNumber, untilMs);
  }

  /** An execution that nobody waited for. */
  refreshed(hash: number, group: number, entry: NewEntry<unknown>, expiresMs: number): void {
    const { tables, rows = NO_ROWS, costMs, version } = entry;
    this.counter.refreshed(group, costMs);
    this.#sample.describe(hash, tables, rows, version.logNumber, expiresMs + this.#staleMs);
  }

  /** It was not stored, for this reason. */
  notStored(key: string, reason: 'invalidated' | 'refused' | 'volatile'): void {
    const id = this.#shelf.keys.noteAbsent(key, reason);
    if (id >= 0) this.#departed.unlink(id);
  }

  reweighed(slot: number, nowMs: number): void {
    const { rows } = this.#shelf;
    const hash = rows.get(slot, HASH);
    if (hash < this.#sample.limit) this.#sample.reweigh(hash, rows.get(slot, BYTES), nowMs);
  }

  /** Before the entry leaves. */
  left(slot: number, cause: Exclude<RemovalCause, 'replaced'>, because: string, nowMs: number): void {
    const { rows } = this.#shelf;
    const hash = rows.numbers[slot * ROW + HASH];
    this.counter.removed(cause);
    if (hash < this.#sample.limit) {
      if (cause === 'size') this.#sample.evicted(hash, rows.tables[slot], this.#shelf.untilMs(slot));
      else if (cause === 'expired') this.#sample.expired(hash);
      else this.#sample.drop(hash);
    }
    this.#departed.note(slot, cause, because, this.#versions.latest, nowMs);
  }

  /** Another history begins. */
  reset(): void {
    this.#shelf.keys.forgetAbsent();
    this.#departed.clear();
    this.#sample.dropAll();
  }

  /** The counts of `StoreStatistics`. */
  totals(): Omit<StoreStatistics, 'size' | 'bytes' | 'capacityBytes' | 'strategy' | 'adaptive' | 'compression'> {
    const { counter } = this;
    const { hitRatio, ...total } = counter.total();
    return {
      ...total,
      hitRatio: hitRatio ?? 0,
      staleHits: counter.staleHits,
      evictionsByCause: counter.removalsByCause(),
      missesByReason: counter.missesByReason(),
      byClass: counter.lookupsByClass(),
    };
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

  /** The newest first. */
  departures(): Departure[] {
    return this.#departed.latest();
  }
}

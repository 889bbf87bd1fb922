/**
 * What the cache counts, by group: look-ups for the same class of query over the same tables share one. A hit is five additions in one
 * row of numbers; classes, tables, strategies and totals are sums of rows, made when somebody asks.
 */
import { MISS_REASONS, QUERY_CLASS_NAMES, REMOVAL_CAUSES } from '../catalogue.ts';
import type { MissReason, QueryClass, RemovalCause, StrategyName } from '../catalogue.ts';
import type { CacheCount } from './reports.ts';
import { Names } from '../structures/names.ts';
import type { Tables } from '../freshness/table-versions.ts';

/** Kinds of look-ups told apart; more than these share one per class, which counts for no table. */
const GROUPS_MAX = 4096;

const REASONS = new Names(MISS_REASONS);
const CAUSES = new Names(REMOVAL_CAUSES);

/** One row of numbers per group. */
const HITS = 0;
const MISSES = 1;
const HIT_BYTES = 2;
const MISS_BYTES = 3;
const SAVED_MS = 4;
const SPENT_MS = 5;
const WIDTH = 6;

/** Which group a look-up counts for: interned, so that each entry holds a number. */
export class Groups {
  readonly classes: QueryClass[] = [];
  readonly tables: Tables[] = [];
  readonly #byName = new Map<string, number>();
  /** The same list of tables is asked for again and again: by class, the group + 1. */
  readonly #byTables = new WeakMap<readonly string[], Int32Array>();
  readonly #ofAnyTable = new Int32Array(QUERY_CLASS_NAMES.length);
  /** What a miss asked for, its execution asks for again. */
  #lastClass: QueryClass | null = null;
  #lastTables: Tables = null;
  #last = 0;

  get size(): number {
    return this.classes.length;
  }

  of(queryClass: QueryClass, tables: Tables): number {
    if (queryClass === this.#lastClass && tables === this.#lastTables) return this.#last;
    this.#lastClass = queryClass;
    this.#lastTables = tables;
    return (this.#last = this.#lookUp(queryClass, tables));
  }

  #lookUp(queryClass: QueryClass, tables: Tables): number {
    let known = tables === null ? this.#ofAnyTable : this.#byTables.get(tables);
    if (known === undefined) this.#byTables.set(tables!, (known = new Int32Array(QUERY_CLASS_NAMES.length)));
    const at = QUERY_CLASS_NAMES.indexOf(queryClass);
    if (known[at] === 0) known[at] = this.#named(queryClass, tables) + 1;
    return known[at] - 1;
  }

  #named(queryClass: QueryClass, tables: Tables): number {
    const name = JSON.stringify([queryClass, tables]);
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    if (tables !== null && this.size >= GROUPS_MAX) return this.#named(queryClass, null);
    this.#byName.set(name, this.size);
    this.classes.push(queryClass);
    this.tables.push(tables);
    return this.size - 1;
  }
}

export class StatisticsCounter {
  readonly #groups: Groups;
  #rows = new Float64Array(64 * WIDTH);
  staleHits = 0;
  /** Executions whose result was stored or refused: the misses that could have been hits. */
  answered = 0;
  readonly #removals = new Float64Array(CAUSES.all.length);
  readonly #missReasons = new Float64Array(REASONS.all.length);
  readonly #byStrategy = new Map<StrategyName, Float64Array>();
  /** All that was counted when the present strategy came. */
  #before = new Float64Array(WIDTH);

  constructor(groups: Groups) {
    this.#groups = groups;
  }

  hit(group: number, bytes: number, costMs: number): void {
    const at = group * WIDTH;
    if (at >= this.#rows.length) this.#grow(at);
    this.#rows[at + HITS]++;
    this.#rows[at + HIT_BYTES] += bytes;
    this.#rows[at + SAVED_MS] += costMs;
  }

  miss(group: number, reason: MissReason): void {
    const at = group * WIDTH;
    if (at >= this.#rows.length) this.#grow(at);
    this.#rows[at + MISSES]++;
    this.#missReasons[REASONS.numberOf(reason)]++;
  }

  removed(cause: RemovalCause): void {
    this.#removals[CAUSES.numberOf(cause)]++;
  }

  /** What a miss was executed for. */
  executed(group: number, bytes: number, costMs: number): void {
    const at = group * WIDTH;
    if (at >= this.#rows.length) this.#grow(at);
    this.#rows[at + MISS_BYTES] += bytes;
    this.#rows[at + SPENT_MS] += costMs;
    this.answered++;
  }

  /** A refresh costs time, but answers nobody. */
  refreshed(group: number, costMs: number): void {
    const at = group * WIDTH;
    if (at >= this.#rows.length) this.#grow(at);
    this.#rows[at + SPENT_MS] += costMs;
  }

  /** The strategy in force until now was `strategy`: what was counted since it came counts for it. */
  strategyEnds(strategy: StrategyName): void {
    const total = this.#sum();
    const row = this.#byStrategy.get(strategy) ?? new Float64Array(WIDTH);
    for (let at = 0; at < WIDTH; at++) row[at] += total[at] - this.#before[at];
    this.#byStrategy.set(strategy, row);
    this.#before = total;
  }

  removalsByCause(): Record<RemovalCause, number> {
    return CAUSES.told(this.#removals);
  }

  missesByReason(): Record<MissReason, number> {
    return REASONS.told(this.#missReasons);
  }

  total(): CacheCount {
    return countOf(this.#sum());
  }

  byClass(): Record<QueryClass, CacheCount> {
    return eachClass((name) => countOf(this.#sum((group) => this.#groups.classes[group] === name)));
  }

  lookupsByClass(): Record<QueryClass, { hits: number; misses: number }> {
    const counts = eachClass(() => ({ hits: 0, misses: 0 }));
    for (let group = 0; group < this.#groups.size; group++) {
      const count = counts[this.#groups.classes[group]];
      count.hits += this.#rows[group * WIDTH + HITS] ?? 0;
      count.misses += this.#rows[group * WIDTH + MISSES] ?? 0;
    }
    return counts;
  }

  /** By name; a query over several tables counts for each. */
  byTable(): Map<string, CacheCount> {
    const rows = new Map<string, Float64Array>();
    for (let group = 0; group < this.#groups.size; group++) {
      for (const table of this.#groups.tables[group] ?? []) {
        let row = rows.get(table);
        if (row === undefined) rows.set(table, (row = new Float64Array(WIDTH)));
        this.#addTo(row, group);
      }
    }
    return new Map(
      [...rows].filter(([, row]) => row[HITS] + row[MISSES] > 0).map(([table, row]) => [table, countOf(row)]),
    );
  }

  /** Those that were in force, `present` included. */
  byStrategy(present: StrategyName): (CacheCount & { strategy: StrategyName })[] {
    const total = this.#sum();
    const rows = new Map(this.#byStrategy);
    const earlier = rows.get(present);
    rows.set(
      present,
      total.map((sum, at) => sum - this.#before[at] + (earlier?.[at] ?? 0)),
    );
    return [...rows].map(([strategy, row]) => ({ strategy, ...countOf(row) }));
  }

  #sum(counts: (group: number) => boolean = () => true): Float64Array<ArrayBuffer> {
    const row = new Float64Array(WIDTH);
    for (let group = 0; group < this.#groups.size; group++) if (counts(group)) this.#addTo(row, group);
    return row;
  }

  #addTo(row: Float64Array, group: number): void {
    for (let at = 0; at < WIDTH; at++) row[at] += this.#rows[group * WIDTH + at] ?? 0;
  }

  #grow(at: number): void {
    const longer = new Float64Array(Math.max(at + WIDTH, this.#rows.length * 2));
    longer.set(this.#rows);
    this.#rows = longer;
  }
}

function countOf(row: Float64Array): CacheCount {
  const share = (part: number, rest: number): number | null => (part + rest > 0 ? part / (part + rest) : null);
  return {
    hits: row[HITS],
    misses: row[MISSES],
    hitRatio: share(row[HITS], row[MISSES]),
    byteHitRatio: share(row[HIT_BYTES], row[MISS_BYTES]),
    timeSavedMs: row[SAVED_MS],
    timeSavedRatio: share(row[SAVED_MS], row[SPENT_MS]),
  };
}

export function eachClass<Value>(make: (name: QueryClass) => Value): Record<QueryClass, Value> {
  return Object.fromEntries(QUERY_CLASS_NAMES.map((name) => [name, make(name)])) as Record<QueryClass, Value>;
}

/** What the Cache page is told about the cache, put into shape and words. Nothing is counted here. */
import { STRATEGIES, type QueryClass, type StrategyName } from '../../cache/catalogue.ts';
import type { Departure } from '../../cache/statistics/departed.ts';
import type { EntryView } from '../../cache/store/entry.ts';
import { eachClass } from '../../cache/statistics/statistics.ts';
import { ttlReason } from '../../cache/freshness/ttl.ts';
import { isCompressed } from '../../cache/compression/compression.ts';
import { whyKept } from '../../cache/statistics/why-kept.ts';
import type {
  CacheAges,
  CacheDepartureReport,
  CacheEntryReport,
  CacheReport,
  CacheTableReport,
  SavedCacheState,
} from '../cache-protocol.ts';
import type { QueryCache } from './query-cache.ts';

/** A second, ten, a minute, ten, an hour, a day. */
const AGE_EDGES_MS = [1000, 10_000, 60_000, 600_000, 3_600_000, 86_400_000, Infinity];
const TABLES_MAX = 200;

export function cacheReport(cache: QueryCache, saved: SavedCacheState, nowMs: number): CacheReport {
  const { store } = cache;
  const { counter } = store.journal;
  return {
    atMs: nowMs,
    statistics: cache.statistics(),
    byClass: counter.byClass(),
    byTable: tableReports(cache, nowMs),
    byStrategy: counter.byStrategy(store.settings.strategy),
    comparison: store.journal.comparison(),
    ages: agesOf(cache, nowMs),
    packing: cache.packing,
    saved,
    departures: store.journal.departures().map((departure) => departureReport(departure, nowMs)),
  };
}

/** In the strategy's own order; the next to leave last. */
export function cacheEntries(cache: QueryCache, limit: number, nowMs: number): CacheEntryReport[] {
  const report = entryReporter(cache, nowMs);
  return cache.store
    .slotsInOrder()
    .slice(0, limit)
    .map((slot, rank) => report(slot, rank));
}

/** Puts single entries into words; `rank` is the place in the strategy's order. */
export function entryReporter(cache: QueryCache, nowMs: number): (slot: number, rank: number) => CacheEntryReport {
  const { store } = cache;
  const { strategy, adaptive, size } = store.statistics();
  return (slot, rank) => {
    const { text, tables, ...view } = store.view(slot, nowMs);
    const value = store.valueIn(slot);
    return {
      ...view,
      id: store.hashOf(slot),
      sql: text,
      tables: [...(tables ?? [])],
      parameters: value?.parameters ?? '',
      rows: value?.rows ?? 0,
      compressed: isCompressed(value?.result),
      ratio: packedRatio(view),
      decodeMs: cache.decodeMs(slot),
      rank,
      savedMs: view.hits * view.costMs,
      why: whyKept(view, { strategy, leader: adaptive?.leader ?? null, rank, size }),
    };
  };
}

/** Plain over packed, keys and decoded copies left out; null for an entry that is not compressed. */
export function packedRatio({
  compressed,
  rawBytes,
  bytes,
  decodedBytes,
  key,
}: Pick<EntryView, 'compressed' | 'rawBytes' | 'bytes' | 'decodedBytes' | 'key'>): number | null {
  return compressed ? rawBytes / (bytes - decodedBytes - 2 * key.length) : null;
}

function tableReports({ store }: QueryCache, nowMs: number): CacheTableReport[] {
  const held = new Map<string, { entries: number; bytes: number }>();
  store.forEachSlot((slot) => {
    for (const table of store.tablesOf(slot) ?? []) {
      const sum = held.get(table) ?? { entries: 0, bytes: 0 };
      held.set(table, { entries: sum.entries + 1, bytes: sum.bytes + store.bytesOf(slot) });
    }
  });
  return [...store.journal.counter.byTable()]
    .map(([table, count]) => ({
      table,
      ...count,
      ...(held.get(table) ?? { entries: 0, bytes: 0 }),
      writesPerMinute: store.rates.perMinute([table], nowMs),
      ttl: eachClass((name) => ttlOf(store, name, table, nowMs)),
    }))
    .sort((a, b) => b.hits + b.misses - a.hits - a.misses)
    .slice(0, TABLES_MAX);
}

function ttlOf(store: QueryCache['store'], queryClass: QueryClass, table: string, nowMs: number) {
  const decision = store.ttlFor(queryClass, [table], nowMs);
  return { ttlMs: decision.ttlMs, rule: decision.rule, reason: ttlReason(decision, queryClass) };
}

function agesOf({ store }: QueryCache, nowMs: number): CacheAges {
  const ages: number[] = [];
  store.forEachSlot((slot) => ages.push(store.ageMs(slot, nowMs)));
  const sorted = Float64Array.from(ages).sort();
  const counts = AGE_EDGES_MS.map(() => 0);
  for (const age of sorted) counts[AGE_EDGES_MS.findIndex((edge) => age < edge)]++;
  return {
    medianMs: sorted.length > 0 ? sorted[sorted.length >> 1] : null,
    oldestMs: sorted.at(-1) ?? null,
    edgesMs: AGE_EDGES_MS,
    counts,
  };
}

function departureReport(departure: Departure, nowMs: number): CacheDepartureReport {
  const { text, parameters, tables, queryClass, bytes, costMs, hits, cause, leftMs, ageMs } = departure;
  return {
    id: departure.keyHash,
    sql: text,
    parameters,
    tables: [...(tables ?? [])],
    queryClass,
    bytes,
    costMs,
    hits,
    cause,
    reason: departureReason(departure),
    leftAgoMs: Math.max(0, nowMs - leftMs),
    ageMs,
    askedAgain: departure.askedAgain,
    wouldHaveHit: departure.wouldHaveHit,
  };
}

/** The cause in words, with what brought it about. */
export function departureReason({ cause, because }: Departure): string {
  switch (cause) {
    case 'explicit':
      return 'Removed by hand.';
    case 'replaced':
      return 'Replaced by a newer result of the same query.';
    case 'expired':
      return 'Its time to live was over.';
    case 'invalidated':
      return because === '' ? 'The schema changed, or other data was opened.' : `${because} was written.`;
    case 'size':
      return `${because in STRATEGIES ? STRATEGIES[because as StrategyName].label : because} gave it up to make room.`;
  }
}

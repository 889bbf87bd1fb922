/** Goes through the entries for a person: those that meet a filter, sorted, as many as fit a list; the counts speak of all of them. */
import type { CacheEntryReport, CacheFindRequest, CacheFound, CacheSortKey, EntryId } from '../protocol.ts';
import { entryReporter, packedRatio } from './cache-report.ts';
import type { QueryCache } from './query-cache.ts';

export function cacheFind(cache: QueryCache, request: CacheFindRequest, nowMs: number): CacheFound {
  const { limit, sortBy = 'rank', descending = sortBy === 'rank', including = null } = request;
  const { store } = cache;
  const slots = cache.matching(request);
  const ranks = new Map(store.slotsInOrder().map((slot, rank) => [slot, rank]));
  const sorted = sortedSlots(cache, slots, ranks, sortBy, descending, nowMs);
  const listed = sorted.slice(0, limit);
  const wanted = including === null ? undefined : sorted.slice(limit).find((slot) => store.hashOf(slot) === including);
  if (wanted !== undefined) listed.push(wanted);
  const report = entryReporter(cache, nowMs);
  return {
    matching: { entries: slots.length, bytes: slots.reduce((sum, slot) => sum + store.bytesOf(slot), 0) },
    entries: listed.map((slot) => report(slot, ranks.get(slot) ?? 0)),
  };
}

/** One entry; null when it has left. */
export function cacheEntry(cache: QueryCache, id: EntryId, nowMs: number): CacheEntryReport | null {
  const slots = cache.store.slotsInOrder();
  const rank = slots.findIndex((slot) => cache.store.hashOf(slot) === id);
  return rank < 0 ? null : entryReporter(cache, nowMs)(slots[rank], rank);
}

/** By the column, entries that are equal in it by the strategy's order; what has no value there comes last both ways. */
function sortedSlots(
  cache: QueryCache,
  slots: number[],
  ranks: ReadonlyMap<number, number>,
  sortBy: CacheSortKey,
  descending: boolean,
  nowMs: number,
): number[] {
  const { store } = cache;
  const valueOf: Record<CacheSortKey, (slot: number) => number | string | null> = {
    rank: (slot) => ranks.get(slot) ?? 0,
    sql: (slot) => store.textIn(slot),
    tables: (slot) => (store.tablesOf(slot) ?? []).join(),
    bytes: (slot) => store.bytesOf(slot),
    ratio: (slot) => packedRatio(store.view(slot, nowMs)),
    ageMs: (slot) => store.ageMs(slot, nowMs),
    hits: (slot) => store.hitsOf(slot),
    savedMs: (slot) => store.hitsOf(slot) * store.costMs(slot),
    decodeMs: (slot) => cache.decodeMs(slot),
  };
  const sign = descending ? -1 : 1;
  return slots
    .map((slot) => ({ slot, value: valueOf[sortBy](slot) }))
    .sort(({ value: a }, { value: b }) => {
      if (a === null || b === null) return Number(a === null) - Number(b === null);
      return a === b ? 0 : sign * (a < b ? -1 : 1);
    })
    .map(({ slot }) => slot);
}

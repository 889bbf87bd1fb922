/** The whole cache as columns of numbers, for a picture that is drawn a few times a second. Nothing is counted here. */
import type { CacheShelfReport } from '../protocol.ts';
import { departureReason } from './cache-report.ts';
import type { QueryCache } from './query-cache.ts';

/** A picture that asks four times a second misses none of them on a quiet day; in a storm it says how many there were. */
const LEFT_MAX = 32;

export function cacheShelf({ store }: QueryCache, limit: number, nowMs: number): CacheShelfReport {
  const slots = store.slotsInOrder();
  const shown = slots.slice(Math.max(0, slots.length - limit));
  return {
    strategy: store.settings.strategy,
    capacityBytes: store.settings.capacityBytes,
    entries: slots.length,
    entryBytes: slots.reduce((sum, slot) => sum + store.bytesOf(slot), 0),
    ids: Uint32Array.from(shown, (slot) => store.hashOf(slot)),
    bytes: Float64Array.from(shown, (slot) => store.bytesOf(slot)),
    hits: Uint32Array.from(shown, (slot) => store.hitsOf(slot)),
    costMs: Float64Array.from(shown, (slot) => store.costMs(slot)),
    timeLeft: Float32Array.from(shown, (slot) => {
      const leftMs = -store.staleMs(slot, nowMs);
      const wholeMs = store.ageMs(slot, nowMs) + leftMs;
      return leftMs > 0 ? leftMs / wholeMs : 0;
    }),
    left: store.journal
      .departures()
      .slice(0, LEFT_MAX)
      .map((departure) => ({
        id: departure.keyHash,
        cause: departure.cause,
        reason: departureReason(departure),
        leftAgoMs: Math.max(0, nowMs - departure.leftMs),
      })),
  };
}

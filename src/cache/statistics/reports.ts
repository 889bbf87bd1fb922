/**
 * What the cache tells of itself. Counts and ratios speak of all look-ups since the statistics were last reset; a ratio is null where
 * nothing was counted.
 */
import type { CurvePoint } from './miss-curve.ts';
import type { MissReason, QueryClass, RemovalCause, StrategyName } from '../catalogue.ts';

/** Look-ups by outcome, three ways: by request, by bytes of results, by time of execution. */
export interface CacheCount {
  hits: number;
  misses: number;
  hitRatio: number | null;
  /** Bytes of results served from the cache over bytes of all results; uncompressed. */
  byteHitRatio: number | null;
  /** What the hits would have cost to execute. */
  timeSavedMs: number;
  /** Saved over saved and spent: the share of execution that hits made unnecessary. */
  timeSavedRatio: number | null;
}

/** Every strategy over a sample of the keys, in a cache scaled down as much: the same share of keys, the same share of room. */
export interface CacheComparison {
  /** Of all keys, 0..1; falls by halves as keys or requests become many. */
  sampleRatio: number;
  sampledKeys: number;
  /** Requests for sampled keys so far: what the ratios rest on. Differences between two reports give a race over time. */
  requests: number;
  strategies: ComparedStrategy[];
  /** True where nothing would have been evicted under any: then all have the same figures, and nothing is told of their merits. */
  alike: boolean;
  /** Who hits most, and who saves the most time, by more than chance may have put between them; null where that cannot be told. */
  leaders: { hits: StrategyName | null; time: StrategyName | null };
  /** That in words; null until there is enough to tell. */
  reading: string | null;
}

export interface ComparedStrategy {
  strategy: StrategyName;
  hits: number;
  hitRatio: number | null;
  byteHitRatio: number | null;
  timeSavedRatio: number | null;
  /** Two standard errors of `hitRatio`, for what the sample leaves to chance; 0 where every key is in it, null before the first request. */
  error: number | null;
}

/** How long ago entries were written. */
export interface CacheAges {
  medianMs: number | null;
  oldestMs: number | null;
  /** `counts[i]` entries are younger than `edgesMs[i]` and not than the edge before; the last edge is Infinity. */
  edgesMs: number[];
  counts: number[];
}

/** `cacheCurve`: the hit ratio that LRU would have at other sizes, from a sample of the keys (after SHARDS, Waldspurger et al., FAST 2015). */
export interface CacheCurve {
  /** Of all keys, 0..1. At 1 the curve is exact. */
  sampleRatio: number;
  sampledKeys: number;
  /** Requests for sampled keys so far. */
  requests: number;
  capacityBytes: number;
  /** Sizes rising from 1/64 of the capacity, or less where still smaller ones hit, to 64 times as much. */
  points: ({ capacityBytes: number } & CurvePoint)[];
  /** At the present size; null before the first request. */
  now: CurvePoint | null;
  /** “At 2x the size you would have …”, for half, double and four times the capacity; empty until there is enough to tell. */
  readings: { factor: number; capacityBytes: number; hitRatio: number; error: number; sentence: string }[];
}

/** Totals, small enough to be sent often. */
export interface StoreStatistics {
  hits: number;
  misses: number;
  /** 0 before the first look-up. */
  hitRatio: number;
  byteHitRatio: number | null;
  /** Milliseconds of execution that hits made unnecessary. */
  timeSavedMs: number;
  timeSavedRatio: number | null;
  /** Of the hits: served after their time was over, while one refresh ran; their tables had not been written. */
  staleHits: number;
  /** Entries. */
  size: number;
  /** Charged: keys, values and decoded copies. Never above the capacity. */
  bytes: number;
  capacityBytes: number;
  evictionsByCause: Record<RemovalCause, number>;
  missesByReason: Record<MissReason, number>;
  byClass: Record<QueryClass, { hits: number; misses: number }>;
  strategy: StrategyName;
  /** What Adaptive follows now, and the recent hit ratios of those it chooses from; null for the other strategies. */
  adaptive: { leader: string; switches: number; shadows: Record<string, number> } | null;
  compression: CacheCompression;
}

export interface CacheCompression {
  /** Entries held compressed, what they would weigh plain, and what is won by it (decoded copies taken off). */
  entries: number;
  rawBytes: number;
  savedBytes: number;
  /** Of them: those kept decoded besides, and what that costs. */
  decodedEntries: number;
  decodedBytes: number;
}

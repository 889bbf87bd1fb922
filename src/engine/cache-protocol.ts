/**
 * What the Cache page asks of the engine and is told. Counts and ratios speak of all look-ups since the statistics were last reset;
 * a ratio is null where nothing was counted. What is small travels with every snapshot (`CacheStatistics`); the rest has calls of its own.
 */
import type { MissReason, QueryClass, RemovalCause, StrategyName, TtlRuleName } from '../cache/catalogue.ts';

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

/** In every snapshot, ten times a second: totals only. */
export interface CacheStatistics {
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
  /** Of the misses: waited for an equal query that was running already. */
  joined: number;
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
  adaptive: { leader: string; shadows: Record<string, number> } | null;
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

/** `cacheReport`: for once a second. */
export interface CacheReport {
  atMs: number;
  statistics: CacheStatistics;
  byClass: Record<QueryClass, CacheCount>;
  /** The most asked first. A query over several tables counts for each. */
  byTable: CacheTableReport[];
  /** While each was in force; those that never were are missing. */
  byStrategy: (CacheCount & { strategy: StrategyName })[];
  /** All strategies on the same live stream; null while `compareStrategies` is off. */
  comparison: CacheComparison | null;
  ages: CacheAges;
  /** The newest first. Those evicted are ghosts: `wouldHaveHit` tells what they cost. */
  departures: CacheDepartureReport[];
}

export interface CacheTableReport extends CacheCount {
  table: string;
  entries: number;
  /** Of entries that read it; one that reads two tables counts whole for each. */
  bytes: number;
  /** Lately, the older the less; null until it was watched for a while. */
  writesPerMinute: number | null;
  /** What a new entry over this table alone would be given, and why in words. */
  ttl: Record<QueryClass, { ttlMs: number; rule: TtlRuleName; reason: string }>;
}

/** Every strategy over a sample of the keys, in a cache scaled down as much: the same share of keys, the same share of room. */
export interface CacheComparison {
  /** Of all keys, 0..1; falls by halves as keys or requests become many. */
  sampleRatio: number;
  sampledKeys: number;
  /** Requests for sampled keys so far: what the ratios rest on. Differences between two reports give a race over time. */
  requests: number;
  strategies: {
    strategy: StrategyName;
    hits: number;
    hitRatio: number | null;
    byteHitRatio: number | null;
    timeSavedRatio: number | null;
  }[];
  /** The best by hit ratio and by time saved, in words; null until there is enough to tell. */
  reading: string | null;
}

/** How long ago entries were written. */
export interface CacheAges {
  medianMs: number | null;
  oldestMs: number | null;
  /** `counts[i]` entries are younger than `edgesMs[i]` and not than the edge before; the last edge is Infinity. */
  edgesMs: number[];
  counts: number[];
}

/** One that left lately. */
export interface CacheDepartureReport {
  sql: string;
  parameters: string;
  tables: string[];
  queryClass: QueryClass;
  bytes: number;
  costMs: number;
  hits: number;
  cause: RemovalCause;
  /** The cause in words, with what brought it about. */
  reason: string;
  leftAgoMs: number;
  /** How old it was then. */
  ageMs: number;
  /** Look-ups of it since, and those of them that would have been right to answer with it. */
  askedAgain: number;
  wouldHaveHit: number;
}

/** `cacheCurve`: the hit ratio that LRU would have at other sizes, from a sample of the keys (after SHARDS, Waldspurger et al., FAST 2015). */
export interface CacheCurve {
  /** Of all keys, 0..1. At 1 the curve is exact. */
  sampleRatio: number;
  sampledKeys: number;
  /** Requests for sampled keys so far. */
  requests: number;
  capacityBytes: number;
  /** Sizes rising from 1/64 of the capacity to 64 times as much. */
  points: { capacityBytes: number; hitRatio: number; byteHitRatio: number }[];
  /** “At 2x the size you would have …”, for half, double and four times the capacity; empty until there is enough to tell. */
  readings: { factor: number; capacityBytes: number; hitRatio: number; sentence: string }[];
}

/** `cacheEntries`: in the strategy's own order, the next to leave last. */
export interface CacheEntryReport {
  key: string;
  sql: string;
  parameters: string;
  tables: string[];
  queryClass: QueryClass;
  rows: number;
  /** Place in the strategy's order: 0 leaves last. */
  rank: number;
  /** Charged: key, value, and the decoded copy if there is one. */
  bytes: number;
  /** The value uncompressed, without its key. */
  rawBytes: number;
  compressed: boolean;
  /** A compressed entry may be kept decoded besides: what that costs; 0 when it is not. */
  decodedBytes: number;
  hits: number;
  /** What its hits saved. */
  savedMs: number;
  costMs: number;
  ageMs: number;
  /** Since it was last served; since it was written when it never was. */
  idleMs: number;
  /** From its write; `ttlReason` says in words which rule gave it, with the numbers. */
  ttlMs: number;
  ttlRule: TtlRuleName;
  ttlReason: string;
  /** Until its time is over; negative for one that is served while it is refreshed. */
  expiresInMs: number;
  /** Why the strategy keeps it, in words. */
  why: string;
}

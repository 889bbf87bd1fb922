/**
 * What the Cache page asks of the engine and is told. Counts and ratios speak of all look-ups since the statistics were last reset;
 * a ratio is null where nothing was counted. What is small travels with every snapshot (`CacheStatistics`); the rest has calls of its own.
 */
import type { QueryClass, RemovalCause, StrategyName, TtlRuleName } from '../cache/catalogue.ts';
import type { CacheAges, CacheComparison, CacheCount, StoreStatistics } from '../cache/reports.ts';

export type { CacheAges, CacheComparison, CacheCompression, CacheCount, CacheCurve } from '../cache/reports.ts';

/** In every snapshot, ten times a second: totals only. */
export interface CacheStatistics extends StoreStatistics {
  /** Of the misses: waited for an equal query that was running already. */
  joined: number;
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

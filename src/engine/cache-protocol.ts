/**
 * What the Cache page asks of the engine and is told. Counts and ratios speak of all look-ups since the statistics were last reset;
 * a ratio is null where nothing was counted. What is small travels with every snapshot (`CacheStatistics`); the rest has calls of its own.
 */
import type { QueryClass, RemovalCause, StrategyName, TtlRuleName } from '../cache/catalogue.ts';
import type { NothingRestored } from '../cache/persistence/persistence.ts';
import type { CacheAges, CacheComparison, CacheCount, StoreStatistics } from '../cache/statistics/reports.ts';

export type { NothingRestored } from '../cache/persistence/persistence.ts';
export type {
  CacheAges,
  CacheComparison,
  CacheCompression,
  CacheCount,
  CacheCurve,
} from '../cache/statistics/reports.ts';

/** Tells an entry from the others, also after it has left: the hash of its key. */
export type EntryId = number;

/** In every snapshot, ten times a second: totals only. */
export interface CacheStatistics extends StoreStatistics {
  /** Of the misses: answered by an equal query that was running already. */
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
  packing: CachePacking;
  saved: SavedCacheState;
  /** The newest first. Those evicted are ghosts: `wouldHaveHit` tells what they cost. */
  departures: CacheDepartureReport[];
}

/** What compression has done, and taken, outside the requests and inside; since the statistics were last reset. */
export interface CachePacking {
  /** Results that were packed, and those looked at that would not have shrunk by enough. */
  packed: number;
  keptPlain: number;
  packMs: number;
  /** Answers for which a packed result had to be unpacked. */
  unpacked: number;
  unpackMs: number;
}

/** What of the cache a reload would bring back. */
export interface SavedCacheState {
  /** Unix time; null before the first save. */
  savedAtMs: number | null;
  entries: number;
  bytes: number;
  /** Entries for which the browser had no room. */
  leftOut: number;
  /** Why nothing can be saved now; null when it can. */
  problem: string | null;
  /** False in a tab that only reads: another one saves. */
  owned: boolean;
  /** False while the data is not kept either, such as a sample that nobody has written to: results without their data would be no use. */
  dataStored: boolean;
  /** What this visit began with; null before it was looked for. `reason` says why it was nothing. */
  restored: { entries: number; dropped: number; reason: NothingRestored | null } | null;
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
  id: EntryId;
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

/**
 * `cacheShelf`: what a picture of the whole cache needs, for a few times a second. Columns are in the strategy's own order, the next to
 * leave last; where there are more entries than were asked for, those nearest to leaving.
 */
export interface CacheShelfReport {
  strategy: StrategyName;
  capacityBytes: number;
  /** Of all entries, drawn or not. */
  entries: number;
  entryBytes: number;
  ids: Uint32Array;
  bytes: Float64Array;
  hits: Uint32Array;
  /** What a hit saves. */
  costMs: Float64Array;
  /** What is left of its time to live, 0..1; 0 for one that is served while it is refreshed. */
  timeLeft: Float32Array;
  /** The newest first. */
  left: { id: EntryId; cause: RemovalCause; reason: string; leftAgoMs: number }[];
}

/** What `cacheFind` goes through and `cacheInvalidate` drops: entries that meet all that is given. */
export interface CacheFilter {
  /** Those that read this table. */
  table?: string;
  /** Those with this in their text or parameters, in any case of letters. */
  pattern?: string;
}

export type CacheSortKey = 'rank' | 'sql' | 'tables' | 'bytes' | 'ratio' | 'ageMs' | 'hits' | 'savedMs' | 'decodeMs';

export interface CacheFindRequest extends CacheFilter {
  limit: number;
  /** Default: rank, the next to leave first. */
  sortBy?: CacheSortKey;
  descending?: boolean;
  /** It comes with the others wherever it stands, if it is there at all. */
  including?: EntryId | null;
}

export interface CacheFound {
  /** Of all that meet the filter, listed or not. */
  matching: { entries: number; bytes: number };
  entries: CacheEntryReport[];
}

/** `cacheEntries`: in the strategy's own order, the next to leave last. */
export interface CacheEntryReport {
  id: EntryId;
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
  /** Plain over packed, keys and decoded copies left out; null for one that is not compressed. */
  ratio: number | null;
  /** A compressed entry may be kept decoded besides: what that costs; 0 when it is not. */
  decodedBytes: number;
  /** What unpacking it took when it was last done; null while it never was. */
  decodeMs: number | null;
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

/** Names and one-line explanations of what the cache does, for menus, tables and messages. Plain data. */

export const STRATEGIES = {
  fifo: {
    label: 'FIFO',
    explanation: 'First in, first out: whatever came first leaves first, however often it is used.',
  },
  lru: {
    label: 'LRU',
    explanation:
      'Least recently used: whatever has gone unused the longest leaves first. Good for bursts, helpless against long scans.',
  },
  lfu: {
    label: 'LFU, aged',
    explanation:
      'Least frequently used, with aging: each use counts, and counts fade as others come and go, so that yesterday’s favourites can leave.',
  },
  ttl: {
    label: 'TTL',
    explanation: 'Time to live and nothing else: whatever would expire first leaves first, however often it is used.',
  },
  sieve: {
    label: 'SIEVE',
    explanation:
      'A queue and a hand: a use only marks an entry, the hand takes marks away and evicts the first without one. Simple and quick.',
  },
  's3-fifo': {
    label: 'S3-FIFO',
    explanation:
      'Newcomers pass through a small queue and must be used twice to stay; what comes back soon after leaving stays at once.',
  },
  lirs: {
    label: 'LIRS',
    explanation:
      'Low inter-reference recency: ranks by the distance between the last two uses. Strong on loops larger than the cache.',
  },
  'w-tinylfu': {
    label: 'W-TinyLFU',
    explanation:
      'A small LRU window in front; behind it only what was asked for more often, lately, than what it would push out. The window’s size adapts.',
  },
  gdsf: {
    label: 'GDSF',
    explanation:
      'Greedy dual size frequency: keeps what saves the most time per byte, uses times cost over size, and lets the unused age.',
  },
  adaptive: {
    label: 'Adaptive',
    explanation:
      'Runs LIRS, S3-FIFO, LRU and hit density side by side on a sample of the live stream, as bare bookkeeping, and lets whichever would have saved the most time lately choose what stays. Hit density is its own: it gives up what promises to save the least time per byte, by when keys with such a past came back.',
  },
} as const;

export type StrategyName = keyof typeof STRATEGIES;
export const STRATEGY_NAMES = Object.keys(STRATEGIES) as StrategyName[];

/** Why an entry left. */
export const REMOVAL_CAUSES = {
  explicit: 'removed by hand',
  replaced: 'replaced by a newer result of the same query',
  invalidated: 'a table that it reads was written, or the schema changed',
  expired: 'its time to live was over',
  size: 'evicted to make room',
} as const;

export type RemovalCause = keyof typeof REMOVAL_CAUSES;

/** Why a lookup found nothing. */
export const MISS_REASONS = {
  cold: 'not asked before, or too long ago to remember',
  expired: 'the stored result had outlived its time',
  invalidated: 'a table that it reads was written since, or the schema changed',
  evicted: 'it had to make room for others',
  removed: 'it was removed by hand',
  refused: 'the result was not stored when last run: too large, or not admitted',
  volatile: 'the result depends on chance, the clock or the connection, and is never stored',
} as const;

export type MissReason = keyof typeof MISS_REASONS;

/** How a query reaches its rows; each class has its own time to live. */
export const QUERY_CLASSES = {
  point: 'one row by key',
  range: 'some rows of one table',
  join: 'rows of several tables',
  aggregate: 'many rows summed into few',
} as const;

export type QueryClass = keyof typeof QUERY_CLASSES;
export const QUERY_CLASS_NAMES = Object.keys(QUERY_CLASSES) as QueryClass[];

/** What gives a result its time to live, in the order in which the rules are asked: the first that applies decides. */
export const TTL_RULES = {
  volatile: {
    label: 'Volatile',
    explanation: 'Depends on chance, the clock or the connection: never stored, whatever else holds.',
  },
  constant: {
    label: 'Constant',
    explanation: 'Reads no table, so that nothing can change it: long.',
  },
  quiet: {
    label: 'Quiet tables',
    explanation: 'None of its tables was written for a while: as good as immutable, so long.',
  },
  busy: {
    label: 'Much-written tables',
    explanation:
      'A join or an aggregate over tables that are written often: for a few of their usual pauses between two writes, and never longer than its class.',
  },
  class: {
    label: 'Query class',
    explanation: 'Everything else: the time of its class.',
  },
  restored: {
    label: 'Kept over a reload',
    explanation: 'Brought back from this browser’s store, for what was left of its time.',
  },
} as const;

export type TtlRuleName = keyof typeof TTL_RULES;

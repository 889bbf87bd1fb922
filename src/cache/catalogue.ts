/** Names and one-line explanations of what the cache does, for menus, tables and messages. Plain data. */

export const STRATEGIES = {
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
    explanation: 'Time order and nothing else: whatever was stored first leaves first, however often it is used.',
  },
  adaptive: {
    label: 'Adaptive',
    explanation:
      'Runs LRU and LFU side by side on the live stream, as bare bookkeeping, and keeps what the better of the two would keep.',
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

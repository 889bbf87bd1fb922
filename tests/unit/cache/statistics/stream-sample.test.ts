/** What a sample says other strategies and sizes would have hit, against real caches of those strategies and sizes on the same stream. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import { STRATEGY_NAMES, type StrategyName } from '../../../../src/cache/catalogue.ts';
import { ResultCache } from '../../../../src/cache/result-cache.ts';
import type { RowsByTable } from '../../../../src/cache/freshness/row-keys.ts';
import { DEFAULT_CACHE_SETTINGS } from '../../../../src/cache/settings.ts';
import { zipfKeys } from '../traces.ts';

const CAPACITY = 60_000;
const REQUESTS = 6000;
const KEYS = 1500;
/** The strategies of the caches whose word is taken. */
const WATCHED: readonly StrategyName[] = ['lru', 's3-fifo'];

interface Stream {
  /** Of the requests, how many write; of the writes, how many touch one known row. */
  writes: number;
  toOneRow: number;
  ttlMs: number;
}

/** One request, or write, a millisecond: keys over four tables, each resting on one row of its own. */
function run(
  strategy: StrategyName,
  { writes, toOneRow, ttlMs }: Stream,
  capacityBytes = CAPACITY,
): ResultCache<string> {
  const settings = {
    ...DEFAULT_CACHE_SETTINGS,
    strategy,
    capacityBytes,
    ttlMs: { point: ttlMs, range: ttlMs, join: ttlMs, aggregate: ttlMs },
    ttlJitterRatio: 0,
    staleMs: 0,
    compareStrategies: WATCHED.includes(strategy),
    ttlRules: { ...DEFAULT_CACHE_SETTINGS.ttlRules, constant: false, quiet: false, busy: false },
  };
  const cache = new ResultCache<string>(settings, { historyId: 'h', logNumber: 0 }, createRandom(1));
  const random = createRandom(7);
  let logNumber = 0;
  const rowOf = (key: number): RowsByTable => new Map([[`t${key % 4}`, [{ '-1': `i${key}` }]]]);
  zipfKeys(createRandom(3), KEYS, REQUESTS).forEach((key, nowMs) => {
    const tables = [`t${key % 4}`];
    if (random.next() < writes) {
      const one = random.next() < toOneRow;
      cache.noteWrite(tables, ++logNumber, nowMs, one ? rowOf(key) : undefined);
      return;
    }
    const name = `key ${key}`;
    if (!cache.get(name, 'point', nowMs, tables).hit) {
      const bytes = 100 + ((key * 37) % 400);
      const version = { historyId: 'h', logNumber };
      const rest = { tables, rows: rowOf(key), version, costMs: 1 + (key % 5), queryClass: 'point' as const };
      cache.put(name, { value: '', text: name, bytes, ...rest }, nowMs);
    }
    cache.expire(nowMs);
  });
  return cache;
}

const STREAMS: Record<string, Stream> = {
  'without writes': { writes: 0, toOneRow: 0, ttlMs: 1e9 },
  'with writes to whole tables': { writes: 0.005, toOneRow: 0, ttlMs: 1e9 },
  'with writes to single rows': { writes: 0.2, toOneRow: 0.99, ttlMs: 1e9 },
  'with short times to live': { writes: 0, toOneRow: 0, ttlMs: 3000 },
};

describe.each(Object.entries(STREAMS))('of a stream %s', (_name, stream) => {
  const hitRatioOf = (cache: ResultCache<string>): number => cache.statistics().hitRatio;
  const caches = new Map(STRATEGY_NAMES.map((name) => [name, run(name, stream)]));
  const lruAt = new Map([0.5, 1, 2, 4].map((factor) => [factor, hitRatioOf(run('lru', stream, CAPACITY * factor))]));

  it.each(WATCHED)('a cache under %s tells what others would have hit, within half a point', (watched) => {
    const { strategies, sampleRatio } = caches.get(watched)!.journal.comparison()!;
    expect(sampleRatio).toBe(1);
    for (const { strategy, hitRatio } of strategies) {
      const real = hitRatioOf(caches.get(strategy)!);
      expect.soft(Math.abs(hitRatio! - real), `${strategy}: ${hitRatio}, really ${real}`).toBeLessThan(0.005);
    }
  });

  it.each(WATCHED)('a cache under %s tells what LRU would have hit at other sizes, within two points', (watched) => {
    const { points } = caches.get(watched)!.journal.curve();
    for (const [factor, real] of lruAt) {
      const told = points.find(({ capacityBytes }) => capacityBytes === CAPACITY * factor)!.hitRatio;
      expect.soft(Math.abs(told - real), `${factor}x: ${told}, really ${real}`).toBeLessThan(0.02);
    }
  });
});

it('begins the curve where next to nothing is hit, however little of the room is used', () => {
  const roomy = 2 ** 30;
  const { points, now } = run('lru', STREAMS['without writes'], roomy).journal.curve();
  expect(now!.hitRatio).toBeGreaterThan(0.5);
  expect(points[0].capacityBytes).toBeLessThan(CAPACITY);
  expect(points[0].hitRatio).toBeLessThanOrEqual(0.1 * now!.hitRatio);
  expect(points.map(({ capacityBytes }) => capacityBytes)).toContain(roomy);
  expect(points.at(-1)!.capacityBytes).toBe(64 * roomy);
});

it('takes an entry that a reload brought back for held, until the cache itself lets it go', () => {
  const cache = new ResultCache<string>(DEFAULT_CACHE_SETTINGS, { historyId: 'h', logNumber: 0 }, createRandom(1));
  const version = { historyId: 'h', logNumber: 0 };
  const rows = new Map([['t', [{ '-1': 'i1' }]]]);
  const entry = {
    value: '',
    text: '',
    bytes: 100,
    queryClass: 'point',
    tables: ['t'],
    rows,
    version,
    costMs: 1,
  } as const;
  cache.restore('k', entry, 1, 60_000, 0);
  cache.get('k', 'point', 0, ['t']);
  cache.noteWrite(['t'], 1, 500, new Map([['t', [{ '-1': 'i2' }]]])); // another row
  cache.get('k', 'point', 1000, ['t']);
  cache.get('k', 'point', 2000, ['t']);
  // The first was new to the sample; the two after it hit everywhere.
  expect(cache.journal.comparison()?.strategies.map(({ hits }) => hits)).toEqual(STRATEGY_NAMES.map(() => 2));
});

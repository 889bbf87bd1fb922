import { describe, expect, it } from 'vitest';
import { STRATEGY_NAMES } from '../../../src/cache/catalogue.ts';
import { ResultCache } from '../../../src/cache/result-cache.ts';
import { DEFAULT_CACHE_SETTINGS, type CacheSettings } from '../../../src/cache/settings.ts';
import { createRandom } from '../../../src/core/random.ts';

const MIB = 1024 * 1024;
const version = { historyId: 'h', logNumber: 0 };

function cacheWith(changes: Partial<CacheSettings>): ResultCache<string> {
  return new ResultCache({ ...DEFAULT_CACHE_SETTINGS, ...changes }, version, createRandom(1));
}

function put(cache: ResultCache<string>, key: string, bytes: number, nowMs = 0) {
  const entry = { value: key, bytes, text: '', queryClass: 'point', tables: ['t'], version, costMs: 1 } as const;
  return cache.put(key, entry, nowMs);
}

describe('a key of a mebibyte', () => {
  const key = (last: string) => 'x'.repeat(MIB - 1) + last;

  it('is charged to the last character, told from one that differs in that, and remembered when it has left', () => {
    const cache = cacheWith({ capacityBytes: 64 * MIB });
    expect(put(cache, key('a'), 8).stored).toBe(true);
    expect(cache.bytes).toBe(2 * MIB + 8);
    expect(cache.get(key('a'), 'point', 1)).toMatchObject({ hit: true });
    expect(cache.get(key('b'), 'point', 1)).toEqual({ hit: false, reason: 'cold' });
    cache.remove(key('a'));
    expect([cache.bytes, cache.size]).toEqual([0, 0]);
    expect(cache.get(key('a'), 'point', 1)).toEqual({ hit: false, reason: 'removed' });
  });

  it('is refused where it takes more than an eighth of the capacity by itself', () => {
    const cache = cacheWith({ capacityBytes: 16 * MIB });
    expect(put(cache, key('a'), 1)).toMatchObject({ stored: false, reason: 'too-large' });
    expect(put(cache, key('a'), 0).stored).toBe(true);
  });

  it.each(['lru', 'gdsf', 'adaptive'] as const)(
    'and a row of them never take more than the capacity: %s',
    (strategy) => {
      const cache = cacheWith({ capacityBytes: 20 * MIB, strategy, compareStrategies: false });
      for (let at = 0; at < 40; at++) {
        const text = key(String.fromCharCode(97 + (at % 25)));
        if (!cache.get(text, 'point', at).hit) put(cache, text, 100, at);
        expect(cache.bytes).toBeLessThanOrEqual(20 * MIB);
      }
      expect(cache.size).toBeGreaterThan(0);
    },
  );
});

it('spreads the ends of what is stored together evenly over the jitter, and lengthens nothing', () => {
  const ttlMs = { point: 60_000, range: 60_000, join: 60_000, aggregate: 60_000 };
  const cache = cacheWith({ ttlMs, ttlJitterRatio: 0.2 });
  for (let key = 0; key < 2000; key++) put(cache, `k${key}`, 10);
  const tenths = new Array<number>(10).fill(0);
  for (const { expiresInMs } of cache.entries(0)) tenths[Math.floor((expiresInMs - 48_000) / 1200)]++;
  // 200 expected in each, with a deviation of 13.4: five deviations.
  expect(tenths.filter((count) => count < 133 || count > 267)).toEqual([]);
  expect(tenths.reduce((sum, count) => sum + count)).toBe(2000); // all between 48 s and 60 s
});

it('switches its strategy in the middle of a burst without losing an entry, a byte or a count', () => {
  const cache = cacheWith({ capacityBytes: 40_000, strategy: 'lru', staleMs: 0 });
  const random = createRandom(5);
  let asked = 0;
  for (let at = 0; at < 4000; at++) {
    const key = `k${Math.floor(100 * random.next() ** 3)}`;
    const found = cache.get(key, 'point', at);
    asked++;
    if (found.hit) expect(found.value).toBe(key);
    else put(cache, key, 200 + random.below(1500), at);
    if (at % 37 !== 0) continue;
    const before = cache.entries(at).map((entry) => entry.key);
    const strategy = STRATEGY_NAMES[(at / 37) % STRATEGY_NAMES.length];
    cache.configure({ ...cache.settings, strategy }, at);
    expect(
      cache
        .entries(at)
        .map((entry) => entry.key)
        .sort(),
    ).toEqual(before.sort());
    expect(cache.bytes).toBe(cache.entries(at).reduce((sum, entry) => sum + entry.bytes, 0));
    expect(cache.bytes).toBeLessThanOrEqual(40_000);
  }
  const { hits, misses } = cache.statistics();
  expect(hits + misses).toBe(asked);
});

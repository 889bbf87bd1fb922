import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import type { NewEntry } from '../../../../src/cache/store/entry.ts';
import { DEPARTURES_KEPT } from '../../../../src/cache/statistics/departed.ts';
import { ResultCache } from '../../../../src/cache/result-cache.ts';
import { DEFAULT_CACHE_SETTINGS, type CacheSettings } from '../../../../src/cache/settings.ts';
import { TtlRules, ttlReason } from '../../../../src/cache/freshness/ttl.ts';
import { WriteRates } from '../../../../src/cache/freshness/write-rates.ts';

const MINUTE = 60_000;

function cacheWith(changes: Partial<CacheSettings> = {}): ResultCache<string> {
  const settings = {
    ...DEFAULT_CACHE_SETTINGS,
    capacityBytes: 8000,
    strategy: 'lru',
    ttlJitterRatio: 0,
    ...changes,
  } as const;
  return new ResultCache<string>(settings, { historyId: 'h', logNumber: 0 }, createRandom(1));
}

function entry(value: string, logNumber = 0): NewEntry<string> {
  const version = { historyId: 'h', logNumber };
  return { value, bytes: 98, text: value, queryClass: 'point', tables: ['t'], version, costMs: 5 };
}

describe('TtlRules', () => {
  const rates = new WriteRates();
  rates.watch(0);
  for (let nowMs = 0; nowMs < 10 * MINUTE; nowMs += 2500) rates.note(['busy'], nowMs); // 24 a minute
  const told = (tables: string[], queryClass: 'point' | 'aggregate', nowMs = 10 * MINUTE - 1) => {
    const decision = new TtlRules(DEFAULT_CACHE_SETTINGS, rates).decide(queryClass, tables, nowMs);
    return [decision.rule, Math.round(decision.ttlMs / 100) / 10];
  };

  it('asks its rules in order', () => {
    expect(told([], 'point')).toEqual(['constant', 86_400]);
    expect(told(['still'], 'point')).toEqual(['class', 60]); // not watched for ten minutes yet
    expect(told(['still'], 'point', 10 * MINUTE)).toEqual(['quiet', 21_600]);
    expect(told(['busy'], 'point')).toEqual(['class', 60]); // a write to other rows does not touch it
    const [rule, seconds] = told(['busy', 'still'], 'aggregate');
    expect(rule).toBe('busy');
    expect(seconds).toBeGreaterThan(7); // three pauses of 2.5 s
    expect(seconds).toBeLessThan(8);
    expect(told(['busy'], 'aggregate', 25 * MINUTE)).toEqual(['quiet', 21_600]); // it has come to rest
  });

  it('says why in words', () => {
    expect(ttlReason({ ttlMs: 7500, rule: 'busy', evidence: 24 }, 'aggregate')).toBe(
      '7.5 s: its tables are written about 24 times a minute, and it would hardly outlive a few pauses of 2.5 s.',
    );
    expect(ttlReason({ ttlMs: MINUTE, rule: 'class', evidence: 0 }, 'point')).toBe('1 min: what a point read gets.');
  });
});

describe('ResultCache over time', () => {
  it('serves what is over and still true for a while, and renews it in place', () => {
    const cache = cacheWith({ staleMs: 30_000 });
    cache.put('k', entry('one'), 0);
    expect(cache.get('k', 'point', MINUTE)).toMatchObject({ hit: true, stale: true });
    cache.put('k', entry('two'), MINUTE + 5, 'refresh');
    expect(cache.get('k', 'point', MINUTE + 6)).toMatchObject({ hit: true, stale: false, value: 'two' });
    expect(cache.statistics()).toMatchObject({
      hits: 2,
      misses: 0,
      staleHits: 1,
      timeSavedMs: 10,
      timeSavedRatio: 0.5,
    });
    expect(cache.entries(MINUTE + 6)[0].hits).toBe(2);
    expect(cache.get('k', 'point', 2 * MINUTE + 30_005)).toEqual({ hit: false, reason: 'expired' });
    cache.put('k', entry('three'), 3 * MINUTE);
    cache.noteWrite(['t'], 1, 4 * MINUTE); // over or not: a write drops it
    expect(cache.get('k', 'point', 4 * MINUTE)).toEqual({ hit: false, reason: 'invalidated' });
  });

  it('gives no entry more time when the clock is moved back', () => {
    const cache = cacheWith({ staleMs: 0 });
    cache.put('k', entry('v'), 1e9);
    cache.get('k', 'point', 1000); // moved back by days
    expect(cache.entries(1000)[0].expiresInMs).toBe(MINUTE);
    expect(cache.nextExpiryMs()).toBeLessThanOrEqual(1000 + MINUTE + 64);
    expect(cache.get('k', 'point', 1000 + MINUTE).hit).toBe(false);
  });

  it('keeps older rows for a lesson only when told to, within the capacity, and never among the figures', () => {
    const cache = cacheWith({ olderRows: true });
    for (const key of 'abcdefgh') cache.put(key, entry(key), 0);
    cache.noteWrite(['t'], 1, 10);
    expect(cache.olderRows('h', 20)).toMatchObject({ value: 'h', overtakenMs: 10 });
    expect([cache.size, cache.bytes]).toEqual([0, 800]);
    expect(cache.statistics()).toMatchObject({ hits: 0, misses: 0 });
    expect(cache.olderRows('h', 70_000)).toBeNull();
    cache.put('h', entry('new', 1), 30);
    expect(cache.olderRows('h', 31)).toBeNull();
    cache.configure({ ...cache.settings, olderRows: false }, 40);
    expect([cache.olderRows('a', 41), cache.bytes]).toEqual([null, 100]);
  });

  it('counts by class, table and strategy, and names the ghosts that would have hit', () => {
    const cache = cacheWith({ capacityBytes: 800 });
    for (const key of 'abcdefghi') cache.put(key, entry(key), 0); // a goes
    cache.get('a', 'point', 1, ['t']);
    cache.get('i', 'point', 1, ['t']);
    cache.configure({ ...cache.settings, strategy: 'lfu' }, 2);
    cache.get('i', 'point', 3, ['t']);
    const { counter } = cache.journal;
    expect(counter.byTable().get('t')).toMatchObject({ hits: 2, misses: 1, timeSavedMs: 10 });
    expect(counter.byStrategy('lfu').map(({ strategy, hits, misses }) => [strategy, hits, misses])).toEqual([
      ['lru', 1, 1],
      ['lfu', 1, 0],
    ]);
    expect(cache.journal.departures()).toMatchObject([
      { text: 'a', cause: 'size', because: 'lru', askedAgain: 1, wouldHaveHit: 1 },
    ]);
  });

  it('tells by class though the tables are the same', () => {
    const cache = cacheWith();
    const tables = ['t'];
    cache.get('a', 'point', 0, tables);
    cache.get('b', 'join', 0, tables);
    const { point, join } = cache.journal.counter.byClass();
    expect([point.misses, join.misses]).toEqual([1, 1]);
  });

  it('counts a miss for the departure that caused it, and for no other', () => {
    const cache = cacheWith();
    cache.put('a', entry('a'), 0);
    cache.remove('a');
    cache.noteNotStored('a', 'refused'); // run again since, and too large then
    expect(cache.get('a', 'point', 1)).toEqual({ hit: false, reason: 'refused' });
    expect(cache.journal.departures().map(({ askedAgain }) => askedAgain)).toEqual([0]);
    for (let key = 0; key <= DEPARTURES_KEPT; key++) {
      cache.put(`k${key}`, entry('v'), 2);
      cache.remove(`k${key}`);
    }
    cache.get('k0', 'point', 3); // too long ago to be shown
    cache.get('k1', 'point', 3);
    const departures = cache.journal.departures();
    expect(departures.map(({ askedAgain }) => askedAgain)).toEqual([...Array<number>(DEPARTURES_KEPT - 1).fill(0), 1]);
    expect(departures).toHaveLength(DEPARTURES_KEPT);
  });

  it('keeps nothing of a decoded copy when the entry is renewed, and the copy of the former is not meant any more', () => {
    const cache = cacheWith();
    const former = cache.put('k', entry('v'), 0);
    if (!former.stored) throw new Error(former.message);
    cache.chargeDecoded(former.slot, former.generation, 500, 1);
    const later = cache.put('k', entry('w'), 2);
    expect(later).toMatchObject({ stored: true, slot: former.slot });
    expect(cache.entries(2)[0]).toMatchObject({ bytes: 100, decodedBytes: 0 });
    expect(cache.chargeDecoded(former.slot, former.generation, 500, 3)).toBe(false);
    expect(cache.replaceValue(former.slot, former.generation, 'v', 10, 3)).toBe(false);
    expect(cache.get('k', 'point', 4)).toMatchObject({ value: 'w' });
  });

  it('charges a decoded copy, and gives it back', () => {
    const cache = cacheWith();
    const stored = cache.put('k', entry('v'), 0);
    if (!stored.stored) throw new Error(stored.message);
    expect(cache.chargeDecoded(stored.slot, stored.generation, 500, 1)).toBe(true);
    expect([cache.bytes, cache.entries(1)[0].decodedBytes]).toEqual([600, 500]);
    expect(cache.chargeDecoded(stored.slot, stored.generation, 901, 1)).toBe(false); // above 1/8 of the capacity
    expect(cache.chargeDecoded(stored.slot, stored.generation, 0, 1)).toBe(true);
    expect(cache.bytes).toBe(100);
  });

  it.each([NaN, Infinity, -1])('refuses a result that weighs %s bytes', (bytes) => {
    expect(() => cacheWith().put('k', { ...entry('v'), bytes }, 0)).toThrow(/weighs/);
  });
});

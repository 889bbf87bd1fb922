import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { STRATEGY_NAMES, type StrategyName } from '../../../src/cache/catalogue.ts';
import { DEPARTURES_KEPT } from '../../../src/cache/statistics/departed.ts';
import type { NewEntry } from '../../../src/cache/store/entry.ts';
import { ResultCache } from '../../../src/cache/result-cache.ts';
import { DEFAULT_CACHE_SETTINGS, type CacheSettings } from '../../../src/cache/settings.ts';

const HISTORY = 'h1';

function settings(changes: Partial<CacheSettings> = {}): CacheSettings {
  const ttlMs = { point: 100, range: 200, join: 300, aggregate: 400 };
  const plain = { capacityBytes: 8000, strategy: 'lru', ttlMs, ttlJitterRatio: 0, staleMs: 0 } as const;
  return { ...DEFAULT_CACHE_SETTINGS, ...plain, ...changes };
}

function cacheWith(changes: Partial<CacheSettings> = {}): ResultCache<string> {
  return new ResultCache<string>(settings(changes), { historyId: HISTORY, logNumber: 0 }, createRandom(1));
}

function entry(value: string, changes: Partial<NewEntry<string>> = {}): NewEntry<string> {
  const version = { historyId: HISTORY, logNumber: 0 };
  return {
    value,
    bytes: 98,
    text: `select ${value}`,
    queryClass: 'point',
    tables: ['t'],
    version,
    costMs: 5,
    ...changes,
  };
}

describe('ResultCache', () => {
  it('counts hits, misses, bytes and saved time', () => {
    const cache = cacheWith();
    expect(cache.get('k', 'point', 0)).toEqual({ hit: false, reason: 'cold' });
    expect(cache.put('k', entry('v'), 10)).toEqual({ stored: true, slot: 0, generation: 0 });
    expect(cache.get('k', 'point', 30)).toEqual({
      hit: true,
      value: 'v',
      slot: 0,
      generation: 0,
      ageMs: 20,
      costMs: 5,
      stale: false,
    });
    expect(cache.get('k', 'point', 40).hit).toBe(true);
    cache.countMiss('range', ['t'], 'volatile');
    expect(cache.statistics()).toMatchObject({
      hits: 2,
      misses: 2,
      hitRatio: 0.5,
      byteHitRatio: 2 / 3, // one answer of 98 bytes was executed, two were not
      timeSavedRatio: 2 / 3,
      size: 1,
      bytes: 100, // 98 for the value, two for the one character of its key
      capacityBytes: 8000,
      timeSavedMs: 10,
      missesByReason: { cold: 1, volatile: 1, expired: 0 },
      byClass: { point: { hits: 2, misses: 1 }, range: { hits: 0, misses: 1 } },
    });
  });

  it('keeps undefined-like results: an empty text is a hit', () => {
    const cache = cacheWith();
    cache.put('k', entry(''), 0);
    expect(cache.get('k', 'point', 0)).toMatchObject({ hit: true, value: '' });
  });

  it('refuses what takes more than an eighth of the capacity, and says the numbers', () => {
    const cache = cacheWith();
    expect(cache.put('k', entry('v', { bytes: 998 }), 0)).toMatchObject({ stored: true }); // 998 + 2 = 8000 / 8
    expect(cache.put('j', entry('v', { bytes: 999 }), 0)).toEqual({
      stored: false,
      reason: 'too-large',
      message: 'Not stored: it takes 1001 bytes, and one entry may take 1000 (1/8 of the capacity).',
    });
    expect(cache.get('j', 'point', 0)).toEqual({ hit: false, reason: 'refused' });
    expect(cache.put('x'.repeat(1_000_000), entry('v'), 0)).toMatchObject({ reason: 'too-large' }); // a key of 1 MB counts too
  });

  it('evicts for room, and remembers why', () => {
    const cache = cacheWith({ capacityBytes: 800 });
    for (const key of 'abcdefgh') cache.put(key, entry(key), 0); // eight times 100 bytes
    cache.get('a', 'point', 1);
    cache.put('i', entry('i'), 2); // b has gone unused the longest
    expect(cache.get('b', 'point', 3)).toEqual({ hit: false, reason: 'evicted' });
    expect(cache.get('a', 'point', 3).hit).toBe(true);
    expect(cache.statistics()).toMatchObject({ size: 8, bytes: 800, evictionsByCause: { size: 1 } });
  });

  it('replaces in place of the old entry', () => {
    const cache = cacheWith();
    cache.put('k', entry('old'), 0);
    cache.put('k', entry('new', { bytes: 48 }), 1);
    expect(cache.get('k', 'point', 2)).toMatchObject({ value: 'new' });
    expect(cache.statistics()).toMatchObject({ size: 1, bytes: 50, evictionsByCause: { replaced: 1 } });
  });

  it('lets a write take along what reads the table, and nothing else', () => {
    const cache = cacheWith();
    cache.put('t', entry('t', { tables: ['t'] }), 0);
    cache.put('tu', entry('tu', { tables: ['t', 'u'] }), 0);
    cache.put('u', entry('u', { tables: ['u'] }), 0);
    cache.put('none', entry('none', { tables: [] }), 0);
    cache.put('any', entry('any', { tables: null }), 0);
    expect(cache.noteWrite(['t'], 1)).toBe(3); // t, tu, any
    expect(
      cache
        .entries(0)
        .map(({ key }) => key)
        .toSorted(),
    ).toEqual(['none', 'u']);
    expect(cache.get('tu', 'join', 0)).toEqual({ hit: false, reason: 'invalidated' });
    expect(cache.noteWrite(null, 2)).toBe(2); // a schema change touches everything
    expect(cache.statistics()).toMatchObject({ size: 0, bytes: 0, evictionsByCause: { invalidated: 5 } });
  });

  it('does not take in what a write has overtaken', () => {
    const cache = cacheWith();
    cache.noteWrite(['t'], 7);
    const at = (logNumber: number, historyId = HISTORY): string =>
      (({ stored, ...rest }) => (stored ? 'stored' : (rest as { reason: string }).reason))(
        cache.put('k', entry('v', { version: { historyId, logNumber } }), 0),
      );
    expect([at(6), at(7), at(8, 'another history')]).toEqual(['stale', 'stored', 'stale']);
    cache.reset({ historyId: 'h2', logNumber: 0 });
    expect([cache.size, at(9), at(0, 'h2')]).toEqual([0, 'stale', 'stored']);
  });

  it('expires from the write, by class, through one timer', () => {
    const cache = cacheWith();
    cache.put('range', entry('r', { queryClass: 'range' }), 0);
    cache.put('point', entry('p'), 0);
    expect(cache.nextExpiryMs()).toBe(128); // the wheel's second step of 64 ms
    cache.get('point', 'point', 99); // a hit does not prolong it
    expect(cache.expire(127)).toBe(0);
    expect(cache.expire(128)).toBe(1);
    expect(cache.nextExpiryMs()).toBe(256);
    expect(cache.get('range', 'range', 200)).toEqual({ hit: false, reason: 'expired' }); // without waiting for the timer
    expect(cache.nextExpiryMs()).toBeNull();
    expect(cache.statistics()).toMatchObject({ size: 0, evictionsByCause: { expired: 2 } });
  });

  it('sweeps a burst in bounded steps, and jitter spreads it', () => {
    const cache = cacheWith({ ttlJitterRatio: 0.5, capacityBytes: 1_000_000 });
    for (let key = 0; key < 1000; key++) cache.put(String(key), entry('v'), 0);
    expect(cache.nextExpiryMs()).toBe(64);
    const early = cache.expire(64, 10_000); // of times between 50 and 100 ms
    expect(early).toBeGreaterThan(200);
    expect(early).toBeLessThan(360);
    expect(cache.expire(128, 30)).toBe(30);
    expect(cache.expire(128, 10_000)).toBe(970 - early);
  });

  it('survives a clock that is moved back', () => {
    const cache = cacheWith();
    cache.put('k', entry('v'), 1000);
    expect(cache.get('k', 'point', 400)).toMatchObject({ hit: true, ageMs: 0 });
  });

  it('replaces a value only in the entry that was meant', () => {
    const cache = cacheWith();
    const first = cache.put('k', entry('long'), 0);
    if (!first.stored) throw new Error(first.message);
    expect(cache.replaceValue(first.slot, first.generation, 'short', 8, 1)).toBe(true);
    expect(cache.statistics().bytes).toBe(10);
    expect(cache.replaceValue(first.slot, first.generation, 'huge', 999, 1)).toBe(false);
    cache.remove('k');
    expect(cache.replaceValue(first.slot, first.generation, 'late', 8, 3)).toBe(false);
    // The slot is used again once its departure is not shown any more.
    let later = cache.put('j', entry('other'), 4);
    for (let more = 0; more <= DEPARTURES_KEPT && later.stored && later.slot !== first.slot; more++) {
      cache.remove('j');
      later = cache.put('j', entry('other'), 4);
    }
    expect(later).toMatchObject({ stored: true, slot: first.slot });
    expect(cache.replaceValue(first.slot, first.generation, 'late', 8, 5)).toBe(false);
    expect(cache.get('j', 'point', 6)).toMatchObject({ slot: first.slot, value: 'other' });
  });

  it('switches strategy live and loses nothing', () => {
    const cache = cacheWith({ capacityBytes: 800, ttlMs: { point: 1e6, range: 1e6, join: 1e6, aggregate: 1e6 } });
    for (const key of 'abcdefgh') cache.put(key, entry(key), 0);
    for (const key of 'ccca') cache.get(key, 'point', 1);
    const orders = (['ttl', 'lfu', 'adaptive', 'lru'] as StrategyName[]).map((strategy) => {
      cache.configure(settings({ capacityBytes: 800, strategy }), 2);
      expect(cache.statistics()).toMatchObject({ size: 8, bytes: 800, strategy });
      return cache
        .entries(2)
        .map(({ key }) => key)
        .join('');
    });
    expect(orders).toEqual([
      'hgfedcba', // as written
      'cahgfedb', // c has four uses, a two; the others one, the later ones first
      'acgfedbh', // as last used, but for h, which LIRS, the first to lead, has room for on trial only
      'achgfedb', // as last used
    ]);
    cache.configure(settings({ capacityBytes: 4096, strategy: 'lru' }), 3);
    cache.configure(settings({ capacityBytes: 250, strategy: 'lru' }), 3);
    expect(
      cache
        .entries(3)
        .map(({ key }) => key)
        .join(''),
    ).toBe('ac');
  });

  it('shows its entries', () => {
    const cache = cacheWith();
    cache.put('k', entry('v', { costMs: 3, queryClass: 'range' }), 10);
    cache.get('k', 'range', 20);
    expect(cache.entries(50)).toEqual([
      {
        key: 'k',
        text: 'select v',
        tables: ['t'],
        queryClass: 'range',
        bytes: 100,
        ageMs: 40,
        expiresInMs: 160,
        hits: 1,
        costMs: 3,
        rawBytes: 98,
        compressed: false,
        decodedBytes: 0,
        idleMs: 30,
        ttlMs: 200,
        ttlRule: 'class',
        ttlReason: '200 ms: what a range gets.',
      },
    ]);
    cache.clear();
    expect(cache.get('k', 'range', 60)).toEqual({ hit: false, reason: 'removed' });
    cache.resetStatistics();
    expect(cache.statistics()).toMatchObject({ hits: 0, misses: 0, hitRatio: 0 });
  });

  it.each(STRATEGY_NAMES)('agrees with a plain model, never stale, never above its capacity: %s', (strategy) => {
    const step = fc.record({
      act: fc.constantFrom(
        'read',
        'read',
        'read',
        'read',
        'write',
        'ddl',
        'expire',
        'remove',
        'clear',
        'restore',
        'compress',
        'decode',
        'configure',
      ),
      key: fc.nat(19),
      size: fc.integer({ min: 0, max: 600 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 250, size: 'max' }), (steps) => {
        const cache = cacheWith({ strategy, capacityBytes: 4000 });
        // The truth: contents per table; a query k reads tables k%3 and k%5, and its value is their contents.
        const contents = [0, 0, 0, 0, 0];
        let logNumber = 0;
        let historyId = HISTORY;
        let capacityBytes = 4000;
        const truth = (key: number): string => `${key}: ${contents[key % 3]} ${contents[key % 5]}`;
        steps.forEach(({ act, key, size }, at) => {
          const nowMs = at * 5;
          if (act === 'read') {
            const found = cache.get(`k${key}`, 'point', nowMs);
            if (found.hit) expect(found.value).toBe(truth(key));
            else {
              const tables = [`t${key % 3}`, `t${key % 5}`];
              cache.put(
                `k${key}`,
                entry(truth(key), { bytes: size, tables, version: { historyId, logNumber } }),
                nowMs,
              );
            }
          } else if (act === 'write') {
            contents[key % 5]++;
            cache.noteWrite([`t${key % 5}`], ++logNumber);
          } else if (act === 'ddl') {
            contents.forEach((_, table) => contents[table]++);
            cache.noteWrite(null, ++logNumber);
          } else if (act === 'expire') cache.expire(nowMs);
          else if (act === 'remove') cache.remove(`k${key}`);
          else if (act === 'clear') cache.clear();
          else if (act === 'restore') {
            historyId = `h${at}`;
            logNumber = 0;
            contents.fill(1000 + at);
            cache.reset({ historyId, logNumber });
          } else if (act === 'compress') {
            const [slot] = cache.slotsInOrder().slice(key);
            // Some mean an entry that has left since.
            const generation = (slot === undefined ? 0 : cache.generationOf(slot)) - (size % 4 === 0 ? 1 : 0);
            if (slot !== undefined) cache.replaceValue(slot, generation, cache.valueIn(slot) as string, size, nowMs);
          } else if (act === 'decode') {
            const [slot] = cache.slotsInOrder().slice(key);
            if (slot !== undefined) cache.chargeDecoded(slot, cache.generationOf(slot), size % 300, nowMs);
          } else {
            capacityBytes = 4000 + (size % 3) * 1000 - key * 50;
            cache.configure(settings({ strategy: STRATEGY_NAMES[key % STRATEGY_NAMES.length], capacityBytes }), nowMs);
          }
          const { bytes, size: count } = cache.statistics();
          const views = cache.entries(nowMs);
          const first = Math.min(...views.map(({ expiresInMs }) => expiresInMs + nowMs));
          // Whoever waits for the timer is never more than a step of the wheel late.
          const intime = (cache.nextExpiryMs() ?? Infinity) <= Math.max(first, nowMs) + 64;
          const seen = { within: bytes <= capacityBytes, bytes, count, intime };
          const sum = views.reduce((total, view) => total + view.bytes, 0);
          expect(seen).toEqual({ within: true, bytes: sum, count: views.length, intime: true });
        });
      }),
      { seed: 51, numRuns: 30 },
    );
  });
});

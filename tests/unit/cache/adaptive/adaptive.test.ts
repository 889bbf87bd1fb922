/** The parts of Adaptive one by one, and what it must bear; how well it does beside the others is in strategies/reckoned.test.ts. */
import { describe, expect, it } from 'vitest';
import { Contest } from '../../../../src/cache/adaptive/contest.ts';
import { HitDensity } from '../../../../src/cache/adaptive/hit-density.ts';
import { KeyHistory } from '../../../../src/cache/adaptive/key-history.ts';
import { KeyRecords } from '../../../../src/cache/adaptive/key-records.ts';
import { Panel } from '../../../../src/cache/adaptive/panel.ts';
import { ShadowCache } from '../../../../src/cache/strategies/shadows.ts';
import { Adaptive } from '../../../../src/cache/strategies/adaptive.ts';
import { Lru } from '../../../../src/cache/strategies/lru.ts';
import { createRandom } from '../../../../src/core/random.ts';
import { zipfKeys } from '../traces.ts';

describe('KeyHistory', () => {
  it('learns when keys of a kind come back: the nearer that is, the more they promise, and nothing once it is over', () => {
    const history = new KeyHistory();
    // Records 0..99 in a loop: each comes back after 100 requests, never sooner. Between them, records that never come back.
    for (let at = 0; at < 40_000; at++) history.use(at % 2 === 0 ? (at / 2) % 100 : 1000 + at, 100, true);
    const inLoop = Array.from({ length: 100 }, (_, record) => record);
    const byAge = inLoop.toSorted((a, b) => history.ageOf(a) - history.ageOf(b));
    const [young, middle, due] = [byAge[5], byAge[50], byAge[95]].map((record) => history.densityOf(record));
    expect(young).toBeLessThan(middle);
    expect(middle).toBeLessThan(due);
    const wait = 200 - history.ageOf(byAge[5]);
    expect(young * wait).toBeGreaterThan(0.7); // one hit, after what is left of 200 requests
    expect(young * wait).toBeLessThan(1.3);
    const onceSeen = 1000 + 39_999;
    expect(history.densityOf(onceSeen)).toBeLessThan(young / 20);
    for (let at = 0; at < 900; at++) history.use(60_000 + at, 100, true); // the loop stays away: it is over
    expect(history.densityOf(byAge[5])).toBeLessThan(young / 5);
  });

  it('does not take for lost what has not had the time to come back', () => {
    const history = new KeyHistory();
    // Everything comes back after 900 requests; of those seen so far most still wait.
    for (let at = 0; at < 1800; at++) history.use(at % 900, 500, true);
    expect(history.densityOf(0)).toBeGreaterThan(0.5 / 900);
  });
});

describe('HitDensity', () => {
  it('gives up what promises the least for its size', () => {
    const history = new KeyHistory();
    const strategy = new HitDensity(history);
    for (let at = 0; at < 4000; at++) history.use(at % 40, 40, true);
    for (let record = 0; record < 40; record++) strategy.onInsert(record, record, record === 17 ? 1000 : 1, 1);
    expect(strategy.victim()).toBe(17);
    expect(strategy.order().at(-1)).toBe(17);
    strategy.onReweigh(17, 1);
    strategy.onRemove(17);
    expect(strategy.order()).not.toContain(17);
    expect(strategy.victim()).not.toBe(17);
  });
});

describe('KeyRecords', () => {
  it('keeps a record while anybody holds it, and idle ones in the order in which they were dropped', () => {
    const records = new KeyRecords();
    const [a, b, c] = [11, 12, 13].map((hash) => records.of(hash));
    expect(records.of(12)).toBe(b);
    for (const record of [a, b, c]) records.hold(record, 1);
    records.hold(b, 2);
    for (const record of [c, b, a]) records.drop(record, 1);
    expect(records.idle(9)).toEqual([11, 13]); // b is held still
    expect(records.forgetBeyond(2)).toBe(-1);
    expect(records.forgetBeyond(1)).toBe(c);
    expect(records.idle(9)).toEqual([11]);
    const fresh = records.of(13);
    expect(records.holdersOf(fresh)).toBe(0);
    records.drop(fresh, 1); // dropping what is not held changes nothing
    expect(records.idle(9)).toEqual([13, 11]);
  });
});

describe('Panel', () => {
  it('thins its sample as the cache grows, fills it up as the cache shrinks, and lets go of what it no longer samples', () => {
    const records = new KeyRecords();
    const panel = new Panel(records, new KeyHistory());
    const random = createRandom(5);
    const held = (): number => records.issued - records.idle(Infinity).length;
    const run = (capacity: number, requests: number): void => {
      panel.setCapacity(capacity, 0);
      for (let at = 0; at < requests; at++) {
        const record = records.of(random.below(2 ** 32));
        records.weigh(record, 1, 1);
        if (panel.samples(record)) panel.observe(record, 0);
        panel.fit(Math.min(at + 1, capacity), 0);
      }
    };
    // A small cache is shadowed whole: each of the four shadows is full.
    run(100, 5000);
    expect(held()).toBeGreaterThanOrEqual(100);
    expect(held()).toBeLessThanOrEqual(4 * 100);
    run(50_000, 100_000);
    expect(held()).toBeGreaterThan(32);
    expect(held()).toBeLessThanOrEqual(4 * 256);
    run(60, 5000);
    expect(held()).toBeGreaterThan(32);
    expect(held()).toBeLessThanOrEqual(4 * 60);
  });

  it('drops a key that is gone from every shadow', () => {
    const records = new KeyRecords();
    const panel = new Panel(records, new KeyHistory());
    panel.setCapacity(10, 0);
    const record = records.of(7);
    records.weigh(record, 1, 1);
    panel.observe(record, 0);
    expect(records.holdersOf(record)).toBe(0b1111);
    panel.remove(record);
    expect(records.idle(9)).toEqual([7]);
  });

  it('makes room when what it holds grows heavier', () => {
    const records = new KeyRecords();
    const panel = new Panel(records, new KeyHistory());
    panel.setCapacity(10, 0);
    for (let hash = 0; hash < 10; hash++) {
      const record = records.of(hash);
      records.weigh(record, 1, 1);
      panel.observe(record, 0);
    }
    const heavy = records.of(9);
    records.weigh(heavy, 8, 1);
    panel.reweigh(heavy, 1, 0);
    for (const bit of [1, 2, 4, 8]) {
      const weights = Array.from({ length: 10 }, (_, hash) => records.of(hash))
        .filter((record) => (records.holdersOf(record) & bit) !== 0)
        .map((record) => records.weightOf(record));
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeLessThanOrEqual(10);
    }
  });
});

describe('Contest', () => {
  it('changes the leader only on evidence that chance does not explain, and not at once again', () => {
    const contest = new Contest(2);
    // Both miss, both hit, each alone in turn: no evidence at all.
    for (let at = 0; at < 20_000; at++) contest.score([0, 3, 1, 2][at % 4], 1, 100);
    expect([contest.leader, contest.changes]).toEqual([0, 0]);
    // The second alone: soon enough it leads.
    let needed = 1;
    while (!contest.score(2, 1, 100)) needed++;
    expect([contest.leader, contest.changes]).toEqual([1, 1]);
    expect(needed).toBeLessThan(400);
    // It then stays for two requests per entry at least.
    let back = 1;
    while (!contest.score(1, 1, 100)) back++;
    expect(back).toBeGreaterThanOrEqual(200);
    expect(contest.hitRatios().every((ratio) => ratio > 0 && ratio < 1)).toBe(true);
  });

  it('lets a tossed coin lead nobody astray', () => {
    const random = createRandom(8);
    const contest = new Contest(4);
    for (let at = 0; at < 100_000; at++) contest.score(random.below(16), 1, 100);
    expect(contest.changes).toBeLessThanOrEqual(30); // one window of 3,200 requests each: chance may win now and then
  });

  it('weighs by the time saved, and stays exact over millions of requests', () => {
    const contest = new Contest(2);
    for (let at = 0; at < 1_000_000; at++) contest.score(at % 10 === 0 ? 2 : 1, at % 10 === 0 ? 100 : 1, 16);
    expect(contest.leader).toBe(1); // a tenth of the hits, and nearly all of the time
    const [first, second] = contest.hitRatios();
    expect(first).toBeCloseTo(0.9, 2);
    expect(second).toBeCloseTo(0.1, 2);
  });
});

describe('Adaptive', () => {
  const hitsOf = (keys: Uint32Array, capacities: readonly number[], weights?: Float64Array): boolean[] => {
    const cache = new ShadowCache(new Adaptive(), capacities[0]);
    return Array.from(keys, (key, at) => {
      const capacity = capacities[Math.floor((at * capacities.length) / keys.length)];
      if (at > 0 && at % Math.ceil(keys.length / capacities.length) === 0) cache.setCapacity(capacity, at);
      return cache.access(key, weights?.[key] ?? 1, 1, at);
    });
  };

  it('is the same on the same stream, every time', () => {
    const random = createRandom(9);
    const keys = zipfKeys(random, 3000, 20_000);
    const weights = Float64Array.from({ length: 3000 }, () => 1 + random.below(50));
    expect(hitsOf(keys, [4000], weights)).toEqual(hitsOf(keys, [4000], weights));
  });

  it('follows its capacity up and down', () => {
    const keys = zipfKeys(createRandom(10), 5000, 60_000);
    const lru = new ShadowCache(new Lru(), 100);
    const hits = hitsOf(keys, [100, 2000, 50]);
    const parts = [0, 1, 2].map((part) => {
      lru.setCapacity([100, 2000, 50][part], 0);
      let [ours, theirs] = [0, 0];
      for (let at = part * 20_000; at < (part + 1) * 20_000; at++) {
        if (hits[at]) ours++;
        if (lru.access(keys[at], 1, 1, at)) theirs++;
      }
      return [ours, theirs];
    });
    for (const [ours, theirs] of parts) expect(ours).toBeGreaterThan(theirs);
    expect(parts[1][0]).toBeGreaterThan(parts[0][0] * 1.5);
  });

  it('keeps a bounded number of records, whatever comes: a million keys, once each', () => {
    const adaptive = new Adaptive();
    const cache = new ShadowCache(adaptive, 100);
    for (let at = 0; at < 1_000_000; at++) cache.access(Math.imul(at, 0x9e3779b1) >>> 0, 1, 1, at);
    // 1,024 idle ones at least, eight per resident at most; then those resident or in one of four shadows.
    expect(adaptive.ghosts(Infinity).length).toBeLessThanOrEqual(1024 + 5); // one request lets go of five at most
    expect(adaptive.records).toBeLessThanOrEqual(1024 + 5 + 5 * 256);
    expect(cache.size).toBe(100);
  });

  it('lets go of the records of what was removed', () => {
    const adaptive = new Adaptive();
    const cache = new ShadowCache(adaptive, 10_000);
    for (let key = 0; key < 10_000; key++) cache.access(key, 1, 1, key);
    for (let key = 0; key < 10_000; key++) cache.remove(key);
    for (let key = 0; key < 10; key++) cache.access(20_000 + key, 1, 1, key);
    expect(adaptive.ghosts(Infinity).length).toBeLessThanOrEqual(1024 + 5); // one request lets go of five at most
    expect(adaptive.order()).toHaveLength(10);
    for (let key = 30_000; key < 40_000; key++) cache.access(key, 1, 1, key);
    expect(adaptive.records).toBeLessThanOrEqual(10_000 + 8 * 10_000); // the numbers are given again
  });

  it('tells two entries apart whose keys share a hash', () => {
    const adaptive = new Adaptive();
    adaptive.setCapacity(10, 0);
    for (const slot of [0, 1]) {
      adaptive.admit(5, 1, 1, 0);
      adaptive.onInsert(slot, 5, 1, 1, 0, 0);
    }
    adaptive.onHit(0, 0);
    expect(adaptive.order().toSorted()).toEqual([0, 1]);
    adaptive.onRemove(0, 'invalidated');
    expect([adaptive.order(), adaptive.victim(0)]).toEqual([[1], 1]);
    adaptive.onRemove(1, 'size');
    expect(adaptive.order()).toEqual([]);
  });

  it('does not flap on an even stream, at any size', () => {
    const keys = zipfKeys(createRandom(11), 20_000, 100_000);
    for (const capacity of [20, 200, 2000]) {
      const adaptive = new Adaptive();
      const cache = new ShadowCache(adaptive, capacity);
      for (const key of keys) cache.access(key, 1, 1, 0);
      expect(adaptive.report().switches).toBeLessThanOrEqual(4);
    }
  });
});

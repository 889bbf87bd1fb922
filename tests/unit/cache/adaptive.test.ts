import { describe, expect, it } from 'vitest';
import { HitDensity } from '../../../src/cache/adaptive/hit-density.ts';
import { KeyHistory } from '../../../src/cache/adaptive/key-history.ts';
import { KeyRecords } from '../../../src/cache/adaptive/key-records.ts';
import { Panel } from '../../../src/cache/adaptive/panel.ts';
import { createRandom } from '../../../src/core/random.ts';

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
    for (let at = 0; at < 300; at++) history.use(60_000 + at, 100, true); // the loop stays away: it is over
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
  it('thins its sample as the cache grows, and forgets nothing that is held', () => {
    const records = new KeyRecords();
    const panel = new Panel(records, new KeyHistory());
    panel.setCapacity(10_000, 0);
    const random = createRandom(5);
    for (let at = 0; at < 30_000; at++) {
      const record = records.of(random.below(2 ** 32));
      records.weigh(record, 1, 1);
      if (panel.samples(record)) panel.observe(record, 0);
      panel.fit(Math.min(at, 10_000), 0);
    }
    const held = Array.from({ length: records.issued }, (_, record) => records.holdersOf(record)).filter(
      Boolean,
    ).length;
    expect(held).toBeGreaterThan(128);
    expect(held).toBeLessThanOrEqual(4 * 256);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import { hashKey } from '../../../../src/cache/keys/key-hash.ts';
import { MissCurve } from '../../../../src/cache/statistics/miss-curve.ts';
import { NO_ROWS } from '../../../../src/cache/freshness/row-keys.ts';
import { StreamSample } from '../../../../src/cache/statistics/stream-sample.ts';
import { TableVersions } from '../../../../src/cache/freshness/table-versions.ts';
import { zipfKeys } from '../traces.ts';

/** Hits of an LRU cache of this many bytes, by the definition. */
function lruHits(stream: readonly { key: number; size: number }[], capacity: number): number {
  let stack: { key: number; size: number }[] = [];
  let hits = 0;
  for (const request of stream) {
    if (stack.some(({ key }) => key === request.key)) hits++;
    stack = [request, ...stack.filter(({ key }) => key !== request.key)];
    for (let sum = 0, at = 0; at < stack.length; at++) {
      sum += stack[at].size;
      if (sum > capacity) stack.length = at;
    }
  }
  return hits;
}

describe('MissCurve', () => {
  it('is exact for every size where nothing is left out', () => {
    const sizes = [1, 2, 4, 8, 16, 3, 5, 12];
    fc.assert(
      fc.property(fc.array(fc.nat(7), { minLength: 1, maxLength: 150, size: 'max' }), (keys) => {
        const curve = new MissCurve(8); // so small that it closes its gaps many times
        for (const key of keys) curve.access(key, sizes[key], 1, 0, 1);
        const stream = keys.map((key) => ({ key, size: sizes[key] }));
        for (const capacity of [1, 2, 4, 8, 16, 32, 64]) {
          expect(curve.at(capacity, keys.length)?.hitRatio).toBeCloseTo(lruHits(stream, capacity) / keys.length, 12);
        }
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it('knows by hand: a b a of 4 bytes each hits at 8, and a result too large for a size misses there', () => {
    const curve = new MissCurve(4);
    for (const slot of [0, 1, 0]) curve.access(slot, 4, 10, 32, 1);
    expect(curve.at(16, 3)?.hitRatio).toBe(0);
    expect(curve.at(32, 3)).toEqual({ hitRatio: 1 / 3, byteHitRatio: 1 / 3, error: 0 });
    curve.remove(0); // it was written: the next is a miss for all
    curve.access(0, 4, 10, 32, 1);
    expect(curve.at(1e9, 4)?.hitRatio).toBe(1 / 4);
  });
});

describe('StreamSample', () => {
  const open = (keysMax: number): StreamSample => {
    const sample = new StreamSample(new TableVersions('h'), keysMax);
    sample.configure(1_000_000, true, 0, 0);
    return sample;
  };

  it('draws on an eighth of the keys what all of them give, within three points', () => {
    const keys = zipfKeys(createRandom(5), 8000, 60_000);
    const whole = new MissCurve(8001);
    const sample = open(1024);
    keys.forEach((key, at) => {
      whole.access(key, 1000, 1000, 8000, 1);
      const hash = hashKey(`key ${key}`);
      if (hash < sample.limit) sample.answered(hash, 1000, 1000, 1, Infinity, at);
    });
    const { points, sampleRatio, sampledKeys, readings } = sample.curve(keys.length);
    expect(sampleRatio).toBeLessThanOrEqual(1 / 4);
    expect(sampledKeys).toBeLessThanOrEqual(1024);
    // At a few entries an eighth of the keys says nothing: there the sample holds two or three.
    for (const { capacityBytes, hitRatio } of points.filter(({ capacityBytes }) => capacityBytes > 30_000))
      expect(Math.abs(hitRatio - (whole.at(capacityBytes, keys.length)?.hitRatio ?? 0))).toBeLessThan(0.03);
    expect(readings.map(({ factor }) => factor)).toEqual([0.5, 2, 4]);
    expect(readings[1].sentence).toMatch(/^At 2x the size, 1\.91 MiB, LRU would hit \d/);
  });

  it('says how far chance may have put it off: the truth lies within that in most of many samples', () => {
    const keys = zipfKeys(createRandom(5), 4000, 20_000);
    const whole = new MissCurve(4000);
    for (const key of keys) whole.access(key, 1000, 1000, 8000, 1);
    const sizes = [125_000, 1_000_000, 4_000_000];
    expect(whole.at(sizes[0], keys.length)?.error).toBe(0);
    const inside = sizes.map(() => 0);
    const widest = sizes.map(() => 0);
    const SAMPLES = 24;
    for (let seed = 0; seed < SAMPLES; seed++) {
      const sample = open(512);
      keys.forEach((key, at) => {
        const hash = hashKey(`key ${key} ${seed}`);
        if (hash < sample.limit) sample.answered(hash, 1000, 1000, 1, Infinity, at);
      });
      const { points } = sample.curve(keys.length);
      sizes.forEach((size, at) => {
        const { hitRatio, error } = points.find(({ capacityBytes }) => capacityBytes === size)!;
        if (Math.abs(hitRatio - (whole.at(size, keys.length)?.hitRatio ?? 0)) <= error) inside[at]++;
        widest[at] = Math.max(widest[at], error);
      });
    }
    // Two standard errors: 95 of 100, were the errors normal.
    for (const count of inside) expect(count).toBeGreaterThanOrEqual(0.8 * SAMPLES);
    for (const error of widest) expect(error).toBeLessThan(0.2);
  });

  it('names a leader only where chance cannot have made it, and says where all are alike', () => {
    const roomy = open(64);
    const keys = zipfKeys(createRandom(8), 40, 400);
    for (const key of keys) roomy.answered(hashKey(`key ${key}`), 1000, 1000, 1, Infinity, 0);
    const comparison = roomy.comparison()!;
    expect([comparison.alike, comparison.leaders]).toEqual([true, { hits: null, time: null }]);
    expect(comparison.reading).toMatch(/^Of 400 requests, every strategy hits the same: \d/);

    const looped = open(2048); // a loop larger than the room: LIRS keeps a part of it, LRU nothing
    looped.configure(8000, true, 0, 0);
    for (let at = 0; at < 4000; at++) looped.answered(hashKey(`key ${at % 12}`) >>> 0, 1000, 1000, 1, Infinity, at);
    expect(looped.comparison()?.reading).toBeNull(); // 12 keys are too few
    for (let at = 0; at < 4000; at++) looped.answered(hashKey(`more ${at % 20}`), 1000, 1000, 1, Infinity, at);
    const told = looped.comparison()!;
    expect(told.strategies.map(({ error }) => error)).toEqual(told.strategies.map(() => 0));
    expect(told.alike).toBe(false);
    expect(told.strategies.find(({ strategy }) => strategy === 'lru')?.hits).toBe(0);
    const most = Math.max(...told.strategies.map(({ hits }) => hits));
    const leader = told.strategies.find(({ hits }) => hits === most)!.strategy;
    expect(told.leaders).toEqual({ hits: leader, time: leader });
    expect(['lirs', 'adaptive']).toContain(leader);
    expect(told.reading).toMatch(
      /^Of 8,000 requests, (LIRS|Adaptive) hits most: \d\d.\d %. It also saves the most time/,
    );
  });

  it('compares all strategies, and halves itself when requests come too fast', () => {
    const sample = open(2048);
    zipfKeys(createRandom(6), 1500, 30_000).forEach((key, at) => {
      const hash = hashKey(`key ${key}`);
      if (hash < sample.limit) sample.answered(hash, 1000, 1000, 2, Infinity, at / 100); // 100,000 a second
    });
    const comparison = sample.comparison()!;
    expect(comparison.sampleRatio).toBeLessThan(1);
    expect(comparison.requests).toBeLessThan(25_000);
    expect(comparison.strategies.map(({ strategy }) => strategy)).toContain('adaptive');
    expect(comparison.reading).toMatch(
      /^Of [\d,]+ requests, \d strategies hit most, too close to tell apart: up to \d/,
    );
    sample.configure(1_000_000, false, 0, 0);
    expect(sample.comparison()).toBeNull();
  });

  it('takes what was written, or is over, for a miss of every size and strategy', () => {
    const versions = new TableVersions('h', 1);
    const sample = new StreamSample(versions, 64);
    sample.configure(10_000, true, 0, 0);
    const ask = (nowMs: number): void => {
      sample.missed(9, nowMs);
      sample.answered(9, 100, 100, 1, 50, nowMs);
      sample.describe(9, ['t'], NO_ROWS, versions.latest, nowMs + 50);
    };
    ask(0);
    ask(10); // evicted meanwhile: a larger cache would have hit
    versions.noteWrite(['t'], 2);
    ask(20); // written
    ask(100); // over
    expect(sample.curve(4).points.at(-1)?.hitRatio).toBe(1 / 4);
    expect(sample.comparison()?.strategies.map(({ hits }) => hits)).toEqual(
      sample.comparison()?.strategies.map(() => 1),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { Arrivals } from '../../../src/workload/arrivals.ts';
import { RequestMix } from '../../../src/workload/mix.ts';
import { loadDefaults, loadProblems, shapeNames, type LoadPlan } from '../../../src/workload/settings.ts';
import { highestRate, rateAt } from '../../../src/workload/shapes.ts';
import { ZipfSampler } from '../../../src/workload/zipf.ts';

const plan: LoadPlan = { ...loadDefaults, ratePerS: 100, peakPerS: 500, durationMs: 60_000 };

describe('shapes', () => {
  it('have the rates that their names promise', () => {
    const at = (shape: LoadPlan['shape'], ms: number): number => rateAt({ ...plan, shape }, ms);
    expect([at('steady', 0), at('steady', 59_999)]).toEqual([100, 100]);
    expect([at('ramp', 0), at('ramp', 30_000)]).toEqual([100, 300]);
    expect([at('spike', 14_999), at('spike', 15_000), at('spike', 29_999), at('spike', 30_000)]).toEqual([
      100, 500, 500, 100,
    ]);
    expect(at('wave', 0)).toBe(100);
    expect(at('wave', 10_000)).toBeCloseTo(500, 9); // half of a wave of 20 s
    for (const shape of shapeNames) {
      expect([at(shape, -1), at(shape, 60_000)]).toEqual([0, 0]);
      for (let ms = 0; ms < 60_000; ms += 137)
        expect(at(shape, ms)).toBeLessThanOrEqual(highestRate({ ...plan, shape }));
    }
  });
});

describe('arrivals', () => {
  it.each(shapeNames)('%s: as many as the rate says, in order, equal for equal seeds', (shape) => {
    const shaped = { ...plan, shape };
    const run = (): number[] => {
      const arrivals = new Arrivals(shaped, createRandom(5));
      const times: number[] = [];
      for (let time = arrivals.next(); time !== Infinity; time = arrivals.next()) times.push(time);
      return times;
    };
    const times = run();
    expect(run()).toEqual(times);
    expect(times).toEqual([...times].sort((left, right) => left - right));
    // In each tenth of the time the count is Poisson with the integral of the rate as mean and variance.
    for (let tenth = 0; tenth < 10; tenth++) {
      let mean = 0;
      for (let ms = tenth * 6_000; ms < (tenth + 1) * 6_000; ms += 10) mean += rateAt(shaped, ms + 5) / 100;
      const count = times.filter((time) => time >= tenth * 6_000 && time < (tenth + 1) * 6_000).length;
      expect(Math.abs(count - mean)).toBeLessThan(4.5 * Math.sqrt(mean));
    }
  });
});

describe('Zipf', () => {
  it.each([0, 0.8, 1, 2])('exponent %s: ranks come as often as 1 / rank^exponent', (exponent) => {
    const sampler = new ZipfSampler(50, exponent);
    const random = createRandom(3);
    const draws = 100_000;
    const counts = new Array<number>(50).fill(0);
    for (let draw = 0; draw < draws; draw++) counts[sampler.next(random)]++;
    const weights = counts.map((_, rank) => Math.pow(rank + 1, -exponent));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    counts.forEach((count, rank) => {
      const share = weights[rank] / total;
      expect(Math.abs(count / draws - share)).toBeLessThan(4.5 * Math.sqrt((share * (1 - share)) / draws));
    });
  });

  it('has one rank when there is one key', () => {
    expect(new ZipfSampler(1, 1).next(createRandom(1))).toBe(0);
  });
});

describe('mix', () => {
  it('keeps the share of writes, and keys do not depend on it', () => {
    const keysOf = (writeShare: number): number[] => {
      const mix = new RequestMix({ ...plan, writeShare }, 100, createRandom(9));
      return Array.from({ length: 50 }, () => {
        mix.nextIsWrite();
        return mix.nextKey();
      });
    };
    expect(keysOf(0.1)).toEqual(keysOf(0.9));
    const mix = new RequestMix({ ...plan, writeShare: 0.25 }, 100, createRandom(9));
    const writes = Array.from({ length: 20_000 }, () => mix.nextIsWrite()).filter(Boolean).length;
    expect(Math.abs(writes / 20_000 - 0.25)).toBeLessThan(4 * Math.sqrt(0.1875 / 20_000));
  });
});

describe('settings', () => {
  it('name what is wrong', () => {
    expect(loadProblems(plan)).toEqual([]);
    expect(loadProblems({ ...plan, ratePerS: 0 })).toEqual(['ratePerS must be a number in [0.01, 10000000], got 0']);
    expect(loadProblems({ ...plan, ratePerS: 900 })).toEqual([
      'ratePerS must not be above peakPerS, got 900 above 500',
    ]);
    expect(loadProblems({ ...plan, shape: 'steady', ratePerS: 900 })).toEqual([]);
  });
});

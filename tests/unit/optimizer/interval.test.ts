import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { confidenceAbove, intervalOf, ranksOf } from '../../../src/optimizer/interval.ts';

describe('the interval of the median', () => {
  it.each([
    // One minus twice the chance of fewer heads than `rank` among `count` coins: 2/64, 2/128, 18/256 is too much, 20/512.
    [1, 1, 0],
    [2, 1, 0.5],
    [5, 1, 1 - 2 / 32],
    [6, 1, 1 - 2 / 64],
    [8, 1, 1 - 2 / 256],
    [9, 2, 1 - 20 / 512],
    // As in the tables of the sign test.
    [25, 8, 0.9567],
  ])('of %i values begins at the %i.', (count, rank, coverage) => {
    const found = ranksOf(count);
    expect(found.rank).toBe(rank);
    expect(found.coverage).toBeCloseTo(coverage, 4);
  });

  it('is taken from the sorted values', () => {
    const values = [9, 1, 5, 3, 7, 2, 8, 4, 6];
    expect(intervalOf(values)).toEqual({ median: 5, low: 2, high: 8, coverage: 1 - 20 / 512, count: 9 });
    expect(intervalOf([3, 1])).toEqual({ median: 2, low: 1, high: 3, coverage: 0.5, count: 2 });
  });

  it('holds the median, lies within the range, and does not depend on the order', () => {
    const values = fc.array(fc.double({ min: 0.01, max: 1000, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, (some) => {
        const { low, median, high, coverage } = intervalOf(some);
        expect(low).toBeGreaterThanOrEqual(Math.min(...some));
        expect(high).toBeLessThanOrEqual(Math.max(...some));
        expect(low).toBeLessThanOrEqual(median);
        expect(median).toBeLessThanOrEqual(high);
        expect(coverage).toBeGreaterThanOrEqual(0);
        expect(coverage).toBeLessThan(1 + 1e-9);
        expect(intervalOf([...some].reverse())).toEqual(intervalOf(some));
      }),
      { seed: 11 },
    );
  });

  it('holds the true median as often as it says, whatever the spread', () => {
    const random = createRandom(5);
    // Heavy tails: the reciprocal of a uniform number has no mean. Its median is 2.
    for (const count of [6, 9, 25]) {
      let [held, said] = [0, 0];
      for (let trial = 0; trial < 4000; trial++) {
        const { low, high, coverage } = intervalOf(Array.from({ length: count }, () => 1 / (1 - random.next())));
        if (low <= 2 && 2 <= high) held++;
        said = coverage;
      }
      // Four standard errors of 4,000 trials.
      expect(Math.abs(held / 4000 - said)).toBeLessThan(4 * Math.sqrt((said * (1 - said)) / 4000));
    }
  });
});

describe('the confidence', () => {
  it.each([
    // Seven heads of seven: 1/128. Six of seven: 8/128. Two of two: 1/4.
    [[2, 2, 2, 2, 2, 2, 2], 1 - 1 / 128, 'high'],
    [[2, 2, 2, 2, 2, 2, 1], 1 - 8 / 128, 'moderate'],
    [[2, 2], 0.75, 'low'],
    [[1, 1, 1], 0, 'low'],
    // Sure that something was gained, not how much.
    [[2, 2, 2, 9, 9, 9, 9], 1 - 1 / 128, 'moderate'],
  ] as const)('of %j', (values, share, words) => {
    const found = confidenceAbove(values, 1.1);
    expect(found.share).toBeCloseTo(share, 10);
    expect(found.words).toBe(words);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram, RELATIVE_ERROR } from '../../../src/monitor/histogram.ts';

const values = fc.array(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 300, size: 'max' });

/** The order statistic that a histogram's quantile stands for: 0-based rank floor(q * (n - 1)). */
function exactQuantile(sample: readonly number[], q: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.floor(q * (sorted.length - 1))];
}

function histogramOf(sample: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of sample) histogram.record(value);
  return histogram;
}

describe('Histogram', () => {
  it('measured nothing: no quantile, no mean', () => {
    const histogram = new Histogram();
    expect(histogram.quantile(0.5)).toBeNull();
    expect(histogram.count).toBe(0);
    expect(histogram.mean).toBeNaN();
    expect(histogram.min).toBeNaN();
    expect(histogram.max).toBeNaN();
  });

  it('keeps count, sum, min and max exactly', () => {
    const histogram = histogramOf([1, 2, 4, 9]);
    expect(histogram.count).toBe(4);
    expect(histogram.sum).toBe(16);
    expect(histogram.mean).toBe(4);
    expect(histogram.min).toBe(1);
    expect(histogram.max).toBe(9);
  });

  it('answers every quantile within its relative error', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (sample, q) => {
        const exact = exactQuantile(sample, q);
        const answer = histogramOf(sample).quantile(q) as number;
        expect(Math.abs(answer - exact)).toBeLessThanOrEqual(exact * RELATIVE_ERROR);
      }),
      { seed: 11, numRuns: 200 },
    );
  });

  it('merges exactly: the parts give the quantiles of the whole', () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const whole = histogramOf([...left, ...right]);
        const merged = histogramOf(left);
        merged.merge(histogramOf(right));
        expect(merged.count).toBe(whole.count);
        for (let q = 0; q <= 1; q += 0.05) expect(merged.quantile(q)).toBe(whole.quantile(q));
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  it('merging with nothing changes nothing, either way', () => {
    const histogram = histogramOf([3, 5]);
    histogram.merge(new Histogram());
    expect(histogram.quantile(0)).toBe(3);
    const empty = new Histogram();
    empty.merge(histogram);
    expect([empty.count, empty.min, empty.max]).toEqual([2, 3, 5]);
  });

  it('counts zero and below as zero, and ignores NaN', () => {
    const histogram = histogramOf([0, 0, 0, NaN, 8]);
    expect(histogram.count).toBe(4);
    expect(histogram.quantile(0.5)).toBe(0);
    expect(histogram.quantile(1)).toBe(8);
    expect(histogramOf([0, 0]).quantile(0.9)).toBe(0);
  });

  it('survives values beyond its range', () => {
    const histogram = histogramOf([1e-300, 5, 1e300, Infinity]);
    expect(histogram.count).toBe(4);
    expect(histogram.quantile(0)).toBe(1e-300);
    expect(histogram.quantile(1)).toBe(Infinity);
    expect(histogram.quantile(0.5)).toBeCloseTo(5, 1);
  });

  it('forgets on clear', () => {
    const histogram = histogramOf([1, 2, 3]);
    histogram.clear();
    expect(histogram.quantile(0.5)).toBeNull();
    histogram.record(7);
    expect(histogram.quantile(0.5)).toBe(7);
  });

  it('shows its buckets in ascending order, each holding what was recorded', () => {
    const buckets: [number, number, number][] = [];
    histogramOf([0, 1, 1, 100]).forEachBucket((low, high, count) => buckets.push([low, high, count]));
    expect(buckets.map((bucket) => bucket[2])).toEqual([1, 2, 1]);
    // 100 = 1.5625 * 64, and 0.5625 * 64 = 36: the bucket [100, 101).
    expect(buckets[2]).toEqual([100, 101, 1]);
  });
});

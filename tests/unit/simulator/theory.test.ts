import { describe, expect, it } from 'vitest';
import { compare } from '../../../src/simulator/checks.ts';
import {
  erlangC,
  lengthShare,
  mm1Quantile,
  mm1Time,
  mmcTime,
  powerOfChoicesTime,
} from '../../../src/simulator/theory.ts';

describe('closed forms', () => {
  it('agree with reckoning by hand', () => {
    expect([mm1Time(0.5), mm1Time(0.9)]).toEqual([2, expect.closeTo(10, 12)]);
    expect(mm1Quantile(0.5, 0.5)).toBeCloseTo(2 * Math.LN2, 12);
    // c = 2, load 0.5, offered 1: B(1) = 1/2, B(2) = 1/2 / (2 + 1/2) = 1/5, C = 0.2 / (1 - 0.5 * 0.8) = 1/3, W = 1 + 1/3.
    expect(erlangC(2, 0.5)).toBeCloseTo(1 / 3, 12);
    expect(mmcTime(2, 0.5)).toBeCloseTo(4 / 3, 12);
    expect(mmcTime(1, 0.8)).toBeCloseTo(5, 12);
    // d = 2: exponents 1, 3, 7.
    expect([1, 2, 3].map((length) => lengthShare(2, 0.5, length))).toEqual([0.5, 0.125, 0.0078125]);
    expect(powerOfChoicesTime(1, 0.9)).toBeCloseTo(10, 9);
    expect(powerOfChoicesTime(2, 0.9)).toBeCloseTo(2.6141, 4);
    expect(powerOfChoicesTime(2, 0.5)).toBeCloseTo(1.2657, 4);
  });
});

describe('the simulator against theory', () => {
  const seeds = [11, 12, 13, 14, 15, 16, 17, 18];

  it.each([
    ['M/M/1 at 0.5', { workers: 1, load: 0.5, queue: 'shared' }, mm1Time(0.5), 0],
    ['M/M/1 with its own queue at 0.7', { workers: 1, load: 0.7, queue: 1 }, mm1Time(0.7), 0],
    ['M/M/10 at 0.8', { workers: 10, load: 0.8, queue: 'shared' }, mmcTime(10, 0.8), 0],
    ['random at 0.5', { workers: 200, load: 0.5, queue: 1 }, powerOfChoicesTime(1, 0.5), 0.01],
    ['two choices at 0.7', { workers: 1_000, load: 0.7, queue: 2 }, powerOfChoicesTime(2, 0.7), 0.01],
    ['best of five at 0.9', { workers: 1_000, load: 0.9, queue: 5 }, powerOfChoicesTime(5, 0.9), 0.01],
  ] as const)('%s', (_name, model, expected, tolerance) => {
    const comparison = compare(model, expected, seeds, 10_000, tolerance);
    expect(comparison, JSON.stringify(comparison)).toMatchObject({ inside: true });
    expect(comparison.standardError / expected).toBeLessThan(0.04); // or the comparison would prove little
  });

  it('is able to fail: a wrong expectation lies outside', () => {
    expect(compare({ workers: 1, load: 0.5, queue: 'shared' }, 2.5, seeds, 10_000).inside).toBe(false);
  });
});

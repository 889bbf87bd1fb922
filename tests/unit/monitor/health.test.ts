import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HealthReport } from '../../../src/engine/protocol.ts';
import { assessHealth, HEALTH_PARTS } from '../../../src/monitor/health.ts';
import { countInWords, durationInWords, percentInWords, type Readings } from '../../../src/monitor/readings.ts';
import { quiet, unmeasured } from './readings.ts';

describe('assessHealth', () => {
  it('is 100 for a quiet system', () => {
    const health: HealthReport = assessHealth(quiet);
    expect(health).toEqual({
      score: 100,
      deductions: [],
      unmeasured: [],
      summary: '100 of 100: nothing measured is amiss.',
    });
  });

  it('deducts nothing for what was not measured, and says so', () => {
    const health = assessHealth(unmeasured);
    expect(health.score).toBe(100);
    expect(health.deductions).toEqual([]);
    expect(health.unmeasured).toEqual(Object.keys(HEALTH_PARTS));
    expect(health.summary).toContain('Nothing measured yet for: Missing workers, Errors');
  });

  it('names each deduction with its reading, worst first', () => {
    // p95 at 2,250 ms: half way from 500 to 4,000, so 15 of 30. Errors at 25 %: all 50. 100 - 65 = 35.
    const health = assessHealth({ ...quiet, p95Ms: 2250, errorRatio: 0.25 });
    expect(health.score).toBe(35);
    expect(health.deductions).toEqual([
      {
        name: 'Errors',
        points: 50,
        reading: '25 % of queries failed',
        why: 'Queries failed in the last 5 s; mistakes in their own text are not counted. Costs points above 1 %, and all 50 from 25 % on.',
      },
      {
        name: 'Slow answers',
        points: 15,
        reading: 'p95 2.3 s',
        why: 'One answer in twenty took longer than this. Costs points above 500 ms, and all 30 from 4 s on.',
      },
    ]);
    expect(health.summary).toBe('35 of 100, mostly for: 25 % of queries failed.');
  });

  it('one dead part cannot hide behind good ones', () => {
    expect(assessHealth({ ...quiet, readyWorkers: 0 }).score).toBe(40);
  });

  it('an ordinary step up costs nothing, and no division by zero', () => {
    expect(assessHealth({ ...quiet, readyWorkers: 1, desiredWorkers: 2 }).score).toBe(100);
    expect(assessHealth({ ...quiet, readyWorkers: 0, desiredWorkers: 0 }).score).toBe(100);
  });

  it('stays within 0..100, always equals 100 minus its deductions, and never rises as a reading worsens', () => {
    const reading = fc.option(fc.double({ min: 0, max: 1e5, noNaN: true }), { nil: null });
    const readings = fc.record(
      Object.fromEntries(Object.keys(quiet).map((name) => [name, reading])) as Record<keyof Readings, typeof reading>,
    );
    fc.assert(
      fc.property(readings, fc.double({ min: 0, max: 1000, noNaN: true }), (some, worse) => {
        const health = assessHealth(some);
        const lost = health.deductions.reduce((sum, { points }) => sum + points, 0);
        expect(health.score).toBe(Math.max(0, 100 - lost));
        for (const { points } of health.deductions) expect(points).toBeGreaterThan(0);
        for (const name of ['p95Ms', 'errorRatio', 'queueDepth', 'utilization', 'unsavedMs'] as const) {
          const value = some[name];
          if (value === null) continue;
          expect(assessHealth({ ...some, [name]: value + worse }).score).toBeLessThanOrEqual(health.score);
        }
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});

describe('numbers in words', () => {
  it('have one digit after the point at most', () => {
    expect([0.25, 40, 1600, 90_000, 600_000].map(durationInWords)).toEqual([
      '0.3 ms',
      '40 ms',
      '1.6 s',
      '90 s',
      '10 min',
    ]);
    expect([0.05, 0.123, 1].map(percentInWords)).toEqual(['5 %', '12.3 %', '100 %']);
    expect(countInWords(101)).toBe('101');
  });
});

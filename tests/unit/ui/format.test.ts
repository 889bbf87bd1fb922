import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  formatAge,
  formatBytes,
  formatCompact,
  formatCount,
  formatMs,
  formatPercent,
  formatRate,
  formatRows,
  formatTimes,
} from '../../../src/ui/format.ts';

describe('numbers for people', () => {
  it('gives times three significant digits and the unit that fits', () => {
    expect([0.0004, 0.0211, 0.1, 4.2149, 9.996, 212.4, 999.4, 1499, 59_900, 125_000, 120_000].map(formatMs)).toEqual([
      '< 0.001 ms',
      '0.0211 ms',
      '0.1 ms',
      '4.21 ms',
      '10 ms',
      '212 ms',
      '999 ms',
      '1.5 s',
      '59.9 s',
      '2 min 5 s',
      '2 min',
    ]);
  });

  it('writes quotients, shares and rates', () => {
    expect([1.084, 41.25, 212.2, 3214].map(formatTimes)).toEqual(['1.08x', '41.3x', '212x', '3,210x']);
    expect([0, 0.613, 0.99999, 1].map(formatPercent)).toEqual(['0 %', '61.3 %', '100 %', '100 %']);
    expect([0.5, 1234].map(formatRate)).toEqual(['0.5/s', '1.23 k/s']);
    expect([950, 1234, 3_400_000, 2.5e9].map(formatCompact)).toEqual(['950', '1.23 k', '3.4 M', '2.5 G']);
  });

  it('steps bytes by 1,024 and never prints four digits', () => {
    // 1,048,576 / 1024 / 1024 = 1; 1000 B = 0.977 KiB; 62,914,560 = 60 MiB
    expect([0, 512, 1000, 1024, 1_048_576, 62_914_560, 512 * 1_048_576].map(formatBytes)).toEqual([
      '0 B',
      '512 B',
      '0.977 KiB',
      '1 KiB',
      '1 MiB',
      '60 MiB',
      '512 MiB',
    ]);
  });

  it('keeps counts exact, also beyond 2^53', () => {
    expect(formatCount(100_000)).toBe('100,000');
    expect(formatCount(-1234)).toBe('-1,234');
    expect(formatCount(9_223_372_036_854_775_807n)).toBe('9,223,372,036,854,775,807');
    expect(formatRows(1)).toBe('1 row');
    expect(formatRows(100_000)).toBe('100,000 rows');
  });

  it('shows a dash where nothing was measured', () => {
    for (const format of [formatMs, formatTimes, formatPercent, formatBytes, formatRate, formatCompact]) {
      expect([null, undefined, NaN, Infinity].map((value) => format(value))).toEqual(['–', '–', '–', '–']);
    }
  });

  it('tells ages roughly', () => {
    expect([200, 4200, 200_000, 7_300_000, 200_000_000].map(formatAge)).toEqual([
      'just now',
      '4 s ago',
      '3 min ago',
      '2 h ago',
      '2 days ago',
    ]);
  });

  it('stays within half a unit of the third digit', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 999, noNaN: true }), (ms) => {
        const shown = Number(formatMs(ms).replace(' ms', ''));
        expect(Math.abs(shown - ms)).toBeLessThanOrEqual(ms * 0.00501);
      }),
      { seed: 7 },
    );
  });
});

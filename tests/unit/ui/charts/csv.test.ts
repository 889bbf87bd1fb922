import { describe, expect, it } from 'vitest';
import { historyCsv, toCsv } from '../../../../src/ui/charts/csv.ts';
import type { SeriesName } from '../../../../src/engine/protocol.ts';
import { HISTORY_SERIES } from '../../../../src/ui/charts/series.ts';

describe('comma-separated values', () => {
  it('quotes what would break a line, and leaves gaps empty', () => {
    const text = toCsv([
      { name: 'a,b', values: ['x', 'say "hi"', 'two\nlines'] },
      { name: 'n', values: [1.5, NaN] },
    ]);
    expect(text).toBe('"a,b",n\r\nx,1.5\r\n"say ""hi""",\r\n"two\nlines",\r\n');
  });

  it('writes the history with wall time, every series and every worker', () => {
    const names = Object.keys(HISTORY_SERIES) as SeriesName[];
    const series = Object.fromEntries(names.map((name) => [name, Float64Array.of(1, 2)])) as Record<
      SeriesName,
      Float64Array
    >;
    const lines = historyCsv({
      timesMs: Float64Array.of(1000, 2000),
      lastWallMs: Date.UTC(2026, 0, 2, 3, 4, 5),
      series,
      workers: { w1: Float64Array.of(0.5, NaN) },
    }).split('\r\n');
    expect(lines[0]).toBe(['timeUtc', ...names, 'utilization.w1'].join(','));
    expect(lines[1]).toBe(`2026-01-02T03:04:04.000Z,${'1,'.repeat(names.length)}0.5`);
    expect(lines[2]).toBe(`2026-01-02T03:04:05.000Z,${'2,'.repeat(names.length)}`);
    expect(lines).toHaveLength(4);
  });
});

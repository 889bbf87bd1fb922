import { describe, expect, it } from 'vitest';
import { HISTORY_SERIES, SERIES_STYLES, styleAt, workerStyle } from '../../../../src/ui/charts/series.ts';
import { sparklinePath } from '../../../../src/ui/charts/sparkline.ts';

describe('series styles', () => {
  it('differ without any colour', () => {
    expect(new Set(SERIES_STYLES.map((style) => style.dash.join())).size).toBe(SERIES_STYLES.length);
  });

  it('start in the fixed order and differ for 25 workers', () => {
    expect(SERIES_STYLES.map((style) => style.token)).toEqual([
      'series-1',
      'series-2',
      'series-3',
      'series-4',
      'series-5',
    ]);
    expect(styleAt(0)).toEqual(SERIES_STYLES[0]);
    expect(styleAt(4)).toEqual(SERIES_STYLES[4]);
    const styles = Array.from({ length: 25 }, (_, index) => JSON.stringify(styleAt(index)));
    expect(new Set(styles).size).toBe(25);
  });

  it('follow the number of a worker', () => {
    expect(workerStyle('w0')).toEqual(styleAt(0));
    expect(workerStyle('w7')).toEqual(styleAt(7));
    expect(workerStyle('spare')).toEqual(styleAt(0));
  });

  it('never show two series of one chart alike', () => {
    for (const chart of [
      ['p50Ms', 'p95Ms', 'p99Ms'],
      ['readyWorkers', 'desiredWorkers', 'queueDepth'],
      ['cacheMs', 'queueMs', 'executeMs'],
      ['queriesPerS', 'errorsPerS'],
    ] as const) {
      expect(new Set(chart.map((name) => HISTORY_SERIES[name].style.token)).size).toBe(chart.length);
    }
  });
});

describe('sparkline', () => {
  it('goes from the bottom at 0 to the top at the largest value', () => {
    expect(sparklinePath([0, 5, 10], 20, 10)).toBe('M0.0 10.0L10.0 5.0L20.0 0.0');
  });

  it('breaks at gaps and lies flat when all is zero', () => {
    expect(sparklinePath([1, NaN, 1, 1], 30, 10)).toBe('M0.0 0.0M20.0 0.0L30.0 0.0');
    expect(sparklinePath([0, 0], 10, 10)).toBe('M0.0 10.0L10.0 10.0');
    expect(sparklinePath([], 10, 10)).toBe('');
  });
});

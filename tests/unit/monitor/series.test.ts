import { describe, expect, it } from 'vitest';
import type { HistoryReport, SeriesName as ProtocolSeriesName } from '../../../src/engine/protocol.ts';
import { SERIES_NAMES, type SeriesName } from '../../../src/monitor/catalogue.ts';
import { Histogram } from '../../../src/monitor/histogram.ts';
import { Series } from '../../../src/monitor/series.ts';
import { createSink } from '../../../src/monitor/sink.ts';
import { Timeline } from '../../../src/monitor/timeline.ts';
import { WorkerSeries } from '../../../src/monitor/worker-series.ts';

/** Ticks every 500 ms from `fromMs` to `toMs`, as an engine that is awake does. */
function tickThrough(series: Series, fromMs: number, toMs: number): void {
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 500) series.tick(nowMs);
}

describe('Series.columns', () => {
  it('has the shape that the engine sends', () => {
    const names: ProtocolSeriesName[] = [...SERIES_NAMES];
    const back: SeriesName[] = names;
    expect(back.length).toBe(13);
    const series = new Series();
    const report: HistoryReport = {
      ...series.columns(),
      lastWallMs: 0,
      workers: new WorkerSeries(series.timeline).columns(),
    };
    expect(report.timesMs.length).toBe(0);
  });

  it('makes rates, ratios, quantiles, means and gauges from one second', () => {
    const series = new Series();
    series.tick(5000); // seconds are counted from here: [5000, 6000), [6000, 7000)
    for (const ms of [10, 20, 30]) {
      series.count('queries', 1, 5100);
      series.observe('latencyMs', ms, 5100);
      series.observe('executeMs', ms, 5100);
    }
    series.count('hits', 1, 5200);
    series.count('misses', 3, 5200);
    series.gauge('queueDepth', 9, 5300);
    series.gauge('queueDepth', 4, 5400);
    series.tick(6000);
    const { timesMs, series: columns } = series.columns();
    expect([...timesMs]).toEqual([6000]);
    expect([...columns.queriesPerS]).toEqual([3]);
    expect([...columns.errorsPerS]).toEqual([0]);
    expect([...columns.hitRatio]).toEqual([0.25]);
    expect([...columns.queueDepth]).toEqual([4]);
    expect([...columns.executeMs]).toEqual([20]);
    expect(columns.p50Ms[0]).toBeCloseTo(20, 0);
    expect(columns.cacheMs[0]).toBeNaN();
    expect(columns.readyWorkers[0]).toBeNaN();
  });

  it('tells an idle second (zero) from one that slept (NaN)', () => {
    const series = new Series();
    tickThrough(series, 0, 2000);
    series.count('queries', 7, 2100);
    series.gauge('queueDepth', 2, 2100);
    // Nothing until 9.5 s: seconds 3 to 8 slept.
    tickThrough(series, 9500, 11000);
    const { series: columns } = series.columns();
    expect([...columns.queriesPerS]).toEqual([0, 0, 7, NaN, NaN, NaN, NaN, NaN, NaN, 0, 0]);
    expect([...columns.hitRatio]).toEqual(new Array<number>(11).fill(NaN));
    expect(columns.queueDepth[2]).toBe(2);
    expect(columns.queueDepth[9]).toBeNaN();
  });

  it('bridges a late timer, and believes a gauge for two more seconds', () => {
    const series = new Series();
    series.gauge('readyWorkers', 3, 0);
    series.tick(2100); // second 1 had no tick, but 2.1 s is no sleep
    tickThrough(series, 2500, 5000);
    const { series: columns } = series.columns();
    expect([...columns.queriesPerS]).toEqual([0, 0, 0, 0, 0]);
    expect([...columns.readyWorkers]).toEqual([3, 3, 3, NaN, NaN]);
  });

  it('keeps ten minutes, oldest first, and forgets the rest', () => {
    const series = new Series();
    for (let second = 0; second < 1000; second++) {
      series.count('queries', second, second * 1000);
      series.observe('latencyMs', second + 1, second * 1000);
    }
    const { timesMs, series: columns } = series.columns();
    expect(timesMs.length).toBe(600);
    // The open second is 999; complete ones are 399 to 998, each stamped with its end.
    expect([timesMs[0], timesMs[599]]).toEqual([400_000, 999_000]);
    expect([columns.queriesPerS[0], columns.queriesPerS[599]]).toEqual([399, 998]);
    expect(columns.p99Ms[0]).toBe(400); // one sample a second: clamped between its min and max
    expect(columns.p50Ms[599]).toBe(999);
  });

  it('survives a gap longer than its history and a clock that steps back', () => {
    const series = new Series();
    series.count('queries', 5, 0);
    series.tick(10_000_000);
    series.count('queries', 2, 9_999_000); // late: counted in the open second
    series.tick(10_001_000);
    const { series: columns } = series.columns();
    expect(columns.queriesPerS.length).toBe(600);
    expect(columns.queriesPerS[599]).toBe(2);
    expect([...columns.queriesPerS.subarray(0, 599)].every(Number.isNaN)).toBe(true);
  });

  it('ignores metrics beyond its limit', () => {
    const series = new Series();
    for (let index = 0; index < 1000; index++) series.count(`made-up-${index}`, 1, 0);
    series.count('queries', 1, 0);
    expect(series.window(500).total('queries')).toBe(0);
    expect(series.window(500).total('made-up-0')).toBe(1);
  });
});

describe('Series.window', () => {
  it('is null where nothing was measured', () => {
    const series = new Series();
    expect(series.window(0).report()).toEqual({
      queriesPerS: 0,
      p50Ms: null,
      p95Ms: null,
      p99Ms: null,
      hitRatio: null,
      errorRatio: null,
    });
  });

  it('covers the last five seconds and the open one', () => {
    const series = new Series();
    for (let second = 0; second < 20; second++) {
      tickThrough(series, second * 1000, second * 1000 + 500);
      for (let query = 0; query < 10; query++) {
        series.count('queries', 1, second * 1000 + 500);
        series.observe('latencyMs', second < 10 ? 1000 : query + 1, second * 1000 + 500);
      }
      series.count('errors', 1, second * 1000 + 500);
    }
    // At 19.5 s: seconds 14 to 18 whole and half of 19: 60 queries in 5.5 s, none of the slow ones.
    const window = series.window(19_500);
    expect(window.measuredMs).toBe(5500);
    const report = window.report();
    expect(report.queriesPerS).toBeCloseTo(60 / 5.5, 10);
    expect(report.errorRatio).toBeCloseTo(0.1, 10);
    expect(report.p99Ms).toBeLessThanOrEqual(10);
  });

  it('merges seconds exactly', () => {
    const series = new Series();
    const whole = new Histogram();
    for (let index = 0; index < 500; index++) {
      const ms = (index * 7919) % 1000;
      series.observe('latencyMs', ms, index * 10);
      whole.record(ms);
    }
    const merged = series.window(5000).merged('latencyMs');
    expect(merged.count).toBe(500);
    for (const q of [0.01, 0.5, 0.95, 0.99]) expect(merged.quantile(q)).toBe(whole.quantile(q));
  });

  it('leaves out time that slept', () => {
    const series = new Series();
    series.count('queries', 1, 0);
    series.count('queries', 20, 4500); // seconds 1 to 3 slept
    expect(series.window(5000).measuredMs).toBe(2000); // seconds 0 and 4 whole, second 5 just begun
    expect(series.window(5000).perS('queries')).toBe(10.5);
  });

  it('does not take the very first query for a storm', () => {
    const series = new Series();
    series.count('queries', 1, 100);
    expect(series.window(101).perS('queries')).toBe(1);
  });
});

describe('WorkerSeries', () => {
  it('shares the timeline; workers come and leave', () => {
    const series = new Series();
    const workers = new WorkerSeries(series.timeline);
    workers.set('w0', 0.5, 0);
    workers.set('w0', 0.25, 1000);
    workers.set('w1', 1, 1000);
    workers.set('w1', 0.75, 2000);
    series.tick(3000);
    expect(series.columns().timesMs.length).toBe(3);
    expect(workers.columns()).toEqual({
      w0: Float64Array.of(0.5, 0.25, NaN),
      w1: Float64Array.of(NaN, 1, 0.75),
    });
  });

  it('forgets a worker once it has left history, and is bounded', () => {
    const timeline = new Timeline(10);
    const workers = new WorkerSeries(timeline);
    workers.set('w0', 1, 0);
    workers.set('w1', 1, 5000);
    timeline.advance(12_000);
    expect(Object.keys(workers.columns())).toEqual(['w1']);
    for (let index = 0; index < 1000; index++) workers.set(`x${index}`, 1, 12_000 + index);
    timeline.advance(14_000);
    const names = Object.keys(workers.columns());
    expect(names.length).toBe(256);
    expect(names).toContain('x999');
    expect(names).not.toContain('w1');
  });
});

describe('createSink', () => {
  it('renames what it is told to, drops what is mapped to null, passes the rest', () => {
    const series = new Series();
    const sink = createSink(series, { 'pool.done': 'queries', noise: null });
    sink.count('pool.done', 2, 0);
    sink.count('errors', 1, 0);
    sink.count('noise', 1, 0);
    sink.observe('latencyMs', 5, 0);
    sink.observe('noise', 5, 0);
    const window = series.window(100);
    expect([window.total('queries'), window.total('errors'), window.total('noise')]).toEqual([2, 1, 0]);
    expect(window.merged('latencyMs').count).toBe(1);
    expect(window.merged('noise').count).toBe(0);
  });
});

/**
 * Ten minutes of counters, gauges and samples, a point a second, and the last few seconds as one window.
 * Metrics come into being with their first value; what a second did not measure is NaN, never 0.
 */
import type { SampleSink } from '../core/ports.ts';
import { SERIES, SERIES_NAMES, type SeriesName, type SeriesSource } from './catalogue.ts';
import { Histogram } from './histogram.ts';
import { SampleRing } from './sample-ring.ts';
import { MONITOR_LIMITS } from './settings.ts';
import { SECOND_MS, SecondRing, Timeline } from './timeline.ts';

export interface SeriesColumns {
  /** Where each second ends, on the clock that the samples came with. The open second is left out. */
  timesMs: Float64Array;
  series: Record<SeriesName, Float64Array>;
}

export interface WindowReport {
  queriesPerS: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  hitRatio: number | null;
  errorRatio: number | null;
}

/** Seconds for which a gauge that nobody set again is believed. */
const GAUGE_HELD_SECONDS = 2;

export class Series implements SampleSink {
  readonly timeline: Timeline;
  readonly #counters = new Map<string, SecondRing>();
  readonly #gauges = new Map<string, SecondRing>();
  readonly #samples = new Map<string, SampleRing>();

  constructor(timeline: Timeline = new Timeline()) {
    this.timeline = timeline;
  }

  count(counter: string, amount: number, nowMs: number): void {
    const second = this.timeline.advance(nowMs);
    this.#metric(this.#counters, counter, SecondRing)?.add(second, amount);
  }

  observe(metric: string, value: number, nowMs: number): void {
    const second = this.timeline.advance(nowMs);
    this.#metric(this.#samples, metric, SampleRing)?.record(second, value);
  }

  /** The last value of a second stands for it. A null reading is left out. */
  gauge(gauge: string, value: number | null, nowMs: number): void {
    const second = this.timeline.advance(nowMs);
    if (value !== null) this.#metric(this.#gauges, gauge, SecondRing)?.set(second, value);
  }

  /** A sign of life, to be given about once a second: a second without one, and without samples, counts as asleep. */
  tick(nowMs: number): void {
    this.timeline.advance(nowMs);
  }

  columns(): SeriesColumns {
    const { oldestSecond: oldest, openSecond: open } = this.timeline;
    const length = Math.max(0, open - oldest);
    const timesMs = Float64Array.from({ length }, (_, index) => this.timeline.startOf(oldest + index + 1));
    const series = {} as Record<SeriesName, Float64Array>;
    for (const name of SERIES_NAMES) {
      const { source } = SERIES[name];
      series[name] = Float64Array.from({ length }, (_, index) => this.#at(source, oldest + index));
    }
    return { timesMs, series };
  }

  /** The last `windowMs` (60 s at most), and the part of the open second that has passed. */
  window(nowMs: number, windowMs: number = MONITOR_LIMITS.windowMs): Window {
    const open = this.timeline.advance(nowMs);
    const first = Math.max(this.timeline.oldestSecond, open - Math.ceil(windowMs / SECOND_MS));
    let measuredMs = nowMs - this.timeline.startOf(open);
    for (let second = first; second < open; second++) if (this.timeline.observed(second)) measuredMs += SECOND_MS;
    return new Window(this.#counters, this.#samples, first, open, measuredMs);
  }

  #at(source: SeriesSource, second: number): number {
    switch (source.kind) {
      case 'rate':
        return this.#counted(source.counter, second);
      case 'ratio': {
        const part = this.#counted(source.part, second);
        const whole = source.others.reduce((sum, other) => sum + this.#counted(other, second), part);
        return part / whole; // 0/0 is NaN: nothing was looked up
      }
      case 'quantile':
        return this.#samples.get(source.metric)?.quantile(second, source.q) ?? NaN;
      case 'mean':
        return this.#samples.get(source.metric)?.mean(second) ?? NaN;
      case 'gauge':
        return this.#held(source.gauge, second);
    }
  }

  /** Zero when the second was observed and nothing happened. */
  #counted(counter: string, second: number): number {
    if (!this.timeline.observed(second)) return NaN;
    const value = this.#counters.get(counter)?.at(second) ?? NaN;
    return Number.isNaN(value) ? 0 : value;
  }

  #held(gauge: string, second: number): number {
    const ring = this.#gauges.get(gauge);
    for (let back = 0; ring && back <= GAUGE_HELD_SECONDS && this.timeline.observed(second - back); back++) {
      const value = ring.at(second - back);
      if (!Number.isNaN(value)) return value;
    }
    return NaN;
  }

  /** Made on first use; null beyond the limit, so that a name built from data cannot fill the memory. */
  #metric<Ring>(metrics: Map<string, Ring>, name: string, RingClass: new (capacity: number) => Ring): Ring | null {
    const known = metrics.get(name);
    if (known) return known;
    if (metrics.size >= MONITOR_LIMITS.metrics) return null;
    const made = new RingClass(this.timeline.capacity + 1);
    metrics.set(name, made);
    return made;
  }
}

/** A few seconds taken together. Sketches are merged when a quantile is asked for. */
export class Window {
  readonly #counters: ReadonlyMap<string, SecondRing>;
  readonly #samples: ReadonlyMap<string, SampleRing>;
  readonly #first: number;
  readonly #last: number;
  /** Time in the window during which somebody was awake to measure. */
  readonly measuredMs: number;

  constructor(
    counters: ReadonlyMap<string, SecondRing>,
    samples: ReadonlyMap<string, SampleRing>,
    first: number,
    last: number,
    measuredMs: number,
  ) {
    this.#counters = counters;
    this.#samples = samples;
    this.#first = first;
    this.#last = last;
    this.measuredMs = measuredMs;
  }

  total(counter: string): number {
    const ring = this.#counters.get(counter);
    let total = 0;
    for (let second = this.#first; ring && second <= this.#last; second++) {
      const value = ring.at(second);
      if (!Number.isNaN(value)) total += value;
    }
    return total;
  }

  /** Over one second at least, so that the very first query does not look like a storm. */
  perS(counter: string): number {
    return (this.total(counter) / Math.max(this.measuredMs, SECOND_MS)) * SECOND_MS;
  }

  /** `part` over the sum of `whole`; null when that is zero. */
  ratio(part: string, whole: readonly string[]): number | null {
    const sum = whole.reduce((total, counter) => total + this.total(counter), 0);
    return sum > 0 ? this.total(part) / sum : null;
  }

  /** All samples of a metric in the window, as a new histogram. */
  merged(metric: string): Histogram {
    const merged = new Histogram();
    const ring = this.#samples.get(metric);
    for (let second = this.#first; ring && second <= this.#last; second++) {
      const sketch = ring.sketchOf(second);
      if (sketch) merged.merge(sketch);
    }
    return merged;
  }

  /** The tiles' numbers. */
  report(): WindowReport {
    const latency = this.merged('latencyMs');
    return {
      queriesPerS: this.perS('queries'),
      p50Ms: latency.quantile(0.5),
      p95Ms: latency.quantile(0.95),
      p99Ms: latency.quantile(0.99),
      hitRatio: this.ratio('hits', ['hits', 'misses']),
      errorRatio: this.ratio('errors', ['queries']),
    };
  }
}

/** What a simulated run reports. Times are virtual milliseconds; columns of `series` have one entry per point. */
import type { ScaleDecision } from '../autoscaler/scaler.ts';
import type { Histogram } from '../monitor/histogram.ts';
import type { DispatcherTotals } from '../pool/dispatcher.ts';

export interface Quantiles {
  count: number;
  /** This and the others are null when nothing was measured. */
  mean: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  p999: number | null;
  max: number | null;
}

export interface SimulationSeries {
  timesMs: number[];
  /** Requests that arrived in the interval, per second. */
  offeredPerS: number[];
  donePerS: number[];
  queueDepth: number[];
  desiredWorkers: number[];
  readyWorkers: number[];
  /** Of the answers in the interval; null without any. */
  p95Ms: (number | null)[];
}

/** Something that happened to a worker. */
export interface WorkerEvent {
  atMs: number;
  worker: string;
  state: string;
  reason: string;
}

export interface SimulationReport {
  world: 'simulated';
  scenario: string;
  seed: number;
  /** Fingerprint of all events: equal in every browser and in Node. */
  hash: string;
  virtualMs: number;
  /** Arrivals, accepted or refused. */
  requests: number;
  events: number;
  totals: DispatcherTotals;
  /** Wait and service together, of requests that arrived after the warm-up. */
  latencyMs: Quantiles;
  waitMs: Quantiles;
  /** Busy time over the time that workers were there, 0..1. */
  utilization: number | null;
  series: SimulationSeries;
  decisions: ScaleDecision[];
  workerEvents: WorkerEvent[];
}

export function quantilesOf(histogram: Histogram): Quantiles {
  const none = histogram.count === 0;
  return {
    count: histogram.count,
    mean: none ? null : histogram.mean,
    p50: histogram.quantile(0.5),
    p95: histogram.quantile(0.95),
    p99: histogram.quantile(0.99),
    p999: histogram.quantile(0.999),
    max: none ? null : histogram.max,
  };
}

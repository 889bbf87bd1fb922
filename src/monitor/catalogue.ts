/** The series of the monitor page: how each is made from metrics, and what it means. Labels and colours are the page's. */
import type { KeptQuantile } from './sample-ring.ts';

/**
 * What the engine reports. Counters: `queries` (answered, failed ones too), `errors` (those that failed), `hits`, `misses`.
 * Samples: `latencyMs` (request to outcome), `cacheMs`, `queueMs`, `executeMs`. Gauges: the other names below.
 */
export type SeriesSource =
  | { kind: 'rate'; counter: string }
  | { kind: 'ratio'; part: string; others: readonly string[] }
  | { kind: 'quantile'; metric: string; q: KeptQuantile }
  | { kind: 'mean'; metric: string }
  | { kind: 'gauge'; gauge: string };

export interface SeriesDescription {
  source: SeriesSource;
  explanation: string;
}

export const SERIES = {
  queriesPerS: {
    source: { kind: 'rate', counter: 'queries' },
    explanation: 'Statements answered in each second, from the cache or by a worker.',
  },
  p50Ms: {
    source: { kind: 'quantile', metric: 'latencyMs', q: 0.5 },
    explanation: 'Half of the answers took no longer than this, from request to outcome.',
  },
  p95Ms: {
    source: { kind: 'quantile', metric: 'latencyMs', q: 0.95 },
    explanation: '95 of 100 answers took no longer than this.',
  },
  p99Ms: {
    source: { kind: 'quantile', metric: 'latencyMs', q: 0.99 },
    explanation: '99 of 100 answers took no longer than this; the slowest one in a hundred took longer.',
  },
  hitRatio: {
    source: { kind: 'ratio', part: 'hits', others: ['misses'] },
    explanation: 'Cache hits over lookups in each second; nothing is drawn where nothing was looked up.',
  },
  queueDepth: {
    source: { kind: 'gauge', gauge: 'queueDepth' },
    explanation: 'Queries that wait for a worker.',
  },
  readyWorkers: {
    source: { kind: 'gauge', gauge: 'readyWorkers' },
    explanation: 'Workers that take queries now.',
  },
  desiredWorkers: {
    source: { kind: 'gauge', gauge: 'desiredWorkers' },
    explanation: 'Workers that the auto-scaler asks for; those that are still starting make the difference.',
  },
  utilization: {
    source: { kind: 'gauge', gauge: 'utilization' },
    explanation: 'Busy time over elapsed time of all ready workers, over the last 5 seconds.',
  },
  errorsPerS: {
    source: { kind: 'rate', counter: 'errors' },
    explanation: 'Statements that ended with an error in each second.',
  },
  cacheMs: {
    source: { kind: 'mean', metric: 'cacheMs' },
    explanation: 'Mean time spent in the cache: key, lookup, and the copy of a hit.',
  },
  queueMs: {
    source: { kind: 'mean', metric: 'queueMs' },
    explanation: 'Mean time that a query waited for a worker.',
  },
  executeMs: {
    source: { kind: 'mean', metric: 'executeMs' },
    explanation: 'Mean time that a worker spent on a query.',
  },
} as const satisfies Record<string, SeriesDescription>;

export type SeriesName = keyof typeof SERIES;
export const SERIES_NAMES = Object.keys(SERIES) as SeriesName[];

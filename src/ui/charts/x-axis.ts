/** What the x of a chart counts: how it is written, where its labels may stand, and whether equal steps are equal factors. */
import { formatBytes, formatClock, formatCompact } from '../format.ts';
import { formatElapsed } from './format-value.ts';

export interface XAxis {
  /** Of its column, where the chart is shown as a table. */
  title: string;
  write: (x: number) => string;
  /** Between labels; null: whatever suits, by tens. */
  steps: readonly number[] | null;
  /** Each step doubles, or halves. */
  logarithmic: boolean;
  /** As a table, the newest stand first. */
  newestFirst: boolean;
  /** What stands for the last point while nothing is pointed at. */
  atRest: string | null;
}

/** Steps that people count time in, seconds. */
const TIME_STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400];
const time = { title: 'Time', steps: TIME_STEPS_S, logarithmic: false, newestFirst: true };

export const X_AXES = {
  /** Wall time, seconds since 1970. */
  clock: { ...time, write: (seconds: number) => formatClock(seconds * 1000), atRest: 'now' },
  /** Seconds since the start of a run. */
  elapsed: { ...time, write: formatElapsed, atRest: 'at the end' },
  /** Numbers of requests of a trace. */
  requests: {
    title: 'Request',
    write: formatCompact,
    steps: null,
    logarithmic: false,
    newestFirst: false,
    atRest: 'at the end',
  },
  /** Sizes, each twice the one before. */
  bytes: { title: 'Size', write: formatBytes, steps: null, logarithmic: true, newestFirst: false, atRest: null },
} as const satisfies Record<string, XAxis>;

export type XAxisName = keyof typeof X_AXES;

/** Whole powers of two for the labels of a logarithmic axis, at most `most` of them. Pure. */
export function doublings(min: number, max: number, most: number): number[] {
  const first = Math.ceil(Math.log2(min) - 1e-9);
  const last = Math.floor(Math.log2(max) + 1e-9);
  const step = Math.max(1, Math.ceil((last - first + 1) / Math.max(1, most)));
  const labels: number[] = [];
  for (let power = Math.ceil(first / step) * step; power <= last; power += step) labels.push(2 ** power);
  return labels;
}

/** A replayed trace as the page shows it and hands it out: rows of a table, lines of a chart, CSV. Pure. */
import { STRATEGIES, type StrategyName } from '../../../cache/catalogue.ts';
import type { ReplayedSize, ReplayedTrace } from '../../../engine/protocol.ts';
import { TRACE_PHASES } from '../../../workload/catalogue.ts';
import type { ChartMark } from '../../charts/columns.ts';
import { toCsv } from '../../charts/csv.ts';

/** What a cell tells of one strategy at one size. */
export interface TraceCell {
  ratio: number;
  /** None is above it at this size. */
  best: boolean;
  /** Below the optimum where that is known, else below the best; 0..1. */
  gap: number;
}

export interface TraceRow {
  strategy: StrategyName;
  label: string;
  cells: TraceCell[];
}

export type Counted = 'requests' | 'bytes';

/** By strategy, then by size in the order of the trace's sizes. */
export function traceRows({ sizes }: ReplayedTrace, counted: Counted): TraceRow[] {
  const columns = sizes.map((size) => cellsOf(size, counted));
  return sizes[0].strategies.map(({ strategy }, at) => ({
    strategy,
    label: STRATEGIES[strategy].label,
    cells: columns.map((cells) => cells[at]),
  }));
}

function cellsOf({ strategies, optimalHitRatio }: ReplayedSize, counted: Counted): TraceCell[] {
  const ratios = strategies.map(({ hitRatio, byteHitRatio }) => (counted === 'bytes' ? (byteHitRatio ?? 0) : hitRatio));
  const most = Math.max(...ratios);
  const bound = counted === 'requests' ? (optimalHitRatio ?? most) : most;
  return ratios.map((ratio) => ({ ratio, best: ratio === most && most > 0, gap: bound - ratio }));
}

/** The one that hits most of the requests at this size. */
export function bestAt({ strategies }: ReplayedSize): StrategyName {
  return strategies.reduce((best, one) => (one.hitRatio > best.hitRatio ? one : best)).strategy;
}

/** The number of the last request of each point of the curves. */
export function curveEnds(requests: number, points: number): number[] {
  const perPoint = Math.max(1, Math.ceil(requests / 100));
  return Array.from({ length: points }, (_, at) => Math.min(requests, (at + 1) * perPoint));
}

/** Where the parts of a change of phase begin. */
export function phaseMarks(requests: number): ChartMark[] {
  const part = Math.ceil(requests / TRACE_PHASES.length);
  return TRACE_PHASES.map((label, at) => ({ x: at * part, label: `from here ${label}`, tone: 'info' as const })).slice(
    1,
  );
}

/** One row for each strategy at each size, and for the optimum. */
export function traceCsv({ sizes, requests, unique, unit }: ReplayedTrace): string {
  const rows = sizes.flatMap(({ capacity, strategies, optimalHitRatio }) => [
    ...strategies.map(({ strategy, hits, hitRatio, byteHitRatio }) => ({
      capacity,
      strategy,
      hits,
      hitRatio,
      byteHitRatio,
    })),
    ...(optimalHitRatio === null
      ? []
      : [{ capacity, strategy: 'optimum', hits: null, hitRatio: optimalHitRatio, byteHitRatio: null }]),
  ]);
  return toCsv([
    { name: 'requests', values: rows.map(() => requests) },
    { name: 'unique', values: rows.map(() => unique) },
    { name: unit === 'bytes' ? 'capacityBytes' : 'capacityEntries', values: rows.map(({ capacity }) => capacity) },
    { name: 'strategy', values: rows.map(({ strategy }) => strategy) },
    { name: 'hits', values: rows.map(({ hits }) => hits) },
    { name: 'hitRatio', values: rows.map(({ hitRatio }) => hitRatio) },
    { name: 'byteHitRatio', values: rows.map(({ byteHitRatio }) => byteHitRatio) },
  ]);
}

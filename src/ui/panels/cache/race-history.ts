/**
 * The race of the strategies over time, made of the counts that the engine tells once a second: what each has hit of the requests of the
 * last few seconds. Pure: given the wall time of each report.
 */
import { STRATEGY_NAMES, type StrategyName } from '../../../cache/catalogue.ts';
import type { CacheComparison } from '../../../engine/protocol.ts';

/** Over how long a stretch the hits of a point are counted. */
export const STRETCH_MS = 10_000;
/** Fewer requests make a ratio jump. */
const REQUESTS_MIN = 10;
const KEPT = 600;

interface Report {
  wallMs: number;
  requests: number;
  hits: number[];
}

/** Columns of a chart: x in seconds since 1970, by strategy as long as x, NaN where too little was asked. */
export interface RaceColumns {
  x: number[];
  ratios: Record<StrategyName, number[]>;
}

/** The reports so far with one more; counts that fell were reset, and begin anew. */
export function withReport(reports: readonly Report[], comparison: CacheComparison, wallMs: number): readonly Report[] {
  const { requests, strategies } = comparison;
  const last = reports.at(-1);
  if (last !== undefined && wallMs <= last.wallMs) return reports;
  const hits = STRATEGY_NAMES.map((name) => strategies.find(({ strategy }) => strategy === name)?.hits ?? 0);
  const earlier = last !== undefined && requests < last.requests ? [] : reports;
  return [...earlier, { wallMs, requests, hits }].slice(-KEPT);
}

export function raceColumns(reports: readonly Report[]): RaceColumns {
  const x = reports.map(({ wallMs }) => wallMs / 1000);
  let from = 0;
  const stretches = reports.map((report, at) => {
    while (from < at && reports[from].wallMs < report.wallMs - STRETCH_MS) from++;
    const requests = report.requests - reports[from].requests;
    return { report, before: reports[from], requests };
  });
  const ratiosOf = (strategy: number): number[] =>
    stretches.map(({ report, before, requests }) =>
      requests < REQUESTS_MIN ? NaN : (report.hits[strategy] - before.hits[strategy]) / requests,
    );
  const ratios = Object.fromEntries(STRATEGY_NAMES.map((name, at) => [name, ratiosOf(at)]));
  return { x, ratios: ratios as Record<StrategyName, number[]> };
}

export type RaceReports = readonly Report[];

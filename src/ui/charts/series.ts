/**
 * What every drawn series is called, measured in and coloured with, so that p95 is orange with the same dash wherever
 * it appears. The colour order (blue, orange, green, purple, grey) stays apart for all common kinds of colour
 * blindness; the dashes tell them apart without any colour.
 */
import { STRATEGY_NAMES, type StrategyName } from '../../cache/catalogue.ts';
import type { SeriesName } from '../../engine/protocol.ts';

/** Units a value can be shown in; `formatValue` writes each. */
export type Unit = 'ms' | 'ratio' | 'perS' | 'count' | 'bytes' | 's';

/** Colour token and dash pattern (canvas pixels at density 1; empty is a solid line). */
export interface SeriesStyle {
  token: string;
  dash: readonly number[];
}

/** The fixed order: position is meaning, never rearrange. */
export const SERIES_STYLES = [
  { token: 'series-1', dash: [] },
  { token: 'series-2', dash: [6, 3] },
  { token: 'series-3', dash: [3, 2] },
  { token: 'series-4', dash: [8, 3, 2, 3] },
  { token: 'series-5', dash: [1, 3] },
] as const satisfies readonly SeriesStyle[];

const [BLUE, ORANGE, GREEN, PURPLE] = SERIES_STYLES;

/** Label, unit and style of each history series. `stepped`: holds its value until the next point. */
export interface SeriesDescription {
  label: string;
  unit: Unit;
  style: SeriesStyle;
  stepped: boolean;
}

export const HISTORY_SERIES = {
  queriesPerS: { label: 'Queries', unit: 'perS', style: BLUE, stepped: false },
  errorsPerS: { label: 'Errors', unit: 'perS', style: ORANGE, stepped: false },
  p50Ms: { label: 'p50', unit: 'ms', style: BLUE, stepped: false },
  p95Ms: { label: 'p95', unit: 'ms', style: ORANGE, stepped: false },
  p99Ms: { label: 'p99', unit: 'ms', style: PURPLE, stepped: false },
  hitRatio: { label: 'Hit ratio', unit: 'ratio', style: GREEN, stepped: false },
  queueDepth: { label: 'Waiting', unit: 'count', style: ORANGE, stepped: false },
  readyWorkers: { label: 'Ready workers', unit: 'count', style: BLUE, stepped: true },
  desiredWorkers: { label: 'Desired workers', unit: 'count', style: PURPLE, stepped: true },
  utilization: { label: 'Utilization', unit: 'ratio', style: BLUE, stepped: false },
  cacheMs: { label: 'Cache', unit: 'ms', style: GREEN, stepped: false },
  queueMs: { label: 'Waiting', unit: 'ms', style: ORANGE, stepped: false },
  executeMs: { label: 'Executing', unit: 'ms', style: BLUE, stepped: false },
} as const satisfies Record<SeriesName, SeriesDescription>;

/** Style of a worker by the number in its name, so that w3 looks the same wherever it is drawn, whoever comes and goes. */
export function workerStyle(name: string): SeriesStyle {
  return styleAt(workerNumber(name));
}

/** 3 for `w3`; 0 where a name has no number. */
export function workerNumber(name: string): number {
  return Number(/\d+$/.exec(name)?.[0] ?? 0);
}

/** The same strategy the same line wherever it is drawn. */
export function strategyStyle(name: StrategyName): SeriesStyle {
  return styleAt(STRATEGY_NAMES.indexOf(name));
}

/** Style of the n-th of many alike (workers): colours repeat after five, with the next dash, so 25 differ. */
export function styleAt(index: number): SeriesStyle {
  const count = SERIES_STYLES.length;
  const colour = SERIES_STYLES[index % count];
  const round = Math.floor(index / count);
  const dash = SERIES_STYLES[(index + round) % count].dash;
  return { token: colour.token, dash };
}

/**
 * Columns as the chart library wants them: one ascending x, every series as long as x, `null` where nothing was
 * measured (a NaN would be drawn through). Pure.
 */

/** Values with gaps; same length as the x they belong to. */
export type GappedColumn = (number | null)[];

/** NaN and infinities become gaps. A shorter column is aligned to the newest points: its missing front is a gap. */
export function toGappedColumn(values: ArrayLike<number>, length: number): GappedColumn {
  const column: GappedColumn = new Array<number | null>(length).fill(null);
  const kept = Math.min(values.length, length);
  for (let back = 1; back <= kept; back++) {
    const value = values[values.length - back];
    column[length - back] = Number.isFinite(value) ? value : null;
  }
  return column;
}

/** Engine times as seconds of wall time, the newest being `lastWallMs`. */
export function wallSeconds(timesMs: ArrayLike<number>, lastWallMs: number): number[] {
  const last = timesMs.length ? timesMs[timesMs.length - 1] : 0;
  return Array.from(timesMs, (timeMs) => (lastWallMs + timeMs - last) / 1000);
}

/** True when no series has a single value: the chart then says so in words instead. */
export function isEmpty(columns: readonly GappedColumn[]): boolean {
  return columns.every((column) => column.every((value) => value === null));
}

/** Index of the x nearest to `target`; -1 for an empty column. `xs` ascend. */
export function nearestIndex(xs: ArrayLike<number>, target: number): number {
  if (xs.length === 0) return -1;
  let low = 0;
  let high = xs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] < target) low = middle + 1;
    else high = middle;
  }
  return low > 0 && target - xs[low - 1] <= xs[low] - target ? low - 1 : low;
}

/** Something that happened at a moment, drawn as a vertical line. `x` in the chart's own x unit (seconds). */
export interface ChartMark {
  x: number;
  label: string;
  tone: 'info' | 'good' | 'watch' | 'bad' | 'write';
}

/** Marks closer than `minDistance` become one with all their labels, at the first one's place, in the worst tone. */
export function clusterMarks(marks: readonly ChartMark[], minDistance: number): ChartMark[] {
  const severity = { info: 0, good: 1, write: 2, watch: 3, bad: 4 } as const;
  const clusters: ChartMark[] = [];
  for (const mark of [...marks].sort((left, right) => left.x - right.x)) {
    const last = clusters.at(-1);
    if (last && mark.x - last.x < minDistance) {
      last.label = `${last.label}; ${mark.label}`;
      if (severity[mark.tone] > severity[last.tone]) last.tone = mark.tone;
    } else clusters.push({ ...mark });
  }
  return clusters;
}

/** A stretch of x to be shaded: a cooldown, a pause. */
export interface ChartRange {
  from: number;
  to: number;
  label: string;
}

/**
 * Where entries lie on the shelf. The room of the cache is one line, bent into rows; an entry takes as much of it as it takes bytes, in the
 * strategy's own order, so that the last one stands nearest to the edge. Pure.
 */
import type { StrategyName } from '../../../cache/catalogue.ts';
import type { CacheShelfReport } from '../../../engine/protocol.ts';

/** Px. */
export interface ShelfBox {
  width: number;
  height: number;
}

export interface ShelfLayout {
  rows: number;
  rowHeight: number;
  /** From the top of one row to the top of the next. */
  rowStep: number;
  width: number;
  /** By place: where an entry begins on the line, px; one more at the end, where the last one ends. */
  starts: Float64Array;
  /** By place: how much of the row's height it takes, 0..1. */
  heights: Float32Array;
  /** Where the room ends, px on the line; beyond the line's end when the scale is magnified. */
  edge: number;
  /** How many times larger than at the scale of the whole capacity everything is drawn. */
  magnified: number;
}

/** What the height of an entry says; the others stand as high as the row. */
export const HEIGHT_MEANS: Partial<Record<StrategyName, string>> = {
  lfu: 'higher the more often it was used, by a tenth for each doubling',
  gdsf: 'higher the more time it saves per byte, by a tenth for each doubling',
};
const HEIGHT_MIN = 0.12;
/** Of the height; on a scale without doublings one favourite would press all others flat. */
const PER_DOUBLING = 0.1;
const ROW_GAP = 6;
/** Below this part of the room in use, the picture is magnified. */
const USED_MIN = 0.4;
/** A scale that stands stays until this much of the picture is in use, or free: a number that swings about a bound moves nothing. */
const STAYS = { from: 0.25, to: 0.95 };
/** As are rows until there are so many fewer entries than called for them. */
const FEWER = 0.7;
/** As many rows as it takes to see single entries. */
const ROWS = [
  { upTo: 60, rows: 1 },
  { upTo: 240, rows: 2 },
  { upTo: 1000, rows: 4 },
  { upTo: Infinity, rows: 8 },
];

/** `before` is how it was laid until now: what still serves stays. */
export function layShelf(
  report: CacheShelfReport,
  { width, height }: ShelfBox,
  before: Pick<ShelfLayout, 'rows' | 'magnified'> | null = null,
): ShelfLayout {
  const count = report.ids.length;
  const rows = rowsFor(count, before?.rows ?? 1);
  const length = rows * width;
  const magnified = magnification(report.entryBytes, report.capacityBytes, before?.magnified ?? 1);
  const scale = (length * magnified) / report.capacityBytes;
  const starts = new Float64Array(count + 1);
  // Those that are not drawn stand before the others, as one block.
  starts[0] = (report.entryBytes - sum(report.bytes)) * scale;
  for (let place = 0; place < count; place++) starts[place + 1] = starts[place] + report.bytes[place] * scale;
  const rowStep = (height + ROW_GAP) / rows;
  return {
    rows,
    rowHeight: rowStep - ROW_GAP,
    rowStep,
    width,
    starts,
    heights: heightsOf(report),
    edge: length * magnified,
    magnified,
  };
}

function rowsFor(count: number, before: number): number {
  const needed = ROWS.find(({ upTo }) => count <= upTo)!.rows;
  const fewer = ROWS.findLast(({ rows }) => rows < before);
  return needed < before && fewer && count > fewer.upTo * FEWER ? before : needed;
}

/** A power of two, so that the scale stands still while the cache fills, and steps now and then. */
function magnification(usedBytes: number, capacityBytes: number, before: number): number {
  const inUse = (usedBytes * before) / capacityBytes;
  if (before > 1 && inUse >= STAYS.from && inUse <= STAYS.to) return before;
  let factor = 1;
  while (usedBytes > 0 && usedBytes * factor < capacityBytes * USED_MIN) factor *= 2;
  return factor;
}

function heightsOf({ strategy, hits, costMs, bytes }: CacheShelfReport): Float32Array {
  if (!(strategy in HEIGHT_MEANS)) return new Float32Array(hits.length).fill(1);
  const worth = Float64Array.from(hits, (count, place) =>
    strategy === 'lfu' ? 1 + count : ((1 + count) * costMs[place]) / bytes[place],
  );
  const most = worth.reduce((a, b) => Math.max(a, b), 0);
  return Float32Array.from(worth, (value) =>
    most > 0 ? Math.max(HEIGHT_MIN, 1 - PER_DOUBLING * Math.log2(most / value)) : 1,
  );
}

/** The entry at a point of the picture; -1 where there is none. */
export function placeAt(layout: ShelfLayout, x: number, y: number): number {
  const row = Math.floor(y / layout.rowStep);
  if (x < 0 || x >= layout.width || row < 0 || row >= layout.rows || y - row * layout.rowStep > layout.rowHeight)
    return -1;
  const at = row * layout.width + x;
  const { starts } = layout;
  let low = 0;
  let high = starts.length - 1;
  if (high === 0 || at < starts[0] || at >= starts[high]) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= at) low = middle;
    else high = middle;
  }
  return low;
}

/** A stretch of the line as rectangles, one for each row that it touches: `visit(x, row, width)`. */
export function eachPiece(
  { width, rows }: Pick<ShelfLayout, 'width' | 'rows'>,
  start: number,
  end: number,
  visit: (x: number, row: number, width: number) => void,
): void {
  const last = Math.min(end, rows * width);
  for (let row = Math.floor(start / width), from = start; from < last; row++) {
    const to = Math.min(last, (row + 1) * width);
    visit(from - row * width, row, to - from);
    from = to;
  }
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

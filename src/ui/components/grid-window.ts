/**
 * Which rows and columns of a large grid are in the document: fixed row height, prefix sums of the column widths.
 * Browsers lose precision and then refuse elements above some 10 million pixels, so beyond a bound the scroll bar is
 * scaled: it moves through all rows, a pixel of it being several pixels of rows.
 */

export const ROW_HEIGHT_PX = 26;
export const HEADER_HEIGHT_PX = 28;
/** Rows in the document at most, whatever the height. */
export const ROWS_IN_DOM_MAX = 80;
const OVERSCAN_ROWS = 8;
const SCROLL_HEIGHT_PX_MAX = 8_000_000;

export interface RowWindow {
  /** First row in the document, and how many. */
  first: number;
  count: number;
  /** Where the first row stands, px below the top of the scrolled content. */
  topPx: number;
}

/** Height of the scrolled content, header included. */
export function contentHeightPx(rowCount: number): number {
  return Math.min(rowCount * ROW_HEIGHT_PX + HEADER_HEIGHT_PX, SCROLL_HEIGHT_PX_MAX);
}

export function rowWindow(rowCount: number, scrollTopPx: number, viewportPx: number): RowWindow {
  const bodyPx = Math.max(0, viewportPx - HEADER_HEIGHT_PX);
  const offsetPx = rowOffsetPx(rowCount, scrollTopPx, viewportPx);
  const visible = Math.ceil(bodyPx / ROW_HEIGHT_PX) + 1;
  const count = Math.min(ROWS_IN_DOM_MAX, visible + 2 * OVERSCAN_ROWS, rowCount);
  const wanted = Math.floor(offsetPx / ROW_HEIGHT_PX) - Math.floor((count - visible) / 2);
  const first = Math.max(0, Math.min(wanted, rowCount - count));
  return { first, count, topPx: HEADER_HEIGHT_PX + scrollTopPx + (first * ROW_HEIGHT_PX - offsetPx) };
}

/** The scroll position that brings a row fully into view; the present one when it is already. */
export function scrollTopFor(rowCount: number, row: number, scrollTopPx: number, viewportPx: number): number {
  const bodyPx = Math.max(ROW_HEIGHT_PX, viewportPx - HEADER_HEIGHT_PX);
  const offsetPx = rowOffsetPx(rowCount, scrollTopPx, viewportPx);
  const rowTopPx = row * ROW_HEIGHT_PX;
  let wantedPx = offsetPx;
  if (rowTopPx < offsetPx) wantedPx = rowTopPx;
  else if (rowTopPx + ROW_HEIGHT_PX > offsetPx + bodyPx) wantedPx = rowTopPx + ROW_HEIGHT_PX - bodyPx;
  return wantedPx === offsetPx ? scrollTopPx : wantedPx / scrollScale(rowCount, viewportPx);
}

/** Pixels of rows above the viewport, at a scroll position. */
function rowOffsetPx(rowCount: number, scrollTopPx: number, viewportPx: number): number {
  return Math.max(0, scrollTopPx) * scrollScale(rowCount, viewportPx);
}

/** Pixels of rows per pixel of scrolling: 1 until the content is too high for a browser. */
function scrollScale(rowCount: number, viewportPx: number): number {
  const wholePx = rowCount * ROW_HEIGHT_PX + HEADER_HEIGHT_PX;
  const shownPx = contentHeightPx(rowCount);
  return wholePx === shownPx || shownPx <= viewportPx ? 1 : (wholePx - viewportPx) / (shownPx - viewportPx);
}

/** Left edges: `edges[i]` is where column i begins, the last one is the whole width. */
export function columnEdges(widthsPx: readonly number[]): number[] {
  const edges = [0];
  for (const width of widthsPx) edges.push((edges.at(-1) ?? 0) + width);
  return edges;
}

/** Columns that a viewport touches, one more at each side. */
export function columnWindow(
  edges: readonly number[],
  scrollLeftPx: number,
  viewportPx: number,
): { first: number; end: number } {
  const columns = edges.length - 1;
  const first = Math.max(0, columnAt(edges, scrollLeftPx) - 1);
  const end = Math.min(columns, columnAt(edges, scrollLeftPx + viewportPx) + 2);
  return { first, end };
}

/** The column that covers a position, by bisection; the nearest one outside. */
export function columnAt(edges: readonly number[], positionPx: number): number {
  let low = 0;
  let high = Math.max(0, edges.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[middle] ?? 0) <= positionPx) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where a key takes the focused cell; null when the key is not the grid's. Pages are the rows in view. */
export function moveFocus(
  key: string,
  toEdge: boolean,
  at: { row: number; column: number },
  size: { rows: number; columns: number; page: number },
): { row: number; column: number } | null {
  const last = { row: size.rows - 1, column: size.columns - 1 };
  const bound = (row: number, column: number): { row: number; column: number } => ({
    row: Math.max(0, Math.min(row, last.row)),
    column: Math.max(0, Math.min(column, last.column)),
  });
  switch (key) {
    case 'ArrowUp':
      return bound(toEdge ? 0 : at.row - 1, at.column);
    case 'ArrowDown':
      return bound(toEdge ? last.row : at.row + 1, at.column);
    case 'ArrowLeft':
      return bound(at.row, toEdge ? 0 : at.column - 1);
    case 'ArrowRight':
      return bound(at.row, toEdge ? last.column : at.column + 1);
    case 'PageUp':
      return bound(at.row - size.page, at.column);
    case 'PageDown':
      return bound(at.row + size.page, at.column);
    case 'Home':
      return bound(toEdge ? 0 : at.row, 0);
    case 'End':
      return bound(toEdge ? last.row : at.row, last.column);
    default:
      return null;
  }
}

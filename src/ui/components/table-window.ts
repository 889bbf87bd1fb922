/**
 * Which rows of a long table exist in the page: those in view and a few around, the rest as two empty stretches. Pure.
 */

/** Rows `first` up to, not including, `end`; heights of what is left out above and below, px. */
export interface TableWindow {
  first: number;
  end: number;
  aboveHeight: number;
  belowHeight: number;
}

/** Rows kept beyond each edge, so that a fast scroll shows no hole. */
const OVERSCAN_ROWS = 8;

/** All rows have the same height, which is why no row needs to be measured. */
export function tableWindow(
  rowCount: number,
  rowHeight: number,
  scrollTop: number,
  viewportHeight: number,
): TableWindow {
  const top = Math.max(0, Math.min(scrollTop, rowCount * rowHeight - viewportHeight));
  const first = Math.max(0, Math.floor(top / rowHeight) - OVERSCAN_ROWS);
  const end = Math.min(rowCount, Math.ceil((top + viewportHeight) / rowHeight) + OVERSCAN_ROWS);
  return { first, end, aboveHeight: first * rowHeight, belowHeight: (rowCount - end) * rowHeight };
}

/** Where to scroll so that row `index` is wholly in view; the present position when it is already. */
export function scrollToRow(index: number, rowHeight: number, scrollTop: number, viewportHeight: number): number {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + rowHeight - viewportHeight);
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  columnAt,
  columnEdges,
  columnWindow,
  contentHeightPx,
  HEADER_HEIGHT_PX,
  moveFocus,
  ROW_HEIGHT_PX,
  ROWS_IN_DOM_MAX,
  rowWindow,
  scrollTopFor,
} from '../../../../src/ui/components/grid-window.ts';

describe('rows in the document', () => {
  it('covers the viewport everywhere, with at most 80 rows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 60, max: 1500 }),
        (rowCount, share, viewportPx) => {
          const scrollTopPx = share * Math.max(0, contentHeightPx(rowCount) - viewportPx);
          const { first, count, topPx } = rowWindow(rowCount, scrollTopPx, viewportPx);
          expect(count).toBeLessThanOrEqual(ROWS_IN_DOM_MAX);
          expect(first).toBeGreaterThanOrEqual(0);
          expect(first + count).toBeLessThanOrEqual(rowCount);
          if (rowCount === 0) return;
          const bottomPx = topPx + count * ROW_HEIGHT_PX;
          // Covered from under the header to the bottom of the viewport, or to the last row.
          expect(topPx).toBeLessThanOrEqual(scrollTopPx + HEADER_HEIGHT_PX + 0.001);
          if (first + count < rowCount) expect(bottomPx).toBeGreaterThanOrEqual(scrollTopPx + viewportPx - 0.001);
        },
      ),
      { seed: 11, numRuns: 400 },
    );
  });

  it('reaches the first and the last row of a million', () => {
    const rows = 1_000_000;
    const bottom = contentHeightPx(rows) - 400;
    expect(rowWindow(rows, 0, 400).first).toBe(0);
    const last = rowWindow(rows, bottom, 400);
    expect(last.first + last.count).toBe(rows);
    // the last row ends where the content ends
    expect(last.topPx + last.count * ROW_HEIGHT_PX).toBeCloseTo(bottom + 400, 3);
  });

  it('scrolls a row into view by the least', () => {
    // 400 px: 372 px of body. Row 20 spans 520 to 546: its end must be at 372, so the offset is 174.
    expect(scrollTopFor(1000, 20, 0, 400)).toBe(174);
    expect(scrollTopFor(1000, 5, 0, 400)).toBe(0);
    expect(scrollTopFor(1000, 2, 260, 400)).toBe(52);
    const rows = 1_000_000;
    const at = scrollTopFor(rows, 654_321, 0, 400);
    const { first, count } = rowWindow(rows, at, 400);
    expect(first).toBeLessThanOrEqual(654_321);
    expect(first + count).toBeGreaterThan(654_321);
  });
});

describe('columns in the document', () => {
  const edges = columnEdges([100, 50, 200, 80]);

  it('knows the edges and who covers a position', () => {
    expect(edges).toEqual([0, 100, 150, 350, 430]);
    expect([-5, 0, 99, 100, 149, 349, 350, 9999].map((at) => columnAt(edges, at))).toEqual([0, 0, 0, 1, 1, 2, 3, 3]);
    expect(columnEdges([])).toEqual([0]);
  });

  it('takes those that the viewport touches and one at each side', () => {
    expect(columnWindow(edges, 160, 100)).toEqual({ first: 1, end: 4 });
    const many = columnEdges(Array.from({ length: 2000 }, () => 100));
    const { first, end } = columnWindow(many, 100_000, 900);
    expect([first, end]).toEqual([999, 1011]);
    expect(columnWindow([0], 0, 500)).toEqual({ first: 0, end: 0 });
  });
});

describe('keys', () => {
  const size = { rows: 100, columns: 5, page: 10 };
  const move = (key: string, toEdge = false): unknown => moveFocus(key, toEdge, { row: 50, column: 2 }, size);

  it('moves by cell, by page and to the edges', () => {
    expect(move('ArrowDown')).toEqual({ row: 51, column: 2 });
    expect(move('ArrowLeft')).toEqual({ row: 50, column: 1 });
    expect(move('PageUp')).toEqual({ row: 40, column: 2 });
    expect(move('Home')).toEqual({ row: 50, column: 0 });
    expect(move('End', true)).toEqual({ row: 99, column: 4 });
    expect(move('ArrowUp', true)).toEqual({ row: 0, column: 2 });
    expect(move('a')).toBe(null);
  });

  it('stays inside', () => {
    expect(moveFocus('PageDown', false, { row: 95, column: 4 }, size)).toEqual({ row: 99, column: 4 });
    expect(moveFocus('ArrowRight', false, { row: 0, column: 4 }, size)).toEqual({ row: 0, column: 4 });
  });
});

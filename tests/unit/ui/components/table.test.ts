import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortRows, type TableColumn } from '../../../../src/ui/components/table.ts';
import { scrollToRow, tableWindow } from '../../../../src/ui/components/table-window.ts';

describe('table window', () => {
  it('keeps what is in view and eight rows around it', () => {
    // Row 100 is at 3,200 px; ten rows fit in 320 px: rows 100..109 and eight on either side.
    expect(tableWindow(1000, 32, 3200, 320)).toEqual({
      first: 92,
      end: 118,
      aboveHeight: 92 * 32,
      belowHeight: 882 * 32,
    });
  });

  it('always adds up to the whole table and holds the visible rows', () => {
    fc.assert(
      fc.property(
        fc.nat(5000),
        fc.integer({ min: 16, max: 64 }),
        fc.integer({ min: -100, max: 400_000 }),
        fc.integer({ min: 50, max: 900 }),
        (rowCount, rowHeight, scrollTop, viewportHeight) => {
          const view = tableWindow(rowCount, rowHeight, scrollTop, viewportHeight);
          expect(view.aboveHeight + (view.end - view.first) * rowHeight + view.belowHeight).toBe(rowCount * rowHeight);
          expect(view.end - view.first).toBeLessThanOrEqual(Math.ceil(viewportHeight / rowHeight) + 18);
          const top = Math.max(0, Math.min(scrollTop, rowCount * rowHeight - viewportHeight));
          if (rowCount > 0) expect(view.first * rowHeight).toBeLessThanOrEqual(top);
          expect(view.end * rowHeight).toBeGreaterThanOrEqual(Math.min(top + viewportHeight, rowCount * rowHeight));
        },
      ),
      { seed: 5 },
    );
  });

  it('scrolls only as far as a row needs', () => {
    expect(scrollToRow(3, 32, 0, 320)).toBe(0);
    expect(scrollToRow(10, 32, 0, 320)).toBe(32);
    expect(scrollToRow(2, 32, 320, 320)).toBe(64);
  });
});

describe('sorting rows', () => {
  interface Row {
    name: string;
    ms: number | null;
  }
  const columns: TableColumn<Row>[] = [
    { id: 'name', label: 'Name', text: (row) => row.name, sortBy: (row) => row.name },
    { id: 'ms', label: 'Time', text: (row) => String(row.ms), sortBy: (row) => row.ms },
  ];
  const rows: Row[] = [
    { name: 'b', ms: 2 },
    { name: 'a', ms: null },
    { name: 'c', ms: 9 },
    { name: 'd', ms: 2 },
  ];
  const names = (sorted: readonly Row[]): string => sorted.map((row) => row.name).join('');

  it('keeps equal rows in order and puts what was not measured last, either way', () => {
    expect(names(sortRows(rows, columns, { columnId: 'ms', descending: true }))).toBe('cbda');
    expect(names(sortRows(rows, columns, { columnId: 'ms', descending: false }))).toBe('bdca');
  });

  it('leaves the rows alone without a sort, or for a column that cannot be sorted', () => {
    expect(sortRows(rows, columns, null)).toBe(rows);
    expect(sortRows(rows, columns, { columnId: 'other', descending: true })).toBe(rows);
    expect(names(rows)).toBe('bacd');
  });
});

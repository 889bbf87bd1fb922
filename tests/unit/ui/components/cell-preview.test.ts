import { describe, expect, it } from 'vitest';
import { ColumnBuilder } from '../../../../src/database/rows/column-builder.ts';
import type { ResultColumns } from '../../../../src/engine/protocol.ts';
import { cellText, previewCell, sampledWidths, toTsv } from '../../../../src/ui/components/cell-preview.ts';

/** One row: NULL, '', 'NULL', 7, 7.0, -0.0, 2^63 - 1, a blob of 14 bytes, a text with tab, line end and quote. */
function sampleRow(): ResultColumns {
  const builders = Array.from({ length: 9 }, () => new ColumnBuilder());
  const text = (column: number, value: string): void => {
    const bytes = new TextEncoder().encode(value);
    builders[column]?.setBytes(0, 3, bytes, new DataView(bytes.buffer), 0, bytes.length);
  };
  text(1, '');
  text(2, 'NULL');
  builders[3]?.setNumber(0, 1, 7);
  builders[4]?.setNumber(0, 2, 7);
  builders[5]?.setNumber(0, 2, -0);
  builders[6]?.setWide(0, 2n ** 63n - 1n);
  const blob = Uint8Array.from({ length: 14 }, (_, index) => index);
  builders[7]?.setBytes(0, 4, blob, new DataView(blob.buffer), 0, 14);
  text(8, 'a\tb\n"c"');
  return {
    names: builders.map((_, index) => `c${index}`),
    rowCount: 1,
    columns: builders.map((builder) => builder.finish(1)),
    large: [],
    limitedAt: null,
  };
}

describe('cells on the screen', () => {
  const row = sampleRow();
  const shown = row.names.map((_, column) => previewCell(row, 0, column));

  it('tells NULL from the empty text and from the word', () => {
    expect(shown.slice(0, 3)).toEqual([
      { kind: 'null', text: 'NULL', cut: false },
      { kind: 'text', text: '', cut: false },
      { kind: 'text', text: 'NULL', cut: false },
    ]);
  });

  it('shows integers exactly and reals as reals', () => {
    expect(shown.slice(3, 7).map((cell) => cell.text)).toEqual(['7', '7.0', '-0.0', '9223372036854775807']);
  });

  it('shows the head of a blob with its size, and line ends in one line', () => {
    expect(shown[7]).toEqual({ kind: 'blob', text: "x'000102030405060708090a0b…' 14 B", cut: true });
    expect(shown[8]?.text).toBe('a⇥b↵"c"');
  });

  it('cuts a long text at a whole character', () => {
    const builder = new ColumnBuilder();
    const bytes = new TextEncoder().encode('é'.repeat(300)); // 600 bytes; 400 of them are 200 characters
    builder.setBytes(0, 3, bytes, new DataView(bytes.buffer), 0, bytes.length);
    const long = { names: ['t'], rowCount: 1, columns: [builder.finish(1)], large: [], limitedAt: null };
    expect(previewCell(long, 0, 0)).toEqual({ kind: 'text', text: `${'é'.repeat(200)}…`, cut: true });
    expect(sampledWidths(long, 7)).toEqual([320]);
  });

  it('copies for spreadsheets: NULL is empty, what would break a cell is quoted', () => {
    expect(cellText(row, 0, 0)).toBe('');
    expect(toTsv(row, { top: 0, bottom: 0, left: 3, right: 4 }, true)).toBe('c3\tc4\n7\t7.0');
    expect(toTsv(row, { top: 0, bottom: 0, left: 8, right: 8 }, false)).toBe('"a\tb\n""c"""');
  });
});

/** Rows as JSON objects (RFC 8259): one array, or one object a line. Numbers are written digit by digit, never through a double. */
import type { ResultColumns } from '../protocol.ts';
import { base64, cellTexts, realText, uniqueNames, type CellWriter } from './cells.ts';
import type { RowFormatter } from './formatter.ts';

const writer: CellWriter = {
  null: 'null',
  integer: String,
  real: realText,
  text: (text) => JSON.stringify(text),
  blob: (bytes) => `"${base64(bytes)}"`,
};

export function jsonFormatter(): RowFormatter {
  let rows = 0;
  return {
    begin: () => '[',
    rows(window, from, to) {
      const objects = rowsAsObjects(window, from, to);
      if (objects.length === 0) return '';
      const text = `${rows === 0 ? '\n' : ',\n'}${objects.join(',\n')}`;
      rows += objects.length;
      return text;
    },
    end: () => (rows > 0 ? '\n]\n' : ']\n'),
  };
}

export function ndjsonFormatter(): RowFormatter {
  return {
    begin: () => '',
    rows: (window, from, to) =>
      rowsAsObjects(window, from, to)
        .map((object) => `${object}\n`)
        .join(''),
    end: () => '',
  };
}

function rowsAsObjects(window: ResultColumns, from: number, to: number): string[] {
  const keys = uniqueNames(window.names).map((name) => `${JSON.stringify(name)}:`);
  const columns = window.columns.map((_, column) => cellTexts(window, column, from, to, writer));
  const objects: string[] = [];
  for (let row = from; row < to; row++) {
    objects.push(`{${columns.map((textAt, column) => keys[column] + textAt(row)).join(',')}}`);
  }
  return objects;
}

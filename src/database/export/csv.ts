/**
 * Comma-separated values (RFC 4180): CRLF, quotes doubled. Text is quoted where it would otherwise read as something else,
 * so a reader that looks at quotes can tell '' from NULL and '5' from 5.
 */
import type { ResultColumns } from '../protocol.ts';
import { blobLiteral, cellTexts, realText, type CellWriter } from './cells.ts';
import type { RowFormatter } from './formatter.ts';

/** Empty, with white space at an end, with a character of the format, or just like a number or a blob. */
const AMBIGUOUS = /^$|^\s|\s$|[",\r\n]|^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^[xX]'/;

const writer: CellWriter = {
  null: '',
  integer: String,
  real: realText,
  text: quoted,
  blob: blobLiteral,
};

export function csvFormatter(): RowFormatter {
  return {
    begin: ({ names }) => `${names.map((name) => quoted(name)).join(',')}\r\n`,
    rows: rowsAsCsv,
    end: () => '',
  };
}

function rowsAsCsv(window: ResultColumns, from: number, to: number): string {
  const columns = window.columns.map((_, column) => cellTexts(window, column, from, to, writer));
  const lines: string[] = [];
  for (let row = from; row < to; row++) lines.push(columns.map((textAt) => textAt(row)).join(','));
  return lines.length > 0 ? `${lines.join('\r\n')}\r\n` : '';
}

function quoted(text: string): string {
  return AMBIGUOUS.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

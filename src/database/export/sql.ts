/**
 * CREATE TABLE and INSERT statements that give the same values in the same storage classes again, in SQLite. A text that a
 * literal cannot hold (a NUL, bytes that are no UTF-8) is written as CAST(X'…' AS TEXT).
 */
import { quoted } from '../../core/sql-name.ts';
import { blobLiteral, cellTexts, realText, uniqueNames, type CellWriter } from './cells.ts';
import type { RowFormatter } from './formatter.ts';

/** Rows of one INSERT, and about its length at most: few statements, none too long to look at. */
const ROWS_MAX = 100;
const CHARACTERS_MAX = 65_536;

export interface SqlTarget {
  /** As it is, unquoted. */
  table: string;
  /** Statements before the rows, with their semicolons; null makes a table without types for what comes. */
  before?: string | null;
  /** Statements after the rows, such as indexes. */
  after?: string;
}

const encoder = new TextEncoder();

const writer: CellWriter = {
  null: 'NULL',
  integer: String,
  real: realText,
  text(text, bytes) {
    if (text.includes('\0') || (text.includes('\ufffd') && !isUtf8Of(text, bytes()))) {
      return `CAST(${blobLiteral(bytes())} AS TEXT)`;
    }
    return `'${text.replaceAll("'", "''")}'`;
  },
  blob: blobLiteral,
};

export function sqlFormatter({ table, before, after = '' }: SqlTarget): RowFormatter {
  const inserts = insertsInto(table);
  return {
    begin(first) {
      inserts.begin(first);
      const columns = uniqueNames(first.names).map(quoted).join(', ');
      return `BEGIN;\n${before ?? `CREATE TABLE ${quoted(table)} (${columns});\n`}`;
    },
    rows: inserts.rows,
    end: () => `${inserts.end()}${after}COMMIT;\n`,
  };
}

/** INSERT statements alone, for a table that is there. */
export function insertsInto(table: string): RowFormatter {
  let head = '';
  /** Of the INSERT that is open; 0 when none is. */
  let rowsOpen = 0;
  let characters = 0;
  return {
    begin({ names }) {
      head = `INSERT INTO ${quoted(table)} (${uniqueNames(names).map(quoted).join(', ')}) VALUES\n`;
      return '';
    },
    rows(window, from, to) {
      const columns = window.columns.map((_, column) => cellTexts(window, column, from, to, writer));
      const parts: string[] = [];
      for (let row = from; row < to; row++) {
        if (rowsOpen === ROWS_MAX || characters > CHARACTERS_MAX) {
          parts.push(';\n');
          rowsOpen = characters = 0;
        }
        const text = `(${columns.map((textAt) => textAt(row)).join(', ')})`;
        parts.push(rowsOpen === 0 ? head : ',\n', text);
        rowsOpen++;
        characters += text.length;
      }
      return parts.join('');
    },
    end: () => (rowsOpen > 0 ? ';\n' : ''),
  };
}

/** U+FFFD stands for bytes that are no UTF-8, or for itself. */
function isUtf8Of(text: string, bytes: Uint8Array): boolean {
  const again = encoder.encode(text);
  return again.length === bytes.length && again.every((byte, index) => byte === bytes[index]);
}

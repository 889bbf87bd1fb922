/** Values of every storage class, and readers of the formats that keep classes apart where the format does. */
import fc from 'fast-check';
import { CELL } from '../../../../src/database/rows/columns.ts';
import type { Connection } from '../../../../src/database/connection.ts';
import type { ResultColumns, SqlValue } from '../../../../src/database/protocol.ts';

/** What a cell holds, with its class told apart: 1 and 1.0 differ. */
export type Cell = { kind: 'null' | 'integer' | 'real' | 'text' | 'blob'; value: string };

/** A value for a parameter; reals that are whole numbers carry the class that a JavaScript number cannot. */
export type Given = { real: number } | Exclude<SqlValue, number>;

const trickyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('"', "'", ',', '\n', '\r', '|', '\\', '`', ' ', 'a', '\u00e9', '\u{1f600}') }),
  fc.constantFrom(
    '',
    'NULL',
    '5',
    '-5.0',
    '+1',
    '.5',
    '1e5',
    'null',
    "X'00'",
    "x'zz",
    ' ',
    '\ufeff',
    '\ufffd',
    '9e999',
    'true',
  ),
);

const reals = fc.oneof(
  fc.double({ noNaN: true }),
  fc.constantFrom(0, 1, -1, 0.1, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, 2 ** 53, 2 ** 63, Infinity, -Infinity),
);

export const givenValue: fc.Arbitrary<Given> = fc.oneof(
  fc.constant(null),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(0n, 1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n),
  reals.map((real) => ({ real })),
  trickyText,
  fc.uint8Array({ maxLength: 12 }),
);

/** Runs `VALUES` over the rows, so that they come as a query gives them. */
export function resultOf(connection: Connection, rows: readonly Given[][], names: readonly string[]): ResultColumns {
  const values: SqlValue[] = [];
  const place = (given: Given): string => {
    if (given !== null && typeof given === 'object' && !(given instanceof Uint8Array)) {
      values.push(given.real);
      return 'CAST(? AS REAL)';
    }
    values.push(given);
    return '?';
  };
  const width = names.length;
  const body =
    rows.length > 0
      ? `VALUES ${rows.map((row) => `(${row.map(place).join()})`).join()}`
      : `SELECT ${names.map(() => 'NULL').join()} WHERE 0`;
  const { result } = connection.run(`SELECT * FROM (${body})`, values);
  return { ...result, names: names.slice(0, width) };
}

/** Every cell with its class, as SQLite gave it. */
export function cellsOf(connection: Connection, sql: string): Cell[][] {
  return plainCells(connection.run(sql).result);
}

export function plainCells(result: ResultColumns): Cell[][] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return Array.from({ length: result.rowCount }, (_, row) =>
    result.columns.map(({ classes, numbers, wide, offsets, bytes }): Cell => {
      const raw = bytes.slice(offsets[row], offsets[row + 1]);
      switch (classes[row]) {
        case CELL.integer:
          return { kind: 'integer', value: String(BigInt(numbers[row])) };
        case CELL.wide:
          return { kind: 'integer', value: String(wide[row]) };
        case CELL.real:
          return { kind: 'real', value: Object.is(numbers[row], -0) ? '-0' : String(numbers[row]) };
        case CELL.text:
          return { kind: 'text', value: decoder.decode(raw) };
        case CELL.blob:
          return { kind: 'blob', value: Buffer.from(raw).toString('hex') };
        default:
          return { kind: 'null', value: '' };
      }
    }),
  );
}

/** A number as it is written: with a point or an exponent it is a real. */
function numberCell(text: string): Cell {
  if (!/[.eE]/.test(text)) return { kind: 'integer', value: String(BigInt(text)) };
  const value = Number(text);
  return { kind: 'real', value: Object.is(value, -0) ? '-0' : String(value) };
}

/** RFC 4180, field by field; quotes are part of what is read. */
export function readCsv(text: string): Cell[][] {
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  for (let at = 0; at < text.length;) {
    let end: number;
    if (text[at] === '"') {
      end = at + 1;
      while (text[end] !== '"' || text[end + 1] === '"') end += text[end] === '"' ? 2 : 1;
      row.push({ kind: 'text', value: text.slice(at + 1, end).replaceAll('""', '"') });
      end++;
    } else {
      end = at + /^[^,\r\n]*/.exec(text.slice(at))![0].length;
      row.push(bareCell(text.slice(at, end)));
    }
    if (text[end] === ',') {
      at = end + 1;
      if (text.startsWith('\r\n', at)) row.push({ kind: 'null', value: '' });
      else continue;
      end = at;
    }
    if (text.slice(end, end + 2) !== '\r\n') throw new Error(`no line end at ${end}`);
    rows.push(row);
    row = [];
    at = end + 2;
  }
  return rows;
}

function bareCell(text: string): Cell {
  if (text === '') return { kind: 'null', value: '' };
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return numberCell(text);
  const blob = /^X'([0-9A-F]*)'$/.exec(text);
  if (blob) return { kind: 'blob', value: blob[1].toLowerCase() };
  return { kind: 'text', value: text };
}

/** Objects of a JSON text, numbers by their digits. A blob cannot be told from text: both are text here. */
export function readJson(text: string): Record<string, Cell>[] {
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token[0] === '"' ? token : `["${token}"]`,
  );
  const cell = (value: unknown): Cell => {
    if (value === null) return { kind: 'null', value: '' };
    return Array.isArray(value) ? numberCell(String(value[0])) : { kind: 'text', value: value as string };
  };
  return (JSON.parse(marked) as Record<string, unknown>[]).map((object) =>
    Object.fromEntries(Object.entries(object).map(([key, value]) => [key, cell(value)])),
  );
}

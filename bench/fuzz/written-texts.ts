/** Texts to import whose every cell is known: tables of odd values, written as CSV, TSV, JSON, NDJSON and SQL. */
import type { Random } from '../../src/core/ports.ts';
import type { ImportReading } from '../../src/database/import/protocol.ts';
import type { SqlValue } from '../../src/database/protocol.ts';

export interface WrittenText {
  /** Of the file; its end tells the format. */
  name: string;
  text: string;
  /** What a person would say about it who knows. */
  given: Partial<ImportReading>;
  /** What each cell may have become, by row and column. */
  isCell(row: number, column: number, stored: SqlValue, reading: ImportReading): boolean;
  rowCount: number;
  columnCount: number;
}

type Value = null | number | bigint | string | boolean | unknown[];

const WORDS = [
  '',
  'word',
  '007',
  '1.50',
  '-0',
  '+1',
  ' x ',
  'a,b;c\td|e',
  'line\nend',
  'line\r\nend',
  '"',
  'é\u{1F600}',
  'NULL x',
  "it's",
  '1e5',
  '\\',
  '<b>',
];

/** A value of the kind of its column, sometimes of another. */
function value(random: Random, kind: number): Value {
  switch (random.below(12) === 0 ? random.below(6) : kind) {
    case 0:
      return random.below(2_000_000) - 1_000_000;
    case 1:
      return BigInt(random.below(2 ** 31)) * 4294967296n * (random.below(2) ? 1n : -1n) + BigInt(random.below(1000));
    case 2:
      return random.below(1_000_000) / 64;
    case 3:
      return random.below(2) === 0;
    case 4:
      return [random.below(10), WORDS[random.below(WORDS.length)]];
    default:
      return random.below(6) === 0 ? null : WORDS[random.below(WORDS.length)];
  }
}

export function writeText(random: Random): WrittenText {
  const columnCount = 1 + random.below(5);
  const kinds = Array.from({ length: columnCount }, () => random.below(6));
  const rows = Array.from({ length: 1 + random.below(40) }, () => kinds.map((kind) => value(random, kind)));
  const names = kinds.map((_, index) => `c${index}`);
  const writers = [delimited, delimited, json, ndjson, sql];
  return writers[random.below(writers.length)](names, rows, random);
}

function delimited(names: string[], rows: Value[][], random: Random): WrittenText {
  const delimiter = [',', ';', '\t', '|'][random.below(4)];
  const end = ['\n', '\r\n'][random.below(2)];
  const always = random.below(3) === 0;
  const cells = rows.map((row) => row.map((cell) => (cell === null ? null : asWord(cell))));
  const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
  const written = (cell: string | null): string =>
    cell === null ? '' : always || cell === '' || /["\r\n,;\t| ]/.test(cell) ? quoted(cell) : cell;
  const lines = [names, ...cells].map((row) => row.map(written).join(delimiter));
  return {
    name: delimiter === '\t' ? 'fuzz.tsv' : 'fuzz.csv',
    text: lines.join(end) + (random.below(2) || cells.at(-1)?.join('') === '' ? end : ''),
    given: { delimiter, header: true },
    rowCount: rows.length,
    columnCount: names.length,
    isCell: (row, column, stored, { nullTexts }) => {
      const cell = cells[row][column];
      if (stored === null) return cell === null || (cell === '' && nullTexts.includes('""'));
      return typeof stored === 'string' ? stored === cell : isNumber(stored, cell);
    },
  };
}

function json(names: string[], rows: Value[][], random: Random): WrittenText {
  const space = [undefined, 1, '\t'][random.below(3)];
  const lists = random.below(3) === 0;
  const text = rows.map((row) => (lists ? asJson(row) : objectOf(names, row)));
  const list = `[${text.join(space === undefined ? ',' : ',\n ')}]`;
  const inside = random.below(3) === 0;
  return {
    ...ofJson(names, rows),
    name: 'fuzz.json',
    text: inside ? `{"meta": {"n": 1}, "data": ${list}}` : list,
    given: { header: false },
  };
}

function ndjson(names: string[], rows: Value[][]): WrittenText {
  return {
    ...ofJson(names, rows),
    name: 'fuzz.ndjson',
    text: rows.map((row) => objectOf(names, row)).join('\n'),
    given: {},
  };
}

function ofJson(names: string[], rows: Value[][]): Omit<WrittenText, 'name' | 'text' | 'given'> {
  return {
    rowCount: rows.length,
    columnCount: names.length,
    isCell: (row, column, stored) => {
      const cell = rows[row][column];
      if (stored === null || cell === null) return stored === cell;
      if (typeof cell === 'boolean') return stored === Number(cell) || stored === String(cell);
      if (typeof stored !== 'string') return typeof cell !== 'string' && isNumber(stored, asWord(cell));
      return stored === (typeof cell === 'string' ? cell : asJson(cell));
    },
  };
}

function sql(names: string[], rows: Value[][], random: Random): WrittenText {
  const literal = (cell: Value): string =>
    cell === null
      ? 'NULL'
      : typeof cell === 'number' || typeof cell === 'bigint'
        ? String(cell)
        : `'${asWord(cell).replaceAll("'", "''")}'`;
  const inserts = rows.map((row) => `INSERT INTO fuzz VALUES(${row.map(literal).join(',')});`);
  const [begin, commit] = random.below(2) ? ['PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n', 'COMMIT;\n'] : ['', ''];
  return {
    name: 'fuzz.sql',
    text: `${begin}CREATE TABLE fuzz(${names.join(',')});\n${inserts.join('\n')}\n${commit}`,
    given: {},
    rowCount: rows.length,
    columnCount: names.length,
    isCell: (row, column, stored) => {
      const cell = rows[row][column];
      if (cell === null || typeof cell === 'number' || typeof cell === 'bigint')
        return cell === null ? stored === null : isNumber(stored, asWord(cell));
      return stored === asWord(cell);
    },
  };
}

/** As CSV and SQL write it. */
function asWord(cell: Value): string {
  return typeof cell === 'string' ? cell : cell !== null && typeof cell === 'object' ? asJson(cell) : String(cell);
}

function asJson(cell: Value): string {
  return Array.isArray(cell)
    ? `[${cell.map((item) => asJson(item as Value)).join(',')}]`
    : typeof cell === 'bigint'
      ? String(cell)
      : JSON.stringify(cell);
}

function objectOf(names: string[], row: Value[]): string {
  return `{${row.map((cell, index) => `${JSON.stringify(names[index])}:${asJson(cell)}`).join(',')}}`;
}

function isNumber(stored: SqlValue, written: string | null): boolean {
  if (typeof stored === 'bigint') return String(stored) === written;
  return typeof stored === 'number' && written !== null && written.trim() !== '' && Number(written) === stored;
}

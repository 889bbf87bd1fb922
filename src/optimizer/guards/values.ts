/** Values on which comparisons turn: plain ones, nasty ones, and what lies beside the literals of a text. */
import type { ColumnInfo } from '../../sql/schema.ts';
import type { SqlValue } from '../../database/protocol.ts';
import type { Cell } from '../sandbox.ts';

export const PLAIN_VALUES: readonly Cell[] = [null, 0n, 1n];

export const NASTY_VALUES: readonly Cell[] = [
  null,
  0n,
  1n,
  1n,
  -1n,
  2n,
  -0,
  1,
  0.5,
  '1',
  '1.0',
  '01',
  ' 1',
  '',
  'a',
  'A',
  'a ',
  'ä',
  new Uint8Array([0x31]),
  new Uint8Array([0x61]),
  new Uint8Array(0),
  9007199254740991n,
  9007199254740992n,
  9007199254740993n,
  9007199254740992,
  -9007199254740993n,
  9223372036854775807n,
  -9223372036854775808n,
  1e300,
];

/** Literals of one comparison that are added up, subtracted, multiplied; more would be chance. */
const ARITHMETIC_MAX = 4;
/** A text is made as long as a number says only up to here. */
const LENGTH_MAX = 50n;

/** The value of a literal's text; null for NULL and for what is not a value by itself. */
export function cellOfLiteral(text: string): Cell {
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  const digits = text.replaceAll('_', '');
  if (/^(\d+|0x[\da-f]+)$/i.test(digits)) {
    const value = BigInt(digits);
    return value <= 0x7fffffffffffffffn ? value : Number(digits);
  }
  if (/^[\d.]/.test(digits)) return Number(digits);
  if (/^x'/i.test(text))
    return new Uint8Array((text.slice(2, -1).match(/../g) ?? []).map((pair) => parseInt(pair, 16)));
  return /^true$/i.test(text) ? 1n : /^false$/i.test(text) ? 0n : null;
}

export function cellOf(value: SqlValue): Cell {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}

/** Whether the value may well stand in such a column. */
export function fits(cell: Cell, column: ColumnInfo): boolean {
  if (column.affinity === 'TEXT') return typeof cell === 'string';
  if (column.affinity === 'BLOB') return true;
  return typeof cell === 'bigint' || typeof cell === 'number';
}

/** What a column may hold for this comparison to turn on: its literals, what they make together, and what lies beside each. */
export function turningPoints(literals: readonly Cell[], column: ColumnInfo, asksLength: boolean): Cell[] {
  const near = literals.flatMap((cell) => {
    if (asksLength && typeof cell === 'bigint' && cell >= 0n && cell <= LENGTH_MAX) return textsOfLength(Number(cell));
    return [...neighbours(cell), ...otherReadings(cell)];
  });
  return [...near, ...together(literals)].filter((cell) => fits(cell, column));
}

/** What is not such a value and yet is taken for it by some function: a number with something behind it, as a blob, a date that there is not. */
export function lookalikes(literals: readonly Cell[]): Cell[] {
  const numbers = [...literals, ...together(literals)].filter((cell) => typeof cell === 'bigint');
  const texts = literals.filter((cell) => typeof cell === 'string');
  const blobs = literals.filter((cell) => cell instanceof Uint8Array);
  return [
    ...blobs.map((blob) => new TextDecoder().decode(blob)),
    ...numbers.flatMap((number) => [`${number}x`, `0${number}`, Number(number) + 0.5, bytesOf(String(number))]),
    ...texts.flatMap((text) => {
      const year = /^(\d{4})(-|$)/.exec(text)?.[1];
      const dates = [`${year}-13-45`, `${year}-1-5`, `${year}-01-01T00:30:00+05:00`, julianText(Number(year))];
      return [bytesOf(text), `${text} `, ...(year === undefined ? [] : dates), ...otherDates(text)];
    }),
  ];
}

/** A day as SQLite takes it from what does not begin with it: the hour 24, a time zone, 30 February, the number of the day. */
function otherDates(text: string): Cell[] {
  const day = /^\d{4}-\d\d-\d\d/.exec(text)?.[0];
  const startMs = day === undefined ? NaN : Date.parse(`${day}T00:00:00Z`);
  if (day === undefined || Number.isNaN(startMs)) return [];
  const dayAfter = (days: number): string => new Date(startMs + days * 86_400_000).toISOString().slice(0, 10);
  const inMonth = Number(day.slice(8));
  const lastBefore = dayAfter(-inMonth);
  const overflowing = Number(lastBefore.slice(8)) + inMonth;
  return [
    startMs / 86_400_000 + 2_440_587.5,
    `${dayAfter(-1)} 24:00:00`,
    `${dayAfter(1)} 00:30+02:00`,
    ...(overflowing <= 31 ? [`${lastBefore.slice(0, 8)}${overflowing}`] : []),
  ];
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The middle of a year as SQLite's date functions read a bare number. */
function julianText(year: number): string {
  return String(Date.UTC(year, 6, 1) / 86_400_000 + 2440587.5);
}

/** A literal and what lies beside it; itself twice, to be taken more often. */
function neighbours(cell: Cell): Cell[] {
  if (typeof cell === 'bigint') return [cell, cell, cell + 1n, cell - 1n].filter(isInt64);
  if (typeof cell === 'number') return [cell, cell, cell + 1, cell - 1];
  if (typeof cell !== 'string') return [cell];
  const date = aroundDate(cell);
  if (date.length > 0) return [cell, cell, ...date];
  const plain = cell.replaceAll(/[%*]/g, '').replaceAll(/[_?]/g, 'x');
  const flipped = plain === plain.toLowerCase() ? plain.toUpperCase() : plain.toLowerCase();
  // What begins with it, ends with it, holds it; the last text before what begins with its successor; one before it.
  return [
    ...[cell, cell, ...(plain === cell ? [] : [plain]), `${plain}z`, `z${plain}z`, flipped, `${plain}\u{10ffff}`],
    ...textBefore(plain),
  ];
}

/** The same with a lesser last character. */
function textBefore(text: string): string[] {
  const last = text.codePointAt(text.length - 1) ?? 0;
  return last > 0x21 && last < 0x7f ? [text.slice(0, -1) + String.fromCodePoint(last - 1)] : [];
}

/** '5' for a column of numbers, 5 for a column of texts. */
function otherReadings(cell: Cell): Cell[] {
  if (typeof cell === 'bigint') return [String(cell), `0${cell}`];
  if (typeof cell === 'number') return [String(cell)];
  if (typeof cell !== 'string') return [];
  if (/^[+-]?\d{1,18}$/.test(cell)) return [BigInt(cell)];
  return /^[+-]?\d*\.\d+$/.test(cell) ? [Number(cell)] : [];
}

/** `x + 10 = 15` turns on 5. */
function together(literals: readonly Cell[]): Cell[] {
  const numbers = literals.filter((cell) => typeof cell === 'bigint').slice(0, ARITHMETIC_MAX);
  const made = numbers.flatMap((a, at) =>
    numbers
      .slice(at + 1)
      .flatMap((b) => [a + b, a - b, b - a, a * b, ...(a !== 0n ? [b / a] : []), ...(b !== 0n ? [a / b] : [])]),
  );
  return made.filter(isInt64);
}

function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

function textsOfLength(length: number): string[] {
  return [length - 1, length, length + 1].filter((one) => one >= 0).map((one) => 'x'.repeat(one));
}

/** Days, their borders and other ways to write them, for a literal that looks like a date or a part of one. */
function aroundDate(text: string): string[] {
  const found = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?)?)?$/.exec(text);
  if (!found) return [];
  const [year, month, day] = [Number(found[1]), found[2], found[3]];
  // Four digits may be any number; only what can be a year becomes a date.
  if (month === undefined) {
    if (year < 1000 || year > 2999) return [];
    return [
      `${year}-01-01`,
      `${year}-01-01 00:00:00`,
      `${year}-06-15`,
      `${year}-12-31 23:59:59`,
      `${year - 1}-12-31`,
      `${year + 1}-01-01`,
    ];
  }
  const at = (offsetDays: number, start = Date.UTC(year, Number(month) - 1, Number(day ?? '1'))): string =>
    new Date(start + offsetDays * 86_400_000).toISOString().slice(0, 10);
  if (day === undefined) {
    const next = at(0, Date.UTC(year, Number(month), 1));
    return [`${text}-01`, `${text}-15`, `${text}-28 23:59:59`, at(-1), next];
  }
  if (Number(month) < 1 || Number(month) > 12) return [];
  const date = text.slice(0, 10);
  return [date, `${date} 00:00:00`, `${date} 10:00:00`, `${date}T10:00:00`, `${date} 23:59:59`, at(1), at(-1)];
}

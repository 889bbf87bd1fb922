/**
 * The sqllogictest format (https://sqlite.org/sqllogictest/doc/trunk/about.wiki): statements and queries with expected results,
 * written down as values one a line, or as their number and MD5 hash.
 */
import { createHash } from 'node:crypto';
import type { Cell } from '../src/optimizer/sandbox.ts';

export type LogicRecord =
  | { kind: 'statement'; line: number; sql: string; mustFail: boolean }
  | {
      kind: 'query';
      line: number;
      sql: string;
      types: string;
      sort: 'nosort' | 'rowsort' | 'valuesort';
      expected: string[];
    };

/** The records that concern SQLite, up to `halt`. */
export function parseLogicTest(text: string): LogicRecord[] {
  const records: LogicRecord[] = [];
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    let skipped = false;
    while (/^(skipif|onlyif)\s/.test(lines[at] ?? '')) {
      const [word, engine] = (lines[at] ?? '').split(/\s+/);
      if ((engine?.toLowerCase() === 'sqlite') === (word === 'skipif')) skipped = true;
      at++;
    }
    const line = lines[at] ?? '';
    const start = at + 1;
    const words = line.split(/\s+/);
    if (words[0] === 'halt' && !skipped) break;
    if (words[0] !== 'statement' && words[0] !== 'query') continue;
    const body: string[] = [];
    for (at++; at < lines.length && lines[at] !== '' && lines[at] !== '----'; at++) body.push(lines[at] ?? '');
    const expected: string[] = [];
    if (lines[at] === '----') for (at++; at < lines.length && lines[at] !== ''; at++) expected.push(lines[at] ?? '');
    if (skipped) continue;
    const sql = body.join('\n');
    if (words[0] === 'statement') records.push({ kind: 'statement', line: start, sql, mustFail: words[1] === 'error' });
    else {
      const sort = words[2] === 'rowsort' || words[2] === 'valuesort' ? words[2] : 'nosort';
      records.push({ kind: 'query', line: start, sql, types: words[1] ?? '', sort, expected });
    }
  }
  return records;
}

/** Null when the rows are as expected; else one line that says how they differ. */
export function mismatch(
  record: Extract<LogicRecord, { kind: 'query' }>,
  rows: readonly (readonly Cell[])[],
): string | null {
  const written = rows.map((row) => row.map((cell, index) => valueText(cell, record.types[index] ?? 'T')));
  if (record.sort === 'rowsort') written.sort((a, b) => compare(a.join('\n'), b.join('\n')));
  const values = written.flat();
  if (record.sort === 'valuesort') values.sort(compare);
  const hashed = /^(\d+) values hashing to ([\da-f]{32})$/.exec(record.expected[0] ?? '');
  if (hashed) {
    if (Number(hashed[1]) !== values.length) return `${values.length} values instead of ${hashed[1]}`;
    const hash = createHash('md5')
      .update(values.map((value) => `${value}\n`).join(''))
      .digest('hex');
    return hash === hashed[2] ? null : 'another hash of the values';
  }
  if (values.length !== record.expected.length) return `${values.length} values instead of ${record.expected.length}`;
  const differs = values.findIndex((value, index) => value !== record.expected[index]);
  return differs < 0 ? null : `value ${differs + 1} is ${values[differs]} instead of ${record.expected[differs]}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A value as the reference driver writes it. */
function valueText(cell: Cell, type: string): string {
  if (cell === null) return 'NULL';
  if (type === 'I') return String(toInteger(cell));
  if (type === 'R') return fixedText(toNumber(cell));
  const text =
    cell instanceof Uint8Array
      ? new TextDecoder().decode(cell)
      : typeof cell === 'number'
        ? realText(cell)
        : String(cell);
  return text === '' ? '(empty)' : text.replace(/[^ -~]/g, '@');
}

/** SQLite's `%.3f`: sixteen significant digits, then zeros. */
function fixedText(value: number): string {
  if (Math.abs(value) < 1e16) return value.toFixed(3);
  const [digits = '', exponent] = value.toExponential(15).split('e');
  const whole = digits.replace('.', '');
  return `${whole.padEnd(Number(exponent) + (value < 0 ? 2 : 1), '0')}.000`;
}

function toInteger(cell: Exclude<Cell, null>): bigint {
  return typeof cell === 'bigint' ? cell : BigInt(Math.trunc(toNumber(cell)));
}

function toNumber(cell: Exclude<Cell, null>): number {
  if (typeof cell === 'bigint' || typeof cell === 'number') return Number(cell);
  const text = typeof cell === 'string' ? cell : new TextDecoder().decode(cell);
  return Number.parseFloat(text) || 0;
}

function realText(value: number): string {
  const text = String(Number(value.toPrecision(15)));
  return /[.e]/.test(text) ? text : `${text}.0`;
}

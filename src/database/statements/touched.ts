/**
 * Which rows a write can touch, as they were and as they become: those that a DELETE or UPDATE seeks by literals and parameters,
 * those that an INSERT spells out. Only for plain statements: with a trigger, a cascade, an OR clause, an UPSERT, REPLACE, a
 * subquery or a join it is not told, and then the whole table counts.
 */
import { foldCase, identifierName, type TokenKind } from '../../sql/tokens.ts';
import type { Parameters, RowKey, SqlValue, TouchedRows } from '../protocol.ts';
import type { Instruction, ProgramContext, ProgramReport, TableShape } from './bytecode.ts';
import { reachOf } from './reach.ts';
import { keyText, soughtKey } from './row-key.ts';
import { tokensOf, variablesOf } from './tokens.ts';

/** More rows than that are as good as all. */
export const TOUCHED_ROWS_MAX = 64;

const NOT_PLAIN = new Set(['replace', 'conflict', 'select', 'with', 'from', 'returning']);
const DOES_MORE = new Set(['Program', 'VUpdate', 'VOpen', 'Clear', 'Destroy', 'ParseSchema']);
/** AUTOINCREMENT keeps its counters there. */
const COUNTERS = 'sqlite_sequence';
const NAMES: ReadonlySet<TokenKind> = new Set(['word', 'quoted', 'bracket', 'backtick']);

interface Part {
  kind: TokenKind;
  /** Of a word in lower case. */
  text: string;
  start: number;
}

/** What is known of the rows that a statement touches, from its text, its bytecode and the schema; null for nothing. */
export function touchedBy(
  sql: string,
  program: readonly Instruction[],
  { tablesWritten, touchesEverything }: ProgramReport,
  context: ProgramContext,
): TouchedRows | null {
  const [table, ...others] = tablesWritten.filter((name) => name !== COUNTERS);
  if (touchesEverything || table === undefined || others.length > 0) return null;
  if (program.some(({ opcode }) => DOES_MORE.has(opcode))) return null;
  const parts = partsOf(sql);
  const [first, second] = parts.map(({ text }) => text);
  const body = parts.slice(first === 'delete' ? 2 : 1);
  if (second === 'or' || body.some(({ kind, text }) => kind === 'word' && NOT_PLAIN.has(text))) return null;
  const shape = context.shapeOf(table);
  if (!shape) return null;
  if (first === 'insert') {
    // What an INSERT deletes, it deletes for a conflict.
    if (program.some(({ opcode }) => opcode === 'Delete' || opcode === 'IdxDelete')) return null;
    const columns = insertedColumns(parts, shape);
    return columns && { kind: 'inserted', table, columns };
  }
  if (first !== 'update' && !(first === 'delete' && second === 'from')) return null;
  const changed = first === 'update' ? changedColumns(parts, shape) : [];
  const reached = reachOf(program, context).find((one) => one.table === table);
  if (!changed || !reached) return null;
  const alternatives = reached.alternatives.map((sought) => sought.filter(({ column }) => !changed.includes(column)));
  return alternatives.every((sought) => sought.length > 0) ? { kind: 'sought', table, alternatives } : null;
}

/** The rows that this run of the statement touches; null when they cannot be told. */
export function touchedRows(touched: TouchedRows, sql: string, parameters: Parameters): RowKey[] | null {
  const valueOf = (parameter: number): SqlValue => boundValue(sql, parameters, parameter);
  if (touched.kind === 'sought') return allOrNone(touched.alternatives.map((sought) => soughtKey(sought, valueOf)));
  const rows = insertedRows(sql, valueOf);
  return rows && allOrNone(rows.map((row) => insertedKey(row, touched.columns)));
}

function allOrNone(keys: readonly (RowKey | null)[]): RowKey[] | null {
  const known = keys.filter((key) => key !== null);
  return known.length === keys.length && known.length <= TOUCHED_ROWS_MAX ? known : null;
}

function partsOf(sql: string): Part[] {
  return Array.from(tokensOf(sql), ({ kind, start, end }) => {
    const text = sql.slice(start, end);
    return { kind, start, text: kind === 'word' ? foldCase(text) : text };
  });
}

function nameOf({ kind, text }: Part): string | null {
  return NAMES.has(kind) ? foldCase(identifierName(text)) : null;
}

/** The value bound to a parameter of this number; NULL, of which nothing can be told, where that is not plain. */
function boundValue(sql: string, parameters: Parameters, index: number): SqlValue {
  if (Array.isArray(parameters)) return (parameters as readonly SqlValue[])[index - 1] ?? null;
  const variable = variablesOf(sql).find((one) => one.index === index);
  return (variable && (parameters as Readonly<Record<string, SqlValue>>)[variable.name]) ?? null;
}

// ---- INSERT ----

/** Columns in the order of the values; null when that is not plain to see. */
function insertedColumns(parts: readonly Part[], shape: TableShape): { column: number; affinity: string }[] | null {
  const values = parts.findIndex(({ kind, text }) => kind === 'word' && text === 'values');
  if (values < 0) return null;
  const open = parts.findIndex(({ text }) => text === '(');
  if (open > values) return shape.columns.map(({ column, affinity }) => ({ column, affinity }));
  const columns: { column: number; affinity: string }[] = [];
  for (let at = open + 1; at < values; at += 2) {
    const name = nameOf(parts[at]);
    const known = name === null ? undefined : shape.byName.get(name);
    if (!known) return null;
    columns.push(known);
    if (parts[at + 1].text === ')') return at + 2 === values ? columns : null;
    if (parts[at + 1].text !== ',') return null;
  }
  return null;
}

/** A value that is not a plain literal or parameter is undefined: of it nothing is known. */
type InsertedValue = SqlValue | undefined;

function insertedRows(sql: string, valueOf: (parameter: number) => SqlValue): InsertedValue[][] | null {
  const parts = partsOf(sql);
  const variables = variablesOf(sql);
  const numberOf = ({ text, start }: Part): number =>
    variables.find((one) => (text === '?' ? one.start === start : one.name === text))?.index ?? 0;
  const rows: InsertedValue[][] = [];
  let depth = 0;
  let value: Part[] = [];
  for (const part of parts.slice(parts.findIndex(({ kind, text }) => kind === 'word' && text === 'values') + 1)) {
    if (part.text === '(' && depth++ === 0) {
      rows.push([]);
      value = [];
      if (rows.length > TOUCHED_ROWS_MAX) return null;
    } else if (depth === 1 && (part.text === ',' || part.text === ')')) {
      rows.at(-1)?.push(plainValue(value, numberOf, valueOf));
      value = [];
      if (part.text === ')') depth--;
    } else if (depth > 0) {
      if (part.text === ')') depth--;
      value.push(part);
    } else if (part.text !== ',' && part.text !== ';') return null;
  }
  return rows;
}

function plainValue(
  parts: readonly Part[],
  numberOf: (part: Part) => number,
  valueOf: (parameter: number) => SqlValue,
): InsertedValue {
  const sign = parts.length === 2 && parts[0].kind === 'operator' ? parts[0].text : '';
  const [only] = sign === '' ? parts : parts.slice(1);
  if (parts.length !== (sign === '' ? 1 : 2) || !only) return undefined;
  if (only.kind === 'integer' && /^\d{1,15}$/.test(only.text) && '+-'.includes(sign)) {
    const magnitude = Number(only.text);
    return sign === '-' && magnitude !== 0 ? -magnitude : magnitude;
  }
  if (sign !== '') return undefined;
  if (only.kind === 'string') return only.text.slice(1, -1).replaceAll("''", "'");
  return only.kind === 'parameter' ? valueOf(numberOf(only)) : undefined;
}

function insertedKey(
  row: readonly InsertedValue[],
  columns: readonly { column: number; affinity: string }[],
): RowKey | null {
  if (row.length !== columns.length) return null;
  const key: Record<string, string> = {};
  const seen = new Set<number>();
  for (const [at, { column, affinity }] of columns.entries()) {
    // Of a column that is named twice SQLite takes one value: which, is not worth knowing.
    if (seen.has(column)) return null;
    seen.add(column);
    const text = keyText(row[at] ?? null, affinity);
    if (text !== null) key[column] = text;
  }
  return Object.keys(key).length > 0 ? key : null;
}

// ---- UPDATE ----

/** Columns that SET gives new values; null when that is not plain to see. */
function changedColumns(parts: readonly Part[], shape: TableShape): number[] | null {
  const set = parts.findIndex(({ kind, text }) => kind === 'word' && text === 'set');
  if (set < 0) return null;
  const columns: number[] = [];
  let depth = 0;
  let isStart = true;
  for (let at = set + 1; at < parts.length; at++) {
    const part = parts[at];
    if (depth === 0 && part.kind === 'word' && part.text === 'where') return columns;
    if (isStart) {
      const known = shape.byName.get(nameOf(part) ?? '');
      if (!known || parts[at + 1]?.text !== '=') return null;
      columns.push(known.column);
    }
    isStart = depth === 0 && part.text === ',';
    if (part.text === '(') depth++;
    else if (part.text === ')') depth--;
  }
  return columns;
}

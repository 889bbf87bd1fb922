/**
 * Answers that are part of another answer in the cache: the first rows of a full result, or some of its columns. Only where SQLite
 * walks through its tables for both in the same way, so that the rows are just those that it would give, in its order.
 */
import type { Classification, Parameters, ResultColumns, SqlValue } from '../../database/protocol.ts';
import { pickColumns, sliceRows } from '../../database/rows/columns.ts';
import { variablesOf } from '../../database/statements/tokens.ts';
import { columnsWithin, plainColumns, withoutLimit, type LimitValue } from '../../sql/part-of.ts';
import type { Classifications, QueryMeaning } from './classifications.ts';
import { boundTo, boundValues, valueAt } from './parameters.ts';

export interface HeldPart {
  /** Of the whole, in the cache. */
  key: string;
  whole: Classification;
  /** The answer, out of the whole. */
  take(whole: ResultColumns): ResultColumns;
  /** What the person is told. */
  told: string;
}

export interface HeldWhole {
  classifications: Pick<Classifications, 'alike' | 'siblings'>;
  keyOf(query: QueryMeaning, parameters: Parameters): string | null;
  has(key: string): boolean;
  /** And its rows are in the order that SQLite gives them. */
  hasInOrder(key: string): boolean;
}

/** What the cache holds that such a text may be a part of; whether it is one, `scan` says, in which both must agree. */
export function partOfHeld(sql: string, parameters: Parameters, from: HeldWhole): HeldPart | null {
  return firstRows(sql, parameters, from) ?? someColumns(sql, parameters, from);
}

function firstRows(sql: string, parameters: Parameters, from: HeldWhole): HeldPart | null {
  const cut = withoutLimit(sql);
  const whole = cut && from.classifications.alike(cut.whole)?.classification;
  if (!cut || !whole) return null;
  const variables = variablesOf(sql);
  const values = boundValues(
    variables.map(({ name }) => name),
    parameters,
  );
  const key = values && from.keyOf(whole, boundTo(whole.parameters, values));
  if (!values || !key || !from.hasInOrder(key)) return null;
  const numberOf = (value: LimitValue): number | null =>
    'literal' in value ? value.literal : wholeNumber(valueAt(values, numberAt(sql, variables, value.parameterAt)));
  const limit = numberOf(cut.limit);
  const offset = cut.offset ? numberOf(cut.offset) : 0;
  if (limit === null || offset === null) return null;
  // SQLite takes a negative LIMIT for none, a negative OFFSET for 0.
  const start = Math.max(0, offset);
  const end = limit < 0 ? Infinity : start + limit;
  const told = `Answered from the cached full result: ${start === 0 ? 'its first rows' : `its rows from number ${start + 1} on`}`;
  return { key, whole, take: (rows) => sliceRows(rows, start, end), told };
}

function someColumns(sql: string, parameters: Parameters, from: HeldWhole): HeldPart | null {
  const wanted = plainColumns(sql);
  if (!wanted) return null;
  for (const { classification: whole, columns } of from.classifications.siblings(wanted.rest)) {
    const picked = columns && columnsWithin(wanted, columns, whole.columnNames);
    const key = picked && from.keyOf(whole, parameters);
    if (!picked || !key || !from.has(key)) continue;
    return { key, whole, take: (rows) => pickColumns(rows, picked), told: PROJECTED };
  }
  return null;
}

const PROJECTED = 'Answered from the cached full result: some of its columns';

function numberAt(sql: string, variables: ReturnType<typeof variablesOf>, at: number): number {
  const exact = variables.find(({ start }) => start === at);
  const [name] = /^[?:@$][\w$]*/.exec(sql.slice(at)) ?? [];
  return (exact ?? variables.find((one) => one.name === name))?.index ?? 0;
}

function wholeNumber(value: SqlValue): number | null {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
}

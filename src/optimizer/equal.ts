/**
 * When two results are equal: names and number of columns, the multiset of rows by (storage class, value), and the order of the sort keys.
 * There is no tolerance: 1 and 1.0 differ.
 */
import { foldCase } from '../sql/tokens.ts';
import type { Select } from '../sql/ast.ts';
import { printExpr } from '../sql/print.ts';
import { rowKey, type Cell, type Run } from './sandbox.ts';

/**
 * How the order of rows is compared: `none` where there is no ORDER BY; by the result columns that hold the sort keys;
 * or `whole` where some key is not in the result, and then the very sequence of rows must be equal.
 */
export type OrderCheck = { kind: 'none' } | { kind: 'columns'; indexes: readonly number[] } | { kind: 'whole' };

/** How to compare results of this query, by its ORDER BY. */
export function orderCheckOf(query: Select, names: readonly string[]): OrderCheck {
  if (query.orderBy.length === 0) return { kind: 'none' };
  const columns = query.first.columns;
  const indexes: number[] = [];
  for (const { expr } of query.orderBy) {
    const plain = expr.kind === 'collate' ? expr.operand : expr;
    let index = -1;
    if (plain.kind === 'literal' && /^\d+$/.test(plain.text)) index = Number(plain.text) - 1;
    else if (plain.kind === 'column' && plain.table === null) {
      index = columns.findIndex(({ alias }) => alias !== null && foldCase(alias) === foldCase(plain.name));
    }
    if (index < 0) index = columns.findIndex((one) => printExpr(one.expr) === printExpr(plain));
    if (index < 0 || index >= names.length || columns.slice(0, index + 1).some(({ expr }) => expr.kind === 'star')) {
      return { kind: 'whole' };
    }
    indexes.push(index);
  }
  return { kind: 'columns', indexes };
}

/** Null when equal; else one sentence that names the first difference. */
export function difference(original: Run, rewritten: Run, order: OrderCheck): string | null {
  if (original.names.length !== rewritten.names.length) {
    return `${original.names.length} columns became ${rewritten.names.length}`;
  }
  const renamed = original.names.findIndex((name, index) => name !== rewritten.names[index]);
  if (renamed >= 0)
    return `column ${renamed + 1} is named ${rewritten.names[renamed]} instead of ${original.names[renamed]}`;
  if (original.rowCount !== rewritten.rowCount) return `${original.rowCount} rows became ${rewritten.rowCount}`;
  return differenceOfRows(original.rows(), rewritten.rows(), order);
}

function differenceOfRows(original: Cell[][], rewritten: Cell[][], order: OrderCheck): string | null {
  const before = original.map(rowKey);
  const after = rewritten.map(rowKey);
  const moved = before.findIndex((key, index) => key !== after[index]);
  if (moved < 0) return null;
  const counts = new Map<string, number>();
  for (const key of before) counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const key of after) {
    const count = counts.get(key) ?? 0;
    if (count === 0) return 'a row appears that the original does not give, or more often';
    counts.set(key, count - 1);
  }
  if (order.kind === 'none') return null;
  if (order.kind === 'whole') return `row ${moved + 1} stands elsewhere`;
  const keyOf = (row: Cell[]): string => rowKey(order.indexes.map((index) => row[index] ?? null));
  const unsorted = original.findIndex((row, index) => keyOf(row) !== keyOf(rewritten[index] ?? []));
  return unsorted < 0 ? null : `row ${unsorted + 1} has another sort key`;
}

/**
 * When two results are equal: names and number of columns, the multiset of rows by (storage class, value), and the order of the sort keys.
 * There is no tolerance: 1 and 1.0 differ. Sort keys are equal when ORDER BY takes them for equal: rows that tie may come in any order.
 */
import type { Expr, ResultColumn, Select } from '../sql/ast.ts';
import { collationOf, sharedCollation } from '../sql/collation.ts';
import { withoutStars } from '../sql/origins.ts';
import { printExpr } from '../sql/print.ts';
import type { Schema } from '../sql/schema.ts';
import { scopeOf, withCtes, type Scope } from '../sql/scope.ts';
import { foldCase } from '../sql/tokens.ts';
import { cellKey, rowKey, type Cell, type Run } from './sandbox.ts';

/** A result column that holds a sort key, and by which collation its texts are compared; null: by bytes, and not certainly so. */
export interface SortKey {
  index: number;
  collation: string | null;
}

/**
 * How the order of rows is compared: `none` where there is no ORDER BY; by the result columns that hold the sort keys;
 * or `whole` where some key is not in the result, and then the very sequence of rows must be equal.
 */
export type OrderCheck = { kind: 'none' } | { kind: 'columns'; keys: readonly SortKey[] } | { kind: 'whole' };

/** How to compare results of this query, by its ORDER BY. */
export function orderCheckOf(query: Select, schema: Schema): OrderCheck {
  if (query.orderBy.length === 0) return { kind: 'none' };
  const ctes = withCtes(query, schema, new Map(), null);
  const arms = [query.first, ...query.rest.map((arm) => arm.core)].map((core) => {
    const scope = scopeOf(core, schema, ctes, null);
    return { scope, columns: withoutStars(core, scope) };
  });
  const keys = query.orderBy.flatMap(({ expr }): SortKey[] => {
    const index = indexOf(expr, arms[0].columns, arms[0].scope);
    if (index < 0) return [];
    const shown = arms.flatMap(({ scope, columns }) =>
      columns?.[index] ? [{ expr: columns[index].expr, scope }] : [],
    );
    return [{ index, collation: expr.kind === 'collate' ? collationOf(expr, arms[0].scope) : sharedCollation(shown) }];
  });
  return keys.length === query.orderBy.length ? { kind: 'columns', keys } : { kind: 'whole' };
}

/** Of the result column that the term means or repeats; -1 when there is none. */
function indexOf(term: Expr, columns: readonly ResultColumn[] | null, scope: Scope): number {
  if (!columns) return -1;
  const plain = term.kind === 'collate' ? term.operand : term;
  if (plain.kind === 'literal' && /^\d+$/.test(plain.text)) {
    const index = Number(plain.text) - 1;
    return index < columns.length ? index : -1;
  }
  if (plain.kind !== 'column') return columns.findIndex(({ expr }) => printExpr(expr) === printExpr(plain));
  const named = columns.findIndex(({ alias }) => alias !== null && foldCase(alias) === foldCase(plain.name));
  if (named >= 0 && plain.table === null) return named;
  const meant = scope.resolve(plain);
  return columns.findIndex(({ expr }) => {
    const shown = meant && expr.kind === 'column' ? scope.resolve(expr) : null;
    return shown?.source === meant?.source && shown?.name === meant?.name;
  });
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
  const keyOf = (row: Cell[]): string =>
    order.keys.map(({ index, collation }) => sortKeyOf(row[index] ?? null, collation)).join('|');
  const unsorted = original.findIndex((row, index) => keyOf(row) !== keyOf(rewritten[index] ?? []));
  return unsorted < 0 ? null : `row ${unsorted + 1} has another sort key`;
}

/** Equal texts are values that ORDER BY takes for equal. */
function sortKeyOf(cell: Cell, collation: string | null): string {
  if (typeof cell === 'number' && Number.isInteger(cell)) return cellKey(BigInt(cell));
  if (typeof cell !== 'string') return cellKey(cell);
  if (collation === 'NOCASE') return cellKey(cell.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()));
  return cellKey(collation === 'RTRIM' ? cell.replace(/ +$/, '') : cell);
}

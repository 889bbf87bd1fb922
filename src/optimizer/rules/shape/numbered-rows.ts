/** The rows of a table numbered within groups, in an order without ties: what `row_number()` is in a subquery or a common table. */
import type { Core, ExprOf, Select, Window } from '../../../sql/ast.ts';
import { originsOf } from '../../../sql/origins.ts';
import type { TableInfo } from '../../../sql/schema.ts';
import { sourcesOf, type Resolved, type Scope } from '../../../sql/scope.ts';
import { foldCase } from '../../../sql/tokens.ts';
import { someExpr, visit } from '../../../sql/walk.ts';
import { uniqueTogether } from '../../exact.ts';
import type { Precondition } from '../rule.ts';
import { isPlain } from '../correlation.ts';

export interface Numbered {
  /** Of the subquery. */
  core: Core;
  scope: Scope;
  table: TableInfo;
  /** The column that names each row; null in a table without one. */
  rowid: string | null;
  number: ExprOf<'call'>;
  window: Window;
  /** PARTITION BY and ORDER BY, null where it is no column. */
  keys: readonly (Resolved | null)[];
  order: readonly (Resolved | null)[];
  isTotal: Precondition;
}

/** What lies behind a column of a subquery, if it is such a number and the subquery may change its rows. */
export function numberedBy(resolved: Resolved, query: Select): Numbered | null {
  const origins = originsOf(resolved);
  const inner = resolved.source.inner?.query;
  if (origins?.length !== 1 || !inner || !isPlain(inner) || inner.orderBy.length > 0) return null;
  const [{ expr: number, scope }] = origins;
  const core = inner.first;
  const [{ table }] = scope.sources;
  if (number.kind !== 'call' || foldCase(number.name) !== 'row_number' || number.filter) return null;
  if (!table || scope.sources.length > 1 || core.distinct || !isReadOnce(inner, query)) return null;
  const isOther = core.columns.some(
    ({ expr }) => expr !== number && someExpr(expr, (part) => part.kind === 'call' && part.over !== null),
  );
  const window = number.over;
  if (isOther || !window || typeof window === 'string' || window.base !== undefined || window.frame) return null;
  const terms = window.orderBy.map(({ expr }) => expr);
  const asked = [...window.partitionBy, ...terms, ...(core.where ? [core.where] : [])];
  // In the ORDER BY of a query a number means one of its columns.
  if (terms.length === 0 || terms.some(({ kind }) => kind === 'literal')) return null;
  if (asked.some((expr) => sourcesOf(expr, scope) === null)) return null;
  const [keys, order] = [window.partitionBy, terms].map((exprs) =>
    exprs.map((expr) => {
      const found = expr.kind === 'column' ? scope.resolve(expr) : null;
      return found?.scope === scope ? found : null;
    }),
  );
  const isTotal = uniqueTogether(
    table,
    [...keys, ...order].flatMap((one) => one?.name ?? []),
  );
  return isTotal && { core, scope, table, rowid: rowidOf(table), number, window, keys, order, isTotal };
}

/** Of a common table several readers may want several rows. */
function isReadOnce(inner: Select, query: Select): boolean {
  let [name, count]: [string | null, number] = [null, 0];
  visit(query, {
    query: ({ ctes }) => ctes.forEach((cte) => cte.query === inner && (name = foldCase(cte.name))),
  });
  visit(query, { table: (table) => void (foldCase(table.name) === name && count++) });
  return name === null || count === 1;
}

function rowidOf(table: TableInfo): string | null {
  const named = table.columns.find(({ isRowid }) => isRowid);
  if (named || table.withoutRowid) return named?.name ?? null;
  return table.columns.some(({ name }) => foldCase(name) === 'rowid') ? null : 'rowid';
}

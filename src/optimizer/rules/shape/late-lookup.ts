/**
 * `SELECT * FROM t ORDER BY x, id LIMIT 10 OFFSET 60000` → the keys of the ten rows first, then those rows: what is skipped is then read from an index alone, or sorted
 * without its other columns. Tables that are only looked up for each row (LEFT JOIN by a key) are looked up for these ten.
 * That the order is total, so that both find the same rows, is asked of every text with LIMIT.
 * Left alone: LIMIT alone over one table, which stops early by itself; a result that shows no more than is sorted and asked by; grouping, DISTINCT, windows; and joins that add or drop rows.
 */
import type { Core, Expr, OrderTerm, Select } from '../../../sql/ast.ts';
import { binary, column, isSimple } from '../../../sql/ast.ts';
import type { TableInfo } from '../../../sql/schema.ts';
import { columnOf } from '../../../sql/schema.ts';
import { sourcesOf, walkExpr, type Resolved, type Scope } from '../../../sql/scope.ts';
import { replaceQuery, someExpr } from '../../../sql/walk.ts';
import { groupKey, isAggregated } from '../../determined.ts';
import { fixedBy } from '../../fixed.ts';
import { bySchema, type Rewrite, type Rule } from '../rule.ts';
import { freeName, placesOf, withoutStars, type Place } from '../support.ts';

export const lateLookup: Rule = {
  id: 'late-lookup',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) => rewrite(place, query, freeName(query, 'page', schema)));
  },
};

function rewrite({ core, scope, owner }: Place, query: Select, page: string): Rewrite[] {
  const [first, ...others] = core.from;
  if (!isCut(owner, core) || !first || first.table.kind !== 'table' || first.indexedBy !== undefined) return [];
  const [{ table, label }] = scope.sources;
  const key = table && keyOf(table);
  const columns = withoutStars(core, scope);
  if (!table || !key || !columns || columns.some(({ expr }) => someExpr(expr, isWindow))) return [];
  const isLookedUp = others.every(({ join, using }) => join === 'LEFT JOIN' && !using);
  const fixed = fixedBy([column(label, key)], core, scope);
  if (!isLookedUp || fixed.sources.size !== scope.sources.length) return [];
  const orderBy = owner.orderBy.map((term): OrderTerm => ({ ...term, expr: sortKey(term.expr, { ...core, columns }) }));
  const isOfFirst = (expr: Expr | null): boolean =>
    expr === null || [...(sourcesOf(expr, scope) ?? [-1])].every((index) => index === 0);
  const asked = [core.where, ...orderBy.map(({ expr }) => expr)];
  if (!asked.every(isOfFirst)) return [];
  const shown = columns.map(({ expr }) => expr);
  if (others.length === 0 && isWithin(namesIn(shown, scope), namesIn([column(label, key), ...asked], scope))) return [];
  const keys: Select = {
    ...owner,
    recursive: false,
    ctes: [],
    first: { ...core, columns: [{ expr: column(label, key), alias: `${page}_key` }], from: [first] },
    orderBy,
  };
  const found = binary('=', column(label, key), column(page, `${page}_key`));
  const rows: Core = {
    ...core,
    columns,
    from: [
      { join: 'first', table: keys, alias: page, on: null, using: null },
      { ...first, join: 'CROSS JOIN', on: found },
      ...others,
    ],
    where: null,
  };
  const select = replaceQuery(query, owner, { ...owner, first: rows, limit: null, offset: null });
  const claim = `${table.name} has one row for each ${key}${others.length > 0 ? ', and each join finds one row at most' : ''}`;
  return [{ select, preconditions: [bySchema(claim, true)], note: 'keys first, then their rows' }];
}

/** Some of the rows are worked for and then not shown. */
function isCut(owner: Select, core: Core): boolean {
  const isPlain = isSimple(owner) && !core.distinct && !core.windows && !isAggregated(core);
  return isPlain && owner.orderBy.length > 0 && owner.limit !== null && (owner.offset !== null || core.from.length > 1);
}

/** ORDER BY may name a result column, by its number or its alias. */
function sortKey(expr: Expr, core: Core): Expr {
  if (expr.kind === 'collate') return { ...expr, operand: sortKey(expr.operand, core) };
  return groupKey(expr, core, null);
}

/** One column that tells the rows of the table apart. */
function keyOf(table: TableInfo): string | null {
  const rowid = table.columns.find((one) => one.isRowid);
  if (rowid) return rowid.name;
  if (!table.withoutRowid) return columnOf(table, 'rowid') ? null : 'rowid';
  const single = table.uniqueKeys.find(([name, ...rest]) => {
    const only = rest.length === 0 ? columnOf(table, name) : null;
    return only?.notNull === true && only.collation === 'BINARY';
  });
  return single?.[0] ?? null;
}

/** Columns that the expressions speak of; with one table their names are enough. */
function namesIn(exprs: readonly (Expr | null)[], scope: Scope): Set<string> {
  const names = new Set<string>();
  const add = (_column: Expr, resolved: Resolved | null): void => void names.add(resolved?.name ?? '');
  for (const expr of exprs) if (expr) walkExpr(expr, scope, { column: add });
  return names;
}

function isWithin(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return [...some].every((one) => all.has(one));
}

function isWindow(expr: Expr): boolean {
  return expr.kind === 'call' && expr.over !== null;
}

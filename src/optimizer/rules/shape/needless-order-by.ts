/**
 * `SELECT count(*) FROM (SELECT … ORDER BY x)` → without ORDER BY: what is sorted is then read by something to which the order of its rows says nothing.
 * So it is with subqueries under IN and EXISTS, and with those in FROM and in WITH whose reader counts and groups, sorts by itself, or is an
 * operand of UNION, INTERSECT and EXCEPT, which sort by themselves too.
 * Left alone: what stands beside LIMIT; below window functions and aggregates that put texts and lists together; subqueries used as a value,
 * whose first row counts; recursion, where ORDER BY says what is visited next. And a sorted subquery whose rows a person sees in that order:
 * SQL promises nothing there, but SQLite keeps the order, so that taking it away would show.
 */
import type { Core, Expr, Select } from '../../../sql/ast.ts';
import { foldCase } from '../../../sql/tokens.ts';
import { mapCore, mapParts, mapSelect, someExpr, sourcesIn } from '../../../sql/walk.ts';
import { isAggregated, ORDERED_AGGREGATES } from '../../determined.ts';
import type { Rule } from '../rule.ts';
import { tableNamesIn } from '../support.ts';

export const needlessOrderBy: Rule = {
  id: 'needless-order-by',
  apply(query) {
    const needless = new Set<Select>();
    look(query, false, new Map(), needless);
    if (needless.size === 0) return [];
    const note = `${needless.size === 1 ? 'a subquery is' : `${needless.size} subqueries are`} not sorted`;
    return [{ select: unsorted(query, needless), preconditions: [], note }];
  },
};

/** By the name of a common table: of each of its readers, whether the order of its rows says nothing to it. */
type Readers = ReadonlyMap<string, boolean[]>;

/** Collects the queries within this one that are sorted for nobody. `unseen`: so it is with the order of its own rows. */
function look(query: Select, unseen: boolean, outer: Readers, needless: Set<Select>): void {
  const own = query.ctes.map(({ name, query: body }) => ({ name: foldCase(name), body, readers: [] as boolean[] }));
  const readers: Readers = new Map([...outer, ...own.map((one) => [one.name, one.readers] as const)]);
  const cut = query.limit !== null || query.offset !== null;
  if (unseen && !cut && query.orderBy.length > 0) needless.add(query);
  const merged = query.rest.length > 0 && query.rest.every(({ operator }) => operator !== 'UNION ALL');
  // A LIMIT beside an ORDER BY asks for a total order, and then for no other.
  const sorts = query.orderBy.length > 0 || (!cut && (unseen || merged));
  const within = (expr: Expr): Expr => {
    if (expr.kind === 'in-table' && expr.table.kind === 'table') readers.get(foldCase(expr.table.name))?.push(true);
    const inner = (one: Select): Select => (look(one, expr.kind !== 'scalar', readers, needless), one);
    return mapParts(expr, { expr: within, query: inner });
  };
  for (const core of coresOf(query)) {
    const ignored = (sorts || isAggregated(core)) && !readsInOrder(core, query);
    for (const { table } of sourcesIn(core.from))
      if (table.kind === 'table' && table.schema === null) readers.get(foldCase(table.name))?.push(ignored);
    mapCore(core, { expr: within, query: (one) => (look(one, ignored, readers, needless), one) });
  }
  for (const expr of [...query.orderBy.map((term) => term.expr), query.limit, query.offset]) if (expr) within(expr);
  // Last to first, so that all readers are known; what reads itself, or one after it, is left alone.
  for (const { body } of own)
    for (const name of tableNamesIn(body))
      if (own.findIndex((one) => one.name === name) >= own.findIndex((one) => one.body === body))
        readers.get(name)?.push(false);
  for (const one of own.toReversed()) look(one.body, one.readers.every(Boolean), readers, needless);
}

function coresOf({ first, rest }: Select): Core[] {
  return [first, ...rest.map((arm) => arm.core)];
}

/** Window functions, and aggregates that put together what they are fed. */
function readsInOrder(core: Core, { orderBy }: Select): boolean {
  const exprs = [...core.columns.map(({ expr }) => expr), core.having, ...orderBy.map((term) => term.expr)];
  const isInOrder = (expr: Expr): boolean =>
    expr.kind === 'call' && (expr.over !== null || ORDERED_AGGREGATES.test(foldCase(expr.name)));
  return exprs.some((expr) => expr !== null && someExpr(expr, isInOrder));
}

function unsorted(query: Select, needless: ReadonlySet<Select>): Select {
  const parts = {
    expr: (expr: Expr): Expr => mapParts(expr, parts),
    query: (inner: Select): Select => {
      const mapped = mapSelect(inner, parts);
      return needless.has(inner) ? { ...mapped, orderBy: [] } : mapped;
    },
    core: (core: Core): Core => mapCore(core, parts),
  };
  return mapSelect(query, parts);
}

/**
 * `SELECT min(a), max(b) FROM t WHERE p` → `SELECT (SELECT min(a) FROM t WHERE p), (SELECT max(b) FROM t WHERE p)`: SQLite finds one extreme
 * with one search in an index, but of several aggregates it makes one pass over all rows.
 * Left alone: joins, groups, HAVING, DISTINCT, FILTER, LIMIT, and more than one aggregate that needs a pass of its own.
 */
import type { Core, Expr, Select } from '../../../sql/ast.ts';
import { selectOf } from '../../../sql/ast.ts';
import { printExpr } from '../../../sql/print.ts';
import { sourcesOf, walkExpr, type Scope } from '../../../sql/scope.ts';
import { replaceCore, someExpr } from '../../../sql/walk.ts';
import { aggregatesIn, isMadeOfAggregates, type Call } from '../aggregates.ts';
import type { Rewrite, Rule } from '../rule.ts';
import { namesMayChange, placesOf, type Place } from '../support.ts';
import { substitute } from '../substitute.ts';

export const minMaxSplit: Rule = {
  id: 'min-max-split',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) => rewrite(place, query));
  },
};

function rewrite(place: Place, query: Select): Rewrite[] {
  const { core, scope } = place;
  if (!isOneRow(place) || !namesMayChange(place, query)) return [];
  const exprs = core.columns.map(({ expr }) => expr);
  const calls = new Map(exprs.flatMap(aggregatesIn).map((call) => [printExpr(call), call]));
  const passes = [...calls.values()].filter((call) => !/^(min|max)$/i.test(call.name));
  const plain = [...calls.values()].every((call) => standsAlone(call, scope));
  if (calls.size < 2 || passes.length > 1 || !plain || !exprs.every(isMadeOfAggregates)) return [];
  const alone = (expr: Expr): Expr | null =>
    expr.kind === 'call' && calls.has(printExpr(expr))
      ? { kind: 'scalar', query: selectOf({ ...core, columns: [{ expr, alias: null }] }) }
      : null;
  const split: Core = {
    ...core,
    columns: core.columns.map((one) => ({ ...one, expr: substitute(one.expr, alone) })),
    from: [],
    where: null,
  };
  return [{ select: replaceCore(query, core, split), preconditions: [], note: 'each extreme for itself' }];
}

/** All rows of one table are put into one. */
function isOneRow({ core, scope, owner }: Place): boolean {
  const [source] = scope.sources;
  if (scope.sources.length !== 1 || !source?.table || core.distinct || core.groupBy.length > 0) return false;
  if (core.having || core.windows || owner.limit || owner.offset || owner.orderBy.length > 0) return false;
  return core.where === null || sourcesOf(core.where, scope) !== null;
}

/** An aggregate of this very query, without anything that compares by other rules once it stands in a subquery. */
function standsAlone(call: Call, scope: Scope): boolean {
  if (call.filter || call.orderBy || call.args.some((one) => someExpr(one, ({ kind }) => kind === 'collate')))
    return false;
  let own = true;
  for (const argument of call.args) {
    walkExpr(argument, scope, { column: (_column, resolved) => void (own &&= resolved?.level === 0) });
    if (someExpr(argument, ({ kind }) => /^(exists|scalar|in-table)$/.test(kind))) return false;
  }
  const isExtreme = /^(min|max)$/i.test(call.name);
  return own && (!isExtreme || (!call.distinct && call.args[0]?.kind === 'column'));
}

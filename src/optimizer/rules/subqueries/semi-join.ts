/**
 * `SELECT DISTINCT a.x FROM a JOIN b ON p` → `SELECT DISTINCT a.x FROM a WHERE EXISTS (SELECT 1 FROM b WHERE p)`: the first match is enough, and
 * what was doubled need not be made distinct. DISTINCT goes too where a key of a is shown. So it is under aggregates to which doubles
 * mean nothing: min, max, and those of DISTINCT values.
 * Left alone: tables that are shown, grouped or sorted by, outer joins, and aggregates that count doubles.
 */
import type { Core, Expr, Select } from '../../../sql/ast.ts';
import { and, literal, selectOf } from '../../../sql/ast.ts';
import { containsKey } from '../../../sql/schema.ts';
import { sourcesOf } from '../../../sql/scope.ts';
import { replaceCore, someExpr } from '../../../sql/walk.ts';
import { isAggregate, isAggregated } from '../../determined.ts';
import type { Rewrite, Rule } from '../rule.ts';
import { placesOf, type Place } from '../support.ts';
import { detach, isInner } from '../joins.ts';
import { usedElsewhere } from './usage.ts';

export const semiJoin: Rule = {
  id: 'semi-join',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) => rewrite(place, query));
  },
};

function rewrite(place: Place, query: Select): Rewrite[] {
  const { core, scope } = place;
  if (!ignoresDoubles(place)) return [];
  const everywhere = core.from.map((_source, at) => at);
  const unused = everywhere.filter(
    (index) =>
      isInner(core.from[index]) &&
      /^(table|select)$/.test(core.from[index].table.kind) &&
      !usedElsewhere(index, { ...place, core: { ...core, where: null } }, { conditions: [], ons: everywhere }),
  );
  const rest = unused.length === 0 ? null : detach(unused, core, scope);
  if (!rest) return [];
  const inside: Expr[] = [];
  const outside: Expr[] = [];
  for (const one of rest.conditions) {
    const sources = sourcesOf(one, scope);
    if (!sources) return [];
    if (unused.some((index) => sources.has(index))) inside.push(one);
    else outside.push(one);
  }
  const matches = selectOf({
    distinct: false,
    columns: [{ expr: literal('1'), alias: null }],
    from: unused.map((index, at) => ({ ...core.from[index], join: at === 0 ? 'first' : 'JOIN', on: null })),
    where: and(inside),
    groupBy: [],
    having: null,
  });
  const asking: Core = {
    ...core,
    distinct: core.distinct && !showsKey(place, unused),
    from: rest.from,
    where: and([...outside, { kind: 'exists', query: matches }]),
  };
  return [{ select: replaceCore(query, core, asking), preconditions: [], note: 'EXISTS instead of a join' }];
}

/** The result is the same however often a row of the join comes. */
function ignoresDoubles({ core, owner }: Place): boolean {
  if (core.windows || core.from.length < 2) return false;
  if (!isAggregated(core)) return core.distinct && !core.columns.some(({ expr }) => someExpr(expr, isWindow));
  const exprs = [...core.columns.map(({ expr }) => expr), ...owner.orderBy.map((term) => term.expr), core.having];
  return exprs.every((expr) => expr === null || !someExpr(expr, (part) => isWindow(part) || countsDoubles(part)));
}

function isWindow(expr: Expr): boolean {
  return expr.kind === 'call' && expr.over !== null;
}

function countsDoubles(expr: Expr): boolean {
  return expr.kind === 'call' && isAggregate(expr) && !expr.distinct && !/^(min|max)$/i.test(expr.name);
}

/** The only table that is left shows its key: no two of its rows are alike. */
function showsKey({ core, scope }: Place, gone: readonly number[]): boolean {
  const left = scope.sources.filter(({ index }) => !gone.includes(index));
  const table = left.length === 1 ? left[0].table : null;
  const shown = core.columns.flatMap(({ expr }) => {
    const resolved = expr.kind === 'column' ? scope.resolve(expr) : null;
    return resolved?.source === left[0] ? resolved.name : [];
  });
  return table !== null && !isAggregated(core) && containsKey(table, shown);
}

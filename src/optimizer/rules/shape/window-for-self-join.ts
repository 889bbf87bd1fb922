/**
 * `(SELECT sum(u.x) FROM t AS u WHERE u.k = t.k AND u.o <= t.o)` for each row of t, or the same as a join of t with itself and GROUP BY the rows of
 * one side → `sum(t.x) OVER (PARTITION BY t.k ORDER BY t.o)`: one pass in order, instead of all earlier rows again for each row.
 * Left alone: sides that are filtered differently, keys that may be NULL, sums of what may be no integer, other aggregates.
 */
import type { Core, Expr, Select } from '../../../sql/ast.ts';
import { and, conjunctsOf } from '../../../sql/ast.ts';
import type { Resolved } from '../../../sql/scope.ts';
import { someExpr } from '../../../sql/walk.ts';
import { groupKey, isAggregated } from '../../determined.ts';
import { fixedBy } from '../../fixed.ts';
import { aggregatesIn, isMadeOfAggregates } from '../aggregates.ts';
import type { Precondition, Rewrite, Rule } from '../rule.ts';
import { namesMayChange, placesOf, type Place } from '../support.ts';
import { isBare, neverNull, scopeWithin } from '../correlation.ts';
import { innerConditions, isInner } from '../joins.ts';
import { scalarsOf, type Scalar } from '../scalars.ts';
import { replacePlace, substitute, substituteCore } from '../substitute.ts';
import { askedBeyond, mayRun, runningOf, speaksOf, windowed, type Side } from './running.ts';

export const windowForSelfJoin: Rule = {
  id: 'window-for-self-join',
  apply(query, { schema }) {
    return placesOf(query, schema)
      .filter((place) => !hasWindows(place) && namesMayChange(place, query))
      .flatMap((place) => [...ofSubqueries(place, query), ...ofJoin(place, query)]);
  },
};

const NOTE = 'one pass in order';

function hasWindows({ core, owner }: Place): boolean {
  const exprs = [...core.columns.map(({ expr }) => expr), ...owner.orderBy.map(({ expr }) => expr)];
  return exprs.some((expr) => someExpr(expr, (part) => part.kind === 'call' && part.over !== null));
}

/** Neither what the rows are grouped by nor what they are ordered by is NULL: NULL is in no group, and before nothing. */
function neverNulls(columns: readonly Resolved[], core: Core): Precondition[] | null {
  const needed = columns.map((one) => neverNull(one, core));
  return needed.includes(null) ? null : needed.flatMap((one) => one ?? []);
}

function ofSubqueries(place: Place, query: Select): Rewrite[] {
  const { core, scope } = place;
  if (scope.sources.length !== 1 || isAggregated(core)) return [];
  const preconditions: Precondition[] = [];
  const values = new Map<Expr, Expr>();
  // Where conditions are asked there are no windows yet.
  for (const scalar of scalarsOf({ ...place, core: { ...core, where: null } })) {
    const found = valueOf(scalar, place);
    if (!found) continue;
    values.set(scalar, found.value);
    preconditions.push(...found.preconditions);
  }
  const change = (expr: Expr): Expr | null => values.get(expr) ?? null;
  const select = replacePlace(query, place, { ...substituteCore(core, change), where: core.where }, change);
  return values.size === 0 ? [] : [{ select, preconditions, note: NOTE }];
}

function valueOf(scalar: Scalar, { core, scope }: Place): { value: Expr; preconditions: Precondition[] } | null {
  const { first, orderBy } = scalar.query;
  const [only] = first.columns;
  if (!isBare(scalar.query) || orderBy.length > 0 || first.columns.length !== 1 || first.from.length !== 1) return null;
  if (first.distinct || first.groupBy.length > 0 || first.having || !isMadeOfAggregates(only.expr)) return null;
  const at = scopeWithin(first, scope);
  const [inner, outer]: Side[] = [at, scope].map((one) => ({ scope: one, source: one.sources[0] }));
  const read = runningOf(conjunctsOf(first.where), inner, outer, at);
  if (!read || read.outer.length > 0) return null;
  // What the outer query asks of its rows stands in that.
  const asked = conjunctsOf(core.where);
  if (!asked.every((one) => speaksOf(one, [outer], scope))) return null;
  const running = { ...read, outer: asked };
  const beyond = askedBeyond(running, inner, outer);
  const calls = aggregatesIn(only.expr);
  const needed = [neverNulls([...running.keys, running.order], core), ...calls.map((call) => mayRun(call, inner, at))];
  if (!beyond || calls.length === 0 || needed.includes(null)) return null;
  const value = substitute(only.expr, (expr) =>
    expr.kind === 'call' && calls.includes(expr) ? windowed(expr, running, beyond, outer) : null,
  );
  return { value, preconditions: needed.flatMap((one) => one ?? []) };
}

function ofJoin(place: Place, query: Select): Rewrite[] {
  const { core, scope, owner } = place;
  if (core.from.length !== 2 || core.groupBy.length === 0 || core.having || core.from.some(({ using }) => using))
    return [];
  const isLeft = core.from[1].join === 'LEFT JOIN';
  if (!isLeft && !core.from.every(isInner)) return [];
  const [a, b]: Side[] = scope.sources.map((source) => ({ scope, source }));
  const sides = isLeft
    ? [[a, b]]
    : [
        [a, b],
        [b, a],
      ];
  return sides.flatMap(([outer, inner]): Rewrite[] => {
    const conditions = isLeft ? [...conjunctsOf(core.from[1].on), ...conjunctsOf(core.where)] : innerConditions(core);
    const running = runningOf(conditions, inner, outer, scope);
    // Each row must at least meet itself.
    if (!running?.operator.endsWith('=') || askedBeyond(running, inner, outer)?.length !== 0) return [];
    // Of a LEFT JOIN each condition has its place.
    const misplaced = isLeft && [
      ...conjunctsOf(core.from[1].on).filter((one) => running.outer.includes(one)),
      ...conjunctsOf(core.where).filter((one) => !running.outer.includes(one)),
    ];
    if (misplaced && misplaced.length > 0) return [];
    const keys = core.groupBy.map((key) => groupKey(key, core, scope));
    const isOneRow = fixedBy(keys, core, scope).sources.has(outer.source.index);
    if (!isOneRow || !keys.every((key) => speaksOf(key, [outer], scope))) return [];

    const change = (expr: Expr): Expr | null =>
      expr.kind === 'call' && aggregatesIn(expr)[0] === expr ? windowed(expr, running, [], outer) : null;
    const exprs = [
      ...core.columns.map(({ expr }) => expr),
      ...owner.orderBy.map(({ expr }) => groupKey(expr, core, scope)),
    ];
    const calls = exprs.flatMap(aggregatesIn);
    const blank = (expr: Expr): Expr => substitute(expr, (one) => change(one) && { kind: 'literal', text: '1' });
    const needed = [
      neverNulls([...running.keys, running.order], core),
      ...calls.map((call) => mayRun(call, inner, scope)),
    ];
    if (calls.length === 0 || needed.includes(null)) return [];
    if (!exprs.every((expr) => speaksOf(blank(expr), [outer], scope))) return [];
    const alone: Core = {
      ...substituteCore({ ...core, where: null, groupBy: [] }, change),
      from: [{ ...core.from[outer.source.index], join: 'first', on: null }],
      where: and(running.outer),
    };
    const preconditions = needed.flatMap((one) => one ?? []);
    return [{ select: replacePlace(query, place, alone, change), preconditions, note: NOTE }];
  });
}

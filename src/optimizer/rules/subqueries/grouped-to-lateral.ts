/**
 * `a JOIN (SELECT k, sum(v) AS s FROM b GROUP BY k) AS g ON g.k = a.x` → `a … (SELECT sum(v) FROM b WHERE k = a.x) … WHERE EXISTS (…)`: where
 * few rows of a are asked for, only their groups are made. A LEFT JOIN needs no EXISTS; what it counts is NULL without a group, not 0.
 * Left alone: groups joined by less than their whole key, by other than equality, or used in subqueries.
 */
import type { Core, Expr, Select } from '../../../sql/ast.ts';
import { and, binary, column, conjunctsOf, literal, selectOf } from '../../../sql/ast.ts';
import { collationOf } from '../../../sql/collation.ts';
import type { Scope } from '../../../sql/scope.ts';
import { foldCase } from '../../../sql/tokens.ts';
import { someExpr } from '../../../sql/walk.ts';
import { isAggregate } from '../../determined.ts';
import type { Rewrite, Rule } from '../rule.ts';
import { placesOf, withoutStars, type Place } from '../support.ts';
import { scopeWithin } from '../correlation.ts';
import { groupedSources, type GroupedSource } from './grouped-source.ts';
import { detach, isInner, type Detached } from '../joins.ts';
import { replacePlace, substitute, substituteCore } from '../substitute.ts';
import { usedElsewhere } from './usage.ts';

export const groupedToLateral: Rule = {
  id: 'grouped-to-lateral',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) =>
      groupedSources(place).flatMap((one) => rewrite(one, place, query)),
    );
  },
};

function rewrite(grouped: GroupedSource, place: Place, query: Select): Rewrite[] {
  const { core, scope, owner } = place;
  const { index, join, links, groupBy } = grouped;
  const isLeft = join === 'LEFT JOIN';
  const linking = links.map(({ condition }) => condition);
  const columns = withoutStars(core, scope);
  const rest = isLeft ? withoutOwn(index, core, linking) : detach([index], core, scope);
  if (!columns || !rest || core.windows || links.length < groupBy.length) return [];
  // Within the subquery the outer names must still mean the outer columns.
  const inner = scopeWithin(grouped.query.first, scope);
  const sources = links.map(({ outer }) => outer.source);
  if (sources.some(({ label, name }) => label === '' || inner.sources.some((one) => one.name === name))) return [];

  let possible = true;
  const change = (expr: Expr): Expr | null => {
    const resolved = expr.kind === 'column' ? scope.resolve(expr) : null;
    if (resolved?.scope !== scope || resolved.source.index !== index) return null;
    const value = valueOf(foldCase(resolved.name), grouped, scope);
    possible &&= value !== null;
    return value;
  };
  const group: Expr = { kind: 'exists', query: groupOf(literal('1'), grouped, grouped.query.first.having !== null) };
  const where = and([...rest.conditions.filter((one) => !linking.includes(one)), ...(isLeft ? [] : [group])]);
  const changed = substituteCore({ ...core, columns, where }, change);
  const orderBy = owner.orderBy.map((term) => ({ ...term, expr: substitute(term.expr, change) }));
  const left = { core: changed, scope, owner: { ...owner, orderBy } };
  const ons = core.from.flatMap((source, at) => (isInner(source) || at === index ? at : []));
  if (!possible || usedElsewhere(index, left, { conditions: [], ons })) return [];
  const select = replacePlace(query, place, { ...changed, from: rest.from }, change);
  const preconditions = links.flatMap((link) => link.preconditions);
  return [{ select, preconditions, note: 'only the groups that are asked for' }];
}

/** A LEFT JOIN that asks for its links alone, taken away. */
function withoutOwn(index: number, { from, where }: Core, linking: readonly Expr[]): Detached | null {
  if (!conjunctsOf(from[index].on).every((one) => linking.includes(one))) return null;
  return { from: from.toSpliced(index, 1), conditions: conjunctsOf(where) };
}

/** What stands for a column of the groups; null when equal keys may be written differently, or it would compare by another collation. */
function valueOf(name: string, grouped: GroupedSource, outer: Scope): Expr | null {
  const { shown, links, query, join } = grouped;
  const isLeft = join === 'LEFT JOIN';
  const link = links.find((one) => one.name === name);
  // Under these affinities equal values are one value. Of a LEFT JOIN the key may be NULL where the outer column is not.
  if (link && !isLeft)
    return /^(INTEGER|NUMERIC|TEXT)$/.test(link.outer.column?.affinity ?? '') ? link.outerExpr : null;
  const expr = shown.get(name);
  // A column of a subquery in FROM keeps its collation, a subquery used as a value has none.
  if (!expr || collationOf(expr, scopeWithin(query.first, outer)) !== 'BINARY') return null;
  // Without GROUP BY there always is one group, be it of no rows: of these alone it gives NULL as the LEFT JOIN does.
  const nullOfNone = isAggregate(expr) && expr.kind === 'call' && /^(sum|avg|min|max)$/i.test(expr.name);
  const grouping = query.first.having !== null || (isLeft ? !nullOfNone : !someExpr(expr, isAggregate));
  return { kind: 'scalar', query: groupOf(expr, grouped, grouping) };
}

/** The group that goes with the outer row. */
function groupOf(expr: Expr, { query, links, groupBy }: GroupedSource, grouping: boolean): Select {
  const { first } = query;
  const matched = links.map(({ keyExpr, outer }) => binary('=', keyExpr, column(outer.source.label, outer.name)));
  return selectOf({
    ...first,
    columns: [{ expr, alias: null }],
    where: and([...conjunctsOf(first.where), ...matched]),
    groupBy: grouping ? groupBy : [],
    having: grouping ? first.having : null,
  });
}

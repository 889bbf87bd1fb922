/**
 * `SELECT DISTINCT o.id, c.name FROM orders AS o JOIN customers AS c ON c.id = o.customer_id` → without DISTINCT: a key of each table is shown, or
 * is fixed by what is shown, so no row comes twice. So it is where all that is grouped by is shown. And of the values given to min() and max(), or of
 * those that are a key of all that is joined, DISTINCT takes nothing away.
 * Left alone: keys that may be NULL or compare under a collation, and DISTINCT in the list of IN, which may save more than it costs.
 */
import type { Expr, Select } from '../../../sql/ast.ts';
import { replaceCore } from '../../../sql/walk.ts';
import { isAggregate, isAggregated } from '../../determined.ts';
import { bySchema, type Rewrite, type Rule } from '../rule.ts';
import { namesMayChange, placesOf, type Place } from '../support.ts';
import { replacePlace, substituteCore } from '../substitute.ts';
import { fixesRows, givesDistinctRows } from './distinct-rows.ts';

export const needlessDistinct: Rule = {
  id: 'needless-distinct',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) => [...ofRows(place, query), ...ofValues(place, query)]);
  },
};

function ofRows(place: Place, query: Select): Rewrite[] {
  const { core } = place;
  if (!core.distinct || !givesDistinctRows(place)) return [];
  const preconditions = isAggregated(core) ? [] : [bySchema('a key of each table is shown, or fixed by one', true)];
  return [
    { select: replaceCore(query, core, { ...core, distinct: false }), preconditions, note: 'no row comes twice' },
  ];
}

/** All aggregates of a core at once. */
function ofValues(place: Place, query: Select): Rewrite[] {
  const { core, scope } = place;
  if (!isAggregated(core) || !namesMayChange(place, query)) return [];
  let [found, byKey] = [false, false];
  const change = (expr: Expr): Expr | null => {
    if (expr.kind !== 'call' || !expr.distinct || !isAggregate(expr)) return null;
    const isKey = !/^(min|max)$/i.test(expr.name);
    if (isKey && !fixesRows(expr.args, core, scope)) return null;
    found = true;
    byKey ||= isKey;
    return { ...expr, distinct: false };
  };
  const select = replacePlace(query, place, substituteCore(core, change), change);
  const preconditions = byKey ? [bySchema('the values are a key of the rows', true)] : [];
  return found ? [{ select, preconditions, note: 'no value counts twice' }] : [];
}

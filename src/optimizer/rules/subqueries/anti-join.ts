/**
 * `a LEFT JOIN b ON p WHERE b.c IS NULL` → `a WHERE NOT EXISTS (SELECT 1 FROM b WHERE p)`: the search ends at the first match, and no row is
 * made up only to be dropped. c must not be NULL in a row that matches: by the schema, by p, or as seen on the rows.
 * Left alone: a table that is used elsewhere, a star that shows it, RIGHT and FULL joins.
 */
import type { Core, Expr, Select, Source } from '../../../sql/ast.ts';
import { and, conjunctsOf, literal, mergesColumns, not, selectOf } from '../../../sql/ast.ts';
import type { Scope } from '../../../sql/scope.ts';
import { sourcesOf } from '../../../sql/scope.ts';
import { replaceCore } from '../../../sql/walk.ts';
import type { Precondition, Rewrite, Rule } from '../rule.ts';
import { placesOf, type Place } from '../support.ts';
import { neverNull, rejectsNull } from '../correlation.ts';
import { usedElsewhere } from './usage.ts';

export const antiJoin: Rule = {
  id: 'anti-join',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) =>
      place.core.from.flatMap((source, index) => rewrite(source, index, place, query)),
    );
  },
};

function rewrite(source: Source, index: number, place: Place, query: Select): Rewrite[] {
  const { core, scope } = place;
  const { from } = core;
  if (source.join !== 'LEFT JOIN' || !source.on || source.using || !/^(table|select)$/.test(source.table.kind))
    return [];
  if (from.some((one) => mergesColumns(one) || /RIGHT|FULL/.test(one.join))) return [];
  const conjuncts = conjunctsOf(core.where);
  return conjuncts.flatMap((conjunct, at) => {
    const preconditions = asksForNoMatch(conjunct, source.on, index, scope);
    if (!preconditions || usedElsewhere(index, place, { conditions: [conjunct], ons: [index] })) return [];
    const within = selectOf({
      distinct: false,
      columns: [{ expr: literal('1'), alias: null }],
      from: [{ ...source, join: 'first', on: null }],
      where: source.on,
      groupBy: [],
      having: null,
    });
    const where = and(conjuncts.with(at, not({ kind: 'exists', query: within })));
    const without: Core = { ...core, from: from.toSpliced(index, 1), where };
    return [{ select: replaceCore(query, core, without), preconditions, note: 'NOT EXISTS' }];
  });
}

/** What it takes for `b.c IS NULL` to mean that nothing matched; null when it may mean something else. */
function asksForNoMatch(condition: Expr, on: Expr | null, index: number, scope: Scope): Precondition[] | null {
  if (condition.kind !== 'binary' || condition.operator !== 'IS' || condition.left.kind !== 'column') return null;
  if (condition.right.kind !== 'literal' || !/^null$/i.test(condition.right.text)) return null;
  const tested = scope.resolve(condition.left);
  if (tested?.scope !== scope || tested.source.index !== index || (on && !sourcesOf(on, scope))) return null;
  if (conjunctsOf(on).some((one) => rejectsNull(one, tested, scope))) return [];
  // Of the rows of b alone, as they are before the join.
  return neverNull(tested, { distinct: false, columns: [], from: [], where: null, groupBy: [], having: null });
}

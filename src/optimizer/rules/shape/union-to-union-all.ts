/**
 * `SELECT id FROM t WHERE s = 'a' UNION SELECT id FROM t WHERE s = 'b'` → UNION ALL: where no arm gives a row twice and no two arms give the same row, there
 * is nothing to take away, and nothing need be sorted to find it. Arms exclude each other by different constants in one result column; by conditions
 * of which no value satisfies both, on a column that both show; or on any column of a table whose key both show.
 * Left alone: arms of which a row may come twice, conditions that some value satisfies, and columns that compare under a collation.
 */
import type { Expr, Select } from '../../../sql/ast.ts';
import { conjunctsOf } from '../../../sql/ast.ts';
import { containsKey } from '../../../sql/schema.ts';
import type { ScopeSource } from '../../../sql/scope.ts';
import { replaceQuery } from '../../../sql/walk.ts';
import { comparesAsWritten, tableColumn } from '../predicates/columns.ts';
import { readComparison, type Comparison } from '../predicates/comparison.ts';
import { constantOf } from '../predicates/constants.ts';
import { canBothHold } from '../predicates/interval.ts';
import { bySchema, type Rule } from '../rule.ts';
import { innerConditions } from '../joins.ts';
import { placesOf, withoutStars, type Place } from '../support.ts';
import { givesDistinctRows, plainColumn } from './distinct-rows.ts';

export const unionToUnionAll: Rule = {
  id: 'union-to-union-all',
  apply(query, { schema }) {
    const places = placesOf(query, schema);
    return [...new Set(places.map(({ owner }) => owner))].flatMap((owner) => {
      if (owner.rest.length === 0 || owner.rest.some(({ operator }) => operator !== 'UNION')) return [];
      const arms = places.filter((place) => place.owner === owner).map(armOf);
      if (arms.length !== owner.rest.length + 1) return [];
      const exclusive = arms.every((one, at) =>
        arms.slice(at + 1).every((other) => one && other && exclude(one, other)),
      );
      if (!exclusive) return [];
      const all: Select = { ...owner, rest: owner.rest.map((arm) => ({ ...arm, operator: 'UNION ALL' })) };
      const preconditions = [
        bySchema('no arm gives a row twice, by a key that it shows, by its groups or by DISTINCT', true),
      ];
      return [{ select: replaceQuery(query, owner, all), preconditions, note: 'the arms exclude each other' }];
    });
  },
};

interface Arm {
  place: Place;
  shown: readonly Expr[];
  /** Conditions on columns of tables that every row of the arm satisfies, read as the values themselves compare. */
  asked: readonly Asked[];
}

interface Asked {
  source: ScopeSource;
  name: string;
  comparison: Comparison;
}

/** Null for an arm that may give a row twice. */
function armOf(place: Place): Arm | null {
  const { core, scope } = place;
  const shown = withoutStars(core, scope)?.map(({ expr }) => expr);
  // A common table may be this very union, which then goes on from its own rows.
  const isKnown = scope.sources.every(({ index, table }) => table !== null || core.from[index].table.kind === 'select');
  if (!shown || core.values || !isKnown || !(core.distinct || givesDistinctRows(place))) return null;
  return { place, shown, asked: askedOf(place) };
}

function askedOf({ core, scope }: Place): Asked[] {
  // A RIGHT or FULL JOIN makes rows that the conditions before it do not hold of.
  const conditions = core.from.some(({ join }) => /RIGHT|FULL/.test(join))
    ? conjunctsOf(core.where)
    : innerConditions(core);
  return conditions.flatMap((condition) => {
    const comparison = readComparison(condition);
    const resolved = comparison && plainColumn(comparison.operand, scope);
    const column = comparison && tableColumn(comparison.operand, scope);
    if (!resolved || !column || !comparesAsWritten(column, comparison.constants)) return [];
    return [{ source: resolved.source, name: resolved.name, comparison }];
  });
}

/** No row of one is a row of the other. */
function exclude(a: Arm, b: Arm): boolean {
  if (a.shown.length !== b.shown.length) return false;
  const differs = a.shown.some((_expr, index) => {
    const claims = [a, b].map((arm) => claimsOf(arm, index));
    return claims[0].some((one) => claims[1].some((other) => !canBothHold(one, other)));
  });
  return differs || shareKeyOnly(a, b);
}

/** What is known of the values of a result column. */
function claimsOf({ shown, asked, place: { scope } }: Arm, index: number): Comparison[] {
  const expr = shown[index];
  const constant = constantOf(expr);
  if (constant !== null) return [{ operator: '=', operand: expr, constants: [constant], written: [expr] }];
  const resolved = plainColumn(expr, scope);
  if (!resolved) return [];
  return asked.flatMap((one) => (one.source === resolved.source && one.name === resolved.name ? one.comparison : []));
}

/** Both show a key of one table, so that equal rows would come of one row of that table, which cannot satisfy both. */
function shareKeyOnly(a: Arm, b: Arm): boolean {
  const pairs = a.shown.flatMap((expr, index) => {
    const [one, other] = [plainColumn(expr, a.place.scope), plainColumn(b.shown[index], b.place.scope)];
    const same = one && other && one.source.table === other.source.table && one.name === other.name;
    return same ? [{ a: one.source, b: other.source, name: one.name }] : [];
  });
  return pairs.some(({ a: mine, b: its }) => {
    const names = pairs.flatMap((pair) => (pair.a === mine && pair.b === its ? pair.name : []));
    if (!mine.table || !containsKey(mine.table, names)) return false;
    const ofMine = a.asked.filter(({ source }) => source === mine);
    const ofIts = b.asked.filter(({ source }) => source === its);
    return ofMine.some((one) =>
      ofIts.some((other) => one.name === other.name && !canBothHold(one.comparison, other.comparison)),
    );
  });
}

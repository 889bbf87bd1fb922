/**
 * Where a condition only decides whether a row stays: WHERE and ON, through AND and OR. There NULL and false are one, so a condition may
 * be replaced by any other that is true of the same rows; under NOT that would not do.
 */
import type { Core, Expr, Select } from '../../sql/ast.ts';
import type { Schema } from '../../sql/schema.ts';
import type { Scope } from '../../sql/scope.ts';
import { mapCore, mapParts, mapSelect } from '../../sql/walk.ts';
import type { Precondition, Rewrite } from './rule.ts';
import { placesOf, type Place } from './support.ts';

export interface Replacement {
  expr: Expr;
  preconditions: readonly Precondition[];
  note: string;
}

/** More single changes than this are left to the one that makes them all. */
const SINGLE_MAX = 6;

/**
 * Asks `replace` about every condition that AND and OR join; answers the query with all replacements made, then with each alone,
 * for one whose precondition fails must not stand in the way of the others.
 */
export function rewriteConditions(
  query: Select,
  schema: Schema,
  replace: (condition: Expr, scope: Scope, place: Place) => Replacement | null,
): readonly Rewrite[] {
  const found = new Map<Expr, Replacement>();
  const look = (expr: Expr, place: Place): void => {
    if (expr.kind === 'binary' && (expr.operator === 'AND' || expr.operator === 'OR')) {
      look(expr.left, place);
      look(expr.right, place);
      return;
    }
    const replacement = replace(expr, place.scope, place);
    if (replacement) found.set(expr, replacement);
  };
  for (const place of placesOf(query, schema)) {
    for (const filter of filtersOf(place.core)) look(filter, place);
  }
  return rewritesOf(query, found);
}

/** The same for whole conditions: each WHERE, and each ON. */
export function rewriteFilters(
  query: Select,
  schema: Schema,
  replace: (filter: Expr, scope: Scope, place: Place) => Replacement | null,
): readonly Rewrite[] {
  const found = new Map<Expr, Replacement>();
  for (const place of placesOf(query, schema)) {
    for (const filter of filtersOf(place.core)) {
      const replacement = replace(filter, place.scope, place);
      if (replacement) found.set(filter, replacement);
    }
  }
  return rewritesOf(query, found);
}

function filtersOf(core: Core): Expr[] {
  return [core.where, ...core.from.map((source) => source.on)].flatMap((filter) => filter ?? []);
}

function rewritesOf(query: Select, found: ReadonlyMap<Expr, Replacement>): Rewrite[] {
  const all = [...found];
  const sets = all.length <= 1 ? [all] : [all, ...all.slice(0, SINGLE_MAX).map((one) => [one])];
  return sets
    .filter((set) => set.length > 0)
    .map((set) => ({
      select: replaceExprs(query, new Map(set.map(([expr, replacement]) => [expr, replacement.expr]))),
      preconditions: set.flatMap(([, { preconditions }]) => preconditions),
      note: [...new Set(set.map(([, { note }]) => note))].join('; '),
    }));
}

/** The query with these expressions, known by identity, replaced. */
function replaceExprs(query: Select, replacements: ReadonlyMap<Expr, Expr>): Select {
  const parts = {
    expr: (expr: Expr): Expr => replacements.get(expr) ?? mapParts(expr, parts),
    query: (inner: Select): Select => mapSelect(inner, parts),
    core: (core: Core): Core => mapCore(core, parts),
  };
  return mapSelect(query, parts);
}

/**
 * `GROUP BY u.id, u.name` → `GROUP BY u.id`: what a key determines need not be sorted by (functional dependencies, Armstrong 1974). And without
 * aggregates `SELECT k … GROUP BY k` → `SELECT DISTINCT k …`, which remembers values instead of sorting rows.
 * Left alone: keys that no other determines, groups by what is not shown, HAVING.
 */
import type { Core, Expr, Select } from '../../../sql/ast.ts';
import { printExpr } from '../../../sql/print.ts';
import { walkExpr } from '../../../sql/scope.ts';
import { replaceCore, someExpr } from '../../../sql/walk.ts';
import { containsAggregate, groupKey } from '../../determined.ts';
import { fixedBy } from '../../fixed.ts';
import { bySchema, type Rewrite, type Rule } from '../rule.ts';
import { placesOf, type Place } from '../support.ts';

export const groupByReduction: Rule = {
  id: 'group-by-reduction',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) =>
      place.core.groupBy.length === 0 ? [] : [...withFewerKeys(place, query), ...asDistinct(place, query)],
    );
  },
};

/** From the last key to the first, and the other way round: of two that determine each other either may be the better one to keep. */
function withFewerKeys(place: Place, query: Select): Rewrite[] {
  const { core } = place;
  const kept = [core.groupBy.length - 1, 0].map((first) => leastKeys(first > 0, place));
  const different = kept.filter((keys, at) => at === 0 || keys.join() !== kept[0].join());
  return different.flatMap((indexes): Rewrite[] => {
    if (indexes.length === core.groupBy.length) return [];
    const dropped = core.groupBy.filter((_key, at) => !indexes.includes(at));
    const rest = indexes.map((at) => core.groupBy[at]);
    const claim = `${rest.map(printExpr).join(', ')} determines ${dropped.map(printExpr).join(', ')}`;
    return [
      {
        select: replaceCore(query, core, { ...core, groupBy: rest }),
        preconditions: [bySchema(claim, true)],
        note: `grouped by ${rest.map(printExpr).join(', ')} alone`,
      },
    ];
  });
}

/** The keys that are left when those that the others determine are dropped, one after the other. */
function leastKeys(fromLast: boolean, place: Place): number[] {
  const { groupBy } = place.core;
  let kept = groupBy.map((_key, at) => at);
  for (const at of fromLast ? kept.toReversed() : kept) {
    const others = kept.filter((one) => one !== at);
    const keys = others.map((one) => groupBy[one]);
    // Of no rows a query without GROUP BY makes a group.
    if (others.length > 0 && isDetermined(groupKey(groupBy[at], place.core, place.scope), keys, place)) kept = others;
  }
  return kept;
}

/** Whether rows of equal keys are the same in all that the expression looks at. */
function isDetermined(expr: Expr, keys: readonly Expr[], { core, scope }: Place): boolean {
  if (someExpr(expr, ({ kind }) => /^(exists|scalar|in-table|star)$/.test(kind))) return false;
  const fixed = fixedBy(
    keys.map((key) => groupKey(key, core, scope)),
    core,
    scope,
  );
  let all = true;
  walkExpr(expr, scope, {
    column: (_column, resolved) => {
      if (!resolved || (resolved.scope === scope && !fixed.has(resolved.source.index, resolved.name))) all = false;
    },
  });
  return all;
}

function asDistinct(place: Place, query: Select): Rewrite[] {
  const { core, scope, owner } = place;
  if (core.distinct || core.having || core.windows) return [];
  const keys = core.groupBy.map((key) => groupKey(key, core, scope));
  const printed = new Set(keys.map(printExpr));
  const shown = new Set(core.columns.map(({ expr }) => printExpr(expr)));
  // Rows of one group look alike, and those of two groups do not.
  const alike = (expr: Expr): boolean => printed.has(printExpr(expr)) || isDetermined(expr, keys, place);
  const computes = (expr: Expr): boolean =>
    containsAggregate(expr) || someExpr(expr, (part) => part.kind === 'call' && part.over !== null);
  const ordered = owner.rest.length > 0 ? [] : owner.orderBy.map(({ expr }) => groupKey(expr, core, scope));
  const exprs = [...core.columns.map(({ expr }) => expr), ...ordered];
  if (![...printed].every((key) => shown.has(key)) || exprs.some((expr) => computes(expr) || !alike(expr))) return [];
  const distinct: Core = { ...core, distinct: true, groupBy: [] };
  return [{ select: replaceCore(query, core, distinct), preconditions: [], note: 'DISTINCT' }];
}

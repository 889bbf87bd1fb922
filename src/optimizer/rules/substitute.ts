/** Puts other expressions where a query level speaks: its columns, its conditions, its groups and its order; subqueries are left alone. */
import type { Core, Expr, Select } from '../../sql/ast.ts';
import { mapCore, mapParts, replaceQuery } from '../../sql/walk.ts';
import type { Place } from './support.ts';

/** `change` answers null for what it leaves as it is. */
export function substitute(expr: Expr, change: (expr: Expr) => Expr | null): Expr {
  return change(expr) ?? mapParts(expr, { expr: (part) => substitute(part, change), query: (query) => query });
}

/** The same for all but the FROM of a core. */
export function substituteCore(core: Core, change: (expr: Expr) => Expr | null): Core {
  const expr = (one: Expr): Expr => substitute(one, change);
  return { ...mapCore({ ...core, from: [] }, { expr, query: (query) => query }), from: core.from };
}

/** The place's core replaced by another one, with the order of its query changed alike. */
export function replacePlace(
  query: Select,
  { core, owner }: Place,
  other: Core,
  change: (expr: Expr) => Expr | null,
): Select {
  // Over several arms an order speaks of result columns only.
  const orderBy =
    owner.rest.length > 0
      ? owner.orderBy
      : owner.orderBy.map((term) => ({ ...term, expr: substitute(term.expr, change) }));
  return replaceQuery(query, owner, {
    ...owner,
    first: owner.first === core ? other : owner.first,
    rest: owner.rest.map((arm) => (arm.core === core ? { ...arm, core: other } : arm)),
    orderBy,
  });
}

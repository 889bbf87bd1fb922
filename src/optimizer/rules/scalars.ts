/** Subqueries used as values. */
import type { Expr, ExprOf } from '../../sql/ast.ts';
import { mapCore, mapParts } from '../../sql/walk.ts';
import type { Place } from './support.ts';

export type Scalar = ExprOf<'scalar'>;

/** Those of this query level, outside of its FROM. */
export function scalarsOf({ core, owner }: Place): Scalar[] {
  const found: Scalar[] = [];
  const look = (expr: Expr): Expr => {
    if (expr.kind === 'scalar') found.push(expr);
    return mapParts(expr, { expr: look, query: (query) => query });
  };
  mapCore({ ...core, from: [] }, { expr: look, query: (query) => query });
  if (owner.rest.length === 0) owner.orderBy.forEach((term) => look(term.expr));
  return found;
}

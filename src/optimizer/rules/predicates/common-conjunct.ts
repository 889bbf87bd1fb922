/**
 * `(k AND p) OR (k AND q)` → `k AND (p OR q)`: only for what AND joins does SQLite look for an index, or make one of its own for a join. Both are equal
 * for true, false and NULL, so it may be done in WHERE and in any ON. Where one side asks for nothing more, what all share is all.
 * Left alone: what the sides share only in another spelling.
 */
import { and, binary, conjunctsOf, disjunctsOf, type Expr } from '../../../sql/ast.ts';
import { printExpr } from '../../../sql/print.ts';
import { rewriteFilters } from '../filters.ts';
import type { Rule } from '../rule.ts';

export const commonConjunct: Rule = {
  id: 'common-conjunct',
  apply(query, { schema }) {
    return rewriteFilters(query, schema, (filter) => {
      const expr = and(conjunctsOf(filter).flatMap((one) => conjunctsOf(factored(one))));
      const changed = expr !== null && printExpr(expr) !== printExpr(filter);
      return changed ? { expr, preconditions: [], note: 'what all sides of an OR ask for, asked once' } : null;
    });
  },
};

/** The same node where the sides share nothing. */
function factored(expr: Expr): Expr {
  const sides = disjunctsOf(expr).map(conjunctsOf);
  if (sides.length < 2) return expr;
  const printed = sides.map((side) => new Set(side.map(printExpr)));
  const [first] = sides;
  const shared = first.filter((one) => printed.every((side) => side.has(printExpr(one))));
  if (shared.length === 0) return expr;
  const inAll = new Set(shared.map(printExpr));
  const others = sides.map((side) => and(side.filter((one) => !inAll.has(printExpr(one)))));
  // A side without more is satisfied by what is shared.
  if (others.includes(null)) return and(shared) ?? expr;
  const any = others.flatMap((one) => one ?? []).reduce((left, right) => binary('OR', left, right));
  return and([...shared, any]) ?? expr;
}

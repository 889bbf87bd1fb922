/** Whether a core gives each row once, by keys or by grouping: what DISTINCT and UNION then look for is not there. */
import type { Core, Expr } from '../../../sql/ast.ts';
import { printExpr } from '../../../sql/print.ts';
import type { Resolved, Scope } from '../../../sql/scope.ts';
import { groupKey, isAggregated } from '../../determined.ts';
import { fixedBy } from '../../fixed.ts';
import type { Place } from '../support.ts';
import { withoutStars } from '../support.ts';

/** No two rows of the core are alike in its result columns. */
export function givesDistinctRows({ core, scope }: Place): boolean {
  const shown = withoutStars(core, scope)?.map(({ expr }) => expr);
  if (!shown || core.values || core.from.length === 0) return false;
  if (!isAggregated(core)) return fixesRows(shown, core, scope);
  const printed = new Set(shown.map(printExpr));
  return core.groupBy.every((key) => printed.has(printExpr(groupKey(key, core, scope))));
}

/** No two rows that the FROM and WHERE give are alike in all of these. */
export function fixesRows(exprs: readonly Expr[], core: Core, scope: Scope): boolean {
  const plain = exprs.filter((expr) => plainColumn(expr, scope) !== null);
  return fixedBy(plain, core, scope).sources.size === scope.sources.length;
}

/** A column of a table of this FROM whose values are equal only where they are the same to a key. */
export function plainColumn(expr: Expr, scope: Scope): Resolved | null {
  const resolved = expr.kind === 'column' ? scope.resolve(expr) : null;
  return resolved?.scope === scope && resolved.column?.collation === 'BINARY' ? resolved : null;
}

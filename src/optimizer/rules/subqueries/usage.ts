/** Whether a source of a FROM matters beside certain conditions. */
import type { Expr } from '../../../sql/ast.ts';
import { conjunctsOf } from '../../../sql/ast.ts';
import { walkExpr } from '../../../sql/scope.ts';
import { foldCase } from '../../../sql/tokens.ts';
import type { Place } from '../support.ts';

export interface Except {
  /** Conjuncts of WHERE, by identity. */
  conditions: readonly Expr[];
  /** Sources of which the ON does not count. */
  ons: readonly number[];
}

/** A column of the source at `index` is shown, tested, grouped or sorted by anywhere else; true when that is not certain. */
export function usedElsewhere(index: number, place: Place, except: Except): boolean {
  const { core, scope, owner } = place;
  const label = scope.sources[index]?.name;
  const isShown = core.columns.some(
    ({ expr }) => expr.kind === 'star' && (expr.table === null || foldCase(expr.table) === label),
  );
  if (isShown) return true;
  const exprs: (Expr | null)[] = [
    ...core.columns.map(({ expr }) => expr),
    ...conjunctsOf(core.where).filter((one) => !except.conditions.includes(one)),
    ...core.from.flatMap(({ on }, at) => (except.ons.includes(at) ? [] : on)),
    ...core.groupBy,
    core.having,
    ...(owner.rest.length === 0 ? owner.orderBy.map(({ expr }) => expr) : []),
  ];
  return (
    core.windows !== undefined ||
    core.from.some(({ table }) => table.kind === 'function' || table.kind === 'joins') ||
    exprs.some((expr) => expr !== null && uses(expr, index, place))
  );
}

function uses(expr: Expr, index: number, { scope }: Place): boolean {
  let found = false;
  walkExpr(expr, scope, {
    column: (one, resolved) => {
      // The name of a result column is that column, which is looked at by itself.
      const isAlias = !resolved && one.table === null && scope.isAlias(foldCase(one.name));
      if (!isAlias && (!resolved || (resolved.scope === scope && resolved.source.index === index))) found = true;
    },
  });
  return found;
}

/** By which collation an expression's values are sorted, by SQLite's rules (datatype3.html, 7.1) as far as they are certain. */
import type { Expr } from './ast.ts';
import { originsOf } from './origins.ts';
import type { Scope } from './scope.ts';
import { someExpr } from './walk.ts';

/** In capitals; null when that is not certain. */
export function collationOf(expr: Expr, scope: Scope): string | null {
  switch (expr.kind) {
    case 'collate':
      return expr.collation.toUpperCase();
    case 'cast':
      return collationOf(expr.operand, scope);
    case 'unary':
      if (expr.operator === '+') return collationOf(expr.operand, scope);
      break;
    case 'column': {
      const resolved = scope.resolve(expr);
      if (!resolved) return null;
      // Where the schema names no collation there is but one.
      if (resolved.source.view && !scope.schema.tables.some(({ collated }) => collated)) return 'BINARY';
      return resolved.column ? resolved.column.collation : sharedCollation(originsOf(resolved) ?? []);
    }
    case 'scalar':
      return null;
  }
  // COLLATE within an expression reaches beyond it, in ways of which one had better not be certain.
  return someExpr(expr, ({ kind }) => kind === 'collate') ? null : 'BINARY';
}

/** The one of all arms of a compound; null when they differ. */
export function sharedCollation(arms: readonly { expr: Expr; scope: Scope }[]): string | null {
  const all = new Set(arms.map(({ expr, scope }) => collationOf(expr, scope)));
  const [only = null] = all;
  return all.size === 1 ? only : null;
}

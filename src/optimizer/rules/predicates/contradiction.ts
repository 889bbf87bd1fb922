/**
 * `qty > 5 AND qty < 3` → `0`: no value does both, and SQLite, which would read every row to find that, then reads none; aggregates still give their row.
 * So for `= 1 AND = 2`, `IS NULL AND > 1`, BETWEEN turned round, and `x < x`. Under OR such a side is dropped. And of `total > 3 AND total > 4990` only the
 * tighter stays, because SQLite takes either for its index.
 * Left alone: constants that the column's affinity would change, collations, parameters, and values that only integers could not reach (between 5 and 6).
 */
import { and, binary, conjunctsOf, literal, type Expr } from '../../../sql/ast.ts';
import { printExpr } from '../../../sql/print.ts';
import type { Scope } from '../../../sql/scope.ts';
import { someExpr } from '../../../sql/walk.ts';
import type { Precondition, Rule } from '../rule.ts';
import { comparesAsWritten, tableColumn } from './columns.ts';
import { readComparison, type Comparison } from './comparison.ts';
import { rewriteFilters } from '../filters.ts';
import { canBothHold, implies, isEmpty } from './interval.ts';

export const contradiction: Rule = {
  id: 'contradiction',
  apply(query, { schema }) {
    return rewriteFilters(query, schema, (filter, scope) => {
      const preconditions: Precondition[] = [];
      const expr = simplified(filter, scope, preconditions);
      if (expr === filter) return null;
      return { expr, preconditions, note: isNever(expr) ? 'no row can satisfy it' : 'what cannot be true dropped' };
    });
  },
};

const NEVER = literal('0');

function isNever(expr: Expr): boolean {
  return expr.kind === 'literal' && expr.text === '0';
}

/** The same node where nothing is to be done. */
function simplified(expr: Expr, scope: Scope, rests: Precondition[]): Expr {
  if (expr.kind === 'binary' && expr.operator === 'OR') {
    const [left, right] = [simplified(expr.left, scope, rests), simplified(expr.right, scope, rests)];
    if (left === expr.left && right === expr.right) return expr;
    return isNever(left) ? right : isNever(right) ? left : binary('OR', left, right);
  }
  if (expr.kind === 'binary' && expr.operator === 'AND') return conjunction(expr, scope, rests);
  return isAlone(expr, scope) ? NEVER : expr;
}

/** False or NULL for every value of its column. */
function isAlone(expr: Expr, scope: Scope): boolean {
  if (expr.kind === 'binary' && /^(<|>|<>)$/.test(expr.operator) && tableColumn(expr.left, scope)) {
    return expr.right.kind === 'column' && printExpr(expr.left) === printExpr(expr.right);
  }
  const comparison = readComparison(expr);
  const column = comparison && isEmpty(comparison) ? tableColumn(comparison.operand, scope) : null;
  return comparison !== null && column !== null && comparesAsWritten(column, comparison.constants)?.length === 0;
}

function conjunction(expr: Expr, scope: Scope, rests: Precondition[]): Expr {
  const before = conjunctsOf(expr);
  const conjuncts = before.map((one) => simplified(one, scope, rests));
  if (conjuncts.some((one, index) => isNever(one) && one !== before[index])) return never(conjuncts);
  const facts = conjuncts.flatMap((one) => factOf(one, scope) ?? []);
  const dropped = new Set<Expr>();
  for (const [index, fact] of facts.entries()) {
    for (const other of facts.slice(index + 1)) {
      if (other.column !== fact.column) continue;
      const comparisons = [fact, other].flatMap(({ comparison }) => comparison ?? []);
      const [a, b] = comparisons;
      if (a && b ? !canBothHold(a, b) : comparisons.length === 1) {
        // NULL beside a comparison, whatever its constant.
        if (a && b) rests.push(...fact.rests, ...other.rests);
        return never(conjuncts.filter((one) => one !== fact.expr && one !== other.expr));
      }
      if (!a || !b || dropped.has(fact.expr) || dropped.has(other.expr)) continue;
      const weaker = implies(a, b) ? other : implies(b, a) ? fact : null;
      if (!weaker) continue;
      dropped.add(weaker.expr);
      rests.push(...fact.rests, ...other.rests);
    }
  }
  if (dropped.size === 0 && conjuncts.every((one, index) => one === before[index])) return expr;
  return and(conjuncts.filter((one) => !dropped.has(one))) ?? expr;
}

/** Nothing else matters beside what is never true, but parameters must stay where they are bound. */
function never(conjuncts: readonly Expr[]): Expr {
  const kept = conjuncts.filter((one) => someExpr(one, ({ kind }) => kind === 'parameter'));
  return and([NEVER, ...kept]) ?? NEVER;
}

/** What one conjunct says of one column. */
interface Fact {
  expr: Expr;
  column: string;
  /** Null for `IS NULL`. */
  comparison: Comparison | null;
  rests: readonly Precondition[];
}

function factOf(expr: Expr, scope: Scope): Fact | null {
  if (
    expr.kind === 'binary' &&
    expr.operator === 'IS' &&
    expr.right.kind === 'literal' &&
    /^null$/i.test(expr.right.text)
  )
    return tableColumn(expr.left, scope) && { expr, column: printExpr(expr.left), comparison: null, rests: [] };
  const comparison = readComparison(expr);
  const column = comparison && tableColumn(comparison.operand, scope);
  const rests = column && comparesAsWritten(column, comparison.constants);
  return rests && { expr, column: printExpr(comparison.operand), comparison, rests };
}

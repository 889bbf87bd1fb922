/**
 * `NOT (a < 5 OR b <> 2)` → `a >= 5 AND b = 2`: an index finds what a comparison asks for, not what NOT takes away. Each step keeps all three
 * truth values (De Morgan), the operands and their sides, hence affinity and collation. `p = 0`, `p IS FALSE`, `p = 1` and `p IS TRUE` over a
 * condition p are read the same way.
 * Left alone: row values, and what gives no comparison that an index could use.
 */
import { binary, not, type BinaryOperator, type Expr } from '../../../sql/ast.ts';
import type { Rule } from '../rule.ts';
import { rewriteConditions } from '../filters.ts';

export const pushNot: Rule = {
  id: 'push-not',
  apply(query, { schema }) {
    return rewriteConditions(query, schema, (condition) => {
      const asked = question(condition);
      if (!asked) return null;
      const expr = asked.positive ? asked.operand : negated(asked.operand);
      return isUseful(expr) ? { expr, preconditions: [], note: 'NOT pushed into the comparisons' } : null;
    });
  },
};

/** What the condition asks about, and whether it is to be true or false. */
function question(condition: Expr): { operand: Expr; positive: boolean } | null {
  if (condition.kind === 'unary' && condition.operator === 'NOT')
    return { operand: condition.operand, positive: false };
  if (condition.kind !== 'binary' || condition.right.kind !== 'literal' || !isTruthValue(condition.left)) return null;
  const asked = `${condition.operator} ${condition.right.text.toUpperCase()}`;
  if (/^(= 1|IS 1|IS TRUE|<> 0)$/.test(asked)) return { operand: condition.left, positive: true };
  if (/^(= 0|IS 0|IS FALSE|<> 1)$/.test(asked)) return { operand: condition.left, positive: false };
  return null;
}

/** It gives 0, 1 or NULL. */
function isTruthValue(expr: Expr): boolean {
  if (expr.kind === 'unary') return expr.operator === 'NOT';
  if (expr.kind === 'binary') return expr.operator in OPPOSITES || expr.operator === 'AND' || expr.operator === 'OR';
  return expr.kind === 'between' || expr.kind === 'in';
}

const OPPOSITES: Readonly<Partial<Record<BinaryOperator, BinaryOperator>>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
  IS: 'IS NOT',
  'IS NOT': 'IS',
  LIKE: 'NOT LIKE',
  'NOT LIKE': 'LIKE',
  GLOB: 'NOT GLOB',
  'NOT GLOB': 'GLOB',
};

function negated(expr: Expr): Expr {
  if (expr.kind === 'unary' && expr.operator === 'NOT') return expr.operand;
  if (expr.kind === 'between' || expr.kind === 'in') return { ...expr, not: !expr.not };
  if (expr.kind !== 'binary') return not(expr);
  if (expr.operator === 'AND') return binary('OR', negated(expr.left), negated(expr.right));
  if (expr.operator === 'OR') return binary('AND', negated(expr.left), negated(expr.right));
  const opposite = OPPOSITES[expr.operator];
  if (!opposite || expr.left.kind === 'row' || expr.right.kind === 'row') return not(expr);
  return { ...expr, operator: opposite };
}

/** Some part of it is what an index can look up. */
function isUseful(expr: Expr): boolean {
  if (expr.kind === 'between' || expr.kind === 'in') return !expr.not;
  if (expr.kind !== 'binary') return false;
  if (expr.operator === 'AND' || expr.operator === 'OR') return isUseful(expr.left) || isUseful(expr.right);
  return /^(=|<|<=|>|>=|IS|LIKE|GLOB)$/.test(expr.operator);
}

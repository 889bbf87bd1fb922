/**
 * `total + 10 = 15` → `total = 5`; so for `total - 10`, `10 - total`, `-total` and the other comparisons. The column must hold integers and
 * NULLs only: a REAL would be rounded by the sum. Overflow needs no care. SQLite's sum is then a REAL, and since constants that are added
 * stay below 2^53 it lies at 2^63 or beyond, above (below) every integer it could be compared with, just as the exact sum does.
 * Left alone: division, parameters (one may be a text), REAL constants, and constants that would themselves overflow.
 */
import type { Expr } from '../../../sql/ast.ts';
import type { Scope } from '../../../sql/scope.ts';
import type { Rule } from '../rule.ts';
import { isInteger, tableColumn } from './columns.ts';
import { mirrored, readComparison, writeComparison } from './comparison.ts';
import { EXACT_MAX, INTEGER_MAX, integerOf, literalOf } from './constants.ts';
import { rewriteConditions, type Replacement } from '../filters.ts';

export const moveConstants: Rule = {
  id: 'move-constants',
  apply(query, { schema }) {
    return rewriteConditions(query, schema, replacement);
  },
};

function replacement(condition: Expr, scope: Scope): Replacement | null {
  const comparison = readComparison(condition);
  const line = comparison && lineOf(comparison.operand);
  const column = line && tableColumn(line.column, scope);
  const integers = column && isInteger(column);
  if (!comparison || !line || !integers) return null;
  const moved: bigint[] = [];
  for (const constant of comparison.constants) {
    if (typeof constant !== 'bigint') return null;
    const value = line.falling ? line.added - constant : constant - line.added;
    if (value > INTEGER_MAX || value < -INTEGER_MAX) return null;
    moved.push(value);
  }
  const falls = line.falling && comparison.operator !== 'IN';
  const operator = falls ? mirrored(comparison.operator) : comparison.operator;
  const constants = (falls ? moved.reverse() : moved).map(literalOf);
  const expr = writeComparison(operator, line.column, constants);
  return { expr, preconditions: [integers], note: 'the constant moved to the other side' };
}

/** `added + column`, or `added - column` when falling. */
interface Line {
  column: Expr;
  added: bigint;
  falling: boolean;
}

function lineOf(expr: Expr): Line | null {
  if (expr.kind === 'unary' && expr.operator === '-') return { column: expr.operand, added: 0n, falling: true };
  if (expr.kind !== 'binary' || (expr.operator !== '+' && expr.operator !== '-')) return null;
  const [atLeft, atRight] = [integerOf(expr.left), integerOf(expr.right)];
  const added = atRight ?? atLeft;
  if (added === null || (atLeft !== null && atRight !== null)) return null;
  if (added > EXACT_MAX || added < -EXACT_MAX) return null;
  if (expr.operator === '+') return { column: atRight === null ? expr.right : expr.left, added, falling: false };
  if (atRight !== null) return { column: expr.left, added: -added, falling: false };
  return { column: expr.right, added, falling: true };
}

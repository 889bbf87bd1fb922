/**
 * `lower(name) = 'ada'` → `name = 'ada' COLLATE NOCASE`: no text is built for each row, and an index under NOCASE can be used. NOCASE and lower() fold the
 * same twenty-six letters. So does upper(), with a constant in capitals.
 * Left alone: constants with letters that the function never gives, and columns that may hold blobs, which lower() reads as texts.
 */
import { binary, type Expr } from '../../../sql/ast.ts';
import type { Scope } from '../../../sql/scope.ts';
import { foldCase } from '../../../sql/tokens.ts';
import type { Rule } from '../rule.ts';
import { isText, tableColumn } from './columns.ts';
import { readComparison } from './comparison.ts';
import { rewriteConditions, type Replacement } from '../filters.ts';

export const foldsCase: Rule = {
  id: 'fold-case',
  apply(query, { schema }) {
    return rewriteConditions(query, schema, replacement);
  },
};

function replacement(condition: Expr, scope: Scope): Replacement | null {
  const comparison = readComparison(condition);
  const call = comparison?.operand;
  if (!comparison || call?.kind !== 'call' || call.args.length !== 1) return null;
  const name = foldCase(call.name);
  const never = name === 'lower' ? /[A-Z]/ : name === 'upper' ? /[a-z]/ : null;
  const [operand] = call.args;
  const column = operand && tableColumn(operand, scope);
  if (!never || !column || column.column.affinity !== 'TEXT') return null;
  if (!comparison.constants.every((one) => typeof one === 'string' && !never.test(one))) return null;
  const expr = folded(comparison.operator, operand, comparison.written);
  return expr && { expr, preconditions: [isText(column)], note: 'compared without regard to case' };
}

function folded(operator: string, operand: Expr, constants: readonly Expr[]): Expr | null {
  const [first] = constants;
  const nocase = (expr: Expr): Expr => ({ kind: 'collate', operand: expr, collation: 'NOCASE' });
  if (operator === '=' && first) return binary('=', operand, nocase(first));
  if (operator === 'IN') return { kind: 'in', not: false, operand: nocase(operand), choices: constants };
  return null;
}

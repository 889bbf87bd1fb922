/**
 * `EXISTS (SELECT … WHERE k = x AND c > y)` → `y < (SELECT max(c) … WHERE k = x)`: some value is greater if the greatest is. The greatest of each
 * group can then be made once for all; `<>` asks the least and the greatest. NOT EXISTS → `(…) IS NOT TRUE`.
 * Left alone: EXISTS where NULL is not false, sides that compare by other rules, and several inequalities.
 */
import type { BinaryOperator, Core, Expr, Select } from '../../../sql/ast.ts';
import { and, binary, conjunctsOf, literal, selectOf } from '../../../sql/ast.ts';
import type { Scope } from '../../../sql/scope.ts';
import { rewriteConditions, type Replacement } from '../filters.ts';
import type { Precondition, Rule } from '../rule.ts';
import { comparesAlike, isPlain, scopeWithin, unlink } from '../correlation.ts';

export const existsToExtreme: Rule = {
  id: 'exists-to-extreme',
  apply(query, { schema }) {
    return rewriteConditions(query, schema, (condition, scope) => {
      if (condition.kind === 'exists') return toExtreme(condition.query, scope);
      const operand = condition.kind === 'unary' && condition.operator === 'NOT' && condition.operand;
      const found = operand && operand.kind === 'exists' ? toExtreme(operand.query, scope) : null;
      return found && { ...found, expr: binary('IS NOT', found.expr, literal('TRUE')) };
    });
  },
};

const MIRRORED: Readonly<Record<string, BinaryOperator>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '<>': '<>' };

function toExtreme(exists: Select, scope: Scope): Replacement | null {
  if (!isPlain(exists)) return null;
  const inner = scopeWithin(exists.first, scope);
  const conjuncts = conjunctsOf(exists.first.where);
  const found = conjuncts.map((one) => inequalityOf(one, inner));
  const at = found.findIndex((one) => one !== null);
  const inequality = found[at];
  if (!inequality) return null;
  const rest: Core = { ...exists.first, distinct: false, where: and(conjuncts.toSpliced(at, 1)) };
  const unlinked = unlink(selectOf(rest), scope);
  if (!unlinked) return null;
  const { operator, outerExpr, innerExpr, preconditions } = inequality;
  const compared = (aggregate: 'min' | 'max'): Expr => {
    const expr: Expr = { kind: 'call', name: aggregate, distinct: false, args: [innerExpr], over: null };
    const query = selectOf({ ...rest, columns: [{ expr, alias: null }] });
    return binary(operator, outerExpr, { kind: 'scalar', query });
  };
  const expr =
    operator === '<>'
      ? binary('OR', compared('min'), compared('max'))
      : compared(operator.startsWith('<') ? 'max' : 'min');
  return { expr, preconditions: [...preconditions, ...unlinked.preconditions], note: 'the extreme decides' };
}

interface Inequality {
  /** As in `outer operator inner`. */
  operator: BinaryOperator;
  outerExpr: Expr;
  innerExpr: Expr;
  preconditions: readonly Precondition[];
}

function inequalityOf(expr: Expr, scope: Scope): Inequality | null {
  if (expr.kind !== 'binary' || !(expr.operator in MIRRORED)) return null;
  const { operator, left, right } = expr;
  const [a, b] = [left, right].map((one) => (one.kind === 'column' ? scope.resolve(one) : null));
  const preconditions = comparesAlike(a, b);
  if (!preconditions || !a || !b) return null;
  if (a.level === 1 && b.level === 0) return { operator, outerExpr: left, innerExpr: right, preconditions };
  if (a.level !== 0 || b.level !== 1) return null;
  return { operator: MIRRORED[operator], outerExpr: right, innerExpr: left, preconditions };
}

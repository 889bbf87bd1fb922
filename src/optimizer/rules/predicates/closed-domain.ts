/**
 * `status <> 'open' AND status <> 'paid'` → `status IN ('done')` where a CHECK lists all values that the column may have: an index looks up what is
 * left, but not what is excluded. So for NOT IN. A CHECK lets NULL pass; NULL satisfies neither form.
 * Left alone: a CHECK that says anything else besides, collations, constants that the column's affinity would change, lists that leave nothing out.
 */
import { and, conjunctsOf, type Expr } from '../../../sql/ast.ts';
import { isQuery } from '../../../sql/walk.ts';
import type { Scope } from '../../../sql/scope.ts';
import { bySchema, type Rule } from '../rule.ts';
import { allowedValues } from './check.ts';
import { comparesAsWritten, tableColumn, type TableColumn } from './columns.ts';
import { writeComparison } from './comparison.ts';
import { compareConstants, constantOf, literalOf, type Constant } from './constants.ts';
import { rewriteFilters, type Replacement } from '../filters.ts';

export const closedDomain: Rule = {
  id: 'closed-domain',
  apply(query, { schema }) {
    return rewriteFilters(query, schema, replacement);
  },
};

/** More values than this are most of the table. */
const LEFT_MAX = 12;

function replacement(filter: Expr, scope: Scope): Replacement | null {
  const conjuncts = conjunctsOf(filter);
  for (const first of conjuncts) {
    const asked = exclusionOf(first, scope);
    if (!asked) continue;
    const same = conjuncts
      .map((one) => exclusionOf(one, scope))
      .map((one) => (one?.column.column === asked.column.column && one.label === asked.label ? one : null));
    const excluded = same.flatMap((one) => one?.constants ?? []);
    const allowed = allowedValues(asked.column);
    const rests = allowed && comparesAsWritten(asked.column, [...allowed, ...excluded]);
    if (!allowed || !rests) continue;
    const left = allowed.filter((one) => excluded.every((other) => compareConstants(one, other) !== 0));
    if (left.length === 0 || left.length === allowed.length || left.length > LEFT_MAX) continue;
    const listed = writeComparison(
      'IN',
      asked.operand,
      left.flatMap((one) => (typeof one === 'number' ? [] : literalOf(one))),
    );
    const at = same.findIndex((one) => one !== null);
    const kept = conjuncts.flatMap((one, index) => (index === at ? listed : same[index] ? [] : one));
    const expr = and(kept);
    const closed = bySchema(`a CHECK allows ${asked.column.label} these values only`, true);
    return (
      expr && { expr, preconditions: [...rests, closed], note: 'the values that are left, instead of those excluded' }
    );
  }
  return null;
}

interface Exclusion {
  column: TableColumn;
  operand: Expr;
  /** Tells two sources of one table apart. */
  label: string;
  constants: Constant[];
}

function exclusionOf(expr: Expr, scope: Scope): Exclusion | null {
  const [operand, listed] =
    expr.kind === 'binary' && expr.operator === '<>'
      ? [expr.left, [expr.right]]
      : expr.kind === 'in' && expr.not && !isQuery(expr.choices)
        ? [expr.operand, expr.choices]
        : [];
  const column = operand && tableColumn(operand, scope);
  if (!column || !listed || operand.kind !== 'column') return null;
  const constants = listed.flatMap((one) => constantOf(one) ?? []);
  const source = scope.resolve(operand)?.source.index;
  return constants.length === listed.length ? { column, operand, label: String(source), constants } : null;
}

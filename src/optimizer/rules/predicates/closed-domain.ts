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
  const exclusions = conjuncts.map((one) => exclusionOf(one, scope));
  for (const asked of byColumn(exclusions)) {
    const isSame = (one: Exclusion | null): boolean => one?.key === asked.key;
    const { column, operand, constants: excluded } = asked;
    const allowed = allowedValues(column);
    const rests = allowed && comparesAsWritten(column, [...allowed, ...excluded]);
    if (!allowed || !rests) continue;
    const left = allowed.filter((one) => excluded.every((other) => compareConstants(one, other) !== 0));
    if (left.length === 0 || left.length === allowed.length || left.length > LEFT_MAX) continue;
    const listed = writeComparison(
      'IN',
      operand,
      left.flatMap((one) => (typeof one === 'number' ? [] : literalOf(one))),
    );
    const at = exclusions.findIndex(isSame);
    const kept = conjuncts.flatMap((one, index) => (index === at ? listed : isSame(exclusions[index]) ? [] : one));
    const expr = and(kept);
    const closed = bySchema(`a CHECK allows ${column.label} these values only`, true);
    return (
      expr && { expr, preconditions: [...rests, closed], note: 'the values that are left, instead of those excluded' }
    );
  }
  return null;
}

/** What is excluded of each column, in the order in which they are met. */
function byColumn(exclusions: readonly (Exclusion | null)[]): Exclusion[] {
  const found = new Map<string, Exclusion>();
  for (const one of exclusions) {
    if (!one) continue;
    const constants = [...(found.get(one.key)?.constants ?? []), ...one.constants];
    found.set(one.key, { ...(found.get(one.key) ?? one), constants });
  }
  return [...found.values()];
}

interface Exclusion {
  column: TableColumn;
  operand: Expr;
  /** Of which source which column: two sources may be of one table. */
  key: string;
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
  const key = `${scope.resolve(operand)?.source.index} ${column.column.name}`;
  return constants.length === listed.length ? { column, operand, key, constants } : null;
}

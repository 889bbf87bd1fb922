/**
 * `COALESCE(coupon, 0) = 77` → `coupon = 77`: where the default does not satisfy the comparison, only the column can. Where it does,
 * `coupon = 77 OR coupon IS NULL`, and SQLite takes the index for both. IFNULL is the same; `NULLIF(c, k) = v` → `c = v`, with
 * `c <> k` beside it where k would satisfy the comparison.
 * A function's result has no affinity and no collation, a column has both: so constants of the column's own kind only, and no collation for texts.
 * Left alone: parameters, columns as defaults, `COALESCE` of more than two.
 */
import { and, binary, literal, type Expr } from '../../../sql/ast.ts';
import type { Scope } from '../../../sql/scope.ts';
import { foldCase } from '../../../sql/tokens.ts';
import type { Rule } from '../rule.ts';
import { comparesAsWritten, tableColumn } from './columns.ts';
import { holdsOf, readComparison, writeComparison } from './comparison.ts';
import { constantOf } from './constants.ts';
import { rewriteConditions, type Replacement } from '../filters.ts';

export const unwrapDefault: Rule = {
  id: 'unwrap-default',
  apply(query, { schema }) {
    return rewriteConditions(query, schema, replacement);
  },
};

function replacement(condition: Expr, scope: Scope): Replacement | null {
  const comparison = readComparison(condition);
  const call = comparison?.operand;
  if (!comparison || call?.kind !== 'call' || call.args.length !== 2) return null;
  const [operand, second] = call.args;
  const column = operand && tableColumn(operand, scope);
  const other = second ? constantOf(second) : null;
  if (!column || !second || other === null) return null;
  const preconditions = comparesAsWritten(column, [other, ...comparison.constants]);
  if (!preconditions) return null;
  const compared = writeComparison(comparison.operator, operand, comparison.written);
  const satisfied = holdsOf(comparison, other);
  const note = 'the column itself is compared';
  switch (foldCase(call.name)) {
    case 'coalesce':
    case 'ifnull': {
      const isNull = binary('IS', operand, literal('NULL'));
      return { expr: satisfied ? binary('OR', compared, isNull) : compared, preconditions, note };
    }
    case 'nullif': {
      const expr = and(satisfied ? [compared, binary('<>', operand, second)] : [compared]);
      return expr && { expr, preconditions, note };
    }
    default:
      return null;
  }
}

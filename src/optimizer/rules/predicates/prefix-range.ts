/**
 * `substr(name, 1, 3) = 'Ada'` → `name >= 'Ada' AND name < 'Adb'`, and `code LIKE '12-%'` → the same range. The upper bound is the prefix with its
 * last character raised by one, so the prefix ends in ASCII: then every text between the bounds begins with it, byte for byte.
 * LIKE ignores the case of ASCII letters and reads blobs as texts, so its prefix may have no letter and its column no blob.
 * Left alone: columns of another affinity than TEXT (numbers would compare as numbers), collations, ESCAPE, a prefix of another length.
 */
import { binary, type Expr } from '../../../sql/ast.ts';
import type { Scope } from '../../../sql/scope.ts';
import { foldCase } from '../../../sql/tokens.ts';
import type { Rule } from '../rule.ts';
import { comparesByBytes, IN_UTF8, isText, tableColumn } from './columns.ts';
import { asRanges, readComparison, type Span } from './comparison.ts';
import { constantOf, integerOf, literalOf, type Constant } from './constants.ts';
import { rewriteConditions, type Replacement } from '../filters.ts';

export const prefixRange: Rule = {
  id: 'prefix-range',
  apply(query, { schema }) {
    return rewriteConditions(
      query,
      schema,
      (condition, scope) => ofSubstr(condition, scope) ?? ofLike(condition, scope),
    );
  },
};

const NOTE = 'a range instead of a look at the beginning of each text';

function ofSubstr(condition: Expr, scope: Scope): Replacement | null {
  const comparison = readComparison(condition);
  const call = comparison?.operand;
  if (!comparison || call?.kind !== 'call' || !/^substr(ing)?$/.test(foldCase(call.name)) || call.args.length !== 3)
    return null;
  const [text, start, length] = call.args;
  const column = text && tableColumn(text, scope);
  if (!column || !start || !length || column.column.affinity !== 'TEXT' || integerOf(start) !== 1n) return null;
  const characters = integerOf(length);
  const spanOf = (constant: Constant): Span | null =>
    typeof constant === 'string' && BigInt([...constant].length) === characters ? spanOfPrefix(constant) : null;
  const expr = asRanges(comparison, spanOf, (operator, bound) => binary(operator, text, literalOf(bound)));
  // Blobs come after all texts: where the range has no end above, it would take them in, and substr() makes NULL of an empty one.
  const isOpen = comparison.operator === '>' || comparison.operator === '>=';
  const preconditions = [comparesByBytes(column), IN_UTF8, ...(isOpen ? [isText(column)] : [])];
  return expr && { expr, preconditions, note: NOTE };
}

function ofLike(condition: Expr, scope: Scope): Replacement | null {
  if (condition.kind !== 'binary' || condition.operator !== 'LIKE' || condition.escape) return null;
  const column = tableColumn(condition.left, scope);
  const pattern = constantOf(condition.right);
  if (!column || column.column.affinity !== 'TEXT' || typeof pattern !== 'string') return null;
  // No ASCII letter, whose case LIKE would ignore; no further wildcard.
  const prefix = /^([^%_A-Za-z\u0080-\u{10ffff}]+)%$/u.exec(pattern)?.[1];
  const span = prefix === undefined ? null : spanOfPrefix(prefix);
  if (!span) return null;
  const expr = binary(
    'AND',
    binary('>=', condition.left, literalOf(span.low)),
    binary('<', condition.left, literalOf(span.high)),
  );
  return { expr, preconditions: [comparesByBytes(column), isText(column), IN_UTF8], note: NOTE };
}

/** All texts that begin with the prefix. */
function spanOfPrefix(prefix: string): Span | null {
  const last = prefix.charCodeAt(prefix.length - 1);
  if (!(last >= 1 && last < 0x7f) || prefix.includes('\0')) return null;
  return { low: prefix, high: prefix.slice(0, -1) + String.fromCharCode(last + 1) };
}

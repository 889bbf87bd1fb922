/** How tightly SQLite's operators bind (lang_expr.html): shared by the reader, which rebuilds trees, and by the printer, which sets parentheses. */
import type { BinaryOperator, Expr } from './ast.ts';

export const LEVELS = {
  or: 1,
  and: 2,
  not: 3,
  equality: 4,
  comparison: 5,
  bits: 7,
  sum: 8,
  product: 9,
  concat: 10,
  collate: 11,
  sign: 12,
  atom: 13,
} as const;

const BINARY_LEVELS: Readonly<Record<BinaryOperator, number>> = {
  OR: LEVELS.or,
  AND: LEVELS.and,
  '=': LEVELS.equality,
  '<>': LEVELS.equality,
  IS: LEVELS.equality,
  'IS NOT': LEVELS.equality,
  LIKE: LEVELS.equality,
  'NOT LIKE': LEVELS.equality,
  GLOB: LEVELS.equality,
  'NOT GLOB': LEVELS.equality,
  REGEXP: LEVELS.equality,
  'NOT REGEXP': LEVELS.equality,
  MATCH: LEVELS.equality,
  'NOT MATCH': LEVELS.equality,
  '<': LEVELS.comparison,
  '<=': LEVELS.comparison,
  '>': LEVELS.comparison,
  '>=': LEVELS.comparison,
  '&': LEVELS.bits,
  '|': LEVELS.bits,
  '<<': LEVELS.bits,
  '>>': LEVELS.bits,
  '+': LEVELS.sum,
  '-': LEVELS.sum,
  '*': LEVELS.product,
  '/': LEVELS.product,
  '%': LEVELS.product,
  '||': LEVELS.concat,
  '->': LEVELS.concat,
  '->>': LEVELS.concat,
};

export function isBinaryOperator(text: string): text is BinaryOperator {
  return Object.hasOwn(BINARY_LEVELS, text);
}

export function binaryLevel(operator: BinaryOperator): number {
  return BINARY_LEVELS[operator];
}

export function prefixLevel(operator: 'NOT' | '-' | '+' | '~'): number {
  return operator === 'NOT' ? LEVELS.not : LEVELS.sign;
}

/** The level of an expression's outermost operator; `atom` for whatever needs no parentheses anywhere. */
export function levelOf(expr: Expr): number {
  switch (expr.kind) {
    case 'binary':
      return binaryLevel(expr.operator);
    case 'unary':
      return prefixLevel(expr.operator);
    case 'between':
    case 'in':
    case 'in-table':
      return LEVELS.equality;
    case 'collate':
      return LEVELS.collate;
    default:
      return LEVELS.atom;
  }
}

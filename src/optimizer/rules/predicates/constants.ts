/** Constants of a text as values, and back. What a comparison between two of them answers where no affinity is at work. */
import { literal, type Expr } from '../../../sql/ast.ts';

/** INTEGER as bigint, REAL as number, TEXT as string. NULL and blobs are left alone by every rule that asks. */
export type Constant = bigint | number | string;

export const INTEGER_MAX = 9_223_372_036_854_775_807n;
/** Integers up to here have a REAL of just their value. */
export const EXACT_MAX = 2n ** 53n;

/** The value of a literal, signed or not; null for all else. */
export function constantOf(expr: Expr): Constant | null {
  if (expr.kind === 'unary' && (expr.operator === '-' || expr.operator === '+')) {
    const value = constantOf(expr.operand);
    if (value === null || typeof value === 'string' || expr.operand.kind === 'unary') return null;
    return expr.operator === '-' ? -value : value;
  }
  if (expr.kind !== 'literal') return null;
  const { text } = expr;
  if (/^'/.test(text)) return text.slice(1, -1).replaceAll("''", "'");
  if (/^\d+$/.test(text)) return BigInt(text) <= INTEGER_MAX ? BigInt(text) : null;
  // More digits than a REAL holds are SQLite's to round.
  if (/^(\d+\.\d*|\.\d+)$/.test(text) && text.length <= 16) return Number(text);
  return null;
}

export function integerOf(expr: Expr): bigint | null {
  const value = constantOf(expr);
  return typeof value === 'bigint' ? value : null;
}

/** The literal of an integer or a text. */
export function literalOf(value: bigint | string): Expr {
  if (typeof value === 'string') return literal(`'${value.replaceAll("'", "''")}'`);
  if (value < 0n) return { kind: 'unary', operator: '-', operand: literal(String(-value)) };
  return literal(String(value));
}

/** Below, at or above zero as SQLite orders them: numbers by value, then texts by their bytes. */
export function compareConstants(a: Constant, b: Constant): number {
  if (typeof a === 'string' || typeof b === 'string') {
    if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
    return typeof a === 'string' ? 1 : -1;
  }
  // JavaScript compares an integer and a REAL by their exact values, as SQLite does.
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By code points, which is the order of UTF-8's bytes. */
function compareTexts(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = codeOf(left[index]) - codeOf(right[index]);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

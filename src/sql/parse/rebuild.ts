/**
 * Operands and operators in the order of the text, put together again by SQLite's precedence (operator-precedence climbing, Pratt 1973).
 * node-sql-parser has a precedence of its own: it reads `a AND b OR c` as `a AND (b OR c)`. In order, its tree still is the text.
 */
import type { BinaryOperator, Expr } from '../ast.ts';
import { binaryLevel, LEVELS, prefixLevel } from '../precedence.ts';

export type Item =
  | { readonly kind: 'operand'; readonly expr: Expr }
  | { readonly kind: 'prefix'; readonly operator: 'NOT' | '-' | '+' | '~' }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly escape?: Expr }
  /** BETWEEN with its lower bound; the upper one is the next operand. */
  | { readonly kind: 'between'; readonly not: boolean; readonly low: Expr }
  /** IN with its choices, COLLATE with its name. */
  | { readonly kind: 'postfix'; readonly level: number; readonly wrap: (operand: Expr) => Expr };

/** The tree that SQLite reads from the items. Throws for a sequence that is none. */
export function rebuild(items: readonly Item[]): Expr {
  let at = 0;

  const operand = (): Expr => {
    const item = items[at++];
    if (item?.kind === 'operand') return item.expr;
    if (item?.kind === 'prefix') {
      // What follows belongs to the sign as long as it binds at least as tightly.
      return { kind: 'unary', operator: item.operator, operand: climb(prefixLevel(item.operator)) };
    }
    throw new Error('an operand is missing');
  };

  const climb = (lowest: number): Expr => {
    let left = operand();
    for (let item = items[at]; item; item = items[at]) {
      const level = levelOfItem(item);
      if (level === null) throw new Error('an operator is missing');
      if (level < lowest) return left;
      at++;
      if (item.kind === 'postfix') left = item.wrap(left);
      else if (item.kind === 'between') {
        left = { kind: 'between', not: item.not, operand: left, low: item.low, high: climb(level + 1) };
      } else if (item.kind === 'binary') {
        const right = climb(level + 1);
        left = {
          kind: 'binary',
          operator: item.operator,
          left,
          right,
          ...(item.escape ? { escape: item.escape } : {}),
        };
      }
    }
    return left;
  };

  return climb(0);
}

function levelOfItem(item: Item): number | null {
  switch (item.kind) {
    case 'binary':
      return binaryLevel(item.operator);
    case 'between':
      return LEVELS.equality;
    case 'postfix':
      return item.level;
    default:
      return null;
  }
}

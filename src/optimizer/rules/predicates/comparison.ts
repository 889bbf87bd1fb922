/** Conditions that compare one expression with constants, in one form whichever way round they were written. */
import { and, binary, type BinaryOperator, type Expr } from '../../../sql/ast.ts';
import { isQuery } from '../../../sql/walk.ts';
import { compareConstants, constantOf, type Constant } from './constants.ts';

export interface Comparison {
  /** `IN` holds one constant or more, `BETWEEN` two, the others one. */
  operator: '=' | '<' | '<=' | '>' | '>=' | 'BETWEEN' | 'IN';
  operand: Expr;
  constants: readonly Constant[];
  /** The constants as they were written. */
  written: readonly Expr[];
}

const MIRRORED: Readonly<Record<string, Comparison['operator']>> = {
  '=': '=',
  IS: '=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** Longer lists would be written out at length. */
const CONSTANTS_MAX = 50;

/** Null for all else: what is negated, compares with what is no constant, or compares rows. */
export function readComparison(expr: Expr): Comparison | null {
  if (expr.kind === 'binary' && expr.operator in MIRRORED) {
    const [left, right] = [constantOf(expr.left), constantOf(expr.right)];
    // As a condition `x IS 5` is `x = 5`: NULL is not true either.
    const operator = expr.operator === 'IS' ? '=' : (expr.operator as Comparison['operator']);
    if (left === null && right !== null)
      return { operator, operand: expr.left, constants: [right], written: [expr.right] };
    if (left !== null && right === null)
      return { operator: mirrored(operator), operand: expr.right, constants: [left], written: [expr.left] };
    return null;
  }
  if (expr.kind === 'between' && !expr.not) return listed('BETWEEN', expr.operand, [expr.low, expr.high]);
  if (expr.kind === 'in' && !expr.not && !isQuery(expr.choices)) return listed('IN', expr.operand, expr.choices);
  return null;
}

function listed(operator: 'BETWEEN' | 'IN', operand: Expr, exprs: readonly Expr[]): Comparison | null {
  if (operand.kind === 'row' || exprs.length === 0 || exprs.length > CONSTANTS_MAX) return null;
  const constants = exprs.flatMap((one) => constantOf(one) ?? []);
  return constants.length === exprs.length ? { operator, operand, constants, written: exprs } : null;
}

/** The same comparison of something else with other constants. */
export function writeComparison(operator: Comparison['operator'], operand: Expr, constants: readonly Expr[]): Expr {
  const [first, second] = constants;
  if (operator === 'BETWEEN' && first && second) {
    return { kind: 'between', not: false, operand, low: first, high: second };
  }
  if (operator === 'IN' && constants.length !== 1) return { kind: 'in', not: false, operand, choices: constants };
  const single: BinaryOperator = operator === 'IN' || operator === 'BETWEEN' ? '=' : operator;
  return first ? binary(single, operand, first) : operand;
}

/** What the comparison says of a constant. */
export function holdsOf({ operator, constants }: Pick<Comparison, 'operator' | 'constants'>, value: Constant): boolean {
  const [first = 0n, second = first] = constants;
  const order = compareConstants(value, first);
  switch (operator) {
    case '=':
      return order === 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case 'BETWEEN':
      return order >= 0 && compareConstants(value, second) <= 0;
    case 'IN':
      return constants.some((one) => compareConstants(value, one) === 0);
  }
}

/** Mirrors the operator: `a < b` is `b > a`. */
export function mirrored(operator: Comparison['operator']): Comparison['operator'] {
  return MIRRORED[operator] ?? operator;
}

/** The values for which something cut down to a period or a prefix equals a constant: from `low`, up to but without `high`. */
export interface Span {
  low: string;
  high: string;
}

/** More ranges than this are no shorter than a scan. */
const RANGES_MAX = 8;

/** The comparison of what was cut down, as ranges of the whole: `spans` are those of its constants in turn. Null when that pays not. */
export function asRanges(
  { operator, constants }: Comparison,
  spanOf: (constant: Constant) => Span | null,
  compare: (operator: '>=' | '<', bound: string) => Expr,
): Expr | null {
  const spans = constants.flatMap((one) => spanOf(one) ?? []);
  const [first, second] = spans;
  if (!first || spans.length !== constants.length) return null;
  const range = ({ low, high }: Span): Expr | null => and([compare('>=', low), compare('<', high)]);
  switch (operator) {
    case '=':
      return range(first);
    case '<':
      return compare('<', first.low);
    case '<=':
      return compare('<', first.high);
    case '>':
      return compare('>=', first.high);
    case '>=':
      return compare('>=', first.low);
    case 'BETWEEN':
      return second ? range({ low: first.low, high: second.high }) : null;
    case 'IN': {
      const joined = joinAdjacent(spans);
      if (joined.length > RANGES_MAX) return null;
      return joined.map(range).reduce((left, right) => left && right && binary('OR', left, right));
    }
  }
}

function joinAdjacent(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => compareConstants(a.low, b.low));
  const joined: Span[] = [];
  for (const span of sorted) {
    const last = joined.at(-1);
    if (last && compareConstants(span.low, last.high) <= 0) {
      last.high = compareConstants(span.high, last.high) > 0 ? span.high : last.high;
    } else joined.push({ ...span });
  }
  return joined;
}

/** What comparisons leave of one column's values: an interval, and inside of it perhaps a few points. */
import { holdsOf, type Comparison } from './comparison.ts';
import { compareConstants, type Constant } from './constants.ts';

/** Whether some value could satisfy both; true where that is not certain. */
export function canBothHold(a: Comparison, b: Comparison): boolean {
  const [few, other] = isPoints(a) ? [a, b] : [b, a];
  if (isPoints(few)) return few.constants.some((point) => holdsOf(other, point));
  const low = highest([lowOf(a), lowOf(b)]);
  const high = lowest([highOf(a), highOf(b)]);
  if (!low || !high) return true;
  const order = compareConstants(low.at, high.at);
  return order < 0 || (order === 0 && low.closed && high.closed);
}

/** Whether everything that satisfies `a` satisfies `b`; false where that is not certain. */
export function implies(a: Comparison, b: Comparison): boolean {
  if (isPoints(a)) return a.constants.every((point) => holdsOf(b, point));
  if (isPoints(b)) return false;
  const [low, high] = [lowOf(b), highOf(b)];
  const [ownLow, ownHigh] = [lowOf(a), highOf(a)];
  const above = !low || (ownLow !== null && isTighter(ownLow, low, 1));
  const below = !high || (ownHigh !== null && isTighter(ownHigh, high, -1));
  return above && below;
}

/** No value satisfies it. */
export function isEmpty(comparison: Comparison): boolean {
  const [low, high] = comparison.constants;
  return (
    comparison.operator === 'BETWEEN' && low !== undefined && high !== undefined && compareConstants(low, high) > 0
  );
}

interface Bound {
  at: Constant;
  closed: boolean;
}

function isPoints({ operator }: Comparison): boolean {
  return operator === '=' || operator === 'IN';
}

function lowOf({ operator, constants }: Comparison): Bound | null {
  const [at] = constants;
  if (at === undefined || !/^(>|>=|BETWEEN)$/.test(operator)) return null;
  return { at, closed: operator !== '>' };
}

function highOf({ operator, constants }: Comparison): Bound | null {
  const at = constants.at(-1);
  if (at === undefined || !/^(<|<=|BETWEEN)$/.test(operator)) return null;
  return { at, closed: operator !== '<' };
}

/** Lies at or inside of `b`: above it for a lower bound (`side` 1), below it for an upper one. */
function isTighter(a: Bound, b: Bound, side: 1 | -1): boolean {
  const order = compareConstants(a.at, b.at) * side;
  return order > 0 || (order === 0 && (b.closed || !a.closed));
}

function highest(bounds: readonly (Bound | null)[]): Bound | null {
  return tightest(bounds, 1);
}

function lowest(bounds: readonly (Bound | null)[]): Bound | null {
  return tightest(bounds, -1);
}

function tightest(bounds: readonly (Bound | null)[], side: 1 | -1): Bound | null {
  return bounds.reduce((best, one) => (one && (!best || isTighter(one, best, side)) ? one : best), null);
}

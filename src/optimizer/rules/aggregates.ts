/** What several rules ask about aggregates. */
import type { Expr, ExprOf } from '../../sql/ast.ts';
import type { Scope } from '../../sql/scope.ts';
import { isAggregate } from '../determined.ts';
import { isInteger, type Needs } from '../exact.ts';
import type { Precondition } from './rule.ts';
import { partsOf } from './support.ts';

export type Call = ExprOf<'call'>;

/** Those of this query level, in order. */
export function aggregatesIn(expr: Expr): Call[] {
  if (expr.kind === 'call' && isAggregate(expr)) return [expr];
  return partsOf(expr).flatMap(aggregatesIn);
}

/** Nothing in it but aggregates, constants, and what is computed of them: it has one value for all rows, or for each group. */
export function isMadeOfAggregates(expr: Expr): boolean {
  if (isAggregate(expr)) return true;
  return (
    !/^(column|star|exists|scalar|in|in-table|collate)$/.test(expr.kind) &&
    !(expr.kind === 'call' && expr.over !== null) &&
    partsOf(expr).every(isMadeOfAggregates)
  );
}

/** What it takes for sums to be the same in any order, and none too great on the way; null for what may be no integer. */
export function smallIntegers(argument: Expr, scope: Scope): Precondition[] | null {
  const needs: Needs = new Map();
  const sum: Expr = { kind: 'call', name: 'sum', distinct: false, args: [argument], over: null };
  return isInteger(sum, scope, needs) ? [...needs.values()] : null;
}

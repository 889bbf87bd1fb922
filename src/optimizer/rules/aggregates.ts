/** What several rules ask about aggregates. */
import type { Expr, ExprOf } from '../../sql/ast.ts';
import { printName } from '../../sql/print.ts';
import type { Resolved, Scope } from '../../sql/scope.ts';
import { isAggregate } from '../determined.ts';
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

/** Sums are the same in any order, and none is too great on the way. Null for what is no column of a table. */
export function smallIntegers(argument: Expr, scope: Scope): Precondition[] | null {
  const resolved: Resolved | null = argument.kind === 'column' ? scope.resolve(argument) : null;
  const table = resolved?.source.table;
  if (!resolved?.column || !table) return null;
  const name = printName(resolved.name);
  return [
    {
      claim: `${table.name}.${resolved.name} is an integer below 2^31 or NULL`,
      by: 'rows',
      table: table.name,
      holds: `${name} IS NULL OR (typeof(${name}) = 'integer' AND ${name} BETWEEN -2147483647 AND 2147483647)`,
    },
  ];
}

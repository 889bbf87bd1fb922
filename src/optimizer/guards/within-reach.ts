/**
 * `LIMIT 10 OFFSET 60000` skips every row of a small database, and an agreement about no rows says nothing. So both texts are tried with smaller
 * numbers there, the same for the same and others for others: what only moves a LIMIT does so whatever number it is.
 */
import { literal, type Expr, type Select } from '../../sql/ast.ts';
import { printSelect } from '../../sql/print.ts';
import { mapQueries, visit } from '../../sql/walk.ts';
import { withNames } from '../names.ts';
import type { GuardContext, Statement } from './guard.ts';

/** Numbers up to here are reached. */
const REACHED = 2n;

/** By the number as typed. */
export type Reach = ReadonlyMap<bigint, bigint>;

/** What stands for each number beside LIMIT and OFFSET; empty where all of them are small enough. */
export function reachOf({ select }: Statement): Reach {
  const [offsets, limits] = [new Set<bigint>(), new Set<bigint>()];
  visit(select, {
    query: (query) => {
      const [limit, offset] = [numberOf(query.limit), numberOf(query.offset)];
      if (limit !== null) limits.add(limit);
      if (offset !== null) offsets.add(offset);
    },
  });
  // Small offsets first: what is skipped must leave rows.
  const all = [...new Set([...offsets, ...limits])].filter((one) => one > 0n);
  return all.some((one) => one > REACHED) ? new Map(all.map((one, index) => [one, BigInt(index + 1)])) : new Map();
}

/** The statement with those numbers; itself where that cannot be written with the same columns. */
export function withinReach(statement: Statement, reach: Reach, { sandbox, names }: GuardContext): Statement {
  if (reach.size === 0) return statement;
  const select = mapQueries(statement.select, (query) => ({
    ...query,
    limit: reached(query.limit, reach),
    offset: reached(query.offset, reach),
  }));
  const named = withNames(select, sandbox.columnNames(printSelect(select)), names);
  return named ? { sql: printSelect(named), select: named } : statement;
}

function reached(expr: Expr | null, reach: Reach): Expr | null {
  const number = numberOf(expr);
  const instead = number === null ? undefined : reach.get(number);
  return instead === undefined ? expr : literal(String(instead));
}

function numberOf(expr: Select['limit']): bigint | null {
  return expr?.kind === 'literal' && /^\d+$/.test(expr.text) ? BigInt(expr.text) : null;
}

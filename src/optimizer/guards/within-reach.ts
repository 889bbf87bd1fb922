/**
 * `LIMIT 10 OFFSET 60000` skips every row of a small database, and an agreement about no rows says nothing. So both texts are tried with smaller
 * numbers there, the same for the same and others for others, bound ones too: what only moves a LIMIT does so whatever number it is.
 */
import type { Parameters, SqlValue } from '../../database/protocol.ts';
import { variablesOf } from '../../database/statements/tokens.ts';
import { literal, type Expr, type Select } from '../../sql/ast.ts';
import { printSelect } from '../../sql/print.ts';
import { mapQueries, visit } from '../../sql/walk.ts';
import { withNames } from '../names.ts';
import type { GuardContext, Statement } from './guard.ts';

/** Numbers up to here are reached. */
const REACHED = 2n;

/** What stands for each number beside LIMIT and OFFSET; empty where all of them are small enough. */
export type Reach = ReadonlyMap<bigint, bigint>;

export function reachOf({ sql, select }: Statement, parameters: Parameters): Reach {
  const [offsets, limits] = [new Set<bigint>(), new Set<bigint>()];
  const bound = boundCuts(sql, select, parameters);
  const add = (to: Set<bigint>, expr: Expr | null): void => {
    const number = expr?.kind === 'parameter' ? (bound.get(expr.text)?.number ?? null) : numberOf(expr);
    if (number !== null && number > 0n) to.add(number);
  };
  visit(select, {
    query: (query) => {
      add(limits, query.limit);
      add(offsets, query.offset);
    },
  });
  // Small offsets first: what is skipped must leave rows.
  const all = [...new Set([...offsets, ...limits])];
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

/** What is bound, with those numbers. */
export function parametersWithin({ sql, select }: Statement, parameters: Parameters, reach: Reach): Parameters {
  if (reach.size === 0) return parameters;
  const given: Record<string, SqlValue> | SqlValue[] = Array.isArray(parameters)
    ? [...(parameters as readonly SqlValue[])]
    : { ...(parameters as Readonly<Record<string, SqlValue>>) };
  for (const { key, number } of boundCuts(sql, select, parameters).values())
    Object.assign(given, { [key]: Number(reach.get(number) ?? number) });
  return given;
}

/** By its name in the text, where each parameter is bound that stands beside LIMIT and OFFSET alone, and the whole number that it holds. */
function boundCuts(sql: string, select: Select, parameters: Parameters): Map<string, { key: string; number: bigint }> {
  const counts = new Map<string, number>();
  const count = (expr: Expr | null, by: number): void => {
    if (expr?.kind === 'parameter') counts.set(expr.text, (counts.get(expr.text) ?? 0) + by);
  };
  visit(select, {
    expr: (expr) => count(expr, 1),
    query: ({ limit, offset }) => [limit, offset].forEach((one) => count(one, -1)),
  });
  const found = new Map<string, { key: string; number: bigint }>();
  for (const { index, name } of variablesOf(sql)) {
    const key = Array.isArray(parameters) ? String(index - 1) : name;
    const value = (parameters as Readonly<Record<string, SqlValue>>)[key];
    const isWhole = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
    if (counts.get(name) === 0 && isWhole) found.set(name, { key, number: BigInt(value) });
  }
  return found;
}

function reached(expr: Expr | null, reach: Reach): Expr | null {
  const number = numberOf(expr);
  const instead = number === null ? undefined : reach.get(number);
  return instead === undefined ? expr : literal(String(instead));
}

function numberOf(expr: Select['limit']): bigint | null {
  return expr?.kind === 'literal' && /^\d+$/.test(expr.text) ? BigInt(expr.text) : null;
}

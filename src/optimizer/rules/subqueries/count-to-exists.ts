/**
 * `(SELECT count(*) FROM t WHERE p) > 0` → `EXISTS (SELECT 1 FROM t WHERE p)`. A count is never NULL, so both are 0 or 1 everywhere.
 * Left alone: any other bound, counts that are grouped, filtered by HAVING or limited, and counts of what the query around gives.
 */
import type { Core, Expr, Select } from '../../../sql/ast.ts';
import { and, conjunctsOf, isSimple, literal, not, selectOf } from '../../../sql/ast.ts';
import { mapExprs, mapQueries } from '../../../sql/walk.ts';
import { walkExpr } from '../../../sql/scope.ts';
import type { Schema } from '../../../sql/schema.ts';
import { aggregatesIn } from '../aggregates.ts';
import type { Rule } from '../rule.ts';
import { placesOf } from '../support.ts';

export const countToExists: Rule = {
  id: 'count-to-exists',
  apply(query, { schema }) {
    const foreign = foreignArguments(query, schema);
    let changes = 0;
    const inside = mapExprs(query, (expr) => {
      const asked = existenceAsked(expr);
      const counted = asked && asked.count.kind === 'scalar' ? existing(asked.count.query, foreign) : null;
      if (!asked || !counted) return expr;
      changes++;
      return asked.any ? counted : not(counted);
    });
    const select = mapQueries(inside, (one) => {
      const whole = wholeCount(one, foreign);
      if (whole) changes++;
      return whole ?? one;
    });
    return changes === 0 ? [] : [{ select, preconditions: [], note: 'EXISTS stops at the first row' }];
  },
};

/** What speaks of the query around alone: SQLite then counts the rows of that one. */
function foreignArguments(query: Select, schema: Schema): Set<Expr> {
  const foreign = new Set<Expr>();
  for (const { core, scope } of placesOf(query, schema)) {
    for (const { args } of core.columns.flatMap(({ expr }) => aggregatesIn(expr))) {
      const levels: (number | undefined)[] = [];
      for (const argument of args)
        walkExpr(argument, scope, { column: (_column, resolved) => void levels.push(resolved?.level) });
      if (levels.length > 0 && !levels.includes(0)) args.forEach((argument) => foreign.add(argument));
    }
  }
  return foreign;
}

/** `count > 0` and its kin: what is compared, and whether some rows or none are asked for. */
function existenceAsked(expr: Expr): { count: Expr; any: boolean } | null {
  if (expr.kind !== 'binary') return null;
  const { operator, left, right } = expr;
  const bound = numberOf(right);
  if (bound !== null) return asked(left, operator, bound);
  const mirrored = numberOf(left);
  if (mirrored === null) return null;
  return asked(right, MIRRORED[operator] ?? operator, mirrored);
}

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' };

function asked(count: Expr, operator: string, bound: 0 | 1): { count: Expr; any: boolean } | null {
  const question = `${operator} ${bound}`;
  if (/^(> 0|>= 1|<> 0|!= 0)$/.test(question)) return { count, any: true };
  if (/^(= 0|== 0|<= 0|< 1)$/.test(question)) return { count, any: false };
  return null;
}

function numberOf(expr: Expr): 0 | 1 | null {
  if (expr.kind !== 'literal') return null;
  return expr.text === '0' ? 0 : expr.text === '1' ? 1 : null;
}

/** EXISTS over what the query counts, or null when it does more than count. */
function existing(query: Select, foreign: ReadonlySet<Expr>): Expr | null {
  const [only] = query.first.columns;
  if (!isSimple(query) || query.limit || query.offset || query.first.columns.length !== 1 || !only) return null;
  const core = countedRows(query.first, only.expr, foreign);
  return core && { kind: 'exists', query: { ...query, first: core, orderBy: [] } };
}

/** The rows that `count` counts in this core. */
function countedRows(core: Core, count: Expr, foreign: ReadonlySet<Expr>): Core | null {
  if (core.distinct || core.groupBy.length > 0 || core.having || count.kind !== 'call') return null;
  if (count.over || count.filter) return null;
  if (count.name.toLowerCase() !== 'count') return null;
  const [argument] = count.args;
  const columns = [{ expr: literal('1'), alias: null }];
  if (argument && foreign.has(argument)) return null;
  if (!argument || argument.kind === 'star') return { ...core, columns };
  // Only values count, not NULLs; distinct ones or not is the same question.
  const present: Expr = { kind: 'binary', operator: 'IS NOT', left: argument, right: literal('NULL') };
  return { ...core, columns, where: and([...conjunctsOf(core.where), present]) };
}

/** `SELECT count(*) > 0 FROM t` → `SELECT EXISTS (SELECT 1 FROM t)`. */
function wholeCount(query: Select, foreign: ReadonlySet<Expr>): Select | null {
  const [only] = query.first.columns;
  if (!isSimple(query) || query.limit || query.offset || query.first.columns.length !== 1 || !only) return null;
  const question = existenceAsked(only.expr);
  const core = question && query.first.from.length > 0 ? countedRows(query.first, question.count, foreign) : null;
  if (!question || !core || query.orderBy.length > 0) return null;
  const exists: Expr = { kind: 'exists', query: selectOf(core) };
  const column = { expr: question.any ? exists : not(exists), alias: only.alias };
  return {
    ...query,
    first: { distinct: false, columns: [column], from: [], where: null, groupBy: [], having: null },
  };
}

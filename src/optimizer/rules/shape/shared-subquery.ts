/**
 * `FROM (…) AS a … (SELECT max(n) FROM (…))` → `WITH shared AS MATERIALIZED (…) … FROM shared AS a … (SELECT max(n) FROM shared)`: SQLite does not see that two
 * subqueries are the same, and makes each; a common table is made once. So for lists of IN. Made whole it is reached by no
 * condition from around: kept only when measured faster.
 * Left alone: subqueries that depend on what is around them or on a WITH, and plain ones, which SQLite takes apart.
 */
import type { Core, Expr, Select } from '../../../sql/ast.ts';
import { selectOf } from '../../../sql/ast.ts';
import type { Schema } from '../../../sql/schema.ts';
import { Shapes } from '../../../sql/shapes.ts';
import { foldCase } from '../../../sql/tokens.ts';
import { isQuery, mapCore, mapParts, mapSelect, visit, visitExpr } from '../../../sql/walk.ts';
import { isAggregated } from '../../determined.ts';
import type { Rule } from '../rule.ts';
import { freeName, isClosed, placesOf, tableNamesIn, type Place } from '../support.ts';

export const sharedSubquery: Rule = {
  id: 'shared-subquery',
  apply(query, { schema }) {
    const name = freeName(query, 'shared', schema);
    return twins(query, schema).map((all) => ({
      select: shared(query, all, name),
      preconditions: [],
      note: `what is read ${all.size} times, made once`,
    }));
  },
};

/** Sets of equal subqueries, each of more than one. */
function twins(query: Select, schema: Schema): Set<Select>[] {
  const shapes = new Shapes();
  const byShape = new Map<string, Set<Select>>();
  const named = new Set<string>();
  visit(query, { query: (one) => one.ctes.forEach((cte) => named.add(foldCase(cte.name))) });
  const isFree = (one: Select): boolean => [...tableNamesIn(one)].every((table) => !named.has(table));
  for (const place of placesOf(query, schema)) {
    for (const one of subqueriesOf(place)) {
      if (!isWork(one) || !isFree(one) || isClosed(one, place.scope) !== true) continue;
      const shape = shapes.of(one);
      byShape.set(shape, (byShape.get(shape) ?? new Set()).add(one));
    }
  }
  return [...byShape.values()].filter((all) => all.size > 1);
}

/** Those that a common table may stand for: in FROM, and as the list of IN. */
function subqueriesOf({ core }: Place): Select[] {
  const found = core.from.flatMap(({ table }) => (table.kind === 'select' ? table : []));
  const look = (expr: Expr): Expr => {
    visitExpr(expr, {
      expr: (part) => {
        if (part.kind === 'in' && isQuery(part.choices)) found.push(part.choices);
        // What stands in subqueries is found at their own place.
        return !/^(exists|scalar|in)$/.test(part.kind);
      },
    });
    return expr;
  };
  mapCore(core, { expr: look, query: (inner) => inner });
  return found;
}

/** More than rows let through. */
function isWork({ ctes, first, rest }: Select): boolean {
  return ctes.length === 0 && (rest.length > 0 || first.distinct || isAggregated(first) || first.from.length > 1);
}

function shared(query: Select, all: ReadonlySet<Select>, name: string): Select {
  const table = { kind: 'table', schema: null, name } as const;
  const rows = selectOf({
    distinct: false,
    columns: [{ expr: { kind: 'star', table: null }, alias: null }],
    from: [{ join: 'first', table, alias: null, on: null, using: null }],
    where: null,
    groupBy: [],
    having: null,
  });
  const parts = {
    expr: (expr: Expr): Expr => mapParts(expr, parts),
    query: (inner: Select): Select => (all.has(inner) ? rows : mapSelect(inner, parts)),
    core: (core: Core): Core => {
      const isTwin = core.from.some((source) => source.table.kind === 'select' && all.has(source.table));
      const from = core.from.map((source) =>
        source.table.kind === 'select' && all.has(source.table) ? { ...source, table } : source,
      );
      return mapCore(isTwin ? { ...core, from } : core, parts);
    },
  };
  const [body] = all;
  const changed = mapSelect(query, parts);
  return { ...changed, ctes: [{ name, columns: null, query: body, materialized: true }, ...changed.ctes] };
}

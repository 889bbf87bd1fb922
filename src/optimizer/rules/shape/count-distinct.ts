/**
 * `SELECT k, count(DISTINCT x) FROM t GROUP BY k` → `SELECT k, count(x) FROM (SELECT DISTINCT k, x FROM t) GROUP BY k`: within groups SQLite keeps a
 * list of values seen for each group in turn, after it has read the rows in the order of k; DISTINCT may read an index of both columns instead.
 * Left alone: other aggregates beside it, which count every row, several values, FILTER, groups by what is no column.
 */
import type { Core, Expr, Select } from '../../../sql/ast.ts';
import { column, literal, selectOf } from '../../../sql/ast.ts';
import { sourcesOf } from '../../../sql/scope.ts';
import { foldCase } from '../../../sql/tokens.ts';
import { someExpr } from '../../../sql/walk.ts';
import { groupKey } from '../../determined.ts';
import { aggregatesIn, type Call } from '../aggregates.ts';
import type { Rewrite, Rule } from '../rule.ts';
import { freeName, placesOf, type Place } from '../support.ts';
import { replacePlace, substitute, substituteCore } from '../substitute.ts';

export const countDistinct: Rule = {
  id: 'count-distinct',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) => rewrite(place, query));
  },
};

function rewrite(place: Place, query: Select): Rewrite[] {
  const { core, scope, owner } = place;
  if (core.groupBy.length === 0 || core.windows || owner.rest.length > 0) return [];
  const idOf = (expr: Expr): string | null => {
    const resolved = expr.kind === 'column' ? scope.resolve(expr) : null;
    return resolved?.scope === scope ? `${resolved.source.index} ${resolved.name}` : null;
  };
  const keys = new Map(core.groupBy.map((key) => groupKey(key, core, scope)).map((key) => [idOf(key), key]));
  const exprs = [...core.columns, ...owner.orderBy].map(({ expr }) => groupKey(expr, core, scope));
  if (core.having) exprs.push(core.having);
  const calls = exprs.flatMap(aggregatesIn);
  const [value] = calls.flatMap(({ args }) => args);
  const isOfValue = ({ args: [argument], filter, orderBy, distinct, name }: Call): boolean =>
    !filter && !orderBy && (distinct || /^(min|max)$/i.test(name)) && idOf(argument) === idOf(value);
  if (!calls.some(({ distinct }) => distinct) || !calls.every(isOfValue)) return [];
  if (keys.has(null) || idOf(value) === null || hidesKey(core, [...keys.values()], idOf)) return [];

  const name = freeName(query, 'seen', scope.schema);
  const shown = new Map([...keys.keys()].map((id, at) => [id, `${name}_k${at + 1}`]));
  const change = (expr: Expr): Expr | null => {
    if (expr.kind === 'call' && calls.includes(expr))
      return { ...expr, distinct: false, args: [column(name, `${name}_v`)] };
    const alias = shown.get(idOf(expr));
    return alias === undefined ? null : column(name, alias);
  };
  // Beside keys and aggregates nothing may speak of the rows.
  const rest = exprs.map((expr) => substitute(expr, (one) => change(one) && literal('1')));
  if (!rest.every((expr) => isRest(expr, place))) return [];
  const seen: Core = {
    ...core,
    distinct: true,
    columns: [
      ...[...keys].map(([id, expr]) => ({ expr, alias: shown.get(id) ?? null })),
      { expr: value, alias: `${name}_v` },
    ],
    groupBy: [],
    having: null,
  };
  // A column of the whole query gets its name back with the text.
  const nameOf = (expr: Expr): string | null => (expr.kind === 'column' && owner !== query ? expr.name : null);
  const columns = core.columns.map((one) => ({ ...one, alias: one.alias ?? nameOf(one.expr) }));
  const counted: Core = {
    ...substituteCore({ ...core, columns, groupBy: [...keys.values()], where: null }, change),
    from: [{ join: 'first', table: selectOf(seen), alias: name, on: null, using: null }],
  };
  return [
    { select: replacePlace(query, place, counted, change), preconditions: [], note: 'each value of a group once' },
  ];
}

/** A result column goes by the name of a key that it is not: ORDER BY means the column then. */
function hidesKey(core: Core, keys: readonly Expr[], idOf: (expr: Expr) => string | null): boolean {
  return core.columns.some(({ alias, expr }) =>
    keys.some(
      (key) =>
        key.kind === 'column' && alias !== null && foldCase(alias) === foldCase(key.name) && idOf(expr) !== idOf(key),
    ),
  );
}

function isRest(expr: Expr, { scope }: Place): boolean {
  const looksBeyond = someExpr(
    expr,
    (one) => /^(star|exists|scalar|in-table)$/.test(one.kind) || (one.kind === 'call' && one.over !== null),
  );
  return !looksBeyond && sourcesOf(expr, scope)?.size === 0;
}

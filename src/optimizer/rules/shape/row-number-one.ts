/**
 * `SELECT … FROM (SELECT …, row_number() OVER (PARTITION BY k ORDER BY o) AS rn FROM t) WHERE rn = 1` → `… FROM t WHERE o IN (SELECT min(o) FROM t
 * GROUP BY k)`, or the rows that one search for each k finds: the first of each group is found without numbering all the others.
 * Left alone: several rows of each group, orders with ties, joins, other windows beside it, a common table that is read twice.
 */
import type { Core, Expr, Select } from '../../../sql/ast.ts';
import { and, binary, column, conjunctsOf, isNullable, literal, selectOf } from '../../../sql/ast.ts';
import { containsKey } from '../../../sql/schema.ts';
import type { Resolved } from '../../../sql/scope.ts';
import { replaceCore } from '../../../sql/walk.ts';
import type { Precondition, Rewrite, Rule } from '../rule.ts';
import { freeName, placesOf, type Place } from '../support.ts';
import { neverNull } from '../correlation.ts';
import { numberedBy, type Numbered } from './numbered-rows.ts';

export const rowNumberOne: Rule = {
  id: 'row-number-one',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) =>
      questionsOf(place).flatMap(({ condition, resolved }) => {
        const numbered = numberedBy(resolved, query);
        if (!numbered) return [];
        const { core, number } = numbered;
        // Where an outer join may find nothing the question still drops what was not found.
        const isDone = !isNullable(place.core.from, resolved.source.index);
        const where = and(conjunctsOf(place.core.where).filter((one) => !isDone || one !== condition));
        const outer = replaceCore(query, place.core, { ...place.core, where });
        return [byExtreme(numbered), bySearch(numbered, query)].flatMap((found): Rewrite[] => {
          if (!found) return [];
          const first: Core = {
            ...core,
            columns: core.columns.map((one) => ({ ...one, expr: one.expr === number ? literal('1') : one.expr })),
            where: and([...conjunctsOf(core.where), found.isFirst]),
          };
          const { preconditions, note } = found;
          return [{ select: replaceCore(outer, core, first), preconditions, note }];
        });
      }),
    );
  },
};

/** `column = 1`, in WHERE or in the ON that decides which rows of its table are joined. */
function questionsOf({ core, scope }: Place): { condition: Expr; resolved: Resolved }[] {
  const ons = core.from.flatMap(({ on, join }, index) =>
    /^(JOIN|LEFT JOIN)$/.test(join) ? conjunctsOf(on).map((condition) => ({ condition, index })) : [],
  );
  const all = [...conjunctsOf(core.where).map((condition) => ({ condition, index: null })), ...ons];
  return all.flatMap(({ condition, index }) => {
    if (condition.kind !== 'binary' || condition.left.kind !== 'column' || condition.right.kind !== 'literal')
      return [];
    const resolved = scope.resolve(condition.left);
    const asksFirst = /^(= 1|<= 1|< 2)$/.test(`${condition.operator} ${condition.right.text}`);
    const isOwn = resolved?.scope === scope && (index === null || resolved.source.index === index);
    return asksFirst && isOwn ? [{ condition, resolved }] : [];
  });
}

interface Found {
  /** True of the first row of each group. */
  isFirst: Expr;
  preconditions: readonly Precondition[];
  note: string;
}

/** The least of each group, or the greatest, where that is what the order asks for. */
function byExtreme({ core, table, keys, order, window, isTotal }: Numbered): Found | null {
  const [term] = order;
  if (order.length !== 1 || !term?.column || [term, ...keys].some((one) => one?.column?.collation !== 'BINARY'))
    return null;
  // What is a key by itself needs no group to tell it from others.
  const alone = term.column.isRowid || containsKey(table, [term.name]);
  const needed = [term, ...(alone ? [] : keys)].map((one) => one && neverNull(one, core));
  if (needed.includes(null)) return null;
  const [{ expr, descending }] = window.orderBy;
  const extreme: Expr = { kind: 'call', name: descending ? 'max' : 'min', distinct: false, args: [expr], over: null };
  const compared = alone ? [] : window.partitionBy;
  const groups = selectOf({
    ...core,
    columns: [...compared, extreme].map((one) => ({ expr: one, alias: null })),
    groupBy: window.partitionBy,
  });
  const operand: Expr = compared.length === 0 ? expr : { kind: 'row', items: [...compared, expr] };
  return {
    isFirst: { kind: 'in', not: false, operand, choices: groups },
    preconditions: [isTotal, ...needed.flatMap((one) => one ?? [])],
    note: `the ${descending ? 'greatest' : 'least'} of each group`,
  };
}

/** One search for each group: quick where few groups have many rows, and an index has their order. */
function bySearch({ core, scope, rowid, keys, window, isTotal }: Numbered, query: Select): Found | null {
  if (rowid === null) return null;
  const name = freeName(query, 'keys', scope.schema);
  const id = column(null, rowid);
  const matches = window.partitionBy.map((expr, at) =>
    binary(keys[at]?.column?.notNull ? '=' : 'IS', expr, column(name, `${name}_k${at + 1}`)),
  );
  const search: Select = {
    ...selectOf({
      ...core,
      columns: [{ expr: id, alias: null }],
      where: and([...conjunctsOf(core.where), ...matches]),
    }),
    orderBy: window.orderBy,
    limit: literal('1'),
  };
  const groups = selectOf({
    ...core,
    distinct: true,
    columns: window.partitionBy.map((expr, at) => ({ expr, alias: `${name}_k${at + 1}` })),
  });
  const firsts = selectOf({
    distinct: false,
    columns: [{ expr: { kind: 'scalar', query: search }, alias: null }],
    from: [{ join: 'first', table: groups, alias: name, on: null, using: null }],
    where: null,
    groupBy: [],
    having: null,
  });
  return {
    isFirst: { kind: 'in', not: false, operand: id, choices: window.partitionBy.length === 0 ? search : firsts },
    preconditions: [isTotal],
    note: 'one search for each group',
  };
}

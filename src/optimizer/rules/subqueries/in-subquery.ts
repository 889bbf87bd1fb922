/**
 * `x IN (SELECT k …)` as a join with the distinct k, as EXISTS, and back again; NOT EXISTS as NOT IN where NULL is taken care of.
 * All say the same only as a condition of WHERE, where NULL and false both drop the row, and only if both sides compare by the same rules.
 * Left alone: NOT IN over what may be NULL, differing affinities, collations, anything under OR.
 */
import type { Core, Expr, ExprOf, Select, Source } from '../../../sql/ast.ts';
import { and, binary, column, conjunctsOf, isNullable, isSimple, literal, not, selectOf } from '../../../sql/ast.ts';
import { containsKey, type ColumnInfo, type Schema } from '../../../sql/schema.ts';
import { Scope, walkExpr, type Resolved } from '../../../sql/scope.ts';
import { isQuery, replaceCore } from '../../../sql/walk.ts';
import { isAggregated } from '../../determined.ts';
import { bySchema, type Precondition, type Rewrite, type Rule } from '../rule.ts';
import { freeName, isClosed, placesOf, withoutStars, type Place } from '../support.ts';

export const inSubquery: Rule = {
  id: 'in-subquery',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) => {
      const conjuncts = conjunctsOf(place.core.where);
      return conjuncts.flatMap((conjunct, index) => {
        const rest = conjuncts.toSpliced(index, 1);
        const swap = (condition: Expr): Select =>
          replaceCore(query, place.core, { ...place.core, where: and(conjuncts.with(index, condition)) });
        const inside = conjunct.kind === 'unary' && conjunct.operator === 'NOT' ? conjunct.operand : conjunct;
        const negated = inside !== conjunct;
        if (inside.kind === 'exists') return fromExists(inside.query, negated, place, swap);
        if (inside.kind !== 'in' || !isQuery(inside.choices)) return [];
        const question = { ...inside, not: inside.not !== negated, choices: inside.choices };
        return [...toExists(question, place, swap), ...toJoin(question, place, rest, query, schema)];
      });
    });
  },
};

type InQuery = ExprOf<'in'> & { choices: Select };

/** A single core that does no more than filter. */
function isPlain(query: Select): boolean {
  const { first } = query;
  return (
    isSimple(query) &&
    query.ctes.length === 0 &&
    !query.limit &&
    !query.offset &&
    !isAggregated(first) &&
    first.from.length > 0 &&
    first.from.every(({ table }) => table.kind === 'table' || table.kind === 'select')
  );
}

/** Both sides are columns of tables and compare alike: the same affinity, no collation but bytes. */
function comparesAlike(a: Resolved | null, b: Resolved | null): Precondition[] | null {
  if (!a?.column || !b?.column || !a.source.table || !b.source.table) return null;
  return [
    bySchema(`${a.name} and ${b.name} have the same affinity`, a.column.affinity === b.column.affinity),
    bySchema('they compare by bytes', !a.source.table.collated && !b.source.table.collated),
  ];
}

function notNull(column: ColumnInfo | null, place: Place, resolved: Resolved | null): Precondition {
  // An outer join gives NULL where the column itself never is.
  const outer = resolved !== null && isNullable(place.core.from, resolved.source.index);
  return bySchema(`${column?.name ?? 'the value'} is never NULL`, column?.notNull === true && !outer);
}

function toExists(expr: InQuery, { core, scope }: Place, swap: (condition: Expr) => Select): Rewrite[] {
  const { choices, operand } = expr;
  const [only] = choices.first.columns;
  if (
    !isPlain(choices) ||
    operand.kind !== 'column' ||
    choices.first.columns.length !== 1 ||
    only?.expr.kind !== 'column'
  )
    return [];
  const outer = scope.resolve(operand);
  const inner = new Scope(choices.first, scope.schema, scope.ctes, scope);
  const key = inner.resolve(only.expr);
  const alike = comparesAlike(outer, key);
  if (!alike || !outer || outer.level !== 0 || !key || key.level !== 0) return [];
  // Inside, the name must still mean the outer column.
  if (inner.sources.some((source) => source.name === outer.source.name) || outer.source.label === '') return [];
  const link = binary('=', column(outer.source.label, outer.name), only.expr);
  const first: Core = {
    ...choices.first,
    distinct: false,
    columns: [{ expr: literal('1'), alias: null }],
    where: and([...conjunctsOf(choices.first.where), link]),
  };
  const exists: Expr = { kind: 'exists', query: { ...choices, first, orderBy: [] } };
  const preconditions = expr.not
    ? [...alike, notNull(outer.column, { core, scope } as Place, outer), innerNotNull(key, choices.first)]
    : alike;
  return [{ select: swap(expr.not ? not(exists) : exists), preconditions, note: expr.not ? 'NOT EXISTS' : 'EXISTS' }];
}

function innerNotNull(key: Resolved, core: Core): Precondition {
  const outer = isNullable(core.from, key.source.index);
  return bySchema(`${key.name} is never NULL`, key.column?.notNull === true && !outer);
}

function toJoin(expr: InQuery, place: Place, rest: readonly Expr[], query: Select, schema: Schema): Rewrite[] {
  const { core, scope } = place;
  const { choices, operand } = expr;
  const [only] = choices.first.columns;
  if (expr.not || !isPlain(choices) || choices.first.columns.length !== 1 || only?.expr.kind !== 'column') return [];
  if (operand.kind !== 'column' || isClosed(choices, scope) !== true) return [];
  const inner = new Scope(choices.first, schema, scope.ctes, scope);
  const outer = scope.resolve(operand);
  const key = inner.resolve(only.expr);
  const alike = comparesAlike(outer, key);
  const columns = withoutStars(core, scope);
  if (!alike || !columns || !key || outer?.level !== 0) return [];
  const [table] = choices.first.from;
  const unique =
    choices.first.from.length === 1 &&
    table?.table.kind === 'table' &&
    key.source.table !== null &&
    containsKey(key.source.table, [key.name]);
  const name = freeName(query, 'picked', schema);
  const distinct: Select = {
    ...choices,
    orderBy: [],
    // A key needs no DISTINCT, and without it SQLite can merge the subquery into the join.
    first: { ...choices.first, distinct: !unique, columns: [{ expr: only.expr, alias: name }] },
  };
  const source: Source = { join: 'JOIN', table: distinct, alias: name, on: null, using: null };
  const match = binary('=', operand, column(name, name));
  const joined: Core = { ...core, columns, from: [...core.from, source], where: and([...rest, match]) };
  return [{ select: replaceCore(query, core, joined), preconditions: alike, note: 'a join with the distinct values' }];
}

/** `EXISTS (SELECT … WHERE k = x AND p)` → `x IN (SELECT k … WHERE p)`: the subquery then runs once, not once for each row. */
function fromExists(exists: Select, negated: boolean, place: Place, swap: (condition: Expr) => Select): Rewrite[] {
  if (!isPlain(exists)) return [];
  const inner = new Scope(exists.first, place.scope.schema, place.scope.ctes, place.scope);
  const conjuncts = conjunctsOf(exists.first.where);
  return conjuncts.flatMap((conjunct, index) => {
    const link = linkOf(conjunct, inner);
    if (!link || link.outer.scope !== place.scope) return [];
    const alike = comparesAlike(link.outer, link.inner);
    if (!alike) return [];
    const others = conjuncts.toSpliced(index, 1);
    if (
      ![...others, ...exists.first.from.flatMap((source) => (source.on ? [source.on] : []))].every((one) =>
        staysInside(one, inner),
      )
    )
      return [];
    const present = binary('IS NOT', link.innerExpr, literal('NULL'));
    const kept = innerNotNull(link.inner, exists.first).by === 'schema' || !negated ? others : [...others, present];
    const choices = selectOf({
      ...exists.first,
      distinct: false,
      columns: [{ expr: link.innerExpr, alias: null }],
      where: and(kept),
    });
    const listed: Expr = { kind: 'in', not: negated, operand: link.outerExpr, choices };
    if (!negated) return [{ select: swap(listed), preconditions: alike, note: 'IN' }];
    // NOT EXISTS keeps a row whose value is NULL; NOT IN would drop it.
    const safe =
      notNull(link.outer.column, place, link.outer).by === 'schema'
        ? listed
        : binary('OR', binary('IS', link.outerExpr, literal('NULL')), listed);
    return [{ select: swap(safe), preconditions: alike, note: 'NOT IN' }];
  });
}

interface Link {
  innerExpr: Expr;
  outerExpr: Expr;
  inner: Resolved;
  outer: Resolved;
}

/** `inner.k = outer.x`, either way round. */
function linkOf(expr: Expr, scope: Scope): Link | null {
  if (expr.kind !== 'binary' || !/^==?$/.test(expr.operator)) return null;
  for (const [innerExpr, outerExpr] of [
    [expr.left, expr.right],
    [expr.right, expr.left],
  ] as const) {
    if (innerExpr.kind !== 'column' || outerExpr.kind !== 'column') return null;
    const [inner, outer] = [scope.resolve(innerExpr), scope.resolve(outerExpr)];
    if (inner?.level === 0 && outer?.level === 1) return { innerExpr, outerExpr, inner, outer };
  }
  return null;
}

/** No column in it comes from outside of the subquery. */
function staysInside(expr: Expr, scope: Scope): boolean {
  let inside = true;
  const outside = new Set<Scope>();
  for (let one = scope.outer; one; one = one.outer) outside.add(one);
  walkExpr(expr, scope, {
    column: (_column, resolved) => {
      if (!resolved || outside.has(resolved.scope)) inside = false;
    },
  });
  return inside;
}

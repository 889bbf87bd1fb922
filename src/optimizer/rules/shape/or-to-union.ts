/**
 * `… WHERE p OR q` over several tables → `… WHERE p UNION ALL … WHERE q AND (p) IS NOT TRUE`. Each row of the join satisfies exactly one
 * arm, so none is lost and none doubled; NOT p would lose the rows where p is NULL. Aggregates and sorts stay outside, over the union.
 * Left alone: an OR over one table, for which SQLite has a plan of its own.
 */
import type { Arm, Core, Expr, OrderTerm, ResultColumn, Select } from '../../../sql/ast.ts';
import { and, binary, column, conjunctsOf, disjunctsOf, isSimple, literal } from '../../../sql/ast.ts';
import type { Schema } from '../../../sql/schema.ts';
import { sourcesOf, type Scope } from '../../../sql/scope.ts';
import { printExpr } from '../../../sql/print.ts';
import { foldCase } from '../../../sql/tokens.ts';
import { mapParts, replaceQuery, someExpr } from '../../../sql/walk.ts';
import { containsAggregate, isAggregated } from '../../determined.ts';
import type { Rewrite, Rule } from '../rule.ts';
import { freeName, placesOf, withoutStars, type Place } from '../support.ts';

/** More arms than this read the tables too often. */
const ARMS_MAX = 4;

export const orToUnion: Rule = {
  id: 'or-to-union',
  apply(query, { schema }) {
    const rewrites: Rewrite[] = [];
    for (const place of placesOf(query, schema)) {
      if (!isSimple(place.owner) || place.core.from.length < 2 || place.core.windows) continue;
      const conjuncts = conjunctsOf(place.core.where);
      for (const [index, conjunct] of conjuncts.entries()) {
        const disjuncts = disjunctsOf(conjunct);
        if (disjuncts.length < 2 || disjuncts.length > ARMS_MAX || !spansTables(disjuncts, place.scope)) continue;
        const replacement = split(place, disjuncts, conjuncts.toSpliced(index, 1), query, schema);
        if (!replacement) continue;
        const select = replaceQuery(query, place.owner, replacement);
        rewrites.push({ select, preconditions: [], note: `${disjuncts.length} arms, each free to use its own index` });
      }
    }
    return rewrites;
  },
};

/** Each side draws on one table, and not all on the same. */
function spansTables(disjuncts: readonly Expr[], scope: Scope): boolean {
  const sources = disjuncts.map((one) => sourcesOf(one, scope));
  if (!sources.every((one) => one !== null && one.size === 1)) return false;
  return new Set(sources.flatMap((one) => [...(one ?? [])])).size > 1;
}

function split(
  place: Place,
  disjuncts: readonly Expr[],
  rest: readonly Expr[],
  query: Select,
  schema: Schema,
): Select | null {
  const { core, scope, owner } = place;
  const columns = withoutStars(core, scope);
  if (!columns) return null;
  const union = (inner: readonly ResultColumn[], operator: Arm['operator']): Pick<Select, 'first' | 'rest'> => {
    const arms = disjuncts.map((disjunct, index): Core => {
      const earlier = disjuncts.slice(0, index).map((one) => binary('IS NOT', one, literal('TRUE')));
      return {
        ...core,
        distinct: false,
        columns: inner,
        where: and([...rest, disjunct, ...earlier]),
        groupBy: [],
        having: null,
      };
    });
    const [first, ...others] = arms;
    return { first: first ?? core, rest: others.map((arm) => ({ operator, core: arm })) };
  };
  if (!isAggregated(core) && !owner.orderBy.some((term) => containsAggregate(term.expr))) {
    const orderBy = positions(owner.orderBy, columns);
    if (orderBy) return { ...owner, ...union(columns, core.distinct ? 'UNION' : 'UNION ALL'), orderBy };
  }
  return wrapped(place, columns, (inner) => union(inner, 'UNION ALL'), query, schema);
}

/** A union is sorted by its result columns only, so each term must be one of them. */
function positions(terms: readonly OrderTerm[], columns: readonly ResultColumn[]): OrderTerm[] | null {
  const found: OrderTerm[] = [];
  for (const term of terms) {
    if (term.expr.kind === 'literal') {
      found.push(term);
      continue;
    }
    const printed = printExpr(term.expr);
    let index = columns.findIndex(
      ({ alias }) =>
        alias !== null &&
        term.expr.kind === 'column' &&
        term.expr.table === null &&
        foldCase(alias) === foldCase(term.expr.name),
    );
    if (index < 0) index = columns.findIndex(({ expr }) => printExpr(expr) === printed);
    if (index < 0) return null;
    found.push({ ...term, expr: literal(String(index + 1)) });
  }
  return found;
}

/** The union as a subquery that gives the columns in use; everything else stays as it was, over it. */
function wrapped(
  { core, scope, owner }: Place,
  columns: readonly ResultColumn[],
  union: (inner: readonly ResultColumn[]) => Pick<Select, 'first' | 'rest'>,
  query: Select,
  schema: Schema,
): Select | null {
  const stem = freeName(query, 'part', schema);
  const inner = new Map<string, ResultColumn>();
  const aliases = new Set(columns.map(({ alias }) => alias && foldCase(alias)));
  let possible = true;
  /** `inOrder`: a name means a result column before it means one of a table. */
  const outside = (expr: Expr, inOrder = false): Expr => {
    if (expr.kind === 'exists' || expr.kind === 'scalar' || (expr.kind === 'in' && 'kind' in expr.choices))
      possible = false;
    if (expr.kind !== 'column')
      return mapParts(expr, { expr: (part) => outside(part, inOrder && expr.kind === 'collate'), query: (one) => one });
    const resolved = scope.resolve(expr);
    if (expr.table === null && aliases.has(foldCase(expr.name)) && (inOrder || !resolved)) return expr;
    if (!resolved) possible = false;
    if (!resolved || resolved.scope !== scope) return expr;
    const key = `${resolved.source.index} ${resolved.name}`;
    const known = inner.get(key) ?? { expr, alias: `${stem}_${inner.size + 1}` };
    inner.set(key, known);
    return column(null, known.alias ?? '');
  };
  const kept = columns.map((one) => ({
    expr: outside(one.expr),
    // What was named after its column keeps that name.
    alias: one.alias ?? (one.expr.kind === 'column' ? one.expr.name : null),
  }));
  const groupBy = core.groupBy.map((expr) => outside(expr));
  const having = core.having && outside(core.having);
  const orderBy = owner.orderBy.map((term) => ({ ...term, expr: outside(term.expr, true) }));
  if (!possible || kept.some(({ expr }) => someExpr(expr, (part) => part.kind === 'star' && part.table !== null)))
    return null;
  const needed = inner.size > 0 ? [...inner.values()] : [{ expr: literal('1'), alias: `${stem}_1` }];
  const table: Select = {
    ...owner,
    recursive: false,
    ctes: [],
    orderBy: [],
    limit: null,
    offset: null,
    ...union(needed),
  };
  return {
    ...owner,
    first: {
      distinct: core.distinct,
      columns: kept,
      from: [{ join: 'first', table, alias: stem, on: null, using: null }],
      where: null,
      groupBy,
      having,
    },
    rest: [],
    orderBy,
  };
}

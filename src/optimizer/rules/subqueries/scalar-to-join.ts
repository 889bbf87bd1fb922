/**
 * `(SELECT sum(v) FROM b WHERE b.k = a.x AND p)` → `LEFT JOIN (SELECT k, sum(v) FROM b WHERE p GROUP BY k) ON k = a.x` (Kim 1982, with the
 * outer join that keeps its count bug away): all groups are made once, instead of one for each row. Subqueries over the same rows share one join.
 * Left alone: what is limited, sorted, DISTINCT or grouped already, links other than equality, aggregates of which nothing is known for no rows.
 */
import type { Core, Expr, ResultColumn, Select, Source } from '../../../sql/ast.ts';
import { and, binary, column, literal, selectOf } from '../../../sql/ast.ts';
import { printExpr, printSelect } from '../../../sql/print.ts';
import { foldCase } from '../../../sql/tokens.ts';
import { someExpr } from '../../../sql/walk.ts';
import { isAggregate } from '../../determined.ts';
import { aggregatesIn } from '../aggregates.ts';
import type { Precondition, Rewrite, Rule } from '../rule.ts';
import { freeName, isClosed, partsOf, placesOf, withoutStars, type Place } from '../support.ts';
import { isBare, scopeWithin, unlink, type Unlinked } from '../correlation.ts';
import { scalarsOf, type Scalar } from '../scalars.ts';
import { replacePlace, substitute, substituteCore } from '../substitute.ts';

/** What each gives for no rows; the join gives NULL. */
const OF_NO_ROWS: Readonly<Record<string, string>> = {
  count: '0',
  total: '0.0',
  sum: 'NULL',
  avg: 'NULL',
  min: 'NULL',
  max: 'NULL',
};
/** More joins than this are rarely wanted each by itself. */
const SINGLE_MAX = 4;

/** Subqueries over the same rows with the same links. */
interface Group {
  unlinked: Unlinked;
  members: Scalar[];
}

export const scalarToJoin: Rule = {
  id: 'scalar-to-join',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) => {
      const groups = groupsOf(place);
      const sets = groups.length <= 1 ? [groups] : [groups, ...groups.slice(0, SINGLE_MAX).map((one) => [one])];
      return sets.flatMap((set) => (set.length === 0 ? [] : rewrite(set, place, query)));
    });
  },
};

function groupsOf(place: Place): Group[] {
  const groups = new Map<string, Group>();
  for (const member of scalarsOf(place)) {
    const unlinked = aggregated(member.query, place);
    if (!unlinked) continue;
    const { core, links } = unlinked;
    const key = [
      printSelect(selectOf({ ...core, columns: [] })),
      ...links.flatMap((link) => [link.innerExpr, link.outerExpr]).map(printExpr),
    ];
    const group = groups.get(key.join('\n')) ?? { unlinked, members: [] };
    group.members.push(member);
    groups.set(key.join('\n'), group);
  }
  return [...groups.values()];
}

/** The subquery as one that aggregates all rows with the links' values, or null. */
function aggregated(query: Select, { scope }: Place): Unlinked | null {
  const { first } = query;
  const [only] = first.columns;
  if (!isBare(query) || query.orderBy.length > 0 || first.columns.length !== 1 || !only) return null;
  if (first.distinct || first.groupBy.length > 0 || first.having) return null;
  const aggregates = aggregatesIn(only.expr);
  if (aggregates.length === 0 || !aggregates.every((one) => foldCase(one.name) in OF_NO_ROWS)) return null;
  // Beside aggregates, only what means the same outside.
  const inner = scopeWithin(first, scope);
  const bare = (expr: Expr): boolean =>
    !isAggregate(expr) &&
    (/^(exists|scalar|in|in-table|star)$/.test(expr.kind) ||
      (expr.kind === 'column' && inner.resolve(expr)?.level !== 1) ||
      partsOf(expr).some(bare));
  if (bare(only.expr) || someExpr(only.expr, ({ kind }) => kind === 'collate')) return null;
  const unlinked = unlink(query, scope);
  const shown = unlinked && selectOf({ ...unlinked.core, columns: aggregates.map((expr) => ({ expr, alias: null })) });
  return shown && isClosed(shown, scope) === true ? unlinked : null;
}

function rewrite(groups: readonly Group[], place: Place, query: Select): Rewrite[] {
  const { core, scope } = place;
  const columns = withoutStars(core, scope);
  if (!columns) return [];
  const values = new Map<Scalar, Expr>();
  const preconditions: Precondition[] = [];
  const joins: Source[] = [];
  // Names within the tables that are added are their own affair, those of the tables are not.
  let named = query;
  for (const group of groups) {
    const source = joinOf(group, freeName(named, 'grouped', scope.schema), values);
    joins.push(source);
    named = { ...named, first: { ...named.first, from: [...named.first.from, source] } };
    preconditions.push(...group.unlinked.preconditions);
  }
  const change = (expr: Expr): Expr | null => (expr.kind === 'scalar' ? (values.get(expr) ?? null) : null);
  const joined: Core = { ...substituteCore({ ...core, columns }, change), from: [...core.from, ...joins] };
  const select = replacePlace(query, place, joined, change);
  const note =
    joins.length === 1 ? 'all groups made once, then joined' : `${joins.length} sets of groups made once, then joined`;
  return [{ select, preconditions, note }];
}

/** The groups as a table to join; `values` learns what stands for each subquery. */
function joinOf({ unlinked, members }: Group, name: string, values: Map<Scalar, Expr>): Source {
  const { core, links } = unlinked;
  const columns: ResultColumn[] = links.map(({ innerExpr }, index) => ({
    expr: innerExpr,
    alias: `${name}_k${index + 1}`,
  }));
  const known = new Map<string, string>();
  const standIn = (expr: Expr): Expr | null => {
    if (expr.kind !== 'call' || !isAggregate(expr)) return null;
    const text = printExpr(expr);
    const alias = known.get(text) ?? `${name}_${known.size + 1}`;
    if (!known.has(text)) columns.push({ expr, alias });
    known.set(text, alias);
    const ofNone = OF_NO_ROWS[foldCase(expr.name)];
    const value = column(name, alias);
    if (ofNone === 'NULL') return value;
    return { kind: 'call', name: 'coalesce', distinct: false, args: [value, literal(ofNone)], over: null };
  };
  for (const member of members) {
    const [only] = member.query.first.columns;
    values.set(member, substitute(only.expr, standIn));
  }
  const grouped: Core = { ...core, columns, groupBy: links.map(({ innerExpr }) => innerExpr) };
  const on = and(links.map(({ outerExpr }, index) => binary('=', column(name, `${name}_k${index + 1}`), outerExpr)));
  return { join: 'LEFT JOIN', table: selectOf(grouped), alias: name, on, using: null };
}

/**
 * `SELECT c.city, sum(o.v) FROM o JOIN c ON c.id = o.c_id GROUP BY c.city` → the sums of each o.c_id first, then joined and summed up (Yan and
 * Larson 1995): one row for each customer is joined, not one for each order. Each row of such a sum would have met the same rows of c.
 * Left alone: averages and DISTINCT values, which do not add up, sums of what may be no integer, links other than equality.
 */
import type { Core, Expr, ExprOf, ResultColumn, Select, Source } from '../../../sql/ast.ts';
import { and, column, literal, selectOf } from '../../../sql/ast.ts';
import { printExpr } from '../../../sql/print.ts';
import { sourcesOf, type Scope } from '../../../sql/scope.ts';
import { foldCase } from '../../../sql/tokens.ts';
import { isAggregate, isAggregated } from '../../determined.ts';
import { aggregatesIn, smallIntegers } from '../aggregates.ts';
import type { Precondition, Rewrite, Rule } from '../rule.ts';
import { freeName, placesOf, type Place } from '../support.ts';
import { comparesAlike } from '../correlation.ts';
import { innerConditions, isInner } from '../joins.ts';
import { replacePlace, substitute, substituteCore } from '../substitute.ts';
import { usedElsewhere } from './usage.ts';

/** What adds up the parts of each. */
const ADDS_UP: Readonly<Record<string, string>> = { count: 'sum', sum: 'sum', min: 'min', max: 'max' };

export const eagerAggregation: Rule = {
  id: 'eager-aggregation',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) =>
      isAggregated(place.core) && !place.core.windows && place.core.from.length > 1
        ? place.scope.sources.flatMap(({ index }) => rewrite(index, place, query))
        : [],
    );
  },
};

function rewrite(index: number, place: Place, query: Select): Rewrite[] {
  const { core, scope, owner } = place;
  const source = core.from[index];
  const { label, table } = scope.sources[index];
  if (!table || label === '' || !core.from.every(isInner) || core.from.some(({ using }) => using)) return [];
  const own: Expr[] = [];
  const outside: Expr[] = [];
  const links: { key: ExprOf<'column'>; condition: Expr; preconditions: readonly Precondition[] }[] = [];
  for (const condition of innerConditions(core)) {
    const sources = sourcesOf(condition, scope);
    if (!sources) return [];
    if (!sources.has(index)) outside.push(condition);
    else if (sources.size === 1) own.push(condition);
    else {
      const link = linkOf(condition, index, place);
      if (!link) return [];
      links.push({ ...link, condition });
    }
  }
  const sums = links.length === 0 ? null : addingUp(index, place);
  if (!sums) return [];

  const name = freeName(query, 'parts', scope.schema);
  const keys = [...new Map(links.map(({ key }) => [printExpr(key), key])).values()];
  const parts: ResultColumn[] = keys.map((key, at) => ({ expr: key, alias: `${name}_k${at + 1}` }));
  const stand = new Map<string, Expr>();
  const change = (expr: Expr): Expr | null => {
    if (expr.kind === 'call' && isAggregate(expr)) {
      const text = printExpr(expr);
      const part = stand.get(text) ?? column(name, `${name}_${stand.size + 1}`);
      if (!stand.has(text)) parts.push({ expr, alias: `${name}_${stand.size + 1}` });
      stand.set(text, part);
      return addedUp(expr, part, core.groupBy.length > 0);
    }
    const at = keys.findIndex((key) => expr.kind === 'column' && printExpr(key) === printExpr(expr));
    return at < 0 ? null : column(name, `${name}_k${at + 1}`);
  };
  const linking = links.map(({ condition }) => condition);
  const where = and([...outside, ...linking]);
  const changed = substituteCore({ ...core, where }, change);
  const early: Core = {
    distinct: false,
    columns: parts,
    from: [{ ...source, join: 'first', on: null }],
    where: and(own),
    groupBy: keys,
    having: null,
  };
  const from = core.from.map((one, at): Source => {
    const join = at === 0 ? 'first' : one.join;
    return at === index
      ? { join, table: selectOf(early), alias: name, on: null, using: null }
      : { ...one, join, on: null };
  });
  const select = replacePlace(query, place, { ...changed, from }, change);
  // Beside what its parts stand for, nothing may speak of the table.
  const blank = (expr: Expr): Expr | null => change(expr) && literal('1');
  const orderBy = owner.orderBy.map((term) => ({ ...term, expr: substitute(term.expr, blank) }));
  const left = {
    core: { ...substituteCore({ ...core, where }, blank), from: [] },
    scope,
    owner: { ...owner, orderBy },
  };
  if (usedElsewhere(index, left, { conditions: [], ons: [] })) return [];
  const preconditions = [...links.flatMap((link) => link.preconditions), ...sums];
  return [{ select, preconditions, note: `parts of ${label} first` }];
}

function linkOf(
  condition: Expr,
  index: number,
  { scope }: Place,
): { key: ExprOf<'column'>; preconditions: readonly Precondition[] } | null {
  if (condition.kind !== 'binary' || condition.operator !== '=') return null;
  for (const [key, otherExpr] of [
    [condition.left, condition.right],
    [condition.right, condition.left],
  ]) {
    if (key.kind !== 'column' || otherExpr.kind !== 'column') return null;
    const [inner, other] = [scope.resolve(key), scope.resolve(otherExpr)];
    if (inner?.scope !== scope || inner.source.index !== index || other?.scope !== scope) continue;
    const preconditions = comparesAlike(inner, other);
    // Under these affinities equal values are one value, and a group may stand for its rows.
    if (preconditions && /^(INTEGER|NUMERIC|TEXT)$/.test(inner.column?.affinity ?? '')) return { key, preconditions };
  }
  return null;
}

/** What it takes for all aggregates to be made of parts of the source; null when some cannot be, or there is none. */
function addingUp(index: number, { core, scope, owner }: Place): Precondition[] | null {
  const exprs = [...core.columns.map(({ expr }) => expr), ...owner.orderBy.map((term) => term.expr), core.having];
  const aggregates = exprs.flatMap((expr) => (expr ? aggregatesIn(expr) : []));
  const needed = aggregates.map((call) => {
    if (call.distinct || call.orderBy || !(foldCase(call.name) in ADDS_UP)) return null;
    const [argument] = call.args;
    const looked = [...(argument.kind === 'star' ? [] : [argument]), ...(call.filter ? [call.filter] : [])];
    if (!looked.every((one) => isOf(one, index, scope))) return null;
    return foldCase(call.name) === 'sum' ? smallIntegers(argument, scope) : [];
  });
  return aggregates.length === 0 || needed.includes(null) ? null : needed.flatMap((one) => one ?? []);
}

function isOf(expr: Expr, index: number, scope: Scope): boolean {
  const sources = sourcesOf(expr, scope);
  return sources !== null && [...sources].every((one) => one === index);
}

function addedUp(call: ExprOf<'call'>, part: Expr, hasGroups: boolean): Expr {
  const name = foldCase(call.name);
  const sum: Expr = { kind: 'call', name: ADDS_UP[name], distinct: false, args: [part], over: null };
  // Without GROUP BY there is a result of no rows too, of which a count is 0.
  if (name !== 'count' || hasGroups) return sum;
  return { kind: 'call', name: 'coalesce', distinct: false, args: [sum, literal('0')], over: null };
}

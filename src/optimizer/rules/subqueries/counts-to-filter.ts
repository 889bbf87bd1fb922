/**
 * `SELECT (SELECT count(*) FROM t WHERE p), (SELECT sum(v) FROM t WHERE q)` → one row of `count(*) FILTER (WHERE p), sum(v) FILTER (WHERE q)`
 * from t: the table is read once. What all of them ask stays in WHERE.
 * Left alone: a single subquery, what hangs on the query around it, what is grouped, limited or DISTINCT.
 */
import type { Core, Expr, ResultColumn, Select, Source } from '../../../sql/ast.ts';
import { and, column, conjunctsOf, selectOf } from '../../../sql/ast.ts';
import { printExpr, printSelect } from '../../../sql/print.ts';
import { isAggregate } from '../../determined.ts';
import { aggregatesIn, isMadeOfAggregates } from '../aggregates.ts';
import type { Rewrite, Rule } from '../rule.ts';
import { freeName, isClosed, placesOf, withoutStars, type Place } from '../support.ts';
import { isBare } from '../correlation.ts';
import { scalarsOf, type Scalar } from '../scalars.ts';
import { replacePlace, substitute, substituteCore } from '../substitute.ts';

export const countsToFilter: Rule = {
  id: 'counts-to-filter',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) => {
      const byTables = new Map<string, Scalar[]>();
      for (const scalar of scalarsOf(place)) {
        if (!isTotal(scalar.query, place)) continue;
        const tables = printSelect(selectOf({ ...scalar.query.first, columns: [], where: null }));
        byTables.set(tables, [...(byTables.get(tables) ?? []), scalar]);
      }
      return [...byTables.values()].flatMap((scalars) => (scalars.length < 2 ? [] : rewrite(scalars, place, query)));
    });
  },
};

/** One row made of aggregates over all that it reads, whatever is around it. */
function isTotal(query: Select, { scope }: Place): boolean {
  const { first, orderBy } = query;
  const [only] = first.columns;
  if (!isBare(query) || orderBy.length > 0 || first.columns.length !== 1 || !only) return false;
  if (first.distinct || first.groupBy.length > 0 || first.having) return false;
  return isClosed(query, scope) === true && isMadeOfAggregates(only.expr) && aggregatesIn(only.expr).length > 0;
}

function rewrite(scalars: readonly Scalar[], place: Place, query: Select): Rewrite[] {
  const { core, scope } = place;
  const columns = withoutStars(core, scope);
  if (!columns) return [];
  const asked = scalars.map(({ query: { first } }) => conjunctsOf(first.where));
  const texts = asked.map((conjuncts) => new Set(conjuncts.map(printExpr)));
  const isShared = (one: Expr): boolean => texts.every((set) => set.has(printExpr(one)));

  const name = freeName(query, 'totals', scope.schema);
  const totals: ResultColumn[] = [];
  const known = new Map<string, Expr>();
  const values = new Map<Scalar, Expr>();
  scalars.forEach((scalar, index) => {
    const own = asked[index].filter((one) => !isShared(one));
    const [only] = scalar.query.first.columns;
    const change = (expr: Expr): Expr | null => {
      if (expr.kind !== 'call' || !isAggregate(expr)) return null;
      const filter = and([...own, ...conjunctsOf(expr.filter ?? null)]);
      const total: Expr = filter ? { ...expr, filter } : expr;
      const text = printExpr(total);
      const value = known.get(text) ?? column(name, `${name}_${known.size + 1}`);
      if (!known.has(text)) totals.push({ expr: total, alias: `${name}_${known.size + 1}` });
      known.set(text, value);
      return value;
    };
    values.set(scalar, substitute(only.expr, change));
  });
  const [{ query: first }] = scalars;
  const pass: Core = { ...first.first, columns: totals, where: and(asked[0].filter(isShared)) };
  const join = core.from.length === 0 ? 'first' : 'JOIN';
  const source: Source = { join, table: selectOf(pass), alias: name, on: null, using: null };
  const change = (expr: Expr): Expr | null => (expr.kind === 'scalar' ? (values.get(expr) ?? null) : null);
  const joined: Core = { ...substituteCore({ ...core, columns }, change), from: [...core.from, source] };
  return [{ select: replacePlace(query, place, joined, change), preconditions: [], note: 'one pass over the table' }];
}

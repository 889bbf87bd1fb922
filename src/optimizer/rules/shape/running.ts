/**
 * Aggregates over the rows of a table that stand before a row of the same table: of its group by equalities, up to it by one inequality.
 * `sum(u.x)` of the u with `u.k = t.k AND u.o <= t.o` is `sum(t.x) OVER (PARTITION BY t.k ORDER BY t.o)`: the default frame ends with all
 * rows that tie with the current one, as `<=` does, and GROUPS … 1 PRECEDING ends before them, as `<` does.
 */
import type { Expr, Window } from '../../../sql/ast.ts';
import { and, column, conjunctsOf } from '../../../sql/ast.ts';
import { printExpr } from '../../../sql/print.ts';
import { walkExpr, type Resolved, type Scope, type ScopeSource } from '../../../sql/scope.ts';
import { foldCase } from '../../../sql/tokens.ts';
import { someExpr } from '../../../sql/walk.ts';
import { smallIntegers, type Call } from '../aggregates.ts';
import type { Precondition } from '../rule.ts';
import { substitute } from '../substitute.ts';

/** A table in the FROM of a query. */
export interface Side {
  scope: Scope;
  source: ScopeSource;
}

export interface Running {
  /** Of the outer row. */
  keys: readonly Resolved[];
  order: Resolved;
  operator: string;
  /** What is asked of the inner rows alone, and of the outer row alone. */
  inner: readonly Expr[];
  outer: readonly Expr[];
}

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** Conditions that stand in the query of `at`, read as such; null when they ask for anything else. */
export function runningOf(conditions: readonly Expr[], inner: Side, outer: Side, at: Scope): Running | null {
  const [own, others, keys]: [Expr[], Expr[], Resolved[]] = [[], [], []];
  let found: { order: Resolved; operator: string } | null = null;
  if (!inner.source.table || inner.source.table !== outer.source.table || outer.source.label === '') return null;
  for (const condition of conditions) {
    if (speaksOf(condition, [inner], at)) own.push(condition);
    else if (speaksOf(condition, [outer], at)) others.push(condition);
    else {
      const link = linkOf(condition, inner, outer, at);
      if (!link || (link.operator !== '=' && found)) return null;
      if (link.operator === '=') keys.push(link.its);
      else found = { order: link.its, operator: link.operator };
    }
  }
  return found && { keys, ...found, inner: own, outer: others };
}

/** `inner.c operator outer.c`: a column compares with itself as it is grouped and sorted. */
function linkOf(condition: Expr, inner: Side, outer: Side, at: Scope): { its: Resolved; operator: string } | null {
  if (condition.kind !== 'binary' || !/^(=|[<>]=?)$/.test(condition.operator)) return null;
  const { operator } = condition;
  const [left, right] = [condition.left, condition.right].map((one) =>
    one.kind === 'column' ? at.resolve(one) : null,
  );
  if (!left || !right || foldCase(left.name) !== foldCase(right.name)) return null;
  if (isOf(left, inner) && isOf(right, outer)) return { its: right, operator };
  if (isOf(right, inner) && isOf(left, outer)) return { its: left, operator: MIRRORED[operator] ?? operator };
  return null;
}

function isOf(resolved: Resolved, { scope, source }: Side): boolean {
  return resolved.scope === scope && resolved.source.index === source.index;
}

/** All columns in it are of these, and nothing else is looked at. */
export function speaksOf(expr: Expr, sides: readonly Side[], at: Scope): boolean {
  if (someExpr(expr, ({ kind }) => /^(exists|scalar|in-table|star)$/.test(kind))) return false;
  if (someExpr(expr, (part) => part.kind === 'in' && 'kind' in part.choices)) return false;
  let all = true;
  walkExpr(expr, at, { column: (_column, found) => void (all &&= sides.some((side) => found && isOf(found, side))) });
  return all;
}

/**
 * What the inner rows are asked beyond what all rows of the outer query satisfy; null where the outer query leaves rows out that the inner
 * ones count. A condition on the keys alone holds for a whole group, or for none of it.
 */
export function askedBeyond({ keys, inner, outer }: Running, side: Side, other: Side): Expr[] | null {
  const text = (expr: Expr, { scope }: Side): string =>
    printExpr(
      substitute(expr, (one) =>
        one.kind === 'column' ? column(null, foldCase(scope.resolve(one)?.name ?? '')) : null,
      ),
    );
  const known = new Set(outer.map((one) => text(one, other)));
  const asked = new Set(inner.map((one) => text(one, side)));
  // Of these equal values are one value.
  const names = new Set(
    keys.flatMap(({ name, column: key }) =>
      key?.collation === 'BINARY' && /^(INTEGER|NUMERIC|TEXT)$/.test(key.affinity) ? name : [],
    ),
  );
  const onKeys = (expr: Expr): boolean =>
    !someExpr(expr, (one) => one.kind === 'column' && !names.has(other.scope.resolve(one)?.name ?? ''));
  if (!outer.every((one) => asked.has(text(one, other)) || onKeys(one))) return null;
  return inner.filter((one) => !known.has(text(one, side)));
}

/** The aggregate as a window function over the rows of the outer query. */
export function windowed(call: Call, running: Running, beyond: readonly Expr[], outer: Side): Expr {
  const outside = (expr: Expr): Expr =>
    substitute(expr, (one) => (one.kind === 'column' ? column(outer.source.label, one.name) : null));
  const filter = and([...beyond, ...conjunctsOf(call.filter ?? null)]);
  const descending = running.operator.startsWith('>');
  const window: Window = {
    partitionBy: running.keys.map(({ name }) => column(outer.source.label, name)),
    orderBy: [{ expr: column(outer.source.label, running.order.name), descending }],
    ...(running.operator.endsWith('=')
      ? {}
      : {
          frame: {
            unit: 'GROUPS',
            start: { at: 'PRECEDING', distance: null },
            end: { at: 'PRECEDING', distance: { kind: 'literal', text: '1' } },
            exclude: null,
          },
        }),
  };
  return { ...call, args: call.args.map(outside), ...(filter ? { filter: outside(filter) } : {}), over: window };
}

/** What it takes for the aggregate to be the same in any order of its rows; null where that, or what it looks at, is not certain. */
export function mayRun(call: Call, inner: Side, at: Scope): Precondition[] | null {
  const name = foldCase(call.name);
  if (call.distinct || call.orderBy || !/^(count|sum|total|avg|min|max)$/.test(name)) return null;
  const looked = [...call.args, ...(call.filter ? [call.filter] : [])].filter(({ kind }) => kind !== 'star');
  if (!looked.every((one) => speaksOf(one, [inner], at))) return null;
  return /^(sum|total|avg)$/.test(name) ? smallIntegers(call.args[0], at) : [];
}

/**
 * Whether SQLite's result is determined by the data at all. Where it depends on the order in which rows happen to be visited, on chance
 * or on the clock, an equal rewrite cannot be told from an unequal one, so the text stays as typed.
 */
import type { Core, Expr, ExprOf, Select, Window } from '../sql/ast.ts';
import { printExpr } from '../sql/print.ts';
import type { Schema } from '../sql/schema.ts';
import { withoutStars, type Origin } from '../sql/origins.ts';
import { scopeOf, visitScopes, walkExpr, type Scope } from '../sql/scope.ts';
import { foldCase } from '../sql/tokens.ts';
import { mapParts, visit } from '../sql/walk.ts';
import { cutsNoTie } from './cut.ts';
import { isInteger, uniqueTogether, type Needs } from './exact.ts';
import { areExactTogether, isExactKey } from './exact-keys.ts';
import { fixedBy } from './fixed.ts';
import type { Precondition } from './rules/rule.ts';

const VOLATILE: ReadonlySet<string> = new Set([
  'random',
  'randomblob',
  'changes',
  'total_changes',
  'last_insert_rowid',
  'sqlite_offset',
]);
const CLOCK: ReadonlySet<string> = new Set([
  'date',
  'time',
  'datetime',
  'julianday',
  'unixepoch',
  'strftime',
  'timediff',
]);
const AGGREGATES: ReadonlySet<string> = new Set([
  'count',
  'sum',
  'total',
  'avg',
  'min',
  'max',
  'group_concat',
  'string_agg',
  'json_group_array',
  'json_group_object',
  'jsonb_group_array',
  'jsonb_group_object',
  'median',
  'percentile',
]);
/** Their result depends on the order of the rows they are fed. */
export const ORDERED_AGGREGATES = /^(group_concat|string_agg|jsonb?_group_(array|object))$/;

export function isAggregate(expr: Expr): boolean {
  if (expr.kind !== 'call' || expr.over) return false;
  const name = foldCase(expr.name);
  // With several arguments min and max are plain functions.
  return AGGREGATES.has(name) && !(/^(min|max)$/.test(name) && expr.args.length !== 1);
}

/** Whether the core gives one row per group, or one for all. */
export function isAggregated(core: Core): boolean {
  return (
    core.groupBy.length > 0 ||
    core.columns.some(({ expr }) => containsAggregate(expr)) ||
    (core.having !== null && containsAggregate(core.having))
  );
}

/** An aggregate of this query level: those of subqueries are their own affair. */
export function containsAggregate(expr: Expr): boolean {
  if (isAggregate(expr)) return true;
  let found = false;
  mapParts(expr, {
    expr: (part) => {
      found ||= containsAggregate(part);
      return part;
    },
    query: (query) => query,
  });
  return found;
}

export interface Determinacy {
  /** Null when it is determined; else why not, as the end of a sentence that begins "The text stays as typed:". */
  reason: string | null;
  /** What must be true of the rows for it to be. */
  needs: readonly Precondition[];
}

export function determinacy(query: Select, schema: Schema): Determinacy {
  const needs: Needs = new Map();
  let reason: string | null = null;
  const [scalars, asked] = [new Set<Select>(), new Set<Select>()];
  visit(query, {
    expr: (expr) => {
      reason ??= undeterminedCall(expr);
      if (expr.kind === 'scalar') scalars.add(expr.query);
      if (expr.kind === 'exists') asked.add(expr.query);
    },
  });
  visitScopes(query, schema, {
    core: (core, scope, owner) => {
      const clear = owner === query && isCut(owner) ? cutsNoTie(query, sortKeysOf(owner), schema) : null;
      reason ??= undeterminedCore(core, scope, owner, asked.has(owner), clear, needs);
      if (scalars.has(owner) && !givesOneRow(core, scope, owner)) {
        reason ??= 'a subquery used as a value may give several rows, and which comes first is left to chance';
      }
    },
  });
  return { reason, needs: [...needs.values()] };
}

function undeterminedCall(expr: Expr): string | null {
  if (expr.kind === 'literal' && /^current_/i.test(expr.text)) return 'it asks for the time';
  if (expr.kind !== 'call') return null;
  const name = foldCase(expr.name);
  if (VOLATILE.has(name)) return `it calls ${name}(), which gives another value at each run`;
  if (!CLOCK.has(name)) return null;
  const values = name === 'strftime' ? expr.args.slice(1) : expr.args;
  const now =
    values.length === 0 ||
    values.some((one) => one.kind === 'literal' && /^'(now|.*localtime.*|utc|subsec(ond)?)'$/i.test(one.text));
  return now ? `it calls ${name}(), which asks for the time or the time zone` : null;
}

/** `clear`: what must be true of the data for LIMIT to be determined where its order is not total; null when that cannot be asked. */
function undeterminedCore(
  core: Core,
  scope: Scope,
  owner: Select,
  isAsked: boolean,
  clear: Precondition | null,
  needs: Needs,
): string | null {
  // EXISTS asks for no more than the first row, whichever that is.
  const first =
    isAsked && owner.offset === null && owner.limit?.kind === 'literal' && /^[1-9]\d*$/.test(owner.limit.text);
  if (isCut(owner) && !first) {
    const rows: Needs = new Map();
    const isTotal = isTotallyOrdered(core, scope, owner, rows);
    if (!isTotal && !clear) return 'LIMIT without a total order: which rows come first is left to chance';
    for (const [key, need] of isTotal ? rows : new Map(clear && [[clear.claim, clear]])) needs.set(key, need);
  }
  const exprs = [...core.columns.map(({ expr }) => expr), core.having, ...owner.orderBy.map((term) => term.expr)];
  for (const expr of exprs) {
    const reason = expr && undeterminedValue(expr, core, scope, needs);
    if (reason) return reason;
  }
  const open =
    core.groupBy.map((key) => groupKey(key, core, scope)).find((key) => !isExactKey(key, scope, needs)) ??
    openColumn(core, scope, owner, needs);
  if (open)
    return `values of ${printExpr(open)} may be equal and yet not the same, and which one is shown is left to chance`;
  return isAggregated(core) ? bareColumn(core, scope) : null;
}

/** A column by which DISTINCT, or a compound, takes rows for equal that are not the same. */
function openColumn(core: Core, scope: Scope, owner: Select, needs: Needs): Expr | null {
  const merges = owner.rest.some((arm) => arm.operator !== 'UNION ALL');
  if (!core.distinct && !merges) return null;
  const cores = merges ? [owner.first, ...owner.rest.map((arm) => arm.core)] : [core];
  const arms = cores.map((one) =>
    shownBy(one, one === core ? scope : scopeOf(one, scope.schema, scope.ctes, scope.outer)),
  );
  const [first = []] = arms;
  const star: Expr = { kind: 'star', table: null };
  if (arms.some((arm) => arm?.length !== first?.length)) return star;
  return (
    first?.find(([{ expr }], at) => {
      const shown = arms.flatMap((arm) => arm?.[at] ?? []);
      return !areExactTogether(shown, needs) && expr;
    })?.[0].expr ?? (first ? null : star)
  );
}

/** What the core shows in each column; null where that is not certain. */
function shownBy(core: Core, scope: Scope): Origin[][] | null {
  const [row] = core.values ?? [];
  if (core.values) return row.map((_one, at) => core.values?.map((each) => ({ expr: each[at], scope })) ?? []);
  return withoutStars(core, scope)?.map(({ expr }) => [{ expr, scope }]) ?? null;
}

/** Aggregates and window functions of this query level, whose value may depend on the order in which rows come. */
function undeterminedValue(expr: Expr, core: Core, scope: Scope, needs: Needs): string | null {
  let reason: string | null = null;
  if (expr.kind === 'call') reason = undeterminedAggregate(expr, core, scope, needs);
  if (reason) return reason;
  mapParts(expr, {
    expr: (part) => {
      reason ??= undeterminedValue(part, core, scope, needs);
      return part;
    },
    query: (query) => query,
  });
  return reason;
}

function undeterminedAggregate(call: ExprOf<'call'>, core: Core, scope: Scope, needs: Needs): string | null {
  const name = foldCase(call.name);
  const window = call.over === null ? null : windowOf(call.over, core);
  if (call.over !== null && !window) return 'a window is built upon one that is not there';
  if (!window && !isAggregate(call)) return null;
  if (/^(sum|avg|total)$/.test(name) && !call.args.every((argument) => isInteger(argument, scope, needs)))
    return 'a sum of values that may be REAL depends on the order of addition in its last digits';
  if (/^(median|percentile.*)$/.test(name)) return `${name}() is not known well enough`;
  if (/^(min|max)$/.test(name) && !call.args.every((argument) => isExactKey(argument, scope, needs)))
    return `values that ${name}() compares may be equal and yet not the same, and which one is shown is left to chance`;
  if (window) {
    if (/^(rank|dense_rank|percent_rank|cume_dist)$/.test(name)) return null;
    // Frames by value hold all peers of a row; frames by rows, and functions that pick a row, ask for an order without ties.
    const picks =
      !isAggregate({ ...call, over: null }) || ORDERED_AGGREGATES.test(name) || window.frame?.unit === 'ROWS';
    if (!picks) return null;
    const keys = [...window.partitionBy, ...window.orderBy.map((term) => term.expr)];
    if (coversRows(keys, core, scope)) return null;
    const isTotal = window.orderBy.length > 0 && !isAggregated(core) ? withoutTies(keys, scope) : null;
    if (!isTotal) return 'the order of rows within a window is not total';
    needs.set(isTotal.claim, isTotal);
    return null;
  }
  if (!ORDERED_AGGREGATES.test(name)) return null;
  const order = (call.orderBy ?? []).map((term) => term.expr);
  const printed = new Set(order.map(printExpr));
  // Rows that tie in all that is put together make the same text in any order.
  const same = call.args.every(
    (argument) =>
      argument.kind === 'literal' || (printed.has(printExpr(argument)) && isExactKey(argument, scope, needs)),
  );
  const keys = [...core.groupBy.map((key) => groupKey(key, core, scope)), ...order];
  const total = fixedBy(keys, core, scope).sources.size === scope.sources.length;
  return order.length > 0 && (same || total) ? null : `${name}() depends on the order in which rows are visited`;
}

/** The window with all that it builds on. */
function windowOf(over: Window | string, core: Core, depth = 0): Window | null {
  const base = typeof over === 'string' ? over : over.base;
  if (base === undefined) return typeof over === 'string' ? null : over;
  const named = core.windows?.find((one) => foldCase(one.name) === foldCase(base));
  const below = named && depth < 20 ? windowOf(named.window, core, depth + 1) : null;
  if (!below || typeof over === 'string') return below;
  const { frame = below.frame } = over;
  return {
    partitionBy: below.partitionBy,
    orderBy: over.orderBy.length > 0 ? over.orderBy : below.orderBy,
    ...(frame ? { frame } : {}),
  };
}

/** Whether no two rows that the core gives (its groups, where it has groups) share the values of these. */
function coversRows(keys: readonly Expr[], core: Core, scope: Scope): boolean {
  if (isAggregated(core)) {
    const printed = new Set(keys.map(printExpr));
    return core.groupBy.every((key) => printed.has(printExpr(groupKey(key, core, scope))));
  }
  return fixedBy(keys, core, scope).sources.size === scope.sources.length;
}

/** What would have to be seen on the rows of the only table for that. */
function withoutTies(keys: readonly Expr[], scope: Scope): Precondition | null {
  const [{ table }] = scope.sources;
  const columns = keys.map((key) => (key.kind === 'column' ? scope.resolve(key) : null));
  if (scope.sources.length > 1 || !table) return null;
  return uniqueTogether(
    table,
    columns.flatMap((one) => (one?.scope === scope ? one.name : [])),
  );
}

/** A column outside of aggregates that the group does not fix. */
function bareColumn(core: Core, scope: Scope): string | null {
  const keys = core.groupBy.map((key) => groupKey(key, core, scope));
  const printed = new Set(keys.map(printExpr));
  const fixed = fixedBy(keys, core, scope);
  let reason: string | null = null;
  const check = (expr: Expr): void => {
    if (printed.has(printExpr(expr)) || isAggregate(expr)) return;
    if (expr.kind === 'star') reason ??= 'it takes all columns of a group';
    if (expr.kind === 'column' || /^(exists|scalar|in)$/.test(expr.kind)) {
      walkExpr(expr, scope, {
        column: (column, resolved) => {
          if (!resolved) reason ??= `where ${printExpr(column)} comes from is not certain`;
          if (resolved?.scope !== scope || fixed.has(resolved.source.index, resolved.name)) return;
          reason ??= `${printExpr(column)} is neither grouped by nor within an aggregate: SQLite takes it from any row`;
        },
      });
      return;
    }
    mapParts(expr, { expr: (part) => (check(part), part), query: (query) => query });
  };
  for (const { expr } of core.columns) check(expr);
  if (core.having) check(core.having);
  return reason;
}

/** Proved: one row at most, by aggregation, by LIMIT on a total order, or because equalities fix a key of every source. */
function givesOneRow(core: Core, scope: Scope, owner: Select): boolean {
  if (owner.rest.length > 0) return false;
  if (owner.limit?.kind === 'literal' && owner.limit.text === '1') return true; // a total order is asked for elsewhere
  if (core.values) return core.values.length === 1;
  if (core.from.length === 0 || (isAggregated(core) && core.groupBy.length === 0)) return true;
  return fixedBy([], core, scope).sources.size === scope.sources.length;
}

/** GROUP BY may name a result column by its number, or by its alias where no column has that name; ORDER BY looks at aliases first. */
export function groupKey(key: Expr, core: Core, scope: Scope | null): Expr {
  if (key.kind === 'literal' && /^\d+$/.test(key.text)) return core.columns[Number(key.text) - 1]?.expr ?? key;
  if (key.kind !== 'column' || key.table !== null || scope?.resolve(key)) return key;
  return core.columns.find(({ alias }) => alias !== null && foldCase(alias) === foldCase(key.name))?.expr ?? key;
}

function isCut({ limit, offset }: Select): boolean {
  return limit !== null || offset !== null;
}

function sortKeysOf({ first, orderBy }: Select): Expr[] {
  return orderBy.map(({ expr }) => groupKey(expr, first, null));
}

/** Proved by keys: no two rows of the result share their sort keys, or those that do are the same in all columns. */
function isTotallyOrdered(core: Core, scope: Scope, owner: Select, needs: Needs): boolean {
  // One row at most, in whatever order.
  if (owner.rest.length === 0 && isAggregated(core) && core.groupBy.length === 0) return true;
  if (core.values) return owner.rest.length === 0 && core.values.length === 1;
  if (owner.rest.length === 0 && core.from.length === 0) return true;
  const [first, firstScope] = core === owner.first ? [core, scope] : [owner.first, null];
  const sorted = sortKeysOf(owner);
  const printed = new Set(sorted.map(printExpr));
  const all = first.columns.every(({ expr }) => expr.kind !== 'star' && printed.has(printExpr(expr)));
  if (all && sorted.length > 0 && core.columns.every(({ expr }) => isExactKey(expr, scope, needs))) return true;
  if (owner.rest.length > 0 || core.distinct || firstScope === null) return false;
  return coversRows(sorted, core, scope);
}

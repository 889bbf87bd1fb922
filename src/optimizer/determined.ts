/**
 * Whether SQLite's result is determined by the data at all. Where it depends on the order in which rows happen to be visited, on chance
 * or on the clock, an equal rewrite cannot be told from an unequal one, so the text stays as typed.
 */
import { conjunctsOf, isOuterJoin, type Core, type Expr, type Select } from '../sql/ast.ts';
import { printExpr } from '../sql/print.ts';
import { containsKey, type Schema } from '../sql/schema.ts';
import { sourcesOf, visitScopes, walkExpr, type Scope } from '../sql/scope.ts';
import { foldCase } from '../sql/tokens.ts';
import { mapParts, someExpr, visit } from '../sql/walk.ts';

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
const ORDERED_AGGREGATES = /^(group_concat|string_agg|jsonb?_group_(array|object))$/;

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

/** Null when it is determined; else why not, as the end of a sentence that begins "The text stays as typed:". */
export function undetermined(query: Select, schema: Schema): string | null {
  let reason: string | null = null;
  const scalars = new Set<Select>();
  visit(query, {
    expr: (expr) => {
      reason ??= undeterminedCall(expr);
      if (expr.kind === 'scalar') scalars.add(expr.query);
    },
  });
  visitScopes(query, schema, {
    core: (core, scope, owner) => {
      reason ??= undeterminedCore(core, scope, owner);
      if (scalars.has(owner) && !givesOneRow(core, scope, owner)) {
        reason ??= 'a subquery used as a value may give several rows, and which comes first is left to chance';
      }
    },
  });
  return reason;
}

function undeterminedCall(expr: Expr): string | null {
  if (expr.kind === 'literal' && /^current_/i.test(expr.text)) return 'it asks for the time';
  if (expr.kind !== 'call') return null;
  const name = foldCase(expr.name);
  if (VOLATILE.has(name)) return `${name}() gives another value at each run`;
  if (expr.over) return 'the order of rows within a window may not be total';
  if (ORDERED_AGGREGATES.test(name)) return `${name}() depends on the order in which rows are visited`;
  if (!CLOCK.has(name)) return null;
  const values = name === 'strftime' ? expr.args.slice(1) : expr.args;
  const now =
    values.length === 0 ||
    values.some((one) => one.kind === 'literal' && /^'(now|.*localtime.*|utc)'$/i.test(one.text));
  return now ? `${name}() asks for the time or the time zone` : null;
}

function undeterminedCore(core: Core, scope: Scope, owner: Select): string | null {
  if ((owner.limit || owner.offset) && !isTotallyOrdered(core, scope, owner)) {
    return 'LIMIT without a total order: which rows come first is left to chance';
  }
  if (!isAggregated(core)) return null;
  const aggregates = [...core.columns.map(({ expr }) => expr), core.having, ...owner.orderBy.map((term) => term.expr)];
  for (const expr of aggregates) {
    if (!expr) continue;
    const inexact = someExpr(expr, (part) => isInexactSum(part, scope));
    if (inexact) return 'a sum of values that may be REAL depends on the order of addition in its last digits';
  }
  return bareColumn(core, scope);
}

function isInexactSum(expr: Expr, scope: Scope): boolean {
  if (expr.kind !== 'call' || !/^(sum|avg|total)$/i.test(expr.name)) return false;
  return !expr.args.every((argument) => isInteger(argument, scope));
}

/** Whether the value is proved to be an integer or NULL. */
function isInteger(expr: Expr, scope: Scope): boolean {
  const all = (parts: readonly (Expr | null)[]): boolean =>
    parts.every((part) => part === null || isInteger(part, scope));
  switch (expr.kind) {
    case 'literal':
      return /^(\d+|0x[\da-f]+|null|true|false)$/i.test(expr.text);
    case 'column': {
      const resolved = scope.resolve(expr);
      const table = resolved?.source.table;
      if (!resolved?.column || !table) return false;
      return resolved.column.isRowid || (table.strict && resolved.column.affinity === 'INTEGER');
    }
    case 'unary':
      return expr.operator === 'NOT' || expr.operator === '~' || isInteger(expr.operand, scope);
    case 'binary':
      // Sums and products may overflow into REAL only beyond 63 bits, where SQLite's sum() fails or is inexact anyway.
      if (/^[+\-*%]$/.test(expr.operator)) return all([expr.left, expr.right]);
      return !/^(\/|\|\||->|->>)$/.test(expr.operator);
    case 'between':
    case 'in':
    case 'in-table':
    case 'exists':
      return true;
    case 'case':
      return all([...expr.branches.map((branch) => branch.then), expr.otherwise]);
    case 'cast':
      return /int/i.test(expr.type);
    case 'call':
      if (/^(coalesce|ifnull)$/i.test(expr.name)) return all(expr.args);
      return /^(count|length|unicode|instr)$/i.test(expr.name);
    default:
      return false;
  }
}

/** A column outside of aggregates that the group does not fix. */
function bareColumn(core: Core, scope: Scope): string | null {
  const keys = core.groupBy.map((key) => groupKey(key, core, scope));
  const printed = new Set(keys.map(printExpr));
  const fixed = new Map<number, string[]>();
  for (const key of keys) {
    const resolved = key.kind === 'column' ? scope.resolve(key) : null;
    if (resolved && resolved.scope === scope) {
      fixed.set(resolved.source.index, [...(fixed.get(resolved.source.index) ?? []), resolved.name]);
    }
  }
  let reason: string | null = null;
  const check = (expr: Expr): void => {
    if (printed.has(printExpr(expr)) || isAggregate(expr)) return;
    if (expr.kind === 'star') reason ??= 'it takes all columns of a group';
    if (expr.kind === 'column' || /^(exists|scalar|in)$/.test(expr.kind)) {
      walkExpr(expr, scope, {
        column: (column, resolved) => {
          if (!resolved) reason ??= `where ${printExpr(column)} comes from is not certain`;
          if (resolved?.scope !== scope) return;
          const names = fixed.get(resolved.source.index) ?? [];
          if (names.some((name) => foldCase(name) === foldCase(resolved.name))) return;
          if (resolved.source.table && containsKey(resolved.source.table, names)) return;
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
  if (core.from.some((source) => isOuterJoin(source.join))) return false;
  const equalities = [core.where, ...core.from.map((source) => source.on)].flatMap(conjunctsOf).flatMap(asEquality);
  const fixed = new Set<number>();
  // Each round fixes at least one more source, or is the last.
  for (let before = -1; fixed.size > before;) {
    before = fixed.size;
    for (const { index, table } of scope.sources) {
      const names = equalities.flatMap(([left, right]) => {
        const resolved = left.kind === 'column' ? scope.resolve(left) : null;
        if (resolved?.scope !== scope || resolved.source.index !== index) return [];
        const others = sourcesOf(right, scope);
        return others && [...others].every((other) => fixed.has(other)) ? [resolved.name] : [];
      });
      if (table && !fixed.has(index) && (containsKey(table, names) || names.some((name) => isRowidName(table, name))))
        fixed.add(index);
    }
  }
  return fixed.size === scope.sources.length;
}

/** Both readings of `a = b`. */
function asEquality(expr: Expr): [Expr, Expr][] {
  if (expr.kind !== 'binary' || !/^==?$/.test(expr.operator)) return [];
  return [
    [expr.left, expr.right],
    [expr.right, expr.left],
  ];
}

/** GROUP BY may name a result column by its number, or by its alias where no column has that name; ORDER BY looks at aliases first. */
function groupKey(key: Expr, core: Core, scope: Scope | null): Expr {
  if (key.kind === 'literal' && /^\d+$/.test(key.text)) return core.columns[Number(key.text) - 1]?.expr ?? key;
  if (key.kind !== 'column' || key.table !== null || scope?.resolve(key)) return key;
  return core.columns.find(({ alias }) => alias !== null && foldCase(alias) === foldCase(key.name))?.expr ?? key;
}

/** Proved by keys: no two rows of the result share their sort keys. */
function isTotallyOrdered(core: Core, scope: Scope, owner: Select): boolean {
  if (owner.rest.length > 0) return false;
  // One row at most, in whatever order.
  if (isAggregated(core) && core.groupBy.length === 0) return true;
  const sorted = owner.orderBy.map((term) => groupKey(term.expr, core, null));
  if (isAggregated(core)) {
    const printed = new Set(sorted.map(printExpr));
    return core.groupBy.every((key) => printed.has(printExpr(groupKey(key, core, scope))));
  }
  if (core.values) return core.values.length === 1;
  if (core.distinct || core.from.length === 0) return core.from.length === 0;
  return scope.sources.every((source) => {
    const names: string[] = [];
    for (const key of sorted) {
      const resolved = key.kind === 'column' ? scope.resolve(key) : null;
      if (resolved?.scope === scope && resolved.source.index === source.index) names.push(resolved.name);
    }
    return (
      source.table !== null &&
      (containsKey(source.table, names) || names.some((name) => isRowidName(source.table, name)))
    );
  });
}

function isRowidName(table: Scope['sources'][number]['table'], name: string): boolean {
  return (
    table !== null &&
    !table.withoutRowid &&
    /^(rowid|oid|_rowid_)$/i.test(name) &&
    !table.columns.some((one) => foldCase(one.name) === foldCase(name))
  );
}

/** Which columns a query touches, which of them must meet for its joins, and which values its comparisons turn on. */
import { mergesColumns, type Expr, type Select, type Source } from '../../sql/ast.ts';
import { columnOf, type ColumnInfo, type Schema, type TableInfo } from '../../sql/schema.ts';
import { scopeOf, visitScopes, type Scope } from '../../sql/scope.ts';
import { foldCase, tokenize } from '../../sql/tokens.ts';
import { mapParts, someExpr, visit } from '../../sql/walk.ts';
import type { SqlValue } from '../../database/protocol.ts';
import type { Cell } from '../sandbox.ts';
import { tablesBehind } from '../tables-behind.ts';
import { columnsBehind } from './lineage.ts';
import { cellOf, cellOfLiteral, fits, lookalikes, turningPoints } from './values.ts';

export interface Domain {
  column: ColumnInfo;
  /** Compared with other columns: all that are compared with each other, directly or not, share one. */
  group: JoinGroup | null;
  /** From the query's literals and parameters, and from the table's CHECK constraints. */
  likely: Cell[];
  /** What may be mistaken for those. */
  odd: Cell[];
}

export interface JoinGroup {
  /** The value that they most often have in common. */
  favourite: Cell;
}

export interface TouchedTable {
  table: TableInfo;
  domains: Domain[];
  /** Values of the domains' columns in some rows of the person's own. */
  samples: readonly (readonly Cell[])[];
}

/** The tables behind the query with the columns that it names, or why small worlds cannot be built for it. */
export function touchedTables(query: Select, schema: Schema, parameters: readonly SqlValue[]): TouchedTable[] | string {
  const touched = new Map<TableInfo, Map<string, Domain>>();
  const touch = (table: TableInfo, name: string): Domain | null => {
    const columns = touched.get(table) ?? new Map<string, Domain>();
    touched.set(table, columns);
    const column = table.columns.find((one) => foldCase(one.name) === foldCase(name));
    if (!column || column.generated) return null;
    const domain = columns.get(column.name) ?? { column, group: null, likely: [], odd: [] };
    columns.set(column.name, domain);
    return domain;
  };

  let reason: string | null = null;
  const named = new Set<string>();
  visit(query, {
    table: (table) => {
      if (table.kind === 'table') for (const one of tablesBehind(table.name, schema)) named.add(one);
      else if (!/^jsonb?_(each|tree)$/i.test(table.name)) reason = `${table.name}() may read what is not in the tables`;
    },
  });
  for (const one of named) {
    const table = schema.table(one);
    if (!table || table.kind === 'view') continue;
    if (table.kind === 'virtual') reason = `${table.name} is a virtual table`;
    else if (table.columns.length > 0) touch(table, '');
  }
  if (reason) return reason;

  const viewed = [...named].some((one) => schema.table(one)?.kind === 'view');
  visitScopes(query, schema, {
    core: (core, scope) => {
      for (const { expr } of core.columns) if (expr.kind === 'star') touchStar(scope, touch);
    },
    column: (column, resolved) => {
      if (resolved?.source.table) touch(resolved.source.table, resolved.name);
      if (resolved?.source.table || resolved?.source.inner) return;
      // Not certain whose it is: every table that has such a column counts.
      for (const table of touched.keys()) touch(table, column.name);
    },
  });
  if (viewed) for (const table of touched.keys()) for (const column of table.columns) touch(table, column.name);

  const { literals, pairs } = collectComparisons(query, schema, touch);
  const bound = parameters.map(cellOf);
  for (const [table, columns] of touched) {
    for (const domain of columns.values()) {
      domain.likely.push(...literalsFor(table, domain.column));
      if (domain.likely.length === 0)
        domain.likely.push(...literals.filter((cell) => fits(cell, domain.column)).slice(0, 4));
      domain.likely.push(...bound.filter((cell) => fits(cell, domain.column)));
    }
  }
  joinUp(pairs);
  return [...touched].map(([table, columns]) => ({ table, domains: [...columns.values()], samples: [] }));
}

/** What one side of a join may well be, the others may be too: else filters on all sides never meet. */
function joinUp(pairs: readonly (readonly [Domain, Domain])[]): void {
  const setOf = new Map<Domain, Set<Domain>>();
  for (const [a, b] of pairs) {
    const both = new Set([...(setOf.get(a) ?? [a]), ...(setOf.get(b) ?? [b])]);
    for (const one of both) setOf.set(one, both);
  }
  for (const set of new Set(setOf.values())) {
    const likely = [...set].flatMap((one) => one.likely);
    const texts = [...set].every((one) => one.column.affinity === 'TEXT');
    const group: JoinGroup = { favourite: likely[0] ?? (texts ? 'a' : 1n) };
    for (const one of set) [one.group, one.likely] = [group, likely];
  }
}

function touchStar(scope: Scope, touch: (table: TableInfo, name: string) => unknown): void {
  for (const { table } of scope.sources) if (table) for (const column of table.columns) touch(table, column.name);
}

/** Of one expression: a long list says no more than its beginning. */
const LITERALS_MAX = 1000;

/** Gives columns the literals that they are compared with; answers all literals of the query. */
function collectComparisons(
  query: Select,
  schema: Schema,
  touch: (table: TableInfo, name: string) => Domain | null,
): { literals: Cell[]; pairs: [Domain, Domain][] } {
  const all: Cell[] = [];
  const pairs: [Domain, Domain][] = [];
  const inScope = (expr: Expr, scope: Scope): void => {
    const cells = directLiterals(expr).slice(0, LITERALS_MAX);
    all.push(...cells);
    const asksLength = someExpr(expr, (part) => part.kind === 'call' && /^length$/i.test(part.name));
    // A CASE may name one column a thousand times, with a thousand literals.
    const columns = new Set(columnsBehind(expr, scope).map(({ table, name }) => touch(table, name)));
    for (const domain of columns) {
      if (!domain) continue;
      domain.likely.push(...turningPoints(cells, domain.column, asksLength));
      domain.odd.push(...lookalikes(cells));
    }
    const [first, ...others] = columns;
    for (const other of others) if (first && other && first !== other) pairs.push([first, other]);
  };
  visitScopes(query, schema, {
    core: (core, scope) => {
      const look = (expr: Expr): void => {
        if (/^(binary|between|in|case|call)$/.test(expr.kind) && !isConnective(expr)) inScope(expr, scope);
        if (expr.kind === 'in' && 'kind' in expr.choices)
          pairs.push(...joinedByIn(expr.operand, expr.choices, scope, touch));
        mapParts(expr, { expr: (part) => (look(part), part), query: (inner) => inner });
      };
      for (const { expr } of core.columns) look(expr);
      for (const source of core.from) if (source.on) look(source.on);
      pairs.push(...mergedPairs(scope, core.from, touch));
      for (const expr of [core.where, core.having, ...core.groupBy]) if (expr) look(expr);
    },
  });
  return { literals: all, pairs };
}

/** USING and NATURAL join columns of one name. */
function mergedPairs(
  scope: Scope,
  from: readonly Source[],
  touch: (table: TableInfo, name: string) => Domain | null,
): [Domain, Domain][] {
  const pairs: [Domain, Domain][] = [];
  from.forEach((source, index) => {
    const right = scope.sources[index]?.table;
    if (!mergesColumns(source) || !right) return;
    for (const { table: left } of scope.sources.slice(0, index)) {
      for (const { name } of left?.columns ?? []) {
        if (!left || !columnOf(right, name)) continue;
        if (source.using && !source.using.some((one) => foldCase(one) === foldCase(name))) continue;
        const [a, b] = [touch(left, name), touch(right, name)];
        if (a && b) pairs.push([a, b]);
      }
    }
  });
  return pairs;
}

/** `x IN (SELECT k …)` joins x with k. */
function joinedByIn(
  operand: Expr,
  choices: Select,
  scope: Scope,
  touch: (table: TableInfo, name: string) => Domain | null,
): [Domain, Domain][] {
  const domainOf = (expr: Expr | undefined, where: Scope): Domain | null => {
    const [base] = expr ? columnsBehind(expr, where) : [];
    return base ? touch(base.table, base.name) : null;
  };
  const inner = scopeOf(choices.first, scope.schema, scope.ctes, scope);
  const [a, b] = [domainOf(operand, scope), domainOf(choices.first.columns[0]?.expr, inner)];
  return a && b ? [[a, b]] : [];
}

function isConnective(expr: Expr): boolean {
  return expr.kind === 'binary' && (expr.operator === 'AND' || expr.operator === 'OR');
}

function directLiterals(expr: Expr): Cell[] {
  const cells: Cell[] = [];
  const look = (part: Expr): Expr => {
    const negative = part.kind === 'unary' && part.operator === '-' && part.operand.kind === 'literal';
    const literal = negative ? part.operand : part;
    if (literal.kind === 'literal') {
      const cell = cellOfLiteral(literal.text);
      if (cell !== null) cells.push(negative && (typeof cell === 'bigint' || typeof cell === 'number') ? -cell : cell);
      return part;
    }
    return isConnective(part) ? part : mapParts(part, { expr: look, query: (query) => query });
  };
  look(expr);
  return cells;
}

/** Literals in a CREATE statement that may stand in the column: most come from CHECK constraints and defaults. */
export function literalsFor(table: TableInfo, column: ColumnInfo): Cell[] {
  return tokenize(table.sql)
    .filter((token) => /^(string|integer|real)$/.test(token.kind))
    .map((token) => cellOfLiteral(table.sql.slice(token.start, token.end)))
    .filter((cell) => fits(cell, column));
}

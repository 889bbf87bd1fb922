/**
 * Which columns a query touches, and which values tell something about it: NULL, 0 and 1 always, then the query's own literals
 * with their neighbours, then the nasty ones.
 */
import type { Expr, Select } from '../../sql/ast.ts';
import type { ColumnInfo, Schema, TableInfo } from '../../sql/schema.ts';
import { Scope, visitScopes } from '../../sql/scope.ts';
import { foldCase, identifierName, tokenize } from '../../sql/tokens.ts';
import { mapParts, visit } from '../../sql/walk.ts';
import type { SqlValue } from '../../database/protocol.ts';
import type { Cell } from '../sandbox.ts';

export interface Domain {
  column: ColumnInfo;
  /** Compared with another column: small integers make joins meet. */
  joins: boolean;
  /** From the query's literals and parameters, and from the table's CHECK constraints. */
  likely: Cell[];
}

export interface TouchedTable {
  table: TableInfo;
  domains: Domain[];
}

export const PLAIN_VALUES: readonly Cell[] = [null, 0n, 1n];

export const NASTY_VALUES: readonly Cell[] = [
  null,
  0n,
  1n,
  1n,
  -1n,
  2n,
  -0,
  1,
  0.5,
  '1',
  '1.0',
  '01',
  ' 1',
  '',
  'a',
  'A',
  'a ',
  'ä',
  new Uint8Array([0x31]),
  new Uint8Array([0x61]),
  new Uint8Array(0),
  9007199254740991n,
  9007199254740992n,
  9007199254740993n,
  9007199254740992,
  -9007199254740993n,
  1e300,
];

/** The tables behind the query with the columns that it names, or why small worlds cannot be built for it. */
export function touchedTables(query: Select, schema: Schema, parameters: readonly SqlValue[]): TouchedTable[] | string {
  const touched = new Map<TableInfo, Map<string, Domain>>();
  const touch = (table: TableInfo, name: string): Domain | null => {
    const columns = touched.get(table) ?? new Map<string, Domain>();
    touched.set(table, columns);
    const column = table.columns.find((one) => foldCase(one.name) === foldCase(name));
    if (!column || column.generated) return null;
    const domain = columns.get(column.name) ?? { column, joins: false, likely: [] };
    columns.set(column.name, domain);
    return domain;
  };

  let reason: string | null = null;
  const named = new Set<string>();
  visit(query, {
    table: (table) => {
      if (table.kind === 'table') for (const name of tablesBehind(table.name, schema)) named.add(name);
    },
  });
  for (const name of named) {
    const table = schema.table(name);
    if (!table || table.kind === 'view') continue;
    if (table.kind === 'virtual') reason = `${table.name} is a virtual table`;
    else if (table.columns.length > 0) touch(table, '');
  }
  if (reason) return reason;

  const viewed = [...named].some((name) => schema.table(name)?.kind === 'view');
  visitScopes(query, schema, {
    core: (core, scope) => {
      for (const { expr } of core.columns) if (expr.kind === 'star') touchStar(scope, touch);
    },
    column: (column, resolved) => {
      if (resolved?.source.table) touch(resolved.source.table, resolved.name);
      if (resolved?.source.table) return;
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
  // What one side of a join may well be, the other may be too: else filters on both sides never meet.
  for (const [a, b] of pairs)
    [a.likely, b.likely] = [
      [...a.likely, ...b.likely],
      [...b.likely, ...a.likely],
    ];
  return [...touched].map(([table, columns]) => ({ table, domains: [...columns.values()] }));
}

function touchStar(scope: Scope, touch: (table: TableInfo, name: string) => unknown): void {
  for (const { table } of scope.sources) if (table) for (const column of table.columns) touch(table, column.name);
}

/** The table itself, or what a view's text names, views within views included. */
export function tablesBehind(name: string, schema: Schema, seen = new Set<string>()): Set<string> {
  const folded = foldCase(name);
  const found = schema.table(name);
  if (!found || seen.has(folded)) return seen;
  seen.add(folded);
  if (found.kind !== 'view') return seen;
  for (const token of tokenize(found.sql)) {
    if (/^(word|quoted|bracket|backtick)$/.test(token.kind)) {
      tablesBehind(identifierName(found.sql.slice(token.start, token.end)), schema, seen);
    }
  }
  return seen;
}

/** Gives columns the literals that they are compared with; answers all literals of the query. */
function collectComparisons(
  query: Select,
  schema: Schema,
  touch: (table: TableInfo, name: string) => Domain | null,
): { literals: Cell[]; pairs: [Domain, Domain][] } {
  const all: Cell[] = [];
  const pairs: [Domain, Domain][] = [];
  const inScope = (expr: Expr, scope: Scope): void => {
    const cells = directLiterals(expr);
    all.push(...cells);
    const columns = directColumns(expr).flatMap((column) => {
      const resolved = scope.resolve(column);
      return resolved?.source.table ? [touch(resolved.source.table, resolved.name)] : [];
    });
    for (const domain of columns) {
      if (!domain) continue;
      if (columns.length > 1) domain.joins = true;
      domain.likely.push(...cells.flatMap(neighbours));
    }
    const [a, b] = columns;
    if (columns.length === 2 && a && b && a !== b) pairs.push([a, b]);
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
      for (const expr of [core.where, core.having, ...core.groupBy]) if (expr) look(expr);
    },
  });
  return { literals: all, pairs };
}

/** `x IN (SELECT k …)` joins x with k. */
function joinedByIn(
  operand: Expr,
  choices: Select,
  scope: Scope,
  touch: (table: TableInfo, name: string) => Domain | null,
): [Domain, Domain][] {
  const domainOf = (expr: Expr | undefined, where: Scope): Domain | null => {
    const resolved = expr?.kind === 'column' ? where.resolve(expr) : null;
    const domain = resolved?.source.table ? touch(resolved.source.table, resolved.name) : null;
    if (domain) domain.joins = true;
    return domain;
  };
  const inner = new Scope(choices.first, scope.schema, scope.ctes, scope);
  const [a, b] = [domainOf(operand, scope), domainOf(choices.first.columns[0]?.expr, inner)];
  return a && b ? [[a, b]] : [];
}

function isConnective(expr: Expr): boolean {
  return expr.kind === 'binary' && (expr.operator === 'AND' || expr.operator === 'OR');
}

function directLiterals(expr: Expr): Cell[] {
  const cells: Cell[] = [];
  const look = (part: Expr): Expr => {
    if (part.kind === 'literal') {
      const cell = cellOfLiteral(part.text);
      if (cell !== null) cells.push(cell);
    }
    return isConnective(part) ? part : mapParts(part, { expr: look, query: (query) => query });
  };
  look(expr);
  return cells;
}

function directColumns(expr: Expr): Extract<Expr, { kind: 'column' }>[] {
  const columns: Extract<Expr, { kind: 'column' }>[] = [];
  const look = (part: Expr): Expr => {
    if (part.kind === 'column') columns.push(part);
    return isConnective(part) ? part : mapParts(part, { expr: look, query: (query) => query });
  };
  look(expr);
  return columns;
}

/** A literal and what lies beside it, on which comparisons turn. */
function neighbours(cell: Cell): Cell[] {
  if (typeof cell === 'bigint') return [cell, cell, cell + 1n, cell - 1n];
  if (typeof cell === 'number') return [cell, cell + 1];
  if (typeof cell !== 'string') return [cell];
  const plain = cell.replaceAll('%', '').replaceAll('_', 'x');
  const more: Cell[] = plain === cell ? [] : [plain, `${plain}z`, `z${plain}z`];
  // A part of a date is compared with a part of the column.
  if (/^\d{4}$/.test(cell)) more.push(`${cell}-01-15`, `${cell}-12-31 23:59:59`);
  else if (/^\d{4}-\d\d$/.test(cell)) more.push(`${cell}-15`);
  else if (/^\d{4}-\d\d-\d\d$/.test(cell)) more.push(`${cell} 10:00:00`);
  return [cell, cell, ...more];
}

/** Literals in a CREATE statement that may stand in the column: most come from CHECK constraints and defaults. */
export function literalsFor(table: TableInfo, column: ColumnInfo): Cell[] {
  return tokenize(table.sql)
    .filter((token) => /^(string|integer|real)$/.test(token.kind))
    .map((token) => cellOfLiteral(table.sql.slice(token.start, token.end)))
    .filter((cell) => fits(cell, column));
}

/** The value of a literal's text; null for NULL and for what is not a value by itself. */
export function cellOfLiteral(text: string): Cell {
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  const digits = text.replaceAll('_', '');
  if (/^(\d+|0x[\da-f]+)$/i.test(digits)) {
    const value = BigInt(digits);
    return value <= 0x7fffffffffffffffn ? value : Number(digits);
  }
  if (/^[\d.]/.test(digits)) return Number(digits);
  if (/^x'/i.test(text))
    return new Uint8Array((text.slice(2, -1).match(/../g) ?? []).map((pair) => parseInt(pair, 16)));
  return /^true$/i.test(text) ? 1n : /^false$/i.test(text) ? 0n : null;
}

export function cellOf(value: SqlValue): Cell {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}

/** Whether the value may well stand in such a column. */
function fits(cell: Cell, column: ColumnInfo): boolean {
  if (column.affinity === 'TEXT') return typeof cell === 'string';
  if (column.affinity === 'BLOB') return true;
  return typeof cell === 'bigint' || typeof cell === 'number';
}

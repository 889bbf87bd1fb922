/** What the schema of main says about a program's addresses and about the columns of its tables, as a connection sees it now. */
import { AppError } from '../../core/errors.ts';
import { digestOf } from '../../core/digest.ts';
import { quoted } from '../../core/sql-name.ts';
import { foldCase } from '../../sql/tokens.ts';
import type { Connection } from '../connection.ts';
import { instructionsOf, type Place, type ProgramContext, type TableShape } from './bytecode.ts';

interface SchemaTable {
  name: string;
  sql: string;
  isVirtual: boolean;
}

/** What is asked for once is kept: the context lives as long as the schema. */
export function schemaContext(connection: Connection): ProgramContext {
  const rows = connection
    .query('SELECT type, name, tbl_name, rootpage, sql FROM main.sqlite_schema')
    .map(([type, name, table, root, sql]) => ({
      type: String(type),
      name: String(name),
      table: String(table),
      root: Number(root),
      sql: String(sql ?? ''),
    }));
  const tables: SchemaTable[] = rows
    .filter(({ type }) => type === 'table')
    .map(({ name, root, sql }) => ({ name, sql, isVirtual: !root && /^\s*create\s+virtual/i.test(sql) }));
  const tableSql = new Map(tables.map(({ name, sql }) => [name, sql]));
  const definitionOf = (table: string, index = ''): string =>
    digestOf(JSON.stringify([table, tableSql.get(table) ?? '', index]));
  const schemaTable: Place = { table: 'sqlite_schema', name: 'sqlite_schema', isIndex: false, definition: 'schema' };
  const roots = new Map<number, Place>([[1, schemaTable]]);
  for (const { type, name, table, root, sql } of rows) {
    if (root <= 0) continue;
    const isIndex = type === 'index';
    const definition = isIndex ? definitionOf(table, `${name} ${sql}`) : definitionOf(table);
    roots.set(root, { table, name, isIndex, definition });
  }
  let addresses: Map<string, readonly string[]> | null = null;
  return {
    roots,
    virtualTables: (p4) => (addresses ??= virtualAddresses(connection, tables)).get(p4) ?? null,
    definitionOf: (table) => definitionOf(table),
    views: digestOf(JSON.stringify(rows.filter(({ type }) => type === 'view').map(({ name, sql }) => [name, sql]))),
    keyColumns: kept((table: string, index: string | null) => keyColumns(connection, table, index)),
    shapeOf: kept((table: string) => shapeOf(connection, table, tableSql.get(table) ?? '')),
  };
}

function kept<Arguments extends (string | null)[], Value>(find: (...given: Arguments) => Value) {
  const found = new Map<string, Value>();
  return (...given: Arguments): Value => {
    const key = JSON.stringify(given);
    let value = found.get(key);
    if (value === undefined) found.set(key, (value = find(...given)));
    return value;
  };
}

// ---- columns ----

/** The number of the column that is another name for the rowid; null when there is none. */
function rowidColumn(connection: Connection, table: string): number | null {
  const keys = connection.query('SELECT cid, type FROM pragma_table_xinfo(?) WHERE pk > 0', [table]);
  const [only] = keys;
  if (keys.length !== 1 || !only || foldCase(String(only[1])) !== 'integer') return null;
  // WITHOUT ROWID, and INTEGER PRIMARY KEY DESC, have an index for it.
  return primaryIndex(connection, table) === null ? Number(only[0]) : null;
}

function primaryIndex(connection: Connection, table: string): string | null {
  const name = connection.first("SELECT name FROM pragma_index_list(?) WHERE origin = 'pk'", [table])?.[0];
  return name === undefined ? null : String(name);
}

function keyColumns(connection: Connection, table: string, index: string | null): number[] | null {
  const name = index ?? primaryIndex(connection, table);
  if (name === null) return null;
  const rowid = rowidColumn(connection, table);
  return connection
    .query('SELECT cid FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno', [name])
    .map(([cid]) => (cid === rowid ? -1 : Number(cid)));
}

function shapeOf(connection: Connection, table: string, sql: string): TableShape | null {
  if (sql === '' || /\breplace\b|^\s*create\s+virtual/i.test(sql)) return null;
  const columns = connection.query('SELECT cid, name, type, hidden FROM pragma_table_xinfo(?) ORDER BY cid', [table]);
  if (columns.length === 0 || columns.some(([, , , hidden]) => hidden !== 0)) return null;
  const rowid = rowidColumn(connection, table);
  const rowidValue = { column: -1, affinity: 'D' };
  const byName = new Map(['rowid', 'oid', '_rowid_'].map((name) => [name, rowidValue]));
  const inOrder = columns.map(([cid, name, type]) => {
    const place = cid === rowid ? rowidValue : { column: Number(cid), affinity: affinityOf(String(type)) };
    byName.set(foldCase(String(name)), place);
    return { name: String(name), ...place };
  });
  return { columns: inOrder, byName };
}

/** SQLite's letter for the affinity of a declared type (datatype3.html, section 3.1). */
function affinityOf(type: string): string {
  if (/int/i.test(type)) return 'D';
  if (/char|clob|text/i.test(type)) return 'B';
  if (type === '' || /blob/i.test(type)) return 'A';
  return /real|floa|doub/i.test(type) ? 'E' : 'C';
}

// ---- virtual tables ----

/** Table-valued functions that compute from their arguments alone. */
const HARMLESS_FUNCTIONS = ["json_each('')", "json_tree('')"];

function virtualAddresses(connection: Connection, tables: readonly SchemaTable[]): Map<string, readonly string[]> {
  const addresses = new Map<string, readonly string[]>();
  const note = (from: string, standsFor: readonly string[]): void => {
    try {
      const opened = instructionsOf(connection.explain(`SELECT 1 FROM ${from}`)).find(
        ({ opcode }) => opcode === 'VOpen',
      );
      if (opened) addresses.set(opened.p4, standsFor);
    } catch (error) {
      // A table whose module is missing here cannot be opened by any statement either.
      if (!(error instanceof AppError)) throw error;
    }
  };
  for (const { name, isVirtual } of tables) {
    if (isVirtual) note(`main.${quoted(name)}`, closureOf(name, tables));
  }
  for (const call of HARMLESS_FUNCTIONS) note(call, []);
  return addresses;
}

/** A virtual table, its shadow tables (`name_...`) and every table that its declaration mentions, and so on. */
function closureOf(name: string, tables: readonly SchemaTable[]): string[] {
  const found = new Set<string>();
  const visit = (one: string): void => {
    if (found.has(one)) return;
    found.add(one);
    const table = tables.find((candidate) => candidate.name === one);
    if (!table?.isVirtual) return;
    const declaration = table.sql.toLowerCase();
    for (const other of tables) {
      const lower = other.name.toLowerCase();
      if (lower.startsWith(`${one.toLowerCase()}_`) || declaration.includes(lower)) visit(other.name);
    }
  };
  visit(name);
  return [...found].sort();
}

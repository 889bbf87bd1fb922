/**
 * What a database holds: tables, views, columns, indexes, foreign keys, row counts; and what of it cannot work in this SQLite.
 */
import { AppError } from '../core/errors.ts';
import type { Connection } from './connection.ts';
import type { SchemaReport, SqlValue, TableReport } from './protocol.ts';

/** Time for counting all tables' rows; a count that does not fit is left out. */
const COUNT_BUDGET_MS = 150;

/** The schema in the order in which it was made; SQLite's own tables are left out. */
export function schemaOf(connection: Connection): SchemaReport {
  const countUntilMs = performance.now() + COUNT_BUDGET_MS;
  const indexSql = new Map(
    connection
      .query("SELECT name, sql FROM sqlite_schema WHERE type = 'index'")
      .map(([name, sql]) => [String(name), sql === null ? null : String(sql)]),
  );
  return {
    schemaCookie: connection.schemaCookie(),
    tables: listed(connection).map(({ name, type, sql }) => ({
      name,
      type,
      sql,
      rowCount: type === 'view' ? null : countRows(connection, name, countUntilMs),
      columns: columnsOf(connection, name),
      indexes: indexesOf(connection, name, indexSql),
      foreignKeys: foreignKeysOf(connection, name),
    })),
  };
}

/** Tables and views that cannot be read or written here, each with the reason in plain words. */
export function unusableIn(connection: Connection): { name: string; reason: string }[] {
  const found: { name: string; reason: string }[] = [];
  for (const { name, type } of listed(connection)) {
    const reading = failureOf(connection, `SELECT * FROM ${quoted(name)} LIMIT 0`);
    if (reading) {
      found.push({ name, reason: explain(reading) });
      continue;
    }
    // Compiling an INSERT looks at checks, expression indexes, collations and triggers as well.
    const writing = type === 'view' ? null : failureOf(connection, `INSERT INTO ${quoted(name)} DEFAULT VALUES`);
    if (writing && /no such (module|function|collation)|unknown function/.test(writing)) {
      found.push({ name, reason: `It can be read, not written. ${explain(writing)}` });
    }
  }
  return found;
}

/** A name as SQL, safe whatever it holds. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function listed(connection: Connection): { name: string; type: TableReport['type']; sql: string }[] {
  return connection
    .query("SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY rowid")
    .map(([name, type, sql]) => ({ name: String(name), type: String(type), sql: String(sql ?? '') }))
    .filter(({ name }) => !name.startsWith('sqlite_'))
    .map(({ name, type, sql }) => ({
      name,
      type: type === 'view' ? 'view' : /^\s*create\s+virtual\b/i.test(sql) ? 'virtual' : 'table',
      sql,
    }));
}

function countRows(connection: Connection, table: string, untilMs: number): number | null {
  const deadlineMs = untilMs - performance.now();
  if (deadlineMs <= 0) return null;
  const rows = attempt(() => connection.run(`SELECT count(*) FROM ${quoted(table)}`, [], { deadlineMs }).result);
  return rows ? (rows.columns[0].numbers[0] ?? null) : null;
}

function columnsOf(connection: Connection, table: string): TableReport['columns'] {
  const rows = attempt(() =>
    connection.query('SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?)', [table]),
  );
  return (rows ?? []).map(([name, type, notNull, primaryKey, hidden]) => ({
    name: String(name),
    type: text(type),
    notNull: notNull === 1,
    primaryKey: Number(primaryKey),
    hidden: hidden === 1, // 2 and 3 are generated columns, which SELECT * shows
  }));
}

function indexesOf(
  connection: Connection,
  table: string,
  sqlOf: ReadonlyMap<string, string | null>,
): TableReport['indexes'] {
  const rows = attempt(() =>
    connection.query('SELECT name, "unique" FROM pragma_index_list(?) ORDER BY seq DESC', [table]),
  );
  return (rows ?? []).map(([name, unique]) => ({
    name: String(name),
    unique: unique === 1,
    columns: connection
      .query('SELECT name FROM pragma_index_info(?) ORDER BY seqno', [name!])
      .map(([column]) => (column === null ? '(expression)' : String(column))),
    sql: sqlOf.get(String(name)) ?? null,
  }));
}

function foreignKeysOf(connection: Connection, table: string): TableReport['foreignKeys'] {
  const rows = attempt(() =>
    connection.query('SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq', [table]),
  );
  const keys = new Map<SqlValue, TableReport['foreignKeys'][number]>();
  for (const [id, parent, from, to] of rows ?? []) {
    const key = keys.get(id) ?? { columns: [], table: String(parent), references: [] };
    keys.set(id, key);
    key.columns.push(String(from));
    if (to !== null) key.references.push(String(to));
  }
  for (const key of keys.values()) {
    // A key that names no columns means the parent's primary key.
    if (key.references.length === 0) {
      key.references = columnsOf(connection, key.table)
        .filter(({ primaryKey }) => primaryKey > 0)
        .sort((one, other) => one.primaryKey - other.primaryKey)
        .map(({ name }) => name);
    }
  }
  return [...keys.values()];
}

function failureOf(connection: Connection, sql: string): string | null {
  try {
    connection.inspect(sql);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

const MODULES: Readonly<Record<string, string>> = {
  fts5: 'full-text search of version 5',
  rtree: 'R-Tree',
  rtree_i32: 'R-Tree',
  geopoly: 'Geopoly',
};

function explain(message: string): string {
  const [, kind, name = ''] = /(?:no such|unknown) (module|function|collation sequence): ([^\s(]+)/.exec(message) ?? [];
  if (kind === 'module') {
    const known = MODULES[name.toLowerCase()];
    return `It needs ${known ? `${known} (module ${name})` : `the module ${name}`}, which the SQLite in this page does not have.`;
  }
  if (kind === 'function') return `It uses the function ${name}(), which is not SQLite's own and not known here.`;
  if (kind) return `It sorts by the collation ${name}, which is not SQLite's own and not known here.`;
  return `SQLite says: ${message}.`;
}

/** A view or virtual table that does not work here still has a place in the list. */
function attempt<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function text(value: SqlValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

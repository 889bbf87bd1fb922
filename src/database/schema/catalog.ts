/**
 * What a database holds: tables, views, columns, indexes, foreign keys, row counts; and what of it cannot work in this SQLite.
 */
import { AppError } from '../../core/errors.ts';
import { quoted } from '../../core/sql-name.ts';
import type { Connection } from '../connection.ts';
import type { ColumnReport, SchemaReport, SqlValue, TableReport } from '../protocol.ts';

/** Time for counting all tables' rows; a count that does not fit is left out. */
const COUNT_BUDGET_MS = 150;

/** The schema in the order in which it was made; SQLite's own tables are left out. */
export function schemaOf(connection: Connection, counts = true): SchemaReport {
  const countUntilMs = counts ? performance.now() + COUNT_BUDGET_MS : -Infinity;
  const indexSql = new Map(
    connection
      .query("SELECT name, sql FROM sqlite_schema WHERE type = 'index'")
      .map(([name, sql]) => [String(name), sql === null ? null : String(sql)]),
  );
  const triggers = triggersByTable(connection);
  return {
    schemaCookie: connection.schemaCookie(),
    tables: tablesOf(connection).map(({ name, type, sql, withoutRowid, strict }) => ({
      name,
      type,
      sql,
      rowCount: type === 'view' ? null : countRows(connection, name, countUntilMs),
      withoutRowid,
      strict,
      columns: columnsOf(connection, name),
      indexes: indexesOf(connection, name, indexSql),
      foreignKeys: foreignKeysOf(connection, name),
      triggers: triggers.get(name.toLowerCase()) ?? [],
    })),
  };
}

/** Tables and views that cannot be read or written here, each with the reason in plain words. */
export function unusableIn(connection: Connection): { name: string; reason: string }[] {
  const found: { name: string; reason: string }[] = [];
  for (const { name, type } of tablesOf(connection)) {
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

/** Tables and views in the order in which they were made; SQLite's own are left out. */
export function tablesOf(
  connection: Connection,
): { name: string; type: TableReport['type']; sql: string; withoutRowid: boolean; strict: boolean }[] {
  const kinds = new Map(
    connection
      .query("SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main'")
      .map(([name, withoutRowid, strict]) => [
        String(name),
        { withoutRowid: withoutRowid === 1, strict: strict === 1 },
      ]),
  );
  return connection
    .query("SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY rowid")
    .map(([name, type, sql]) => ({ name: String(name), type: String(type), sql: String(sql ?? '') }))
    .filter(({ name }) => !name.startsWith('sqlite_'))
    .map(({ name, type, sql }) => ({
      name,
      type: type === 'view' ? 'view' : /^\s*create\s+virtual\b/i.test(sql) ? 'virtual' : 'table',
      sql,
      ...(kinds.get(name) ?? { withoutRowid: false, strict: false }),
    }));
}

function triggersByTable(connection: Connection): Map<string, TableReport['triggers']> {
  const found = new Map<string, TableReport['triggers']>();
  const sql = "SELECT tbl_name, name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid";
  for (const [table, name, text] of connection.query(sql)) {
    const key = String(table).toLowerCase();
    found.set(key, [...(found.get(key) ?? []), { name: String(name), sql: String(text ?? '') }]);
  }
  return found;
}

function countRows(connection: Connection, table: string, untilMs: number): number | null {
  const deadlineMs = untilMs - performance.now();
  if (deadlineMs <= 0) return null;
  const rows = attempt(() => connection.run(`SELECT count(*) FROM ${quoted(table)}`, [], { deadlineMs }).result);
  return rows ? (rows.columns[0].numbers[0] ?? null) : null;
}

/** Columns of a table or view; none where it cannot be read here. */
export function columnsOf(connection: Connection, table: string): ColumnReport[] {
  const rows = attempt(() =>
    connection.query('SELECT name, type, "notnull", pk, hidden, dflt_value FROM pragma_table_xinfo(?)', [table]),
  );
  return (rows ?? []).map(([name, type, notNull, primaryKey, hidden, byDefault]) => ({
    name: String(name),
    type: text(type),
    notNull: notNull === 1,
    primaryKey: Number(primaryKey),
    hidden: hidden === 1,
    default: byDefault === null ? null : String(byDefault),
    // Generated columns, which SELECT * shows, have the numbers 2 and 3 here.
    generated: hidden === 2 ? 'virtual' : hidden === 3 ? 'stored' : null,
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

/** A foreign key as declared. */
export interface ForeignKey {
  columns: string[];
  parent: string;
  /** Null where none are named: the parent's primary key is meant. */
  references: string[] | null;
  onDelete: string;
  onUpdate: string;
}

/** The foreign keys of a table in the order in which they were declared. */
export function readForeignKeys(connection: Connection, table: string): ForeignKey[] {
  const keys = new Map<SqlValue, ForeignKey>();
  const sql =
    'SELECT id, "table", "from", "to", on_delete, on_update FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq';
  for (const [id, parent, from, to, onDelete, onUpdate] of connection.query(sql, [table])) {
    const key = keys.get(id) ?? {
      columns: [],
      parent: String(parent),
      references: to === null ? null : [],
      onDelete: String(onDelete),
      onUpdate: String(onUpdate),
    };
    keys.set(id, key);
    key.columns.push(String(from));
    key.references?.push(String(to));
  }
  return [...keys.values()];
}

function foreignKeysOf(connection: Connection, table: string): TableReport['foreignKeys'] {
  const keys = attempt(() => readForeignKeys(connection, table)) ?? [];
  return keys.map(({ columns, parent, references, onDelete, onUpdate }) => ({
    columns,
    table: parent,
    references: references ?? primaryKeyOf(columnsOf(connection, parent)),
    onDelete,
    onUpdate,
  }));
}

/** Names of the primary key's columns, in its order. */
export function primaryKeyOf(columns: readonly ColumnReport[]): string[] {
  return columns
    .filter(({ primaryKey }) => primaryKey > 0)
    .sort((one, other) => one.primaryKey - other.primaryKey)
    .map(({ name }) => name);
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

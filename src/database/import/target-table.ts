/** The table that rows go into: made, emptied or found, and which of its columns take which of the file's. */
import { quoted } from '../../core/sql-name.ts';
import type { Connection } from '../connection.ts';
import { refuse } from './file-kind.ts';
import type { ImportColumn, ImportPlan, ImportType } from './protocol.ts';

/** SQLite's own limit (SQLITE_MAX_COLUMN). */
export const COLUMNS_MAX = 2000;

export interface TargetTable {
  name: string;
  /** The table and its columns as SQL, for INSERT INTO. */
  into: string;
  /** Places of the reading's columns that go in, in the order of `into`. */
  places: number[];
  /** By column of the reading: the type that its values must fit; null for one that is left out. */
  types: (ImportType | null)[];
  /** What came of matching columns, in plain sentences. */
  notes: string[];
}

/** Inside the import's transaction. Errors `import`. */
export function prepareTable(connection: Connection, { table, mode, reading }: ImportPlan): TargetTable {
  const { columns } = reading;
  if (table.trim() === '' || table.includes('\0')) throw refuse('The table needs a name.');
  if (/^sqlite_/i.test(table))
    throw refuse(`${table}: names that begin with sqlite_ are SQLite's own. Choose another.`);
  const existing = connection.query('SELECT name, type FROM sqlite_schema WHERE lower(name) = lower(?)', [table])[0];
  if (existing && existing[1] !== 'table' && (mode !== 'append' || existing[1] !== 'view')) {
    throw refuse(
      `${table} is the name of ${existing[1] === 'index' ? 'an index' : `a ${String(existing[1])}`} already. Choose another.`,
    );
  }
  if (mode === 'append') {
    if (!existing) throw refuse(`There is no table named ${table} to append to. Create it instead.`);
    if (existing[1] === 'view') throw refuse(`${table} is a view: rows can only be appended to a table.`);
    return appendTo(connection, String(existing[0]), columns);
  }
  if (existing && mode === 'create') {
    throw refuse(
      `A table named ${String(existing[0])} is there already. Choose another name, or append to it, or replace it.`,
    );
  }
  if (existing) connection.exec(`DROP TABLE ${quoted(String(existing[0]))}`);
  return create(connection, table, columns);
}

function create(connection: Connection, table: string, columns: readonly ImportColumn[]): TargetTable {
  const included = columns.filter((column) => column.included);
  checkColumns(included);
  const definitions = included.map(({ name, type }) => `${quoted(name)} ${type}`);
  connection.exec(`CREATE TABLE ${quoted(table)} (${definitions.join(', ')})`);
  return target(table, columns, (column) => ({ name: column.name, type: column.type }), []);
}

function checkColumns(included: readonly ImportColumn[]): void {
  if (included.length === 0) throw refuse('No column is chosen: choose at least one.');
  if (included.length > COLUMNS_MAX) {
    throw refuse(
      `The file has ${included.length.toLocaleString('en')} columns; a table of SQLite has at most 2,000. Leave some out.`,
    );
  }
  const seen = new Set<string>();
  for (const { name } of included) {
    if (name === '' || name.includes('\0')) throw refuse('Every column needs a name.');
    if (seen.has(name.toLowerCase()))
      throw refuse(`Two columns are named ${name}: SQLite does not tell large letters from small.`);
    seen.add(name.toLowerCase());
  }
}

function appendTo(connection: Connection, table: string, columns: readonly ImportColumn[]): TargetTable {
  const present = connection
    .query('SELECT name, type, hidden FROM pragma_table_xinfo(?)', [table])
    .filter(([, , hidden]) => hidden === 0)
    .map(([name, type]) => ({ name: String(name), declared: String(type) }));
  const byName = new Map(present.map((column) => [column.name.toLowerCase(), column]));
  const included = columns.filter((column) => column.included);
  const matched = included.filter(({ name }) => byName.has(name.toLowerCase()));
  if (matched.length === 0) {
    throw refuse(
      `None of the file's columns has the name of a column of ${table} (${present.map(({ name }) => name).join(', ')}).`,
    );
  }
  checkColumns(matched);
  const extra = included.filter((column) => !matched.includes(column)).map(({ name }) => name);
  const given = new Set(matched.map(({ name }) => name.toLowerCase()));
  const missing = present.filter(({ name }) => !given.has(name.toLowerCase())).map(({ name }) => name);
  const notes: string[] = [];
  if (extra.length > 0) notes.push(`Not imported, because ${table} has no such column: ${listed(extra)}.`);
  if (missing.length > 0)
    notes.push(`NULL or the default went into columns that the file does not have: ${listed(missing)}.`);
  const find = (column: ImportColumn): { name: string; type: ImportType } | null => {
    const found = byName.get(column.name.toLowerCase());
    return found ? { name: found.name, type: affinityOf(found.declared) ?? column.type } : null;
  };
  return target(table, columns, find, notes);
}

function target(
  table: string,
  columns: readonly ImportColumn[],
  find: (column: ImportColumn) => { name: string; type: ImportType } | null,
  notes: string[],
): TargetTable {
  const found = columns.map((column) => (column.included ? find(column) : null));
  const names = found.flatMap((column) => (column ? [quoted(column.name)] : []));
  return {
    name: table,
    into: `${quoted(table)} (${names.join(', ')})`,
    places: found.flatMap((column, index) => (column ? [index] : [])),
    types: found.map((column) => column?.type ?? null),
    notes,
  };
}

/** What a declared type does to values (https://sqlite.org/datatype3.html, section 3.1); null where it leaves them alone. */
function affinityOf(declared: string): ImportType | null {
  const type = declared.toUpperCase();
  if (type.includes('INT')) return 'INTEGER';
  if (/CHAR|CLOB|TEXT/.test(type)) return 'TEXT';
  if (type === '' || type.includes('BLOB') || type === 'ANY') return null;
  return /REAL|FLOA|DOUB/.test(type) ? 'REAL' : 'INTEGER';
}

function listed(names: readonly string[]): string {
  return names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ');
}

/** Reads the schema of a sandbox from SQLite's own catalogue. */
import { affinityOf, Schema, type ColumnInfo, type TableInfo } from '../sql/schema.ts';
import { printName } from '../sql/print.ts';
import { foldCase, tokenize } from '../sql/tokens.ts';
import type { Cell, Sandbox } from './sandbox.ts';

export function readSchema(sandbox: Sandbox): Schema {
  const rows = (sql: string): Cell[][] => sandbox.run(sql, [], null).rows();
  const tables = new Map<string, TableInfo>();
  const listed = rows(
    `SELECT l.name, l.type, l.wr, l.strict, coalesce(m.sql, '') FROM pragma_table_list AS l JOIN sqlite_schema AS m ON m.name = l.name
     WHERE l.schema = 'main' AND m.type IN ('table', 'view') AND l.name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY m.rowid`,
  );
  for (const [name, type, wr, strict, sql] of listed) {
    const kind = type === 'view' ? 'view' : type === 'table' ? 'table' : 'virtual';
    tables.set(String(name), {
      name: String(name),
      kind,
      sql: String(sql),
      strict: strict === 1n,
      withoutRowid: wr === 1n,
      columns: [],
      uniqueKeys: [],
      uniqueIndexes: [],
      collated: namesCollation(String(sql)),
    });
  }
  const primaryKeys = new Map<string, string[]>();
  for (const table of tables.values()) {
    let columns: Cell[][];
    try {
      columns = rows(
        `SELECT name, type, "notnull", pk, hidden, dflt_value IS NOT NULL FROM pragma_table_xinfo(${quoted(table.name)}) ORDER BY cid`,
      );
    } catch {
      // A view over what is not there, or a module that is not built in: nothing is known of it.
      tables.delete(table.name);
      continue;
    }
    const key: [number, string][] = [];
    for (const [name, type, notNull, pk, hidden, hasDefault] of columns) {
      if (hidden === 1n) continue;
      if (pk !== 0n) key.push([Number(pk), String(name)]);
      table.columns.push({
        name: String(name),
        type: String(type),
        affinity: affinityIn(table, String(type)),
        collation: table.collated ? null : 'BINARY',
        notNull: notNull === 1n || (pk !== 0n && table.withoutRowid),
        isRowid: false,
        generated: hidden === 2n || hidden === 3n,
        hasDefault: hasDefault === 1n,
      });
    }
    const names = key.sort(([a], [b]) => a - b).map(([, name]) => name);
    primaryKeys.set(table.name, names);
    if (table.kind !== 'table') continue;
    if (table.collated) readCollations(table, sandbox);
    readKeys(table, names, rows);
    table.uniqueIndexes = rows(
      `SELECT m.sql FROM pragma_index_list(${quoted(table.name)}) AS i JOIN sqlite_schema AS m ON m.name = i.name
       WHERE i."unique" AND m.type = 'index' AND m.sql IS NOT NULL`,
    ).map(([sql]) => String(sql));
  }
  return new Schema([...tables.values()]);
}

/** SQLite tells the collation of a column by an index on it, which is made on an empty copy of the table. */
function readCollations(table: TableInfo, sandbox: Sandbox): void {
  const scratch = sandbox.scratch();
  try {
    scratch.execute(table.sql);
    const names = table.columns.map((column) => printName(column.name));
    scratch.execute(`CREATE INDEX collations ON ${printName(table.name)}(${names.join(', ')})`);
    const parts = scratch.run("SELECT coll FROM pragma_index_xinfo('collations') WHERE key ORDER BY seqno", [], null);
    parts.rows().forEach(([collation], index) => (table.columns[index].collation = String(collation).toUpperCase()));
  } catch {
    // A collation that is not built in, or an expression that no index takes: nothing is known.
  } finally {
    scratch.close();
  }
}

function readKeys(table: TableInfo, primaryKey: string[], rows: (sql: string) => Cell[][]): void {
  const indexes = rows(
    `SELECT name, origin FROM pragma_index_list(${quoted(table.name)}) WHERE "unique" AND NOT partial`,
  );
  for (const [name] of indexes) {
    const parts = rows(
      `SELECT cid, name, coll FROM pragma_index_xinfo(${quoted(String(name))}) WHERE "key" ORDER BY seqno`,
    );
    // An index on an expression has no column; a key under another collation is stricter than bytes, which is still a key.
    if (parts.every(([cid]) => typeof cid === 'bigint' && cid >= 0n))
      table.uniqueKeys.push(parts.map(([, column]) => String(column)));
    if (parts.some(([, , collation]) => String(collation).toUpperCase() !== 'BINARY')) table.collated = true;
  }
  // The row id has no index of its own: a key of one INTEGER column that no index stands for.
  const [only] = primaryKey;
  if (primaryKey.length === 1 && only && !indexes.some(([, origin]) => origin === 'pk')) {
    table.uniqueKeys.unshift([only]);
    const column = table.columns.find((one) => one.name === only);
    if (column) Object.assign(column, { notNull: true, isRowid: true } satisfies Partial<ColumnInfo>);
  }
}

/** In a STRICT table ANY keeps what it is given. */
function affinityIn(table: TableInfo, type: string): ColumnInfo['affinity'] {
  return table.strict && type.toUpperCase() === 'ANY' ? 'BLOB' : affinityOf(type);
}

function namesCollation(sql: string): boolean {
  return tokenize(sql).some(
    (token) => token.kind === 'word' && foldCase(sql.slice(token.start, token.end)) === 'collate',
  );
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Tables and whole databases through a database worker's own handler, and back through SQLite. */
import { beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../../../src/database/connection.ts';
import type { ExportFormat, ExportSource } from '../../../../src/database/protocol.ts';
import type { SqliteModule } from '../../../../src/database/sqlite/sqlite-module.ts';
import { HARD_SCHEMA } from '../random-sql.ts';
import { databaseWith, openOn, snapshotOf, sqlite, startServer } from '../support.ts';
import { cellsOf } from './support.ts';

let module: SqliteModule;
let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  module = await sqlite();
  server = await startServer();
});

async function exported(
  base: Uint8Array,
  what: ExportSource,
  format: ExportFormat,
  pragmas: string[] = [],
): Promise<string> {
  const { file } = await server.exportRows({ snapshot: snapshotOf(base), pragmas, what, format });
  return file.text();
}

function loaded(sql: string): Connection {
  const connection = openOn(module, databaseWith(module));
  connection.exec(sql);
  return connection;
}

const EXTRAS = `
CREATE VIRTUAL TABLE notes USING fts4 (title, body);
INSERT INTO notes (docid, title, body) VALUES (3, 'one', 'a fox'), (9, 'two', 'a hound');
CREATE TABLE "odd ""table""" ("a b" TEXT CHECK ("a b" <> 'no'), "select" REAL DEFAULT 1.5) STRICT;
INSERT INTO "odd ""table""" VALUES ('it''s', 0.1), (char(10), 9e999);
PRAGMA user_version = 7; PRAGMA application_id = 42;
ANALYZE;`;

test('a dump gives the same database: schema, rows, sequences, statistics', async () => {
  const base = databaseWith(module, HARD_SCHEMA + EXTRAS);
  const before = openOn(module, base);
  const dump = await exported(base, { database: true }, 'sql');
  const after = loaded(dump);
  const schema = `SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_auto%' ORDER BY type, name`;
  expect(after.query(schema)).toEqual(before.query(schema));
  for (const [name] of before.query(
    `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' AND name NOT LIKE 'sqlite_schema'`,
  )) {
    const rows = `SELECT * FROM "${String(name).replaceAll('"', '""')}" ORDER BY 1, 2`;
    const narrow = rows.replace(', 2', '');
    const sql = before.query(`SELECT count(*) FROM pragma_table_xinfo(?)`, [name!])[0][0] === 1 ? narrow : rows;
    expect(cellsOf(after, sql), String(name)).toEqual(cellsOf(before, sql));
  }
  expect(after.query(`SELECT docid FROM notes WHERE notes MATCH 'hound'`)).toEqual([[9]]);
  expect(after.number('PRAGMA user_version')).toBe(7);
  expect(after.number('PRAGMA application_id')).toBe(42);
  expect(after.query('PRAGMA integrity_check')).toEqual([['ok']]);
  expect(after.query('PRAGMA foreign_key_check')).toEqual(before.query('PRAGMA foreign_key_check'));
  before.close();
  after.close();
});

test('a table brings its definition and its indexes, and leaves out what is computed', async () => {
  const base = databaseWith(module, HARD_SCHEMA);
  const text = await exported(base, { table: 'COMPUTED' }, 'sql');
  expect(text).toContain('INSERT INTO "computed" ("x") VALUES');
  const after = loaded(text);
  expect(after.query('SELECT x, y, z FROM computed ORDER BY x')).toEqual([
    [1, 2, 2],
    [2, 4, 3],
    [5, 10, 6],
  ]);
  expect(after.query(`SELECT name FROM sqlite_schema WHERE type = 'index'`)).toEqual([['computed_y']]);
  after.close();
  expect(await exported(base, { table: 'computed' }, 'csv')).toBe('x,y,z\r\n1,2,2\r\n2,4,3\r\n5,10,6\r\n');
  // A setting about names of columns changes nothing.
  const settings = ['PRAGMA short_column_names = OFF', 'PRAGMA full_column_names = ON'];
  expect(await exported(base, { table: 'computed' }, 'ndjson', settings)).toContain('{"x":1,"y":2,"z":2}');
  expect(await exported(base, { table: 'family' }, 'sql')).toContain('CREATE TABLE "family" ("name", "note");');
});

test('many windows give every row once, in order', async () => {
  const base = databaseWith(
    module,
    `CREATE TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 50000) SELECT i, hex(i) AS h FROM n;
     INSERT INTO n VALUES (50001, printf('%.*c', 3000000, 'x')), (50002, 'end')`,
  );
  const lines = (await exported(base, { table: 'n' }, 'csv')).split('\r\n');
  expect(lines).toHaveLength(1 + 50002 + 1);
  expect(lines.slice(1, 50001).every((line, at) => line.startsWith(`${at + 1},`))).toBe(true);
  expect(lines[50001]).toHaveLength(6 + 3_000_000);
  expect(lines[50002]).toBe('50002,end');
});

test('queries take parameters and settings; what writes, or is several statements, is refused', async () => {
  const base = databaseWith(module, HARD_SCHEMA);
  const what = { sql: "SELECT name FROM parent WHERE id > ? AND name LIKE 'P%';", parameters: [2] };
  expect(await exported(base, what, 'csv')).toBe('name\r\np3\r\np4\r\n');
  expect(await exported(base, what, 'csv', ['PRAGMA case_sensitive_like = 1'])).toBe('name\r\n');
  await expect(exported(base, { sql: 'DELETE FROM parent RETURNING id' }, 'csv')).rejects.toThrow(
    /this statement writes/,
  );
  await expect(exported(base, { sql: 'SELECT 1; SELECT 2' }, 'csv')).rejects.toThrow(/one statement/);
  await expect(exported(base, { sql: 'SELECT * FROM nowhere' }, 'csv')).rejects.toThrow(/no such table/);
  await expect(exported(base, { table: 'nowhere' }, 'csv')).rejects.toThrow(/no table named nowhere/);
  await expect(exported(base, { database: true }, 'csv')).rejects.toThrow(/as SQL only/);
});

test('a cancel is heard between windows, and the next export works', async () => {
  const base = databaseWith(module);
  const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';
  const reports: { rows: number }[] = [];
  const signal = { cancelled: false, onCancel: () => {} };
  const progress = (report: unknown): void => {
    reports.push(report as { rows: number });
    if (reports.length === 2) signal.cancelled = true;
  };
  await expect(
    server.exportRows(
      { snapshot: snapshotOf(base), pragmas: [], what: { sql: endless }, format: 'csv' },
      { progress, signal },
    ),
  ).rejects.toMatchObject({ code: 'cancelled' });
  expect(reports[1].rows).toBeGreaterThan(reports[0].rows);
  expect(await exported(base, { sql: 'SELECT 1 AS a' }, 'csv')).toBe('a\r\n1\r\n');
});

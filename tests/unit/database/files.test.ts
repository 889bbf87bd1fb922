import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { LOOPING_SQL, loopingDatabase } from '../../../bench/fuzz/looping-database.ts';
import { createRandom } from '../../../src/core/random.ts';
import { HEAD_BYTES } from '../../../src/database/file/foreign-file.ts';
import { checkFile, readHeader } from '../../../src/database/file/file-header.ts';
import { openFork } from '../../../src/database/file/fork.ts';
import type { SqliteModule } from '../../../src/database/sqlite/sqlite-module.ts';
import { databaseWith, openOn, runRequest, snapshotOf, sqlite, startServer, unitRequest } from './support.ts';

let module: SqliteModule;
let bytes: Uint8Array;

beforeAll(async () => {
  module = await sqlite();
  bytes = databaseWith(
    module,
    "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL); INSERT INTO t VALUES (1, 'x'), (2, 'y')",
  );
});

const changed = (change: (copy: Uint8Array) => void): Uint8Array => {
  const copy = new Uint8Array(bytes);
  change(copy);
  return copy;
};
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const log = (): Uint8Array => new Uint8Array(readFileSync('tests/fixtures/wal/notes.sqlite-wal'));

function noise(length: number): Uint8Array {
  const random = createRandom(1);
  return Uint8Array.from({ length }, () => random.below(256));
}

function reserving(count: number): Uint8Array {
  return changed((copy) => {
    copy.set([2, 0], 16);
    copy[20] = count;
  });
}

describe('an offered file', () => {
  it.each<[string, () => Uint8Array, string]>([
    ['nothing', () => new Uint8Array(0), 'empty'],
    ['a zip archive', () => text('PK\x03\x04 and so on'), 'ZIP'],
    ['a script', () => text('CREATE TABLE t (a);\n'), 'import it'],
    ['an Excel workbook', () => text('PK\x03\x04....[Content_Types].xml'), 'save the sheet as CSV'],
    ['a Parquet file', () => text('PAR1\x15\0PAR1'), 'import it instead'],
    ['a picture', () => text('GIF89a and so on'), 'picture'],
    ['zeros', () => new Uint8Array(5000), 'zeros'],
    ['a write-ahead log', () => log(), '-wal'],
    ['a rollback journal', () => Uint8Array.of(0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7), '-journal'],
    ['noise, as of an encrypted file', () => noise(8192), 'decrypt it with its own program'],
    ['an encrypted file', () => changed((copy) => copy.fill(0x9a, 0, 100)), 'encrypted'],
    ['a header alone', () => bytes.slice(0, 60), 'ends after 60 bytes'],
    ['a file cut short', () => bytes.slice(0, 4096), 'cut short'],
    ['an impossible page size', () => changed((copy) => copy.set([3, 3], 16)), 'page size'],
    ['a later file format', () => changed((copy) => copy.set([3], 19)), 'version 3 of the file format'],
    ['too many reserved bytes', () => reserving(50), 'reserves 50 of the 512 bytes'],
    ['other payload fractions', () => changed((copy) => copy.set([65], 21)), '65, 32, 32'],
    ['a later schema format', () => changed((copy) => copy.set([5], 47)), 'format 5'],
    ['a page count that lies', () => changed((copy) => copy.set([0, 0, 3, 0], 28)), 'should hold 768 pages'],
  ])('%s is refused, with what to do', async (_name, make, message) => {
    const refused = expect.objectContaining({ code: 'not-a-database', message: expect.stringContaining(message) });
    expect(() => checkFile(make())).toThrow(refused);
    // Its head and its length say the same.
    expect(() => checkFile(make().slice(0, HEAD_BYTES), make().length)).toThrow(refused);
  });

  it('comes back unharmed from inspection', async () => {
    const server = await startServer();
    const copy = new Uint8Array(bytes);
    const { bytes: returned, report } = await server.inspect({ bytes: copy });
    expect(returned).toEqual(bytes);
    expect(report).toEqual({ pageSize: 4096, pageCount: 2, walMode: false, warnings: [], damaged: false });
    // A sound header over pages that are not: SQLite itself must refuse it.
    await expect(server.inspect({ bytes: changed((broken) => broken.fill(0xff, 100, 4096)) })).rejects.toMatchObject({
      code: 'not-a-database',
      message: expect.stringContaining('.recover'),
    });
  });

  it('whose schema is malformed is refused, and the object is named', async () => {
    const server = await startServer();
    const at = Buffer.from(bytes).indexOf('CREATE TABLE t');
    const malformed = changed((copy) => copy.set(text('CREATE TIBLE t'), at));
    await expect(server.inspect({ bytes: malformed })).rejects.toMatchObject({
      code: 'not-a-database',
      message: expect.stringMatching(/What its schema says about t cannot be read .*syntax error/),
    });
  });

  it('that is damaged in places opens, and says so', async () => {
    const server = await startServer();
    const broken = changed((copy) => copy.fill(0xee, 4096 + 8, 4096 + 10));
    const { report } = await server.inspect({ bytes: broken });
    expect(report.warnings).toEqual([expect.stringMatching(/^The file is damaged in places.*page 2/)]);
    expect((await server.inspect({ bytes: new Uint8Array(bytes) })).report.warnings).toEqual([]);
  });

  it('whose rows break a rule, or whose rules cannot be read here, is not called damaged', async () => {
    const server = await startServer();
    const odd = databaseWith(
      module,
      `CREATE TABLE ruled (x NOT NULL); CREATE TABLE checked (x); CREATE TABLE plain (x); INSERT INTO checked VALUES (1);
       INSERT INTO ruled VALUES (1); PRAGMA writable_schema = ON;
       UPDATE sqlite_schema SET sql = 'CREATE TABLE checked (x CHECK (secret(x)))' WHERE name = 'checked'`,
    );
    expect((await server.inspect({ bytes: odd })).report).toMatchObject({ damaged: false, warnings: [] });
    const broken = databaseWith(
      module,
      `CREATE TABLE ruled (x); INSERT INTO ruled VALUES (NULL); PRAGMA writable_schema = ON;
       UPDATE sqlite_schema SET sql = 'CREATE TABLE ruled (x NOT NULL)'`,
    );
    expect((await server.inspect({ bytes: broken })).report).toMatchObject({
      damaged: false,
      warnings: ["Some rows break their table's own rules: NULL value in ruled.x."],
    });
  });

  it('whose table leads in circles opens, is told damaged, and is not counted', async () => {
    const server = await startServer();
    const made = new module.raw.Database();
    made.run(LOOPING_SQL);
    const endless = loopingDatabase(made.export(), 12);
    made.close();
    const { bytes: circles, report } = await server.inspect({ bytes: endless });
    expect(report).toMatchObject({ damaged: true, warnings: [expect.stringContaining('damaged in places')] });
    await server.attach({ snapshot: snapshotOf(circles), role: 'primary', epoch: 1, pragmas: [] });
    const { tables } = await server.schema({ counts: !report.damaged });
    expect(tables.map(({ name, rowCount }) => [name, rowCount])).toEqual([['t', null]]);
    const sum = server.run(runRequest('SELECT sum(a) FROM t', { deadlineMs: 50 }));
    await expect(sum).rejects.toMatchObject({ code: 'deadline' });
    expect(await server.run(runRequest('SELECT * FROM t LIMIT 3'))).toMatchObject({ result: { rowCount: 3 } });
  });

  it('that later writers alone may write opens, is read, and is not written', async () => {
    const later = changed((copy) => copy.set([3], 18));
    const server = await startServer();
    const { report } = await server.inspect({ bytes: new Uint8Array(later) });
    expect(report.warnings).toEqual([expect.stringContaining('can be read, not written')]);
    await server.attach({ snapshot: snapshotOf(later), role: 'primary', epoch: 1, pragmas: [] });
    expect(await server.run(runRequest('SELECT * FROM t'))).toMatchObject({ kind: 'rows', result: { rowCount: 2 } });
    const reply = await server.unit(unitRequest("INSERT INTO t VALUES (3, 'z')"));
    expect(reply).toMatchObject({ record: null, error: { message: expect.stringContaining('readonly') } });
  });

  it('of another encoding, or with reserved bytes and an application id, opens as any other', async () => {
    const wide = databaseWith(
      module,
      "PRAGMA encoding = 'UTF-16be'; PRAGMA application_id = 77; CREATE TABLE w (x); INSERT INTO w VALUES ('größer')",
    );
    const server = await startServer();
    expect((await server.inspect({ bytes: wide })).report.warnings).toEqual([]);
  });

  it('in WAL mode opens, is said to be so, and stays as it was in our base', async () => {
    const wal = changed((copy) => copy.set([2, 2], 18));
    const server = await startServer();
    expect((await server.inspect({ bytes: new Uint8Array(wal) })).report.walMode).toBe(true);
    await server.attach({ snapshot: snapshotOf(wal), role: 'primary', epoch: 1, pragmas: [] });
    const reply = await server.unit(unitRequest("INSERT INTO t VALUES (3, 'z')"));
    expect(reply.error).toBeNull();
    expect([...reply.record!.pages.subarray(18, 20)]).toEqual([1, 1]);
    expect([...wal.subarray(18, 20)]).toEqual([2, 2]);
  });

  it('without a page count in its header, as before SQLite 3.7, opens and grows', () => {
    const old = changed((copy) => new DataView(copy.buffer).setUint32(28, 0));
    expect(readHeader(old).pageCountValid).toBe(false);
    expect(checkFile(old).pageCount).toBe(2);
    const connection = openOn(module, old);
    connection.exec('CREATE TABLE more (x); INSERT INTO more SELECT zeroblob(9000)');
    expect(connection.query('PRAGMA integrity_check')).toEqual([['ok']]);
    expect(connection.query('SELECT count(*) FROM t')).toEqual([[2]]);
    connection.close();
  });

  it('of no bytes at all is an empty database', async () => {
    const server = await startServer();
    await server.attach({ snapshot: snapshotOf(new Uint8Array(0)), role: 'primary', epoch: 1, pragmas: [] });
    const reply = await server.unit(unitRequest('CREATE TABLE first (x)'));
    expect(reply.record?.pageCount).toBe(2);
  });
});

describe('a schema report', () => {
  it('tells tables, columns, indexes, keys, counts', async () => {
    const server = await startServer();
    const base = databaseWith(
      module,
      `CREATE TABLE p (a INTEGER, b TEXT, PRIMARY KEY (b, a)); CREATE TABLE "c d" (x REFERENCES p, y AS (x + 1));
       CREATE TABLE both (m, n, FOREIGN KEY (m, n) REFERENCES p (b, a)); CREATE UNIQUE INDEX i ON "c d" (x, y);
       CREATE VIEW v AS SELECT 1 AS one; INSERT INTO p VALUES (1, 'x')`,
    );
    await server.attach({ snapshot: snapshotOf(base), role: 'replica', epoch: 1, pragmas: [] });
    const { tables } = await server.schema({});
    expect(tables.map(({ name, type, rowCount }) => [name, type, rowCount])).toEqual([
      ['p', 'table', 1],
      ['c d', 'table', 0],
      ['both', 'table', 0],
      ['v', 'view', null],
    ]);
    expect(tables[0].columns.map(({ name, type, primaryKey }) => [name, type, primaryKey])).toEqual([
      ['a', 'INTEGER', 2],
      ['b', 'TEXT', 1],
    ]);
    expect(tables[1].columns.map(({ name }) => name)).toEqual(['x', 'y']);
    expect(tables[1].indexes).toEqual([
      { name: 'i', unique: true, columns: ['x', 'y'], sql: 'CREATE UNIQUE INDEX i ON "c d" (x, y)' },
    ]);
    expect(tables[1].foreignKeys).toMatchObject([{ columns: ['x'], table: 'p', references: ['b', 'a'] }]);
    expect(tables[2].foreignKeys).toMatchObject([{ columns: ['m', 'n'], table: 'p', references: ['b', 'a'] }]);
  });

  it('lists what cannot work here, and lets the rest work', async () => {
    const base = databaseWith(
      module,
      `CREATE TABLE fine (x); CREATE VIEW odd AS SELECT nosuchfunction(x) FROM fine; CREATE TABLE checked (x, y); INSERT INTO fine VALUES (1);
       PRAGMA writable_schema = ON;
       INSERT INTO sqlite_schema VALUES ('table', 'docs', 'docs', 0, 'CREATE VIRTUAL TABLE docs USING fts5(body)');
       UPDATE sqlite_schema SET sql = 'CREATE TABLE checked (x CHECK (secret(x)), y COLLATE klingon)' WHERE name = 'checked'`,
    );
    const server = await startServer();
    const { unusable } = await server.attach({ snapshot: snapshotOf(base), role: 'primary', epoch: 1, pragmas: [] });
    expect(unusable.map(({ name }) => name)).toEqual(['odd', 'checked', 'docs']);
    expect(unusable.map(({ reason }) => reason).join()).toMatch(
      /nosuchfunction.*secret.*full-text search of version 5/s,
    );
    expect(await server.run(runRequest('SELECT * FROM fine'))).toMatchObject({ kind: 'rows', result: { rowCount: 1 } });
    expect((await server.schema({})).tables.find(({ name }) => name === 'docs')).toMatchObject({
      type: 'virtual',
      columns: [],
      rowCount: null,
    });
  });
});

describe('a plan', () => {
  it('is told without running anything', async () => {
    const server = await startServer();
    await server.attach({ snapshot: snapshotOf(bytes), role: 'replica', epoch: 1, pragmas: [] });
    expect((await server.plan({ sql: 'SELECT * FROM t WHERE a = ?' })).map(({ detail }) => detail)).toEqual([
      'SEARCH t USING INTEGER PRIMARY KEY (rowid=?)',
    ]);
    expect(await server.plan({ sql: 'PRAGMA foreign_keys = ON' })).toEqual([]);
  });
});

describe('a fork', () => {
  it('may be written at will, and is put back by discard', () => {
    const fork = openFork(module, snapshotOf(bytes));
    fork.connection.exec('CREATE INDEX i ON t (b); DELETE FROM t; PRAGMA user_version = 9; VACUUM');
    expect(fork.connection.number('SELECT count(*) FROM t')).toBe(0);
    fork.discard();
    expect(fork.connection.query('SELECT * FROM t')).toEqual([
      [1, 'x'],
      [2, 'y'],
    ]);
    expect(fork.connection.number('PRAGMA user_version')).toBe(0);
    fork.close();
  });
});

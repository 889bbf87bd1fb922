import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import { rowsOf } from '../../../../src/database/rows/columns.ts';
import type { Connection } from '../../../../src/database/connection.ts';
import { PagedFile } from '../../../../src/database/file/paged-file.ts';
import { emptyDatabase } from '../../../../src/database/file/snapshot-file.ts';
import type { SqliteModule } from '../../../../src/database/sqlite/sqlite-module.ts';
import { HARD_SCHEMA, randomRead, randomUpkeep, randomWrite } from '../random-sql.ts';
import { databaseWith, openOn, sqlite } from '../support.ts';

let module: SqliteModule;

beforeAll(async () => {
  module = await sqlite();
});

/** sql.js as it comes: MEMFS with its own array under the same statements. */
interface PlainDatabase {
  exec(
    sql: string,
    parameters?: unknown,
    options?: { useBigInt: boolean },
  ): { columns: string[]; values: unknown[][] }[];
  export(): Uint8Array;
  close(): void;
}
const plainOn = (bytes: Uint8Array): PlainDatabase =>
  new module.raw.Database(new Uint8Array(bytes)) as unknown as PlainDatabase;

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return `error: ${(error as Error).message}`;
  }
}

describe('a paged file under SQLite', () => {
  it.each(['one', 'two', 'three'])(
    'gives what sql.js gives: 150 random statements, seed %s',
    (seed) => {
      const base = databaseWith(module, HARD_SCHEMA);
      const before = new Uint8Array(base);
      const ours: Connection = openOn(module, base);
      const plain = plainOn(base);
      plain.exec('PRAGMA journal_mode = MEMORY');
      const random = createRandom(seed);
      const both = (sql: string): void => {
        const one = outcome(() => rowsOf(ours.run(sql).result).map((row) => row.map(String)));
        const other = outcome(() =>
          (plain.exec(sql, undefined, { useBigInt: true })[0]?.values ?? []).map((row) => row.map(String)),
        );
        expect(one, sql).toEqual(other);
      };
      let open = false;
      for (let step = 0; step < 150; step++) {
        const kind = random.below(20);
        if (kind < 11) both(randomWrite(random));
        else if (kind < 15) both(randomRead(random));
        else if (kind < 17 && !open) both(randomUpkeep(random));
        else if (kind < 18) both(open ? 'SAVEPOINT s' : `PRAGMA foreign_keys = ${random.below(2)}`);
        else {
          both(open ? (random.below(2) ? 'COMMIT' : 'ROLLBACK') : 'BEGIN');
          open = !ours.isAutocommit();
        }
      }
      if (open) both('ROLLBACK');
      expect(ours.query('PRAGMA integrity_check')).toEqual([['ok']]);
      expect(ours.usesOurFile()).toBe(true);
      // The file as sql.js holds it is out of reach and export() rewrites its header; a dump by page says as much.
      const bytes = ours.file.toBytes();
      const copy = openOn(module, bytes);
      for (const table of ['parent', 'child', 'flat', 'computed', 'counted', 'audit', 'sqlite_schema']) {
        const sql = `SELECT * FROM ${table}`;
        expect(
          copy.query(sql).map((row) => row.map(String)),
          sql,
        ).toEqual((plain.exec(sql, undefined, { useBigInt: true })[0]?.values ?? []).map((row) => row.map(String)));
      }
      expect(samePages(bytes, plain.export())).toEqual([]);
      copy.close();
      ours.close();
      plain.close();
      expect(base).toEqual(before); // the base is never written
    },
    30_000,
  );

  it('survives growth and VACUUM', () => {
    const connection = openOn(module, databaseWith(module, 'CREATE TABLE t (x)'));
    connection.exec(
      "INSERT INTO t WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 3000) SELECT printf('%.500c', 'x') FROM r",
    );
    connection.file.markCommitted();
    const grown = connection.file.header().pageCount;
    expect(grown).toBeGreaterThan(300);
    connection.exec('DELETE FROM t WHERE rowid > 100; VACUUM');
    connection.file.markCommitted();
    expect(connection.usesOurFile()).toBe(true);
    expect(connection.file.header().pageCount).toBeLessThan(grown / 10);
    const numbers = [...connection.file.takeDirty()!.pageNumbers];
    expect(numbers).toEqual(numbers.filter((number) => number <= connection.file.header().pageCount));
    expect(connection.query('SELECT count(*), sum(length(x)) FROM t')).toEqual([[100, 50000]]);
    expect(connection.query('PRAGMA integrity_check')).toEqual([['ok']]);
    connection.close();
  });

  it('takes what commits changed, once, and forgets what was rolled back', () => {
    const connection = openOn(module, databaseWith(module, 'CREATE TABLE t (x); CREATE TABLE u (x)'));
    const { file } = connection;
    const untouched = file.toBytes();
    connection.exec('PRAGMA cache_size = 5; BEGIN');
    // Larger than the cache: SQLite writes to the file before the transaction ends.
    connection.exec(
      "INSERT INTO t WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 500) SELECT printf('%.900c', 'x') FROM r",
    );
    expect(file.privateBytes).toBeGreaterThan(0);
    connection.rollback();
    expect(file.toBytes()).toEqual(untouched);
    expect(file.privateBytes).toBe(0);
    expect(file.takeDirty()).toBeNull();
    connection.exec('INSERT INTO u VALUES (1)');
    file.markCommitted();
    // Page 1 (the change counter) and the table's own page.
    expect([...file.takeDirty()!.pageNumbers]).toEqual([1, 3]);
    expect(file.takeDirty()).toBeNull();
    expect(file.privateBytes).toBe(2 * 4096);
    connection.close();
  });

  it('reads across pages, and zeros past the end', () => {
    const file = new PagedFile(emptyDatabase(module));
    file.set(Uint8Array.of(1, 2, 3, 4), 4094);
    expect([...file.read(4092, 8)]).toEqual([0, 0, 1, 2, 3, 4, 0, 0]);
    expect([...file.read(2 ** 39, 3)]).toEqual([0, 0, 0]);
  });

  it('is opened again, with nothing lost, when sql.js has put its own array in its place', () => {
    // Without the hook on truncation MEMFS answers VACUUM by copying the file into an array of its own.
    module.imports.withoutTruncate(() => {
      const connection = openOn(module, databaseWith(module, 'CREATE TABLE t (x); CREATE TABLE u (x)'));
      connection.exec('INSERT INTO t SELECT zeroblob(90000); INSERT INTO u VALUES (7); DROP TABLE t; VACUUM');
      expect(connection.usesOurFile()).toBe(false);
      connection.reopen();
      expect(connection.usesOurFile()).toBe(true);
      expect(connection.query('SELECT * FROM u')).toEqual([[7]]);
      connection.exec('INSERT INTO u VALUES (8)');
      connection.file.markCommitted();
      const pages = connection.file.takeDirty()!;
      expect(pages.pageNumbers.length).toBe(2);
      connection.close();
    });
  });
});

/** Numbers of pages that differ. Left out: free pages, and the counters and version in the header, which export() writes anew. */
function samePages(one: Uint8Array, other: Uint8Array): number[] {
  expect(one.length).toBe(other.length);
  const differing: number[] = [];
  const free = freePages(other);
  for (let page = 0; page * 4096 < one.length; page++) {
    const [a, b] = [one, other].map((bytes) => bytes.slice(page * 4096, (page + 1) * 4096));
    if (page === 0) for (const bytes of [a, b]) bytes.fill(0, 24, 28).fill(0, 40, 44).fill(0, 92, 100);
    if (!free.has(page + 1) && !a.every((byte, index) => byte === b[index])) differing.push(page + 1);
  }
  return differing;
}

/** Leaves of the list of free pages: nobody reads their content, so SQLite need not write it. */
function freePages(bytes: Uint8Array): Set<number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const found = new Set<number>();
  for (let trunk = view.getUint32(32); trunk !== 0; trunk = view.getUint32((trunk - 1) * 4096)) {
    const start = (trunk - 1) * 4096;
    for (let leaf = 0; leaf < view.getUint32(start + 4); leaf++) found.add(view.getUint32(start + 8 + leaf * 4));
  }
  return found;
}

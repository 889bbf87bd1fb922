import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/errors.ts';
import { createRandom } from '../../../../src/core/random.ts';
import { census, censusOf, type TreeRoot } from '../../../../src/database/file/census.ts';
import type { StorageCensus } from '../../../../src/database/protocol.ts';
import type { SqliteModule } from '../../../../src/database/sqlite/sqlite-module.ts';
import { HARD_SCHEMA, randomUpkeep, randomWrite } from '../random-sql.ts';
import { databaseWith, openOn, sqlite } from '../support.ts';

let module: SqliteModule;

beforeAll(async () => {
  module = await sqlite();
});

/** sql.js as it comes, so that page sizes and auto_vacuum can be chosen. */
interface PlainDatabase {
  exec(sql: string): { values: unknown[][] }[];
  export(): Uint8Array;
  close(): void;
}

const plain = (setup: string): PlainDatabase => {
  const database = new module.raw.Database() as unknown as PlainDatabase;
  database.exec(setup);
  return database;
};
const number = (database: PlainDatabase, sql: string): number => Number(database.exec(sql)[0]?.values[0]?.[0]);

const reader =
  (bytes: Uint8Array) =>
  (offset: number, length: number): Uint8Array => {
    const found = new Uint8Array(length);
    found.set(bytes.subarray(offset, offset + length));
    return found;
  };

function rootsOf(database: PlainDatabase): TreeRoot[] {
  const sql =
    "SELECT name, type, tbl_name, rootpage FROM sqlite_schema WHERE type IN ('table', 'index') AND rootpage > 0";
  return (database.exec(sql)[0]?.values ?? []).map(([name, type, table, rootPage]) => ({
    name: String(name),
    kind: type === 'index' ? 'index' : 'table',
    table: String(table),
    rootPage: Number(rootPage),
  }));
}

/** The census of a plain database, held against what SQLite itself says about it. */
function checkedCensus(database: PlainDatabase): StorageCensus {
  const found = census(reader(database.export()), rootsOf(database));
  const owned = found.objects.reduce((sum, object) => sum + object.pages, 0);
  expect(found.pageCount).toBe(number(database, 'PRAGMA page_count'));
  expect(found.freePages).toBe(number(database, 'PRAGMA freelist_count'));
  expect(owned + found.freePages + found.otherPages).toBe(found.pageCount);
  expect(found.otherPages).toBe(pointerMaps(database, found));
  for (const { name, kind, table, entries, usedBytes, bytes } of found.objects) {
    expect(usedBytes).toBeLessThanOrEqual(bytes);
    const isPartial = / WHERE /i.test(
      String(database.exec(`SELECT sql FROM sqlite_schema WHERE name = '${name}'`)[0]?.values[0]?.[0]),
    );
    if (kind !== 'index' || !isPartial) expect(entries, name).toBe(number(database, `SELECT count(*) FROM "${table}"`));
  }
  return found;
}

/** One map for itself and every usable/5 pages after it, from page 2 on. */
function pointerMaps(database: PlainDatabase, { pageCount, pageSize }: StorageCensus): number {
  if (number(database, 'PRAGMA auto_vacuum') === 0) return 0;
  return Math.ceil((pageCount - 1) / (Math.floor(pageSize / 5) + 1));
}

const object = (found: StorageCensus, name: string): StorageCensus['objects'][number] => {
  const one = found.objects.find((each) => each.name === name);
  expect(one, name).toBeDefined();
  return one!;
};

describe('the census', () => {
  it.each([
    [512, 0],
    [512, 1],
    [1024, 2],
    [4096, 0],
    [65536, 1],
  ])('accounts for every page after random statements: pages of %i bytes, auto_vacuum %i', (pageSize, autoVacuum) => {
    const database = plain(`PRAGMA page_size = ${pageSize}; PRAGMA auto_vacuum = ${autoVacuum}; ${HARD_SCHEMA}`);
    const random = createRandom(`${pageSize}/${autoVacuum}`);
    for (let step = 0; step < 60; step++) {
      try {
        database.exec(random.below(5) === 0 ? randomUpkeep(random) : randomWrite(random));
      } catch {
        // A constraint was broken: the file stays as it was.
      }
      if (random.below(6) === 0) {
        const length = random.below(3 * pageSize);
        database.exec(`INSERT INTO counted (v) VALUES (randomblob(${length}))`);
        database.exec(`REPLACE INTO flat VALUES (${step}, '${'k'.repeat(length % 5000)}', ${length})`);
      }
      if (step % 12 === 11) checkedCensus(database);
    }
    database.close();
  });

  it('knows an empty database: the schema alone, on page 1', () => {
    const connection = openOn(module, databaseWith(module));
    expect(censusOf(connection)).toEqual({
      pageSize: 4096,
      pageCount: 1,
      freePages: 0,
      otherPages: 0,
      objects: [
        {
          name: 'sqlite_schema',
          kind: 'schema',
          table: 'sqlite_schema',
          pages: 1,
          bytes: 4096,
          usedBytes: 108,
          entries: 0,
          depth: 1,
        },
      ],
    });
    connection.close();
  });

  it('reckons a row as by hand', () => {
    const connection = openOn(module, databaseWith(module, "CREATE TABLE t (a, b); INSERT INTO t VALUES ('abc', 7)"));
    // Page header 8, pointer 2, cell: length 1, rowid 1, record header 3 (its own length and two types), text 3, integer 1.
    expect(object(censusOf(connection), 't')).toMatchObject({
      pages: 1,
      bytes: 4096,
      usedBytes: 19,
      entries: 1,
      depth: 1,
    });
    connection.close();
  });

  it('counts overflow pages: a value of 10,000 bytes on pages of 4,096', () => {
    const connection = openOn(
      module,
      databaseWith(module, 'CREATE TABLE t (v); INSERT INTO t VALUES (zeroblob(10000))'),
    );
    // Payload 10,004: 489 + (10,004 - 489) % 4,092 = 1,820 bytes stay, 8,184 go to two overflow pages that they fill.
    expect(object(censusOf(connection), 't')).toMatchObject({
      pages: 3,
      usedBytes: 8 + 2 + 3 + 1820 + 4 + 2 * 4096,
      entries: 1,
    });
    connection.close();
  });

  it('sees free pages come with a DROP, go with a VACUUM, and serve growth again', () => {
    const grow =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO b SELECT i, printf('%.200c', 65) FROM n";
    const connection = openOn(
      module,
      databaseWith(module, `CREATE TABLE a (x); CREATE TABLE b (id INTEGER PRIMARY KEY, v); ${grow}`),
    );
    const before = censusOf(connection);
    const b = object(before, 'b');
    expect(b).toMatchObject({ entries: 2000, depth: 2 });
    connection.exec('DROP TABLE b');
    const dropped = censusOf(connection);
    expect(dropped.freePages).toBe(b.pages);
    expect(dropped.pageCount).toBe(before.pageCount);
    connection.exec(`CREATE TABLE b (id INTEGER PRIMARY KEY, v); ${grow}`);
    const again = censusOf(connection);
    expect(again.pageCount).toBe(before.pageCount);
    expect(again.freePages).toBe(0);
    connection.exec('DELETE FROM b WHERE id > 100; VACUUM');
    const packed = censusOf(connection);
    expect(packed.freePages).toBe(0);
    expect(object(packed, 'b').entries).toBe(100);
    expect(packed.pageCount).toBeLessThan(again.pageCount / 10);
    connection.close();
  });

  it('lists what SQLite keeps for itself', () => {
    const connection = openOn(
      module,
      databaseWith(
        module,
        'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, v UNIQUE); INSERT INTO t (v) VALUES (1), (2); ANALYZE',
      ),
    );
    const found = censusOf(connection);
    expect(found.objects.map(({ name, kind, table, entries }) => [name, kind, table, entries])).toEqual([
      ['sqlite_schema', 'schema', 'sqlite_schema', 4],
      ['t', 'table', 't', 2],
      ['sqlite_autoindex_t_1', 'index', 't', 2],
      ['sqlite_sequence', 'table', 'sqlite_sequence', 1],
      ['sqlite_stat1', 'table', 'sqlite_stat1', 1],
    ]);
    connection.close();
  });

  it('leaves out the lock-byte page of a file beyond 1 GB', () => {
    // Pages of 65,536 bytes, all free but the first: page 2 lists 3 to 16,384, page 16,386 the rest; 16,385 is the lock page.
    const pageSize = 65536;
    const pages = new Map<number, Uint8Array>();
    const page = (at: number): DataView => {
      const bytes = pages.get(at) ?? new Uint8Array(pageSize);
      pages.set(at, bytes);
      return new DataView(bytes.buffer);
    };
    const pageCount = 16_400;
    const header = page(1);
    header.setUint16(16, 1);
    header.setUint32(28, pageCount);
    header.setUint32(32, 2);
    header.setUint32(36, pageCount - 2);
    header.setUint8(100, 13);
    const trunk = (at: number, next: number, from: number, to: number): void => {
      page(at).setUint32(0, next);
      page(at).setUint32(4, to - from + 1);
      for (let leaf = from; leaf <= to; leaf++) page(at).setUint32(8 + 4 * (leaf - from), leaf);
    };
    trunk(2, 16_386, 3, 16_384);
    trunk(16_386, 0, 16_387, pageCount);
    const read = (offset: number, length: number): Uint8Array => {
      const at = Math.floor(offset / pageSize);
      return (pages.get(at + 1) ?? new Uint8Array(pageSize)).subarray(offset % pageSize, (offset % pageSize) + length);
    };
    expect(census(read, [])).toMatchObject({ pageCount, freePages: pageCount - 2, otherPages: 1 });
  });
});

describe('the census of damaged pages', () => {
  const SETUP = `CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE INDEX by_v ON t (v); CREATE TABLE gone (v);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO t SELECT i, printf('%.90c', 66) || i FROM n;
    INSERT INTO t VALUES (1000, zeroblob(9000)); INSERT INTO gone SELECT v FROM t; DROP TABLE gone;`;

  it('names the object and the page', () => {
    const database = plain(SETUP);
    const bytes = database.export();
    const roots = rootsOf(database);
    const root = roots.find(({ name }) => name === 't')!.rootPage;
    const start = (root - 1) * 4096;
    const told = (damage: (copy: Uint8Array) => void): string => {
      const copy = bytes.slice();
      damage(copy);
      try {
        census(reader(copy), roots);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        expect((error as AppError).code).toBe('census');
        return (error as AppError).message;
      }
      return 'nothing was found';
    };
    expect(told((copy) => (copy[start] = 77))).toContain(`the table t: page ${root} is no page of a tree`);
    // The right-most child leads back to its parent.
    expect(told((copy) => new DataView(copy.buffer).setUint32(start + 8, root))).toContain(
      `the table t: it leads to page ${root}, which is in use already`,
    );
    expect(told((copy) => new DataView(copy.buffer).setUint32(start + 8, 1e9))).toContain(
      'it leads to page 1000000000',
    );
    expect(told((copy) => new DataView(copy.buffer).setUint32(36, 1))).toContain('the list of free pages');
    expect(told((copy) => new DataView(copy.buffer).setUint32(28, 0xffffffff))).toContain('4294967295 pages');
    database.close();
  });

  it('ends and says so, or counts what is left, whatever bytes are turned', () => {
    const database = plain(SETUP);
    const bytes = database.export();
    const roots = rootsOf(database);
    const random = createRandom('turned');
    let refused = 0;
    for (let trial = 0; trial < 400; trial++) {
      const copy = bytes.slice();
      for (let turns = 1 + random.below(8); turns > 0; turns--) {
        // The headers of pages are where it hurts.
        const page = random.below(copy.length / 4096) * 4096;
        copy[page + random.below(random.below(2) ? 16 : 4096)] = random.below(256);
      }
      try {
        const found = census(reader(copy), roots);
        expect(found.objects.reduce((sum, each) => sum + each.pages, found.freePages + found.otherPages)).toBe(
          found.pageCount,
        );
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        expect(error.code).toBe('census');
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(50);
    database.close();
  });
});

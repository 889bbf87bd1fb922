import { beforeAll, describe, expect, it, vi } from 'vitest';
import { rowsOf } from '../../../../src/database/rows/columns.ts';
import type { Connection } from '../../../../src/database/connection.ts';
import { calibrate, onlyOne, readsAlike } from '../../../../src/database/sqlite/internals.ts';
import { NativeConnection } from '../../../../src/database/sqlite/native.ts';
import type { SqlValue, WorkProgress } from '../../../../src/database/protocol.ts';
import type { SqliteModule } from '../../../../src/database/sqlite/sqlite-module.ts';
import { databaseWith, openOn, sqlite } from '../support.ts';

const ENDLESS = 'WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT i FROM r';

let module: SqliteModule;
let connection: Connection;
/** On a module whose calibration was made to find nothing. */
let broken: Connection;

beforeAll(async () => {
  module = await sqlite();
  const setup = `CREATE TABLE t (x);
    INSERT INTO t WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 200) SELECT i FROM r`;
  connection = openOn(module, databaseWith(module, setup));
  const internals = calibrate(module, { statementBytes: 0, connectionBytes: 0 });
  broken = openOn({ ...module, internals }, databaseWith(module, setup));
});

describe('calibration', () => {
  it('finds every place in this build', () => {
    expect(Object.values(module.internals)).not.toContain(null);
    const { hasClock, hasTruncate, hasLookUp } = module.imports;
    expect([hasClock, hasTruncate, hasLookUp]).toEqual([true, true, true]);
  });

  it('says of our files alone that no journal lies beside them', () => {
    const looks = (work: () => void): number => {
      const asked = vi.spyOn(module.raw, 'UTF8ToString');
      const called = module.imports.calledBy(work).filter((index) => module.imports.lastAnswer(index) !== undefined);
      const paths = asked.mock.results.filter(({ value }) => /-(journal|wal)$/.test(String(value))).length;
      asked.mockRestore();
      expect(called.length).toBeGreaterThan(0);
      return paths;
    };
    const ordinary = new module.raw.Database();
    ordinary.run('PRAGMA journal_mode = PERSIST; CREATE TABLE t (x)');
    ordinary.run('BEGIN; INSERT INTO t VALUES (1); COMMIT');
    // One of them is there: it was looked for, and found by the host.
    expect(looks(() => ordinary.run('SELECT x FROM t'))).toBe(2);
    expect(module.names.has(ordinary.filename)).toBe(false);
    ordinary.close();
    expect(looks(() => connection.query('SELECT x FROM t LIMIT 1'))).toBe(2);
    expect(module.names.size).toBe(module.files.size);
  });

  it('takes an ambiguous place for none', () => {
    expect([onlyOne([]), onlyOne([4]), onlyOne([4, 8])]).toEqual([null, 4, null]);
  });

  it('of two places that fit takes neither, and goes on with the rest', () => {
    // Every word that a search looks for is seen twice, side by side.
    const twice = (words: Int32Array): Int32Array =>
      new Proxy(words, {
        get: (target, key) => {
          const at = Number(key);
          return [999, 499, 7, 16, 25, -1].includes(target[at - 1]) ? target[at - 1] : target[at];
        },
        set: (target, key, value: number) => {
          target[Number(key)] = value;
          return true;
        },
      });
    const seen = calibrate({ ...module, i32: () => twice(module.i32()) });
    expect([seen.vmSteps, seen.errorOffset]).toEqual([null, null]);
    expect([seen.variables, seen.progress]).toEqual([module.internals.variables, module.internals.progress]);
  });

  it('refuses a layout of rows that is not so', () => {
    const row = module.internals.row!;
    const native = new NativeConnection(module, new module.raw.Database().db);
    expect(readsAlike(module, native, row)).toBe(true);
    for (const wrong of [
      { ...row, size: row.size + 8 },
      { ...row, text: row.length, length: row.text },
      { ...row, flags: row.flags + 2 },
      { ...row, pointer: row.pointer + 4 },
    ]) {
      let alike = false;
      try {
        alike = readsAlike(module, native, wrong);
      } catch {
        // Told by an error as well: the search takes it for "no".
      }
      expect(alike).toBe(false);
    }
  });

  it('broken on purpose, turns every feature off', () => {
    expect(broken.module.internals).toEqual({
      vmSteps: null,
      errorOffset: null,
      variables: null,
      row: null,
      block: null,
      progress: null,
      sortMemory: null,
    });
  });
});

describe('with any one of them off', () => {
  const queries: [string, SqlValue[]][] = [
    ["SELECT x, x / 3.0, 'n' || x, CASE WHEN x % 2 THEN x END, CAST(x AS BLOB), x * 90071992547409 FROM t", []],
    ['SELECT ?1, ?2, ?3, typeof(?1)', [9007199254740993n, 'é', null]],
    ["SELECT zeroblob(3), char(233, 128512), -0.0, 9e999, '' FROM t LIMIT 3", []],
  ];

  it.each(['vmSteps', 'progress', 'errorOffset', 'variables', 'row', 'block', 'sortMemory'] as const)(
    '%s: the same answers',
    (off) => {
      const plain = openOn(
        { ...module, internals: { ...module.internals, [off]: null } },
        databaseWith(module, `CREATE TABLE t (x); INSERT INTO t VALUES (1), (2), (3)`),
      );
      const whole = openOn(module, databaseWith(module, `CREATE TABLE t (x); INSERT INTO t VALUES (1), (2), (3)`));
      for (const [sql, values] of queries) {
        expect(plain.query(sql, values)).toEqual(whole.query(sql, values));
        expect(plain.first(sql, values)).toEqual(whole.query(sql, values)[0]);
      }
      expect(() => plain.run(ENDLESS, [], { deadlineMs: 5 })).toThrow(expect.objectContaining({ code: 'deadline' }));
      expect(() => plain.run('SELECT nosuch FROM t')).toThrow(expect.objectContaining({ code: 'sql' }));
      const { vmSteps } = plain.run('SELECT sum(x) FROM t').work;
      expect(vmSteps === null).toBe(off === 'vmSteps');
      const told: WorkProgress[] = [];
      expect(() => plain.run(ENDLESS, [], { deadlineMs: 450, onProgress: (report) => told.push(report) })).toThrow();
      expect(told.length).toBeGreaterThan(0);
      expect(told.every((report) => (report.vmSteps === null) === (off === 'progress'))).toBe(true);
      expect(told[0].rows).toBeGreaterThan(0);
      plain.close();
      whole.close();
    },
  );
});

describe('a sort', () => {
  it('holds no more than 4 MiB, whatever the page cache may', () => {
    const sorted = `WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 40000)
      SELECT count(*) FROM (SELECT printf('%08d%.500c', (i * 7919) % 40000, 'x') AS word FROM r GROUP BY 1)`;
    const one = openOn(module, databaseWith(module));
    expect(one.number('PRAGMA cache_size')).toBe(-65536);
    const before = module.memory.buffer.byteLength;
    expect(one.number(sorted)).toBe(40000);
    expect((module.memory.buffer.byteLength - before) / 2 ** 20).toBeLessThan(12);
    one.close();
  });

  it('leaves the page cache what it was set to, as PRAGMA cache_size tells', () => {
    const one = openOn(module, databaseWith(module, 'CREATE TABLE t (x); INSERT INTO t VALUES (1)'));
    const cacheSize = (): number => one.number('PRAGMA cache_size');
    expect(cacheSize()).toBe(-65536);
    expect(() => one.run('PRAGMA cache_size(')).toThrow();
    expect(cacheSize()).toBe(-65536);
    for (const size of [-777, 5, -4096, -100000, 3000]) {
      one.run(`PRAGMA cache_size = ${size}`);
      one.run('CREATE INDEX IF NOT EXISTS byX ON t (x)');
      expect([size, cacheSize(), cacheSize()]).toEqual([size, size, size]);
      one.exec(`PRAGMA main.cache_size = ${size + 1}; SELECT 1`);
      expect(cacheSize()).toBe(size + 1);
    }
    one.close();
  });
});

describe('a first row', () => {
  it('is the first of all, value by value', () => {
    const odd = `SELECT 1, -1, 4294967296, 9007199254740993, -9223372036854775808, 1.5, -0.0, 9e999, NULL, '', 'text', x'',
      x'00ff', zeroblob(3), char(233, 128512), printf('%.100c', 'y'), CAST(3 AS REAL), printf('%.1500000c', 'z')`;
    for (const one of [connection, broken]) {
      const [all] = one.query(odd);
      const first = one.first(odd)!;
      // A long cell is cut in a result, and whole here.
      expect(first.slice(0, -1)).toEqual(all.slice(0, -1));
      expect(String(first.at(-1)).length).toBe(1_500_000);
      expect(one.first('SELECT x FROM t WHERE x > ?', [199])).toEqual([200]);
      expect(one.first('SELECT x FROM t WHERE x > ?', [200])).toBeNull();
      expect(one.first('SELECT ?', [9007199254740993n])).toEqual([9007199254740993n]);
      expect(() => one.first('SELECT x FROM t WHERE x > ?')).toThrow(expect.objectContaining({ code: 'parameters' }));
      expect(() => one.first('SELECT nosuch')).toThrow(expect.objectContaining({ code: 'sql' }));
      expect(() => one.first('SELECT abs(-9223372036854775807 - ?) FROM t', [1])).toThrow('integer overflow');
    }
  });

  it('of a write stands for the whole of it, done once', () => {
    for (const one of [connection, broken]) {
      one.exec('CREATE TEMP TABLE written (x)');
      expect(one.first('INSERT INTO written VALUES (zeroblob(2)), (2) RETURNING x')).toEqual([new Uint8Array(2)]);
      expect(one.number('SELECT count(*) FROM written')).toBe(2);
      one.exec('DROP TABLE temp.written');
    }
  });
});

describe('with and without internals', () => {
  it('counts VM steps, the same at each run, more for more rows', () => {
    const steps = (sql: string): number | null => connection.run(sql).work.vmSteps;
    const whole = steps('SELECT sum(x) FROM t');
    expect(whole).toBeGreaterThan(400); // 200 rows of at least Column, AggStep, Next
    expect(steps('SELECT sum(x) FROM t')).toBe(whole);
    expect(steps('SELECT x FROM t LIMIT 1')).toBeLessThan(20);
    expect(broken.run('SELECT sum(x) FROM t').work.vmSteps).toBeNull();
  });

  it('reads the same rows', () => {
    const sql = "SELECT x, x / 3.0, 'n' || x, CASE WHEN x % 2 THEN x END, CAST(x AS BLOB), x * 90071992547409 FROM t";
    expect(rowsOf(broken.run(sql).result)).toEqual(rowsOf(connection.run(sql).result));
  });

  it('stops at a deadline; without the callback, between rows', () => {
    for (const one of [connection, broken]) {
      expect(() => one.run(ENDLESS, [], { deadlineMs: 5 })).toThrow(expect.objectContaining({ code: 'deadline' }));
      expect(() => one.run(ENDLESS, [], { isCancelled: () => true })).toThrow(
        expect.objectContaining({ code: 'cancelled' }),
      );
      expect(one.query('SELECT 1')).toEqual([[1]]);
    }
  });

  it('says where a mistake is; without the offset, by the name in the message', () => {
    const text = "SELECT 'é', nosuch FROM t";
    for (const one of [connection, broken]) {
      expect(() => one.run(text)).toThrow(
        expect.objectContaining({ code: 'sql', detail: expect.objectContaining({ start: 12, end: 18 }) }),
      );
      expect(() => one.run('SELECT 1 FORM t')).toThrow(
        expect.objectContaining({ detail: expect.objectContaining({ start: expect.any(Number) }) }),
      );
    }
    // Both places are right: SQLite points at the second `t`, the message names it too.
    expect(() => connection.run('SELECT * FROM t WHERE')).toThrow('incomplete input');
  });
});

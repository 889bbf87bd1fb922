import { beforeAll, describe, expect, it } from 'vitest';
import { rowsOf } from '../../../src/database/columns.ts';
import type { Connection } from '../../../src/database/connection.ts';
import { calibrate, onlyOne } from '../../../src/database/internals.ts';
import type { SqliteModule } from '../../../src/database/sqlite-module.ts';
import { databaseWith, openOn, sqlite } from './support.ts';

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
    const { vmSteps, errorOffset, variables, row, progress } = module.internals;
    expect([vmSteps, errorOffset, variables, row, progress]).not.toContain(null);
    expect([module.imports.hasClock, module.imports.hasTruncate]).toEqual([true, true]);
  });

  it('takes an ambiguous place for none', () => {
    expect([onlyOne([]), onlyOne([4]), onlyOne([4, 8])]).toEqual([null, 4, null]);
  });

  it('broken on purpose, turns every feature off', () => {
    expect(broken.module.internals).toEqual({
      vmSteps: null,
      errorOffset: null,
      variables: null,
      row: null,
      progress: null,
    });
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

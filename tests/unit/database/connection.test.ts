import { beforeAll, describe, expect, it } from 'vitest';
import { Connection } from '../../../src/database/connection.ts';
import { PagedFile } from '../../../src/database/file/paged-file.ts';
import type { SqliteModule } from '../../../src/database/sqlite/sqlite-module.ts';
import { databaseWith, sqlite } from './support.ts';

const ENDLESS = 'WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r';

let module: SqliteModule;
let bytes: Uint8Array;

beforeAll(async () => {
  module = await sqlite();
  bytes = databaseWith(module, 'CREATE TABLE t (x); INSERT INTO t VALUES (1), (2)');
});

function open(held: boolean): Connection {
  return new Connection(module, new PagedFile(bytes), { held });
}

describe('a connection just opened', () => {
  for (const held of [false, true]) {
    it(`${held ? 'holds a read transaction' : 'has none open'}, and has its settings`, () => {
      const connection = open(held);
      expect(connection.isAutocommit()).toBe(!held);
      expect(connection.query('PRAGMA journal_mode')).toEqual([['memory']]);
      expect(connection.number('PRAGMA cache_size')).toBe(-65536);
      connection.close();
    });
  }

  it('held, reads without asking for its locks again', () => {
    const connection = open(true);
    connection.query('SELECT x FROM t');
    const { reads } = connection.file;
    expect(connection.query('SELECT x FROM t')).toEqual([[1], [2]]);
    expect(connection.file.reads).toBe(reads);
    connection.close();
  });
});

describe('a held read transaction', () => {
  it('is released and held again, and what was written between is seen', () => {
    const connection = open(true);
    connection.release();
    expect(connection.isAutocommit()).toBe(true);
    connection.run('INSERT INTO t VALUES (3)');
    connection.hold();
    expect(connection.isAutocommit()).toBe(false);
    expect(connection.number('SELECT count(*) FROM t')).toBe(3);
    connection.close();
  });

  it('is released although SQLite has ended it', () => {
    const connection = open(true);
    connection.exec('ROLLBACK');
    connection.release();
    expect(connection.isAutocommit()).toBe(true);
    connection.close();
  });
});

it('stops the run whose deadline has passed, and asks no other connection', () => {
  const [one, other] = [open(true), open(true)];
  other.run('SELECT 1', [], { deadlineMs: 0 });
  expect(() => one.run(ENDLESS, [], { deadlineMs: 20 })).toThrow('longer than its deadline');
  other.close();
  expect(() => one.run(ENDLESS, [], { deadlineMs: 20 })).toThrow('longer than its deadline');
  expect(one.number('SELECT count(*) FROM t')).toBe(2);
  one.close();
});

describe('a statement that was compiled before its table changed', () => {
  it('is told with the columns that it has now, before it runs again', () => {
    const connection = open(false);
    expect(connection.run('SELECT * FROM t').result.names).toEqual(['x']);
    connection.exec('ALTER TABLE t RENAME COLUMN x TO y; ALTER TABLE t ADD COLUMN z');
    expect(connection.inspect('SELECT * FROM t').columnNames).toEqual(['y', 'z']);
    expect(connection.run('SELECT * FROM t').result.names).toEqual(['y', 'z']);
    connection.close();
  });
});

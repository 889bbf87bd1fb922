/** A seeded stream of SQL that keeps changing what it reads: writes, triggers, views, rollbacks, DDL, and queries that come again. */
import type { Random } from '../src/core/ports.ts';

/** One request; a script when it holds several statements. Every query is a multiset unless it orders all its columns. */
export interface Request {
  sql: string;
  kind: 'query' | 'write' | 'script' | 'ddl';
}

export const SCHEMA = [
  'CREATE TABLE t0 (id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c REAL)',
  'CREATE TABLE t1 (id INTEGER PRIMARY KEY, a INTEGER REFERENCES t0(id) ON DELETE CASCADE, b TEXT UNIQUE, c)',
  'CREATE TABLE t2 (k TEXT PRIMARY KEY, v INTEGER) WITHOUT ROWID',
  'CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT, row INTEGER)',
  "CREATE TRIGGER t0_insert AFTER INSERT ON t0 BEGIN INSERT INTO log (what, row) VALUES ('insert', new.id); END",
  "CREATE TRIGGER t0_update AFTER UPDATE OF a ON t0 BEGIN UPDATE t2 SET v = v + 1 WHERE k = 'updates'; END",
  'CREATE VIEW v0 AS SELECT t0.id, t0.a, count(t1.id) AS n FROM t0 LEFT JOIN t1 ON t1.a = t0.id GROUP BY t0.id',
  "INSERT INTO t2 VALUES ('updates', 0), ('x', 1), ('y', 2)",
  "INSERT INTO t0 VALUES (1, 1, 'one', 1.5), (2, 2, 'two', NULL), (3, NULL, '', -0.5)",
];

const KEYS = 30;

/** The next request. Keys are few, so that writes meet the rows that queries read. */
export function nextRequest(random: Random): Request {
  const key = (): number => 1 + random.below(KEYS);
  const text = (): string => `'${['a', 'b', 'A', '', "it''s", '1', '1.0', 'é'][random.below(8)]}${random.below(6)}'`;
  const value = (): string => ['NULL', String(random.below(10) - 3), text(), '0.5', "x'00ff'"][random.below(5)];
  const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)];

  const queries = [
    () => `SELECT * FROM t0 WHERE id = ${key()}`,
    () => 'SELECT count(*), sum(a), max(b) FROM t0',
    () => `SELECT a, count(*) FROM t1 WHERE a = ${key()} GROUP BY a`,
    () => 'SELECT * FROM v0',
    () => 'SELECT t0.id, t1.b FROM t0 JOIN t1 ON t1.a = t0.id',
    () => `SELECT k, v FROM t2 WHERE k >= ${text()}`,
    () => 'SELECT what, count(*) FROM log GROUP BY what',
    () => `SELECT id FROM t0 WHERE EXISTS (SELECT 1 FROM t1 WHERE t1.a = t0.id AND t1.id > ${key()})`,
    () =>
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${2 + random.below(4)}) SELECT i, (SELECT count(*) FROM t0 WHERE a = i) FROM n`,
    () => `SELECT id, a, c FROM t1 ORDER BY id LIMIT ${1 + random.below(5)}`,
    () => 'SELECT name, type FROM sqlite_schema ORDER BY name',
  ];
  const writes = [
    () => `INSERT OR IGNORE INTO t0 VALUES (${key()}, ${value()}, ${text()}, ${value()})`,
    () => `INSERT OR REPLACE INTO t1 VALUES (${key()}, ${pick(['NULL', String(key())])}, ${text()}, ${value()})`,
    () => `UPDATE t0 SET a = ${value()} WHERE id ${pick(['=', '<', '>'])} ${key()}`,
    () => `UPDATE t1 SET c = c || 'x' WHERE id = ${key()}`,
    () => `DELETE FROM ${pick(['t0', 't1'])} WHERE id = ${key()}`,
    () => `INSERT INTO t2 VALUES (${text()}, 1) ON CONFLICT (k) DO UPDATE SET v = v + 1`,
    () => 'DELETE FROM log',
    () => `INSERT INTO t0 (a, b) SELECT v, k FROM t2 WHERE v > ${random.below(5)} LIMIT 2`,
    () => `UPDATE t1 SET b = ${text()} WHERE a = ${key()}`,
  ];
  const ddl = [
    () => `CREATE INDEX IF NOT EXISTS i${random.below(3)} ON ${pick(['t0 (a)', 't1 (a, c)', 't0 (b COLLATE NOCASE)'])}`,
    () => `DROP INDEX IF EXISTS i${random.below(3)}`,
    () => 'DROP VIEW IF EXISTS v1',
    () => `CREATE VIEW IF NOT EXISTS v1 AS SELECT b, count(*) AS n FROM ${pick(['t0', 't1'])} GROUP BY b`,
    () => 'SELECT * FROM v1',
    () => 'DROP TRIGGER IF EXISTS t0_insert',
    () =>
      "CREATE TRIGGER IF NOT EXISTS t0_insert AFTER INSERT ON t0 BEGIN INSERT INTO log (what, row) VALUES ('again', new.id); END",
    () => 'CREATE TABLE IF NOT EXISTS extra (x)',
    () => `INSERT INTO extra VALUES (${value()})`,
    () => 'SELECT count(*), max(x) FROM extra',
    () => 'DROP TABLE IF EXISTS extra',
    () => 'ANALYZE',
    () => 'VACUUM',
    () => 'REINDEX',
  ];
  const scripts = [
    () => `BEGIN; ${pick(writes)()}; ${pick(writes)()}; COMMIT`,
    () => `BEGIN; ${pick(writes)()}; ROLLBACK; ${pick(queries)()}`,
    () => `BEGIN; ${pick(writes)()}; ${pick(queries)()}`,
    () => `SAVEPOINT s; ${pick(writes)()}; ROLLBACK TO s; ${pick(writes)()}; RELEASE s`,
    () => `BEGIN; ${pick(writes)()}; INSERT INTO nowhere VALUES (1); COMMIT`,
    () => `${pick(writes)()}; ${pick(queries)()}; ${pick(writes)()}`,
    () => `${pick(queries)()}; ${pick(queries)()}`,
  ];
  const dice = random.next();
  if (dice < 0.66) return { kind: 'query', sql: pick(queries)() };
  if (dice < 0.86) return { kind: 'write', sql: pick(writes)() };
  if (dice < 0.94) return { kind: 'script', sql: pick(scripts)() };
  return { kind: 'ddl', sql: pick(ddl)() };
}

/**
 * A seeded stream of SQL that keeps changing what it reads: writes by keys of every kind, triggers, cascades, REPLACE, UPSERT, views,
 * rollbacks, DDL, settings, and queries that come again: in other spellings, with other values, as a part of what was asked before.
 */
import type { Random } from '../src/core/ports.ts';
import { tokenAt } from '../src/sql/tokens.ts';

export type Value = null | number | string;

/** One request; a script when it holds several statements. Every query is a multiset unless it orders all its columns. */
export interface Request {
  sql: string;
  kind: 'query' | 'write' | 'script' | 'ddl';
  /** Of a single statement: by position, or by name with its prefix. */
  parameters?: Value[] | Record<string, Value>;
}

export const SCHEMA = [
  'PRAGMA foreign_keys = ON',
  'CREATE TABLE t0 (id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c REAL)',
  'CREATE TABLE t1 (id INTEGER PRIMARY KEY, a INTEGER REFERENCES t0(id) ON DELETE CASCADE, b TEXT UNIQUE, c)',
  'CREATE TABLE t2 (k TEXT PRIMARY KEY, v INTEGER) WITHOUT ROWID',
  'CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT, row INTEGER)',
  "CREATE TRIGGER t0_insert AFTER INSERT ON t0 BEGIN INSERT INTO log (what, row) VALUES ('insert', new.id); END",
  "CREATE TRIGGER t0_update AFTER UPDATE OF a ON t0 BEGIN UPDATE t2 SET v = v + 1 WHERE k = 'updates'; END",
  'CREATE VIEW v0 AS SELECT t0.id, t0.a, count(t1.id) AS n FROM t0 LEFT JOIN t1 ON t1.a = t0.id GROUP BY t0.id',
  // Without triggers and cascades: here a write may keep entries of other rows.
  'CREATE TABLE p (id INTEGER PRIMARY KEY, k TEXT UNIQUE COLLATE NOCASE, g INTEGER, v)',
  'CREATE INDEX p_g ON p (g)',
  'CREATE TABLE w (x TEXT, y INTEGER, v REAL, PRIMARY KEY (x, y)) WITHOUT ROWID',
  // A key that only looks like the rowid, a column of numbers in any form, and a row that pushes another out.
  'CREATE TABLE f (id INTEGER PRIMARY KEY DESC, n NUMERIC UNIQUE ON CONFLICT REPLACE, v)',
  'CREATE TABLE au (id INTEGER PRIMARY KEY AUTOINCREMENT, v, g INTEGER)',
  'CREATE INDEX au_g ON au (g)',
  // A trigger that reaches another row of its own table, and a child that follows its parent.
  'CREATE TABLE h (id INTEGER PRIMARY KEY, v INTEGER)',
  'CREATE TRIGGER h_update AFTER UPDATE OF v ON h WHEN new.id > 1 BEGIN UPDATE h SET v = v + 1 WHERE id = 1; END',
  'CREATE TABLE hc (id INTEGER PRIMARY KEY, h INTEGER REFERENCES h (id) ON DELETE CASCADE ON UPDATE CASCADE, v)',
  "INSERT INTO t2 VALUES ('updates', 0), ('x', 1), ('y', 2)",
  "INSERT INTO t0 VALUES (1, 1, 'one', 1.5), (2, 2, 'two', NULL), (3, NULL, '', -0.5)",
  "INSERT INTO p VALUES (1, 'a0', 1, 'x'), (2, 'a1', 1, NULL), (3, 'b0', 2, 2.5), (4, NULL, 3, 1)",
  "INSERT INTO w VALUES ('a0', 1, 1), ('a1', 2, 2.5), ('1', 3, NULL)",
  'INSERT INTO h VALUES (1, 0), (2, 0), (3, 0), (4, 0)',
  'INSERT INTO hc VALUES (1, 2, 0), (2, 3, 0), (3, 4, 0)',
];

const KEYS = 30;
const FEW_KEYS = 4;

/** The next request. Keys are few, so that writes meet the rows that queries read. */
export function nextRequest(random: Random): Request {
  const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)];
  const key = (): number => 1 + random.below(KEYS);
  const few = (): number => 1 + random.below(FEW_KEYS);
  /** A key as people write it: most often plainly. */
  const anyKey = (): string => {
    const number = few();
    return pick([`${number}`, `${number}`, `${number}`, `${number}`, `'${number}'`, `${number}.0`, `+${number}`]);
  };
  const word = (): string => `'${pick(['a', 'a', 'b', 'A', '1'])}${random.below(3)}${pick(['', '', '', ' '])}'`;
  const text = (): string => `'${pick(['a', 'b', 'A', '', "it''s", '1', '1.0', 'é'])}${random.below(6)}'`;
  const value = (): string => pick(['NULL', String(random.below(10) - 3), text(), '0.5', "x'00ff'"]);
  const ands = (...conditions: string[]): string => {
    if (random.below(2) === 0) conditions.reverse();
    return conditions.join(' AND ');
  };

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
  const pointReads = [
    () => `SELECT * FROM p WHERE id = ${anyKey()}`,
    () => `SELECT v, k FROM p AS other WHERE other.rowid = ${few()}`,
    () => `SELECT * FROM p WHERE k = ${word()}`,
    () => `SELECT id, v FROM p WHERE g = ${anyKey()}`,
    () => `SELECT count(*) FROM p WHERE ${ands(`g = ${random.below(4)}`, `id > ${random.below(4)}`)}`,
    () => `SELECT v FROM w WHERE ${ands(`x = ${word()}`, `y = ${anyKey()}`)}`,
    () => `SELECT y, v FROM w WHERE x = ${word()}`,
    () => `SELECT * FROM f WHERE id = ${anyKey()}`,
    () => `SELECT v FROM f WHERE n = ${anyKey()}`,
    () => `SELECT * FROM au WHERE id = ${few()}`,
    () => `SELECT id FROM au WHERE g = ${few()}`,
    () => `SELECT v FROM h WHERE id = ${few()}`,
    () => `SELECT h, v FROM hc WHERE id = ${few()}`,
    () => `SELECT hc.v, h.v FROM hc JOIN h ON h.id = hc.h WHERE hc.id = ${few()}`,
    () => `SELECT (SELECT v FROM p WHERE id = ${few()}), (SELECT v FROM h WHERE id = ${few()})`,
    () => `SELECT id FROM p WHERE g IN (${pick(['1, 2', '2, 1', '1, 2, 1', '3'])})`,
    () => `SELECT seq FROM sqlite_sequence WHERE name = 'au'`,
  ];
  /** Full results, and what is a part of them. */
  const parts = [
    () =>
      `SELECT ${pick(['*', 'id, g, k', 'id', 'k, id'])} FROM p WHERE g > 0 ORDER BY ${pick(['id', 'v, id'])}${limit()}`,
    () => `SELECT ${pick(['*', 'y', 'v, x'])} FROM w ORDER BY x, y${limit()}`,
    () => `SELECT ${pick(['*', 'id, v', 'v'])} FROM h${limit()}`,
    () => `SELECT id, v FROM p UNION ALL SELECT id, v FROM au ORDER BY 1, 2${limit()}`,
    () => `SELECT g, count(*) FROM p GROUP BY g ORDER BY g${limit()}`,
    () => `SELECT DISTINCT g FROM au ORDER BY g${limit()}`,
  ];
  const limit = (): string =>
    pick([
      '',
      '',
      ` LIMIT ${random.below(4)}`,
      ` LIMIT ${random.below(4)} OFFSET ${random.below(3)}`,
      ` LIMIT ${random.below(3)}, 2`,
      ' LIMIT -1',
    ]);
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
  const keyedWrites = [
    () => `UPDATE p SET v = ${value()} WHERE id = ${anyKey()}`,
    () => `UPDATE p SET v = ${value()} WHERE ${pick([`k = ${word()}`, `g = ${few()}`])}`,
    () =>
      `UPDATE OR ${pick(['IGNORE', 'REPLACE', 'FAIL'])} p SET ${pick(['id', 'k', 'g', 'rowid'])} = ${pick([anyKey(), word()])} WHERE id = ${few()}`,
    () => `UPDATE p SET ${pick(['id', 'g', 'oid'])} = ${few()} WHERE ${pick(['id', 'g'])} = ${few()}`,
    () => `DELETE FROM p WHERE ${pick([`id = ${anyKey()}`, `k = ${word()}`, `g = ${few()}`])}`,
    () =>
      `INSERT ${pick(['', '', 'OR IGNORE ', 'OR REPLACE '])}INTO p VALUES (${anyKey()}, ${word()}, ${random.below(4)}, ${value()})`,
    () => `INSERT INTO p (g, v, k) VALUES (${random.below(4)}, ${value()}, NULL), (${random.below(4)}, 1, ${word()})`,
    () => `INSERT INTO p (id, k) VALUES (${few()}, ${word()}) ON CONFLICT DO UPDATE SET v = 'met'`,
    () => `REPLACE INTO p (id, k, g) VALUES (${few()}, ${word()}, ${few()})`,
    () => `INSERT INTO w VALUES (${word()}, ${anyKey()}, ${value()})`,
    () => `UPDATE w SET v = ${value()} WHERE ${ands(`x = ${word()}`, `y = ${few()}`)}`,
    () => `UPDATE OR REPLACE w SET ${pick(['x', 'y'])} = ${pick([anyKey(), word()])} WHERE y = ${few()}`,
    () => `DELETE FROM w WHERE ${pick([`x = ${word()}`, `y = ${few()}`])}`,
    () => `INSERT INTO f VALUES (${few()}, ${anyKey()}, ${value()})`,
    () =>
      `UPDATE f SET ${pick(['n', 'v', 'id', 'rowid'])} = ${few()} WHERE ${pick(['id', 'n', 'rowid'])} = ${anyKey()}`,
    () => `DELETE FROM f WHERE ${pick(['id', 'n'])} = ${few()}`,
    () => `INSERT INTO au (v, g) VALUES (${value()}, ${few()})`,
    () => `DELETE FROM au WHERE ${pick([`id = ${few()}`, `g = ${few()}`, 'id > 3'])}`,
    () => `UPDATE au SET g = ${few()} WHERE id = ${few()}`,
    () => `UPDATE h SET v = v + 1 WHERE id = ${few()}`,
    () => `UPDATE h SET id = ${few()} WHERE id = ${few()}`,
    () => `INSERT OR IGNORE INTO h VALUES (${few()}, 0)`,
    () => `DELETE FROM h WHERE id = ${few()}`,
    () => `INSERT OR IGNORE INTO hc VALUES (${few()}, ${few()}, ${random.below(3)})`,
    () => `UPDATE hc SET v = (SELECT count(*) FROM h) WHERE id = ${few()}`,
    () => `UPDATE p SET v = h.v FROM h WHERE h.id = p.id AND p.id = ${few()}`,
  ];
  const ddl = [
    () =>
      `CREATE INDEX IF NOT EXISTS i${random.below(3)} ON ${pick(['t0 (a)', 't1 (a, c)', 't0 (b COLLATE NOCASE)', 'p (v)', 'au (v, g)'])}`,
    () => `DROP INDEX IF EXISTS i${random.below(3)}`,
    () => 'DROP VIEW IF EXISTS v1',
    () => `CREATE VIEW IF NOT EXISTS v1 AS SELECT b, count(*) AS n FROM ${pick(['t0', 't1'])} GROUP BY b`,
    () => 'SELECT * FROM v1',
    () => 'DROP TRIGGER IF EXISTS t0_insert',
    () =>
      "CREATE TRIGGER IF NOT EXISTS t0_insert AFTER INSERT ON t0 BEGIN INSERT INTO log (what, row) VALUES ('again', new.id); END",
    () => 'CREATE TRIGGER IF NOT EXISTS p_update AFTER UPDATE OF v ON p BEGIN UPDATE p SET v = 0 WHERE id = 1; END',
    () => 'DROP TRIGGER IF EXISTS p_update',
    () => `CREATE TABLE IF NOT EXISTS extra (${pick(['x', 'y, x', 'x INTEGER PRIMARY KEY, y'])})`,
    () => `INSERT INTO extra (x) VALUES (${value()})`,
    () => 'SELECT count(*), max(x) FROM extra',
    () => `SELECT * FROM extra WHERE x = ${few()}`,
    () => 'DROP TABLE IF EXISTS extra',
    () => `CREATE TABLE IF NOT EXISTS extra AS SELECT id AS x, v FROM ${pick(['p', 'h'])}`,
    () =>
      'DROP TABLE IF EXISTS p_old; ALTER TABLE p RENAME TO p_old; CREATE TABLE p (id INTEGER PRIMARY KEY, k TEXT UNIQUE COLLATE NOCASE, g INTEGER, v); INSERT INTO p SELECT id, k, g, v FROM p_old WHERE id < 9; DROP TABLE p_old; CREATE INDEX IF NOT EXISTS p_g ON p (g)',
    () => `PRAGMA foreign_keys = ${pick(['ON', 'OFF'])}`,
    () => 'ANALYZE',
    () => 'VACUUM',
    () => 'REINDEX',
  ];
  const anyQuery = (): string => pick(pick([queries, pointReads, parts]))();
  const anyWrite = (): string => pick(pick([writes, keyedWrites, keyedWrites]))();
  const scripts = [
    () => `BEGIN; ${anyWrite()}; ${anyWrite()}; COMMIT`,
    () => `BEGIN; ${anyWrite()}; ROLLBACK; ${anyQuery()}`,
    () => `BEGIN; ${anyWrite()}; ${anyQuery()}`,
    () => `SAVEPOINT s; ${anyWrite()}; ROLLBACK TO s; ${anyWrite()}; RELEASE s`,
    () => `BEGIN; ${anyWrite()}; INSERT INTO nowhere VALUES (1); COMMIT`,
    () => `BEGIN; CREATE TABLE extra (z); ${anyWrite()}; ROLLBACK; ${anyQuery()}`,
    () => `${anyWrite()}; ${anyQuery()}; ${anyWrite()}`,
    () => `${anyQuery()}; ${anyQuery()}`,
  ];
  const dice = random.next();
  if (dice < 0.66) return { kind: 'query', ...asTyped(anyQuery(), random) };
  if (dice < 0.87) return { kind: 'write', ...asTyped(anyWrite(), random) };
  if (dice < 0.95) return { kind: 'script', sql: pick(scripts)() };
  return { kind: 'ddl', sql: pick(ddl)() };
}

/** The statement as another person would type it, now and then with parameters in place of its literals. */
function asTyped(sql: string, random: Random): Pick<Request, 'sql' | 'parameters'> {
  const spells = random.below(4) === 0;
  const style = random.below(8);
  if (!spells && style > 2) return { sql };
  const values: Value[] = [];
  const names: string[] = [];
  let text = '';
  for (let at = 0; at < sql.length;) {
    const token = tokenAt(sql, at);
    const written = sql.slice(at, token.end);
    at = token.end;
    const isValue = token.kind === 'integer' || token.kind === 'string';
    // LIMIT and ORDER BY go by numbers that are not values; EXPLAIN shows them all the same.
    if (isValue && style <= 2 && !/\bORDER BY[^)]*$/.test(text)) {
      values.push(token.kind === 'integer' ? Number(written) : written.slice(1, -1).replaceAll("''", "'"));
      names.push(style === 0 ? ':' : '@');
      text += style === 2 ? '?' : `${names.at(-1)}v${values.length}`;
    } else if (spells && token.kind === 'word')
      text += random.below(2) === 0 ? written.toUpperCase() : written.toLowerCase();
    else if (spells && token.kind === 'space') text += [' ', '  ', '\n', ' /* so */ '][random.below(4)];
    else text += written;
  }
  if (values.length === 0) return { sql: text };
  if (style === 2) return { sql: text, parameters: values };
  return { sql: text, parameters: Object.fromEntries(values.map((value, at) => [`${names[at]}v${at + 1}`, value])) };
}

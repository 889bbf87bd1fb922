/**
 * Whatever SQLite takes, and much that it does not: the optimizer answers with a report, never with an exception. What is no single SELECT runs as
 * typed and says why; every SELECT that SQLite accepts is read, and comes through the round trip.
 */
import { describe, expect, it } from 'vitest';
import { checkRoundTrip } from '../../../src/optimizer/guards/round-trip.ts';
import { normalise } from '../../../src/optimizer/normalise.ts';
import { Optimizer } from '../../../src/optimizer/optimize.ts';
import { PREVIEW_RULES } from '../../../src/optimizer/rules/registry.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { sandboxWith } from './sandbox.ts';

const read = await loadReader();
const sandbox = sandboxWith(`
  CREATE TABLE t(id INTEGER PRIMARY KEY, n INT, s TEXT COLLATE NOCASE, r REAL, j TEXT, "two words" INT, "select" INT, "it""s" INT, "a]b" INT, "😀" INT);
  CREATE TABLE u(k TEXT PRIMARY KEY, n INT NOT NULL) WITHOUT ROWID;
  CREATE TABLE one(x);
  CREATE TABLE "order by"(x, y AS (x + 1));
  CREATE VIEW v AS SELECT n, s FROM t WHERE n > 1;
  CREATE INDEX t_n ON t(n);
  INSERT INTO t VALUES (1, 1, 'a', 1.5, '{"k": [1, 2]}', 1, 2, 3, 4, 5), (2, NULL, 'B', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  INSERT INTO u VALUES ('a', 1), ('b', 2);`);
const optimizer = new Optimizer(sandbox, read);

const NO_QUERY = [
  'PRAGMA table_info(t)',
  'PRAGMA user_version = 5',
  'pragma foreign_keys',
  "ATTACH ':memory:' AS other",
  'DETACH other',
  'CREATE TABLE w(a, b)',
  'CREATE TABLE w AS SELECT * FROM t',
  'CREATE UNIQUE INDEX w ON t(n) WHERE n > 1',
  'CREATE VIRTUAL TABLE w USING fts4(body)',
  'CREATE TRIGGER w AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END',
  'CREATE VIEW w AS SELECT 1',
  'ALTER TABLE t RENAME COLUMN n TO m',
  'DROP TABLE IF EXISTS nothing',
  'REINDEX',
  'ANALYZE',
  'VACUUM',
  "VACUUM INTO 'x'",
  'BEGIN IMMEDIATE',
  'SAVEPOINT a',
  'ROLLBACK TO a',
  'INSERT INTO u SELECT s, n FROM t RETURNING *',
  "INSERT INTO u VALUES ('z', 1) ON CONFLICT (k) DO UPDATE SET n = excluded.n",
  'REPLACE INTO u DEFAULT VALUES',
  'WITH a AS (SELECT 1) UPDATE t SET n = 2 FROM u WHERE u.n = t.n',
  'WITH a AS (SELECT 1) DELETE FROM t',
  'EXPLAIN SELECT 1',
  'EXPLAIN QUERY PLAN SELECT * FROM t',
  'SELECT 1; SELECT 2',
  'SELECT 1; DROP TABLE t;',
  ';',
  ';;SELECT 1',
  '',
  ' \t\n',
  '-- nothing',
  '/* open',
  'SELEC 1',
  'SELECT',
  'SELECT FROM t',
  'SELECT * FROM t WHERE',
  "SELECT 'open",
  'SELECT "open',
  'SELECT [open',
  'SELECT (1',
  'SELECT 1)',
  "SELECT x'0'",
  'SELECT 1e',
  'SELECT 12ab',
  'SELECT #1',
  'SELECT 1 \u0000 FROM t',
  'SELECT nothing FROM t',
  'SELECT * FROM nothing',
  'SELECT n FROM t, u',
  'SELECT max(n) FROM t WHERE max(n) > 1',
  'SELECT n FROM t UNION SELECT n, k FROM u',
  'SELECT row_number() FROM t',
  'SELECT nothing(1)',
  'SELECT * FROM t JOIN u USING (nothing)',
  '😀',
  '\\',
  '%s%d',
];

const QUERIES = [
  // Comments and white space in odd places.
  '/* before */ SELECT/**/n/* between */,s--behind\nFROM t -- at the end',
  'SELECT n\r\n\tFROM\ft',
  'SELECT n FROM t /* left open',
  'SELECT n FROM t;;;',
  'SELECT n FROM t; -- nothing else\n;',
  "SELECT '--', '/*', n -- 'quote\nFROM t",
  '--\nSELECT 1',
  'SELECT 1--1',
  '\ufeffSELECT 1',
  'SELECT 5-- -\n-2',
  // Parameters of all kinds.
  'SELECT n FROM t WHERE n = ? AND s = ?',
  'SELECT n FROM t WHERE n = ?2 AND s = ?1',
  'SELECT n FROM t WHERE n = :a AND s = @b AND r = $c',
  'SELECT n FROM t WHERE n = $a::b(c)',
  'SELECT n FROM t WHERE n = ?1 OR n = ?1',
  'SELECT ?, ? + 1 FROM t LIMIT ? OFFSET ?',
  'SELECT n FROM t WHERE n IN (?, ?, ?)',
  'SELECT ?5, ?, :x, ?',
  'SELECT :größe, @名前',
  // Names.
  'SELECT "two words", [two words], `two words`, t."select", "it""s", "a]b", `a]b`, "😀", 😀 FROM t',
  'SELECT n AS "a ""b""", n AS [c d], n AS `e``f`, n AS \'g\'\'h\', n "😀", n 😀2 FROM t',
  'SELECT "order by".x, y FROM "order by" AS "order by"',
  "SELECT 't'.n, 'n' FROM 't'",
  'SELECT T.N, MAIN.T.S FROM main.T',
  'SELECT "nothing like it" FROM t',
  'SELECT n FROM t WHERE s = "a"',
  'SELECT rowid, _rowid_, oid FROM t',
  'SELECT left.n, right.n FROM t AS left JOIN u AS right',
  'SELECT _, é FROM (SELECT 1 AS _, 2 AS é)',
  // Values.
  "SELECT x'00ff', X'', 1e3, .5, 5., 0x1F, 1_000, 9223372036854775807, -9223372036854775808, 12345678901234567890, 1e999",
  "SELECT '', '''', 'it''s', NULL, TRUE, FALSE, CURRENT_TIME, 'ä', '😀'",
  // Operators.
  'SELECT - - n, -(-n), ~n, +n, NOT n, NOT NOT n, n - -1, n || s || r, n -> 1 ->> 2 FROM t',
  'SELECT n + 1 * 2 - 3 / 4 % 5 << 6 >> 7 & 8 | 9, n < 1 = 2 > 3, n == 1, n != 1, n <> 1 FROM t',
  'SELECT n IS NULL, n ISNULL, n NOTNULL, n NOT NULL, n IS NOT 1, n IS DISTINCT FROM 1, n IS NOT DISTINCT FROM 1 FROM t',
  'SELECT n BETWEEN 1 AND 2 AND 3, n NOT BETWEEN 1 AND 2 = 1, n IN (), n NOT IN (1), n IN one, n IN (SELECT n FROM u) FROM t',
  "SELECT s LIKE 'a!%' ESCAPE '!', s NOT GLOB '*', s COLLATE BINARY = 'A', s COLLATE rtrim || 'x' FROM t",
  'SELECT (n, s) = (1, 2), (n, s) IN (SELECT n, k FROM u), (n, s) < (VALUES (1, 2)) FROM t',
  "SELECT CASE n WHEN 1 THEN 'x' ELSE 'y' END, CASE WHEN n THEN s END, CAST(n AS VARCHAR(10)), CAST(n AS \"double precision\") FROM t",
  "SELECT j -> '$.k', j ->> '$.k[0]', json_extract(j, '$') FROM t",
  // Functions.
  "SELECT count(*), count(DISTINCT n), count(ALL n), group_concat(s ORDER BY id DESC), string_agg(s, '-'), sum(n) FILTER (WHERE n > 1), max(n, 1) FROM t",
  'SELECT iif(n, 1, 2), likely(n), replace(s, 1, 2), glob(1, 2), abs(n), "abs"(n) FROM t',
  'SELECT sum(n) OVER (), sum(n) OVER w, rank() OVER (w ORDER BY id), lag(n, 1, 0) OVER (PARTITION BY s ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM t WINDOW w AS (PARTITION BY s)',
  'SELECT sum(n) OVER (ORDER BY id RANGE BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING), sum(n) FILTER (WHERE n) OVER (ORDER BY id GROUPS 1 PRECEDING) FROM t',
  // Joins.
  'SELECT * FROM t NATURAL JOIN v',
  'SELECT * FROM t NATURAL LEFT OUTER JOIN u',
  'SELECT * FROM t JOIN u USING (n) LEFT JOIN v ON v.n = t.n CROSS JOIN "order by"',
  'SELECT * FROM t RIGHT JOIN u ON t.n = u.n FULL OUTER JOIN v ON v.n = u.n',
  'SELECT * FROM t LEFT JOIN (u JOIN v ON u.n = v.n) ON t.n = u.n',
  'SELECT * FROM (t, u), ((SELECT 1 AS z)) AS q',
  'SELECT * FROM t INDEXED BY t_n WHERE n = 1',
  'SELECT t.*, u.k FROM t NOT INDEXED, u',
  'SELECT value FROM t, json_each(t.j)',
  "SELECT * FROM pragma_table_info('t')",
  // Compounds and common tables.
  'VALUES (1, NULL), (2, 3)',
  'SELECT n FROM t UNION SELECT n FROM u UNION ALL SELECT 3 EXCEPT VALUES (4) INTERSECT SELECT 5 ORDER BY 1 DESC NULLS LAST LIMIT 2 OFFSET 1',
  'SELECT * FROM (VALUES (1, 2), (3, 4)) LIMIT 1, 2',
  'WITH a AS MATERIALIZED (SELECT 1 AS x), b(y) AS NOT MATERIALIZED (VALUES (2)) SELECT * FROM a, b',
  'WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 5) SELECT i FROM c',
  'SELECT (WITH a AS (SELECT n FROM u WHERE u.n = t.n) SELECT max(n) FROM a) FROM t',
  'SELECT DISTINCT n FROM t GROUP BY n, 1 HAVING count(*) > 0 ORDER BY -n, s COLLATE NOCASE DESC',
  'SELECT ALL n FROM t LIMIT (SELECT 1) + 1',
  'SELECT EXISTS (SELECT 1 FROM u WHERE u.n = t.n), NOT EXISTS (VALUES (1)), (SELECT 1) FROM t',
];

describe('what is no query, or none that SQLite takes', () => {
  it.each(NO_QUERY)('runs as typed: %j', (sql) => {
    const { provedSql, attempts, unchangedReason } = optimizer.optimize(sql, [], { budgetMs: 100 });
    expect(provedSql).toBeNull();
    expect(attempts).toEqual([]);
    expect(unchangedReason).toMatch(/^Runs as typed: \S.*\S/);
    for (const { id } of PREVIEW_RULES) expect(optimizer.preview(sql, id)).toBeNull();
  });
});

describe('a query that SQLite takes', () => {
  it.each(QUERIES)('is read and round-trips: %j', (typed) => {
    const names = sandbox.columnNames(typed);
    const sql = normalise(typed, optimizer.schema, sandbox);
    const result = read(sql);
    if (!result.ok) throw new Error(result.reason);
    expect(checkRoundTrip(sql, result.select, names, sandbox)).toMatchObject({ pass: true });
    const { provedSql, unchangedReason } = optimizer.optimize(typed, [], { budgetMs: 100 });
    if (provedSql === null) expect(unchangedReason).toMatch(/^Runs as typed: \S.*\S/);
    for (const { id } of PREVIEW_RULES) optimizer.preview(typed, id);
  });
});

import { describe, expect, it } from 'vitest';
import { bring } from './support.ts';

const run = (text: string, setup = 'CREATE TABLE kept (a); INSERT INTO kept VALUES (1)') =>
  bring(text, 'script.sql', { setup });

describe('a SQL script', () => {
  it('runs a dump of the sqlite3 program', async () => {
    const { report, query } = await run(
      `PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
INSERT INTO t VALUES(1,'a;b');
INSERT INTO t VALUES(2,replace('x\\ny','\\n',char(10)));
INSERT INTO t VALUES(9007199254740993,'it''s -- no comment');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('t',9007199254740993);
CREATE INDEX by_name ON t (name);
CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET name = CASE WHEN name = 'q' THEN 'r' ELSE name END WHERE id = new.id; SELECT 1; END;
COMMIT;
`,
    );
    expect(query('SELECT * FROM t')).toEqual([
      [1, 'a;b'],
      [2, 'x\ny'],
      [9007199254740993n, "it's -- no comment"],
    ]);
    expect(query('SELECT seq FROM sqlite_sequence')).toEqual([[9007199254740993n]]);
    expect(query("SELECT count(*) FROM sqlite_schema WHERE type IN ('index', 'trigger')")).toEqual([[2]]);
    expect(report.tables).toEqual(['t']);
    expect([report.statements, report.rows]).toEqual([11, 5]);
  });

  it('needs no transaction, and may have several', async () => {
    const { query } = await run(
      'CREATE TABLE a (x); INSERT INTO a VALUES (1); BEGIN; INSERT INTO a VALUES (2); ROLLBACK; VACUUM; INSERT INTO a VALUES (3)',
    );
    expect(query('SELECT x FROM a')).toEqual([[1], [3]]);
  });

  it.each([512, 1024, 65536])(
    'may ask for pages of %i bytes and VACUUM, into a new database and an open one',
    async (size) => {
      const script = `PRAGMA page_size=${size}; CREATE TABLE k (a); INSERT INTO k VALUES (1); VACUUM; INSERT INTO k VALUES (2);`;
      for (const setup of [undefined, 'CREATE TABLE kept (a); INSERT INTO kept VALUES (7)']) {
        const { query } = await bring(script, 'script.sql', { setup });
        expect([query('SELECT a FROM k'), query('PRAGMA page_size')]).toEqual([[[1], [2]], [[size]]]);
      }
    },
  );

  it('may VACUUM where a page size was asked for before', async () => {
    const { query } = await bring('CREATE TABLE k (a); VACUUM; INSERT INTO k VALUES (2);', 'script.sql', {
      setup: 'CREATE TABLE kept (a); INSERT INTO kept VALUES (7)',
      pragmas: ['PRAGMA page_size = 1024'],
    });
    expect([query('SELECT a FROM k'), query('PRAGMA page_size')]).toEqual([[[2]], [[1024]]]);
  });

  it('is read in pieces, and a statement may be longer than one', async () => {
    const values = Array.from(
      { length: 60_000 },
      (_, index) => `(${index}, 'a text; with (semicolons) -- and more ${index}')`,
    );
    const { query, report } = await run(
      `CREATE TABLE big (n, t);\n/* ; */ INSERT INTO big VALUES ${values.join(',\n')};\nINSERT INTO big VALUES (-1, 'last')`,
    );
    expect(query('SELECT count(*), sum(n) FROM big')).toEqual([[60_001, (60_000 * 59_999) / 2 - 1]]);
    expect(report.statements).toBe(3);
  });

  it.each([
    [
      'a mistake',
      'CREATE TABLE a (x);\n\nINSERT INTO a VALUES (1);\nINSERT INTO nowhere VALUES (1);',
      /Line 4: no such table: nowhere.*Nothing was imported/,
    ],
    ['a transaction left open', 'BEGIN; CREATE TABLE a (x);', /begins a transaction and does not end it/],
    [
      'a constraint',
      'CREATE TABLE a (x UNIQUE);\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);',
      /Line 3: UNIQUE constraint failed: a\.x/,
    ],
    ['ATTACH', "ATTACH 'x.db' AS y;", /Line 1: ATTACH is not available/],
    ['VACUUM INTO', "VACUUM INTO 'x';", /VACUUM INTO is not available/],
    [
      'writable_schema',
      "BEGIN;\nPRAGMA writable_schema=ON;\nINSERT INTO sqlite_schema VALUES('table','f','f',0,'CREATE VIRTUAL TABLE f USING fts5(a)');",
      /Line 2: the script writes the schema table itself/,
    ],
    ['dot-commands', '.mode csv\nSELECT 1;', /Line 1: \.mode is a command of the sqlite3 program/],
    [
      'MySQL',
      '-- MySQL dump 10.13\nDROP TABLE IF EXISTS `a`;\nCREATE TABLE `a` (`id` int NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`)) ENGINE=InnoDB;',
      /^This is a dump of MySQL.*Line 3:/,
    ],
    [
      'PostgreSQL',
      '--\n-- PostgreSQL database dump\n--\nCREATE TABLE a (id integer, t text);\nCOPY a (id, t) FROM stdin;\n1\tx\n\\.\n',
      /^This is a dump of PostgreSQL.*Line 5:/,
    ],
    [
      'PostgreSQL, without its head',
      'CREATE TABLE public.t (id integer NOT NULL);\nCOPY public.t (id) FROM stdin;\n1\n\\.\n',
      /^This is a dump of PostgreSQL.*Line 1:/,
    ],
    ['nothing', '-- only words\n', /holds no statement/],
    [
      'an open quote',
      "CREATE TABLE a (x);\nINSERT INTO a VALUES ('never closed);\nSELECT 1;",
      /Line 2: unrecognized token/,
    ],
    ['a NUL', 'CREATE TABLE a (x);\nINSERT INTO a VALUES (1)\0, (2);', /Line 2: a NUL character/],
  ])('with %s leaves nothing and says where', async (_, text, message) => {
    await expect(run(text)).rejects.toThrow(message);
  });

  it('passes over settings that are the lab’s, and says so', async () => {
    const { report, query } = await run('PRAGMA journal_mode=WAL; PRAGMA user_version=7; CREATE TABLE a (x);');
    expect(query('PRAGMA user_version')).toEqual([[7]]);
    expect(report.notes.join(' ')).toContain('PRAGMA journal_mode=WAL');
  });
});

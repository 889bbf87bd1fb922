import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, type KeysReport } from '../../../bench/commands/keys.ts';
import { emptyKeyReport, EqualKeys } from '../../../bench/equal-keys.ts';
import { sqliteModule } from '../../../bench/sandbox.ts';
import { altered, spelled, SPELLINGS } from '../../../bench/spellings.ts';
import { createRandom } from '../../../src/core/random.ts';
import { openEmpty } from '../../../src/optimizer/connection-sandbox.ts';

const NAMES = { tables: new Set(['t', 'u']), columns: new Set(['a', 'b']) };

describe('other spellings', () => {
  it.each([
    ['case', 'select a from T where b = 1', 'SELECT A FROM t WHERE B = 1'],
    ['space', 'SELECT a,b', /^SELECT\s+a , b$/],
    ['comments', "SELECT 'a b' FROM t", /^SELECT\s.*'a b'\s.*FROM\s.*t$/s],
    ['quotes', 'SELECT a, max(b) FROM t', /^SELECT (["[`])a\S, max\((["[`])b\S\) FROM (["[`])t\S$/],
    ['aliases', 'SELECT x.a AS s FROM t x ORDER BY s', 'SELECT other_x.a AS other_s FROM t other_x ORDER BY other_s'],
    ['aliases', 'SELECT CAST(a AS integer) FROM t', null],
    ['order', 'SELECT a FROM t WHERE a = 1 AND (b > 2) ORDER BY a', /WHERE \( b > 2 \) AND a = 1 ORDER BY a/],
    ['order', 'SELECT a FROM t WHERE a = 1 OR b > 2 AND a > 3', null],
  ] as const)('%s of %s', (kind, sql, expected) => {
    const other = spelled(sql, kind, NAMES, createRandom(1));
    if (typeof expected === 'string' || expected === null) expect(other).toBe(expected);
    else expect(other).toMatch(expected);
  });

  it('alter one token', () => {
    const random = createRandom(2);
    const found = new Set(Array.from({ length: 60 }, () => altered('SELECT a FROM t WHERE b < 5', NAMES, random)));
    expect(found).toContain('SELECT a FROM t WHERE b <= 5');
    expect(found).toContain('SELECT a FROM t WHERE b < 6');
    expect(found).toContain('SELECT b FROM t WHERE b < 5');
    expect(found).not.toContain('SELECT a FROM t WHERE b < 5');
  });
});

describe('equal keys', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keys-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('gives the same rows over files of each kind, and keeps spellings together', async () => {
    const corpus = {
      name: 'own',
      setup: ['CREATE TABLE t (a INTEGER, b TEXT)'],
      queries: [{ sql: 'SELECT a FROM t WHERE a = 1' }, { sql: "SELECT x.b AS w FROM t x WHERE b > 'a' AND a = 2" }],
    };
    writeFileSync(join(folder, 'a.json'), JSON.stringify(corpus));
    writeFileSync(
      join(folder, 'b.test'),
      'statement ok\nCREATE TABLE t (a)\n\nquery I nosort\nSELECT a FROM t\n----\n\nstatement ok\nINSERT INTO t VALUES (1)\n\nquery I nosort\nselect A from t\n----\n1\n',
    );
    const lines = {
      file: 'c',
      blocks: ['CREATE TABLE t (a); INSERT INTO t VALUES (1), (2); SELECT sum(a) FROM t;', 'SELECT nothing'],
    };
    writeFileSync(join(folder, 'c.jsonl'), `${JSON.stringify(lines)}\n`);
    const report = (await command.run({ corpus: [folder], altered: 3, queries: 100, seed: 1 }, () => {})) as KeysReport;
    expect(report.queries).toBe(5);
    expect(report).toMatchObject({ otherRows: 0, otherOrder: 0, otherNames: 0, notRun: 0, examples: [] });
    expect(report.compared).toBeGreaterThan(10);
    for (const kind of SPELLINGS)
      expect([kind, report.spellings[kind]]).toEqual([
        kind,
        { asked: report.spellings[kind].asked, together: report.spellings[kind].asked },
      ]);
    expect(report.spellings.order.asked).toBe(1);
    expect(report.altered.asked).toBeGreaterThan(5);
  });

  it('would tell rows, orders and names that differ', async () => {
    const connection = openEmpty(await sqliteModule());
    connection.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)');
    const report = emptyKeyReport();
    const check = new EqualKeys(connection, report, () => 'one key for all');
    check.ask('SELECT a FROM t ORDER BY a');
    check.ask('SELECT a FROM t ORDER BY a LIMIT 5');
    expect(report).toMatchObject({ compared: 1, otherRows: 0, otherOrder: 0 });
    check.ask('SELECT a FROM t ORDER BY a DESC');
    check.ask('SELECT a FROM t WHERE a > 1');
    check.ask('SELECT CAST(a AS TEXT) FROM t ORDER BY a');
    expect(report).toMatchObject({ compared: 4, otherRows: 2, otherOrder: 1, otherNames: 0 });
    check.moved();
    check.ask('SELECT a FROM t WHERE a > 1');
    expect([report.compared, report.keys]).toEqual([4, 2]);
    connection.close();
  });
});

/** `measure sql --pairs` on pairs of our own: what counts, what is improved, and what is said of a file that holds none. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { analysisTimes, measurePairs } from '../../../bench/rewrite-pairs.ts';
import { loadNodeSqlParser } from '../../../src/sql/parse/node-sql-parser.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';

const read = await loadNodeSqlParser();
const folder = mkdtempSync(join(tmpdir(), 'pairs-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: unknown): string {
  const path = join(folder, 'pairs.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const measured = (content: unknown, only: readonly string[] = []) =>
  measurePairs(
    file(content),
    () => sandboxWith(),
    read,
    60_000,
    only,
    () => {},
  );

describe('pairs', () => {
  it('count where they are equal and gain twice, and are improved where the optimizer finds as much', () => {
    const slow = "SELECT (SELECT count(*) FROM t WHERE v <> 'x') > 0 AS n";
    const quick = "SELECT EXISTS (SELECT 1 FROM t WHERE v <> 'x') AS n";
    const report = measured({
      setup: [
        'CREATE TABLE t(v TEXT)',
        'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t SELECT i FROM n',
      ],
      pairs: [
        { name: 'found', original: slow, rewritten: quick, same_rows: true, speedup: 50 },
        { name: 'not equal', original: slow, rewritten: 'SELECT 2 AS n', same_rows: false, speedup: 50 },
        { name: 'small', original: slow, rewritten: quick, same_rows: true, speedup: 1.5 },
        { name: 'not found', original: 'SELECT v FROM t', rewritten: 'SELECT v FROM t', same_rows: true, speedup: 3 },
      ],
    });
    expect(report).toMatchObject({ pairs: 4, counted: 2, improved: 1, slower: 0 });
    expect(report.perPair.map(({ counted }) => counted)).toEqual([true, false, false, true]);
    expect(report.perPair[0]?.ratio).toBeGreaterThan(2);
    expect(report.perPair[0]?.provedSql).toBe(quick);
    expect(report.perPair[1]?.personRatio).toBeNull();
    expect(report.perPair[3]).toMatchObject({ ratio: 1, provedSql: null, interval: null });
  });

  it('are those whose names were asked for', () => {
    const pair = { original: 'SELECT 1', rewritten: 'SELECT 1', same_rows: true, speedup: 1 };
    const content = { setup: [], pairs: ['left join', 'right join', 'union'].map((name) => ({ ...pair, name })) };
    expect(measured(content, ['left', 'uni']).perPair.map(({ name }) => name)).toEqual(['left join', 'union']);
    expect(() => measured(content, ['outer'])).toThrow('no pair with outer in its name');
  });

  it.each([
    ['{', 'is not JSON'],
    [{ setup: [] }, 'it needs "setup" and "pairs"'],
    [{ setup: [], pairs: [{ original: 'SELECT 1' }] }, 'pair 1: it needs "original" and "rewritten"'],
  ])('of %j are refused with a word', (content, message) => {
    expect(() => measured(content)).toThrow(message);
  });
});

it('analysis is told by its median and its longest', () => {
  expect(analysisTimes([3, 1, 20])).toEqual({ medianMs: 3, maxMs: 20 });
  expect(analysisTimes([])).toBeNull();
});

import { describe, expect, it } from 'vitest';
import { planCost } from '../../../src/optimizer/plan-cost.ts';
import { plainPlan } from '../../../src/optimizer/plain-plan.ts';
import { sandboxWith } from './sandbox.ts';

const sandbox = sandboxWith(
  `CREATE TABLE t(a INTEGER PRIMARY KEY, b, c); CREATE INDEX t_b ON t(b); CREATE TABLE u(x, y);`,
);
const told = (sql: string): string[] =>
  plainPlan(sandbox.plan(sql)).map((line) => `${line.depth} ${line.kind}: ${line.plain}`);

describe('plans in plain words', () => {
  it.each([
    ['SELECT * FROM u', ['0 scan: Reads every row of u.']],
    ['SELECT * FROM t WHERE a = 1', ['0 search: Finds rows of t by row id (rowid).']],
    ['SELECT c FROM t WHERE b = 1', ['0 search: Finds rows of t by b in index t_b.']],
    [
      'SELECT a FROM t WHERE b > 1',
      ['0 search: Finds rows of t in index t_b by b within a range; the index holds all that is needed.'],
    ],
    ['SELECT b FROM t', ['0 scan: Reads all of index t_b, which holds every column of t that is needed.']],
    ['SELECT x FROM u ORDER BY y', ['0 scan: Reads every row of u.', '0 sort: Sorts rows on the side for ORDER BY.']],
    [
      'SELECT a FROM t UNION SELECT x FROM u ORDER BY 1',
      [
        '0 other: Merges sorted rows for UNION.',
        '1 other: The first of the two.',
        '2 scan: Reads every row of t.',
        '1 other: The second of the two.',
        '2 scan: Reads every row of u.',
        '2 sort: Sorts rows on the side for ORDER BY.',
      ],
    ],
    ['SELECT 1', ['0 other: Gives one row without reading a table.']],
  ])('%s', (sql, lines) => {
    expect(told(sql)).toEqual(lines);
  });
  it('tells what runs again for each row, one level in', () => {
    const lines = told('SELECT (SELECT max(y) FROM u WHERE u.x = t.c) FROM t');
    expect(lines[1]).toBe('0 other: Runs this subquery again for each row outside.');
    expect(lines[2]).toMatch(/^1 s/);
  });
});

it('prices nested loops by their product', () => {
  const rows = (): number => 100;
  const node = (id: number, detail: string, parent = 0): { id: number; parent: number; detail: string } => ({
    id,
    parent,
    detail,
  });
  // 100 rows, and for each of them 100 more.
  expect(planCost([node(1, 'SCAN a'), node(2, 'SCAN b')], rows)).toBe(100 + 100 * 100);
  // 100 rows, and for each a step to the key and the row.
  expect(planCost([node(1, 'SCAN a'), node(2, 'SEARCH b USING INTEGER PRIMARY KEY (rowid=?)')], rows)).toBe(
    100 + 100 * 2,
  );
  // The subquery scans 100 rows for each of 100.
  expect(planCost([node(1, 'SCAN a'), node(2, 'CORRELATED SCALAR SUBQUERY 1'), node(3, 'SCAN b', 2)], rows)).toBe(
    100 + 100 * 100,
  );
});

import { describe, expect, test } from 'vitest';
import { writtenText } from '../../../../src/ui/state/written-text.ts';

type Written = Parameters<typeof writtenText>[0][number];
const wrote = (sql: string, rowsChanged: number, change: Partial<Written> = {}): Written =>
  ({ sql, kind: 'write', durability: 'memory', work: { rowsChanged }, ...change }) as Written;

describe('what a script wrote', () => {
  test.each([
    [[wrote('DELETE FROM orders', 1204)], '1,204 rows deleted'],
    [[wrote('-- why\n/* and how */ insert into t values (1)', 1)], '1 row inserted'],
    [[wrote('WITH x AS (SELECT 1) UPDATE t SET a = 1', 3)], '3 rows changed'],
    [[wrote('DELETE FROM t', 2), wrote('INSERT INTO t VALUES (1)', 1)], '3 rows written'],
    [[wrote('CREATE TABLE t (a)', 0, { kind: 'schema' })], 'The schema was changed'],
    [
      [wrote('CREATE TABLE t (a)', 0, { kind: 'schema' }), wrote('INSERT INTO t VALUES (1)', 1)],
      '1 row inserted, the schema was changed',
    ],
    [[wrote('DELETE FROM t', 5, { durability: null }), wrote('UPDATE t SET a = 1', 4)], '4 rows changed'],
  ])('%#', (outcomes, text) => {
    expect(writtenText(outcomes)).toBe(text);
  });
});

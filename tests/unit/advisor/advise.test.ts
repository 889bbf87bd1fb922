import { describe, expect, it } from 'vitest';
import { adviseIndexes } from '../../../src/advisor/advise.ts';
import { tryIndex } from '../../../src/advisor/try-index.ts';
import { readSchema } from '../../../src/optimizer/read-schema.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';
import { read, SHOP } from './support.ts';

const SETUP = SHOP;
const sandbox = sandboxWith(SETUP);
const schema = readSchema(sandbox);

function advice(sql: string): ReturnType<typeof adviseIndexes> {
  return adviseIndexes(sql, [], schema, sandbox, read);
}

describe('advice', () => {
  it.each([
    ["SELECT name FROM customers WHERE city = 'city 5'", 'customers', 'city'],
    ['SELECT * FROM orders WHERE customer_id = 7', 'orders', 'customer_id'],
    ["SELECT * FROM orders WHERE customer_id = 7 AND day > 'day 3'", 'orders', 'customer_id'],
    [
      'SELECT c.name, o.day FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE c.id = 4',
      'orders',
      'customer_id',
    ],
    [
      'SELECT name FROM customers AS c WHERE EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id AND o.paid = 9)',
      'orders',
      'customer_id',
    ],
  ])('%s', (sql, table, column) => {
    const found = advice(sql);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]?.table).toBe(table);
    expect(found.some((one) => one.columns.includes(column))).toBe(true);
    for (const one of found) {
      expect(
        one.planAfter.some((line) => line.kind === 'search' || /index/.test(line.plain)),
        one.ddl,
      ).toBe(true);
      expect(one.reason).toMatch(/\.$/);
    }
  });

  it('puts the columns compared by equality before the range', () => {
    // paid halves the 9,000 rows, four of 365 days are in the range: one index for both, paid first.
    expect(advice("SELECT * FROM orders WHERE day > 'day 95' AND paid = 1")[0]?.columns).toEqual(['paid', 'day']);
  });

  it.each(['SELECT name, city, note FROM customers', 'SELECT name FROM customers WHERE id = 3', 'not a query'])(
    'has none for %s',
    (sql) => {
      expect(advice(sql)).toEqual([]);
    },
  );
});

describe('a trial', () => {
  const sql = "SELECT name FROM customers WHERE city = 'city 5'";
  it('measures both sides, compares the rows and leaves the data alone', () => {
    const [first] = advice(sql);
    const fork = sandboxWith(SETUP);
    const trial = tryIndex(sql, [], first?.ddl ?? '', 60_000, sandbox, fork);
    expect(trial.equalRows).toBe(true);
    // 3,000 rows looked at before, the 30 of one city after.
    expect(trial.beforeSteps).toBeGreaterThan(3_000);
    expect(trial.afterSteps).toBeLessThan(500);
    expect(trial.bytesAdded).toBeGreaterThan(0);
    expect([trial.planBefore[0]?.kind, trial.planAfter[0]?.kind]).toEqual(['scan', 'search']);
    expect(sandbox.run("SELECT 1 FROM sqlite_schema WHERE type = 'index'", [], null).rowCount).toBe(0);
    fork.close();
  });
  it('tries statistics in the same way', () => {
    const fork = sandboxWith(SETUP);
    expect(tryIndex(sql, [], 'ANALYZE;', 1_000, sandbox, fork)).toMatchObject({ ddl: 'ANALYZE;', equalRows: true });
    expect(fork.run('SELECT count(*) > 0 FROM sqlite_stat1', [], null).rows()).toEqual([[1n]]);
    fork.close();
  });
  it.each([
    'DROP TABLE customers',
    'ANALYZE; DROP TABLE customers',
    'CREATE INDEX i ON customers(city); DROP TABLE customers',
    'CREATE TABLE i(x)',
  ])('refuses %s', (ddl) => {
    const fork = sandboxWith(SETUP);
    expect(() => tryIndex(sql, [], ddl, 1_000, sandbox, fork)).toThrow('Only one CREATE INDEX');
    fork.close();
  });
});

import { describe, expect, it } from 'vitest';
import { adviseIndexes } from '../../../src/advisor/advise.ts';
import { tryIndex } from '../../../src/advisor/try-index.ts';
import { WhatIf } from '../../../src/advisor/what-if.ts';
import { readSchema } from '../../../src/optimizer/read-schema.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';

const SETUP = `
  CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT, city TEXT, note TEXT);
  CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER, day TEXT, paid INTEGER);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
    INSERT INTO customers SELECT i, 'name ' || i, 'city ' || (i % 100), 'a longer text that is not read ' || i FROM n;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
    INSERT INTO orders SELECT i, 1 + i % 3000, 'day ' || (i % 365), i % 2 FROM n;`;
const read = await loadReader();
const sandbox = sandboxWith(SETUP);
const schema = readSchema(sandbox);

function advice(sql: string): ReturnType<typeof adviseIndexes> {
  const result = read(sql);
  if (!result.ok) throw new Error(result.reason);
  return adviseIndexes(sql, result.select, schema, sandbox);
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
    // paid halves the 9,000 rows, the range on day quarters the rest: one index for both, paid first.
    expect(advice("SELECT * FROM orders WHERE day > 'day 3' AND paid = 1")[0]?.columns).toEqual(['paid', 'day']);
  });

  it.each([
    'SELECT name FROM customers',
    'SELECT name FROM customers WHERE id = 3',
    "SELECT id FROM customers WHERE upper(city) = 'X'",
  ])('has none for %s', (sql) => {
    expect(advice(sql)).toEqual([]);
  });
});

describe('the hypothetical plan', () => {
  it.each([
    ["SELECT name FROM customers WHERE city = 'city 5'", 'customers', ['city']],
    [
      'SELECT c.name FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE o.paid = 1',
      'orders',
      ['customer_id'],
    ],
  ])('is the real one: %s', (sql, table, columns) => {
    const ddl = `CREATE INDEX advised ON ${table}(${columns.join(', ')})`;
    const whatIf = new WhatIf(sandbox, schema);
    const hypothetical = whatIf.plan(sql, { ddl, table, columns }).map((node) => node.detail);
    whatIf.close();
    const real = sandboxWith(`${SETUP}; ${ddl}; ANALYZE;`);
    expect(hypothetical).toEqual(real.plan(sql).map((node) => node.detail));
    real.close();
  });
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
  it.each(['DROP TABLE customers', 'CREATE INDEX i ON customers(city); DROP TABLE customers', 'CREATE TABLE i(x)'])(
    'refuses %s',
    (ddl) => {
      const fork = sandboxWith(SETUP);
      expect(() => tryIndex(sql, [], ddl, 1_000, sandbox, fork)).toThrow('Only one CREATE INDEX');
      fork.close();
    },
  );
});

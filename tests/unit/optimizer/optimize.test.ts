/** The whole way from a text to a proved faster one, and every reason why a text stays as typed. */
import { describe, expect, it } from 'vitest';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import type { Reader } from '../../../src/sql/parse/reader.ts';
import { normalise, numberParameters } from '../../../src/optimizer/normalise.ts';
import { Optimizer } from '../../../src/optimizer/optimize.ts';
import { sandboxWith } from './sandbox.ts';

const read = await loadReader();
const sandbox = sandboxWith(`
  CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT, email TEXT, city TEXT);
  CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER, status TEXT, total REAL);
  CREATE INDEX customers_email ON customers(email);
  CREATE INDEX orders_customer ON orders(customer_id);
  CREATE INDEX orders_status ON orders(status);
  CREATE VIRTUAL TABLE notes USING fts4(body);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
    INSERT INTO customers SELECT i, 'name ' || i, 'e' || i, CASE WHEN i % 9 THEN 'Bern' END FROM n;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO orders SELECT i, 1 + i % 4000, CASE WHEN i % 1000 THEN 'done' ELSE 'open' END, i / 7.0 FROM n;`);
const optimizer = new Optimizer(sandbox, read);
const BUDGET = { budgetMs: 60_000 };

describe('a gain of many times', () => {
  it('turns a count of all orders into EXISTS', () => {
    // 20,000 rows are counted; EXISTS looks at one: far beyond the noise of any machine.
    const report = optimizer.optimize(
      "SELECT (SELECT count(*) FROM orders WHERE status = 'done') > 0 AS any_done",
      [],
      BUDGET,
    );
    expect(report.provedSql).toBe("SELECT EXISTS (SELECT 1 FROM orders WHERE status = 'done') AS any_done");
    expect(report.ruleIds).toEqual(['count-to-exists']);
    expect(report.unchangedReason).toBeNull();
    const [attempt] = report.attempts.filter((one) => one.outcome === 'proved');
    expect(attempt?.verdicts.map((verdict) => [verdict.guard, verdict.pass])).toEqual(
      ['round-trip', 'reparse', 'preconditions', 'small-worlds', 'this-data', 'faster'].map((guard) => [guard, true]),
    );
    expect(attempt?.measurement?.ratioWarm).toBeGreaterThan(5);
    // Steps are exact: the count takes one round per row.
    expect(attempt?.measurement?.originalSteps).toBeGreaterThan(20_000);
    expect(attempt?.measurement?.rewrittenSteps).toBeLessThan(100);
    expect(report.planAfter).not.toBeNull();
  });

  it('splits an OR over two tables, parameters kept in their places', () => {
    const sql =
      'SELECT c.name, o.id FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE c.email = ? OR o.status = ?';
    const report = optimizer.optimize(sql, ['e7', 'open'], { ...BUDGET, disabledRules: ['join-order'] });
    expect(report.provedSql).toContain('WHERE c.email = ?1 UNION ALL');
    expect(report.provedSql).toContain('o.status = ?2 AND (c.email = ?1) IS NOT TRUE');
    // 20 open orders and the 5 of customer 7, none of them open: 7, 4007, ... are no multiples of 1000.
    expect(sandbox.run(report.provedSql ?? '', ['e7', 'open'], null).rowCount).toBe(25);
  });
});

describe('a text stays as typed and says why', () => {
  it.each([
    ['SELECT name FROM customers', 'no rule applies'],
    ['SELECT * FROM customers WHERE id = 1', 'star-to-columns'],
    ['SELECT random() FROM customers', 'it calls random(), which gives another value'],
    ["SELECT date('now'), (SELECT count(*) FROM orders) > 0", 'asks for the time'],
    ['SELECT name FROM customers WHERE (SELECT count(*) FROM orders) > 0 LIMIT 3', 'LIMIT without a total order'],
    ['SELECT sum(total), (SELECT count(*) FROM orders) > 0 AS n FROM orders', 'may be REAL'],
    ['SELECT city, name FROM customers GROUP BY city', 'neither grouped by nor within an aggregate'],
    ['SELECT (SELECT status FROM orders WHERE customer_id = c.id) FROM customers AS c', 'may give several rows'],
    ['SELECT group_concat(name) FROM customers', 'order in which rows are visited'],
    ['UPDATE customers SET name = 1', 'not a SELECT'],
    ['PRAGMA user_version = 3', 'not a SELECT'],
    ['SELECT 1; DROP TABLE customers', 'more than one statement'],
    ['SELECT * FROM customers NATURAL JOIN orders', 'no rule applies'],
    ['SELECT nonsense FROM customers', 'no such column'],
    ['SELECT name FROM sqlite_schema', 'not among the tables'],
    ['SELECT "unknown name" FROM customers', 'as typed'],
    ["SELECT id FROM customers WHERE (SELECT count(*) FROM notes WHERE body = 'x') > 0", 'virtual table'],
    ['', 'not a SELECT'],
  ])('%s', (sql, reason) => {
    const report = optimizer.optimize(sql, [], { budgetMs: 5_000 });
    expect(report.provedSql).toBeNull();
    expect(report.unchangedReason).toContain(reason);
  });

  it('does not try rules that are switched off', () => {
    const report = optimizer.optimize('SELECT (SELECT count(*) FROM orders) > 0 AS n', [], {
      ...BUDGET,
      disabledRules: ['count-to-exists'],
    });
    expect(report.attempts.map((one) => one.ruleId)).not.toContain('count-to-exists');
    expect(report.provedSql).toBeNull();
  });

  it('gives up where the text as typed does not end', () => {
    const sql =
      'SELECT id FROM customers AS c WHERE (SELECT count(*) FROM orders AS a, orders AS b, orders AS d WHERE a.total + b.total + d.total = c.id) > 0';
    const report = optimizer.optimize(sql, [], { budgetMs: 300 });
    expect(report.unchangedReason).toContain('did not finish within');
    expect(report.elapsedMs).toBeLessThan(30_000);
  });
});

describe('the second reader', () => {
  const sql = "SELECT (SELECT count(*) FROM orders WHERE status = 'done') > 0 AS any_done";

  it('is asked after the first suggestion and before any proof: where it disagrees, nothing is proved', () => {
    const asked: string[] = [];
    const doubting: Reader = (text, effort) => {
      asked.push(effort ?? 'both');
      return effort === 'quick' ? read(text, effort) : { ok: false, reason: 'two readers disagree about it' };
    };
    const steps = new Optimizer(sandbox, doubting).steps(sql, [], BUDGET);
    expect(steps.next().value).toMatchObject({ stage: 'proposed', attempts: [{ ruleId: 'count-to-exists' }] });
    expect(asked).not.toContain('both');
    const { done, value } = steps.next();
    expect(done).toBe(true);
    expect(value).toMatchObject({
      provedSql: null,
      unchangedReason: 'Runs as typed: two readers disagree about it.',
      attempts: [
        { outcome: 'refused', verdicts: [], reason: 'The text may be misread: two readers disagree about it.' },
      ],
    });
  });

  it.each([
    [sql, 'Two readers read it alike.'],
    [`${sql} FROM customers NATURAL JOIN orders`, 'One reader alone reads it; node-sql-parser does not:'],
    [`${sql} -- ${'x'.repeat(16_000)}`, 'node-sql-parser does not: it is longer than 16,000 characters.'],
  ])('%#: the evidence says who read the text', (text, told) => {
    const { attempts } = optimizer.optimize(text, [], { ...BUDGET, mustBeFaster: false });
    expect(attempts[0].verdicts[0]).toMatchObject({ guard: 'round-trip', pass: true });
    expect(attempts[0].verdicts[0].evidence).toContain(told);
  });
});

describe('previews', () => {
  it('cut the result only when asked, and say so', () => {
    expect(optimizer.preview('SELECT id FROM orders', 'limit-rows')).toEqual({
      sql: 'SELECT id FROM orders LIMIT 1000',
      label: 'Preview: first 1000 rows',
      limit: 1000,
      countSql: 'SELECT count(*) FROM (SELECT id FROM orders)',
      measurement: null,
    });
    const narrow = optimizer.preview("SELECT * FROM orders WHERE status = 'open'", 'narrow-columns');
    expect(narrow?.sql).toBe("SELECT id, status FROM orders WHERE status = 'open'");
    // Measured, whatever came of it.
    expect(narrow?.label).toMatch(/^Preview: 2 of 4 columns, (?:[\d.]+ times as fast|no faster) when measured$/);
    expect(narrow?.measurement?.pairs).toBeGreaterThan(1);
    expect(optimizer.preview('SELECT id FROM orders LIMIT 2', 'limit-rows')).toBeNull();
    expect(optimizer.preview('DELETE FROM orders', 'limit-rows')).toBeNull();
    expect(optimizer.preview('SELECT id FROM orders', 'count-to-exists')).toBeNull();
  });
});

it('numbers anonymous parameters only where all are', () => {
  expect(numberParameters("SELECT ?, '?', ? -- ?")).toBe("SELECT ?1, '?', ?2 -- ?");
  expect(numberParameters('SELECT ?, ?2')).toBe('SELECT ?, ?2');
  expect(numberParameters('SELECT :a')).toBe('SELECT :a');
});

it('reads a name in double quotes that nothing has as the string that SQLite takes it for', () => {
  const plain = (sql: string): string => normalise(sql, optimizer.schema, sandbox);
  expect(plain('SELECT id FROM customers WHERE city = "Bern" AND name = "it\'s"')).toBe(
    "SELECT id FROM customers WHERE city = 'Bern' AND name = 'it''s'",
  );
  expect(plain('SELECT "id", "city" AS "x" FROM customers ORDER BY "x"')).toBe(
    'SELECT "id", "city" AS "x" FROM customers ORDER BY "x"',
  );
});

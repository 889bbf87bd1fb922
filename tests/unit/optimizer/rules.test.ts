/**
 * Fixture pairs per rule: the rewritten text, and equal names and rows on SQLite with NULLs and duplicates; texts that must stay;
 * and that a rule finds nothing more to do in what it made.
 */
import { describe, expect, it } from 'vitest';
import { loadNodeSqlParser } from '../../../src/sql/parse/node-sql-parser.ts';
import { printSelect } from '../../../src/sql/print.ts';
import { EXAMPLE_SCHEMA, RULE_CATALOGUE } from '../../../src/optimizer/catalogue.ts';
import { difference, orderCheckOf } from '../../../src/optimizer/equal.ts';
import { withNames } from '../../../src/optimizer/names.ts';
import { readSchema } from '../../../src/optimizer/read-schema.ts';
import { PREVIEW_RULES, PROVED_RULES } from '../../../src/optimizer/rules/registry.ts';
import { sandboxWith } from './sandbox.ts';

const read = await loadNodeSqlParser();
const sandbox = sandboxWith(`${EXAMPLE_SCHEMA}
  CREATE TABLE items(order_id INTEGER NOT NULL, product TEXT NOT NULL, price INTEGER);
  INSERT INTO customers VALUES (1, 'Ada', 'a@b.c', 'Bern'), (2, 'Bo', NULL, NULL), (3, 'Cy', 'c@d.e', 'Basel'), (4, NULL, NULL, 'Bern'), (5, 'Ada', 'a@b.c', 'Bern');
  INSERT INTO orders VALUES (1, 1, 'open'), (2, 1, 'open'), (3, NULL, 'open'), (4, 3, NULL), (5, 9, 'done'), (7, 2, 'done');
  INSERT INTO items VALUES (1, 'pen', 3), (1, 'pen', 3), (4, 'ink', NULL), (8, 'cap', 1);`);
const schema = readSchema(sandbox);

/** All texts that the rule makes of this one, with their column names kept. */
function rewrites(ruleId: string, sql: string): string[] {
  const rule = [...PROVED_RULES, ...PREVIEW_RULES].find((one) => one.id === ruleId);
  const result = read(sql);
  if (!rule || !result.ok) throw new Error(`cannot try ${ruleId} on ${sql}`);
  const names = sandbox.columnNames(sql);
  return rule.apply(result.select, { schema, names }).map(({ select }) => {
    const named = withNames(select, sandbox.columnNames(printSelect(select)), names);
    return printSelect(named ?? select);
  });
}

function expectEqual(sql: string, rewritten: string): void {
  const result = read(sql);
  const order = result.ok ? orderCheckOf(result.select, sandbox.columnNames(sql)) : ({ kind: 'whole' } as const);
  expect(difference(sandbox.run(sql, [], null), sandbox.run(rewritten, [], null), order), rewritten).toBeNull();
}

const PAIRS: readonly [rule: string, sql: string, expected: string][] = [
  [
    'count-to-exists',
    'SELECT (SELECT count(*) FROM orders) > 0 AS any_order',
    'SELECT EXISTS (SELECT 1 FROM orders) AS any_order',
  ],
  [
    'count-to-exists',
    'SELECT (SELECT count(*) FROM orders) > 0',
    'SELECT EXISTS (SELECT 1 FROM orders) AS `(SELECT count(*) FROM orders) > 0`',
  ],
  [
    'count-to-exists',
    'SELECT count(*) > 0 AS x FROM orders WHERE id > 3',
    'SELECT EXISTS (SELECT 1 FROM orders WHERE id > 3) AS x',
  ],
  [
    'count-to-exists',
    'SELECT id FROM customers AS c WHERE 0 = (SELECT count(*) FROM orders AS o WHERE o.customer_id = c.id)',
    'SELECT id FROM customers AS c WHERE NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id)',
  ],
  [
    'count-to-exists',
    'SELECT id FROM customers WHERE 1 <= (SELECT count(status) FROM orders WHERE customer_id = 3 OR id = 9)',
    'SELECT id FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE (customer_id = 3 OR id = 9) AND status IS NOT NULL)',
  ],
  [
    'or-to-union',
    "SELECT c.name, o.id FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE c.email = 'a@b.c' OR o.status = 'open'",
    "SELECT c.name, o.id FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE c.email = 'a@b.c' UNION ALL SELECT c.name, o.id FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE o.status = 'open' AND (c.email = 'a@b.c') IS NOT TRUE",
  ],
  [
    'or-to-union',
    'SELECT DISTINCT c.name AS n FROM customers AS c, orders AS o WHERE c.id = o.customer_id AND (c.id = 1 OR o.id = 2) ORDER BY n DESC',
    'SELECT c.name AS n FROM customers AS c, orders AS o WHERE c.id = o.customer_id AND c.id = 1 UNION SELECT c.name AS n FROM customers AS c, orders AS o WHERE c.id = o.customer_id AND o.id = 2 AND (c.id = 1) IS NOT TRUE ORDER BY 1 DESC',
  ],
  [
    'or-to-union',
    "SELECT count(*) AS n FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE c.city = 'Bern' OR o.id = 4",
    "SELECT count(*) AS n FROM (SELECT 1 AS part_1 FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE c.city = 'Bern' UNION ALL SELECT 1 AS part_1 FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE o.id = 4 AND (c.city = 'Bern') IS NOT TRUE) AS part",
  ],
  [
    'or-to-union',
    'SELECT c.city, count(*) FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE c.id < 3 OR o.status IS NULL GROUP BY c.city ORDER BY c.city',
    'SELECT part_1 AS city, count(*) FROM (SELECT c.city AS part_1 FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE c.id < 3 UNION ALL SELECT c.city AS part_1 FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE o.status IS NULL AND (c.id < 3) IS NOT TRUE) AS part GROUP BY part_1 ORDER BY part_1',
  ],
  [
    'in-subquery',
    "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE status = 'open')",
    "SELECT name FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE status = 'open' AND customers.id = customer_id)",
  ],
  [
    'in-subquery',
    'SELECT order_id FROM items WHERE order_id IN (SELECT id FROM orders)',
    'SELECT order_id FROM items WHERE EXISTS (SELECT 1 FROM orders WHERE items.order_id = id)',
  ],
  [
    'in-subquery',
    "SELECT name FROM customers AS c WHERE EXISTS (SELECT * FROM orders AS o WHERE o.customer_id = c.id AND o.status = 'open')",
    "SELECT name FROM customers AS c WHERE c.id IN (SELECT o.customer_id FROM orders AS o WHERE o.status = 'open')",
  ],
  [
    'in-subquery',
    'SELECT name FROM customers AS c WHERE NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id)',
    'SELECT name FROM customers AS c WHERE c.id NOT IN (SELECT o.customer_id FROM orders AS o WHERE o.customer_id IS NOT NULL)',
  ],
  [
    'in-subquery',
    'SELECT id FROM orders AS o WHERE NOT EXISTS (SELECT 1 FROM customers AS c WHERE c.id = o.customer_id)',
    'SELECT id FROM orders AS o WHERE o.customer_id IS NULL OR o.customer_id NOT IN (SELECT c.id FROM customers AS c)',
  ],
  [
    'join-order',
    'SELECT * FROM orders AS o JOIN customers AS c ON c.id = o.customer_id',
    'SELECT o.id, o.customer_id, o.status, c.id, c.name, c.email, c.city FROM customers AS c CROSS JOIN orders AS o WHERE c.id = o.customer_id',
  ],
  ['star-to-columns', 'SELECT * FROM customers', 'SELECT id, name, email, city FROM customers'],
  [
    'star-to-columns',
    'SELECT o.*, c.name FROM orders AS o, customers AS c',
    'SELECT o.id, o.customer_id, o.status, c.name FROM orders AS o, customers AS c',
  ],
];

describe('each rule', () => {
  it.each(PAIRS)('%s: %s', (rule, sql, expected) => {
    const all = rewrites(rule, sql);
    expect(all).toContain(expected);
    for (const rewritten of all) expectEqual(sql, rewritten);
  });

  it.each(PAIRS.filter(([rule]) => /count|star|or-to/.test(rule)))(
    '%s finds nothing more to do: %s',
    (rule, _sql, expected) => {
      expect(rewrites(rule, expected)).toEqual([]);
    },
  );

  it.each([
    ['count-to-exists', 'SELECT id FROM customers WHERE (SELECT count(*) FROM orders GROUP BY status) > 0'],
    ['count-to-exists', 'SELECT id FROM customers WHERE (SELECT count(*) FROM orders LIMIT 1) > 0'],
    ['count-to-exists', "SELECT id FROM customers WHERE (SELECT count(*) FROM orders) > '0'"],
    ['count-to-exists', 'SELECT id FROM customers WHERE (SELECT sum(id) FROM orders) > 0'],
    ['count-to-exists', 'SELECT count(*) > 0 FROM orders GROUP BY status'],
    ['or-to-union', "SELECT name FROM customers WHERE city = 'Bern' OR email = 'x'"],
    ['or-to-union', 'SELECT c.name FROM customers AS c, orders AS o WHERE c.id = 1 AND o.id = 2'],
    ['in-subquery', 'SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders) OR id = 2'],
    ['in-subquery', 'SELECT name FROM customers WHERE id IN (SELECT max(customer_id) FROM orders)'],
    ['in-subquery', 'SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders ORDER BY id LIMIT 2)'],
    ['in-subquery', 'SELECT name FROM customers WHERE id IN (1, 2)'],
    ['join-order', 'SELECT 1 FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id'],
    ['join-order', 'SELECT 1 FROM customers AS c CROSS JOIN orders AS o'],
    ['join-order', 'SELECT 1 FROM customers JOIN orders USING (id)'],
    ['star-to-columns', 'SELECT * FROM customers JOIN orders USING (id)'],
    ['limit-rows', 'SELECT id FROM orders LIMIT 3'],
    ['limit-rows', 'SELECT count(*) FROM orders'],
    ['narrow-columns', 'SELECT id FROM orders'],
  ])('%s leaves alone: %s', (rule, sql) => {
    expect(rewrites(rule, sql)).toEqual([]);
  });
});

describe('the catalogue', () => {
  const rules = RULE_CATALOGUE.filter(({ mode }) => mode !== 'advice');
  it.each(rules)('shows what $id really does', ({ id, before, after }) => {
    expect(rewrites(id, before)).toContain(after);
  });
  it.each(rules.filter(({ id }) => id !== 'in-subquery'))('shows what $id leaves alone', ({ id, refuses }) => {
    expect(rewrites(id, refuses.sql)).toEqual([]);
  });
  it('has every rule', () => {
    expect(rules.map(({ id }) => id).sort()).toEqual([...PROVED_RULES, ...PREVIEW_RULES].map(({ id }) => id).sort());
  });
});

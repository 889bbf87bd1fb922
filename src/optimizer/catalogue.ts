/** The rules by name, for menus and for people: what each does, an example, and a text that it leaves alone. In teaching order. */
import type { RuleDescription } from './protocol.ts';

const RULES = {
  'count-to-exists': {
    title: 'Count to EXISTS',
    summary: 'Asking whether a count is above zero counts every row; EXISTS stops at the first.',
    before:
      'SELECT name FROM customers AS c WHERE c.id <= 40 AND (SELECT count(*) FROM orders AS o WHERE o.customer_id = c.id) > 0',
    after:
      'SELECT name FROM customers AS c WHERE c.id <= 40 AND EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id)',
    refuses: {
      sql: 'SELECT name FROM customers AS c WHERE c.id <= 40 AND (SELECT count(*) FROM orders AS o WHERE o.customer_id = c.id) > 1',
      why: 'More than one is not the same question as any.',
    },
    mode: 'proved',
  },
  'or-to-union': {
    title: 'OR over tables to UNION ALL',
    summary: 'An OR whose sides look at different tables defeats every index; each side alone can use its own.',
    before:
      'SELECT c.name, o.id FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE c.id = 5 OR o.id = 7',
    after:
      'SELECT c.name, o.id FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE c.id = 5 UNION ALL ' +
      'SELECT c.name, o.id FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE o.id = 7 AND (c.id = 5) IS NOT TRUE',
    refuses: {
      sql: "SELECT name FROM customers WHERE city = 'Galway' OR email = 'a@b.c'",
      why: 'Both sides look at one table: SQLite already takes one index for each.',
    },
    mode: 'proved',
  },
  'in-subquery': {
    title: 'IN subquery to join or EXISTS, and back',
    summary:
      'IN, EXISTS and a join ask the same question; which is quickest depends on indexes and sizes, so all are measured.',
    before: "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE status = 'returned')",
    after:
      "SELECT name FROM customers JOIN (SELECT DISTINCT customer_id AS picked FROM orders WHERE status = 'returned') AS picked WHERE id = picked.picked",
    refuses: {
      sql: 'SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)',
      why: 'If customer_id may be NULL, NOT IN gives no row at all and NOT EXISTS does.',
    },
    mode: 'proved',
  },
  'join-order': {
    title: 'Join order',
    summary:
      'SQLite guesses which table to read first; other orders are tried, pinned with CROSS JOIN, and kept only when measured faster.',
    before: "SELECT c.name, o.id FROM orders AS o JOIN customers AS c ON c.id = o.customer_id WHERE c.city = 'Galway'",
    after:
      "SELECT c.name, o.id FROM customers AS c CROSS JOIN orders AS o WHERE c.id = o.customer_id AND c.city = 'Galway'",
    refuses: {
      sql: 'SELECT c.name, o.id FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id',
      why: 'The order of an outer join is part of its meaning.',
    },
    mode: 'proved',
  },
  'star-to-columns': {
    title: 'SELECT * to named columns',
    summary:
      'Writes the star out, with the same names in the same order; it is also what lets other rules see the columns.',
    before: 'SELECT * FROM customers',
    after: 'SELECT id, name, email, city FROM customers',
    refuses: {
      sql: 'SELECT * FROM customers JOIN orders USING (id)',
      why: 'USING merges columns, and the star shows the merged ones.',
    },
    mode: 'proved',
  },
  'narrow-columns': {
    title: 'Fewer columns',
    summary:
      'Shows only the key and the columns that the query itself speaks of; a covering index may then answer alone.',
    before: "SELECT * FROM customers WHERE city = 'Galway' ORDER BY name",
    after: "SELECT id, name, city FROM customers WHERE city = 'Galway' ORDER BY name",
    refuses: { sql: 'SELECT id, name FROM customers', why: 'The columns were chosen already.' },
    mode: 'preview',
  },
  'limit-rows': {
    title: 'First rows only',
    summary: 'Adds a LIMIT, so that a look at the data does not read all of it. The result is cut, and says so.',
    before: 'SELECT id, name FROM customers',
    after: 'SELECT id, name FROM customers LIMIT 1000',
    refuses: { sql: 'SELECT id, name FROM customers LIMIT 10', why: 'It is limited already.' },
    mode: 'preview',
  },
  'where-index': {
    title: 'Index for WHERE and joins',
    summary:
      'Without an index a filter reads the whole table; an index on the compared columns finds the rows at once.',
    before: "SELECT id FROM customers WHERE city = 'Galway'",
    after: 'CREATE INDEX customers_city ON customers(city)',
    refuses: {
      sql: "SELECT id FROM customers WHERE upper(city) = 'GALWAY'",
      why: 'A plain index is not ordered by what upper() gives.',
    },
    mode: 'advice',
  },
} as const satisfies Record<string, Omit<RuleDescription, 'id'>>;

export type RuleId = keyof typeof RULES;

/** Tables that the examples speak of. */
export const EXAMPLE_SCHEMA =
  'CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT, email TEXT, city TEXT);\n' +
  'CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER, status TEXT);';

export const RULE_CATALOGUE: readonly (RuleDescription & { id: RuleId })[] = (
  Object.entries(RULES) as [RuleId, Omit<RuleDescription, 'id'>][]
).map(([id, description]) => ({ id, ...description }));

/** Cards of the rules about queries within queries. Plain data. */
import type { RuleText } from '../../protocol.ts';

export const SUBQUERIES = {
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
  'exists-to-in': {
    title: 'EXISTS to IN',
    summary: 'EXISTS searches again for each row; the list of IN is made once, and looked up.',
    before:
      "SELECT name FROM customers AS c WHERE EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id AND o.status = 'returned')",
    after:
      "SELECT name FROM customers AS c WHERE c.id IN (SELECT o.customer_id FROM orders AS o WHERE o.status = 'returned')",
    refuses: {
      sql: 'SELECT name FROM customers AS c WHERE EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id > c.id)',
      why: 'IN can only ask for equal values.',
    },
    mode: 'proved',
  },
  'in-subquery': {
    title: 'IN subquery to join or EXISTS',
    summary:
      'IN makes its whole list first; a join may begin with the list, and EXISTS asks for one value at a time. Which is quickest is measured.',
    before: "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE status = 'returned')",
    after:
      "SELECT name FROM customers JOIN (SELECT DISTINCT customer_id AS picked FROM orders WHERE status = 'returned') AS picked WHERE id = picked.picked",
    refuses: {
      sql: 'SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE id > 7 ORDER BY id LIMIT 3)',
      why: 'Only three rows are asked for; EXISTS would ask all.',
    },
    mode: 'proved',
  },
  'anti-join': {
    title: 'LEFT JOIN … IS NULL to NOT EXISTS',
    summary: 'The join makes every match only to drop it; NOT EXISTS stops at the first.',
    before: 'SELECT c.name FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE o.id IS NULL',
    after: 'SELECT c.name FROM customers AS c WHERE NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id)',
    refuses: {
      sql: 'SELECT c.name, o.status FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE o.id IS NULL',
      why: 'A column of the joined table is shown.',
    },
    mode: 'proved',
  },
  'scalar-to-join': {
    title: 'Subqueries as values to one join',
    summary: 'A subquery in the list of columns runs for each row; all its groups can be made once, and joined.',
    before:
      'SELECT c.name, (SELECT count(*) FROM orders AS o WHERE o.customer_id = c.id) AS orders, (SELECT max(o.ordered_at) FROM orders AS o WHERE o.customer_id = c.id) AS latest FROM customers AS c',
    after:
      'SELECT c.name, coalesce(grouped.grouped_1, 0) AS orders, grouped.grouped_2 AS latest FROM customers AS c LEFT JOIN (SELECT o.customer_id AS grouped_k1, count(*) AS grouped_1, max(o.ordered_at) AS grouped_2 FROM orders AS o GROUP BY o.customer_id) AS grouped ON grouped.grouped_k1 = c.id',
    refuses: {
      sql: 'SELECT c.name, (SELECT count(*) FROM orders AS o WHERE o.customer_id < c.id) AS earlier FROM customers AS c',
      why: 'Each row asks for other rows, not for its own group.',
    },
    mode: 'proved',
  },
  'grouped-to-lateral': {
    title: 'Grouped subquery to the groups in use',
    summary:
      'All groups are made, though few rows ask for theirs; a subquery for each of these makes no more than is asked for.',
    before:
      'SELECT c.name, g.spent FROM customers AS c JOIN (SELECT customer_id, sum(total_cents) AS spent FROM orders GROUP BY customer_id) AS g ON g.customer_id = c.id WHERE c.id = 77',
    after:
      'SELECT c.name, (SELECT sum(total_cents) FROM orders WHERE customer_id = c.id) AS spent FROM customers AS c WHERE c.id = 77 AND EXISTS (SELECT 1 FROM orders WHERE customer_id = c.id)',
    refuses: {
      sql: 'SELECT c.name, g.spent FROM customers AS c JOIN (SELECT customer_id, status, sum(total_cents) AS spent FROM orders GROUP BY customer_id, status) AS g ON g.customer_id = c.id WHERE c.id = 77',
      why: 'A customer has several groups, one for each status.',
    },
    mode: 'proved',
  },
  'push-keys': {
    title: 'Keys into a grouped subquery',
    summary:
      'Groups that the join drops again need not be made: the keys that it will ask for are known from the other table.',
    before:
      "SELECT c.name, g.spent FROM customers AS c JOIN (SELECT customer_id, sum(total_cents) AS spent FROM orders GROUP BY customer_id) AS g ON g.customer_id = c.id WHERE c.city = 'Galway'",
    after:
      "SELECT c.name, g.spent FROM customers AS c JOIN (SELECT customer_id, sum(total_cents) AS spent FROM orders WHERE customer_id IN (SELECT c.id FROM customers AS c WHERE c.city = 'Galway') GROUP BY customer_id) AS g ON g.customer_id = c.id WHERE c.city = 'Galway'",
    refuses: {
      sql: 'SELECT c.name, g.spent FROM customers AS c JOIN (SELECT customer_id, sum(total_cents) AS spent FROM orders GROUP BY customer_id) AS g ON g.customer_id = c.id',
      why: 'Nothing is asked of the customers: all groups are wanted.',
    },
    mode: 'proved',
  },
} as const satisfies Record<string, RuleText>;

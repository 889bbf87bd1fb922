/** Cards of the rules about queries within queries. Plain data. */
import type { RuleText } from '../../protocol.ts';

export const SUBQUERIES = {
  'count-to-exists': {
    title: 'Count to EXISTS',
    summary: 'Asking whether a count is above zero counts every row; EXISTS stops at the first.',
    setup: 'CREATE INDEX IF NOT EXISTS orders_customer ON orders(customer_id)',
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
    setup: 'CREATE INDEX IF NOT EXISTS orders_customer ON orders(customer_id)',
    before:
      "SELECT name FROM customers WHERE city = 'Galway' AND id IN (SELECT customer_id FROM orders WHERE status = 'delivered')",
    after:
      "SELECT name FROM customers WHERE city = 'Galway' AND EXISTS (SELECT 1 FROM orders WHERE status = 'delivered' AND customers.id = customer_id)",
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
      "SELECT c.name, (SELECT count(*) FROM orders AS o WHERE o.customer_id = c.id) AS orders, (SELECT max(o.ordered_at) FROM orders AS o WHERE o.customer_id = c.id) AS latest FROM customers AS c WHERE c.country = 'Ireland'",
    after:
      "SELECT c.name, coalesce(grouped.grouped_1, 0) AS orders, grouped.grouped_2 AS latest FROM customers AS c LEFT JOIN (SELECT o.customer_id AS grouped_k1, count(*) AS grouped_1, max(o.ordered_at) AS grouped_2 FROM orders AS o GROUP BY o.customer_id) AS grouped ON grouped.grouped_k1 = c.id WHERE c.country = 'Ireland'",
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
    setup: 'CREATE INDEX IF NOT EXISTS orders_customer ON orders(customer_id)',
    before:
      "SELECT c.name, g.spent FROM customers AS c JOIN (SELECT customer_id, sum(total_cents) AS spent FROM orders GROUP BY customer_id) AS g ON g.customer_id = c.id WHERE c.city = 'Galway'",
    after:
      "SELECT c.name, (SELECT sum(total_cents) FROM orders WHERE customer_id = c.id) AS spent FROM customers AS c WHERE c.city = 'Galway' AND EXISTS (SELECT 1 FROM orders WHERE customer_id = c.id)",
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
  'exists-to-extreme': {
    title: 'EXISTS with an inequality to MAX or MIN',
    summary: 'Some value is greater if the greatest is; the greatest of each group can be made once for all rows.',
    setup: 'CREATE INDEX IF NOT EXISTS orders_customer ON orders(customer_id)',
    before:
      'SELECT o.id, o.ordered_at FROM orders AS o WHERE NOT EXISTS (SELECT 1 FROM orders AS later WHERE later.customer_id = o.customer_id AND later.ordered_at > o.ordered_at)',
    after:
      'SELECT o.id, o.ordered_at FROM orders AS o WHERE (o.ordered_at < (SELECT max(later.ordered_at) FROM orders AS later WHERE later.customer_id = o.customer_id)) IS NOT TRUE',
    refuses: {
      sql: 'SELECT o.id FROM orders AS o WHERE NOT EXISTS (SELECT 1 FROM orders AS later WHERE later.ordered_at > o.ordered_at)',
      why: 'There is no group to take the greatest of: one look at all orders would do, and SQLite does that.',
    },
    mode: 'proved',
  },
  'semi-join': {
    title: 'DISTINCT over a join to EXISTS',
    summary: 'The join makes a row for every match, and DISTINCT takes them away again; EXISTS makes none.',
    before: 'SELECT DISTINCT c.id, c.name FROM customers AS c JOIN orders AS o ON o.customer_id = c.id',
    after:
      'SELECT c.id, c.name FROM customers AS c WHERE EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id)',
    refuses: {
      sql: 'SELECT DISTINCT c.name, o.status FROM customers AS c JOIN orders AS o ON o.customer_id = c.id',
      why: 'A column of each table is shown.',
    },
    mode: 'proved',
  },
  'counts-to-filter': {
    title: 'Several totals in one pass',
    summary: 'Each subquery reads the whole table; with FILTER one reading makes all totals.',
    before:
      "SELECT (SELECT count(*) FROM orders WHERE status = 'open') AS open, (SELECT count(*) FROM orders WHERE status = 'paid') AS paid, (SELECT sum(total_cents) FROM orders WHERE status = 'returned') AS lost",
    after:
      "SELECT totals.totals_1 AS open, totals.totals_2 AS paid, totals.totals_3 AS lost FROM (SELECT count(*) FILTER (WHERE status = 'open') AS totals_1, count(*) FILTER (WHERE status = 'paid') AS totals_2, sum(total_cents) FILTER (WHERE status = 'returned') AS totals_3 FROM orders) AS totals",
    refuses: {
      sql: 'SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM customers) AS customers',
      why: 'They read different tables.',
    },
    mode: 'proved',
  },
  'eager-aggregation': {
    title: 'Sums before the join',
    summary: 'Sums of each key first, so that one row for each key is joined instead of one for each row.',
    before:
      'SELECT c.city, count(*) AS orders, sum(o.total_cents) AS spent FROM orders AS o JOIN customers AS c ON c.id = o.customer_id GROUP BY c.city',
    after:
      'SELECT c.city, sum(parts.parts_1) AS orders, sum(parts.parts_2) AS spent FROM (SELECT o.customer_id AS parts_k1, count(*) AS parts_1, sum(o.total_cents) AS parts_2 FROM orders AS o GROUP BY o.customer_id) AS parts JOIN customers AS c WHERE c.id = parts.parts_k1 GROUP BY c.city',
    refuses: {
      sql: 'SELECT c.city, count(DISTINCT o.status) FROM orders AS o JOIN customers AS c ON c.id = o.customer_id GROUP BY c.city',
      why: 'Numbers of distinct values do not add up: the same value may be in several parts.',
    },
    mode: 'proved',
  },
  'join-elimination': {
    title: 'A join that changes nothing',
    summary: 'Where every reference is found, and only once, the join adds no row, drops none and shows nothing.',
    before: 'SELECT o.id, o.total_cents FROM orders AS o JOIN customers AS c ON c.id = o.customer_id',
    after: 'SELECT o.id, o.total_cents FROM orders AS o',
    refuses: {
      sql: 'SELECT c.name FROM customers AS c JOIN orders AS o ON o.customer_id = c.id',
      why: 'A customer may have several orders, or none.',
    },
    mode: 'proved',
  },
  'self-join': {
    title: 'A table joined with itself by its key',
    summary: 'By its key each row meets itself and nothing else; one of the two is enough.',
    before: 'SELECT a.id, b.status FROM orders AS a JOIN orders AS b ON b.id = a.id WHERE a.total_cents > 5000',
    after: 'SELECT a.id, a.status FROM orders AS a WHERE a.total_cents > 5000',
    refuses: {
      sql: 'SELECT a.id, b.id FROM orders AS a JOIN orders AS b ON b.customer_id = a.customer_id',
      why: 'A customer has several orders, which meet each other.',
    },
    mode: 'proved',
  },
  'left-to-inner': {
    title: 'LEFT JOIN that is an inner join',
    summary: 'A condition on the joined table drops the rows that found nothing, so that the join might as well.',
    before: "SELECT count(*) FROM orders AS o LEFT JOIN customers AS c ON c.id = o.customer_id WHERE c.city = 'Galway'",
    after: "SELECT count(*) FROM orders AS o JOIN customers AS c ON c.id = o.customer_id WHERE c.city = 'Galway'",
    mode: 'sqlite',
    evidence: 'Both compile to the same program: SQLite reduces the join by itself.',
  },
  'unused-left-join': {
    title: 'LEFT JOIN that shows nothing',
    summary: 'A LEFT JOIN on a key never drops or doubles a row; if none of its columns is used it can go.',
    before: 'SELECT o.id FROM orders AS o LEFT JOIN customers AS c ON c.id = o.customer_id WHERE o.total_cents < 500',
    after: 'SELECT o.id FROM orders AS o WHERE o.total_cents < 500',
    mode: 'sqlite',
    evidence: 'Both compile to the same program: SQLite leaves such a join out.',
  },
  'predicate-push-down': {
    title: 'Conditions into a subquery',
    summary: 'A condition on a grouped subquery can be asked before the grouping.',
    before:
      'SELECT * FROM (SELECT customer_id, sum(total_cents) AS spent FROM orders GROUP BY customer_id) WHERE customer_id = 77',
    after: 'SELECT customer_id, sum(total_cents) AS spent FROM orders WHERE customer_id = 77 GROUP BY customer_id',
    mode: 'left-out',
    evidence:
      'Measured 1.3, 1.3 and 1.1 times as fast in a grouped subquery, a UNION ALL and a window, all within 0.05 ms: SQLite moves the condition by itself, and only compiles a little more.',
  },
  'distinct-in-list': {
    title: 'DISTINCT within IN',
    summary: 'IN asks whether a value is in the list, not how often.',
    before: 'SELECT count(*) FROM customers WHERE id IN (SELECT DISTINCT customer_id FROM orders)',
    after: 'SELECT count(*) FROM customers WHERE id IN (SELECT customer_id FROM orders)',
    mode: 'left-out',
    evidence:
      'Measured 0.35 times as fast on 100,000 orders: DISTINCT reads an index in order, and the list is made of fewer rows.',
  },
  'values-to-list': {
    title: 'A subquery of constants to a list',
    summary: 'IN over SELECT 5 UNION ALL SELECT 77 is IN over a list.',
    before: 'SELECT status FROM orders WHERE total_cents IN (SELECT 500 UNION ALL SELECT 7700)',
    after: 'SELECT status FROM orders WHERE total_cents IN (500, 7700)',
    mode: 'left-out',
    evidence: 'Measured 1.1 times as fast: both make the same small list once.',
  },
} as const satisfies Record<string, RuleText>;

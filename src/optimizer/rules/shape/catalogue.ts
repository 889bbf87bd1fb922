/** Cards of the rules about the shape of a query. Plain data. */
import type { RuleText } from '../../protocol.ts';

export const SHAPE = {
  'needless-order-by': {
    title: 'Sorted for nobody',
    summary: 'A subquery that is only counted, grouped or looked up in need not be sorted first.',
    before:
      'SELECT status, count(*) AS n FROM (SELECT id, status FROM orders ORDER BY ordered_at DESC, total_cents) GROUP BY status',
    after: 'SELECT status, count(*) AS n FROM (SELECT id, status FROM orders) GROUP BY status',
    refuses: {
      sql: 'SELECT status FROM (SELECT status, ordered_at FROM orders ORDER BY ordered_at)',
      why: 'SQL does not promise that the rows come in that order, but SQLite gives them so, and a person sees it.',
    },
    mode: 'proved',
  },
  'needless-distinct': {
    title: 'DISTINCT of what is distinct',
    summary: 'Where a key of every table is shown, or follows from what is shown, no row comes twice to be taken away.',
    before: 'SELECT DISTINCT o.id, c.name FROM orders AS o JOIN customers AS c ON c.id = o.customer_id',
    after: 'SELECT o.id, c.name FROM orders AS o JOIN customers AS c ON c.id = o.customer_id',
    refuses: {
      sql: 'SELECT DISTINCT c.id, c.name FROM orders AS o JOIN customers AS c ON c.id = o.customer_id',
      why: 'A customer with several orders comes several times.',
    },
    mode: 'proved',
  },
  'union-to-union-all': {
    title: 'UNION to UNION ALL',
    summary: 'Where no two arms can give the same row, nothing need be kept and compared to find equal ones.',
    before: "SELECT 'customer' AS kind, id, name FROM customers UNION SELECT 'product', id, name FROM products",
    after: "SELECT 'customer' AS kind, id, name FROM customers UNION ALL SELECT 'product', id, name FROM products",
    refuses: {
      sql: 'SELECT id, name FROM customers UNION SELECT id, name FROM products',
      why: 'A customer and a product may have the same number and the same name.',
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
  'late-lookup': {
    title: 'Keys first, rows later',
    summary:
      'What OFFSET skips is read all the same; of its rows only the key is needed, until it is known which are shown.',
    before: 'SELECT * FROM orders ORDER BY total_cents, id LIMIT 10 OFFSET 5000',
    after:
      'SELECT id, customer_id, status, ordered_at, total_cents FROM (SELECT orders.id AS page_key FROM orders ORDER BY total_cents, id LIMIT 10 OFFSET 5000) AS page CROSS JOIN orders ON orders.id = page.page_key ORDER BY total_cents, id',
    refuses: {
      sql: 'SELECT * FROM orders LIMIT 10 OFFSET 5000',
      why: 'Without an order it is left to chance which rows come first.',
    },
    mode: 'proved',
  },
  'materialized-hints': {
    title: 'Common tables made once, or for each reader',
    summary:
      'Made once, nothing is done twice; made for each reader, one that stops early makes no more than it takes. Both are tried, and the quicker one kept.',
    setup: 'CREATE INDEX IF NOT EXISTS orders_customer ON orders(customer_id)',
    before:
      'WITH busy AS (SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id) SELECT EXISTS (SELECT 1 FROM busy WHERE orders > 4) AS often, EXISTS (SELECT 1 FROM busy WHERE orders > 1) AS again',
    after:
      'WITH busy AS NOT MATERIALIZED (SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id) SELECT EXISTS (SELECT 1 FROM busy WHERE orders > 4) AS often, EXISTS (SELECT 1 FROM busy WHERE orders > 1) AS again',
    refuses: {
      sql: 'WITH busy AS (SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id) SELECT EXISTS (SELECT 1 FROM busy WHERE orders > 4) AS often',
      why: 'It is read once: SQLite makes no more of it than is asked for.',
    },
    mode: 'proved',
  },
  'inline-common-table': {
    title: 'Common tables where they are read',
    summary:
      'What is read several times is made whole; written where it is read, each copy makes only what its reader asks for, with an index.',
    setup: 'CREATE INDEX IF NOT EXISTS orders_customer ON orders(customer_id)',
    before:
      'WITH busy AS (SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id) SELECT a.orders AS one, b.orders AS other FROM busy AS a, busy AS b WHERE a.customer_id = 5 AND b.customer_id = 77',
    after:
      'SELECT a.orders AS one, b.orders AS other FROM (SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id) AS a, (SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id) AS b WHERE a.customer_id = 5 AND b.customer_id = 77',
    refuses: {
      sql: 'WITH busy AS (SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id) SELECT orders FROM busy WHERE customer_id = 5',
      why: 'It is read once: SQLite puts it there by itself.',
    },
    mode: 'proved',
  },
  'shared-subquery': {
    title: 'One subquery for several',
    summary: 'SQLite does not see that two subqueries are the same, and makes both; as a common table it is made once.',
    before:
      'SELECT a.customer_id, a.orders FROM (SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id) AS a WHERE a.orders = (SELECT max(b.orders) FROM (SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id) AS b)',
    after:
      'WITH shared AS MATERIALIZED (SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id) SELECT a.customer_id, a.orders FROM shared AS a WHERE a.orders = (SELECT max(b.orders) FROM shared AS b)',
    refuses: {
      sql: "SELECT a.id FROM (SELECT id, status FROM orders) AS a JOIN (SELECT id, status FROM orders) AS b ON b.id = a.id + 1 WHERE b.status = 'paid'",
      why: 'They only let rows through: SQLite takes them apart, and uses the indexes of their table.',
    },
    mode: 'proved',
  },
  'join-order': {
    title: 'Join order',
    summary:
      'SQLite guesses which table to read first; other orders are tried, pinned with CROSS JOIN, and kept only when measured faster.',
    setup:
      'CREATE INDEX IF NOT EXISTS orders_customer ON orders(customer_id); CREATE INDEX IF NOT EXISTS orders_status ON orders(status)',
    before:
      "SELECT c.name, o.id FROM orders AS o JOIN customers AS c ON c.id = o.customer_id WHERE o.status = 'delivered' AND c.city = 'Galway'",
    after:
      "SELECT c.name, o.id FROM customers AS c CROSS JOIN orders AS o WHERE c.id = o.customer_id AND o.status = 'delivered' AND c.city = 'Galway'",
    refuses: {
      sql: 'SELECT c.name, o.id FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id',
      why: 'The order of an outer join is part of its meaning.',
    },
    mode: 'proved',
  },
  'min-max-split': {
    title: 'Each extreme for itself',
    summary: 'One extreme is one search by a key or an index; asked for together, SQLite reads every row.',
    before: 'SELECT min(id) AS oldest, max(id) AS newest FROM orders',
    after: 'SELECT (SELECT min(id) FROM orders) AS oldest, (SELECT max(id) FROM orders) AS newest',
    refuses: {
      sql: 'SELECT min(id), sum(total_cents), count(status) FROM orders',
      why: 'Sum and count each need a pass over all rows: together they need one.',
    },
    mode: 'proved',
  },
  'group-by-reduction': {
    title: 'Fewer keys in GROUP BY',
    summary: 'What a key determines need not be sorted by; without aggregates DISTINCT is enough.',
    before:
      'SELECT c.id, c.name, c.city, count(*) AS orders FROM customers AS c JOIN orders AS o ON o.customer_id = c.id GROUP BY c.id, c.name, c.city',
    after:
      'SELECT c.id, c.name, c.city, count(*) AS orders FROM customers AS c JOIN orders AS o ON o.customer_id = c.id GROUP BY c.id',
    refuses: {
      sql: 'SELECT name, city, count(*) AS n FROM customers GROUP BY name, city',
      why: 'Customers of one name may live in several cities.',
    },
    mode: 'proved',
  },
  'row-number-one': {
    title: 'The first row of each group',
    summary:
      'Numbering sorts all rows only to keep one of each group; the extreme of a group, or a search, finds that one.',
    before:
      'SELECT id, customer_id, total_cents FROM (SELECT id, customer_id, total_cents, row_number() OVER (PARTITION BY customer_id ORDER BY id DESC) AS place FROM orders) WHERE place = 1',
    after:
      'SELECT id, customer_id, total_cents FROM (SELECT id, customer_id, total_cents, 1 AS place FROM orders WHERE id IN (SELECT max(id) FROM orders GROUP BY customer_id))',
    refuses: {
      sql: 'SELECT id, customer_id FROM (SELECT id, customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY id DESC) AS place FROM orders) WHERE place <= 3',
      why: 'Three rows of each customer are asked for, and an extreme is one.',
    },
    mode: 'proved',
  },
  'window-for-self-join': {
    title: 'Running totals by a window',
    summary: 'For each row all earlier rows are added up again; a window carries the total along in one pass.',
    setup: 'CREATE INDEX IF NOT EXISTS orders_customer ON orders(customer_id)',
    before:
      'SELECT o.id, (SELECT sum(p.total_cents) FROM orders AS p WHERE p.customer_id = o.customer_id AND p.id <= o.id) AS spent FROM orders AS o',
    after: 'SELECT o.id, sum(o.total_cents) OVER (PARTITION BY o.customer_id ORDER BY o.id) AS spent FROM orders AS o',
    refuses: {
      sql: "SELECT o.id, (SELECT sum(p.total_cents) FROM orders AS p WHERE p.id <= o.id) AS spent FROM orders AS o WHERE o.status = 'paid'",
      why: 'The total is of all orders, and a window sees the paid ones only.',
    },
    mode: 'proved',
  },
  'count-distinct': {
    title: 'Distinct values before the count',
    summary:
      'For each group SQLite keeps a list of the values that it saw; DISTINCT over both columns may read an index instead.',
    before: 'SELECT status, count(DISTINCT customer_id) AS customers FROM orders GROUP BY status',
    after:
      'SELECT seen.seen_k1 AS status, count(seen.seen_v) AS customers FROM (SELECT DISTINCT status AS seen_k1, customer_id AS seen_v FROM orders) AS seen GROUP BY seen.seen_k1',
    refuses: {
      sql: 'SELECT status, count(DISTINCT customer_id) AS customers, count(*) AS orders FROM orders GROUP BY status',
      why: 'The second count is of all rows, of which DISTINCT keeps a part.',
    },
    mode: 'proved',
  },
  'index-order': {
    title: 'Not in the order of an index',
    summary:
      'To spare a sort SQLite may follow an index through the whole table, though the condition leaves few rows to be sorted.',
    setup:
      'CREATE INDEX IF NOT EXISTS events_customer ON events(customer_id); CREATE INDEX IF NOT EXISTS events_at ON events(at)',
    before: "SELECT customer_id, count(*) AS n FROM events WHERE at >= '2025-12-25' GROUP BY customer_id",
    after: "SELECT customer_id, count(*) AS n FROM events WHERE at >= '2025-12-25' GROUP BY +customer_id",
    refuses: {
      sql: 'SELECT customer_id, count(*) AS n FROM events GROUP BY customer_id',
      why: 'All rows are asked for: then an index in their order is the best there is.',
    },
    mode: 'proved',
  },
  'star-to-columns': {
    title: 'SELECT * to named columns',
    summary:
      'Writes the star out, with the same names in the same order; it is also what lets other rules see the columns.',
    before: 'SELECT * FROM customers',
    after: 'SELECT id, name, email, city, country, joined_on FROM customers',
    refuses: {
      sql: 'SELECT * FROM customers JOIN orders USING (id)',
      why: 'USING merges columns, and the star shows the merged ones.',
    },
    mode: 'proved',
  },
  'keyset-page': {
    title: 'Pages by the last row',
    summary:
      'OFFSET reads all that it skips. Who remembers the last row of a page can ask for what comes after it, which an index finds at once: 130 to 320 times as fast at row 60,000.',
    before: 'SELECT id, total_cents FROM orders ORDER BY total_cents, id LIMIT 10 OFFSET 5000',
    after: 'SELECT id, total_cents FROM orders WHERE (total_cents, id) > (1890, 777) ORDER BY total_cents, id LIMIT 10',
    refuses: {
      sql: 'SELECT id, total_cents FROM orders ORDER BY total_cents LIMIT 10 OFFSET 5000',
      why: 'Orders of one total have no order among themselves: the last row does not say where to go on.',
    },
    mode: 'advice',
  },
  'limit-into-arms': {
    title: 'LIMIT in each arm of a UNION ALL',
    summary: 'Of each arm no more rows can be shown than of the whole.',
    before: 'SELECT id, ordered_at AS d FROM orders UNION ALL SELECT id, at FROM events ORDER BY d, id LIMIT 10',
    after:
      'SELECT * FROM (SELECT id, ordered_at AS d FROM orders ORDER BY ordered_at, id LIMIT 10) UNION ALL ' +
      'SELECT * FROM (SELECT id, at FROM events ORDER BY at, id LIMIT 10) ORDER BY d, id LIMIT 10',
    mode: 'left-out',
    evidence:
      'Measured 0.6 times as fast with an index for the order of each arm and 1.0 times without, on 200,000 rows: SQLite merges the arms, and takes no more of each than it needs.',
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
} as const satisfies Record<string, RuleText>;

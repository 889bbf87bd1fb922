/** Queries that are ready to run on the shop. Plain data. */
import type { ReadyQuery } from '../catalogue.ts';
import { customerStory, revenueByCity } from '../first-screen/catalogue.ts';

/** The first is on the first screen. The sample has no secondary indexes, so that a missing one can be felt. */
export const shopQueries: readonly ReadyQuery[] = [
  customerStory,
  revenueByCity,
  {
    id: 'one-order',
    name: 'One order and its items',
    sentence: 'Looks up one order by its key, then has to search all order items for the ones that belong to it.',
    sql: `SELECT p.name, i.quantity, i.price_cents / 100.0 AS price
FROM order_items i
JOIN products p ON p.id = i.product_id
WHERE i.order_id = 4711`,
  },
  {
    id: 'best-sellers',
    name: 'Best sellers of a month',
    sentence: 'Ranks products by pieces sold in December 2025.',
    sql: `SELECT p.name, p.category, sum(i.quantity) AS pieces
FROM orders o
JOIN order_items i ON i.order_id = o.id
JOIN products p ON p.id = i.product_id
WHERE o.ordered_at >= '2025-12-01' AND o.ordered_at < '2026-01-01'
GROUP BY p.id
ORDER BY pieces DESC, p.name
LIMIT 15`,
  },
  {
    id: 'never-ordered',
    name: 'Customers without an order',
    sentence: 'Asks for customers whose id appears in no order.',
    sql: `SELECT id, name, city
FROM customers
WHERE id NOT IN (SELECT customer_id FROM orders)
ORDER BY id`,
  },
  {
    id: 'has-bought',
    name: 'Cities with large orders',
    sentence: 'Counts where asking whether there is one would do.',
    sql: `SELECT c.id, c.name, c.city
FROM customers c
WHERE (SELECT count(*) FROM orders o WHERE o.customer_id = c.id AND o.total_cents > 60000) > 0
ORDER BY c.id
LIMIT 20`,
  },
  {
    id: 'one-customer',
    name: 'One customer by key',
    sentence: 'A point read: the fastest thing that a database does.',
    sql: `SELECT *
FROM customers
WHERE id = :id`,
    parameters: { ':id': { type: 'integer', text: '1001' } },
  },
  {
    id: 'slow',
    name: 'A query that never ends',
    sentence: 'Counts for ever: try the cancel button.',
    sql: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
SELECT count(*) FROM n`,
  },
];

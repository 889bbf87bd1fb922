/**
 * What a shop asks of its database in a day, for the sample shop: pages of the site, the desk that looks after orders, reports. Plain data.
 * Among them the traps that advice must not fall into: a value that most rows have, count(DISTINCT) over a range, functions over columns.
 */

export interface ShopStatement {
  id: string;
  sql: string;
  /** How often it runs, beside the others. */
  frequency: number;
}

export const shopWorkload: readonly ShopStatement[] = [
  {
    id: 'orders-of-customer',
    frequency: 1,
    sql: `SELECT id, status, ordered_at, total_cents FROM orders WHERE customer_id = 1234 ORDER BY ordered_at DESC LIMIT 10`,
  },
  {
    id: 'items-of-order',
    frequency: 1,
    sql: `SELECT p.name, i.quantity, i.price_cents FROM order_items i JOIN products p ON p.id = i.product_id WHERE i.order_id = 4711`,
  },
  {
    id: 'sign-in',
    frequency: 1,
    sql: `SELECT id, name FROM customers WHERE lower(email) = 'clara.keller1717@example.com'`,
  },
  {
    id: 'find-customer',
    frequency: 1,
    sql: `SELECT id, name, city FROM customers WHERE name LIKE 'nadia k%' ORDER BY name, id LIMIT 20`,
  },
  {
    id: 'customers-of-city',
    frequency: 1,
    sql: `SELECT id, name, joined_on FROM customers WHERE city = 'Galway' ORDER BY joined_on DESC LIMIT 25`,
  },
  {
    id: 'latest-support',
    frequency: 1,
    sql: `SELECT id, customer_id, at FROM events WHERE type = 'support' ORDER BY at DESC LIMIT 50`,
  },
  {
    id: 'largest-orders',
    frequency: 1,
    sql: `SELECT id, customer_id, total_cents FROM orders ORDER BY total_cents DESC LIMIT 20`,
  },
  {
    id: 'to-be-sent',
    frequency: 1,
    sql: `SELECT id, customer_id, ordered_at FROM orders WHERE status = 'paid' ORDER BY ordered_at LIMIT 100`,
  },
  {
    id: 'delivered-share',
    frequency: 1,
    sql: `SELECT count(*), avg(total_cents) FROM orders WHERE status = 'delivered'`,
  },
  {
    id: 'revenue-of-month',
    frequency: 1,
    sql: `SELECT count(*) AS orders, sum(total_cents) AS cents FROM orders WHERE ordered_at >= '2025-11-01' AND ordered_at < '2025-12-01'`,
  },
  {
    id: 'best-sellers',
    frequency: 1,
    sql: `SELECT p.name, sum(i.quantity) AS pieces
FROM orders o JOIN order_items i ON i.order_id = o.id JOIN products p ON p.id = i.product_id
WHERE o.ordered_at >= '2025-12-20' AND p.category = 'Toys'
GROUP BY p.id ORDER BY pieces DESC, p.name LIMIT 10`,
  },
  {
    id: 'never-ordered',
    frequency: 1,
    sql: `SELECT c.id, c.name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id) ORDER BY c.id LIMIT 100`,
  },
  {
    id: 'orders-per-customer',
    frequency: 1,
    sql: `SELECT c.id, c.name, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS orders FROM customers c WHERE c.city = 'Oslo' ORDER BY c.id`,
  },
  {
    id: 'product-page',
    frequency: 1,
    sql: `SELECT type, count(*) AS n FROM events WHERE product_id = 77 AND at >= '2025-12-01' GROUP BY type`,
  },
  {
    id: 'above-own-average',
    frequency: 1,
    sql: `SELECT o.id, o.customer_id, o.total_cents FROM orders o
WHERE o.ordered_at >= '2025-12-24' AND o.total_cents > 3 * (SELECT avg(x.total_cents) FROM orders x WHERE x.customer_id = o.customer_id)
ORDER BY o.id`,
  },
  {
    id: 'events-of-day',
    frequency: 1,
    sql: `SELECT type, count(*) AS n FROM events WHERE date(at) = '2025-11-28' GROUP BY type`,
  },
  {
    id: 'month-by-status',
    frequency: 1,
    sql: `SELECT status, count(*) AS n, sum(total_cents) AS cents FROM orders WHERE strftime('%Y-%m', ordered_at) = '2025-10' GROUP BY status`,
  },
  {
    id: 'has-large-order',
    frequency: 1,
    sql: `SELECT c.id, c.name FROM customers c
WHERE c.city = 'Turku' AND (SELECT count(*) FROM orders o WHERE o.customer_id = c.id AND o.total_cents > 60000) > 0 ORDER BY c.id`,
  },
  {
    id: 'first-and-last',
    frequency: 1,
    sql: `SELECT min(ordered_at) AS first, max(ordered_at) AS last FROM orders`,
  },
  {
    id: 'about-either',
    frequency: 1,
    sql: `SELECT id, type, at FROM events WHERE customer_id = 4242 OR product_id = 2042 ORDER BY id DESC LIMIT 40`,
  },
  {
    id: 'visitors',
    frequency: 1,
    sql: `SELECT count(DISTINCT customer_id) AS customers FROM events WHERE at >= '2025-12-25'`,
  },
  {
    id: 'carts-by-product',
    frequency: 1,
    sql: `SELECT product_id, count(*) AS n FROM events WHERE type = 'add_to_cart' GROUP BY product_id ORDER BY n DESC LIMIT 10`,
  },
  {
    id: 'wishes-of-customer',
    frequency: 1,
    sql: `SELECT product_id, at FROM events WHERE customer_id = 1234 AND type = 'wishlist' ORDER BY at DESC LIMIT 20`,
  },
  {
    id: 'city-revenue',
    frequency: 1,
    sql: `SELECT c.id, c.name, count(o.id) AS orders, sum(o.total_cents) AS cents
FROM customers c LEFT JOIN orders o ON o.customer_id = c.id
WHERE c.city = 'Bergen' GROUP BY c.id ORDER BY cents DESC LIMIT 20`,
  },
  {
    id: 'bought-together',
    frequency: 1,
    sql: `SELECT b.product_id, count(*) AS n FROM order_items a JOIN order_items b ON b.order_id = a.order_id AND b.product_id <> a.product_id
WHERE a.product_id = 42 GROUP BY b.product_id ORDER BY n DESC, b.product_id LIMIT 10`,
  },
];

import { describeFamily } from './family.ts';
import { smallShop } from './small-shop.ts';

describeFamily('subqueries', smallShop(), {
  goesOn: ['in-subquery'],
  pairs: [
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
  ],
  leavesAlone: [
    ['count-to-exists', 'SELECT id FROM customers WHERE (SELECT count(*) FROM orders GROUP BY status) > 0'],
    ['count-to-exists', 'SELECT id FROM customers WHERE (SELECT count(*) FROM orders LIMIT 1) > 0'],
    ['count-to-exists', "SELECT id FROM customers WHERE (SELECT count(*) FROM orders) > '0'"],
    ['count-to-exists', 'SELECT id FROM customers WHERE (SELECT sum(id) FROM orders) > 0'],
    ['count-to-exists', 'SELECT count(*) > 0 FROM orders GROUP BY status'],
    ['in-subquery', 'SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders) OR id = 2'],
    ['in-subquery', 'SELECT name FROM customers WHERE id IN (SELECT max(customer_id) FROM orders)'],
    ['in-subquery', 'SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders ORDER BY id LIMIT 2)'],
    ['in-subquery', 'SELECT name FROM customers WHERE id IN (1, 2)'],
  ],
});

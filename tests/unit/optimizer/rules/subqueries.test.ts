import { describeFamily } from './family.ts';
import { smallShop } from './small-shop.ts';

const shop = smallShop();
// Orders without orphans, beside those with some.
shop.execute(`
  CREATE TABLE known(id INTEGER PRIMARY KEY, customer_id INTEGER, status TEXT);
  INSERT INTO known VALUES (1, 1, 'open'), (2, 1, NULL), (3, NULL, 'open'), (4, 3, 'done'), (8, 2, 'done');
  CREATE TABLE tags(id INTEGER PRIMARY KEY, tag TEXT COLLATE NOCASE);
  INSERT INTO tags VALUES (1, 'a'), (2, 'A');`);

describeFamily('subqueries', shop, {
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
      'exists-to-in',
      "SELECT name FROM customers AS c WHERE EXISTS (SELECT * FROM orders AS o WHERE o.customer_id = c.id AND o.status = 'open')",
      "SELECT name FROM customers AS c WHERE c.id IN (SELECT o.customer_id FROM orders AS o WHERE o.status = 'open')",
    ],
    [
      'exists-to-in',
      'SELECT name FROM customers AS c WHERE NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id)',
      'SELECT name FROM customers AS c WHERE c.id NOT IN (SELECT o.customer_id FROM orders AS o WHERE o.customer_id IS NOT NULL)',
    ],
    [
      'exists-to-in',
      'SELECT id FROM orders AS o WHERE NOT EXISTS (SELECT 1 FROM customers AS c WHERE c.id = o.customer_id)',
      'SELECT id FROM orders AS o WHERE o.customer_id IS NULL OR o.customer_id NOT IN (SELECT c.id FROM customers AS c)',
    ],
    [
      'exists-to-in',
      'SELECT name FROM customers AS c WHERE c.id = 3 OR EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id)',
      'SELECT name FROM customers AS c WHERE c.id = 3 OR c.id IN (SELECT o.customer_id FROM orders AS o)',
    ],
    [
      'exists-to-in',
      'SELECT i.product FROM items AS i WHERE EXISTS (SELECT 1 FROM items AS j WHERE j.order_id = i.order_id AND i.price = j.price)',
      'SELECT i.product FROM items AS i WHERE (i.order_id, i.price) IN (SELECT j.order_id, j.price FROM items AS j)',
    ],
    [
      'exists-to-in',
      'SELECT name FROM customers AS c WHERE NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id AND o.customer_id > 1)',
      'SELECT name FROM customers AS c WHERE c.id NOT IN (SELECT o.customer_id FROM orders AS o WHERE o.customer_id > 1)',
    ],
    [
      'exists-to-in',
      'SELECT name FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE NOT EXISTS (SELECT 1 FROM items AS i WHERE i.order_id = o.id)',
      'SELECT name FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE o.id IS NULL OR o.id NOT IN (SELECT i.order_id FROM items AS i)',
    ],
    [
      'in-subquery',
      'SELECT name FROM customers WHERE id NOT IN (SELECT order_id FROM items)',
      'SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM items WHERE customers.id = order_id)',
    ],
    [
      'in-subquery',
      'SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE customer_id IS NOT NULL)',
      'SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE customer_id IS NOT NULL AND customers.id = customer_id)',
    ],
    [
      'in-subquery',
      "SELECT id FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE city = 'Bern')",
      "SELECT id FROM orders JOIN (SELECT id AS picked FROM customers WHERE city = 'Bern') AS picked WHERE customer_id = picked.picked",
    ],
    [
      'in-subquery',
      'SELECT name FROM customers WHERE id IN (SELECT order_id FROM items GROUP BY order_id HAVING count(*) > 1)',
      'SELECT name FROM customers JOIN (SELECT order_id AS picked FROM items GROUP BY order_id HAVING count(*) > 1) AS picked WHERE id = picked.picked',
    ],
    [
      'in-subquery',
      'SELECT name FROM customers WHERE id = 2 OR id IN (SELECT customer_id FROM orders)',
      'SELECT name FROM customers WHERE id = 2 OR EXISTS (SELECT 1 FROM orders WHERE customers.id = customer_id)',
    ],
    [
      'anti-join',
      "SELECT c.name FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id AND o.status = 'open' WHERE o.customer_id IS NULL AND c.city = 'Bern'",
      "SELECT c.name FROM customers AS c WHERE NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id AND o.status = 'open') AND c.city = 'Bern'",
    ],
    [
      'anti-join',
      'SELECT c.name FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id LEFT JOIN items AS i ON i.order_id = o.id WHERE i.product IS NULL',
      'SELECT c.name FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE NOT EXISTS (SELECT 1 FROM items AS i WHERE i.order_id = o.id)',
    ],
    [
      'scalar-to-join',
      'SELECT name, (SELECT sum(price) FROM items WHERE order_id = customers.id) FROM customers WHERE id < 4',
      'SELECT name, grouped.grouped_1 AS `(SELECT sum(price) FROM items WHERE order_id = customers.id)` FROM customers LEFT JOIN (SELECT order_id AS grouped_k1, sum(price) AS grouped_1 FROM items GROUP BY order_id) AS grouped ON grouped.grouped_k1 = customers.id WHERE id < 4',
    ],
    [
      'scalar-to-join',
      'SELECT o.id FROM orders AS o WHERE o.id = (SELECT max(p.id) FROM orders AS p WHERE p.customer_id = o.customer_id)',
      'SELECT o.id FROM orders AS o LEFT JOIN (SELECT p.customer_id AS grouped_k1, max(p.id) AS grouped_1 FROM orders AS p GROUP BY p.customer_id) AS grouped ON grouped.grouped_k1 = o.customer_id WHERE o.id = grouped.grouped_1',
    ],
    [
      'scalar-to-join',
      'SELECT i.product FROM items AS i WHERE i.price <= (SELECT 2 * avg(j.price) FROM items AS j WHERE j.order_id = i.order_id AND j.product = i.product)',
      'SELECT i.product FROM items AS i LEFT JOIN (SELECT j.order_id AS grouped_k1, j.product AS grouped_k2, avg(j.price) AS grouped_1 FROM items AS j GROUP BY j.order_id, j.product) AS grouped ON grouped.grouped_k1 = i.order_id AND grouped.grouped_k2 = i.product WHERE i.price <= 2 * grouped.grouped_1',
    ],
    [
      'scalar-to-join',
      'SELECT name, (SELECT count(DISTINCT status) + customers.id FROM orders WHERE customer_id = customers.id) AS n FROM customers ORDER BY n, id',
      'SELECT name, coalesce(grouped.grouped_1, 0) + customers.id AS n FROM customers LEFT JOIN (SELECT customer_id AS grouped_k1, count(DISTINCT status) AS grouped_1 FROM orders GROUP BY customer_id) AS grouped ON grouped.grouped_k1 = customers.id ORDER BY n, id',
    ],
    [
      'grouped-to-lateral',
      'SELECT c.name, g.n FROM customers AS c LEFT JOIN (SELECT customer_id AS k, count(*) AS n, max(id) AS last FROM orders GROUP BY customer_id) AS g ON g.k = c.id WHERE c.id < 4',
      'SELECT c.name, (SELECT count(*) FROM orders WHERE customer_id = c.id GROUP BY customer_id) AS n FROM customers AS c WHERE c.id < 4',
    ],
    [
      'grouped-to-lateral',
      'SELECT g.k, g.n FROM (SELECT customer_id AS k, count(*) AS n FROM orders GROUP BY k HAVING count(*) > 1) AS g JOIN customers AS c ON g.k = c.id',
      'SELECT c.id AS k, (SELECT count(*) FROM orders WHERE customer_id = c.id GROUP BY customer_id HAVING count(*) > 1) AS n FROM customers AS c WHERE EXISTS (SELECT 1 FROM orders WHERE customer_id = c.id GROUP BY customer_id HAVING count(*) > 1)',
    ],
    [
      'push-keys',
      "SELECT c.name, g.n FROM customers AS c LEFT JOIN (SELECT customer_id AS k, count(*) AS n FROM orders GROUP BY customer_id) AS g ON g.k = c.id WHERE c.city = 'Bern'",
      "SELECT c.name, g.n FROM customers AS c LEFT JOIN (SELECT customer_id AS k, count(*) AS n FROM orders WHERE customer_id IN (SELECT c.id FROM customers AS c WHERE c.city = 'Bern') GROUP BY customer_id) AS g ON g.k = c.id WHERE c.city = 'Bern'",
    ],
    [
      'push-keys',
      'SELECT i.product, g.n FROM items AS i JOIN (SELECT order_id AS k, product AS p, count(*) AS n FROM items GROUP BY order_id, product) AS g ON g.k = i.order_id AND g.p = i.product WHERE i.price > 2',
      'SELECT i.product, g.n FROM items AS i JOIN (SELECT order_id AS k, product AS p, count(*) AS n FROM items WHERE (order_id, product) IN (SELECT i.order_id, i.product FROM items AS i WHERE i.price > 2) GROUP BY order_id, product) AS g ON g.k = i.order_id AND g.p = i.product WHERE i.price > 2',
    ],
    [
      'exists-to-extreme',
      "SELECT id FROM orders AS o WHERE id < 2 OR EXISTS (SELECT 1 FROM orders AS p WHERE p.customer_id = o.customer_id AND o.id >= p.id AND p.status = 'open')",
      "SELECT id FROM orders AS o WHERE id < 2 OR o.id >= (SELECT min(p.id) FROM orders AS p WHERE p.customer_id = o.customer_id AND p.status = 'open')",
    ],
    [
      'exists-to-extreme',
      'SELECT id FROM orders AS o WHERE EXISTS (SELECT 1 FROM orders AS p WHERE p.customer_id = o.customer_id AND p.id <> o.id)',
      'SELECT id FROM orders AS o WHERE o.id <> (SELECT min(p.id) FROM orders AS p WHERE p.customer_id = o.customer_id) OR o.id <> (SELECT max(p.id) FROM orders AS p WHERE p.customer_id = o.customer_id)',
    ],
    [
      'exists-to-extreme',
      'SELECT id FROM orders AS o WHERE NOT EXISTS (SELECT 1 FROM orders AS p WHERE p.status = o.status AND p.customer_id > o.customer_id)',
      'SELECT id FROM orders AS o WHERE (o.customer_id < (SELECT max(p.customer_id) FROM orders AS p WHERE p.status = o.status)) IS NOT TRUE',
    ],
    [
      'semi-join',
      'SELECT DISTINCT c.city FROM customers AS c JOIN orders AS o ON o.customer_id = c.id JOIN items AS i ON i.order_id = o.id WHERE c.id > 0 AND i.price > 1',
      'SELECT DISTINCT c.city FROM customers AS c WHERE c.id > 0 AND EXISTS (SELECT 1 FROM orders AS o JOIN items AS i WHERE o.customer_id = c.id AND i.order_id = o.id AND i.price > 1)',
    ],
    [
      'semi-join',
      "SELECT DISTINCT o.status FROM customers AS c, orders AS o WHERE o.customer_id = c.id AND c.city = 'Bern' ORDER BY o.status",
      "SELECT DISTINCT o.status FROM orders AS o WHERE EXISTS (SELECT 1 FROM customers AS c WHERE o.customer_id = c.id AND c.city = 'Bern') ORDER BY o.status",
    ],
    [
      'semi-join',
      'SELECT count(DISTINCT c.id) AS n, max(c.name) FROM customers AS c JOIN orders AS o ON o.customer_id = c.id',
      'SELECT count(DISTINCT c.id) AS n, max(c.name) FROM customers AS c WHERE EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id)',
    ],
    [
      'counts-to-filter',
      "SELECT (SELECT count(*) FROM items WHERE price > 1) AS a, (SELECT count(*) + max(price) FROM items WHERE price > 1 AND product = 'pen') AS b",
      "SELECT totals.totals_1 AS a, totals.totals_2 + totals.totals_3 AS b FROM (SELECT count(*) AS totals_1, count(*) FILTER (WHERE product = 'pen') AS totals_2, max(price) FILTER (WHERE product = 'pen') AS totals_3 FROM items WHERE price > 1) AS totals",
    ],
    [
      'counts-to-filter',
      'SELECT name, (SELECT count(*) FROM orders) AS n, id * 100 / (SELECT count(*) FROM orders) AS share FROM customers ORDER BY id',
      'SELECT name, totals.totals_1 AS n, id * 100 / totals.totals_1 AS share FROM customers JOIN (SELECT count(*) AS totals_1 FROM orders) AS totals ORDER BY id',
    ],
    [
      'eager-aggregation',
      'SELECT c.city, count(i.price) AS n, max(i.product) FROM customers AS c, orders AS o, items AS i WHERE o.customer_id = c.id AND i.order_id = o.id AND i.price > 0 GROUP BY c.city HAVING count(i.price) > 0 ORDER BY n, c.city',
      'SELECT c.city, sum(parts.parts_1) AS n, max(parts.parts_2) AS `max(i.product)` FROM customers AS c, orders AS o, (SELECT i.order_id AS parts_k1, count(i.price) AS parts_1, max(i.product) AS parts_2 FROM items AS i WHERE i.price > 0 GROUP BY i.order_id) AS parts WHERE o.customer_id = c.id AND parts.parts_k1 = o.id GROUP BY c.city HAVING sum(parts.parts_1) > 0 ORDER BY n, c.city',
    ],
    [
      'eager-aggregation',
      'SELECT count(*) AS n, sum(i.price) AS s FROM items AS i JOIN orders AS o ON o.id = i.order_id WHERE o.id > 90',
      'SELECT coalesce(sum(parts.parts_1), 0) AS n, sum(parts.parts_2) AS s FROM (SELECT i.order_id AS parts_k1, count(*) AS parts_1, sum(i.price) AS parts_2 FROM items AS i GROUP BY i.order_id) AS parts JOIN orders AS o WHERE o.id > 90 AND o.id = parts.parts_k1',
    ],
    [
      'join-elimination',
      'SELECT i.product FROM items AS i JOIN known AS o ON o.id = i.order_id',
      'SELECT i.product FROM items AS i',
    ],
    [
      'join-elimination',
      'SELECT count(*) FROM known AS o, customers AS c WHERE o.customer_id = c.id AND o.id > 1',
      'SELECT count(*) FROM known AS o WHERE o.id > 1 AND o.customer_id IS NOT NULL',
    ],
    [
      'self-join',
      "SELECT a.id, b.status FROM orders AS a JOIN orders AS b ON b.id = a.id WHERE b.status = 'open' ORDER BY b.id",
      "SELECT a.id, a.status FROM orders AS a WHERE a.status = 'open' ORDER BY a.id",
    ],
    [
      'self-join',
      'SELECT count(*) FROM orders AS a, orders AS b WHERE a.id = b.id AND a.customer_id = b.customer_id',
      'SELECT count(*) FROM orders AS a WHERE a.customer_id = a.customer_id',
    ],
  ],
  leavesAlone: [
    ['count-to-exists', 'SELECT id FROM customers WHERE (SELECT count(*) FROM orders GROUP BY status) > 0'],
    ['count-to-exists', 'SELECT id FROM customers WHERE (SELECT count(*) FROM orders LIMIT 1) > 0'],
    ['count-to-exists', "SELECT id FROM customers WHERE (SELECT count(*) FROM orders) > '0'"],
    ['count-to-exists', 'SELECT id FROM customers WHERE (SELECT sum(id) FROM orders) > 0'],
    ['count-to-exists', 'SELECT count(*) > 0 FROM orders GROUP BY status'],
    // It counts customers.
    ['count-to-exists', 'SELECT (SELECT count(c.id) FROM orders) > 0 FROM customers AS c'],
    // As a value the tag would no longer compare without regard to case.
    [
      'grouped-to-lateral',
      "SELECT o.id FROM orders AS o JOIN (SELECT id, tag, count(*) AS n FROM tags GROUP BY id) AS g ON g.id = o.customer_id WHERE o.id = 1 AND g.tag = 'A'",
    ],
    ['in-subquery', 'SELECT name FROM customers WHERE id IN (SELECT max(customer_id) FROM orders)'],
    ['in-subquery', 'SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders ORDER BY id LIMIT 2)'],
    ['in-subquery', 'SELECT name FROM customers WHERE id IN (1, 2)'],
    [
      'exists-to-in',
      'SELECT name FROM customers AS c WHERE EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id) IS NOT NULL',
    ],
    ['exists-to-in', 'SELECT name FROM customers AS c WHERE EXISTS (SELECT 1 FROM orders AS o WHERE o.status = c.id)'],
    [
      'exists-to-in',
      'SELECT name FROM customers AS c WHERE EXISTS (SELECT count(*) FROM orders AS o WHERE o.customer_id = c.id)',
    ],
    [
      'exists-to-in',
      'SELECT name FROM customers AS c WHERE EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id AND o.id > c.id)',
    ],
    [
      'exists-to-in',
      'SELECT id FROM orders AS o WHERE NOT EXISTS (SELECT 1 FROM items AS j WHERE j.order_id = o.id AND j.price = o.customer_id)',
    ],
    ['in-subquery', 'SELECT name FROM customers WHERE (id IN (SELECT customer_id FROM orders)) IS NULL'],
    ['in-subquery', 'SELECT name AS z FROM customers WHERE id IN (SELECT customer_id AS z FROM orders WHERE z > 1)'],
    [
      'anti-join',
      'SELECT c.name FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id LEFT JOIN items AS i ON i.order_id = o.id WHERE o.id IS NULL',
    ],
    ['anti-join', 'SELECT * FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE o.id IS NULL'],
    [
      'anti-join',
      'SELECT c.name FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE o.id IS NULL ORDER BY o.status',
    ],
    [
      'scalar-to-join',
      'SELECT name, (SELECT count(*) FROM orders WHERE customer_id = customers.id LIMIT 1) FROM customers',
    ],
    [
      'scalar-to-join',
      'SELECT name, (SELECT group_concat(status) FROM orders WHERE customer_id = customers.id) FROM customers',
    ],
    ['scalar-to-join', 'SELECT name, (SELECT status FROM orders WHERE orders.id = customers.id) FROM customers'],
    [
      'scalar-to-join',
      'SELECT count(*), (SELECT sum(customers.id) FROM orders WHERE customer_id = customers.id) FROM customers',
    ],
    ['scalar-to-join', 'SELECT name, (SELECT count(*) FROM orders WHERE status = customers.id) FROM customers'],
    [
      'grouped-to-lateral',
      'SELECT c.name, g.last FROM customers AS c LEFT JOIN (SELECT customer_id AS k, max(id) AS last FROM orders GROUP BY customer_id) AS g ON g.k = c.id AND g.last > 2',
    ],
    [
      'grouped-to-lateral',
      'SELECT c.name, g.last FROM customers AS c JOIN (SELECT status AS k, max(id) AS last FROM orders GROUP BY status) AS g ON g.k = c.id',
    ],
    [
      'push-keys',
      "SELECT c.name, g.n FROM (SELECT customer_id AS k, count(*) AS n FROM orders GROUP BY customer_id) AS g LEFT JOIN customers AS c ON g.k = c.id AND c.city = 'Bern'",
    ],
    [
      'exists-to-extreme',
      'SELECT id FROM orders AS o WHERE EXISTS (SELECT 1 FROM orders AS p WHERE p.customer_id = o.customer_id AND p.status > o.id)',
    ],
    ['exists-to-extreme', 'SELECT id FROM orders AS o WHERE EXISTS (SELECT 1 FROM orders AS p WHERE p.id > o.id)'],
    [
      'exists-to-extreme',
      'SELECT id FROM orders AS o WHERE EXISTS (SELECT 1 FROM orders AS p WHERE p.customer_id = o.customer_id AND p.id > o.id AND p.id < o.customer_id)',
    ],
    ['semi-join', 'SELECT c.city FROM customers AS c JOIN orders AS o ON o.customer_id = c.id'],
    ['semi-join', 'SELECT DISTINCT c.city FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id'],
    [
      'semi-join',
      'SELECT DISTINCT c.city FROM customers AS c JOIN orders AS o ON o.customer_id = c.id LEFT JOIN items AS i ON i.order_id = o.id AND i.price = c.id',
    ],
    ['semi-join', 'SELECT count(DISTINCT c.id), count(*) FROM customers AS c JOIN orders AS o ON o.customer_id = c.id'],
    ['counts-to-filter', 'SELECT (SELECT count(*) FROM items) AS a, (SELECT count(*) FROM orders) AS b'],
    ['counts-to-filter', 'SELECT (SELECT count(*) FROM items LIMIT 1) AS a, (SELECT count(*) FROM items) AS b'],
    [
      'counts-to-filter',
      'SELECT (SELECT count(*) FROM items WHERE price > o.id) AS a, (SELECT count(*) FROM items WHERE price < o.id) AS b FROM orders AS o',
    ],
    [
      'eager-aggregation',
      'SELECT c.city, count(DISTINCT o.status) FROM customers AS c JOIN orders AS o ON o.customer_id = c.id GROUP BY c.city',
    ],
    [
      'eager-aggregation',
      'SELECT c.city, sum(o.id * c.id) FROM customers AS c JOIN orders AS o ON o.customer_id = c.id GROUP BY c.city',
    ],
    [
      'eager-aggregation',
      'SELECT c.city, count(o.id) FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id GROUP BY c.city',
    ],
    [
      'eager-aggregation',
      'SELECT c.city, count(o.id) FROM customers AS c JOIN orders AS o ON o.customer_id < c.id GROUP BY c.city',
    ],
    ['join-elimination', 'SELECT c.id FROM customers AS c JOIN orders AS o ON o.customer_id = c.id'],
    [
      'join-elimination',
      "SELECT o.id FROM orders AS o JOIN customers AS c ON c.id = o.customer_id WHERE c.city = 'Bern'",
    ],
    ['join-elimination', 'SELECT o.id FROM orders AS o JOIN customers AS c ON c.id > o.customer_id'],
    ['self-join', 'SELECT a.id, b.id FROM orders AS a JOIN orders AS b ON a.customer_id = b.customer_id'],
    ['self-join', 'SELECT a.id, b.id FROM orders AS a LEFT JOIN orders AS b ON a.id = b.id'],
    [
      'self-join',
      'SELECT a.id FROM orders AS a JOIN orders AS b ON a.id = b.id WHERE EXISTS (SELECT 1 FROM items AS i WHERE i.order_id = b.id)',
    ],
  ],
});

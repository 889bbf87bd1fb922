import { describeFamily } from './family.ts';
import { smallShop } from './small-shop.ts';

const shop = smallShop();
shop.execute("CREATE TABLE tags(tag TEXT COLLATE NOCASE); INSERT INTO tags VALUES ('a'), ('A'), (NULL)");

describeFamily('shape of rows', shop, {
  goesOn: ['materialized-hints', 'inline-common-table'],
  pairs: [
    [
      'needless-order-by',
      'SELECT count(*) AS n, max(city) FROM (SELECT id, city FROM customers ORDER BY city DESC)',
      'SELECT count(*) AS n, max(city) FROM (SELECT id, city FROM customers)',
    ],
    [
      'needless-order-by',
      'SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders ORDER BY status) AND EXISTS (SELECT 1 FROM items ORDER BY price)',
      'SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders) AND EXISTS (SELECT 1 FROM items)',
    ],
    [
      'needless-order-by',
      'SELECT * FROM (SELECT city FROM customers ORDER BY name) UNION SELECT status FROM orders',
      'SELECT * FROM (SELECT city FROM customers) UNION SELECT status FROM orders',
    ],
    [
      'needless-order-by',
      'SELECT city FROM (SELECT id, city FROM customers ORDER BY name) ORDER BY city, id LIMIT 3',
      'SELECT city FROM (SELECT id, city FROM customers) ORDER BY city, id LIMIT 3',
    ],
    [
      'needless-order-by',
      'SELECT status, (SELECT count(*) FROM (SELECT product FROM items ORDER BY price)) AS n FROM (SELECT status FROM (SELECT status, id FROM orders ORDER BY id) ORDER BY status)',
      'SELECT status, (SELECT count(*) FROM (SELECT product FROM items)) AS n FROM (SELECT status FROM (SELECT status, id FROM orders) ORDER BY status)',
    ],
    [
      'needless-order-by',
      'WITH a AS (SELECT id, city FROM customers ORDER BY city), b AS (SELECT id FROM a ORDER BY id) SELECT count(*) AS n FROM b WHERE id IN (SELECT id FROM a)',
      'WITH a AS (SELECT id, city FROM customers), b AS (SELECT id FROM a) SELECT count(*) AS n FROM b WHERE id IN (SELECT id FROM a)',
    ],
    [
      'needless-distinct',
      'SELECT DISTINCT o.id, c.name FROM orders AS o LEFT JOIN customers AS c ON c.id = o.customer_id ORDER BY c.name, o.id',
      'SELECT o.id, c.name FROM orders AS o LEFT JOIN customers AS c ON c.id = o.customer_id ORDER BY c.name, o.id',
    ],
    [
      'needless-distinct',
      'SELECT DISTINCT status, count(*) AS n FROM orders GROUP BY status',
      'SELECT status, count(*) AS n FROM orders GROUP BY status',
    ],
    [
      'needless-distinct',
      'SELECT name, n FROM customers AS c JOIN (SELECT DISTINCT id, customer_id AS n FROM orders) AS o ON o.n = c.id',
      'SELECT name, n FROM customers AS c JOIN (SELECT id, customer_id AS n FROM orders) AS o ON o.n = c.id',
    ],
    [
      'needless-distinct',
      'SELECT city, max(DISTINCT name), count(DISTINCT id) AS n FROM customers GROUP BY city HAVING min(DISTINCT id) > 0 ORDER BY max(DISTINCT id)',
      'SELECT city, max(name) AS `max(DISTINCT name)`, count(id) AS n FROM customers GROUP BY city HAVING min(id) > 0 ORDER BY max(id)',
    ],
    [
      'union-to-union-all',
      "SELECT 'c' AS kind, id FROM customers UNION SELECT 'o', id FROM orders UNION SELECT 'i', id FROM orders WHERE id > 2 ORDER BY 1, 2",
      "SELECT 'c' AS kind, id FROM customers UNION ALL SELECT 'o', id FROM orders UNION ALL SELECT 'i', id FROM orders WHERE id > 2 ORDER BY 1, 2",
    ],
    [
      'union-to-union-all',
      "SELECT id, customer_id FROM orders WHERE status = 'open' UNION SELECT id, customer_id FROM orders WHERE status IN ('done', 'sent')",
      "SELECT id, customer_id FROM orders WHERE status = 'open' UNION ALL SELECT id, customer_id FROM orders WHERE status IN ('done', 'sent')",
    ],
    [
      'union-to-union-all',
      'SELECT DISTINCT order_id FROM items WHERE order_id < 4 UNION SELECT o.id FROM orders AS o WHERE o.id BETWEEN 4 AND 9',
      'SELECT DISTINCT order_id FROM items WHERE order_id < 4 UNION ALL SELECT o.id FROM orders AS o WHERE o.id BETWEEN 4 AND 9',
    ],
    [
      'union-to-union-all',
      "SELECT status, count(*) AS n FROM orders WHERE status = 'open' GROUP BY status UNION SELECT 'sum', count(*) FROM orders",
      "SELECT status, count(*) AS n FROM orders WHERE status = 'open' GROUP BY status UNION ALL SELECT 'sum', count(*) FROM orders",
    ],
    [
      'late-lookup',
      'SELECT * FROM orders ORDER BY status DESC, id LIMIT 2 OFFSET 3',
      'SELECT id, customer_id, status FROM (SELECT orders.id AS page_key FROM orders ORDER BY status DESC, id LIMIT 2 OFFSET 3) AS page CROSS JOIN orders ON orders.id = page.page_key ORDER BY status DESC, id',
    ],
    [
      'late-lookup',
      "SELECT o.status AS s, c.name FROM orders AS o LEFT JOIN customers AS c ON c.id = o.customer_id WHERE o.status <> 'done' ORDER BY s COLLATE NOCASE, o.id LIMIT 3",
      "SELECT o.status AS s, c.name FROM (SELECT o.id AS page_key FROM orders AS o WHERE o.status <> 'done' ORDER BY o.status COLLATE NOCASE, o.id LIMIT 3) AS page CROSS JOIN orders AS o ON o.id = page.page_key LEFT JOIN customers AS c ON c.id = o.customer_id ORDER BY s COLLATE NOCASE, o.id",
    ],
    [
      'late-lookup',
      'SELECT product, price FROM items ORDER BY 1, rowid LIMIT 2 OFFSET 1',
      'SELECT product, price FROM (SELECT items.rowid AS page_key FROM items ORDER BY product, rowid LIMIT 2 OFFSET 1) AS page CROSS JOIN items ON items.rowid = page.page_key ORDER BY 1, rowid',
    ],
    [
      'materialized-hints',
      'WITH g AS (SELECT customer_id AS k, count(*) AS n FROM orders GROUP BY customer_id) SELECT a.n, b.n AS m FROM g AS a JOIN g AS b ON a.k < b.k',
      'WITH g AS NOT MATERIALIZED (SELECT customer_id AS k, count(*) AS n FROM orders GROUP BY customer_id) SELECT a.n, b.n AS m FROM g AS a JOIN g AS b ON a.k < b.k',
    ],
    [
      'materialized-hints',
      'WITH g AS MATERIALIZED (SELECT id FROM orders) SELECT id FROM g WHERE id = 3',
      'WITH g AS (SELECT id FROM orders) SELECT id FROM g WHERE id = 3',
    ],
    [
      'materialized-hints',
      'WITH g AS (SELECT id FROM orders), h AS (SELECT id FROM g) SELECT g.id FROM g, h AS a, h AS b WHERE g.id = a.id AND a.id < b.id',
      'WITH g AS MATERIALIZED (SELECT id FROM orders), h AS MATERIALIZED (SELECT id FROM g) SELECT g.id FROM g, h AS a, h AS b WHERE g.id = a.id AND a.id < b.id',
    ],
    [
      'inline-common-table',
      'WITH g AS (SELECT customer_id AS k, count(*) AS n FROM orders GROUP BY customer_id) SELECT g.n, b.* FROM g JOIN g AS b ON g.k < b.k WHERE g.n IN (SELECT n FROM g)',
      'SELECT g.n, b.* FROM (SELECT customer_id AS k, count(*) AS n FROM orders GROUP BY customer_id) AS g JOIN (SELECT customer_id AS k, count(*) AS n FROM orders GROUP BY customer_id) AS b ON g.k < b.k WHERE g.n IN (SELECT n FROM (SELECT customer_id AS k, count(*) AS n FROM orders GROUP BY customer_id) AS g)',
    ],
    [
      'shared-subquery',
      'SELECT b.k, b.n FROM (SELECT customer_id AS k, count(*) AS n FROM orders GROUP BY customer_id) AS b WHERE n < (SELECT max(n) FROM (SELECT customer_id AS k, count(*) AS n FROM orders GROUP BY customer_id))',
      'WITH shared AS MATERIALIZED (SELECT customer_id AS k, count(*) AS n FROM orders GROUP BY customer_id) SELECT b.k, b.n FROM shared AS b WHERE n < (SELECT max(n) FROM shared)',
    ],
    [
      'shared-subquery',
      'WITH c AS (SELECT id, name FROM customers) SELECT name FROM c WHERE id IN (SELECT DISTINCT customer_id FROM orders) OR id NOT IN (SELECT DISTINCT customer_id FROM orders)',
      'WITH shared AS MATERIALIZED (SELECT DISTINCT customer_id FROM orders), c AS (SELECT id, name FROM customers) SELECT name FROM c WHERE id IN (SELECT * FROM shared) OR id NOT IN (SELECT * FROM shared)',
    ],
    [
      'inline-common-table',
      'WITH g AS (SELECT id FROM orders), h AS (SELECT id FROM g) SELECT a.id FROM h AS a, h AS b WHERE a.id < b.id',
      'WITH g AS (SELECT id FROM orders) SELECT a.id FROM (SELECT id FROM g) AS a, (SELECT id FROM g) AS b WHERE a.id < b.id',
    ],
  ],
  leavesAlone: [
    ['needless-order-by', 'SELECT id FROM (SELECT id FROM orders ORDER BY status)'],
    ['needless-order-by', 'SELECT DISTINCT status FROM (SELECT status FROM orders ORDER BY status)'],
    ['needless-order-by', 'SELECT count(*) FROM (SELECT id FROM orders ORDER BY status LIMIT 2)'],
    ['needless-order-by', 'SELECT group_concat(name) FROM (SELECT name FROM customers ORDER BY name)'],
    ['needless-order-by', 'SELECT json_group_array(name) AS j FROM (SELECT name FROM customers ORDER BY name)'],
    [
      'needless-order-by',
      'SELECT id, row_number() OVER () AS r FROM (SELECT id FROM orders ORDER BY status) ORDER BY id',
    ],
    ['needless-order-by', 'SELECT id FROM (SELECT id FROM orders ORDER BY status) LIMIT 1'],
    ['needless-order-by', 'SELECT name, (SELECT id FROM orders ORDER BY status) AS x FROM customers'],
    ['needless-order-by', 'SELECT * FROM (SELECT id FROM orders ORDER BY status) UNION ALL SELECT id FROM customers'],
    [
      'needless-order-by',
      'WITH s AS (SELECT id FROM orders ORDER BY status) SELECT id FROM s WHERE id IN (SELECT id FROM s)',
    ],
    [
      'needless-order-by',
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9 ORDER BY 1) SELECT count(*) FROM n',
    ],
    [
      'needless-order-by',
      'SELECT count(*) FROM (SELECT id FROM (SELECT id, status FROM orders ORDER BY status) LIMIT 1)',
    ],
    ['needless-distinct', 'SELECT DISTINCT c.id FROM orders AS o JOIN customers AS c ON c.id = o.customer_id'],
    ['needless-distinct', 'SELECT DISTINCT customer_id, status FROM orders'],
    ['needless-distinct', 'SELECT DISTINCT o.id FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id'],
    ['needless-distinct', 'SELECT DISTINCT count(*) AS n FROM orders GROUP BY status'],
    ['needless-distinct', 'SELECT count(DISTINCT status), count(id) FROM orders'],
    [
      'needless-distinct',
      'SELECT count(DISTINCT c.id) AS n FROM customers AS c JOIN orders AS o ON o.customer_id = c.id',
    ],
    ['needless-distinct', 'SELECT `max(DISTINCT id)` FROM (SELECT max(DISTINCT id) FROM orders)'],
    ['union-to-union-all', 'SELECT id FROM customers UNION SELECT id FROM orders'],
    [
      'union-to-union-all',
      "SELECT DISTINCT tag FROM tags WHERE tag = 'a' UNION SELECT DISTINCT tag FROM tags WHERE tag = 'A'",
    ],
    [
      'union-to-union-all',
      'SELECT 1 AS k, id FROM orders UNION SELECT 2, id FROM orders UNION SELECT 1, id FROM customers',
    ],
    [
      'union-to-union-all',
      "SELECT DISTINCT customer_id FROM orders WHERE status = 'a' UNION SELECT DISTINCT customer_id FROM orders WHERE status = 'b'",
    ],
    [
      'union-to-union-all',
      "SELECT status FROM orders WHERE status = 'open' UNION SELECT status FROM orders WHERE id > 4",
    ],
    [
      'union-to-union-all',
      "SELECT customer_id FROM orders WHERE status = 'a' UNION SELECT customer_id FROM orders WHERE status = 'b'",
    ],
    ['union-to-union-all', 'SELECT id FROM orders WHERE id < 4 UNION SELECT id FROM orders WHERE id <= 3.5 AND id > 2'],
    ['union-to-union-all', 'SELECT 1 AS k, id FROM orders UNION SELECT 1.0, id FROM customers'],
    ['union-to-union-all', "SELECT 'a' AS k, status FROM orders UNION SELECT 'b', status FROM orders"],
    [
      'union-to-union-all',
      "SELECT 'a' AS k, id FROM orders UNION ALL SELECT 'b', id FROM orders UNION SELECT 'c', id FROM orders",
    ],
    [
      'union-to-union-all',
      'WITH RECURSIVE n(i) AS (SELECT DISTINCT 1 FROM orders UNION SELECT DISTINCT 2 FROM n) SELECT i FROM n',
    ],
    ['late-lookup', 'SELECT * FROM orders ORDER BY id LIMIT 3'],
    ['late-lookup', 'SELECT id, status FROM orders ORDER BY status, id LIMIT 3 OFFSET 1'],
    ['late-lookup', 'SELECT DISTINCT status, customer_id FROM orders ORDER BY status LIMIT 3 OFFSET 1'],
    ['late-lookup', 'SELECT status, count(*) FROM orders GROUP BY status ORDER BY status LIMIT 1 OFFSET 1'],
    [
      'late-lookup',
      'SELECT o.id FROM orders AS o JOIN customers AS c ON c.id = o.customer_id ORDER BY o.id LIMIT 3 OFFSET 1',
    ],
    [
      'late-lookup',
      'SELECT c.id, o.id FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id ORDER BY c.id, o.id LIMIT 3 OFFSET 1',
    ],
    [
      'late-lookup',
      'SELECT c.id, o.id FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id ORDER BY c.id LIMIT 3 OFFSET 1',
    ],
    [
      'late-lookup',
      'SELECT o.id FROM orders AS o LEFT JOIN customers AS c ON c.id = o.customer_id ORDER BY c.name, o.id LIMIT 3 OFFSET 1',
    ],
    ['late-lookup', 'SELECT status, row_number() OVER (ORDER BY id) AS r FROM orders ORDER BY id LIMIT 3 OFFSET 1'],
    ['materialized-hints', 'WITH g AS (SELECT id FROM orders) SELECT id FROM g WHERE id = 3'],
    [
      'materialized-hints',
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4) SELECT a.i FROM n AS a, n AS b',
    ],
    [
      'shared-subquery',
      'SELECT a.id FROM (SELECT id FROM orders) AS a JOIN (SELECT id FROM orders) AS b ON b.id > a.id',
    ],
    [
      'shared-subquery',
      'SELECT name FROM customers AS c WHERE (SELECT count(*) FROM (SELECT DISTINCT status FROM orders WHERE customer_id = c.id)) < 2 OR (SELECT max(status) FROM (SELECT DISTINCT status FROM orders WHERE customer_id = c.id)) IS NULL',
    ],
    [
      'shared-subquery',
      'WITH c AS (SELECT id FROM orders) SELECT a.id FROM (SELECT DISTINCT id FROM c) AS a JOIN (SELECT DISTINCT id FROM c) AS b ON b.id > a.id',
    ],
    ['inline-common-table', 'WITH g AS (SELECT id FROM orders) SELECT id FROM g WHERE id = 3'],
    ['inline-common-table', 'WITH g(x) AS (SELECT id FROM orders) SELECT a.x FROM g AS a, g AS b'],
    [
      'inline-common-table',
      'WITH g AS (SELECT id FROM orders) SELECT id FROM g WHERE id IN (WITH orders AS (SELECT 1 AS id) SELECT id FROM g JOIN orders USING (id))',
    ],
    [
      'inline-common-table',
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4) SELECT a.i FROM n AS a, n AS b',
    ],
  ],
});

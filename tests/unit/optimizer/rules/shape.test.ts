import { describeFamily } from './family.ts';
import { smallShop } from './small-shop.ts';

describeFamily('shape', smallShop(), {
  goesOn: ['join-order'],
  pairs: [
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
    // ORDER BY means the result column, in any case; GROUP BY means that of the table.
    [
      'or-to-union',
      'SELECT c.id AS Status, o.status FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE c.id = 1 OR o.id = 4 ORDER BY status DESC',
      'SELECT c.id AS Status, o.status FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE c.id = 1 UNION ALL SELECT c.id AS Status, o.status FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE o.id = 4 AND (c.id = 1) IS NOT TRUE ORDER BY 1 DESC',
    ],
    [
      'or-to-union',
      'SELECT c.city AS name, count(*) AS n FROM customers AS c, items AS i WHERE c.id < 3 OR i.price = 3 GROUP BY name HAVING name IS NULL OR name > 1',
      'SELECT part_1 AS name, count(*) AS n FROM (SELECT c.city AS part_1, name AS part_2 FROM customers AS c, items AS i WHERE c.id < 3 UNION ALL SELECT c.city AS part_1, name AS part_2 FROM customers AS c, items AS i WHERE i.price = 3 AND (c.id < 3) IS NOT TRUE) AS part GROUP BY part_2 HAVING part_2 IS NULL OR part_2 > 1',
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
  ],
  leavesAlone: [
    ['or-to-union', "SELECT name FROM customers WHERE city = 'Bern' OR email = 'x'"],
    ['or-to-union', 'SELECT c.name FROM customers AS c, orders AS o WHERE c.id = 1 AND o.id = 2'],
    ['join-order', 'SELECT 1 FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id'],
    ['join-order', 'SELECT 1 FROM customers AS c CROSS JOIN orders AS o'],
    ['join-order', 'SELECT 1 FROM customers JOIN orders USING (id)'],
    ['star-to-columns', 'SELECT * FROM customers JOIN orders USING (id)'],
    ['limit-rows', 'SELECT id FROM orders LIMIT 3'],
    ['limit-rows', 'SELECT count(*) FROM orders'],
    ['narrow-columns', 'SELECT id FROM orders'],
  ],
});

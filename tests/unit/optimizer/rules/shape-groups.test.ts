import { describeFamily } from './family.ts';
import { smallShop } from './small-shop.ts';

const shop = smallShop();
// Nobody without a number, and ties.
shop.execute(`
  CREATE TABLE points(id INTEGER PRIMARY KEY, who TEXT NOT NULL, day INTEGER NOT NULL, n INTEGER, note TEXT);
  INSERT INTO points VALUES (1, 'a', 1, 5, 'x'), (2, 'a', 1, 7, NULL), (3, 'a', 2, NULL, 'x'), (4, 'b', 1, -3, 'y'), (5, 'b', 3, 4, 'x'), (6, 'c', 1, NULL, 'x');
  CREATE TABLE folded(id INTEGER PRIMARY KEY, tag TEXT NOT NULL COLLATE NOCASE, n INTEGER);
  INSERT INTO folded VALUES (1, 'a', 1), (2, 'A', 2), (3, 'b', 3), (4, 'B', 4), (5, 'A', 5);`);

describeFamily('shape of groups', shop, {
  pairs: [
    [
      'min-max-split',
      'SELECT min(id), max(id) FROM orders',
      'SELECT (SELECT min(id) FROM orders) AS `min(id)`, (SELECT max(id) FROM orders) AS `max(id)`',
    ],
    [
      'min-max-split',
      'SELECT max(price) - min(price) AS spread, count(*) AS n FROM items WHERE order_id = 1',
      'SELECT (SELECT max(price) FROM items WHERE order_id = 1) - (SELECT min(price) FROM items WHERE order_id = 1) AS spread, (SELECT count(*) FROM items WHERE order_id = 1) AS n',
    ],
    [
      'min-max-split',
      'SELECT min(id) AS a, max(customer_id) AS b FROM orders WHERE id > 99',
      'SELECT (SELECT min(id) FROM orders WHERE id > 99) AS a, (SELECT max(customer_id) FROM orders WHERE id > 99) AS b',
    ],
    [
      'min-max-split',
      'SELECT name, (SELECT max(id) - min(id) FROM orders WHERE customer_id = c.id) AS span FROM customers AS c',
      'SELECT name, (SELECT (SELECT max(id) FROM orders WHERE customer_id = c.id) - (SELECT min(id) FROM orders WHERE customer_id = c.id)) AS span FROM customers AS c',
    ],
    [
      'group-by-reduction',
      'SELECT id, name, count(*) AS n FROM customers GROUP BY id, name, city',
      'SELECT id, name, count(*) AS n FROM customers GROUP BY id',
    ],
    [
      'group-by-reduction',
      'SELECT c.id, upper(c.city) AS town, count(o.id) AS n FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id GROUP BY 1, upper(c.city) HAVING upper(c.city) IS NOT NULL ORDER BY upper(c.city), 1',
      'SELECT c.id, upper(c.city) AS town, count(o.id) AS n FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id GROUP BY 1 HAVING upper(c.city) IS NOT NULL ORDER BY upper(c.city), 1',
    ],
    [
      'group-by-reduction',
      'SELECT c.name, o.customer_id, count(*) AS n FROM orders AS o JOIN customers AS c ON c.id = o.customer_id GROUP BY o.customer_id, c.id, c.name',
      'SELECT c.name, o.customer_id, count(*) AS n FROM orders AS o JOIN customers AS c ON c.id = o.customer_id GROUP BY c.id',
    ],
    [
      'group-by-reduction',
      'SELECT c.name, o.customer_id, count(*) AS n FROM orders AS o JOIN customers AS c ON c.id = o.customer_id GROUP BY o.customer_id, c.id, c.name',
      'SELECT c.name, o.customer_id, count(*) AS n FROM orders AS o JOIN customers AS c ON c.id = o.customer_id GROUP BY o.customer_id',
    ],
    [
      'group-by-reduction',
      "SELECT status, customer_id, count(*) AS n FROM orders WHERE status = 'open' GROUP BY status, customer_id",
      "SELECT status, customer_id, count(*) AS n FROM orders WHERE status = 'open' GROUP BY customer_id",
    ],
    [
      'group-by-reduction',
      'SELECT city, name FROM customers GROUP BY name, city ORDER BY city, name',
      'SELECT DISTINCT city, name FROM customers ORDER BY city, name',
    ],
    [
      'group-by-reduction',
      'SELECT city AS c, 1 AS one FROM customers GROUP BY c',
      'SELECT DISTINCT city AS c, 1 AS one FROM customers',
    ],
    [
      'row-number-one',
      'SELECT id, customer_id FROM (SELECT id, customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY id DESC) AS n FROM orders) WHERE n = 1',
      'SELECT id, customer_id FROM (SELECT id, customer_id, 1 AS n FROM orders WHERE id IN (SELECT max(id) FROM orders GROUP BY customer_id))',
    ],
    [
      'row-number-one',
      'SELECT id, customer_id FROM (SELECT id, customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY id DESC) AS n FROM orders) WHERE n = 1',
      'SELECT id, customer_id FROM (SELECT id, customer_id, 1 AS n FROM orders WHERE id IN (SELECT (SELECT id FROM orders WHERE customer_id IS keys.keys_k1 ORDER BY id DESC LIMIT 1) FROM (SELECT DISTINCT customer_id AS keys_k1 FROM orders) AS keys))',
    ],
    [
      'row-number-one',
      "WITH numbered AS (SELECT *, row_number() OVER (PARTITION BY o.status ORDER BY o.customer_id NULLS LAST, o.id) AS n FROM orders AS o WHERE o.status <> 'x') SELECT c.name, d.n FROM customers AS c LEFT JOIN numbered AS d ON d.customer_id = c.id AND d.n = 1 WHERE c.id < 9",
      "WITH numbered AS (SELECT *, 1 AS n FROM orders AS o WHERE o.status <> 'x' AND id IN (SELECT (SELECT id FROM orders AS o WHERE o.status <> 'x' AND o.status IS keys.keys_k1 ORDER BY o.customer_id NULLS LAST, o.id LIMIT 1) FROM (SELECT DISTINCT o.status AS keys_k1 FROM orders AS o WHERE o.status <> 'x') AS keys)) SELECT c.name, d.n FROM customers AS c LEFT JOIN numbered AS d ON d.customer_id = c.id AND d.n = 1 WHERE c.id < 9",
    ],
    [
      'row-number-one',
      'SELECT product, price FROM (SELECT product, price, row_number() OVER (ORDER BY rowid) AS n FROM items WHERE price > 0) AS d WHERE d.n < 2 AND d.price < 5',
      'SELECT product, price FROM (SELECT product, price, 1 AS n FROM items WHERE price > 0 AND rowid IN (SELECT min(rowid) FROM items WHERE price > 0)) AS d WHERE d.price < 5',
    ],
    [
      'row-number-one',
      'SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY city ORDER BY name) AS n FROM customers WHERE id < 4 AND name IS NOT NULL AND city IS NOT NULL) WHERE n <= 1',
      'SELECT id FROM (SELECT id, 1 AS n FROM customers WHERE id < 4 AND name IS NOT NULL AND city IS NOT NULL AND (city, name) IN (SELECT city, min(name) FROM customers WHERE id < 4 AND name IS NOT NULL AND city IS NOT NULL GROUP BY city))',
    ],
    [
      'window-for-self-join',
      'SELECT id, (SELECT sum(u.n) FROM points AS u WHERE u.who = t.who AND u.day <= t.day) AS s FROM points AS t',
      'SELECT id, sum(t.n) OVER (PARTITION BY t.who ORDER BY t.day) AS s FROM points AS t',
    ],
    [
      'window-for-self-join',
      'SELECT id, (SELECT count(*) FROM points AS u WHERE points.who = u.who AND points.day < u.day) + 1 AS place FROM points ORDER BY 2, 1',
      'SELECT id, count(*) OVER (PARTITION BY points.who ORDER BY points.day DESC GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + 1 AS place FROM points ORDER BY 2, 1',
    ],
    [
      'window-for-self-join',
      "SELECT t.id, (SELECT coalesce(max(n), 0) FROM points AS u WHERE u.note = 'x' AND u.day > t.day AND u.id > 1) AS m FROM points AS t WHERE t.id > 1",
      "SELECT t.id, coalesce(max(t.n) FILTER (WHERE t.note = 'x') OVER (ORDER BY t.day DESC GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS m FROM points AS t WHERE t.id > 1",
    ],
    [
      'window-for-self-join',
      "SELECT id, (SELECT avg(n) FROM points AS u WHERE u.who = t.who AND u.id <= t.id) AS m, (SELECT min(note) FROM points AS u WHERE u.id >= t.id AND u.who IN ('a', 'c')) AS l FROM points AS t WHERE t.who IN ('a', 'c')",
      "SELECT id, avg(t.n) OVER (PARTITION BY t.who ORDER BY t.id) AS m, min(t.note) OVER (ORDER BY t.id DESC) AS l FROM points AS t WHERE t.who IN ('a', 'c')",
    ],
    [
      'window-for-self-join',
      "SELECT a.id, a.day, sum(b.n) AS s, count(*) AS c FROM points AS a JOIN points AS b ON b.who = a.who AND b.day <= a.day WHERE a.who <> 'b' GROUP BY a.id, a.day ORDER BY s, a.id",
      "SELECT a.id, a.day, sum(a.n) OVER (PARTITION BY a.who ORDER BY a.day) AS s, count(*) OVER (PARTITION BY a.who ORDER BY a.day) AS c FROM points AS a WHERE a.who <> 'b' ORDER BY s, a.id",
    ],
    [
      'window-for-self-join',
      'SELECT b.id, max(a.n) AS m FROM points AS a, points AS b WHERE a.id >= b.id AND a.n > 0 AND b.n > 0 GROUP BY b.id',
      'SELECT b.id, max(b.n) OVER (ORDER BY b.id DESC) AS m FROM points AS b WHERE b.n > 0',
    ],
    [
      'window-for-self-join',
      'SELECT a.id, count(b.n) AS c FROM points AS a LEFT JOIN points AS b ON b.day <= a.day AND b.id > 2 WHERE a.id > 2 GROUP BY a.id',
      'SELECT a.id, count(a.n) OVER (ORDER BY a.day) AS c FROM points AS a WHERE a.id > 2',
    ],
    [
      'count-distinct',
      'SELECT t.who, count(DISTINCT day) AS days FROM points AS t WHERE id > 1 GROUP BY who HAVING max(t.day) > 0 ORDER BY days DESC, t.who',
      'SELECT seen.seen_k1 AS who, count(seen.seen_v) AS days FROM (SELECT DISTINCT who AS seen_k1, day AS seen_v FROM points AS t WHERE id > 1) AS seen GROUP BY seen.seen_k1 HAVING max(seen.seen_v) > 0 ORDER BY days DESC, seen.seen_k1',
    ],
    [
      'count-distinct',
      'SELECT note, who, sum(DISTINCT n) + 1 AS s FROM points GROUP BY 1, who',
      'SELECT seen.seen_k1 AS note, seen.seen_k2 AS who, sum(seen.seen_v) + 1 AS s FROM (SELECT DISTINCT note AS seen_k1, who AS seen_k2, n AS seen_v FROM points) AS seen GROUP BY seen.seen_k1, seen.seen_k2',
    ],
    [
      'index-order',
      'SELECT who, max(n) AS m FROM points AS t WHERE day > 0 GROUP BY who, day ORDER BY who',
      'SELECT who, max(n) AS m FROM points AS t WHERE day > 0 GROUP BY +who, day ORDER BY who',
    ],
    [
      'index-order',
      'SELECT count(DISTINCT who), sum(DISTINCT n) AS s FROM points WHERE day > 0',
      'SELECT count(DISTINCT +who) AS `count(DISTINCT who)`, sum(DISTINCT +n) AS s FROM points WHERE day > 0',
    ],
    [
      'index-order',
      'SELECT DISTINCT who, note FROM points WHERE day > 0 ORDER BY note',
      'SELECT DISTINCT +who AS who, note FROM points WHERE day > 0 ORDER BY note',
    ],
    [
      'index-order',
      'SELECT id FROM points WHERE n > 0 ORDER BY day DESC, id LIMIT 3',
      'SELECT id FROM points WHERE n > 0 ORDER BY +day DESC, id LIMIT 3',
    ],
    [
      'row-number-one',
      'SELECT c.id, d.n FROM customers AS c LEFT JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM orders) AS d ON d.id = c.id WHERE d.n = 1',
      'SELECT c.id, d.n FROM customers AS c LEFT JOIN (SELECT id, 1 AS n FROM orders WHERE id IN (SELECT min(id) FROM orders)) AS d ON d.id = c.id WHERE d.n = 1',
    ],
    [
      'window-for-self-join',
      'SELECT id, (SELECT sum(u.n) FROM folded AS u WHERE u.tag <= t.tag) AS a, (SELECT sum(u.n) FROM folded AS u WHERE u.tag = t.tag AND u.id < t.id) AS b FROM folded AS t',
      'SELECT id, sum(t.n) OVER (ORDER BY t.tag) AS a, sum(t.n) OVER (PARTITION BY t.tag ORDER BY t.id GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS b FROM folded AS t',
    ],
  ],
  leavesAlone: [
    [
      'window-for-self-join',
      "SELECT id, (SELECT sum(u.n) FROM folded AS u WHERE u.tag = t.tag AND u.id <= t.id) AS s FROM folded AS t WHERE t.tag = 'a' COLLATE BINARY",
    ],
    [
      'row-number-one',
      'SELECT id FROM (SELECT id, row_number() OVER (ORDER BY 1, id DESC) AS n FROM orders) WHERE n = 1',
    ],
    [
      'window-for-self-join',
      'SELECT a.id, count(b.id) AS c FROM points AS a LEFT JOIN points AS b ON b.id <= a.id AND a.n > 2 AND b.n > 2 GROUP BY a.id',
    ],
    [
      'window-for-self-join',
      'SELECT a.id, count(b.id) AS c FROM points AS a LEFT JOIN points AS b ON b.id <= a.id WHERE a.n > 2 AND b.n > 2 GROUP BY a.id',
    ],
    ['index-order', 'SELECT who, max(n) AS m FROM points GROUP BY who'],
    ['index-order', 'SELECT count(*) AS c FROM (SELECT DISTINCT who FROM points WHERE day > 0)'],
    ['index-order', "SELECT who || '' AS day FROM points WHERE n > 0 ORDER BY day"],
    ['index-order', 'SELECT who FROM points WHERE n > 0 UNION SELECT city FROM customers WHERE id > 1 ORDER BY who'],
    ['count-distinct', 'SELECT count(DISTINCT day) FROM points'],
    ['count-distinct', 'SELECT who, count(DISTINCT day), count(*) FROM points GROUP BY who'],
    ['count-distinct', 'SELECT who, count(DISTINCT day), count(DISTINCT n) FROM points GROUP BY who'],
    ['count-distinct', 'SELECT who, count(DISTINCT day) FILTER (WHERE n > 0) FROM points GROUP BY who'],
    ['count-distinct', 'SELECT upper(who), count(DISTINCT day) FROM points GROUP BY upper(who)'],
    ['count-distinct', 'SELECT id, note, count(DISTINCT day) FROM points GROUP BY id'],
    ['count-distinct', 'SELECT who AS w, count(DISTINCT day) AS who FROM points GROUP BY points.who ORDER BY who'],
    ['count-distinct', 'SELECT who, count(day) FROM points GROUP BY who'],
    ['window-for-self-join', 'SELECT id, (SELECT sum(u.n) FROM points AS u WHERE u.who = t.who) AS s FROM points AS t'],
    [
      'window-for-self-join',
      'SELECT id, (SELECT sum(u.n) FROM points AS u WHERE u.who = t.who AND u.day <= t.id) AS s FROM points AS t',
    ],
    [
      'window-for-self-join',
      'SELECT id, (SELECT sum(u.n) FROM points AS u WHERE u.day <= t.day) AS s FROM points AS t WHERE t.id > 2',
    ],
    [
      'window-for-self-join',
      'SELECT id, (SELECT sum(u.n) FROM points AS u WHERE u.day <= t.day AND u.id <= t.id) AS s FROM points AS t',
    ],
    [
      'window-for-self-join',
      'SELECT id, (SELECT count(DISTINCT u.n) FROM points AS u WHERE u.day <= t.day) AS s FROM points AS t',
    ],
    [
      'window-for-self-join',
      'SELECT id, (SELECT sum(u.n * t.n) FROM points AS u WHERE u.day <= t.day) AS s FROM points AS t',
    ],
    [
      'window-for-self-join',
      'SELECT id, (SELECT max(u.note) FROM points AS u WHERE u.day <= t.day AND u.n > t.n + 1) AS s FROM points AS t',
    ],
    [
      'window-for-self-join',
      'SELECT id FROM points AS t WHERE (SELECT count(*) FROM points AS u WHERE u.id <= t.id) < 3',
    ],
    [
      'window-for-self-join',
      'SELECT a.id, count(*) AS c FROM points AS a JOIN points AS b ON b.id < a.id GROUP BY a.id',
    ],
    [
      'window-for-self-join',
      'SELECT a.day, count(*) AS c FROM points AS a JOIN points AS b ON b.id <= a.id GROUP BY a.day',
    ],
    [
      'window-for-self-join',
      'SELECT a.id, b.note, count(*) AS c FROM points AS a JOIN points AS b ON b.id <= a.id GROUP BY a.id, b.note',
    ],
    [
      'window-for-self-join',
      "SELECT a.id, count(*) AS c FROM points AS a JOIN points AS b ON b.id <= a.id AND b.note = 'x' GROUP BY a.id",
    ],
    [
      'window-for-self-join',
      'SELECT a.id, count(b.id) AS c FROM points AS a LEFT JOIN points AS b ON b.id <= a.id AND a.n > 2 GROUP BY a.id',
    ],
    [
      'window-for-self-join',
      'SELECT a.id, sum(a.n) AS s FROM points AS a JOIN points AS b ON b.id <= a.id GROUP BY a.id',
    ],
    ['row-number-one', 'SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM orders) WHERE n = 2'],
    [
      'row-number-one',
      'SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM orders) WHERE n = 1 OR id = 3',
    ],
    ['row-number-one', 'SELECT id FROM (SELECT id, rank() OVER (ORDER BY id) AS n FROM orders) WHERE n = 1'],
    [
      'row-number-one',
      'SELECT id FROM (SELECT id, count(*) OVER () AS c, row_number() OVER (ORDER BY id) AS n FROM orders) WHERE n = 1',
    ],
    [
      'row-number-one',
      'SELECT id FROM (SELECT o.id, row_number() OVER (ORDER BY o.id) AS n FROM orders AS o JOIN customers AS c ON c.id = o.customer_id) WHERE n = 1',
    ],
    [
      'row-number-one',
      'WITH d AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM orders) SELECT id FROM d WHERE n = 1 AND id <> (SELECT max(id) FROM d)',
    ],
    [
      'row-number-one',
      'SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM orders LIMIT 3) WHERE n = 1',
    ],
    ['row-number-one', 'SELECT id FROM (SELECT id, row_number() OVER (ORDER BY 1) AS n FROM orders) WHERE n = 1'],
    [
      'row-number-one',
      'SELECT d.id FROM customers AS c LEFT JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM orders) AS d ON c.id = d.id LEFT JOIN items AS i ON d.n = 1',
    ],
    ['min-max-split', 'SELECT min(id) FROM orders'],
    ['min-max-split', 'SELECT min(id, customer_id), max(id, 3) FROM orders'],
    ['min-max-split', 'SELECT min(id), max(id) FROM orders GROUP BY customer_id'],
    ['min-max-split', 'SELECT min(id), max(id) FROM orders HAVING max(id) > 3'],
    ['min-max-split', 'SELECT DISTINCT min(id), max(id) FROM orders'],
    ['min-max-split', 'SELECT min(id), max(id) FROM orders LIMIT 1'],
    ['min-max-split', 'SELECT min(id), max(id) FROM orders LIMIT 1 OFFSET 1'],
    ['min-max-split', 'SELECT min(o.id), max(c.id) FROM orders AS o JOIN customers AS c ON c.id = o.customer_id'],
    ['min-max-split', 'SELECT min(id), max(id) FILTER (WHERE id > 2) FROM orders'],
    ['min-max-split', 'SELECT min(id), count(*), sum(id) FROM orders'],
    ['min-max-split', 'SELECT min(id), max(id), status FROM orders'],
    ['min-max-split', 'SELECT min(id), max(status COLLATE NOCASE) FROM orders'],
    ['min-max-split', 'SELECT `min(id)` FROM (SELECT min(id), max(id) FROM orders)'],
    ['min-max-split', 'SELECT (SELECT min(c.id) + max(o.id) FROM orders AS o) AS x FROM customers AS c'],
    ['group-by-reduction', 'SELECT name, city, count(*) FROM customers GROUP BY name, city'],
    ['group-by-reduction', 'SELECT city FROM customers GROUP BY city, name'],
    ['group-by-reduction', "SELECT city, count(*) AS n FROM customers WHERE city = 'Bern' GROUP BY city"],
    [
      'group-by-reduction',
      'SELECT city, max(name) AS m FROM customers GROUP BY city, (SELECT count(*) FROM orders AS o WHERE o.id = customers.id)',
    ],
    [
      'window-for-self-join',
      'SELECT id, (SELECT sum(u.n) FROM points AS u WHERE u.who = t.who AND u.day <= t.day) AS s FROM points AS t WHERE t.note = t.who',
    ],
    [
      'window-for-self-join',
      'SELECT id, (SELECT sum(u.n) FROM points AS u WHERE u.day <= t.day AND EXISTS (SELECT 1 FROM orders AS o WHERE o.id = u.id)) AS s FROM points AS t',
    ],
    ['group-by-reduction', 'SELECT city, max(name) FROM customers GROUP BY city'],
    ['group-by-reduction', 'SELECT city FROM customers GROUP BY city HAVING count(*) > 1'],
    ['group-by-reduction', 'SELECT city FROM customers GROUP BY city ORDER BY count(*)'],
    ['group-by-reduction', 'SELECT city, row_number() OVER (ORDER BY city) AS n FROM customers GROUP BY city'],
    [
      'group-by-reduction',
      'SELECT c.name, o.customer_id, count(*) FROM orders AS o LEFT JOIN customers AS c ON c.id = o.customer_id AND o.id > 2 GROUP BY o.customer_id, c.name',
    ],
  ],
});

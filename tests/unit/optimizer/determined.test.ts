/** Which results the data alone determines, by hand: each text with what it rests on, or why it is left alone. */
import { describe, expect, it } from 'vitest';
import { determinacy } from '../../../src/optimizer/determined.ts';
import { readSchema } from '../../../src/optimizer/read-schema.ts';
import { restsOn } from '../../../src/optimizer/rules/rule.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { sandboxWith } from './sandbox.ts';

const read = await loadReader();
const schema = readSchema(
  sandboxWith(`
  CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT, code TEXT NOT NULL UNIQUE);
  CREATE TABLE orders(id INTEGER PRIMARY KEY, user_id INT NOT NULL, total INT, price REAL, any_value, made TEXT);
  CREATE TABLE exact_orders(id INTEGER PRIMARY KEY, n INTEGER) STRICT;
  CREATE TABLE folded(id INTEGER PRIMARY KEY, tag TEXT COLLATE NOCASE, n INT);
  CREATE TABLE marks(mark INT NOT NULL UNIQUE, n INT);`),
);

function of(sql: string): { reason: string | null; on: string[] } {
  const result = read(sql);
  if (!result.ok) throw new Error(`${result.reason}: ${sql}`);
  const { reason, needs } = determinacy(result.select, schema);
  return { reason, on: restsOn(needs) };
}

describe('determined', () => {
  it.each<[sql: string, on: string[]]>([
    // Sums: exact where all that is added is an integer.
    ['SELECT sum(n) FROM exact_orders', []],
    ['SELECT sum(id), avg(id) FROM orders', []],
    ['SELECT sum(total) FROM orders', ['orders']],
    ['SELECT user_id, sum(total * 2 + 1) FROM orders GROUP BY user_id', ['orders']],
    ['SELECT sum(CASE WHEN price > 1 THEN 1 ELSE 0 END) FROM orders', []],
    ['SELECT sum(price > 1), sum(length(made)) FROM orders', []],
    // LIMIT: total by a key, by a key through a join, or because the ties are the same row.
    ['SELECT id FROM orders ORDER BY id LIMIT 3', []],
    ['SELECT * FROM orders ORDER BY total, id LIMIT 10 OFFSET 5', []],
    ['SELECT o.id, u.name FROM orders AS o JOIN users AS u ON u.id = o.user_id ORDER BY o.total, o.id LIMIT 5', []],
    ['SELECT o.id, u.name FROM orders AS o LEFT JOIN users AS u ON u.id = o.user_id ORDER BY o.id LIMIT 5', []],
    ['SELECT total, made FROM orders ORDER BY made DESC, total LIMIT 5', []],
    ['SELECT DISTINCT city FROM users ORDER BY city LIMIT 5', []],
    ['SELECT city, count(*) AS n FROM users GROUP BY city ORDER BY n DESC, city LIMIT 5', []],
    ['SELECT any_value FROM orders ORDER BY any_value LIMIT 2', ['orders']],
    ['SELECT id AS k FROM users UNION ALL SELECT total FROM orders ORDER BY k LIMIT 4', []],
    ['SELECT 1 WHERE EXISTS (SELECT 1 FROM orders WHERE total = 3 LIMIT 1)', []],
    ['SELECT (SELECT made FROM orders WHERE user_id = u.id ORDER BY made, id LIMIT 1) FROM users AS u', []],
    ['SELECT (SELECT name FROM users WHERE id = o.user_id) FROM orders AS o', []],
    ['VALUES (1, 2), (3, 4)', []],
    // Where no key makes it total, rows on both sides of the cut must differ.
    ['SELECT id FROM orders ORDER BY total LIMIT 3', ['orders']],
    [
      'SELECT u.id, o.total FROM users AS u JOIN orders AS o ON o.user_id = u.id ORDER BY u.id LIMIT 3',
      ['orders', 'users'],
    ],
    ['SELECT user_id AS u, count(*) AS n FROM orders GROUP BY user_id ORDER BY n DESC LIMIT 2 OFFSET 1', ['orders']],
    // Columns that the group fixes, through keys and joins.
    ['SELECT id, name, city FROM users GROUP BY id', []],
    ['SELECT u.name, count(*) FROM users AS u JOIN orders AS o ON o.user_id = u.id GROUP BY u.id', []],
    ['SELECT o.id, u.name, count(*) FROM orders AS o JOIN users AS u ON u.id = o.user_id GROUP BY o.id', []],
    // Windows: by value they hold all ties; by rows they ask for an order without any.
    ['SELECT rank() OVER (ORDER BY total) FROM orders', []],
    ['SELECT count(*) OVER (PARTITION BY user_id) FROM orders', []],
    ['SELECT sum(total) OVER (PARTITION BY user_id ORDER BY made) FROM orders', ['orders']],
    ['SELECT row_number() OVER (PARTITION BY user_id ORDER BY total, id) FROM orders', []],
    ['SELECT lag(total) OVER w FROM orders WINDOW w AS (ORDER BY id)', []],
    // Where no key says so, there may be no ties all the same.
    ['SELECT row_number() OVER (PARTITION BY user_id ORDER BY total) FROM orders', ['orders']],
    ['SELECT max(id) OVER (ORDER BY made ROWS 2 PRECEDING) FROM orders', ['orders']],
    ['SELECT row_number() OVER (ORDER BY tag) FROM folded', ['folded']],
    ['SELECT max(total) OVER (ORDER BY id ROWS 2 PRECEDING) FROM orders', []],
    // Put together in an order of their own.
    ['SELECT group_concat(made ORDER BY made) FROM orders', []],
    ["SELECT user_id, group_concat(made, ',' ORDER BY total, id) FROM orders GROUP BY user_id", []],
    ['SELECT min(any_value), max(made) FROM orders', ['orders']],
    ['SELECT DISTINCT any_value FROM orders', ['orders']],
    // Through subqueries and common tables.
    ['SELECT sum(v) FROM (SELECT n AS v FROM exact_orders UNION ALL SELECT id FROM users)', []],
    ['SELECT s.k, sum(s.v) FROM (SELECT user_id AS k, total AS v FROM orders) AS s GROUP BY s.k', ['orders']],
    ['WITH c AS (SELECT count(*) AS v FROM orders GROUP BY user_id) SELECT sum(v), avg(v) FROM c', []],
    ['SELECT sum(v) FROM (SELECT sum(total) AS v FROM orders GROUP BY user_id)', ['orders']],
    ['SELECT DISTINCT v FROM (SELECT any_value AS v FROM orders)', ['orders']],
    // Equal values that are the same: by what they are made of, or as seen on the rows.
    ['SELECT DISTINCT coalesce(total, 0), lower(made), avg(price > 1) OVER () FROM orders', []],
    ["SELECT strftime('%Y', made) AS y, count(*) FROM orders GROUP BY y", []],
    ['SELECT DISTINCT total + 1 FROM orders', ['orders']],
    ['SELECT max(price * total) FROM orders', ['orders']],
    ['SELECT user_id FROM orders UNION SELECT n FROM exact_orders', []],
  ])('%s', (sql, on) => {
    expect(of(sql)).toEqual({ reason: null, on });
  });

  it.each<[sql: string, reason: string]>([
    ['SELECT sum(price) FROM orders', 'may be REAL'],
    ['SELECT avg(made) FROM orders', 'may be REAL'],
    ['SELECT sum(total / 2.0) FROM orders', 'may be REAL'],
    // A product of three may leave 64 bits.
    ['SELECT sum(total * total * total) FROM orders', 'may be REAL'],
    ['SELECT sum(price) OVER (PARTITION BY user_id) FROM orders', 'may be REAL'],
    ['SELECT sum(v) FROM (SELECT total AS v FROM orders UNION ALL SELECT price FROM orders)', 'may be REAL'],
    ['SELECT sum(v) FROM (SELECT avg(total) AS v FROM orders GROUP BY user_id)', 'may be REAL'],
    ['SELECT sum(v) FROM (SELECT sum(total * total) AS v FROM orders GROUP BY user_id)', 'may be REAL'],
    ['SELECT id FROM orders LIMIT 3', 'without a total order'],
    ['SELECT id FROM orders WHERE total > ?1 ORDER BY total LIMIT 3', 'without a total order'],
    ['SELECT DISTINCT made, total FROM orders ORDER BY total LIMIT 3', 'without a total order'],
    ['SELECT n FROM (SELECT total AS n FROM orders ORDER BY made LIMIT 3)', 'without a total order'],
    [
      'SELECT id AS k, total FROM orders UNION ALL SELECT id, total FROM orders ORDER BY k LIMIT 4',
      'without a total order',
    ],
    ['SELECT id FROM users WHERE id IN (SELECT user_id FROM orders LIMIT 1)', 'without a total order'],
    ['SELECT (SELECT made FROM orders WHERE user_id = u.id) FROM users AS u', 'may give several rows'],
    // A number equals more than one text: '1' and '01'.
    ['SELECT (SELECT name FROM users WHERE code = o.total) FROM orders AS o', 'may give several rows'],
    // A column of numbers may hold texts, of which two equal one tag.
    ['SELECT (SELECT n FROM marks WHERE folded.tag = mark) FROM folded', 'may give several rows'],
    ['SELECT name, count(*) FROM users GROUP BY city', 'neither grouped by'],
    [
      'SELECT u.name, u.id, count(*) FROM users AS u JOIN orders AS o ON o.user_id = u.id GROUP BY o.total',
      'neither grouped by',
    ],
    // Whether the LEFT JOIN finds its row depends on what the group does not fix.
    [
      'SELECT o.user_id, u.name FROM orders AS o LEFT JOIN users AS u ON u.id = o.user_id AND o.total > 1 GROUP BY o.user_id',
      'neither grouped by',
    ],
    ['SELECT tag, count(*) FROM folded GROUP BY tag', 'may be equal and yet not the same'],
    ['SELECT DISTINCT tag FROM folded', 'may be equal and yet not the same'],
    ['SELECT DISTINCT t FROM (SELECT tag AS t FROM folded)', 'may be equal and yet not the same'],
    ['SELECT DISTINCT +tag FROM folded', 'may be equal and yet not the same'],
    ['SELECT CAST(tag AS TEXT) AS t, count(*) FROM folded GROUP BY t', 'may be equal and yet not the same'],
    ['SELECT max(tag) FROM folded', 'may be equal and yet not the same'],
    ['SELECT tag FROM folded UNION SELECT city FROM users', 'may be equal and yet not the same'],
    ['SELECT DISTINCT * FROM folded', 'may be equal and yet not the same'],
    ['SELECT DISTINCT coalesce(price, 0) FROM orders', 'may be equal and yet not the same'],
    ['SELECT max(o.total * e.n / 2.0) FROM orders AS o, exact_orders AS e', 'may be equal and yet not the same'],
    ['SELECT total FROM orders UNION SELECT price FROM orders', 'may be equal and yet not the same'],
    ['SELECT DISTINCT v FROM (SELECT total AS v FROM orders UNION ALL SELECT price FROM orders)', 'not the same'],
    ['SELECT row_number() OVER (ORDER BY total + 1) FROM orders', 'not total'],
    ['SELECT row_number() OVER (ORDER BY u.city) FROM orders AS o JOIN users AS u ON u.id = o.user_id', 'not total'],
    ['SELECT user_id, row_number() OVER (ORDER BY max(total)) FROM orders GROUP BY user_id', 'not total'],
    ['SELECT lag(id) OVER w FROM orders WINDOW w AS (PARTITION BY user_id)', 'not total'],
    ['SELECT group_concat(made) FROM orders', 'order in which rows are visited'],
    ['SELECT group_concat(made ORDER BY total) FROM orders', 'order in which rows are visited'],
    ['SELECT random() FROM orders', 'another value at each run'],
    ["SELECT date('now')", 'asks for the time'],
    ["SELECT datetime('subsec')", 'asks for the time'],
  ])('left alone: %s', (sql, reason) => {
    expect(of(sql).reason).toContain(reason);
  });

  it('what a view shows is looked at, where there is one collation', () => {
    const tables = 'CREATE TABLE t(a INT, b REAL); CREATE VIEW v AS SELECT a + b AS c FROM t;';
    const result = read('SELECT DISTINCT c FROM v');
    if (!result.ok) throw new Error(result.reason);
    const [plain, folded] = [tables, `${tables} CREATE TABLE n(x TEXT COLLATE NOCASE)`].map((setup) =>
      determinacy(result.select, readSchema(sandboxWith(setup))),
    );
    expect([plain.reason, restsOn(plain.needs)]).toEqual([null, ['t']]);
    expect(folded.reason).toContain('not the same');
  });

  it('a cut of a view rests on the tables behind it: no write is one to the view', () => {
    const result = read('SELECT c FROM v ORDER BY d LIMIT 1');
    if (!result.ok) throw new Error(result.reason);
    const tables = 'CREATE TABLE t(a INT, b REAL); CREATE VIEW v AS SELECT a AS c, b AS d FROM t;';
    const { reason, needs } = determinacy(result.select, readSchema(sandboxWith(tables)));
    expect([reason, restsOn(needs)]).toEqual([null, ['t']]);
  });
});

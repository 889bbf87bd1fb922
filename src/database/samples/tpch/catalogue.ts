/** Queries that are ready to run on the TPC-H-like data, in the manner of the benchmark's. Plain data. */
import type { ReadyQuery } from '../catalogue.ts';

export const tpchQueries: readonly ReadyQuery[] = [
  {
    id: 'price-summary',
    name: 'Price summary',
    sentence: 'Reads every line item once and adds up: no index helps, so this is what a full scan costs.',
    sql: `SELECT l_returnflag, l_linestatus, count(*) AS items, sum(l_quantity) AS quantity,
  sum(l_extendedprice) AS list_price,
  sum(l_extendedprice * (1 - l_discount)) AS discounted,
  sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) AS charged
FROM lineitem
WHERE l_shipdate <= '1998-09-01'
GROUP BY l_returnflag, l_linestatus
ORDER BY l_returnflag, l_linestatus`,
  },
  {
    id: 'waiting-orders',
    name: 'Orders worth shipping first',
    sentence: 'Open orders of one market segment by what they would bring: customers, orders and their items.',
    sql: `SELECT o_orderkey, o_orderdate, sum(l_extendedprice * (1 - l_discount)) AS revenue
FROM customer
JOIN orders ON o_custkey = c_custkey
JOIN lineitem ON l_orderkey = o_orderkey
WHERE c_mktsegment = 'MACHINERY' AND o_orderdate < '1995-03-20' AND l_shipdate > '1995-03-20'
GROUP BY o_orderkey
ORDER BY revenue DESC, o_orderdate
LIMIT 10`,
  },
  {
    id: 'home-trade',
    name: 'Trade within a nation',
    sentence: 'Six tables: what customers bought from suppliers of their own nation, by nation of one region.',
    sql: `SELECT n_name, sum(l_extendedprice * (1 - l_discount)) AS revenue
FROM region
JOIN nation ON n_regionkey = r_regionkey
JOIN customer ON c_nationkey = n_nationkey
JOIN orders ON o_custkey = c_custkey
JOIN lineitem ON l_orderkey = o_orderkey
JOIN supplier ON s_suppkey = l_suppkey AND s_nationkey = n_nationkey
WHERE r_name = 'EUROPE' AND o_orderdate >= '1996-01-01' AND o_orderdate < '1997-01-01'
GROUP BY n_name
ORDER BY revenue DESC`,
  },
  {
    id: 'promotion-share',
    name: 'What promotion brings',
    sentence: 'The share of promoted parts in one month: looks for a month of line items in all of them.',
    sql: `SELECT 100.0 * sum(iif(p_type LIKE 'PROMO%', l_extendedprice * (1 - l_discount), 0))
  / sum(l_extendedprice * (1 - l_discount)) AS promotion_percent
FROM lineitem
JOIN part ON p_partkey = l_partkey
WHERE l_shipdate >= '1995-12-01' AND l_shipdate < '1996-01-01'`,
  },
  {
    id: 'big-orders',
    name: 'The biggest orders',
    sentence: 'Sums every order first, to keep the few with more than 300 pieces.',
    sql: `SELECT c_name, o_orderkey, o_orderdate, o_totalprice, sum(l_quantity) AS pieces
FROM orders
JOIN customer ON c_custkey = o_custkey
JOIN lineitem ON l_orderkey = o_orderkey
WHERE o_orderkey IN (SELECT l_orderkey FROM lineitem GROUP BY l_orderkey HAVING sum(l_quantity) > 300)
GROUP BY o_orderkey
ORDER BY o_totalprice DESC
LIMIT 20`,
  },
  {
    id: 'silent-customers',
    name: 'Rich and silent customers',
    sentence:
      'Customers with money who never ordered: for each of them all orders are searched, until there is an index.',
    sql: `SELECT substr(c_phone, 1, 2) AS country_code, count(*) AS customers, sum(c_acctbal) AS balance
FROM customer
WHERE c_acctbal > 9500
  AND NOT EXISTS (SELECT * FROM orders WHERE o_custkey = c_custkey)
GROUP BY country_code
ORDER BY country_code`,
  },
  {
    id: 'small-lots',
    name: 'Small lots',
    sentence:
      'Slow on purpose: for each line of a few parts it works out the average of the part again, over all lines.',
    sql: `SELECT sum(l_extendedprice) / 7.0 AS yearly
FROM lineitem
JOIN part ON p_partkey = l_partkey
WHERE p_brand = 'Brand#23' AND p_container = 'MED BOX'
  AND l_quantity < (SELECT 0.2 * avg(l_quantity) FROM lineitem WHERE l_partkey = p_partkey)`,
  },
  {
    id: 'late-suppliers',
    name: 'Late suppliers',
    sentence: 'Parts that came after the day promised, by supplier, with the worst ones first.',
    sql: `SELECT s_name, n_name, count(*) AS late_lines,
  round(avg(julianday(l_receiptdate) - julianday(l_commitdate)), 1) AS days_late
FROM lineitem
JOIN supplier ON s_suppkey = l_suppkey
JOIN nation ON n_nationkey = s_nationkey
WHERE l_receiptdate > l_commitdate AND l_shipdate >= '1997-01-01'
GROUP BY s_suppkey
ORDER BY late_lines DESC, s_name
LIMIT 15`,
  },
];

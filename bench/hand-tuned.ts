/** Indexes that a person who knows the queries would make, as something to compare advice with. */

/** For the workload of the sample shop. */
export const SHOP_BY_HAND: readonly string[] = [
  'CREATE INDEX hand_1 ON orders(customer_id, ordered_at, total_cents, status)',
  'CREATE INDEX hand_2 ON order_items(order_id, product_id, quantity)',
  'CREATE INDEX hand_3 ON customers(lower(email))',
  'CREATE INDEX hand_4 ON customers(name COLLATE NOCASE)',
  'CREATE INDEX hand_5 ON customers(city, joined_on)',
  'CREATE INDEX hand_6 ON events(type, at)',
  'CREATE INDEX hand_7 ON orders(total_cents)',
  "CREATE INDEX hand_8 ON orders(ordered_at) WHERE status = 'paid'",
  'CREATE INDEX hand_9 ON orders(status, total_cents)',
  'CREATE INDEX hand_10 ON orders(ordered_at, total_cents)',
  'CREATE INDEX hand_11 ON events(product_id, at, type)',
  'CREATE INDEX hand_12 ON events(customer_id, type, at)',
  'CREATE INDEX hand_13 ON order_items(product_id, order_id)',
];

/** For the 22 queries of TPC-H. */
export const TPCH_BY_HAND: readonly string[] = [
  'CREATE INDEX hand_1 ON lineitem(l_partkey, l_suppkey, l_shipdate, l_quantity)',
  'CREATE INDEX hand_2 ON lineitem(l_shipdate, l_discount, l_quantity, l_extendedprice, l_suppkey, l_partkey)',
  'CREATE INDEX hand_3 ON lineitem(l_suppkey, l_orderkey)',
  'CREATE INDEX hand_4 ON lineitem(l_receiptdate, l_shipmode)',
  'CREATE INDEX hand_5 ON orders(o_custkey, o_orderdate)',
  'CREATE INDEX hand_6 ON orders(o_orderdate, o_custkey)',
  'CREATE INDEX hand_7 ON partsupp(ps_suppkey, ps_partkey)',
  'CREATE INDEX hand_8 ON part(p_brand, p_container, p_size)',
  'CREATE INDEX hand_9 ON part(p_type)',
  'CREATE INDEX hand_10 ON part(p_size, p_type)',
  'CREATE INDEX hand_11 ON customer(c_mktsegment)',
  'CREATE INDEX hand_12 ON customer(c_nationkey)',
  'CREATE INDEX hand_13 ON supplier(s_nationkey)',
  'CREATE INDEX hand_14 ON nation(n_name)',
];

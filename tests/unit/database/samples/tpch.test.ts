import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../../src/database/connection.ts';
import { tpchQueries } from '../../../../src/database/samples/tpch/catalogue.ts';
import { orderKey, retailCents, supplierOf, tpchCounts } from '../../../../src/database/samples/tpch/tpch.ts';
import { expectAnswers, expectSound, hashOf, made, opened } from './support.ts';

const SIZE = '0.004';
let bytes: Uint8Array;
let data: Connection;

beforeAll(async () => {
  bytes = await made('tpch', SIZE, 1);
  data = await opened(bytes);
});

describe('TPC-H-like data', () => {
  it('is the same to the byte from the same seed, and another from another', async () => {
    expect(hashOf(await made('tpch', SIZE, 1))).toBe(hashOf(bytes));
    expect(hashOf(await made('tpch', SIZE, 2))).not.toBe(hashOf(bytes));
  });

  it('has as many rows as its scale says', () => {
    const rows = (table: string): number => data.number(`SELECT count(*) FROM ${table}`);
    expect(['region', 'nation', 'supplier', 'part', 'partsupp', 'customer', 'orders'].map(rows)).toEqual([
      5, 25, 40, 800, 3200, 600, 6000,
    ]);
    expect(Math.abs(rows('lineitem') / 24_000 - 1)).toBeLessThan(0.03);
  });

  it('holds together: keys are true, totals are the sum of their lines', () => {
    expectSound(data);
    const wrong = `SELECT count(*) FROM orders JOIN (SELECT l_orderkey, count(*) AS n,
      sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) AS total FROM lineitem GROUP BY 1) ON l_orderkey = o_orderkey
      WHERE abs(total - o_totalprice) > 0.0051 * n`;
    expect(data.number(wrong)).toBe(0);
    expect(data.number('SELECT count(*) FROM orders WHERE o_orderkey NOT IN (SELECT l_orderkey FROM lineitem)')).toBe(
      0,
    );
    const price = `SELECT count(*) FROM lineitem JOIN part ON p_partkey = l_partkey
      WHERE abs(l_extendedprice - l_quantity * p_retailprice) > 0.001`;
    expect(data.number(price)).toBe(0);
  });

  it('keeps the ranges and dependencies of the specification', () => {
    const never = (condition: string, from = 'lineitem'): void =>
      expect(data.number(`SELECT count(*) FROM ${from} WHERE ${condition}`), condition).toBe(0);
    never('l_quantity NOT BETWEEN 1 AND 50 OR l_discount NOT BETWEEN 0 AND 0.1 OR l_tax NOT BETWEEN 0 AND 0.08');
    never(
      "l_receiptdate <= l_shipdate OR l_shipdate NOT BETWEEN '1992-01-02' AND '1998-12-01' OR l_receiptdate > '1998-12-31'",
    );
    never(
      "(l_linestatus = 'O') <> (l_shipdate > '1995-06-17') OR (l_returnflag = 'N') <> (l_receiptdate > '1995-06-17')",
    );
    never(
      "o_orderdate NOT BETWEEN '1992-01-01' AND '1998-08-02' OR o_custkey % 3 = 0 OR o_orderkey % 32 NOT BETWEEN 1 AND 8",
      'orders',
    );
    never(
      'CAST(substr(c_phone, 1, 2) AS INTEGER) <> c_nationkey + 10 OR c_acctbal NOT BETWEEN -999.99 AND 9999.99',
      'customer',
    );
    never("p_brand NOT LIKE 'Brand#' || substr(p_mfgr, -1) || '_' OR p_size NOT BETWEEN 1 AND 50", 'part');
    const status = `SELECT count(*) FROM orders JOIN (SELECT l_orderkey, iif(min(l_linestatus) = max(l_linestatus), min(l_linestatus), 'P') AS s
      FROM lineitem GROUP BY 1) ON l_orderkey = o_orderkey WHERE s <> o_orderstatus`;
    expect(data.number(status)).toBe(0);
    expect(data.number('SELECT count(DISTINCT s_nationkey) FROM supplier')).toBe(25);
  });

  it('has the words that the benchmark looks for, rarely', () => {
    const share = data.number("SELECT 100.0 * sum(o_comment LIKE '%special%requests%') / count(*) FROM orders");
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(5);
    expect(data.number("SELECT count(*) FROM supplier WHERE s_comment LIKE '%Customer%Complaints%'")).toBe(1);
    expect(data.number("SELECT count(*) FROM part WHERE p_name LIKE '%green%'")).toBeGreaterThan(0);
    const longest = `SELECT max(length(l_comment)) || ' ' || (SELECT max(length(ps_comment)) FROM partsupp) || ' ' ||
      (SELECT max(length(s_comment)) <= 101 FROM supplier) || ' ' || (SELECT max(length(p_name)) <= 55 FROM part) FROM lineitem`;
    expect(data.query(longest)).toEqual([['43 198 1 1']]);
  });

  it('answers its ready queries', () => {
    expectAnswers(data, tpchQueries);
  });

  it('keeps keys sparse, and gives each part four different suppliers at any scale', () => {
    expect([0, 7, 8, 9, 16].map(orderKey)).toEqual([1, 8, 33, 34, 65]);
    // Clause 4.2.3 by hand: 90000 + 1 + 100 * 10 and 90000 + 200 + 100 * 0 cents.
    expect([retailCents(10), retailCents(2000)]).toEqual([91_001, 90_200]);
    for (const scale of [0.000001, 0.0004, 0.0007, 0.001, 0.0133, 0.2]) {
      const { suppliers, parts } = tpchCounts(scale);
      for (let part = 1; part <= parts; part += Math.max(1, parts >> 9)) {
        const four = [0, 1, 2, 3].map((index) => supplierOf(part, index, suppliers));
        expect(new Set(four).size).toBe(4);
        expect(Math.min(...four) >= 1 && Math.max(...four) <= suppliers).toBe(true);
      }
    }
  });

  it('can be as small as anybody asks', async () => {
    const tiny = await opened(await made('tpch', '0.000001', 3));
    expectSound(tiny);
    expect(tiny.number('SELECT count(*) FROM lineitem')).toBeGreaterThan(0);
  });
});

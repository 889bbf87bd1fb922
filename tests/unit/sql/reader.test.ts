/** What is read comes out as SQLite would read it, byte for byte where bytes matter; what is not certain is refused with a reason. */
import { describe, expect, it } from 'vitest';
import { loadNodeSqlParser } from '../../../src/sql/parse/node-sql-parser.ts';
import { printSelect } from '../../../src/sql/print.ts';

const read = await loadNodeSqlParser();

function printed(sql: string): string {
  const result = read(sql);
  return result.ok ? printSelect(result.select) : `refused: ${result.reason}`;
}

describe('reading and printing', () => {
  it.each([
    // The parser alone reads a AND (b OR c): precedence is rebuilt.
    ['select a and b or c and not d from t', 'SELECT a AND b OR c AND NOT d FROM t'],
    ['select (a or b) and c from t', 'SELECT (a OR b) AND c FROM t'],
    ['select a - (b - c), a - b - c from t', 'SELECT a - (b - c), a - b - c FROM t'],
    ['select not (a) = 2, (not a) = 2 from t', 'SELECT NOT a = 2, (NOT a) = 2 FROM t'],
    ['select a || b + c * -d << 2 | 3 & 4 < 5 from t', 'SELECT a || b + c * -d << 2 | 3 & 4 < 5 FROM t'],
    ['select - - x, + - y from t', 'SELECT -(-x), +(-y) FROM t'],
    ["select -9223372036854775808, 1e300, 0x1F, 1., x'00ff'", "SELECT -9223372036854775808, 1e300, 0x1F, 1., x'00ff'"],
    ["select 'it''s', ?2, :x, @y, $z from t", "SELECT 'it''s', ?2, :x, @y, $z FROM t"],
    ['select "a b", [c d], `e f` as "g h" from "T t" as [x]', 'SELECT `a b`, `c d`, `e f` AS `g h` FROM `T t` AS x'],
    ['select "select" from "t`x"', 'SELECT `select` FROM `t``x`'],
    ['select a from t1 cross join t2 as b on a = b', 'SELECT a FROM t1 CROSS JOIN t2 AS b ON a = b'],
    ['select a from t1, t2 left outer join t3 using (k, l)', 'SELECT a FROM t1, t2 LEFT JOIN t3 USING (k, l)'],
    [
      "select a like 'x%' escape '!' and b not between 1 and 2 and c from t",
      "SELECT a LIKE 'x%' ESCAPE '!' AND b NOT BETWEEN 1 AND 2 AND c FROM t",
    ],
    [
      'select cast(a as unsigned big int), count(distinct b), total(c), max(d, 1) from t',
      'SELECT CAST(a AS unsigned big int), count(DISTINCT b), total(c), max(d, 1) FROM t',
    ],
    [
      'with recursive n(i) as (select 1 union all select i + 1 from n) select * from n order by i desc limit 3 offset 1',
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n ORDER BY i DESC LIMIT 3 OFFSET 1',
    ],
    ['select a from t limit 5, 10', 'SELECT a FROM t LIMIT 10 OFFSET 5'],
    [
      'select case a when 1 then 2 else 3 end, case when b then c end from t',
      'SELECT CASE a WHEN 1 THEN 2 ELSE 3 END, CASE WHEN b THEN c END FROM t',
    ],
    [
      'select 1 where (a, b) in (select 1, 2) and not exists (select 1)',
      'SELECT 1 WHERE (a, b) IN (SELECT 1, 2) AND NOT EXISTS (SELECT 1)',
    ],
    [
      'select row_number() over (partition by a order by b desc) from t;',
      'SELECT row_number() OVER (PARTITION BY a ORDER BY b DESC) FROM t',
    ],
    ['select name from "größe" as 😀 where 😀.name = \'ä\' -- why', "SELECT name FROM größe AS 😀 WHERE 😀.name = 'ä'"],
    ['select (a = b) is not true, a = (b = c) from t', 'SELECT (a = b) IS NOT TRUE, a = (b = c) FROM t'],
    ['select a collate nocase = b from t', 'SELECT a COLLATE nocase = b FROM t'],
  ])('%s', (sql, expected) => {
    expect(printed(sql)).toBe(expected);
    // And again: printing is a fixed point.
    expect(printed(expected)).toBe(expected);
  });

  it.each([
    // The parser reads these words as aliases and would join the wrong rows.
    'select * from t natural join v',
    'select a isnull from t',
    'select * from t1 cross join (select 1)',
    // It drops or does not know these.
    'select * from a join b on a.x = b.x, c',
    'select a from t order by a nulls last',
    'select 1 intersect select 2',
    'select sum(a) over () from t',
    'select a in t from t',
    'values (1)',
    'select 1; select 2',
    'insert into t values (1)',
    "select 'open",
    'select 12ab',
    '',
    '-- nothing',
    `select ${'('.repeat(500)}1${')'.repeat(500)}`,
    `select ${'1+'.repeat(30_000)}1`,
  ])('refuses %s', (sql) => {
    const result = read(sql);
    expect(result.ok).toBe(false);
    expect(result.ok ? '' : result.reason).toMatch(/\w/);
  });
});

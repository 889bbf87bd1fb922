/** SQLite's own grammar: every construct comes out as it went in, with the place where it stands; what is too much is refused in words. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expr, Select } from '../../../src/sql/ast.ts';
import { loadNodeSqlParser } from '../../../src/sql/parse/node-sql-parser.ts';
import type { Reader } from '../../../src/sql/parse/reader.ts';
import { agreed } from '../../../src/sql/parse/readers.ts';
import { loadSqliteGrammar } from '../../../src/sql/parse/sqlite-grammar.ts';
import { printExpr, printSelect } from '../../../src/sql/print.ts';
import { sameTree } from '../../../src/sql/shapes.ts';
import { visit } from '../../../src/sql/walk.ts';
import { selects } from './trees.ts';

const [nodeSqlParser, sqliteParser] = [await loadNodeSqlParser(), await loadSqliteGrammar()];
const read = agreed(nodeSqlParser, sqliteParser);

function selectOf(sql: string, reader: Reader = sqliteParser): Select {
  const result = reader(sql);
  if (!result.ok) throw new Error(`${sql}: ${result.reason}`);
  return result.select;
}

describe('the whole of SELECT', () => {
  it.each([
    ["values (1, null), (x'00', 1_000) union select 2, 0x1F", "VALUES (1, NULL), (x'00', 1_000) UNION SELECT 2, 0x1F"],
    [
      'with a as materialized (select 1), b(x) as not materialized (values(2)) select * from a, b',
      'WITH a AS MATERIALIZED (SELECT 1), b(x) AS NOT MATERIALIZED (VALUES (2)) SELECT * FROM a, b',
    ],
    ['select * from a natural join b natural left outer join c', 'SELECT * FROM a NATURAL JOIN b NATURAL LEFT JOIN c'],
    [
      'select * from a right join b using(x) full outer join c on c.y = a.y',
      'SELECT * FROM a RIGHT JOIN b USING (x) FULL JOIN c ON c.y = a.y',
    ],
    [
      'select * from a inner join (b cross join c on 1) on a.x = c.x',
      'SELECT * FROM a JOIN (b CROSS JOIN c ON 1) ON a.x = c.x',
    ],
    ['select * from (a) as p, ((select 1)) q', 'SELECT * FROM (a) AS p, ((SELECT 1)) AS q'],
    [
      "select value from main.t as m not indexed, json_each(m.j, '$.a') e",
      "SELECT value FROM main.t AS m NOT INDEXED, json_each(m.j, '$.a') AS e",
    ],
    ['select main.t.a from t indexed by "my index"', 'SELECT main.t.a FROM t INDEXED BY `my index`'],
    [
      'select a from t order by a desc nulls last, b nulls first',
      'SELECT a FROM t ORDER BY a DESC NULLS LAST, b NULLS FIRST',
    ],
    [
      'select a in t, b not in main.u, c in json_each(d), e in ()',
      'SELECT a IN t, b NOT IN main.u, c IN json_each(d), e IN ()',
    ],
    ['select a is not distinct from b, a is distinct from b', 'SELECT a IS b, a IS NOT b'],
    ['select a isnull, b notnull, c not null', 'SELECT a IS NULL, b IS NOT NULL, c IS NOT NULL'],
    [
      "select a match 'x', b not regexp 'y', c not like 'z' escape '!'",
      "SELECT a MATCH 'x', b NOT REGEXP 'y', c NOT LIKE 'z' ESCAPE '!'",
    ],
    ['select (a, b) = (1, 2), count(all c)', 'SELECT (a, b) = (1, 2), count(c)'],
    [
      'select Sum(distinct a) filter (where b > 1) over (), group_concat(a order by b desc)',
      'SELECT sum(DISTINCT a) FILTER (WHERE b > 1) OVER (), group_concat(a ORDER BY b DESC)',
    ],
    [
      'select sum(a) over w, max(b) over (w rows between 1 preceding and unbounded following exclude ties) from t window w as (partition by c), v as (w order by d)',
      'SELECT sum(a) OVER w, max(b) OVER (w ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES) FROM t WINDOW w AS (PARTITION BY c), v AS (w ORDER BY d)',
    ],
    [
      'select count(*) over (order by a groups current row exclude no others)',
      'SELECT count(*) OVER (ORDER BY a GROUPS CURRENT ROW EXCLUDE NO OTHERS)',
    ],
    [
      'select 1 intersect select 2 except values (3) limit 1, 2',
      'SELECT 1 INTERSECT SELECT 2 EXCEPT VALUES (3) LIMIT 2 OFFSET 1',
    ],
    ['select over, window, filter from over as window', 'SELECT `over`, `window`, `filter` FROM `over` AS `window`'],
    ['select a == b, c != d, 1 \'one\', "two" as [three]', 'SELECT a = b, c <> d, 1 AS one, two AS three'],
    ['select -9223372036854775808, - - x, not not y, ~+z', 'SELECT -9223372036854775808, -(-x), NOT NOT y, ~(+z)'],
    [
      'select cast(a as varchar ( 10 ) /* wide */) collate nocase -- why',
      'SELECT CAST(a AS varchar(10)) COLLATE nocase',
    ],
    ["select a -> '$.b' ->> 'c', current_timestamp, true", "SELECT a -> '$.b' ->> 'c', CURRENT_TIMESTAMP, TRUE"],
  ])('%s', (sql, printed) => {
    expect(printSelect(selectOf(sql))).toBe(printed);
    expect(printSelect(selectOf(printed))).toBe(printed);
  });

  it('reads back every tree that is printed', () => {
    fc.assert(
      fc.property(selects, (select) => {
        const sql = printSelect(select);
        if (!sameTree(selectOf(sql), select)) throw new Error(`${sql}\nreads as\n${printSelect(selectOf(sql))}`);
      }),
      { seed: 5_2026, numRuns: 400 },
    );
  });

  it('tells where each expression and each query stands', () => {
    fc.assert(
      fc.property(selects, (select) => {
        const result = sqliteParser(printSelect(select));
        if (!result.ok || !result.spans) throw new Error('not read');
        const { spans } = result;
        const slice = (node: object): string => {
          const span = spans.of(node);
          return span ? spans.slice(span) : '';
        };
        const whole = (expr: Expr): string => printExpr(selectOf(`SELECT ${slice(expr)}`).first.columns[0].expr);
        visit(result.select, {
          expr: (expr) => {
            if (expr.kind !== 'star' && slice(expr) !== '') expect(whole(expr)).toBe(printExpr(expr));
          },
          query: (query) => expect(printSelect(selectOf(slice(query)))).toBe(printSelect(query)),
        });
      }),
      { seed: 5_2027, numRuns: 60 },
    );
  });
});

describe('what is refused', () => {
  it.each([
    ['insert into t values (1)', 'not a SELECT'],
    ['with a as (select 1) delete from t', 'not a SELECT'],
    ['select 1; select 2', 'more than one statement'],
    ["select 'open", 'cannot read'],
    ['select from', 'syntax error'],
    ['', 'not a SELECT'],
    [`select ${'('.repeat(1000)}1${')'.repeat(1000)} + ${'- '.repeat(1000)}1`, 'deeper'],
    [`select ${'1+'.repeat(1000)}1`, 'deeper'],
    [`${'select * from ('.repeat(1000)}select 1${')'.repeat(1000)}`, 'deeper'],
    [`select '${'x'.repeat(1_000_000)}'`, 'longer'],
  ])('%#', (sql, reason) => {
    for (const reader of [sqliteParser, read]) {
      const result = reader(sql);
      expect(result.ok ? '' : result.reason).toContain(reason);
    }
  });

  it('but not a compound of 500 arms, nor 400 conditions', () => {
    expect(selectOf(Array(500).fill('SELECT 1').join(' UNION ALL ')).rest.length).toBe(499);
    const sql = `SELECT ${Array(400).fill('a').join(' AND ')}`;
    expect(printSelect(selectOf(sql))).toBe(sql);
  });
});

describe('two readers', () => {
  it('agree, and say so', () => {
    const both = read('SELECT a + b AS c FROM t WHERE NOT x = 1 OR y ORDER BY 1');
    expect(both.ok && both.readers).toEqual(['nodeSqlParser', 'sqliteParser']);
    const one = read('SELECT * FROM a NATURAL JOIN b');
    expect(one.ok && one.readers).toEqual(['sqliteParser']);
  });

  it.each([
    // What node-sql-parser reads without the mask: words that join are taken for names.
    ['SELECT * FROM t NATURAL JOIN v', 'SELECT * FROM t AS `NATURAL` JOIN v'],
    ['SELECT * FROM t CROSS JOIN v', 'SELECT * FROM t AS `CROSS` JOIN v'],
    ['SELECT a ISNULL FROM t', 'SELECT a AS `ISNULL` FROM t'],
    ['SELECT a AND b OR c', 'SELECT a AND (b OR c)'],
    ['SELECT 9007199254740993', 'SELECT 9007199254740992'],
  ])('a misreading of %s is refused, with both readings', (sql, misread) => {
    const misreading: Reader = () => sqliteParser(misread);
    const result = agreed(misreading, sqliteParser)(sql);
    if (result.ok) throw new Error('not noticed');
    expect(result.readings?.nodeSqlParser).toBe(misread);
    expect(result.reason).toContain(misread);
    expect(result.reason).toContain(printSelect(selectOf(sql)));
  });
});

import fc from 'fast-check';
import initSqlJs, { type Database } from 'sql.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalText, fingerprint } from '../../../src/sql/fingerprint.ts';
import { tokenAt, tokenize } from '../../../src/sql/tokens.ts';
import { sqlite } from '../database/support.ts';

const STATEMENTS = [
  "SELECT a, b AS total FROM t WHERE a = 1 AND b >= 2.5 OR c LIKE 'It''s%' -- why",
  'SELECT count(*), max(o.total) FROM orders o JOIN customers AS c ON c.id = o.customer_id GROUP BY c.city HAVING count(*) > ?1',
  "SELECT x'0aff', 0x1F, 1e5, .5, 1_000, :name, @x, $y FROM [order items] LIMIT 10 OFFSET 2;",
  'WITH r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT n FROM r ORDER BY n DESC',
  'SELECT "quoted" FROM `back tick` WHERE "quoted" <> \'x\' AND y IS NOT NULL',
  "SELECT doc ->> '$.a', doc -> 'b' || 'c', a << 2, ~b, -c % 3 FROM t WHERE a != b /* two */",
];

describe('canonicalText', () => {
  it('leaves out what does not count', () => {
    expect(canonicalText('SELECT  Name\n FROM [Customers] /* all */ WHERE `ID` == 1 ;; ')).toBe(
      'select name from customers where id = 1',
    );
  });

  it.each([
    ["'a'", "'A'"], // literals keep their case
    ['"a"', 'a'], // a string, where there is no column a
    ['"a"', '"A"'],
    ['[true]', 'true'], // a column, and the number 1
    ['[select]', '"select"'],
    ['1', '1.0'],
    ['- 1', '-- 1'],
    ['a < = b', 'a <= b'],
    ['é', 'É'], // beyond ASCII, SQLite does not fold
    [':a', ':A'],
    ['?', '?1'],
    ['[a b]', '[a  b]'],
    ["x'aa'", "'aa'"],
    ['a.b', 'a . "b"'],
  ])('tells %s from %s', (one, other) => {
    expect(canonicalText(`SELECT ${one} FROM t`)).not.toBe(canonicalText(`SELECT ${other} FROM t`));
  });

  it('does not depend on spaces, comments, and the case of words', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STATEMENTS), fc.nat(0xffffffff), (sql, choices) => {
        expect(canonicalText(respell(sql, choices))).toBe(canonicalText(sql));
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it('changes with any literal, name, parameter or operator', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STATEMENTS),
        fc.nat(),
        fc.constantFrom('zz', '7', "'7'", '?9', '<<', ','),
        (sql, at, text) => {
          const tokens = tokenize(sql).filter((token) => sql[token.start] !== ';');
          const { start, end } = tokens[at % tokens.length];
          fc.pre(sql.slice(start, end) !== text);
          const changed = `${sql.slice(0, start)} ${text} ${sql.slice(end)}`;
          expect(canonicalText(changed)).not.toBe(canonicalText(sql));
        },
      ),
      { seed: 5, numRuns: 1000 },
    );
  });

  it('is its own canonical text', () => {
    for (const sql of STATEMENTS) expect(canonicalText(canonicalText(sql))).toBe(canonicalText(sql));
  });

  it('returns a text that SQLite refuses as it is', () => {
    expect(canonicalText("SELECT  'open")).toBe("SELECT  'open");
  });
});

describe('equal canonical texts beside SQLite', () => {
  let database: Database;
  beforeAll(async () => {
    await sqlite(); // whoever starts SQLite first decides for all tests of the process
    database = new (await initSqlJs()).Database();
    database.run(
      "CREATE TABLE t(a, b, [order] TEXT, [true]); INSERT INTO t VALUES (1, 2, 'x', 5), (3, 4, 'Y', 6), (NULL, 'a', 'z', 7)",
    );
  });

  const rows = (sql: string): string => {
    try {
      return JSON.stringify(database.exec(sql).map((result) => result.values));
    } catch {
      return 'refused';
    }
  };

  it('knows that a subquery’s column is named by its text, spaces included', () => {
    // Asked for by name, the first finds the column a+b, the second finds none and takes "a+b" for a string.
    const tight = 'SELECT "a+b" FROM (SELECT a+b FROM t)';
    const spaced = 'SELECT "a+b" FROM (SELECT a + b FROM t)';
    expect(rows(tight)).not.toBe(rows(spaced));
    expect(canonicalText(tight)).not.toBe(canonicalText(spaced));
    const commented = 'SELECT "1" FROM (SELECT 1/*!*/)';
    expect(rows(commented)).not.toBe(rows('SELECT "1" FROM (SELECT 1)'));
    expect(canonicalText(commented)).not.toBe(canonicalText('SELECT "1" FROM (SELECT 1)'));
  });

  it('gives equal rows for random statements respelled', () => {
    const statement = fc
      .tuple(
        fc.array(
          fc.constantFrom(
            'a',
            '[a]',
            '"a"',
            '"A"',
            '`b`',
            '"a+b"',
            '[a+b]',
            '"1"',
            '1',
            'true',
            '[true]',
            "'a'",
            '"order"',
            '[order]',
          ),
          { minLength: 1, maxLength: 3 },
        ),
        fc.constantFrom(
          't',
          '(SELECT a+b, 1, true FROM t)',
          '(SELECT a + b, 1/*c*/, [order] FROM t)',
          '(SELECT A, B FROM T)',
          '(SELECT "a", "zz" FROM t)',
        ),
        fc.constantFrom(
          '',
          'ORDER BY "a+b" DESC, 1',
          'GROUP BY "a+b"',
          'WHERE 1 == 1',
          "WHERE a <> 'A'",
          'WHERE "zz" = \'zz\'',
        ),
      )
      .map(([columns, from, where]) => `SELECT ${columns.join(', ')} FROM ${from} ${where}`);
    fc.assert(
      fc.property(statement, fc.nat(0xffffffff), statement, (sql, choices, other) => {
        const spelled = respell(sql, choices);
        if (canonicalText(spelled) === canonicalText(sql)) expect(rows(spelled)).toBe(rows(sql));
        if (canonicalText(other) === canonicalText(sql)) expect(rows(other)).toBe(rows(sql));
      }),
      { seed: 9, numRuns: 1500 },
    );
  });
});

describe('fingerprint', () => {
  it.each([
    ["SELECT * FROM t WHERE id = 5 AND name = 'x' -- c", 'select * from t where id = ? and name = ?'],
    ['select a.B, COUNT( * ) from t where x in (1, 2,3)', 'select a.b, count(*) from t where x in (?)'],
    ['SELECT substr(a, 1, 2) FROM t LIMIT :n;', 'select substr(a, ?, ?) from t limit ?'],
    ["INSERT INTO t VALUES (1, x'00'), (2, NULL)", 'insert into t values (?, ?), (?, null)'],
  ])('%s', (sql, expected) => {
    expect(fingerprint(sql)).toBe(expected);
  });
});

/** The same tokens with other white space, comments between them, and the case of bare words changed. */
function respell(sql: string, choices: number): string {
  const spaces = [' ', '  ', '\n', '\t', '/* c */', ' --c\n', '\r\n', ' '];
  let state = choices;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 29;
  };
  let text = spaces[next()];
  for (let at = 0; at < sql.length;) {
    const token = tokenAt(sql, at);
    const spelling = sql.slice(token.start, token.end);
    if (token.kind === 'word') text += next() % 2 ? spelling.toUpperCase() : spelling.toLowerCase();
    else if (token.kind !== 'space' && token.kind !== 'comment') text += spelling;
    text += spaces[next()];
    at = token.end;
  }
  return text;
}

/** What counts as equal, beside what SQLite leaves open: rows that tie under ORDER BY come in any order, and no others do. */
import { describe, expect, it } from 'vitest';
import { difference, orderCheckOf } from '../../../src/optimizer/equal.ts';
import { readSchema } from '../../../src/optimizer/read-schema.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { sandboxWith } from './sandbox.ts';

const read = await loadReader();
const sandbox = sandboxWith(`
  CREATE TABLE t(id INTEGER PRIMARY KEY, n TEXT COLLATE NOCASE, r TEXT COLLATE RTRIM, b TEXT, v);
  INSERT INTO t VALUES (1, 'a', 'x', 'p', 1), (2, 'A', 'x ', 'P', 1.0), (3, 'b', 'y', 'q', 2), (4, NULL, NULL, NULL, NULL);`);
const schema = readSchema(sandbox);

/** The first text against what the second gives. */
function compared(sql: string, other: string): string | null {
  const result = read(sql);
  if (!result.ok) throw new Error(result.reason);
  return difference(sandbox.run(sql, [], null), sandbox.run(other, [], null), orderCheckOf(result.select, schema));
}

describe('equal', () => {
  it.each([
    // Ties by NOCASE, RTRIM, and as numbers; through a subquery, a star and a place of ORDER BY.
    ['SELECT n, id FROM t ORDER BY n', 'SELECT n, id FROM t ORDER BY n, id DESC'],
    ['SELECT r, id FROM t ORDER BY r', 'SELECT r, id FROM t ORDER BY r, id DESC'],
    ['SELECT v, id FROM t ORDER BY v', 'SELECT v, id FROM t ORDER BY v, id DESC'],
    ['SELECT b, id FROM t ORDER BY b COLLATE NOCASE', 'SELECT b, id FROM t ORDER BY b COLLATE NOCASE, id DESC'],
    ['SELECT k, id FROM (SELECT n AS k, id FROM t) ORDER BY 1', 'SELECT n AS k, id FROM t ORDER BY n, id DESC'],
    ['SELECT * FROM t ORDER BY t.n', 'SELECT * FROM t ORDER BY n, id DESC'],
    ['SELECT id FROM t', 'SELECT id FROM t ORDER BY id DESC'],
  ])('%s and %s', (sql, other) => {
    expect(compared(sql, other)).toBeNull();
  });

  it.each([
    ['SELECT b, id FROM t ORDER BY b', 'SELECT b, id FROM t ORDER BY b COLLATE NOCASE DESC', /sort key/],
    ['SELECT n, id FROM t ORDER BY n', 'SELECT n, id FROM t ORDER BY n DESC', /sort key/],
    ['SELECT n, id FROM t ORDER BY n, id', 'SELECT n, id FROM t ORDER BY n, id DESC', /sort key/],
    // A tie is one in order alone: the rows are told apart.
    ['SELECT n FROM t ORDER BY n', 'SELECT lower(n) AS n FROM t ORDER BY n', /a row appears/],
    ['SELECT v FROM t ORDER BY v', 'SELECT v + 0 AS v FROM (SELECT CAST(v AS INT) AS v FROM t) ORDER BY v', /a row/],
    // By bytes where the collation is not certain, and by whole rows where the key is not to be seen.
    [
      'SELECT n AS k FROM t UNION ALL SELECT b FROM t ORDER BY k',
      'SELECT n AS k FROM t UNION ALL SELECT b FROM t ORDER BY k DESC',
      /sort key/,
    ],
    ['SELECT id FROM t ORDER BY n', 'SELECT id FROM t ORDER BY n, id DESC', /stands elsewhere/],
  ])('%s but not %s', (sql, other, how) => {
    expect(compared(sql, other)).toMatch(how);
  });
});

import { describe, expect, it } from 'vitest';
import { readSchema } from '../../../src/optimizer/read-schema.ts';
import type { ExprOf } from '../../../src/sql/ast.ts';
import { collationOf } from '../../../src/sql/collation.ts';
import { originsOf } from '../../../src/sql/origins.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { printExpr } from '../../../src/sql/print.ts';
import { visitScopes, type Scope } from '../../../src/sql/scope.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';

const read = await loadReader();
const sandbox = sandboxWith(`
  CREATE TABLE t(id INTEGER PRIMARY KEY, a, b TEXT COLLATE NOCASE, c TEXT COLLATE RTRIM);
  CREATE TABLE u(k TEXT, a INT);`);
const schema = readSchema(sandbox);

/** The first column of the outermost query, where it stands. */
function first(sql: string): [ExprOf<'column'>, Scope] {
  const result = read(sql);
  if (!result.ok) throw new Error(result.reason);
  const at: Scope[] = [];
  visitScopes(result.select, schema, {
    core: (core, scope) => void (core === result.select.first && at.push(scope)),
  });
  const [{ expr }] = result.select.first.columns;
  if (expr.kind !== 'column' || !at[0]) throw new Error(`no column: ${sql}`);
  return [expr, at[0]];
}

describe('what lies behind a column', () => {
  it.each<[sql: string, origins: string | null]>([
    ['SELECT x FROM (SELECT a + 1 AS x FROM t)', 'a + 1'],
    ['SELECT x FROM (SELECT a AS x FROM t UNION ALL SELECT k FROM u)', 'a; k'],
    ['SELECT s.b FROM (SELECT * FROM t) AS s', 'b'],
    ['SELECT a FROM (SELECT u.*, t.b FROM t, u)', 'u.a'],
    ['SELECT y FROM (VALUES (1, 2), (3, 4)) AS v JOIN (SELECT 5 AS y)', '5'],
    ['SELECT column2 FROM (VALUES (1, 2), (3, 4))', '2; 4'],
    ['WITH c(p, q) AS (SELECT a, b FROM t) SELECT q FROM c', 'b'],
    ['WITH c AS (SELECT a AS p FROM t), d AS (SELECT p AS r FROM c) SELECT r FROM d', 'p'],
    // The nearest of two that go by one name.
    ['WITH c AS (SELECT a AS p FROM t) SELECT p FROM (WITH c AS (SELECT k AS p FROM u) SELECT p FROM c)', 'p'],
    ['SELECT a FROM t', null],
    ['SELECT x FROM (SELECT * FROM t JOIN u USING (a)) AS s JOIN (SELECT 1 AS x)', '1'],
    ['SELECT k FROM (SELECT * FROM t JOIN u USING (a)) AS s', null],
    ['WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n', null],
  ])('%s', (sql, expected) => {
    const [column, scope] = first(sql);
    const resolved = scope.resolve(column);
    const origins = resolved && originsOf(resolved);
    expect(origins && origins.map(({ expr }) => printExpr(expr)).join('; ')).toBe(expected);
  });

  it('goes on from where the expression stands', () => {
    const [column, scope] = first(
      'WITH c AS (SELECT a AS p FROM t) SELECT p FROM (WITH c AS (SELECT k AS p FROM u) SELECT p FROM c)',
    );
    const [outer] = originsOf(scope.resolve(column) ?? fail())?.values() ?? [];
    const [inner] = originsOf(outer?.scope.resolve(outer.expr as ExprOf<'column'>) ?? fail()) ?? [];
    expect(inner?.expr).toEqual({ kind: 'column', table: null, name: 'k' });
  });
});

describe('collation, beside the one that SQLite sorts by', () => {
  it.each<[sql: string, collation: string | null]>([
    ['SELECT s FROM (SELECT a AS s FROM t)', 'BINARY'],
    ['SELECT b FROM t', 'NOCASE'],
    ['SELECT s FROM (SELECT b AS s FROM t)', 'NOCASE'],
    ['SELECT s FROM (SELECT CAST(+c AS TEXT) AS s FROM t)', 'RTRIM'],
    ["SELECT s FROM (SELECT b || '' AS s FROM t)", 'BINARY'],
    ['SELECT s FROM (SELECT a COLLATE nocase AS s FROM t)', 'NOCASE'],
    ['SELECT s FROM (SELECT b AS s FROM t UNION ALL SELECT b FROM t)', 'NOCASE'],
    ['SELECT s FROM (SELECT a AS s FROM t UNION ALL SELECT b FROM t)', null],
    ["SELECT s FROM (SELECT (a COLLATE nocase) || '' AS s FROM t)", null],
  ])('%s', (sql, expected) => {
    const [column, scope] = first(sql);
    expect(collationOf(column, scope)).toBe(expected);
    if (expected === null) return;
    // Which of 'a', 'A' and 'a ' are one value is up to the collation.
    sandbox.execute(
      "DELETE FROM t; INSERT INTO t(a, b, c) VALUES ('a', 'a', 'a'), ('A', 'A', 'A'), ('a ', 'a ', 'a ')",
    );
    const { rowCount } = sandbox.run(`SELECT DISTINCT * FROM (${sql})`, [], null);
    expect(rowCount).toBe(expected === 'BINARY' ? 3 : 2);
  });
});

function fail(): never {
  throw new Error('not resolved');
}

import { describe, expect, it } from 'vitest';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { printExpr } from '../../../src/sql/print.ts';
import { affinityOf, containsKey } from '../../../src/sql/schema.ts';
import { columnNamesOf, visitScopes } from '../../../src/sql/scope.ts';
import { readSchema } from '../../../src/optimizer/read-schema.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';

const read = await loadReader();
const schema = readSchema(
  sandboxWith(
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b TEXT COLLATE NOCASE);
    CREATE TABLE u(k TEXT PRIMARY KEY, a INT NOT NULL, c REAL UNIQUE, d AS (a + 1)) STRICT;
    CREATE TABLE w(p, q, PRIMARY KEY (p, q)) WITHOUT ROWID;
    CREATE UNIQUE INDEX u_a ON u(a); CREATE UNIQUE INDEX t_part ON t(a) WHERE a > 1;
    CREATE VIEW v AS SELECT a FROM t;`
      .replace('a INT NOT NULL', 'a INTEGER NOT NULL')
      .replace('d AS', 'd INTEGER AS'),
  ),
);

/** Each column with the source that it comes from and how far out that is. */
function resolved(sql: string): string[] {
  const result = read(sql);
  if (!result.ok) throw new Error(result.reason);
  const found: string[] = [];
  visitScopes(result.select, schema, {
    column: (column, where) =>
      void found.push(`${printExpr(column)}: ${where ? `${where.source.label}+${where.level}` : '?'}`),
  });
  return found;
}

describe('scope', () => {
  it('finds the one source that knows a name', () => {
    expect(resolved('SELECT id, c, u.a FROM t JOIN u ON b = k')).toEqual([
      'b: t+0',
      'k: u+0',
      'id: t+0',
      'c: u+0',
      'u.a: u+0',
    ]);
  });
  it('does not choose between two', () => {
    expect(resolved('SELECT a FROM t, u')).toEqual(['a: ?']);
  });
  it('looks outward from a subquery, the inner source first', () => {
    expect(resolved('SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM u WHERE a = id AND u.a = t.a)')).toEqual([
      'a: u+0',
      'id: t+1',
      'u.a: u+0',
      't.a: t+1',
    ]);
  });
  it('does not see neighbours from within FROM', () => {
    expect(resolved('SELECT 1 FROM t, (SELECT id AS x) AS s')[0]).toBe('id: ?');
  });
  it('knows row ids, aliases of subqueries, common tables and views', () => {
    expect(resolved('SELECT rowid, s.z FROM (SELECT a AS z FROM t) AS s')).toEqual(['a: t+0', 'rowid: ?', 's.z: s+0']);
    expect(resolved('SELECT rowid FROM t')).toEqual(['rowid: t+0']);
    expect(resolved('SELECT rowid FROM w')).toEqual(['rowid: ?']);
    expect(resolved('WITH n(m) AS (SELECT id FROM t) SELECT m, a FROM n, v')).toEqual(['id: t+0', 'm: n+0', 'a: v+0']);
  });
  it('takes one of two columns that USING or NATURAL merge', () => {
    expect(resolved('SELECT a, t.a FROM t JOIN u USING (a)')).toEqual(['a: t+0', 't.a: t+0']);
    expect(resolved('SELECT a, b FROM t NATURAL LEFT JOIN u')).toEqual(['a: t+0', 'b: t+0']);
    // A RIGHT JOIN always has a row of the right; a FULL JOIN may have either.
    expect(resolved('SELECT a FROM t RIGHT JOIN u USING (a)')).toEqual(['a: u+0']);
    expect(resolved('SELECT a, t.a FROM t FULL JOIN u USING (a)')).toEqual(['a: ?', 't.a: t+0']);
    expect(resolved('SELECT a FROM t JOIN u USING (a) JOIN v')).toEqual(['a: ?']);
  });
  it('knows the columns of VALUES, of recursive tables, and of tables that come later', () => {
    expect(resolved('SELECT column2 FROM (VALUES (1, 2)) AS x')).toEqual(['column2: x+0']);
    expect(resolved('WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT i, id FROM n, t')).toEqual([
      'i: n+0',
      'i: n+0',
      'id: t+0',
    ]);
    // Not the table: a common table of that name is defined after it, and its columns are not known yet.
    expect(resolved('WITH p AS (SELECT id FROM t), t AS (SELECT 5 AS id) SELECT 1 FROM p')).toEqual(['id: t+0']);
    const result = read('WITH p AS (SELECT id FROM t), t AS (SELECT 5 AS id) SELECT 1 FROM p');
    const tables: (string | null)[] = [];
    if (result.ok)
      visitScopes(result.select, schema, {
        column: (_column, where) => void tables.push(where?.source.table?.name ?? null),
      });
    expect(tables).toEqual([null]);
  });
  it('is not certain about table functions, brackets, other schemas and aliases', () => {
    expect(resolved('SELECT value, t.a, id FROM t, json_each(t.b) AS e')).toEqual([
      't.b: t+0',
      'value: ?',
      't.a: t+0',
      'id: t+0',
    ]);
    expect(resolved('SELECT u.c, w.p, q FROM (t JOIN u ON 1) JOIN w')).toEqual(['u.c: ?', 'w.p: w+0', 'q: w+0']);
    expect(resolved('SELECT main.t.a, temp.t.a FROM t')).toEqual(['main.t.a: t+0', '`temp`.t.a: ?']);
    expect(resolved('SELECT b AS a FROM t ORDER BY a, id')).toEqual(['b: t+0', 'a: ?', 'id: t+0']);
    expect(resolved('SELECT id FROM t UNION SELECT a FROM u ORDER BY id')).toEqual(['id: t+0', 'a: u+0', 'id: ?']);
    // The alias comes before the query around.
    expect(resolved('SELECT (SELECT k AS id FROM u WHERE id > 1) FROM t')[1]).toBe('id: ?');
  });
  it('names the columns of a star over merged tables once', () => {
    const namesOf = (sql: string): unknown => {
      const result = read(sql);
      return result.ok ? columnNamesOf(result.select, schema, new Map()) : result.reason;
    };
    expect(namesOf('SELECT * FROM t JOIN u USING (a)')).toEqual(['id', 'a', 'b', 'k', 'c', 'd']);
    expect(namesOf('SELECT * FROM t NATURAL JOIN v')).toEqual(['id', 'a', 'b']);
    expect(namesOf('SELECT u.* FROM t JOIN u USING (a)')).toEqual(['k', 'a', 'c', 'd']);
    expect(namesOf('VALUES (1, 2)')).toEqual(['column1', 'column2']);
  });
  it('names the columns of a star', () => {
    const result = read('SELECT *, id + 1 AS next FROM t');
    expect(result.ok && columnNamesOf(result.select, schema, new Map())).toEqual(['id', 'a', 'b', 'next']);
  });
});

describe('the schema', () => {
  const [t, u, w] = ['t', 'u', 'W'].map((name) => schema.table(name));
  it('tells keys that cannot be NULL from those that can', () => {
    expect(t && containsKey(t, ['ID'])).toBe(true);
    // Unique only for some rows.
    expect(t && containsKey(t, ['a'])).toBe(false);
    expect(u && containsKey(u, ['a', 'c'])).toBe(true);
    expect(u && containsKey(u, ['c'])).toBe(false);
    // A TEXT primary key may be NULL in an ordinary table, not in a STRICT one or one without row ids? STRICT changes nothing here.
    expect(u && containsKey(u, ['k'])).toBe(u?.columns[0]?.notNull);
    expect(w && containsKey(w, ['p', 'q'])).toBe(true);
  });
  it('knows affinity, generated columns, collations and row ids', () => {
    expect(['BIGINT', 'VARCHAR(3)', '', 'DOUBLE', 'DATE', 'FLOATING POINT'].map(affinityOf)).toEqual([
      'INTEGER',
      'TEXT',
      'BLOB',
      'REAL',
      'NUMERIC',
      'INTEGER',
    ]);
    expect(u?.columns.find((column) => column.name === 'd')?.generated).toBe(true);
    expect([t?.collated, u?.collated, t?.columns[0]?.isRowid, u?.strict, w?.withoutRowid]).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
  });
});

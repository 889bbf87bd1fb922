/** Texts of any size end, with a result or a clear reason: what is done for them grows with their length. Counted, for a clock tells of the machine. */
import { describe, expect, it } from 'vitest';
import { Optimizer } from '../../../src/optimizer/optimize.ts';
import { PROVED_RULES } from '../../../src/optimizer/rules/registry.ts';
import { Schema, type TableInfo } from '../../../src/sql/schema.ts';
import { visitScopes } from '../../../src/sql/scope.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { sandboxWith } from './sandbox.ts';

const read = await loadReader();
const sandbox = sandboxWith(`
  CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, b TEXT CHECK (b IN ('x', 'y', 'z')));
  CREATE TABLE u(id INTEGER PRIMARY KEY, t_id INTEGER NOT NULL, d INTEGER);
  INSERT INTO t VALUES (1, 1, 'x'), (2, 1, 'y'), (3, NULL, NULL);
  INSERT INTO u VALUES (1, 1, 1), (2, 1, 2), (3, 3, NULL);`);
const optimizer = new Optimizer(sandbox, read);

function joined(count: number, part: (index: number) => string, separator: string): string {
  return Array.from({ length: count }, (_, index) => part(index)).join(separator);
}

function nested(count: number, before: string, inside: string, behind: string): string {
  return before.repeat(count) + inside + behind.repeat(count);
}

/** Counts what is asked of it. */
class CountingSchema extends Schema {
  asked = 0;

  override table(name: string): TableInfo | null {
    this.asked++;
    return super.table(name);
  }
}

describe('of a text that is nested deep', () => {
  const deep = {
    'in FROM': (depth: number) => nested(depth, 'SELECT * FROM (', 'SELECT * FROM t', ')'),
    'in WITH': (depth: number) =>
      `${joined(depth, (at) => `WITH c${at} AS (`, '')}SELECT * FROM t${joined(depth, (at) => `) SELECT * FROM c${depth - 1 - at}`, '')}`,
    'one common table on another': (depth: number) =>
      `WITH ${joined(depth, (at) => `c${at} AS (SELECT * FROM ${at === 0 ? 't' : `c${at - 1}`})`, ', ')} SELECT * FROM c${depth - 1}`,
  };

  it.each(Object.entries(deep))('%s each name is looked up once, however many rules ask', (_, text) => {
    const asked = [50, 100].map((depth) => {
      const schema = new CountingSchema(optimizer.schema.tables);
      const result = read(text(depth));
      if (!result.ok) throw new Error(result.reason);
      visitScopes(result.select, schema, {});
      for (const rule of PROVED_RULES) rule.apply(result.select, { schema, names: ['id', 'a', 'b'] });
      return schema.asked;
    });
    expect(asked).toEqual([1, 1]);
  });
});

describe('a huge text ends, with a result or a clear reason', () => {
  const texts: Record<string, string> = {
    '1 MB in one literal': `SELECT '${'x'.repeat(1_000_000)}'`,
    '1 MB of brackets': nested(500_000, '(', '1', ')'),
    '1 MB of comment': `SELECT id /* ${'x'.repeat(1_000_000)} */ FROM t`,
    'a compound of 500 stars': joined(500, (at) => `SELECT * FROM t WHERE a = ${at}`, ' UNION ALL '),
    '1,000 brackets': `SELECT ${nested(1000, '(', 'a', ')')} FROM t`,
    '1,000 subqueries': nested(1000, 'SELECT * FROM (', 'SELECT 1', ')'),
    '1,000 CASEs in one another': `SELECT ${nested(1000, 'CASE WHEN a THEN ', '1', ' END')} FROM t`,
    '200 subqueries': nested(200, 'SELECT * FROM (', 'SELECT * FROM t', ')'),
    '200 subqueries as values': nested(200, 'SELECT (', 'SELECT max(a) FROM t', ')'),
    '100 WITHs in one another': `${joined(100, (at) => `WITH c${at} AS (`, '')}SELECT * FROM t${joined(100, (at) => `) SELECT * FROM c${99 - at}`, '')}`,
    '5,000 terms of AND': `SELECT id FROM t WHERE ${joined(5000, (at) => `a <> ${at}`, ' AND ')}`,
    '5,000 terms of OR': `SELECT id FROM t WHERE ${joined(5000, (at) => `a = ${at}`, ' OR ')}`,
    '400 exclusions of a value': `SELECT id FROM t WHERE ${joined(400, (at) => `b <> 'x${at}'`, ' AND ')}`,
    '10,000 values of IN': `SELECT id FROM t WHERE a IN (${joined(10_000, String, ', ')})`,
    '10,000 values of NOT IN': `SELECT id FROM t WHERE b NOT IN (${joined(10_000, (at) => `'${at}'`, ', ')})`,
    'a CASE of 500 branches': `SELECT id FROM t WHERE CASE ${joined(500, (at) => `WHEN a = ${at} THEN ${at}`, ' ')} END = 3`,
    '40 tables': `SELECT count(*) FROM ${joined(40, (at) => `t AS t${at}`, ', ')} WHERE ${joined(39, (at) => `t${at}.id = t${at + 1}.id`, ' AND ')}`,
    '40 common tables, each made of the one before twice over': `WITH c0 AS (SELECT id AS p, a AS q FROM t)${joined(40, (at) => `, c${at + 1} AS MATERIALIZED (SELECT p + q AS p, p - q AS q FROM c${at} WHERE p <> q)`, '')} SELECT q, sum(p) FROM c40 WHERE p > 3 AND q > 3 + p GROUP BY q`,
    '100 subqueries beside each other': `SELECT ${joined(100, (at) => `(SELECT max(d) FROM u WHERE u.t_id = t.id AND d <> ${at})`, ', ')} FROM t`,
  };

  it.each(Object.entries(texts))('%s', (_, sql) => {
    const { provedSql, unchangedReason } = optimizer.optimize(sql, [], { budgetMs: 50 });
    if (provedSql === null) expect(unchangedReason).toMatch(/^Runs as typed: \w.*\w/);
  });
});

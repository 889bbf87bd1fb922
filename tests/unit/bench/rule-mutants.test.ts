/** A seeded slice of the mutation of rules, and that it tells a precondition that is needed from one that is not. */
import { describe, expect, it } from 'vitest';
import { questionsFor } from '../../../bench/generated.ts';
import { mutateRules, RuleMutants } from '../../../bench/rule-mutants.ts';
import { PROVED_RULES } from '../../../src/optimizer/rules/registry.ts';
import type { Precondition, Rule } from '../../../src/optimizer/rules/rule.ts';
import { columnOf } from '../../../src/sql/schema.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';

const reader = await loadReader();
const options = { tries: 3, budgetMs: 8000 };

/** NOT IN to NOT EXISTS, which needs that neither side is NULL: asked of the rows on one side, of the schema on the other. What is asked besides is not needed. */
const planted: Rule = {
  id: 'in-subquery',
  apply(_query, { schema }) {
    const table = schema.table('a');
    const after = reader('SELECT id FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.k = a.y)');
    if (!table || !after.ok || !columnOf(table, 'y')?.notNull) return [];
    const rows = (claim: string, holds: string): Precondition => ({ claim, by: 'rows', table: 'b', holds });
    const preconditions = [rows('b.k is never NULL', 'k IS NOT NULL'), rows('b.k is no blob', "typeof(k) <> 'blob'")];
    return [{ select: after.select, preconditions, note: 'planted' }];
  },
};

describe('a mutant', () => {
  const SQL = 'SELECT id FROM a WHERE y NOT IN (SELECT k FROM b)';
  const outcomes = (setup: string): string[] => {
    const mutants = new RuleMutants(reader, options);
    mutants.ask(planted, { sql: SQL, sandbox: sandboxWith(setup) });
    return mutants.report.perMutant.map(
      ({ without, by, killed }) => `${killed ? 'killed' : 'survives'}: ${by} ${without}`,
    );
  };

  it('is killed by small databases where its precondition is needed, and survives where it is not', () => {
    const setup = 'CREATE TABLE a(id INTEGER PRIMARY KEY, y INT NOT NULL); CREATE TABLE b(k INT, v INT);';
    expect(outcomes(setup)).toEqual(['killed: rows … is never NULL', 'survives: rows … is no blob']);
  });

  it('is a claim of the schema that the schema does not make, too', () => {
    const setup = 'CREATE TABLE a(id INTEGER PRIMARY KEY, y INT); CREATE TABLE b(k INT, v INT);';
    expect(outcomes(setup)).toContain('killed: schema NOT NULL');
  });
});

it('what these rules ask for would be missed', () => {
  const rules = PROVED_RULES.filter(({ id }) => /^(move-constants|date-range|join-elimination|self-join)$/.test(id));
  const { claims, mutants } = mutateRules(
    rules,
    (rule, random) => questionsFor(rule, 10, () => sandboxWith(), random),
    reader,
    20_261_123,
    options,
  );
  expect(claims.survivors).toEqual([]);
  expect(claims.total).toBeGreaterThanOrEqual(5);
  expect(mutants).toBeGreaterThan(8);
});

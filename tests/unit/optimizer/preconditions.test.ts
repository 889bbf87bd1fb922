/** What a rewrite needs of the data is looked at, told in words, and named in the verdict. */
import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { Facts } from '../../../src/optimizer/guards/facts.ts';
import { Optimizer } from '../../../src/optimizer/optimize.ts';
import type { RewriteAttempt } from '../../../src/optimizer/protocol.ts';
import { readSchema } from '../../../src/optimizer/read-schema.ts';
import type { Precondition, Rule } from '../../../src/optimizer/rules/rule.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { sandboxWith } from './sandbox.ts';

const read = await loadReader();
const sandbox = sandboxWith(`
  CREATE TABLE orders(id INTEGER PRIMARY KEY, total INTEGER, note TEXT);
  CREATE TABLE empty_one(v);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
  INSERT INTO orders SELECT i, i * 2, CASE i WHEN 7 THEN 'odd one' END FROM n;`);

function attempt(...preconditions: Precondition[]): RewriteAttempt {
  const result = read('SELECT id FROM orders WHERE total IN (4, 4)');
  if (!result.ok) throw new Error(result.reason);
  const rule: Rule = { id: 'in-subquery', apply: () => [{ select: result.select, preconditions, note: 'planted' }] };
  const { attempts } = new Optimizer(sandbox, read).optimize('SELECT id FROM orders WHERE total = 4', [], {
    budgetMs: 60_000,
    mustBeFaster: false,
    rules: [rule],
  });
  if (!attempts[0]) throw new Error('nothing was tried');
  return attempts[0];
}

const evidence = (of: RewriteAttempt): string | undefined =>
  of.verdicts.find((verdict) => verdict.guard === 'preconditions')?.evidence;

describe('the preconditions guard', () => {
  it('tells what the schema proves from what is true of the rows now', () => {
    const found = attempt(
      { claim: 'id is unique', by: 'schema' },
      { claim: 'total is an integer', by: 'rows', table: 'orders', holds: "typeof(total) = 'integer'" },
      { claim: 'v is never NULL', by: 'rows', table: 'empty_one', holds: 'v IS NOT NULL' },
      {
        claim: 'nothing is in empty_one',
        by: 'query',
        sql: 'SELECT NOT EXISTS (SELECT 1 FROM empty_one)',
        tables: ['empty_one'],
      },
    );
    expect(found.outcome).toBe('proved');
    expect(evidence(found)).toBe(
      'Proved by the schema: id is unique. True of all 1,500 rows of orders now: total is an integer. ' +
        'True now, when empty_one has no rows: v is never NULL. True of the data now: nothing is in empty_one.',
    );
    expect(found.restsOn).toEqual(['empty_one', 'orders']);
  });

  it('rests on no table where the schema proves it all', () => {
    expect(attempt({ claim: 'id is unique', by: 'schema' })).toMatchObject({ outcome: 'proved', restsOn: [] });
  });

  it.each<[Precondition, string]>([
    [
      { claim: 'note is NULL', by: 'rows', table: 'orders', holds: 'note IS NULL' },
      "It does not hold that note is NULL: orders has a row with id = 7, note = 'odd one'.",
    ],
    [
      // NULL is not TRUE.
      { claim: 'note is short', by: 'rows', table: 'orders', holds: 'length(note) < 9' },
      'It does not hold that note is short: orders has a row with id = 1, note = NULL.',
    ],
    [
      { claim: 'there are few orders', by: 'query', sql: 'SELECT count(*) < 9 FROM orders', tables: ['orders'] },
      'It does not hold that there are few orders: SELECT count(*) < 9 FROM orders does not give 1.',
    ],
    [
      { claim: 'it rains', by: 'rows', table: 'orders', holds: 'rain' },
      'Whether it rains could not be seen: no such column: rain.',
    ],
    [{ claim: 'the moon is full', by: 'nothing' }, 'Nothing shows that the moon is full.'],
  ])('refuses %o', (precondition, reason) => {
    const found = attempt(precondition);
    expect(found.outcome).toBe('refused');
    expect(evidence(found)).toBe(reason);
  });
});

describe('a look at the data', () => {
  const never: Precondition = { claim: 'note is NULL', by: 'rows', table: 'orders', holds: 'note IS NULL' };

  it('refutes what a row is against, and not what time ran out for', () => {
    const facts = new Facts(sandbox, readSchema(sandbox));
    const late = vi.spyOn(sandbox, 'run').mockImplementation(() => {
      throw new AppError('deadline', 'Stopped.');
    });
    expect(facts.refutes(never, 1)).toBe(false);
    expect(facts.check(never, 1).holds).toBe(false);
    late.mockRestore();
    expect(facts.refutes(never, 1000)).toBe(true);
    expect(facts.refutes({ ...never, holds: 'id > 0' }, 1000)).toBe(false);
  });
});

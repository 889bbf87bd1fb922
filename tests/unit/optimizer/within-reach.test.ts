/** An OFFSET beyond every small database: the texts are tried with smaller numbers, and say so. */
import { describe, expect, it } from 'vitest';
import type { Parameters } from '../../../src/database/protocol.ts';
import { reachOf } from '../../../src/optimizer/guards/within-reach.ts';
import type { RewriteAttempt } from '../../../src/optimizer/protocol.ts';
import type { Rule } from '../../../src/optimizer/rules/rule.ts';
import type { Select } from '../../../src/sql/ast.ts';
import { mapQueries } from '../../../src/sql/walk.ts';
import { Optimizer } from '../../../src/optimizer/optimize.ts';
import { lateLookup } from '../../../src/optimizer/rules/shape/late-lookup.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { sandboxWith } from './sandbox.ts';

const read = await loadReader();

function reached(sql: string, parameters: Parameters): [bigint, bigint][] {
  const result = read(sql);
  if (!result.ok) throw new Error(result.reason);
  return [...reachOf({ sql, select: result.select }, parameters)];
}

/** The same rule, with the keys found from the other end. */
const backwards: Rule = {
  id: 'late-lookup',
  apply: (query, context) =>
    lateLookup.apply(query, context).map((rewrite) => {
      const turned = (one: Select): Select =>
        one.limit ? { ...one, orderBy: one.orderBy.map((term) => ({ ...term, descending: !term.descending })) } : one;
      return { ...rewrite, select: mapQueries(rewrite.select, turned) };
    }),
};

describe('LIMIT and OFFSET within reach', () => {
  it.each<[string, [bigint, bigint][], Parameters?]>([
    ['SELECT id FROM t ORDER BY id LIMIT 2 OFFSET 1', []],
    ['SELECT id FROM t ORDER BY id LIMIT :n', [], { ':n': 2 }],
    [
      'SELECT id FROM t ORDER BY id LIMIT 1 OFFSET :n',
      [
        [40n, 1n],
        [1n, 2n],
      ],
      { ':n': 40 },
    ],
    // What is asked elsewhere too stays as it is.
    ['SELECT id FROM t WHERE id > ?1 ORDER BY id LIMIT 1 OFFSET ?1', [], [40]],
    [
      'SELECT id FROM t ORDER BY id LIMIT 10 OFFSET 60000',
      [
        [60000n, 1n],
        [10n, 2n],
      ],
    ],
    // Equal numbers stay equal, and none becomes 0.
    ['SELECT id FROM t ORDER BY id LIMIT 20 OFFSET 20', [[20n, 1n]]],
    [
      'SELECT id FROM (SELECT id FROM t ORDER BY id LIMIT 7) ORDER BY id LIMIT 3 OFFSET 0',
      [
        [3n, 1n],
        [7n, 2n],
      ],
    ],
  ])('%s', (sql, expected, parameters = []) => {
    expect(reached(sql, parameters)).toEqual(expected);
  });

  it.each<[string, Rule, RewriteAttempt['outcome'], RegExp]>([
    ['proves what is right', lateLookup, 'proved', /^Equal on .* LIMIT and OFFSET had smaller numbers there\.$/],
    ['sees what is wrong', backwards, 'refused', /^They differ .* LIMIT and OFFSET had smaller numbers there\.$/],
  ])('%s, typed or bound', (_what, rule, outcome, evidence) => {
    const sandbox = sandboxWith('CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT NOT NULL, y TEXT)');
    const options = { budgetMs: 60_000, mustBeFaster: false, rules: [rule] };
    const texts: [string, Parameters][] = [
      ['SELECT * FROM t ORDER BY x, id LIMIT 10 OFFSET 60000', []],
      ['SELECT * FROM t ORDER BY x, id LIMIT ? OFFSET ?', [10, 60000]],
      ['SELECT * FROM t WHERE id > :i ORDER BY x, id LIMIT :n OFFSET :m', { ':n': 10, ':m': 60000n, ':i': 0 }],
    ];
    for (const [sql, parameters] of texts) {
      const [attempt] = new Optimizer(sandbox, read).optimize(sql, parameters, options).attempts;
      expect([sql, attempt.outcome]).toEqual([sql, outcome]);
      expect(attempt.verdicts.find(({ guard }) => guard === 'small-worlds')?.evidence).toMatch(evidence);
    }
  });
});

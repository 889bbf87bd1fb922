/** Rules that textbooks get wrong, written down on purpose: each must be caught, and by the guard that is there for it. */
import { describe, expect, it } from 'vitest';
import type { Counterexample, GuardId } from '../../../src/optimizer/protocol.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { Optimizer } from '../../../src/optimizer/optimize.ts';
import type { Precondition, Rule } from '../../../src/optimizer/rules/rule.ts';
import { rowKey, type Run } from '../../../src/optimizer/sandbox.ts';
import { sandboxWith } from './sandbox.ts';
import { UNSOUND, UNSOUND_SCHEMA } from './unsound-rewrites.ts';

const read = await loadReader();
const sandbox = sandboxWith(UNSOUND_SCHEMA);
const optimizer = new Optimizer(sandbox, read);

/** A rule that answers this text, whatever it is asked; with brackets lost when `lose` says so. */
function fixed(text: string, preconditions: readonly Precondition[] = [], change = (sql: string): string => sql): Rule {
  const result = read(text);
  if (!result.ok) throw new Error(`${result.reason}: ${text}`);
  const select =
    change === undefined ? result.select : (JSON.parse(change(JSON.stringify(result.select))) as typeof result.select);
  return { id: 'star-to-columns', apply: () => [{ select, preconditions, note: 'planted' }] };
}

interface Refusal {
  guard: GuardId | 'undetermined' | null;
  counterexample: Counterexample | null;
  reason: string;
}

function refusedBy(original: string, rule: Rule, parameters: number[] = []): Refusal {
  const report = optimizer.optimize(original, parameters, { budgetMs: 60_000, mustBeFaster: false, rules: [rule] });
  const [attempt] = report.attempts;
  if (!attempt) return { guard: 'undetermined', counterexample: null, reason: report.unchangedReason ?? '' };
  const verdict = attempt.verdicts.find((one) => !one.pass);
  const { guard = null, counterexample = null } = verdict ?? {};
  return { guard, counterexample, reason: verdict?.evidence ?? attempt.reason };
}

/** Rows as texts that tell storage classes apart, in no order. */
function rowsOf(run: Run): string[] {
  return run.rows().map(rowKey).sort();
}

describe('an unsound rewrite is refused', () => {
  it('of which there are enough', () => {
    expect(UNSOUND.length).toBeGreaterThanOrEqual(100);
  });

  it.each(UNSOUND)('$name', ({ original, rewritten, guard, parameters, unreached }) => {
    const found = refusedBy(original, fixed(rewritten), parameters);
    expect(found.guard, found.reason).toBe(guard);
    if (guard !== 'small-worlds') return;
    expect(found.counterexample === null, found.reason).toBe(unreached === true);
    if (found.counterexample === null) return;
    expect(found.counterexample.original, found.reason).not.toEqual({
      ...found.counterexample.rewritten,
      name: 'original',
    });
    // The counterexample is SQL that shows the difference by itself, in few rows.
    const setup = found.counterexample.sql.split(/-- (parameters|original)/)[0] ?? '';
    expect(setup.match(/\), \(/g)?.length ?? 0, setup).toBeLessThan(4);
    if (parameters || found.reason.includes('fails')) return;
    const own = sandboxWith(setup);
    const order = /ORDER BY/.test(original) ? (run: Run) => run.rows().map(rowKey) : rowsOf;
    expect(order(own.run(original, [], null)), setup).not.toEqual(order(own.run(rewritten, [], null)));
    own.close();
  });

  it('is caught on the data where small worlds cannot see it', () => {
    // 40 equal rows: no small world holds that many.
    const many = sandboxWith(
      `CREATE TABLE m(v INTEGER); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) INSERT INTO m SELECT 7 FROM n;`,
    );
    const { attempts } = new Optimizer(many, read).optimize('SELECT v, count(*) AS c FROM m GROUP BY v', [], {
      budgetMs: 60_000,
      mustBeFaster: false,
      rules: [fixed('SELECT v, min(count(*), 20) AS c FROM m GROUP BY v')],
    });
    expect(attempts[0]?.verdicts.at(-1)).toMatchObject({ guard: 'this-data', pass: false });
  });

  it('is caught when its text reads as another tree', () => {
    // The tree means (x - y) - 1 under a name that the printer must not lose: here the operator is one that no text gives.
    const broken = fixed('SELECT id FROM a WHERE x - y = 1', [], (text) =>
      text.replace('"operator":"-"', '"operator":"- -"'),
    );
    expect(refusedBy('SELECT id FROM a WHERE x - y = 1', broken).guard).toBe('reparse');
  });

  it('is refused when the schema does not prove what it needs, however right it looks', () => {
    const rule = fixed('SELECT id FROM a WHERE y IN (1)', [{ claim: 'the moon is full', by: 'nothing' }]);
    expect(refusedBy('SELECT id FROM a WHERE y = 1', rule)).toMatchObject({
      guard: 'preconditions',
      reason: 'Nothing shows that the moon is full.',
    });
  });

  it('is refused when too few small databases tell anything', () => {
    // No literal helps to find what printf() makes of it.
    const sql = "SELECT id FROM a WHERE hex(s) || hex(n) = 'never this'";
    expect(refusedBy(sql, fixed(`${sql} AND 1`))).toMatchObject({ guard: 'small-worlds', counterexample: null });
  });
});

describe('a sound rewrite passes', () => {
  it.each([
    ['SELECT id FROM a WHERE x = 1 OR x = 2', 'SELECT id FROM a WHERE x IN (1, 2)'],
    ['SELECT id FROM a WHERE NOT x <> 5', 'SELECT id FROM a WHERE x = 5'],
    [
      'SELECT a.id FROM a WHERE y IN (SELECT k FROM b)',
      'SELECT a.id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.y)',
    ],
    ['SELECT a.id FROM a LEFT JOIN b ON b.id = a.x', 'SELECT id FROM a'],
    ["SELECT id FROM a WHERE s BETWEEN 'a' AND 'b'", "SELECT id FROM a WHERE s >= 'a' AND s <= 'b'"],
  ])('%s', (original, rewritten) => {
    const { attempts, provedSql } = optimizer.optimize(original, [], {
      budgetMs: 60_000,
      mustBeFaster: false,
      rules: [fixed(rewritten)],
    });
    expect(provedSql, attempts[0]?.reason).not.toBeNull();
  });
});

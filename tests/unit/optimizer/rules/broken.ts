/** What rules rest on, broken: by a row, by a rule that does not ask, by a text that lacks one care. */
import { describe, expect, it } from 'vitest';
import { difference } from '../../../../src/optimizer/equal.ts';
import { Optimizer } from '../../../../src/optimizer/optimize.ts';
import type { RewriteAttempt } from '../../../../src/optimizer/protocol.ts';
import { PROVED_RULES } from '../../../../src/optimizer/rules/registry.ts';
import type { Rule } from '../../../../src/optimizer/rules/rule.ts';
import type { Sandbox } from '../../../../src/optimizer/sandbox.ts';
import { sandboxWith } from '../sandbox.ts';
import { read, rewrites } from './family.ts';

export interface Broken {
  rule: string;
  /** Statements after which the claim does not hold. */
  breaking: string;
  sql: string;
  claim: RegExp;
}

/**
 * Each claim: where it does not hold the rewritten text is wrong, and that is seen; where it holds there is a proof; and small worlds catch a
 * rule that does not claim it. `unseen`: claims of which small worlds know nothing, or which the text as typed rests on as well.
 */
export function describePreconditions(
  schema: string,
  cases: Record<string, Broken>,
  unseen: Record<string, Broken>,
): void {
  describe.each(Object.entries({ ...cases, ...unseen }))('%s', (_name, { rule, breaking, sql, claim }) => {
    it('makes the rewritten text wrong, and is seen', () => {
      const broken = sandboxWith(`${schema}; ${breaking}`);
      expect(rewrites(broken, rule, sql).some((one) => differs(broken, sql, one))).toBe(true);
      const refused = attempts(broken, sql, ruleOf(rule)).filter(({ outcome }) => outcome === 'refused');
      expect(refused.map(({ verdicts }) => verdicts.at(-1)?.guard)).toContain('preconditions');
      expect(refused.map(({ reason }) => reason).join('\n')).toMatch(claim);
    });

    it('is no matter where it is not', () => {
      const outcomes = attempts(sandboxWith(schema), sql, ruleOf(rule)).map(({ outcome }) => outcome);
      expect(outcomes).toContain('proved');
    });
  });

  describe.each(Object.entries(cases))('%s', (_name, { rule, sql, claim }) => {
    it('would be caught if the rule did not ask', () => {
      const forgetful: Rule = {
        ...ruleOf(rule),
        apply: (...given) =>
          ruleOf(rule)
            .apply(...given)
            .filter((one) => one.preconditions.some((needed) => claim.test(needed.claim)))
            .map((one) => ({ ...one, preconditions: one.preconditions.filter((needed) => !claim.test(needed.claim)) })),
      };
      expectCaught(attempts(sandboxWith(schema), sql, forgetful));
    });
  });
}

/** What a rule would write if it lacked one care: small worlds catch each. */
export function describeCareless(
  schema: string,
  careless: readonly (readonly [what: string, sql: string, rewritten: string])[],
): void {
  it.each(careless)('%s is caught', (_what, sql, rewritten) => {
    const result = read(rewritten);
    if (!result.ok) throw new Error(`${result.reason}: ${rewritten}`);
    const planted: Rule = {
      id: 'in-subquery',
      apply: () => [{ select: result.select, preconditions: [], note: 'planted' }],
    };
    expectCaught(attempts(sandboxWith(schema), sql, planted));
  });
}

function expectCaught(tried: readonly RewriteAttempt[]): void {
  for (const { outcome, verdicts } of tried)
    expect([outcome, verdicts.at(-1)?.guard]).toEqual(['refused', 'small-worlds']);
}

function ruleOf(id: string): Rule {
  const rule = PROVED_RULES.find((one) => one.id === id);
  if (!rule) throw new Error(`no rule ${id}`);
  return rule;
}

function attempts(sandbox: Sandbox, sql: string, rule: Rule): RewriteAttempt[] {
  const found = new Optimizer(sandbox, read).optimize(sql, [], {
    budgetMs: 60_000,
    mustBeFaster: false,
    rules: [rule],
  });
  const tried = found.attempts.filter(({ rewrittenSql }) => rewrittenSql !== null);
  if (tried.length === 0) throw new Error(found.unchangedReason ?? 'nothing was tried');
  return tried;
}

function differs(sandbox: Sandbox, sql: string, rewritten: string): boolean {
  const run = (text: string): ReturnType<Sandbox['run']> | string => {
    try {
      return sandbox.run(text, [], null);
    } catch (error) {
      return String(error);
    }
  };
  const [before, after] = [run(sql), run(rewritten)];
  if (typeof before === 'string' || typeof after === 'string') return typeof before !== typeof after;
  return difference(before, after, { kind: 'none' }) !== null;
}

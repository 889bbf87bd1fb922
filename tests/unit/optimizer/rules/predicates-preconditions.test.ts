/**
 * Each thing that a rule about conditions rests on: a row that breaks it makes the rewritten text wrong; the guards see that it does not hold;
 * and a rule that forgot to ask for it would be caught all the same, before any such row is there.
 */
import { describe, expect, it } from 'vitest';
import { Optimizer } from '../../../../src/optimizer/optimize.ts';
import type { RewriteAttempt } from '../../../../src/optimizer/protocol.ts';
import { PREDICATE_RULES } from '../../../../src/optimizer/rules/predicates/registry.ts';
import type { Rule } from '../../../../src/optimizer/rules/rule.ts';
import type { Sandbox } from '../../../../src/optimizer/sandbox.ts';
import { difference } from '../../../../src/optimizer/equal.ts';
import { sandboxWith } from '../sandbox.ts';
import { read, rewrites } from './family.ts';

interface Case {
  rule: string;
  table: string;
  /** A row that breaks the precondition. */
  breaking: string;
  sql: string;
  /** Of what the evidence must speak. */
  claim: RegExp;
}

const CASES: Record<string, Case> = {
  'a REAL beside integers': {
    rule: 'move-constants',
    table: 't(v NUMERIC)',
    breaking: '(0.1)',
    sql: 'SELECT v FROM t WHERE v + 9007199254740992 = 9007199254740992',
    claim: /t\.v holds integers only/,
  },
  'a text that counts as a number': {
    rule: 'move-constants',
    table: 't(v)',
    breaking: "('5')",
    sql: 'SELECT v FROM t WHERE v + 10 = 15',
    claim: /t\.v holds integers only/,
  },
  'a date of the calendar that is written otherwise': {
    rule: 'date-range',
    table: 't(d TEXT)',
    breaking: "('2023-02-30')",
    sql: "SELECT d FROM t WHERE date(d) = '2023-03-02'",
    claim: /begins with its date/,
  },
  'a time zone that moves the date': {
    rule: 'date-range',
    table: 't(d TEXT)',
    breaking: "('2024-01-01 00:30+02:00')",
    sql: "SELECT d FROM t WHERE strftime('%Y', d) = '2023'",
    claim: /begins with its date/,
  },
  'a day number': {
    rule: 'date-range',
    table: 't(d DATE)',
    breaking: '(2460000.5)',
    sql: "SELECT d FROM t WHERE strftime('%Y', d) = '2023'",
    claim: /begins with its date/,
  },
  'an hour that is the next day': {
    rule: 'date-range',
    table: 't(d TEXT)',
    breaking: "('2023-12-31 24:00:00')",
    sql: "SELECT d FROM t WHERE strftime('%Y', d) = '2024'",
    claim: /begins with its date/,
  },
  'a T between day and time': {
    rule: 'date-range',
    table: 't(d TEXT)',
    breaking: "('2023-12-31T10:00:00')",
    sql: "SELECT d FROM t WHERE datetime(d) = '2023-12-31 10:00:00'",
    claim: /begins with its moment/,
  },
  'an empty blob': {
    rule: 'prefix-range',
    table: 't(v TEXT)',
    breaking: "(x'')",
    sql: "SELECT v FROM t WHERE substr(v, 1, 2) > '12'",
    claim: /t\.v holds texts only/,
  },
  'a blob that LIKE reads as a text': {
    rule: 'prefix-range',
    table: 't(v TEXT)',
    breaking: "(x'31322d')",
    sql: "SELECT v FROM t WHERE v LIKE '12-%'",
    claim: /t\.v holds texts only/,
  },
  'a blob that lower() reads as a text': {
    rule: 'fold-case',
    table: 't(v TEXT)',
    breaking: "(x'414441')",
    sql: "SELECT v FROM t WHERE lower(v) = 'ada'",
    claim: /t\.v holds texts only/,
  },
  'a REAL that is written as a text with a point': {
    rule: 'unwrap-cast',
    table: 't(v)',
    breaking: '(5.0)',
    sql: "SELECT v FROM t WHERE CAST(v AS TEXT) = '5'",
    claim: /t\.v holds integers only/,
  },
  'a REAL that joins as a text with a point': {
    rule: 'unwrap-cast',
    table: 't(v)',
    breaking: '(5.0)',
    sql: "SELECT v FROM t WHERE v || '' = '5'",
    claim: /t\.v holds integers only/,
  },
  'a REAL that a cast cuts': {
    rule: 'unwrap-cast',
    table: 't(v NUMERIC)',
    breaking: '(5.5)',
    sql: 'SELECT v FROM t WHERE CAST(v AS INTEGER) = 5',
    claim: /t\.v holds integers only/,
  },
  'a number written with a zero before it': {
    rule: 'unwrap-cast',
    table: 't(v TEXT)',
    breaking: "('05')",
    sql: 'SELECT v FROM t WHERE CAST(v AS INTEGER) = 5',
    claim: /as SQLite writes them/,
  },
};

const GOOD: Record<string, string> = {
  'move-constants': '(5), (NULL), (7), (-5), (5)',
  'date-range':
    "('2023-03-02 10:00:00'), (NULL), ('2024-01-01 00:00:00'), ('2023-12-31 10:00:00'), ('2023-12-31 10:00:00')",
  'prefix-range': "('12-3'), (NULL), ('12'), ('12-'), ('12-')",
  'fold-case': "('Ada'), (NULL), ('ADA'), ('ada'), ('Bo')",
  'unwrap-cast': '(5), (NULL), (7), (-5), (5)',
};

describe.each(Object.entries(CASES))('%s', (_name, { rule, table, breaking, sql, claim }) => {
  const good = (): Sandbox => sandboxWith(`CREATE TABLE ${table}; INSERT INTO t VALUES ${GOOD[rule]};`);
  const bad = (): Sandbox => {
    const sandbox = good();
    sandbox.execute(`INSERT INTO t VALUES ${breaking}`);
    return sandbox;
  };

  it('makes the rewritten text wrong', () => {
    const [rewritten] = rewrites(bad(), rule, sql);
    const differs = (sandbox: Sandbox): string | null =>
      difference(sandbox.run(sql, [], null), sandbox.run(rewritten, [], null), { kind: 'none' });
    expect(differs(bad())).not.toBeNull();
    expect(differs(good())).toBeNull();
  });

  it('is seen', () => {
    const { outcome, verdicts } = attempt(bad(), sql, ruleOf(rule));
    expect([outcome, verdicts.at(-1)?.guard]).toEqual(['refused', 'preconditions']);
    expect(verdicts.at(-1)?.evidence).toMatch(claim);
  });

  it('would be caught if the rule did not ask', () => {
    expect(attempt(good(), sql, ruleOf(rule)).outcome).toBe('proved');
    const { outcome, verdicts } = attempt(good(), sql, forgetful(ruleOf(rule)));
    expect([outcome, verdicts.at(-1)?.guard]).toEqual(['refused', 'small-worlds']);
    expect(verdicts.at(-1)?.evidence).toMatch(/They differ/);
  });
});

function ruleOf(id: string): Rule {
  const rule = PREDICATE_RULES.find((one) => one.id === id);
  if (!rule) throw new Error(`no rule ${id}`);
  return rule;
}

function forgetful(rule: Rule): Rule {
  return { ...rule, apply: (...given) => rule.apply(...given).map((one) => ({ ...one, preconditions: [] })) };
}

function attempt(sandbox: Sandbox, sql: string, rule: Rule): RewriteAttempt {
  const found = new Optimizer(sandbox, read).optimize(sql, [], {
    budgetMs: 60_000,
    mustBeFaster: false,
    rules: [rule],
  });
  if (!found.attempts[0]) throw new Error(found.unchangedReason ?? 'nothing was tried');
  return found.attempts[0];
}

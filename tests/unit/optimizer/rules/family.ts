/**
 * What is asked of every rule of a family: the rewritten text, and equal names and rows on SQLite with NULLs, duplicates and mixed
 * storage classes; texts that must stay; and that a rule finds nothing more to do in what it made.
 */
import { describe, expect, it } from 'vitest';
import { difference, orderCheckOf } from '../../../../src/optimizer/equal.ts';
import { withNames } from '../../../../src/optimizer/names.ts';
import { readSchema } from '../../../../src/optimizer/read-schema.ts';
import { PREVIEW_RULES, PROVED_RULES } from '../../../../src/optimizer/rules/registry.ts';
import type { Sandbox } from '../../../../src/optimizer/sandbox.ts';
import { loadReader } from '../../../../src/sql/parse/readers.ts';
import { printSelect } from '../../../../src/sql/print.ts';

export const read = await loadReader();

/** All texts that the rule makes of this one, with their column names kept. */
export function rewrites(sandbox: Sandbox, ruleId: string, sql: string): string[] {
  const rule = [...PROVED_RULES, ...PREVIEW_RULES].find((one) => one.id === ruleId);
  const result = read(sql);
  if (!rule || !result.ok) throw new Error(`cannot try ${ruleId} on ${sql}`);
  const names = sandbox.columnNames(sql);
  return rule.apply(result.select, { schema: readSchema(sandbox), names }).map(({ select }) => {
    const named = withNames(select, sandbox.columnNames(printSelect(select)), names);
    return printSelect(named ?? select);
  });
}

export function expectEqual(sandbox: Sandbox, sql: string, rewritten: string): void {
  const result = read(sql);
  const order = result.ok ? orderCheckOf(result.select, readSchema(sandbox)) : ({ kind: 'whole' } as const);
  expect(difference(sandbox.run(sql, [], null), sandbox.run(rewritten, [], null), order), rewritten).toBeNull();
}

export interface FamilyCases {
  /** Rule, text, and one of the texts that the rule must make of it; all that it makes must be equal. */
  pairs: readonly (readonly [rule: string, sql: string, expected: string])[];
  leavesAlone: readonly (readonly [rule: string, sql: string])[];
  /** Rules of which several answers are given on purpose, each the beginning of another. */
  goesOn?: readonly string[];
}

export function describeFamily(name: string, sandbox: Sandbox, { pairs, leavesAlone, goesOn = [] }: FamilyCases): void {
  describe(name, () => {
    it.each(pairs)('%s: %s', (rule, sql, expected) => {
      const all = rewrites(sandbox, rule, sql);
      expect(all).toContain(expected);
      for (const rewritten of all) expectEqual(sandbox, sql, rewritten);
    });

    it.each(pairs.filter(([rule]) => !goesOn.includes(rule)))(
      '%s finds nothing more to do after %s',
      (rule, _sql, expected) => {
        expect(rewrites(sandbox, rule, expected)).toEqual([]);
      },
    );

    it.each(leavesAlone)('%s leaves alone: %s', (rule, sql) => {
      expect(rewrites(sandbox, rule, sql)).toEqual([]);
    });
  });
}

/** The cards tell the truth: what a rule shows is what it does, and what SQLite is said to do it does. */
import { describe, expect, it } from 'vitest';
import { programOf } from '../../../src/optimizer/bytecode.ts';
import { EXAMPLE_SCHEMA, RULE_CATALOGUE } from '../../../src/optimizer/catalogue.ts';
import { Optimizer } from '../../../src/optimizer/optimize.ts';
import { PREVIEW_RULES, PROVED_RULES } from '../../../src/optimizer/rules/registry.ts';
import { read, rewrites } from './rules/family.ts';
import type { Sandbox } from '../../../src/optimizer/sandbox.ts';
import { sandboxWith } from './sandbox.ts';

/** The example tables with what one card needs besides: with the index of another SQLite would go another way. */
const shops = new Map<string, Sandbox>();
function shopOf({ setup = '' }: { setup?: string }): Sandbox {
  const known = shops.get(setup) ?? sandboxWith(`${EXAMPLE_SCHEMA}\n${setup}`);
  shops.set(setup, known);
  return known;
}

describe('the catalogue', () => {
  const rules = RULE_CATALOGUE.filter(({ mode }) => mode === 'proved' || mode === 'preview');
  it.each(rules)('shows what $id really does', (rule) => {
    expect(rewrites(shopOf(rule), rule.id, rule.before)).toContain(rule.after);
  });

  // By itself, or because the guards will not have it.
  const left = RULE_CATALOGUE.flatMap((card) =>
    'refuses' in card ? [[card.id, card.refuses.sql, card] as const] : [],
  );
  it.each(left)('%s leaves alone: %s', (id, sql, card) => {
    const tried = [...PROVED_RULES, ...PREVIEW_RULES].filter((rule) => rule.id === id);
    const optimizer = new Optimizer(shopOf(card), read);
    const { provedSql } = optimizer.optimize(sql, [], { budgetMs: 60_000, mustBeFaster: false, rules: tried });
    expect(provedSql).toBeNull();
  });

  it('has every rule', () => {
    expect(rules.map(({ id }) => id).sort()).toEqual([...PROVED_RULES, ...PREVIEW_RULES].map(({ id }) => id).sort());
  });

  it('names each card once', () => {
    expect(new Set(RULE_CATALOGUE.map(({ id }) => id)).size).toBe(RULE_CATALOGUE.length);
  });

  const done = RULE_CATALOGUE.filter(({ mode }) => mode === 'sqlite');
  it.each(done)('SQLite itself does $id', (card) => {
    expect(programOf(shopOf(card), card.before)).toEqual(programOf(shopOf(card), card.after));
  });

  it.each(RULE_CATALOGUE)('$id: both texts are SQL', (card) => {
    for (const sql of [card.before, card.after]) expect(() => shopOf(card).explain(sql)).not.toThrow();
  });
});

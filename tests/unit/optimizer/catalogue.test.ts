/** The cards tell the truth: what a rule shows is what it does, and what SQLite is said to do it does. */
import { describe, expect, it } from 'vitest';
import { programOf } from '../../../src/optimizer/bytecode.ts';
import { EXAMPLE_SCHEMA, RULE_CATALOGUE } from '../../../src/optimizer/catalogue.ts';
import { Optimizer } from '../../../src/optimizer/optimize.ts';
import { PREVIEW_RULES, PROVED_RULES } from '../../../src/optimizer/rules/registry.ts';
import { read, rewrites } from './rules/family.ts';
import { sandboxWith } from './sandbox.ts';

const setups = RULE_CATALOGUE.flatMap(({ setup }) => (setup ? `${setup};` : []));
const shop = sandboxWith([EXAMPLE_SCHEMA, ...setups].join('\n'));
const optimizer = new Optimizer(shop, read);

describe('the catalogue', () => {
  const rules = RULE_CATALOGUE.filter(({ mode }) => mode === 'proved' || mode === 'preview');
  it.each(rules)('shows what $id really does', ({ id, before, after }) => {
    expect(rewrites(shop, id, before)).toContain(after);
  });

  // By itself, or because the guards will not have it.
  const left = RULE_CATALOGUE.flatMap((card) => ('refuses' in card ? [[card.id, card.refuses.sql] as const] : []));
  it.each(left)('%s leaves alone: %s', (id, sql) => {
    const tried = [...PROVED_RULES, ...PREVIEW_RULES].filter((rule) => rule.id === id);
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
  it.each(done.map(({ id, before, after }) => [id, before, after]))('SQLite itself does %s', (_id, before, after) => {
    expect(programOf(shop, before)).toEqual(programOf(shop, after));
  });

  it.each(RULE_CATALOGUE.map(({ id, before, after }) => [id, before, after]))(
    '%s: both texts are SQL',
    (_id, ...texts) => {
      for (const sql of texts) expect(() => shop.explain(sql)).not.toThrow();
    },
  );
});

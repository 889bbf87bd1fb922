/** A seeded slice of the long check: generated queries for each rule, every proved rewrite run on rows that no guard has seen. */
import { expect, it } from 'vitest';
import { tryGenerated } from '../../../bench/generated.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { PROVED_RULES } from '../../../src/optimizer/rules/registry.ts';
import { sandboxWith } from './sandbox.ts';

it('no proved rewrite gives another result', async () => {
  const options = { queriesPerRule: 2, databases: 24, seed: 20_261_123, budgetMs: 60_000 };
  const report = tryGenerated(() => sandboxWith(), await loadReader(), options);
  expect(report.failures).toEqual([]);
  const counts = Object.values(report.perRule);
  expect(counts).toHaveLength(PROVED_RULES.length);
  for (const one of counts) expect(one.wrong).toBe(0);
  // Not an agreement about nothing.
  expect(counts.reduce((sum, one) => sum + one.applied, 0)).toBeGreaterThan(5);
  expect(report.telling).toBeGreaterThan(report.triples / 4);
  expect(report.oracleChecks).toBeGreaterThan(20);
}, 120_000);

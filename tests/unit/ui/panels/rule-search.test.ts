import { describe, expect, it } from 'vitest';
import type { StatementOptimization } from '../../../../src/engine/protocol.ts';
import { RULE_CATALOGUE } from '../../../../src/optimizer/catalogue.ts';
import { refusals } from '../../../../src/ui/panels/optimizer/rule-record.ts';
import { FAMILIES, searched, trialOf } from '../../../../src/ui/panels/optimizer/rule-search.ts';
import { fateOf, gainReason } from '../../../../src/ui/panels/optimizer/statement-fate.ts';

const idsOf = (groups: ReturnType<typeof searched>): string[] =>
  groups.flatMap(({ rules }) => rules.map(({ id }) => id));

describe('the catalogue', () => {
  it('shows every card once, by family, until something is looked for', () => {
    const groups = searched(RULE_CATALOGUE, '  ', null);
    expect(groups.map(({ family }) => family)).toEqual(Object.keys(FAMILIES));
    expect(idsOf(groups).sort()).toEqual(RULE_CATALOGUE.map(({ id }) => id).sort());
  });

  it('finds cards with all of the words, wherever they stand, and of one kind', () => {
    expect(idsOf(searched(RULE_CATALOGUE, 'STRFTIME orders', null))).toEqual(['date-range']);
    expect(idsOf(searched(RULE_CATALOGUE, 'strftime nosuchword', null))).toEqual([]);
    const kept = searched(RULE_CATALOGUE, '', 'sqlite').flatMap(({ rules }) => rules);
    expect(kept.length).toBeGreaterThan(2);
    expect(kept.every(({ mode }) => mode === 'sqlite')).toBe(true);
  });

  it('knows how to try the example of every card', () => {
    const kinds: Record<string, string> = {};
    for (const rule of RULE_CATALOGUE) {
      const trial = trialOf(rule);
      expect(trial.sql).toBe(rule.before);
      if (trial.kind === 'preview') expect(trial.rule).toBe(rule.id);
      kinds[rule.id] = trial.kind;
    }
    expect(kinds).toMatchObject({
      'where-index': 'index',
      'fresh-statistics': 'index',
      'planner-hint': 'study',
      'push-not': 'prove',
      'limit-rows': 'preview',
      'or-to-in': 'study',
      'constant-folding': 'study',
    });
  });
});

const record = { ruleId: 'a', tried: 5, proved: 1, refused: 3, notFaster: 1, notTried: 0 };

it('a record names the guards that refused, in their order', () => {
  const rest = { chosen: 1, bestGain: 2, runs: 0, savedMs: 0, dropped: 0 };
  expect(refusals({ ...record, ...rest, refusedBy: { 'this-data': 1, preconditions: 2 } })).toBe(
    'Preconditions 2, This data 1',
  );
});

describe('what became of a statement', () => {
  const of = (more: Partial<StatementOptimization>): StatementOptimization =>
    ({ state: 'unchanged', refusedBy: null, gainInterval: null, practice: null, ...more }) as StatementOptimization;

  it('is told in a few words, the guard by its name', () => {
    expect(fateOf(null).text).toBe('not looked at yet');
    expect(fateOf(of({ state: 'proved' }))).toEqual({ text: '✓ rewritten', tone: 'good' });
    expect(fateOf(of({ refusedBy: 'small-worlds' })).text).toBe('✕ refused: Small worlds');
    expect(fateOf(of({ refusedBy: 'faster' })).text).toBe('≈ not faster');
    expect(fateOf(of({})).text).toBe('= as typed');
    expect(fateOf(of({ state: 'stale' })).text).toBe('= as typed: rows written');
  });

  it('has a gain with its interval, and what it is in practice', () => {
    expect(gainReason(of({}))).toBe('Not measured.');
    const practice = { typedMs: 20, rewrittenMs: 4 };
    const told = gainReason(of({ gainInterval: [4, 6], confidence: { words: 'high', share: 0.99 }, practice }));
    expect(told).toBe(
      'Measured on the fork: between 4x and 6x, confidence high. In the pool 20 ms as typed, 4 ms rewritten.',
    );
    expect(gainReason(of({ gainInterval: [4, 6], gainIsLeast: true }))).toContain('it is at least that.');
  });
});

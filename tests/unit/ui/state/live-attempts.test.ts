import { expect, it } from 'vitest';
import type { OptimizeProgress, RewriteAttempt } from '../../../../src/engine/protocol.ts';
import { withProgress } from '../../../../src/ui/state/live-attempts.ts';

const attempt = (rewrittenSql: string, more: Partial<RewriteAttempt> = {}): RewriteAttempt =>
  ({ rewrittenSql, verdicts: [], trial: null, outcome: 'proposed', ...more }) as unknown as RewriteAttempt;
const guard = (rewrittenSql: string, pass = true): OptimizeProgress => ({
  stage: 'guard',
  ruleIds: [],
  rewrittenSql,
  verdict: { guard: 'reparse', pass, evidence: '', counterexample: null },
});

it('a proof that goes on is shown as it stands, one report after the other', () => {
  const told: OptimizeProgress[] = [
    { stage: 'proposed', analysisMs: 1, attempts: [attempt('a')] },
    { stage: 'proposed', analysisMs: 1, attempts: [attempt('b'), attempt('a')] },
    { stage: 'tried', ruleIds: [], rewrittenSql: 'a', trial: { ms: 2, steps: 30 } },
    { stage: 'tried', ruleIds: [], rewrittenSql: 'a then b', trial: null },
    guard('a'),
    guard('a', false),
    { stage: 'decided', attempt: attempt('a', { outcome: 'refused' }) },
    { stage: 'decided', attempt: attempt('a then b', { outcome: 'proved' }) },
  ];
  const shown: (readonly RewriteAttempt[])[] = [];
  told.reduce<readonly RewriteAttempt[]>((attempts, one) => {
    const next = withProgress(attempts, one);
    shown.push(next);
    return next;
  }, []);
  const short = shown.map((some) => some.map((one) => `${one.rewrittenSql}:${one.outcome}:${one.verdicts.length}`));
  expect(short).toEqual([
    ['a:proposed:0'],
    ['b:proposed:0', 'a:proposed:0'],
    ['b:proposed:0', 'a:proposed:0'],
    ['b:proposed:0', 'a:proposed:0'],
    ['b:proposed:0', 'a:proposed:1'],
    ['b:proposed:0', 'a:proposed:2'],
    ['b:proposed:0', 'a:refused:0'],
    ['b:proposed:0', 'a:refused:0', 'a then b:proved:0'],
  ]);
  expect(shown[2]?.[1]?.trial).toEqual({ ms: 2, steps: 30 });
});

import { expect, it } from 'vitest';
import type { OptimizeProgress, RewriteAttempt } from '../../../../src/engine/protocol.ts';
import { leading, withProgress } from '../../../../src/ui/state/live-attempts.ts';

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
    guard('a then b'),
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
    // A sequence that nobody proposed for the text as typed is told of by its trial.
    ['b:proposed:0', 'a:proposed:0', 'a then b:proposed:0'],
    ['b:proposed:0', 'a:proposed:1', 'a then b:proposed:0'],
    ['b:proposed:0', 'a:proposed:2', 'a then b:proposed:0'],
    ['b:proposed:0', 'a:refused:0', 'a then b:proposed:0'],
    ['b:proposed:0', 'a:refused:0', 'a then b:proposed:1'],
    ['b:proposed:0', 'a:refused:0', 'a then b:proved:0'],
  ]);
  expect(shown[2]?.[1]?.trial).toEqual({ ms: 2, steps: 30 });
});

it('looks at the first suggestion, then at what is under proof, then at the fastest that is proved', () => {
  const verdict = { guard: 'reparse', pass: true, evidence: '', counterexample: null } as const;
  const proved = (sql: string, ratioWarm: number): RewriteAttempt =>
    attempt(sql, { outcome: 'proved', verdicts: [verdict], measurement: { ratioWarm } } as Partial<RewriteAttempt>);
  const first = attempt('first');
  const refused = attempt('refused', { outcome: 'refused', verdicts: [verdict, verdict, verdict] });
  const asked = attempt('asked', { verdicts: [verdict] });
  expect(leading([])).toBeNull();
  expect(leading([first, attempt('second')])).toBe(first);
  expect(leading([first, refused])).toBe(refused);
  expect(leading([first, refused, asked])).toBe(asked);
  expect(leading([asked, proved('slow', 2), proved('fast', 9), refused])?.rewrittenSql).toBe('fast');
});

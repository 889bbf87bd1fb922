/** What is known of a proof while it goes on: the suggestions, what each guard has said of them so far, and which one to look at. */
import type { OptimizeProgress, RewriteAttempt } from '../../engine/protocol.ts';

/** The attempts after one more report, in the order in which they were first told of. */
export function withProgress(attempts: readonly RewriteAttempt[], told: OptimizeProgress): RewriteAttempt[] {
  if (told.stage === 'proposed') return told.attempts;
  const sql = told.stage === 'decided' ? told.attempt.rewrittenSql : told.rewrittenSql;
  const found = attempts.findIndex((one) => one.rewrittenSql === sql);
  const at = found < 0 ? attempts.length : found;
  const placed = (one: RewriteAttempt): RewriteAttempt[] => attempts.toSpliced(at, 1, one);
  if (told.stage === 'decided') return placed(told.attempt);
  const one = attempts[found] ?? sequenceOf(told.ruleIds, told.rewrittenSql);
  return placed(
    told.stage === 'tried' ? { ...one, trial: told.trial } : { ...one, verdicts: [...one.verdicts, told.verdict] },
  );
}

/** A sequence of rules that nobody proposed for the text as typed, while it is not decided. */
function sequenceOf(ruleIds: string[], rewrittenSql: string): RewriteAttempt {
  return {
    ruleId: ruleIds.at(-1) ?? '',
    ruleIds,
    rewrittenSql,
    verdicts: [],
    measurement: null,
    trial: null,
    grade: 'worlds',
    preconditions: [],
    restsOn: [],
    expectedGain: 1,
    outcome: 'proposed',
    reason: 'Built on what another rule proposed.',
  };
}

/** The one to look at: the fastest that is proved, else the one under proof, else the one that got furthest, else the first. */
export function leading(attempts: readonly RewriteAttempt[]): RewriteAttempt | null {
  return attempts.reduce<RewriteAttempt | null>(
    (best, one) => (best === null || rank(one) > rank(best) ? one : best),
    null,
  );
}

function rank({ outcome, verdicts, measurement }: RewriteAttempt): number {
  if (outcome === 'proved') return 1000 + (measurement?.ratioWarm ?? 1);
  const isUnderProof = outcome === 'proposed' && verdicts.length > 0;
  return (isUnderProof ? 100 : 0) + verdicts.length;
}

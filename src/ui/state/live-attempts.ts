/** What is known of a proof while it goes on: the suggestions, and what each guard has said of them so far. */
import type { OptimizeProgress, RewriteAttempt } from '../../engine/protocol.ts';

/** The attempts after one more report; those under proof come first, in the order in which they were proposed. */
export function withProgress(attempts: readonly RewriteAttempt[], told: OptimizeProgress): RewriteAttempt[] {
  if (told.stage === 'proposed') return told.attempts;
  const sql = told.stage === 'decided' ? told.attempt.rewrittenSql : told.rewrittenSql;
  const at = attempts.findIndex((one) => one.rewrittenSql === sql);
  if (told.stage === 'decided') return at < 0 ? [...attempts, told.attempt] : attempts.with(at, told.attempt);
  // A sequence of several rules that nobody proposed for the text as typed: it is shown once it is decided.
  if (at < 0) return [...attempts];
  const one = attempts[at];
  const next =
    told.stage === 'tried' ? { ...one, trial: told.trial } : { ...one, verdicts: [...one.verdicts, told.verdict] };
  return attempts.with(at, next);
}

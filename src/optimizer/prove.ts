/** A proposal before the guards, one after the other: the first that refuses ends it. */
import type { GuardContext, Guard } from './guards/guard.ts';
import type { Prepared } from './prepare.ts';
import type { Proposal } from './proposals.ts';
import type { OptimizeProgress, PreconditionReport, ProofGrade, RewriteAttempt, Trial, Verdict } from './protocol.ts';
import { restsOn } from './rules/rule.ts';

/** Tells each verdict; a guard that `deadlineMs` leaves no time for refuses. */
export function* prove(
  proposal: Proposal,
  trial: Trial | null,
  prepared: Prepared,
  guards: readonly Guard[],
  deadlineMs: number,
): Generator<OptimizeProgress, RewriteAttempt> {
  const { context, statement: original, roundTrip } = prepared;
  const { rewrite, statement, ruleIds } = proposal;
  context.measurement = null;
  const verdicts: Verdict[] = [roundTrip];
  const told = (verdict: Verdict): OptimizeProgress => {
    return { stage: 'guard', ruleIds: [...ruleIds], rewrittenSql: statement.sql, verdict };
  };
  yield told(roundTrip);
  let refusal: Verdict | null = null;
  for (const guard of guards) {
    if (guard.id === 'round-trip') continue;
    const late = context.sandbox.nowMs() > deadlineMs;
    const verdict = late
      ? { guard: guard.id, pass: false, evidence: 'Time ran out before this guard was asked.', counterexample: null }
      : guard.check({ original, rewritten: statement, rewrite }, context);
    verdicts.push(verdict);
    yield told(verdict);
    if (verdict.pass) continue;
    refusal = verdict;
    break;
  }
  return {
    ...attemptOf(proposal, trial, 'proved', `Proved: ${rewrite.note}.`),
    verdicts,
    measurement: measured(context),
    ...(refusal && { outcome: refusal.guard === 'faster' ? 'not-faster' : 'refused', reason: refusal.evidence }),
  };
}

/** An attempt that no guard has looked at. */
export function attemptOf(
  { ruleIds, rewrite, statement, expectedGain }: Proposal,
  trial: Trial | null,
  outcome: RewriteAttempt['outcome'],
  reason: string,
): RewriteAttempt {
  return {
    ruleId: ruleIds.at(-1) ?? '',
    ruleIds: [...ruleIds],
    rewrittenSql: statement.sql,
    verdicts: [],
    measurement: null,
    trial,
    grade: gradeOf(rewrite.preconditions),
    preconditions: [...rewrite.preconditions],
    restsOn: restsOn(rewrite.preconditions),
    expectedGain,
    outcome,
    reason,
  };
}

export function notApplicable(ruleId: string): RewriteAttempt {
  return {
    ruleId,
    ruleIds: [ruleId],
    rewrittenSql: null,
    verdicts: [],
    measurement: null,
    trial: null,
    grade: 'worlds',
    preconditions: [],
    restsOn: [],
    expectedGain: 1,
    outcome: 'not-applicable',
    reason: 'The rule does not apply.',
  };
}

export function gradeOf(preconditions: readonly PreconditionReport[]): ProofGrade {
  if (preconditions.some(({ by }) => by === 'rows' || by === 'query')) return 'data';
  return preconditions.length > 0 ? 'schema' : 'worlds';
}

/** Set by the last guard; read through a function since the guard changes it behind the compiler's back. */
function measured({ measurement }: GuardContext): RewriteAttempt['measurement'] {
  return measurement;
}

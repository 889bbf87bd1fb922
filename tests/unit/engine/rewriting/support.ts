/** Reports of the optimizer, made by hand. */
import type { OptimizeReport, RewriteAttempt, Samples } from '../../../../src/optimizer/protocol.ts';

function samples(count: number): Samples {
  return {
    count,
    original: { lowMs: 9, medianMs: 10, highMs: 12 },
    rewritten: { lowMs: 2, medianMs: 2, highMs: 3 },
  };
}

export function reportOf(sql: string, provedSql: string | null, more: Partial<OptimizeReport> = {}): OptimizeReport {
  const chosen: RewriteAttempt = {
    ruleId: 'count-to-exists',
    ruleIds: ['count-to-exists'],
    rewrittenSql: provedSql,
    verdicts: [],
    measurement: {
      originalMs: 10,
      rewrittenMs: 2,
      ratioWarm: 5,
      ratioCold: 5,
      ratioInterval: [4, 6],
      coverage: 0.96,
      confidence: { words: 'high', share: 0.99 },
      pairs: 6,
      runs: 11,
      ratioRange: [4, 6],
      originalSteps: 1000,
      rewrittenSteps: 100,
      samples: { warm: samples(6), cold: samples(5) },
      originalStopped: false,
    },
    trial: null,
    grade: 'worlds',
    preconditions: [],
    restsOn: more.restsOn ?? [],
    expectedGain: 3,
    outcome: 'proved',
    reason: 'Proved.',
  };
  return {
    sql,
    provedSql,
    ruleIds: provedSql === null ? [] : chosen.ruleIds,
    restsOn: [],
    chosen: provedSql === null ? null : chosen,
    attempts: provedSql === null ? [] : [chosen],
    unchangedReason: provedSql === null ? 'Runs as typed: no rule applies.' : null,
    schemaCookie: 1,
    version: { historyId: 'h', logNumber: 0 },
    planBefore: [],
    planAfter: null,
    analysisMs: 1,
    elapsedMs: 2,
    ...more,
  };
}

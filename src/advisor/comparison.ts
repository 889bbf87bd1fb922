/** What the advice does to one statement: the data as it is beside the copy with the indexes, the text as typed beside its rewrite. */
import type { MeasuredGain, StatementAdvice, StatementRewrite } from '../optimizer/advice.ts';
import { plainPlan } from '../optimizer/plain-plan.ts';
import type { Sandbox } from '../optimizer/sandbox.ts';
import type { MeasuredQuery } from './baseline.ts';
import { FLOOR_MS, SLOWER_MAX } from './choose.ts';
import { compare } from './compare.ts';
import type { ProvedTexts } from './rewrites.ts';
import { planKey } from './trials.ts';
import type { SampleText } from './workload.ts';

const LIMIT_MS_MIN = 50;
/** A rewrite that gains less beside the indexes is not worth another text. */
const REWRITE_GAIN_MIN = 1.1;

/** `fork` shows what is advised. The names of the indexes are left open. */
export function statementAdvice(
  query: MeasuredQuery,
  proved: ProvedTexts,
  data: Sandbox,
  fork: Sandbox,
  budgetMs: number,
): StatementAdvice {
  const [sample = { sql: '', parameters: [] }] = query.samples;
  const [timing] = query.before;
  const isStopped = timing?.stopped ?? false;
  const limitMs = isStopped ? (timing?.ms ?? 0) : 3 * Math.max(LIMIT_MS_MIN, timing?.ms ?? 0, budgetMs);
  const beside = (text: SampleText): MeasuredGain => {
    const gain = compare(
      { sandbox: data, text: sample },
      { sandbox: fork, text },
      query.order,
      limitMs,
      isStopped,
      budgetMs,
    );
    return query.isDetermined ? gain : { ...gain, equalRows: null };
  };
  const typedPlan = fork.plan(sample.sql);
  const typed = planKey(typedPlan) === planKey(query.planBefore) ? unchanged(query) : beside(sample);
  const base = {
    fingerprint: query.fingerprint,
    sql: sample.sql,
    parameters: sample.parameters,
    frequency: query.frequency,
    samples: query.samples.length,
    indexes: [],
    planBefore: plainPlan(query.planBefore),
  };
  const noteOf = ({ isAtLeast }: MeasuredGain): string | null => {
    if (!isStopped) return null;
    return isAtLeast
      ? 'Stopped at its deadline as it is: it gains at least this.'
      : 'Stopped at its deadline, with what is advised too: what it gains is not known.';
  };
  const [text] = proved?.samples ?? [];
  if (proved && text) {
    const rewritten = beside(text);
    if (Math.max(typed.afterMs, FLOOR_MS) / Math.max(rewritten.afterMs, FLOOR_MS) >= REWRITE_GAIN_MIN) {
      const rewrite = { sql: text.sql, ruleIds: proved.ruleIds, ...besideIndexes(typed, rewritten) };
      return { ...base, planAfter: plainPlan(fork.plan(text.sql)), gain: rewritten, rewrite, note: noteOf(rewritten) };
    }
  }
  return { ...base, planAfter: plainPlan(typedPlan), gain: typed, rewrite: null, note: noteOf(typed) };
}

/** What the rewrite gains where the indexes are: both were measured against the data as it is, so it is the quotient of the two gains. */
export function besideIndexes(
  typed: Pick<MeasuredGain, 'ratio' | 'interval'>,
  rewritten: Pick<MeasuredGain, 'ratio' | 'interval'>,
): Pick<StatementRewrite, 'ratio' | 'interval'> {
  const [typedLow, typedHigh] = typed.interval;
  const [low, high] = rewritten.interval;
  return { ratio: rewritten.ratio / typed.ratio, interval: [low / typedHigh, high / typedLow] };
}

/** Slower than 0.9 of before, and the interval leaves no doubt that it is slower. */
export function isSlower({ ratio, interval: [, high], beforeMs, afterMs }: MeasuredGain): boolean {
  return ratio < 1 / SLOWER_MAX && high < 1 && afterMs - beforeMs > FLOOR_MS;
}

/** One plan over the same rows is one time. */
function unchanged({ beforeMs, before }: MeasuredQuery): MeasuredGain {
  const steps = before[0]?.steps ?? null;
  return {
    beforeMs,
    afterMs: beforeMs,
    ratio: 1,
    interval: [1, 1],
    coverage: 1,
    pairs: 0,
    beforeSteps: steps,
    afterSteps: steps,
    isAtLeast: false,
    equalRows: true,
  };
}

/** One that nothing could be found out about. */
export function unread(fingerprint: string, sql: string, frequency: number, why: string): StatementAdvice {
  const none = { parameters: [], indexes: [], planBefore: [], planAfter: [], gain: null, rewrite: null };
  return { fingerprint, sql, frequency, samples: 0, ...none, note: `Not looked at: ${why}.` };
}

/** Why a query ran as it did, for people. */
import type { OptimizeReport } from '../../optimizer/protocol.ts';

/** The one worker that makes writes may be ahead of what has been told of them; what was proved is proved of what has been told. */
export const NEWER_WRITE = 'Runs as typed: its worker had just written, and the proof is of the data before that';

const GRADES = {
  worlds: 'for every schema',
  schema: 'by the schema',
  data: 'on the rows as they are now',
} as const;

/** Of a rewrite that was run. */
export function asProved({ ruleIds, chosen }: OptimizeReport): string {
  const rules = `Proved up to a stated bound, ${GRADES[chosen?.grade ?? 'worlds']}: ${ruleIds.join(', ')}`;
  const race = chosen?.measurement;
  if (!race) return rules;
  const [low, high] = race.ratioInterval.map((ratio) => Number(ratio.toPrecision(2)));
  return `${rules}; ${race.originalStopped ? 'at least ' : ''}${Number(race.ratioWarm.toPrecision(2))} times as fast when measured (between ${low} and ${high}, confidence ${race.confidence.words})`;
}

/** Whether a text that nobody has classified yet may be a query: whether it is worth a look before it runs. */
export function mayBeQuery(sql: string): boolean {
  return /^(?:\s|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)*\(*(?:SELECT|WITH|VALUES)\b/i.test(sql);
}

/** The whole of it in a few numbers. */
import type { AdvisedIndex, StatementAdvice, WorkloadAdvice } from '../optimizer/advice.ts';
import { FLOOR_MS } from './choose.ts';
import { isSlower } from './comparison.ts';

export function totalsOf(
  statements: readonly StatementAdvice[],
  indexes: readonly AdvisedIndex[],
  dataBytes: number,
): WorkloadAdvice['totals'] {
  const known = statements.flatMap(({ gain, frequency }) => (gain ? [{ gain, frequency }] : []));
  const sum = (of: (one: (typeof known)[number]) => number): number => known.reduce((all, one) => all + of(one), 0);
  const beforeMs = sum(({ gain, frequency }) => frequency * gain.beforeMs);
  const afterMs = sum(({ gain, frequency }) => frequency * gain.afterMs);
  const weights = sum(({ frequency }) => frequency) || 1;
  return {
    beforeMs,
    afterMs,
    ratioTotal: Math.max(beforeMs, FLOOR_MS) / Math.max(afterMs, FLOOR_MS),
    ratioGeometric: Math.exp(sum(({ gain, frequency }) => frequency * Math.log(gain.ratio)) / weights),
    slower: known.filter(({ gain }) => isSlower(gain)).length,
    indexBytes: indexes.reduce((all, { bytes }) => all + bytes, 0),
    dataBytes,
  };
}

/** What became of a rule's proposals, in words. */
import type { RuleRecord } from '../../../engine/protocol.ts';
import { formatCount, formatTimes } from '../../format.ts';
import { GUARD_IDS, GUARDS } from '../proof/words.ts';

/** `Small worlds 3, This data 1`; empty when nothing was refused. */
export function refusals({ refusedBy }: RuleRecord): string {
  return GUARD_IDS.flatMap((id) => (refusedBy[id] ? [`${GUARDS[id].title} ${refusedBy[id]}`] : [])).join(', ');
}

/** One line under a card. */
export function recordLine(record: RuleRecord | undefined): string {
  if (!record) return 'Has not proposed anything on this database yet.';
  const by = refusals(record);
  return [
    `Tried ${formatCount(record.tried)}`,
    `proved ${formatCount(record.proved)}`,
    `refused ${formatCount(record.refused)}${by ? ` (${by})` : ''}`,
    `not faster ${formatCount(record.notFaster)}`,
    ...(record.chosen > 0 ? [`in use for ${formatCount(record.chosen)}, at best ${formatTimes(record.bestGain)}`] : []),
  ].join(' · ');
}

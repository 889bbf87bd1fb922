/** What became of a statement, in a few words for a table. */
import type { StatementOptimization } from '../../../engine/protocol.ts';
import { formatMs, formatTimes } from '../../format.ts';
import { GUARDS } from '../proof/words.ts';

export interface Fate {
  text: string;
  tone: 'good' | 'watch' | 'muted';
}

export function fateOf(optimization: StatementOptimization | null): Fate {
  switch (optimization?.state) {
    case undefined:
      return { text: 'not looked at yet', tone: 'muted' };
    case 'running':
      return { text: '… proof running', tone: 'watch' };
    case 'proved':
      return { text: '✓ rewritten', tone: 'good' };
    case 'stale':
      return { text: '= as typed: rows written', tone: 'watch' };
    case 'dropped':
      return { text: '= dropped: slower', tone: 'watch' };
    case 'unchanged':
      return unchanged(optimization.refusedBy);
  }
}

function unchanged(refusedBy: StatementOptimization['refusedBy']): Fate {
  if (refusedBy === null) return { text: '= as typed', tone: 'muted' };
  if (refusedBy === 'faster') return { text: '≈ not faster', tone: 'muted' };
  return { text: `✕ refused: ${GUARDS[refusedBy].title}`, tone: 'watch' };
}

/** What the gain was made of, and how it does in practice. */
export function gainReason(optimization: StatementOptimization | null): string {
  if (!optimization?.gainInterval) return 'Not measured.';
  const { gainInterval, gainIsLeast, confidence, practice } = optimization;
  const [low, high] = gainInterval.map(formatTimes);
  const inPool =
    practice?.typedMs != null && practice.rewrittenMs != null
      ? ` In the pool ${formatMs(practice.typedMs)} as typed, ${formatMs(practice.rewrittenMs)} rewritten.`
      : '';
  const least = gainIsLeast ? ' The text as typed was stopped before its end, so it is at least that.' : '';
  return `Measured on the fork: between ${low} and ${high}, confidence ${confidence?.words ?? 'unknown'}.${least}${inPool}`;
}

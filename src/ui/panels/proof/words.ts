/** Guards, outcomes and grades of a proof in plain words. */
import type { OptimizeReport, RewriteAttempt } from '../../../engine/protocol.ts';
import type { GuardId, Measurement, PreconditionReport, ProofGrade } from '../../../optimizer/protocol.ts';
import { formatTimes } from '../../format.ts';

/** In the order in which they are passed. */
export const GUARDS = {
  'round-trip': {
    title: 'Round trip',
    question: 'Printed back unchanged, does SQLite compile your text to the same program?',
  },
  reparse: { title: 'Reparse', question: 'Does the rewritten text read back as the query that was meant?' },
  preconditions: {
    title: 'Preconditions',
    question: 'Does all that the rule relies on hold: proved by the schema, or seen in the rows now?',
  },
  'small-worlds': {
    title: 'Small worlds',
    question: 'Do both texts agree on every tiny database, with NULLs, duplicates and odd values?',
  },
  'this-data': { title: 'This data', question: 'Do both texts give equal rows on your data?' },
  faster: { title: 'Faster', question: 'Is it at least 1.1 times as fast, warm and cold, measured in turns?' },
} as const satisfies Record<GuardId, { title: string; question: string }>;

export const GUARD_IDS = Object.keys(GUARDS) as GuardId[];

/** How an attempt ended: icon and words, with the tone of its tag. */
export const OUTCOMES = {
  proved: { icon: '✓', label: 'proved', tone: 'good' },
  refused: { icon: '✕', label: 'refused', tone: 'bad' },
  'not-faster': { icon: '≈', label: 'not faster', tone: 'watch' },
  'not-applicable': { icon: '–', label: 'does not apply', tone: '' },
  'not-tried': { icon: '–', label: 'not tried', tone: '' },
  proposed: { icon: '…', label: 'proposed', tone: '' },
  preview: { icon: '◐', label: 'preview', tone: 'write' },
} as const satisfies Record<RewriteAttempt['outcome'], { icon: string; label: string; tone: string }>;

/** What a proof rests on besides small worlds and this data. */
export const GRADES = {
  worlds: { label: 'nothing more needed', why: 'The rule needs nothing of the schema or of the rows.' },
  schema: {
    label: 'proved by the schema',
    why: 'Keys, NOT NULL or CHECK let nothing else in: it holds for as long as the schema stands.',
  },
  data: {
    label: 'verified on the data now',
    why: 'Seen in the rows as they are: from the next write to those tables on the text runs as typed until it is looked at again.',
  },
} as const satisfies Record<ProofGrade, { label: string; why: string }>;

/** What shows a single precondition. */
export const SHOWN_BY = {
  schema: 'proved by the schema',
  rows: 'verified on the data now',
  query: 'verified on the data now',
  nothing: 'nothing shows it',
} as const satisfies Record<PreconditionReport['by'], string>;

/** Where the text as typed was stopped before its end, a time or a gain is at least so much. */
export function atLeast({ originalStopped }: Pick<Measurement, 'originalStopped'>): string {
  return originalStopped ? '≥ ' : '';
}

/** The gain of a race, warm. */
export function gainOf(measurement: Measurement): string {
  return `${atLeast(measurement)}${formatTimes(measurement.ratioWarm)}`;
}

/** What became of a statement, for its head; `why` is empty where it is rewritten. */
export function headOf({ provedSql, unchangedReason }: OptimizeReport): {
  label: string;
  tone: 'good' | '';
  why: string;
} {
  if (provedSql !== null) return { label: 'rewritten', tone: 'good', why: '' };
  // The label says the rest.
  const why = (unchangedReason ?? '').replace(/^Runs as typed: (.)/, (_, first: string) => first.toUpperCase());
  return { label: 'runs as typed', tone: '', why };
}

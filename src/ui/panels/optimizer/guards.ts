/** The six guards of a rewrite in the order in which they are passed, in plain words. */
import type { OptimizeReport } from '../../../engine/protocol.ts';

export type RewriteAttempt = OptimizeReport['attempts'][number];
export type GuardId = RewriteAttempt['verdicts'][number]['guard'];

export const GUARDS = {
  'round-trip': {
    title: 'Round trip',
    question: 'Printed back unchanged, does SQLite compile your text to the same program?',
  },
  reparse: { title: 'Reparse', question: 'Does the rewritten text read back as the query that was meant?' },
  preconditions: {
    title: 'Preconditions',
    question: 'Does the schema prove everything that the rule relies on?',
  },
  'small-worlds': {
    title: 'Small worlds',
    question: 'Do both texts agree on every tiny database, with NULLs, duplicates and odd values?',
  },
  'this-data': { title: 'This data', question: 'Do both texts give equal rows on your data?' },
  faster: { title: 'Faster', question: 'Is it at least 1.1 times as fast, warm and cold, measured in turns?' },
} as const satisfies Record<GuardId, { title: string; question: string }>;

export const GUARD_IDS = Object.keys(GUARDS) as GuardId[];

/** How an attempt ended, in two words, with the tone of its tag. */
export const OUTCOMES = {
  proved: { label: 'proved', tone: 'good' },
  refused: { label: 'refused', tone: 'watch' },
  'not-faster': { label: 'not faster', tone: '' },
  'not-applicable': { label: 'does not apply', tone: '' },
  'not-tried': { label: 'not tried', tone: '' },
  proposed: { label: 'proposed', tone: '' },
  preview: { label: 'preview', tone: 'write' },
} as const satisfies Record<RewriteAttempt['outcome'], { label: string; tone: string }>;

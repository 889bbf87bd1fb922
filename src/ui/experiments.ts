/** The three first experiments: one sentence, one question to guess first, one thing that is measured. */
import { customerStory, revenueByCity } from '../database/samples/first-screen/catalogue.ts';
import { formatMeasuredMs, formatTimes } from './format.ts';

export type ExperimentId = 'index' | 'cache' | 'scale-up';

export interface Experiment {
  id: ExperimentId;
  title: string;
  sentence: string;
  question: string;
  /** In rising order; the first one whose bound lies above the measured value holds. */
  choices: readonly { label: string; below: number }[];
  sql: string;
  /** What the measurement takes, for the button's tooltip. */
  takes: string;
}

const RATIO_CHOICES = [
  { label: 'less than 2x', below: 2 },
  { label: '2x to 10x', below: 10 },
  { label: '10x to 100x', below: 100 },
  { label: 'more than 100x', below: Infinity },
] as const;

export const experiments: readonly Experiment[] = [
  {
    id: 'index',
    title: 'One index',
    sentence:
      'Without an index SQLite reads a whole table to find a few of its rows; with one it goes straight to them.',
    question: 'How much faster will this query be with the advised index?',
    choices: RATIO_CHOICES,
    sql: customerStory.sql,
    takes: 'Runs the query, builds the index on a copy of the data, measures both.',
  },
  {
    id: 'cache',
    title: 'The second time',
    sentence: 'An answer that is still true need not be worked out again: the cache hands it back.',
    question: 'How much faster will the same query be the second time?',
    choices: RATIO_CHOICES,
    sql: revenueByCity.sql,
    takes: 'Empties the cache, runs the query, runs it again.',
  },
  {
    id: 'scale-up',
    title: 'A rush of queries',
    sentence: 'When queries come faster than one worker answers, the scaler starts more, and lets them go afterwards.',
    question: 'How many workers will there be at the height of the rush?',
    choices: [
      { label: 'still one', below: 2 },
      { label: 'two', below: 3 },
      { label: 'three', below: 4 },
      { label: 'four or more', below: Infinity },
    ],
    sql: customerStory.sql,
    takes: 'Sends a real load for half a minute, each query with a simulated wait of 20 ms.',
  },
];

/** What was seen, with the measured numbers. */
export const sentences = {
  index: (beforeMs: number, afterMs: number, ratio: number): string =>
    `${formatMeasuredMs(beforeMs)} by reading the table, ${formatMeasuredMs(afterMs)} with the index: ${formatTimes(ratio)}.`,
  cache: (executedMs: number, hitMs: number): string =>
    `${formatMeasuredMs(executedMs)} to work it out, ${formatMeasuredMs(hitMs)} from the cache.`,
  'scale-up': (first: number, most: number): string =>
    most > first
      ? `The pool went from ${first} to ${most} workers while the rush lasted; they leave after a quiet while.`
      : `The pool stayed at ${most}: the rush was not enough for another worker, or the scaler is off.`,
} as const;

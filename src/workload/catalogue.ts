/** Names and one-line explanations of the load shapes, for menus. */
import type { ShapeName } from './settings.ts';

export const shapeCatalogue: Record<ShapeName, { title: string; explanation: string }> = {
  steady: { title: 'Steady', explanation: 'The same rate throughout.' },
  ramp: { title: 'Ramp', explanation: 'Grows evenly from the rate to the peak.' },
  spike: {
    title: 'Spike',
    explanation: 'The rate, then the peak from a quarter to half of the time, then the rate again.',
  },
  wave: { title: 'Wave', explanation: 'Up and down between the rate and the peak, three times.' },
};

/** Streams of requests that the trace runner makes by itself. */
export const GENERATED_TRACES = {
  zipf: {
    label: 'Popular keys',
    explanation: 'Few keys are asked for often, many seldom (Zipf’s law). Frequency wins.',
  },
  scan: {
    label: 'Popular keys with scans',
    explanation: 'The same, and now and then a report that reads much once. LRU throws the popular ones out for it.',
  },
  loop: {
    label: 'Loop',
    explanation: 'All keys in order, again and again. LRU and FIFO drop each one just before it comes.',
  },
  phases: {
    label: 'Change of phase',
    explanation:
      'Popular keys, then a loop, other popular keys, and keys that come twice soon. No simple strategy wins all.',
  },
} as const;

export type GeneratedTraceName = keyof typeof GENERATED_TRACES;

/** The parts of a change of phase, each a quarter of the requests. */
export const TRACE_PHASES = ['popular keys', 'a loop', 'other popular keys', 'keys that come twice, soon'] as const;

/**
 * Health: 100 minus named deductions, each from one real reading, so that the score can always be taken apart. A sum, not
 * a weighted mean: a mean would hide one dead part behind nine good ones.
 */
import { countInWords, durationInWords, percentInWords, type Readings } from './readings.ts';

export interface Deduction {
  name: string;
  /** 1..100. */
  points: number;
  /** The reading in words, with its unit. */
  reading: string;
  /** One sentence: what it means, and from where to where it costs. */
  why: string;
}

export interface Health {
  /** 0..100. */
  score: number;
  /** Worst first; only those that cost something. */
  deductions: Deduction[];
  /** Names of the parts that nothing was measured for; they cost nothing. */
  unmeasured: string[];
  /** The whole in one sentence. */
  summary: string;
}

interface Part {
  /** Null when nothing was measured. */
  value: (readings: Readings) => number | null;
  /** No deduction up to here, all of `points` from `worst` on, a straight line between. */
  from: number;
  worst: number;
  points: number;
  words: (value: number) => string;
  /** The sentence part around an amount in words. */
  reading: (amount: string) => string;
  meaning: string;
}

/** The parts of the score, in the order in which ties are shown. */
export const HEALTH_PARTS = {
  'Missing workers': {
    value: ({ readyWorkers, desiredWorkers }) =>
      readyWorkers === null || desiredWorkers === null || desiredWorkers === 0
        ? null
        : Math.max(0, 1 - readyWorkers / desiredWorkers),
    from: 0.5, // half of them may be starting, after an ordinary step up
    worst: 1,
    points: 60,
    words: percentInWords,
    reading: (amount) => `${amount} of the desired workers are not ready`,
    meaning: 'Workers that are starting, lost or ejected answer nothing.',
  },
  Errors: {
    value: (readings) => readings.errorRatio,
    from: 0.01,
    worst: 0.25,
    points: 50,
    words: percentInWords,
    reading: (amount) => `${amount} of queries failed`,
    meaning: 'Queries failed in the last 5 s; mistakes in their own text are not counted.',
  },
  'Slow answers': {
    value: (readings) => readings.p95Ms,
    from: 500,
    worst: 4000,
    points: 30,
    words: durationInWords,
    reading: (amount) => `p95 ${amount}`,
    meaning: 'One answer in twenty took longer than this.',
  },
  'Long queue': {
    value: (readings) => readings.queueDepth,
    from: 10,
    worst: 200,
    points: 30,
    words: countInWords,
    reading: (amount) => `${amount} waiting`,
    meaning: 'Queries come in faster than the workers answer.',
  },
  'Changes not saved': {
    value: (readings) => readings.unsavedMs,
    from: 3000,
    worst: 30_000,
    points: 25,
    words: durationInWords,
    reading: (amount) => `oldest unsaved change ${amount} ago`,
    meaning: 'A reload now would lose these changes.',
  },
  'Memory nearly used up': {
    value: (readings) => readings.memoryRatio,
    from: 0.8,
    worst: 1.2,
    points: 20,
    words: percentInWords,
    reading: (amount) => `${amount} of the memory budget`,
    meaning: 'Above its memory budget, the pool cannot grow.',
  },
  'Workers lost': {
    value: (readings) => readings.workersLost,
    from: 0,
    worst: 4,
    points: 20,
    words: countInWords,
    reading: (amount) => `${amount} lost in the last 30 s`,
    meaning: 'A lost worker is replaced, but what it ran had to run again.',
  },
  'Workers ejected': {
    value: (readings) => readings.ejectedWorkers,
    from: 0,
    worst: 4,
    points: 20,
    words: countInWords,
    reading: (amount) => `${amount} ejected`,
    meaning: 'Ejected workers failed too often and get no queries for a while.',
  },
  'Workers at their limit': {
    value: (readings) => readings.utilization,
    from: 0.85,
    worst: 1,
    points: 15,
    words: percentInWords,
    reading: (amount) => `utilization ${amount}`,
    meaning: 'There is no headroom: the next rise in load becomes waiting.',
  },
} as const satisfies Record<string, Part>;

export function assessHealth(readings: Readings): Health {
  const deductions: Deduction[] = [];
  const unmeasured: string[] = [];
  for (const [name, part] of Object.entries(HEALTH_PARTS) as [string, Part][]) {
    const value = part.value(readings);
    if (value === null || Number.isNaN(value)) {
      unmeasured.push(name);
      continue;
    }
    const points = pointsOf(part, value);
    if (points > 0) deductions.push({ name, points, reading: part.reading(part.words(value)), why: whyOf(part) });
  }
  deductions.sort((a, b) => b.points - a.points);
  const lost = deductions.reduce((sum, deduction) => sum + deduction.points, 0);
  const score = Math.max(0, 100 - lost);
  return { score, deductions, unmeasured, summary: summaryOf(score, deductions, unmeasured) };
}

/** Rounded up: whatever is past its first bound shows. */
function pointsOf(part: Part, value: number): number {
  const share = Math.min(1, Math.max(0, (value - part.from) / (part.worst - part.from)));
  return Math.ceil(share * part.points);
}

function whyOf(part: Part): string {
  return `${part.meaning} Costs points above ${part.words(part.from)}, and all ${part.points} from ${part.words(part.worst)} on.`;
}

function summaryOf(score: number, deductions: readonly Deduction[], unmeasured: readonly string[]): string {
  const worst = deductions[0];
  const verdict = worst
    ? `${score} of 100, mostly for: ${worst.reading}.`
    : `${score} of 100: nothing measured is amiss.`;
  return unmeasured.length > 0 ? `${verdict} Nothing measured yet for: ${unmeasured.join(', ')}.` : verdict;
}

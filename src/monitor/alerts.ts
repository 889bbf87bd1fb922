/**
 * Threshold alerts that do not flicker: a value must stay above its bound for a hold time before the alert fires
 * (ok -> pending -> firing), and below a lower bound for as long before it is over (hysteresis). Few rules, each in words.
 */
import { countInWords, durationInWords, percentInWords, type Readings } from './readings.ts';

export interface AlertRule {
  title: string;
  reading: keyof Readings;
  /** What the reading is, as the subject of a sentence: `p95`, `The queue`. */
  subject: string;
  /** Breached above this. */
  above: number;
  /** Calm again at or below this; not above `above`. */
  clearAt: number;
  /** Both the way up and the way down take this long; 0 is at once. */
  holdMs: number;
  words: (value: number) => string;
}

export const ALERT_RULES = {
  'slow-answers': {
    title: 'Slow answers',
    reading: 'p95Ms',
    subject: 'p95',
    above: 2000,
    clearAt: 1600,
    holdMs: 5000,
    words: durationInWords,
  },
  errors: {
    title: 'Errors',
    reading: 'errorRatio',
    subject: 'The share of failed queries',
    above: 0.05,
    clearAt: 0.02,
    holdMs: 2000,
    words: percentInWords,
  },
  queue: {
    title: 'Long queue',
    reading: 'queueDepth',
    subject: 'The queue',
    above: 100,
    clearAt: 50,
    holdMs: 2000,
    words: countInWords,
  },
  'worker-lost': {
    title: 'Worker lost',
    reading: 'workersLost',
    subject: 'The number of workers lost in the last 30 s',
    above: 0,
    clearAt: 0,
    holdMs: 0,
    words: countInWords,
  },
  'busy-workers': {
    title: 'Workers at their limit',
    reading: 'utilization',
    subject: 'Utilization',
    above: 0.9,
    clearAt: 0.8,
    holdMs: 15_000,
    words: percentInWords,
  },
  memory: {
    title: 'Memory nearly used up',
    reading: 'memoryRatio',
    subject: "The workers' memory over its budget",
    above: 0.9,
    clearAt: 0.8,
    holdMs: 5000,
    words: percentInWords,
  },
  'not-saved': {
    title: 'Changes not saved',
    reading: 'unsavedMs',
    subject: 'The age of the oldest unsaved change',
    above: 10_000,
    clearAt: 1000,
    holdMs: 0,
    words: durationInWords,
  },
} as const satisfies Record<string, AlertRule>;

export type AlertState = 'ok' | 'pending' | 'firing';

export interface AlertStatus {
  id: string;
  title: string;
  state: AlertState;
  rule: string;
  /** The last reading; null when nothing was measured. */
  value: number | null;
  /** When it came into its state; null while it has always been ok. */
  sinceMs: number | null;
}

/** For the log of events. `resolved`: it fired, and is over. */
export interface AlertTransition {
  id: string;
  to: 'firing' | 'resolved';
  message: string;
}

/** Readings further apart than this say nothing about the time between (the tab slept): what was pending starts again. */
const READING_GAP_MS = 5000;

interface Tracked {
  state: AlertState;
  value: number | null;
  sinceMs: number | null;
  /** Since when a firing alert is calm; null while it is not. */
  calmSinceMs: number | null;
}

export class Alerts {
  readonly #rules: readonly [string, AlertRule][];
  readonly #tracked = new Map<string, Tracked>();
  #lastMs: number | null = null;

  constructor(rules: Readonly<Record<string, AlertRule>> = ALERT_RULES) {
    this.#rules = Object.entries(rules);
    for (const [id] of this.#rules) {
      this.#tracked.set(id, { state: 'ok', value: null, sinceMs: null, calmSinceMs: null });
    }
  }

  /** Takes new readings, in order of time, and tells what began or ended. Nothing measured counts as calm. */
  evaluate(readings: Readings, nowMs: number): AlertTransition[] {
    const slept = this.#lastMs !== null && nowMs - this.#lastMs > READING_GAP_MS;
    this.#lastMs = nowMs;
    const transitions: AlertTransition[] = [];
    for (const [id, rule] of this.#rules) {
      const alert = this.#tracked.get(id) as Tracked;
      alert.value = readings[rule.reading];
      const moved = step(alert, rule, nowMs, slept);
      if (moved) transitions.push({ id, to: moved, message: transitionInWords(rule, alert.value, moved) });
    }
    return transitions;
  }

  /** Every rule with its state, in the order of the registry. */
  report(): AlertStatus[] {
    return this.#rules.map(([id, rule]) => {
      const { state, value, sinceMs } = this.#tracked.get(id) as Tracked;
      return { id, title: rule.title, state, rule: ruleInWords(rule), value, sinceMs };
    });
  }
}

/** `p95 above 2 s for 5 s; over when at 1.6 s or less for 5 s`. */
export function ruleInWords(rule: AlertRule): string {
  const hold = rule.holdMs > 0 ? ` for ${durationInWords(rule.holdMs)}` : '';
  return `${rule.subject} above ${rule.words(rule.above)}${hold}; over when at ${rule.words(rule.clearAt)} or less${hold}.`;
}

function transitionInWords(rule: AlertRule, value: number | null, to: AlertTransition['to']): string {
  const reading = value === null ? 'nothing is measured any more' : `now ${rule.words(value)}`;
  return to === 'firing' ? `${rule.title}: ${ruleInWords(rule)} It is ${reading}.` : `${rule.title}: over, ${reading}.`;
}

function step(alert: Tracked, rule: AlertRule, nowMs: number, slept: boolean): AlertTransition['to'] | null {
  const value = alert.value;
  const breached = value !== null && value > rule.above;

  if (alert.state === 'firing') {
    const calm = value === null || value <= rule.clearAt;
    if (!calm) {
      alert.calmSinceMs = null;
      return null;
    }
    if (alert.calmSinceMs === null || slept) alert.calmSinceMs = nowMs;
    if (nowMs - alert.calmSinceMs < rule.holdMs) return null;
    enter(alert, 'ok', nowMs);
    return 'resolved';
  }

  if (!breached) {
    if (alert.state === 'pending') enter(alert, 'ok', nowMs);
    return null;
  }
  if (alert.state === 'ok' || slept) enter(alert, 'pending', nowMs);
  if (nowMs - (alert.sinceMs as number) < rule.holdMs) return null;
  enter(alert, 'firing', nowMs);
  return 'firing';
}

function enter(alert: Tracked, state: AlertState, nowMs: number): void {
  alert.state = state;
  alert.sinceMs = nowMs;
  alert.calmSinceMs = null;
}

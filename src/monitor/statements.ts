/**
 * What each kind of statement costs, by fingerprint: the list from which a person picks what to make faster.
 * Bounded: a newcomer takes the place of the statement with the least total time, as in the space-saving sketch
 * (Metwally, Agrawal and El Abbadi, 2005), but with its own true figures.
 */
import { Histogram } from './histogram.ts';
import { MONITOR_LIMITS } from './settings.ts';

export interface StatementRun {
  fingerprint: string;
  /** The text as it was sent; the first ones are kept. */
  text: string;
  /** Its values, by place or by name; they are kept as they are. */
  parameters?: StatementValues;
  hit: boolean;
  /** From request to outcome, hits too. */
  ms: number;
  rows: number;
}

export type StatementValues = readonly unknown[] | Readonly<Record<string, unknown>>;

/** A text that was run, with its values. */
export interface StatementSample {
  text: string;
  parameters: StatementValues;
}

export interface StatementTotals {
  fingerprint: string;
  /** The first text, cut where it is long. */
  sample: string;
  count: number;
  hits: number;
  totalMs: number;
  meanMs: number;
  p95Ms: number | null;
  rows: number;
}

interface Entry {
  sample: string;
  /** Whole texts alone. */
  samples: StatementSample[];
  hits: number;
  rows: number;
  times: Histogram;
}

export class Statements {
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry>();

  constructor(capacity: number = MONITOR_LIMITS.statements) {
    this.#capacity = Math.max(1, capacity);
  }

  record(run: StatementRun): void {
    let entry = this.#entries.get(run.fingerprint);
    if (!entry) {
      if (this.#entries.size >= this.#capacity) this.#dropLeast();
      const sample =
        run.text.length > MONITOR_LIMITS.sampleTextLength
          ? `${run.text.slice(0, MONITOR_LIMITS.sampleTextLength)}…`
          : run.text;
      entry = { sample, samples: [], hits: 0, rows: 0, times: new Histogram() };
      this.#entries.set(run.fingerprint, entry);
    }
    if (entry.samples.length < MONITOR_LIMITS.samples) keepSample(entry.samples, run);
    if (run.hit) entry.hits++;
    entry.rows += run.rows;
    entry.times.record(run.ms);
  }

  /** The most total time first; equal ones in the order in which they came. */
  ranking(limit: number = this.#capacity): StatementTotals[] {
    return [...this.#entries]
      .sort((a, b) => b[1].times.sum - a[1].times.sum)
      .slice(0, Math.max(0, limit))
      .map(([fingerprint, entry]) => ({
        fingerprint,
        sample: entry.sample,
        count: entry.times.count,
        hits: entry.hits,
        totalMs: entry.times.sum,
        meanMs: entry.times.mean,
        p95Ms: entry.times.quantile(0.95),
        rows: entry.rows,
      }));
  }

  /** What was run, with up to a few different values of each kind, and how often; the most total time first. */
  workload(): (StatementSample & { frequency: number })[] {
    return [...this.#entries.values()]
      .sort((a, b) => b.times.sum - a.times.sum)
      .flatMap(({ samples, times }) => samples.map((one) => ({ ...one, frequency: times.count / samples.length })));
  }

  get size(): number {
    return this.#entries.size;
  }

  clear(): void {
    this.#entries.clear();
  }

  #dropLeast(): void {
    let least: string | null = null;
    let leastMs = Infinity;
    for (const [fingerprint, entry] of this.#entries) {
      if (entry.times.sum >= leastMs) continue;
      least = fingerprint;
      leastMs = entry.times.sum;
    }
    if (least !== null) this.#entries.delete(least);
  }
}

/** Unless it is there already. Few are kept, so that this is soon done with. */
function keepSample(samples: StatementSample[], { text, parameters = [] }: StatementRun): void {
  if (text.length > MONITOR_LIMITS.sampleTextLength) return;
  if (samples.some((one) => one.text === text && equalValues(one.parameters, parameters))) return;
  samples.push({ text, parameters });
}

function equalValues(one: StatementValues, other: StatementValues): boolean {
  const [values, others] = [Object.entries(one), Object.entries(other)];
  return (
    values.length === others.length &&
    values.every(([name, value], index) => {
      const [otherName, otherValue] = others[index] ?? [];
      return name === otherName && Object.is(value, otherValue);
    })
  );
}

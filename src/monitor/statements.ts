/**
 * What each kind of statement costs, by fingerprint: the list from which a person picks what to make faster.
 * Bounded: a newcomer takes the place of the statement with the least total time, as in the space-saving sketch
 * (Metwally, Agrawal and El Abbadi, 2005), but with its own true figures.
 */
import { Histogram } from './histogram.ts';
import { MONITOR_LIMITS } from './settings.ts';

export interface StatementRun {
  fingerprint: string;
  /** The text as it was sent; the first one is kept. */
  text: string;
  hit: boolean;
  /** From request to outcome, hits too. */
  ms: number;
  rows: number;
}

export interface StatementTotals {
  fingerprint: string;
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
      entry = { sample, hits: 0, rows: 0, times: new Histogram() };
      this.#entries.set(run.fingerprint, entry);
    }
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

/**
 * One metric's samples, second by second: whole sketches for the last minute, so that any window of it can be merged, and
 * the usual quantiles for as long as history goes back.
 */
import { Histogram } from './histogram.ts';
import { MONITOR_LIMITS } from './settings.ts';
import { SecondRing } from './timeline.ts';

/** The quantiles that history keeps. */
export const KEPT_QUANTILES = [0.5, 0.95, 0.99] as const;
export type KeptQuantile = (typeof KEPT_QUANTILES)[number];

export class SampleRing {
  readonly #sketches: Histogram[] = [];
  readonly #sketchSeconds = new Float64Array(MONITOR_LIMITS.sketchSeconds).fill(-1);
  readonly #means: SecondRing;
  readonly #quantiles: Record<KeptQuantile, SecondRing>;
  /** The second that is written to now; its quantiles are not kept yet. */
  #open = -1;

  constructor(capacity: number) {
    this.#means = new SecondRing(capacity);
    this.#quantiles = { 0.5: new SecondRing(capacity), 0.95: new SecondRing(capacity), 0.99: new SecondRing(capacity) };
  }

  record(second: number, value: number): void {
    if (second !== this.#open) {
      this.#close();
      this.#open = second;
    }
    const slot = second % MONITOR_LIMITS.sketchSeconds;
    const sketch = (this.#sketches[slot] ??= new Histogram());
    if (this.#sketchSeconds[slot] !== second) {
      sketch.clear();
      this.#sketchSeconds[slot] = second;
    }
    sketch.record(value);
  }

  /** The second's whole sketch, while it is kept; null when it had no samples. */
  sketchOf(second: number): Histogram | null {
    const slot = second % MONITOR_LIMITS.sketchSeconds;
    return this.#sketchSeconds[slot] === second ? (this.#sketches[slot] ?? null) : null;
  }

  /** NaN for a second without samples. */
  quantile(second: number, q: KeptQuantile): number {
    if (second === this.#open) this.#close();
    return this.#quantiles[q].at(second);
  }

  /** NaN for a second without samples. */
  mean(second: number): number {
    if (second === this.#open) this.#close();
    return this.#means.at(second);
  }

  #close(): void {
    const sketch = this.#open < 0 ? null : this.sketchOf(this.#open);
    if (!sketch) return;
    this.#means.set(this.#open, sketch.mean);
    for (const q of KEPT_QUANTILES) this.#quantiles[q].set(this.#open, sketch.quantile(q) ?? NaN);
  }
}

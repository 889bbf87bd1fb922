/**
 * All strategies beside each other on the live stream: each over the same sample of the keys, in a shadow with the same share of the
 * room. What one would have hit is thereby known without storing anything twice.
 */
import { STRATEGY_NAMES, STRATEGIES, type StrategyName } from './catalogue.ts';
import { STRATEGY_REGISTRY } from './registry.ts';
import type { CacheComparison } from './reports.ts';
import { ShadowCache } from './shadows.ts';
import { percent } from './words.ts';

/** Fewer requests, or fewer keys, tell chance more than merit. */
const TELLING_REQUESTS = 200;
const TELLING_KEYS = 16;

/** One request for a sampled key. */
export interface SampledRequest {
  /** Of the key, among those sampled. */
  slot: number;
  hash: number;
  /** What an entry takes of the room; what the result weighs to who asks. */
  weight: number;
  bytes: number;
  costMs: number;
  /** False for a result that is too large to be stored at all. */
  fits: boolean;
  /** For how long it is served once it was executed; in the last `staleMs` of that a hit refreshes it. */
  lifeMs: number;
  staleMs: number;
}

export class StrategyComparison {
  readonly #shadows: ShadowCache[];
  /** By strategy, then by slot: until when what the shadow holds would be served; Infinity where it holds nothing. */
  readonly #untilMs: Float64Array[];
  readonly #hits = new Float64Array(STRATEGY_NAMES.length);
  readonly #hitBytes = new Float64Array(STRATEGY_NAMES.length);
  readonly #savedMs = new Float64Array(STRATEGY_NAMES.length);
  #requests = 0;
  #bytes = 0;
  #costMs = 0;

  /** `capacityBytes` is already scaled down to the sample; keys have slots below `keysMax`. */
  constructor(capacityBytes: number, keysMax: number) {
    this.#shadows = STRATEGY_NAMES.map((name) => new ShadowCache(STRATEGY_REGISTRY[name].create(), capacityBytes));
    this.#untilMs = STRATEGY_NAMES.map(() => new Float64Array(keysMax).fill(Infinity));
  }

  access({ slot, hash, weight, bytes, costMs, fits, lifeMs, staleMs }: SampledRequest, nowMs: number): void {
    this.#requests++;
    this.#bytes += bytes;
    this.#costMs += costMs;
    if (!fits) return;
    for (let at = 0; at < this.#shadows.length; at++) {
      const shadow = this.#shadows[at];
      const untilMs = this.#untilMs[at];
      if (untilMs[slot] <= nowMs) shadow.remove(hash);
      if (!shadow.access(hash, weight, costMs, nowMs, nowMs + lifeMs)) {
        untilMs[slot] = nowMs + lifeMs;
        continue;
      }
      if (untilMs[slot] - staleMs <= nowMs) untilMs[slot] = nowMs + lifeMs;
      this.#hits[at]++;
      this.#hitBytes[at] += bytes;
      this.#savedMs[at] += costMs;
    }
  }

  remove(slot: number, hash: number): void {
    for (let at = 0; at < this.#shadows.length; at++) {
      this.#untilMs[at][slot] = Infinity;
      this.#shadows[at].remove(hash);
    }
  }

  /** What is over takes no room any more. */
  sweep(keys: { hashAt(slot: number): number }, nowMs: number): void {
    for (let at = 0; at < this.#shadows.length; at++) {
      const untilMs = this.#untilMs[at];
      for (let slot = 0; slot < untilMs.length; slot++) {
        if (untilMs[slot] > nowMs) continue;
        untilMs[slot] = Infinity;
        this.#shadows[at].remove(keys.hashAt(slot));
      }
    }
  }

  reweigh(keyHash: number, weight: number, nowMs: number): void {
    for (const shadow of this.#shadows) shadow.reweigh(keyHash, weight, nowMs);
  }

  setCapacity(capacityBytes: number, nowMs: number): void {
    for (const shadow of this.#shadows) shadow.setCapacity(capacityBytes, nowMs);
  }

  resetCounts(): void {
    this.#hits.fill(0);
    this.#hitBytes.fill(0);
    this.#savedMs.fill(0);
    this.#requests = this.#bytes = this.#costMs = 0;
  }

  report(sampleRatio: number, sampledKeys: number): CacheComparison {
    const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
    return {
      sampleRatio,
      sampledKeys,
      requests: this.#requests,
      strategies: STRATEGY_NAMES.map((strategy, at) => ({
        strategy,
        hits: this.#hits[at],
        hitRatio: share(this.#hits[at], this.#requests),
        byteHitRatio: share(this.#hitBytes[at], this.#bytes),
        timeSavedRatio: share(this.#savedMs[at], this.#costMs),
      })),
      reading: this.#requests < TELLING_REQUESTS || sampledKeys < TELLING_KEYS ? null : this.#reading(),
    };
  }

  #reading(): string {
    const best = (counts: Float64Array): { name: StrategyName; count: number } => {
      let at = 0;
      for (let other = 1; other < counts.length; other++) if (counts[other] > counts[at]) at = other;
      return { name: STRATEGY_NAMES[at], count: counts[at] };
    };
    const hits = best(this.#hits);
    const time = best(this.#savedMs);
    const ratio = percent(hits.count / this.#requests);
    const byHits = `Of ${this.#requests.toLocaleString('en')} requests, ${STRATEGIES[hits.name].label} hits most: ${ratio}.`;
    if (this.#costMs === 0) return byHits;
    const saved = percent(time.count / this.#costMs);
    if (time.name === hits.name) return `${byHits} It also saves the most time: ${saved}.`;
    return `${byHits} ${STRATEGIES[time.name].label} saves the most time: ${saved}.`;
  }
}

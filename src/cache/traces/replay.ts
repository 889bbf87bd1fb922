/**
 * Replays a trace into all strategies side by side, in slices, so that a person can watch the race and stop it. What each would hold is
 * a shadow: keys and weights alone. Time is the request's number, and every miss costs the same.
 */
import { AppError } from '../../core/errors.ts';
import { STRATEGY_NAMES, type StrategyName } from '../catalogue.ts';
import { STRATEGY_REGISTRY } from '../strategies/registry.ts';
import { ShadowCache } from '../strategies/shadows.ts';
import type { Trace } from './trace.ts';

/** A point of each curve stands for this share of the requests. */
const POINTS = 100;

export interface ReplayReport {
  requests: number;
  unique: number;
  /** Entries, or bytes where the trace has sizes. */
  capacity: number;
  unit: 'entries' | 'bytes';
  strategies: ReplayedStrategy[];
}

export interface ReplayedStrategy {
  strategy: StrategyName;
  hits: number;
  /** 0..1 */
  hitRatio: number;
  /** Null where the trace has no sizes. */
  byteHitRatio: number | null;
  /** Hit ratio within each hundredth of the requests, as far as it has run. */
  curve: number[];
}

interface Runner {
  strategy: StrategyName;
  cache: ShadowCache;
  hits: number;
  hitWeight: number;
  hitsAtPoint: number;
  curve: number[];
}

export class Replay {
  readonly #trace: Trace;
  readonly #capacity: number;
  readonly #runners: Runner[];
  readonly #unique: number;
  readonly #perPoint: number;
  #at = 0;
  #weight = 0;
  #pointAt = 0;

  /** `capacity` in entries, or in bytes where the trace has sizes. Throws AppError `bad-trace` where it is no whole number of 1 or more. */
  constructor(trace: Trace, capacity: number, strategies: readonly StrategyName[] = STRATEGY_NAMES) {
    if (!Number.isSafeInteger(capacity) || capacity < 1)
      throw new AppError('bad-trace', `The cache must have room for a whole number of 1 or more, got ${capacity}.`);
    this.#trace = trace;
    this.#capacity = capacity;
    this.#unique = new Set(trace.keys).size;
    this.#perPoint = Math.max(1, Math.ceil(trace.keys.length / POINTS));
    this.#runners = strategies.map((strategy) => ({
      strategy,
      cache: new ShadowCache(STRATEGY_REGISTRY[strategy].create(), capacity),
      hits: 0,
      hitWeight: 0,
      hitsAtPoint: 0,
      curve: [],
    }));
  }

  /** Share of the requests that were replayed, 0..1. */
  get fraction(): number {
    return this.#at / this.#trace.keys.length;
  }

  /** Replays so many more requests; false when none is left. */
  advance(requests: number): boolean {
    const { keys, sizes } = this.#trace;
    const end = Math.min(keys.length, this.#at + requests);
    while (this.#at < end) {
      const stop = Math.min(end, this.#pointAt + this.#perPoint);
      for (const runner of this.#runners) this.#run(runner, stop);
      for (let at = this.#at; at < stop; at++) this.#weight += sizes ? sizes[at] : 1;
      this.#at = stop;
      if (stop === this.#pointAt + this.#perPoint || stop === keys.length) this.#mark(stop);
    }
    return this.#at < keys.length;
  }

  /** As far as it has run. */
  report(): ReplayReport {
    const { keys, sizes } = this.#trace;
    return {
      requests: keys.length,
      unique: this.#unique,
      capacity: this.#capacity,
      unit: sizes ? 'bytes' : 'entries',
      strategies: this.#runners.map(({ strategy, hits, hitWeight, curve }) => ({
        strategy,
        hits,
        hitRatio: this.#at === 0 ? 0 : hits / this.#at,
        byteHitRatio: sizes ? (this.#weight === 0 ? 0 : hitWeight / this.#weight) : null,
        curve: [...curve],
      })),
    };
  }

  /** One strategy over many requests at a time: its code and arrays stay in the processor's cache. */
  #run(runner: Runner, stop: number): void {
    const { keys, sizes } = this.#trace;
    const { cache } = runner;
    for (let at = this.#at; at < stop; at++) {
      const weight = sizes ? sizes[at] : 1;
      // Key numbers stand for their own hashes: below 2^32 no two collide.
      if (!cache.access(keys[at], weight, 1, at)) continue;
      runner.hits++;
      runner.hitWeight += weight;
    }
  }

  #mark(stop: number): void {
    const requests = stop - this.#pointAt;
    for (const runner of this.#runners) {
      runner.curve.push((runner.hits - runner.hitsAtPoint) / requests);
      runner.hitsAtPoint = runner.hits;
    }
    this.#pointAt = stop;
  }
}

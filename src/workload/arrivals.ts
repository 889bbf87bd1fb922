/**
 * Poisson arrivals at a changing rate, by thinning (Lewis and Shedler, 1979): draw arrivals at the highest rate, and keep each with
 * the chance rate(t) / highest. An open load: the next arrival does not wait for an answer.
 */
import { exponential } from '../core/distributions.ts';
import type { Random } from '../core/ports.ts';
import { highestRate, rateAt } from './shapes.ts';
import type { LoadPlan } from './settings.ts';

export class Arrivals {
  readonly #plan: LoadPlan;
  readonly #random: Random;
  readonly #meanGapMs: number;
  readonly #highest: number;
  #timeMs = 0;

  constructor(plan: LoadPlan, random: Random) {
    this.#plan = plan;
    this.#random = random;
    this.#highest = highestRate(plan);
    this.#meanGapMs = 1000 / this.#highest;
  }

  /** Milliseconds from the plan's start to the next arrival; Infinity when the plan is over. */
  next(): number {
    for (;;) {
      this.#timeMs += exponential(this.#random) * this.#meanGapMs;
      if (this.#timeMs >= this.#plan.durationMs) return Infinity;
      if (this.#plan.shape === 'steady') return this.#timeMs;
      if (this.#random.next() * this.#highest < rateAt(this.#plan, this.#timeMs)) return this.#timeMs;
    }
  }
}

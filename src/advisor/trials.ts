/**
 * What each statement takes with each set of indexes, measured on a fork. One plan is measured once: most sets lead to a plan that another
 * set has led to before, so that a search over hundreds of sets runs few statements.
 */
import type { PlanNode } from '../database/protocol.ts';
import { isDeadline, type Sandbox } from '../optimizer/sandbox.ts';
import type { IndexRack } from './rack.ts';
import type { SampleText } from './workload.ts';

/** A short run is repeated, and the quickest counts: it was disturbed least. */
const REPEATS_MAX = 3;
const REPEAT_BELOW_MS = 15;
/** One that was clearly behind the best so far is not repeated. */
const NEAR = 1.5;
/** Longer than this beside before is a loss, however long it takes. */
const LOSS = 1.25;
/** A set that takes so many times what another has taken is no choice, and is not run to its end. */
const BEHIND = 2;
const LIMIT_MS_MIN = 5;
/** Of one text so many plans are run while sets are tried; the others are reckoned, until one of them is chosen. */
const PLANS_MAX = 6;

export interface Timing {
  ms: number;
  steps: number | null;
  /** Stopped at its deadline, which counts as its time. */
  stopped: boolean;
}

/** One text, warm. Errors: `sql` and whatever else is not a deadline. */
export function timeOf(
  sandbox: Sandbox,
  { sql, parameters }: SampleText,
  limitMs: number,
  repeatBelowMs = REPEAT_BELOW_MS,
): Timing {
  let best: Timing | null = null;
  try {
    for (let run = 0; run < REPEATS_MAX; run++) {
      const { elapsedMs, vmSteps } = sandbox.run(sql, parameters, limitMs);
      if (!best || elapsedMs < best.ms) best = { ms: elapsedMs, steps: vmSteps, stopped: false };
      if (elapsedMs > repeatBelowMs) break;
    }
  } catch (error) {
    if (!isDeadline(error)) throw error;
  }
  return best ?? { ms: limitMs, steps: null, stopped: true };
}

/** What a plan takes beside the plan without anything, as reckoned: 0.1 is ten times as fast. */
export type Reckon = (plan: readonly PlanNode[]) => number;

export class Trials {
  readonly #rack: IndexRack;
  readonly #known = new Map<string, Timing>();
  /** The quickest so far, by text. */
  readonly #best = new Map<string, number>();
  /** Plans that were run, by text. */
  readonly #runs = new Map<string, number>();

  constructor(rack: IndexRack) {
    this.#rack = rack;
  }

  plan(sql: string, set: readonly number[], analysed: readonly string[] | null): PlanNode[] {
    this.#rack.show(set, analysed);
    return this.#rack.sandbox.plan(sql);
  }

  /**
   * Of all samples of one statement together, in ms. What is stopped because another set was far quicker counts as before: whether it is
   * a loss is not known, only that it is no choice. What is reckoned to be far behind is not run at all.
   */
  costOf(
    samples: readonly SampleText[],
    before: readonly Timing[],
    set: readonly number[],
    analysed: readonly string[] | null,
    reckon: Reckon | null,
  ): { ms: number; plans: PlanNode[][] } {
    const plans: PlanNode[][] = [];
    const ms = samples.reduce((sum, sample, index) => {
      const beforeMs = before[index]?.ms ?? 0;
      const lossMs = lossOf(before[index]);
      const best = this.#best.get(sample.sql) ?? Infinity;
      const plan = this.plan(sample.sql, set, analysed);
      plans.push(plan);
      const key = keyOf(sample, plan);
      if (!this.#known.has(key) && reckon && best < Infinity) {
        const reckonedMs = beforeMs * reckon(plan);
        const runs = this.#runs.get(sample.sql) ?? 0;
        if (reckonedMs > best * BEHIND || runs >= PLANS_MAX)
          return sum + Math.min(beforeMs, Math.max(best, reckonedMs));
      }
      const timing = this.#timing(sample, key, Math.max(LIMIT_MS_MIN, Math.min(lossMs, best * BEHIND)));
      if (!timing.stopped) this.#best.set(sample.sql, Math.min(best, timing.ms));
      if (!timing.stopped) return sum + timing.ms;
      // Neither has ended: what is gained can only be reckoned, and is looked at when it is chosen.
      if (before[index]?.stopped && reckon) return sum + beforeMs * Math.min(1, reckon(plan));
      return sum + (timing.ms < lossMs ? beforeMs : timing.ms);
    }, 0);
    return { ms, plans };
  }

  /** Runs to their end, or to where they are a loss, those that were not. True when that shows a loss. */
  settle(
    samples: readonly SampleText[],
    before: readonly Timing[],
    set: readonly number[],
    analysed: readonly string[] | null,
  ): boolean {
    return samples
      .map((sample, index) => {
        const lossMs = lossOf(before[index]);
        const key = keyOf(sample, this.plan(sample.sql, set, analysed));
        const known = this.#known.get(key);
        if (known && (!known.stopped || known.ms >= lossMs)) return false;
        const timing = timeOf(this.#rack.sandbox, sample, lossMs, 0);
        this.#known.set(key, timing);
        return timing.stopped && before[index]?.stopped !== true;
      })
      .includes(true);
  }

  /** What a text takes with the plan that it has without anything. */
  note(sample: SampleText, plan: readonly PlanNode[], timing: Timing): void {
    this.#known.set(keyOf(sample, plan), timing);
  }

  /** What a longer look has shown this to take with this set, in place of what was measured before. */
  correct(sample: SampleText, set: readonly number[], analysed: readonly string[] | null, ms: number): void {
    const key = keyOf(sample, this.plan(sample.sql, set, analysed));
    this.#known.set(key, { ms, steps: null, stopped: false });
  }

  timing(sample: SampleText, limitMs: number, set: readonly number[], analysed: readonly string[] | null): Timing {
    return this.#timing(sample, keyOf(sample, this.plan(sample.sql, set, analysed)), limitMs);
  }

  known(sample: SampleText, set: readonly number[], analysed: readonly string[] | null): Timing | null {
    return this.#known.get(keyOf(sample, this.plan(sample.sql, set, analysed))) ?? null;
  }

  forget(sample: SampleText, set: readonly number[], analysed: readonly string[] | null): void {
    this.#known.delete(keyOf(sample, this.plan(sample.sql, set, analysed)));
  }

  /** With what the planner sees now. */
  #timing(sample: SampleText, key: string, limitMs: number): Timing {
    const known = this.#known.get(key);
    if (known) return known;
    this.#runs.set(sample.sql, (this.#runs.get(sample.sql) ?? 0) + 1);
    const best = this.#best.get(sample.sql) ?? Infinity;
    const timing = timeOf(this.#rack.sandbox, sample, limitMs, Math.min(REPEAT_BELOW_MS, best * NEAR));
    this.#known.set(key, timing);
    return timing;
  }
}

function keyOf(sample: SampleText, plan: readonly PlanNode[]): string {
  return `${sample.sql}\n${planKey(plan)}\n${valuesKey(sample)}`;
}

/** When a run is a loss, in ms. What was stopped before cannot be known to be one. */
function lossOf(before: Timing | undefined): number {
  return before ? before.ms * (before.stopped ? 1 : LOSS) : 0;
}

export function planKey(plan: readonly PlanNode[]): string {
  return plan.map(({ parent, detail }) => `${parent === 0 ? '' : ' '}${detail}`).join('\n');
}

function valuesKey({ parameters }: SampleText): string {
  return JSON.stringify(parameters, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

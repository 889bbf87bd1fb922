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
const REPEAT_BELOW_MS = 60;
/** Longer than this beside before is a loss, however long it takes. */
const LOSS = 1.25;
/** A set that takes so many times what another has taken is no choice, and is not run to its end. */
const BEHIND = 6;
const LIMIT_MS_MIN = 15;

export interface Timing {
  ms: number;
  steps: number | null;
  /** Stopped at its deadline, which counts as its time. */
  stopped: boolean;
}

/** One text, warm. Errors: `sql` and whatever else is not a deadline. */
export function timeOf(sandbox: Sandbox, { sql, parameters }: SampleText, limitMs: number): Timing {
  let best: Timing | null = null;
  try {
    for (let run = 0; run < REPEATS_MAX; run++) {
      const { elapsedMs, vmSteps } = sandbox.run(sql, parameters, limitMs);
      if (!best || elapsedMs < best.ms) best = { ms: elapsedMs, steps: vmSteps, stopped: false };
      if (elapsedMs > REPEAT_BELOW_MS) break;
    }
  } catch (error) {
    if (!isDeadline(error)) throw error;
  }
  return best ?? { ms: limitMs, steps: null, stopped: true };
}

export class Trials {
  readonly #rack: IndexRack;
  readonly #known = new Map<string, Timing>();
  /** The quickest so far, by text. */
  readonly #best = new Map<string, number>();
  /** Statements that were run. */
  runs = 0;

  constructor(rack: IndexRack) {
    this.#rack = rack;
  }

  plan(sql: string, set: readonly number[], withStatistics: boolean): PlanNode[] {
    this.#rack.show(set, withStatistics);
    return this.#rack.sandbox.plan(sql);
  }

  /**
   * Of all samples of one statement together, in ms. What is stopped because another set was far quicker counts as before: whether it is
   * a loss is not known, only that it is no choice.
   */
  costOf(
    samples: readonly SampleText[],
    before: readonly Timing[],
    set: readonly number[],
    withStatistics: boolean,
  ): number {
    return samples.reduce((sum, sample, index) => {
      const { ms: beforeMs, stopped } = before[index] ?? { ms: 0, stopped: false };
      const lossMs = stopped ? beforeMs : beforeMs * LOSS;
      const best = this.#best.get(sample.sql) ?? Infinity;
      const limitMs = Math.max(LIMIT_MS_MIN, Math.min(lossMs, best * BEHIND));
      const timing = this.timing(sample, limitMs, set, withStatistics);
      if (!timing.stopped) this.#best.set(sample.sql, Math.min(best, timing.ms));
      return sum + (timing.stopped && timing.ms < lossMs ? beforeMs : timing.ms);
    }, 0);
  }

  /** What a text takes with the plan that it has without anything. */
  note(sample: SampleText, plan: string, timing: Timing): void {
    this.#known.set(`${sample.sql}\n${plan}\n${valuesKey(sample)}`, timing);
  }

  /** What a longer look has shown this to take with this set, in place of what was measured before. */
  correct(sample: SampleText, set: readonly number[], withStatistics: boolean, ms: number): void {
    this.#known.set(this.#keyOf(sample, set, withStatistics), { ms, steps: null, stopped: false });
  }

  timing(sample: SampleText, limitMs: number, set: readonly number[], withStatistics: boolean): Timing {
    const key = this.#keyOf(sample, set, withStatistics);
    const known = this.#known.get(key);
    if (known) return known;
    this.runs++;
    const timing = timeOf(this.#rack.sandbox, sample, limitMs);
    this.#known.set(key, timing);
    return timing;
  }

  #keyOf(sample: SampleText, set: readonly number[], withStatistics: boolean): string {
    return `${sample.sql}\n${planKey(this.plan(sample.sql, set, withStatistics))}\n${valuesKey(sample)}`;
  }
}

export function planKey(plan: readonly PlanNode[]): string {
  return plan.map(({ parent, detail }) => `${parent === 0 ? '' : ' '}${detail}`).join('\n');
}

function valuesKey({ parameters }: SampleText): string {
  return JSON.stringify(parameters, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

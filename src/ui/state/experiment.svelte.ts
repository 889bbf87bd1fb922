/** A guided experiment: a guess first, then a measurement, then both side by side. */
import { createContext } from 'svelte';
import type { EngineState } from './engine.svelte.ts';
import type { InsightState } from './insight.svelte.ts';
import type { LabState } from './lab.svelte.ts';
import type { SessionState } from './session.svelte.ts';
import type { SpikeState } from './spike.svelte.ts';
import { experiments, sentences, type Experiment, type ExperimentId } from '../experiments.ts';
import { CLOCK_STEP_MS } from '../format.ts';

export interface ExperimentResult {
  measured: number;
  /** Index of the choice that holds. */
  right: number;
  /** What was seen, in one sentence with the measured numbers. */
  sentence: string;
}

export class ExperimentState {
  readonly #engine: EngineState;
  readonly #lab: LabState;
  readonly #insight: InsightState;
  readonly #session: SessionState;
  readonly #spike: SpikeState;
  #open = $state.raw<Experiment | null>(null);
  #guess = $state.raw<number | null>(null);
  #phase = $state.raw<'guessing' | 'measuring' | 'shown'>('guessing');
  #result = $state.raw<ExperimentResult | null>(null);
  #problem = $state.raw<string | null>(null);

  constructor(parts: {
    engine: EngineState;
    lab: LabState;
    insight: InsightState;
    session: SessionState;
    spike: SpikeState;
  }) {
    this.#engine = parts.engine;
    this.#lab = parts.lab;
    this.#insight = parts.insight;
    this.#session = parts.session;
    this.#spike = parts.spike;
  }

  get open(): Experiment | null {
    return this.#open;
  }
  get guess(): number | null {
    return this.#guess;
  }
  set guess(index: number | null) {
    this.#guess = index;
  }
  get phase(): 'guessing' | 'measuring' | 'shown' {
    return this.#phase;
  }
  get result(): ExperimentResult | null {
    return this.#result;
  }
  get problem(): string | null {
    return this.#problem;
  }

  /** Puts its query into the editor; nothing runs before the guess. */
  begin(id: string): void {
    this.#open = experiments.find((one) => one.id === id) ?? null;
    this.#guess = this.#result = this.#problem = null;
    this.#phase = 'guessing';
    this.#session.experiment = this.#open?.id ?? null;
    if (this.#open) this.#lab.offer(this.#open.sql);
  }

  close(): void {
    this.#open = null;
    this.#session.experiment = null;
  }

  /** Data, cache and settings as at the start, and the question again. */
  async startAgain(): Promise<void> {
    await this.#session.startAgain();
    if (this.#open) this.begin(this.#open.id);
  }

  async measure(): Promise<void> {
    const experiment = this.#open;
    if (!experiment || this.#phase === 'measuring') return;
    this.#phase = 'measuring';
    this.#problem = null;
    try {
      const { measured, sentence } = await this.#runs[experiment.id]();
      const right = experiment.choices.findIndex((choice) => measured < choice.below);
      this.#result = { measured, sentence, right };
      this.#phase = 'shown';
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
      this.#phase = 'guessing';
    }
  }

  readonly #runs: Record<ExperimentId, () => Promise<{ measured: number; sentence: string }>> = {
    index: async () => {
      await this.#runQuery();
      const outcome = this.#lab.selected!;
      await this.#insight.look(outcome, this.#lab.selectedParameters);
      const advice = this.#insight.advice?.[0];
      if (!advice)
        throw new Error('No index is advised: is one there already? Press Start again for the data without it.');
      const trial = await this.#insight.tryIndex(advice.ddl);
      if (!trial) throw new Error('The trial did not finish. Press Measure once more.');
      return { measured: trial.ratio, sentence: sentences.index(trial.beforeMs, trial.afterMs, trial.ratio) };
    },
    cache: async () => {
      await this.#engine.client.call.cacheClear({});
      await this.#runQuery();
      const executedMs = this.#lab.selected!.executionTimeMs;
      await this.#lab.runAgain();
      const again = this.#lab.selected;
      if (!again?.cacheHit)
        throw new Error('The second run was no hit: is the cache switched off? Start again switches it on.');
      // A hit may be shorter than the clock's step: then the step is its bound.
      const hitMs = again.executionTimeMs || CLOCK_STEP_MS;
      return { measured: executedMs / hitMs, sentence: sentences.cache(executedMs, again.executionTimeMs) };
    },
    'scale-up': async () => {
      const least = this.#engine.settings?.scaler.minWorkers ?? 1;
      if (this.#spike.readyNow() > least) {
        throw new Error(
          `${this.#spike.readyNow()} workers are still here from an earlier load. They leave one by one while it is quiet; then press Measure again.`,
        );
      }
      await this.#spike.start();
      if (this.#spike.problem) throw new Error(this.#spike.problem);
      const { firstReady, mostReady } = this.#spike;
      return { measured: mostReady, sentence: sentences['scale-up'](firstReady, mostReady) };
    },
  };

  async #runQuery(): Promise<void> {
    await this.#lab.run('all');
    if (this.#lab.error) throw new Error(this.#lab.error.message);
  }
}

export const [getExperiment, setExperiment] = createContext<ExperimentState>();

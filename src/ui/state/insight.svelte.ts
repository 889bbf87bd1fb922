/**
 * What the optimizer says of the selected answer: its plan, rewrites with their verdicts, indexes that would help; and
 * trials and applications of those indexes.
 */
import { createContext } from 'svelte';
import type { IndexAdvice, IndexTrial, PlanLine, QueryOutcome, SqlValue } from '../../engine/client.ts';
import { formatBytes, formatMeasuredMs, formatTimes } from '../format.ts';
import { announcer } from './announcer.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import type { LabState } from './lab.svelte.ts';
import { Look } from './look.svelte.ts';

export type TrialState =
  { phase: 'running' } | { phase: 'done'; trial: IndexTrial } | { phase: 'failed'; message: string };

export interface AppliedIndex {
  ddl: string;
  name: string;
  executionTimeMs: number;
}

export class InsightState {
  readonly #engine: EngineState;
  readonly #lab: LabState;
  #of = $state.raw<string | null>(null);
  #plan = $state.raw<PlanLine[] | null>(null);
  #advice = $state.raw<IndexAdvice[] | null>(null);
  #problem = $state.raw<string | null>(null);
  #trials = $state.raw<Readonly<Record<string, TrialState>>>({});
  #applied = $state.raw<AppliedIndex[]>([]);
  #busy = $state.raw(false);
  #looking: Promise<void> = Promise.resolve();
  /** Of the selected answer's text, with the values that it ran with. */
  readonly proof: Look;

  constructor(engine: EngineState, lab: LabState) {
    this.#engine = engine;
    this.proof = new Look(engine);
    this.#lab = lab;
    lab.onRun = ({ sql, preview, optimized }) => {
      const other = bare(sql) !== bare(this.proof.sql ?? '');
      if (preview != null || (optimized === true && other)) this.makeWay();
    };
  }

  get plan(): PlanLine[] | null {
    return this.#plan;
  }
  /** Null until the advisor has answered. */
  get advice(): IndexAdvice[] | null {
    return this.#advice;
  }
  get problem(): string | null {
    return this.#problem;
  }
  get applied(): AppliedIndex[] {
    return this.#applied;
  }
  get busy(): boolean {
    return this.#busy;
  }

  /** The latest finished trial, for the plan beside it. */
  get lastTrial(): IndexTrial | null {
    const done = Object.values(this.#trials).filter((state) => state.phase === 'done');
    return done.at(-1)?.trial ?? null;
  }

  trial(ddl: string): TrialState | null {
    return this.#trials[ddl] ?? null;
  }

  /** Looks at an answer. The one that was looked at, on the same data, is not looked at again: its own promise answers. */
  look(outcome: QueryOutcome | null, parameters: SqlValue[]): Promise<void> {
    const key = outcome && `${outcome.version.historyId}/${outcome.version.logNumber}/${outcome.sql}`;
    if (key === this.#of) return this.#looking;
    this.#of = key;
    this.#clear();
    this.#looking = outcome?.kind === 'read' ? this.#look(outcome.sql, parameters, key) : Promise.resolve();
    return this.#looking;
  }

  /** The optimizer is wanted for something else: a proof that goes on is left, and taken up with the next look. */
  makeWay(): void {
    if (!this.proof.busy) return;
    this.proof.leave();
    this.#of = null;
  }

  /** Plan and advice, the quick ones, before the proof. */
  async #look(sql: string, parameters: SqlValue[], key: string | null): Promise<void> {
    this.#busy = true;
    await this.proof.at(sql, { parameters, after: this.#quick(sql, parameters, key) });
    if (this.#of === key) this.#busy = false;
  }

  /** One that fails does not take the other with it. */
  async #quick(sql: string, parameters: SqlValue[], key: string | null): Promise<void> {
    const { call } = this.#engine.client;
    const parts: (() => Promise<() => void>)[] = [
      () => call.plan({ sql }).then((plan) => () => (this.#plan = plan)),
      () => call.advise({ sql, parameters }).then((advice) => () => (this.#advice = advice)),
    ];
    for (const part of parts) {
      let show: () => void;
      try {
        show = await part();
      } catch (error) {
        show = () => (this.#problem = messageOf(error));
      }
      // Another answer is looked at by now.
      if (this.#of !== key) return;
      show();
    }
  }

  /** The plan of a text without running it. */
  async explain(sql: string): Promise<void> {
    const key = `explain/${sql}`;
    this.#of = key;
    this.#clear();
    try {
      const plan = await this.#engine.client.call.plan({ sql });
      if (this.#of !== key) return;
      this.#plan = plan;
      announcer.say(`Plan: ${plan.map((line) => line.plain).join('; ')}`);
    } catch (error) {
      if (this.#of === key) this.#problem = messageOf(error);
    }
  }

  /** Builds the index on a fork and measures both ways; the person's data is not touched. */
  async tryIndex(ddl: string): Promise<IndexTrial | null> {
    const outcome = this.#lab.selected;
    if (!outcome || this.trial(ddl)?.phase === 'running') return null;
    this.#setTrial(ddl, { phase: 'running' });
    try {
      const parameters = this.#lab.selectedParameters;
      const trial = await this.#engine.client.call.tryIndex({ sql: outcome.sql, parameters, ddl });
      this.#setTrial(ddl, { phase: 'done', trial });
      announcer.say(
        `Measured: ${formatMeasuredMs(trial.beforeMs)} before, ${formatMeasuredMs(trial.afterMs)} with the index, ` +
          `${formatTimes(trial.ratio)} faster, for ${formatBytes(trial.bytesAdded)}.`,
      );
      return trial;
    } catch (error) {
      this.#setTrial(ddl, { phase: 'failed', message: messageOf(error) });
      return null;
    }
  }

  /** Creates the index in the person's own database. */
  async apply(ddl: string): Promise<void> {
    const name = indexName(ddl);
    try {
      const { executionTimeMs } = await this.#lab.runAside(ddl);
      this.#applied = [...this.#applied.filter((one) => one.name !== name), { ddl, name, executionTimeMs }];
      announcer.say(`Index ${name} created. It can be undone.`);
      await this.#lab.runAgain();
    } catch (error) {
      this.#setTrial(ddl, { phase: 'failed', message: messageOf(error) });
    }
  }

  async undo({ name }: AppliedIndex): Promise<void> {
    await this.#lab.runAside(`DROP INDEX IF EXISTS ${name}`);
    this.#applied = this.#applied.filter((one) => one.name !== name);
    announcer.say(`Index ${name} dropped.`);
    await this.#lab.runAgain();
  }

  forget(): void {
    this.#of = null;
    this.#clear();
    this.#applied = [];
  }

  #clear(): void {
    // Nobody looks at the proof of the former one any more.
    this.proof.leave();
    this.#plan = this.#advice = this.#problem = null;
    this.#trials = {};
    this.#busy = false;
  }

  #setTrial(ddl: string, state: TrialState): void {
    this.#trials = { ...this.#trials, [ddl]: state };
  }
}

function bare(sql: string): string {
  return sql.replace(/[;\s]+$/, '').trimStart();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The name as written in `CREATE INDEX name ON ...`, quotes included. */
export function indexName(ddl: string): string {
  const quotedOrPlain =
    /^\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?("(?:[^"]|"")+"|`[^`]+`|\[[^\]]+\]|\S+)/i;
  return quotedOrPlain.exec(ddl)?.[1] ?? ddl;
}

export const [getInsight, setInsight] = createContext<InsightState>();

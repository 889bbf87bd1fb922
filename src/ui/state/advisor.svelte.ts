/**
 * Advice on a workload: what it is asked for, how far it is, what came of it, what was tried, applied and ignored. One for each engine, so
 * that it outlives the page that shows it.
 */
import type {
  AdviceProgress,
  IndexTrial,
  SchemaReport,
  StatementAdvice,
  Version,
  WorkloadAdvice,
  WorkloadStatement,
} from '../../engine/client.ts';
import { adviceInWords } from './advice-words.ts';
import { announcer } from './announcer.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import { keepIgnored, readIgnored } from './ignored-advice.ts';
import type { LabState } from './lab.svelte.ts';
import { sampleWorkload } from './sample-workload.ts';
import { workloadOfText, type LeftOut } from './workload-text.ts';

export type WorkloadSource = 'seen' | 'sample' | 'text';

/** Something that can be done to the database, and how it is taken back. */
export interface Change {
  sql: string;
  /** Empty where nothing takes it back. */
  undoSql: string;
  /** The index that it builds or drops; null for statistics. */
  index: string | null;
  isBuilt: boolean;
}

export interface Applied extends Change {
  title: string;
  /** Of these plans, asked for afterwards, so many use the index; null where nothing was asked. */
  used: { plans: number; of: number } | null;
  historyId: string;
}

export interface TriedStatement {
  sql: string;
  /** The trial, or why there is none. */
  outcome: IndexTrial | { problem: string };
}

export interface Trial {
  tried: readonly TriedStatement[];
  of: number;
  isRunning: boolean;
}

/** Statements of one card that are tried, those that gain most first. */
const TRIED_MAX = 5;

export class AdvisorState {
  readonly #engine: EngineState;
  readonly #lab: LabState;
  #source = $state.raw<WorkloadSource | null>(null);
  #text = $state.raw('');
  #leftOut = $state.raw<readonly LeftOut[]>([]);
  #budgetBytes = $state.raw<number | null>(null);
  #withRewrites = $state.raw(true);
  #progress = $state.raw<AdviceProgress | null>(null);
  #busy = $state.raw(false);
  #problem = $state.raw<string | null>(null);
  #advice = $state.raw<WorkloadAdvice | null>(null);
  /** What the advice was made for: the data, what it is indexed by, and the budget. */
  #of = $state.raw<{ version: Version; schema: string; budgetBytes: number } | null>(null);
  #trials = $state.raw<Readonly<Record<string, Trial>>>({});
  #applied = $state.raw<readonly Applied[]>([]);
  #refusals = $state.raw<Readonly<Record<string, string>>>({});
  #changing = $state.raw<string | null>(null);
  #ignored = $state.raw<ReadonlySet<string>>(readIgnored());
  #cancel = (): void => {};

  constructor(engine: EngineState, lab: LabState) {
    this.#engine = engine;
    this.#lab = lab;
  }

  /** Null until somebody has chosen. */
  get source(): WorkloadSource | null {
    return this.#source;
  }
  set source(source: WorkloadSource) {
    this.#source = source;
    this.#problem = null;
  }
  get text(): string {
    return this.#text;
  }
  set text(text: string) {
    this.#text = text;
    this.#leftOut = [];
  }
  /** Statements of the text that no advice can be given for. */
  get leftOut(): readonly LeftOut[] {
    return this.#leftOut;
  }
  get budgetBytes(): number {
    return this.#budgetBytes ?? this.dataBytes;
  }
  set budgetBytes(bytes: number) {
    this.#budgetBytes = bytes === this.dataBytes ? null : bytes;
  }
  get dataBytes(): number {
    return this.#engine.database?.bytes ?? 0;
  }
  get withRewrites(): boolean {
    return this.#withRewrites;
  }
  set withRewrites(wanted: boolean) {
    this.#withRewrites = wanted;
  }
  get busy(): boolean {
    return this.#busy;
  }
  get progress(): AdviceProgress | null {
    return this.#progress;
  }
  /** Why there is no advice, in plain words. */
  get problem(): string | null {
    return this.#problem;
  }
  /** Null where there is none, and where the schema is no longer the one that it was made for. */
  get advice(): WorkloadAdvice | null {
    return this.isWithdrawn ? null : this.#advice;
  }
  get isWithdrawn(): boolean {
    return this.#advice !== null && this.#of !== null && this.#of.schema !== this.#schemaNow(this.#advice);
  }
  /** The data was written since. */
  get isOlder(): boolean {
    const now = this.#engine.database?.version;
    const then = this.#of?.version;
    if (!now || !then) return false;
    // A snapshot may be a moment behind a change that was made here.
    return now.historyId !== then.historyId || now.logNumber > then.logNumber;
  }
  /** That the advice was held to. */
  get advisedBudgetBytes(): number {
    return this.#of?.budgetBytes ?? 0;
  }
  get ignored(): ReadonlySet<string> {
    return this.#ignored;
  }
  /** The SQL that is being run now; null for none. */
  get changing(): string | null {
    return this.#changing;
  }

  /** What was applied here and still stands, newest first. */
  get applied(): readonly Applied[] {
    const historyId = this.#engine.database?.version.historyId;
    const names = new Set(this.#engine.schema?.tables.flatMap(({ indexes }) => indexes.map(({ name }) => name)));
    return this.#applied.filter(
      (one) => one.historyId === historyId && (one.index === null || names.has(one.index) === one.isBuilt),
    );
  }

  appliedAs(change: Change): Applied | null {
    return this.applied.find(({ sql }) => sql === change.sql) ?? null;
  }

  trial(id: string): Trial | null {
    return this.#trials[id] ?? null;
  }

  /** Why the last change of this SQL was refused. */
  refusal(sql: string): string | null {
    return this.#refusals[sql] ?? null;
  }

  async advise(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#problem = null;
    this.#progress = null;
    let isCancelled = false;
    this.#cancel = () => (isCancelled = true);
    try {
      const statements = await this.#statements();
      if (isCancelled) return;
      const { budgetBytes } = this;
      // What is written while it works makes it older than the data.
      const version = this.#engine.database?.version ?? { historyId: '', logNumber: 0 };
      const request = { statements, budgetBytes: this.#budgetBytes, withRewrites: this.#withRewrites };
      const work = this.#engine.client.start('adviseWorkload', request, {
        onProgress: (progress) => (this.#progress = progress),
      });
      this.#cancel = work.cancel;
      const advice = await work.done;
      await this.#engine.refreshSchema();
      this.#advice = advice;
      this.#of = { version, schema: this.#schemaNow(advice), budgetBytes };
      this.#trials = this.#refusals = {};
      announcer.say(adviceInWords(advice));
    } catch (error) {
      this.#problem = (error as { code?: string }).code === 'cancelled' ? null : messageOf(error);
      if (this.#problem !== null) announcer.say(this.#problem);
    } finally {
      this.#busy = false;
      this.#progress = null;
    }
  }

  cancel(): void {
    this.#cancel();
    announcer.say('Advice cancelled.');
  }

  /** Each statement of a card with this alone, on a copy; nothing changes. */
  async try(id: string, ddl: string, statements: readonly StatementAdvice[]): Promise<void> {
    const asked = statements.slice(0, TRIED_MAX);
    if (this.#trials[id]?.isRunning || asked.length === 0) return;
    const tried: TriedStatement[] = [];
    const show = (isRunning: boolean): void => {
      this.#trials = { ...this.#trials, [id]: { tried: [...tried], of: asked.length, isRunning } };
    };
    show(true);
    for (const { sql, parameters } of asked) {
      let outcome: TriedStatement['outcome'];
      try {
        outcome = await this.#engine.client.call.tryIndex({ sql, parameters, ddl });
      } catch (error) {
        outcome = { problem: messageOf(error) };
      }
      tried.push({ sql, outcome });
      show(tried.length < asked.length);
    }
    announcer.say('Tried on a copy: nothing was changed.');
  }

  /** Runs it in the person's own database, and asks the planner afterwards whether it is used. */
  async apply(title: string, change: Change, statements: readonly StatementAdvice[] = []): Promise<boolean> {
    return this.#change(change.sql, async () => {
      const { version } = await this.#lab.runAside(change.sql);
      const { index, isBuilt } = change;
      const used = index !== null && isBuilt ? await this.#uses(index, statements) : null;
      const { historyId } = version;
      const others = this.#applied.filter(({ sql }) => sql !== change.sql);
      this.#applied = [{ ...change, title, used, historyId }, ...others];
      announcer.say(`Applied: ${title}. It can be undone.`);
      return version;
    });
  }

  async undo(applied: Applied): Promise<boolean> {
    return this.#change(applied.sql, async () => {
      const { version } = await this.#lab.runAside(applied.undoSql);
      this.#applied = this.#applied.filter(({ sql }) => sql !== applied.sql);
      announcer.say(`Undone: ${applied.title}.`);
      return version;
    });
  }

  ignore(id: string): void {
    this.#setIgnored(new Set([...this.#ignored, id]));
  }

  heed(id: string): void {
    this.#setIgnored(new Set([...this.#ignored].filter((one) => one !== id)));
  }

  /** One change at a time; the advice stays as old as it was, for the change is its own. */
  async #change(sql: string, act: () => Promise<Version>): Promise<boolean> {
    if (this.#changing !== null) return false;
    this.#changing = sql;
    const wasOlder = this.isOlder;
    try {
      const version = await act();
      if (!wasOlder && this.#of) this.#of = { ...this.#of, version };
      this.#refusals = Object.fromEntries(Object.entries(this.#refusals).filter(([of]) => of !== sql));
      return true;
    } catch (error) {
      const message = messageOf(error);
      this.#refusals = { ...this.#refusals, [sql]: message };
      announcer.say(message);
      return false;
    } finally {
      this.#changing = null;
    }
  }

  async #uses(index: string, statements: readonly StatementAdvice[]): Promise<Applied['used']> {
    let plans = 0;
    for (const { sql, rewrite } of statements) {
      const plan = await this.#engine.client.call.plan({ sql: rewrite?.sql ?? sql });
      if (plan.some(({ detail }) => `${detail} `.includes(` INDEX ${index} `))) plans++;
    }
    return { plans, of: statements.length };
  }

  /** Null for what the engine has seen by itself. */
  async #statements(): Promise<WorkloadStatement[] | null> {
    if (this.#source === 'text') {
      const text = this.#text;
      const { statements, leftOut } = workloadOfText(text, await this.#engine.client.call.describe({ sql: text }));
      if (text === this.#text) this.#leftOut = leftOut;
      return statements;
    }
    return this.#source === 'sample' ? sampleWorkload(this.#engine.database) : null;
  }

  /** All that advice may not outlive: what is open, its tables and views, and all indexes but those that it advises or speaks of. */
  #schemaNow(advice: WorkloadAdvice): string {
    const own = new Set([...advice.indexes, ...advice.findings].map(({ name }) => name));
    return `${JSON.stringify(this.#engine.database?.source)}\n${schemaText(this.#engine.schema, own)}`;
  }

  #setIgnored(ignored: ReadonlySet<string>): void {
    this.#ignored = ignored;
    keepIgnored(ignored);
  }
}

function schemaText(schema: SchemaReport | null, own: ReadonlySet<string>): string {
  const tables = schema?.tables.filter(({ name }) => !name.startsWith('sqlite_')) ?? [];
  return tables
    .map(({ name, sql, indexes }) => {
      const others = indexes.filter((index) => !own.has(index.name)).map((index) => `${index.name} ${index.sql ?? ''}`);
      return [name, sql, ...others.sort()].join('\n');
    })
    .sort()
    .join('\n');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const states = new WeakMap<EngineState, AdvisorState>();

export function advisorOf(engine: EngineState, lab: LabState): AdvisorState {
  const state = states.get(engine) ?? new AdvisorState(engine, lab);
  states.set(engine, state);
  return state;
}

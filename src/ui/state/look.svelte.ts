/**
 * A look at one statement with the optimizer: the proof as it goes on, which of its rewrites is looked at, and which rules are left out of it.
 * A proof runs the statement on a copy of the data, so parameters need values first: they are asked for, and nothing becomes NULL unasked.
 */
import type { OptimizeReport, PlanLine, RewriteAttempt, SqlValue, StudyReport } from '../../engine/protocol.ts';
import { AppError } from '../../core/errors.ts';
import {
  bindValues,
  formNames,
  NEW_PARAMETER,
  parseParameter,
  type ParameterEntry,
} from '../components/parameter-value.ts';
import type { EngineState } from './engine.svelte.ts';
import { leading, withProgress } from './live-attempts.ts';

/** What a look is at, besides the text. */
export interface LookOptions {
  /** Values in the order of SQLite's numbers, where they are known; else they are asked for. */
  parameters?: readonly SqlValue[];
  /** SQL that makes what the text needs besides the data, on a copy. */
  setup?: string;
  /** What goes before: the proof waits for it. */
  after?: Promise<void>;
}

export type StudyState =
  { phase: 'running' } | { phase: 'done'; report: StudyReport } | { phase: 'failed'; why: string };

export class Look {
  readonly #engine: EngineState;
  #sql = $state.raw<string | null>(null);
  #options: LookOptions = {};
  #report = $state.raw<OptimizeReport | null>(null);
  #live = $state.raw<readonly RewriteAttempt[]>([]);
  #plans = $state.raw<Readonly<Record<string, readonly PlanLine[]>>>({});
  #studies = $state.raw<Readonly<Record<string, StudyState>>>({});
  #chosen = $state.raw<string | null>(null);
  #without = $state.raw<readonly string[]>([]);
  #ruleIds = $state.raw<readonly string[]>([]);
  #ended = $state.raw<'cancelled' | 'failed' | null>(null);
  #refusal = $state.raw<string | null>(null);
  #busy = $state(false);
  /** As SQLite names them, one for each place. */
  #parameters = $state.raw<readonly string[]>([]);
  #entries = $state.raw<Readonly<Record<string, ParameterEntry>>>({});
  /** Moves with every text and every proof: what was asked before has no place any more. */
  #turn = 0;
  #cancel = (): void => {};

  constructor(engine: EngineState) {
    this.#engine = engine;
  }

  /** Null before the first look. */
  get sql(): string | null {
    return this.#sql;
  }
  get report(): OptimizeReport | null {
    return this.#report;
  }
  /** Rewrites of the text: as decided, or as far as the proof has got. */
  get attempts(): readonly RewriteAttempt[] {
    return this.#report?.attempts.filter(({ outcome }) => outcome !== 'not-applicable') ?? this.#live;
  }
  /** The one that is looked at: chosen by hand, else the one that leads. */
  get attempt(): RewriteAttempt | null {
    return (
      this.attempts.find(({ rewrittenSql }) => rewrittenSql !== null && rewrittenSql === this.#chosen) ??
      this.#report?.chosen ??
      leading(this.attempts)
    );
  }
  get busy(): boolean {
    return this.#busy;
  }
  /** Why the last look ended without a report, in the engine's words; null also where it was cancelled. */
  get refusal(): string | null {
    return this.#ended === 'failed' ? this.#refusal : null;
  }
  get cancelled(): boolean {
    return this.#ended === 'cancelled';
  }
  /** Rules that are left out of this look alone. */
  get without(): readonly string[] {
    return this.#without;
  }
  /** Rules that had something to propose for this text, or are left out. */
  get ruleIds(): readonly string[] {
    return this.#ruleIds;
  }
  /** Names of the values that are needed, each once. */
  get names(): string[] {
    return [...new Set(formNames(this.#parameters))];
  }
  /** True once every value can be read. */
  get complete(): boolean {
    return this.names.every((name) => 'value' in parseParameter(this.entry(name)));
  }

  entry(name: string): ParameterEntry {
    return this.#entries[name] ?? NEW_PARAMETER;
  }

  setEntry(name: string, entry: ParameterEntry): void {
    this.#entries = { ...this.#entries, [name]: entry };
  }

  /** Null while it is not known. */
  planOf(sql: string): readonly PlanLine[] | null {
    return this.#plans[sql] ?? null;
  }

  studyOf(sql: string): StudyState | null {
    return this.#studies[sql] ?? null;
  }

  /** Takes up a statement; proves at once unless it needs values that nobody gave yet. */
  async at(sql: string, options: LookOptions = {}): Promise<void> {
    this.leave();
    const turn = this.#turn;
    this.#sql = sql;
    this.#options = options;
    this.#plans = {};
    this.#studies = {};
    this.#without = this.#ruleIds = this.#parameters = [];
    this.#busy = true;
    await options.after;
    if (turn !== this.#turn) return;
    if (!options.parameters && !options.setup) {
      try {
        const [span] = await this.#engine.client.call.describe({ sql });
        if (turn === this.#turn) this.#parameters = span?.classification?.parameters ?? [];
      } catch {
        // What cannot be described runs as typed: the optimizer says why.
      }
      if (turn !== this.#turn) return;
    }
    this.#busy = false;
    if (this.complete) await this.prove();
  }

  async prove(): Promise<void> {
    const sql = this.#sql;
    if (sql === null || !this.complete) return;
    const { setup } = this.#options;
    const parameters = this.#bound;
    const without = [...this.#without];
    this.#cancel();
    const turn = ++this.#turn;
    this.#report = this.#ended = null;
    this.#live = [];
    this.#busy = true;
    try {
      if (setup === undefined) await this.#readPlan(sql);
      if (turn !== this.#turn) return;
      const running = this.#engine.client.start(
        'optimize',
        { sql, parameters, without, setup },
        {
          onProgress: (told) => {
            if (turn === this.#turn) this.#note(withProgress(this.#live, told));
          },
        },
      );
      this.#cancel = running.cancel;
      const report = await running.done;
      if (turn !== this.#turn) return;
      this.#note(report.attempts.filter(({ rewrittenSql }) => rewrittenSql !== null));
      const after = report.provedSql !== null && report.planAfter ? { [report.provedSql]: report.planAfter } : {};
      this.#plans = { ...this.#plans, [sql]: report.planBefore, ...after };
      this.#report = report;
    } catch (error) {
      if (turn === this.#turn) this.#end(error);
    }
    if (turn === this.#turn) this.#busy = false;
  }

  cancel(): void {
    this.#cancel();
  }

  /** Nobody looks any more. */
  leave(): void {
    this.#cancel();
    this.#cancel = () => {};
    this.#turn++;
    this.#sql = this.#report = this.#chosen = this.#ended = null;
    this.#live = [];
    this.#busy = false;
  }

  choose(attempt: RewriteAttempt): void {
    this.#chosen = attempt.rewrittenSql;
  }

  /** Proves again with these rules left out. */
  leaveOut(ruleIds: readonly string[]): Promise<void> {
    this.#without = ruleIds;
    this.#ruleIds = [...new Set([...this.#ruleIds, ...ruleIds])];
    this.#chosen = null;
    return this.prove();
  }

  /** The plan of a rewrite, for those that the report has none of. */
  async readPlan(sql: string): Promise<void> {
    if (!this.#busy && !this.#plans[sql] && this.#options.setup === undefined) await this.#readPlan(sql);
  }

  /** Both texts beside each other, whether right or not; nothing of it is used. */
  async study(rewrittenSql: string): Promise<void> {
    const sql = this.#sql;
    if (sql === null || this.studyOf(rewrittenSql)?.phase === 'running') return;
    const set = (state: StudyState): void => {
      if (this.#sql === sql) this.#studies = { ...this.#studies, [rewrittenSql]: state };
    };
    set({ phase: 'running' });
    try {
      const { setup } = this.#options;
      const report = await this.#engine.client.call.study({ sql, parameters: this.#bound, rewrittenSql, setup });
      set({ phase: 'done', report });
    } catch (error) {
      set({ phase: 'failed', why: messageOf(error) });
    }
  }

  async #readPlan(sql: string): Promise<void> {
    const turn = this.#turn;
    const plan = await this.#engine.client.call.plan({ sql }).catch(() => null);
    if (plan && turn === this.#turn) this.#plans = { ...this.#plans, [sql]: plan };
  }

  #note(live: readonly RewriteAttempt[]): void {
    this.#live = live;
    const told = live.flatMap(({ ruleIds }) => ruleIds).filter((id) => !this.#ruleIds.includes(id));
    if (told.length > 0) this.#ruleIds = [...this.#ruleIds, ...new Set(told)];
  }

  #end(error: unknown): void {
    this.#ended = error instanceof AppError && error.code === 'cancelled' ? 'cancelled' : 'failed';
    this.#refusal = messageOf(error);
  }

  get #bound(): SqlValue[] {
    if (this.#options.parameters) return [...this.#options.parameters];
    return bindValues(this.#parameters, (name) => {
      const parsed = parseParameter(this.entry(name));
      return 'value' in parsed ? parsed.value : null;
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

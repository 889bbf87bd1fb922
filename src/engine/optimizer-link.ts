/**
 * The engine's side of the optimizer worker: tiered, like a compiler. A statement first runs as typed; in the
 * background the worker looks for a rewrite and proves it; from then on the pool runs the proven text.
 */
import { AppError, toWireError } from '../core/errors.ts';
import { connect, type Connection, type WorkerHandle } from '../core/rpc.ts';
import type { PageRecord, Parameters, Snapshot } from '../database/protocol.ts';
import type { IndexAdvice, IndexTrial, OptimizeReport, OptimizerApi, PlanLine } from '../optimizer/protocol.ts';

export const BACKGROUND_QUEUE_MAX = 100;
export const VERDICTS_MAX = 2000;
/** For the proof of one statement in the background, and for a person who waits. */
const BACKGROUND_BUDGET_MS = 4000;
const TRIAL_BUDGET_MS = 8000;

/**
 * What it does has budgets far below this. What SQLite does within one instruction no budget stops: on a damaged file that leads it
 * in circles only the end of its worker does.
 */
export const SILENT_MS_MAX = 30_000;

export type Verdict =
  | { state: 'waiting' | 'running' }
  | { state: 'proved'; report: OptimizeReport; provedSql: string }
  | { state: 'unchanged'; report: OptimizeReport | null; reason: string };

export interface OptimizerLinkOptions {
  spawn(): WorkerHandle;
  module(): Promise<WebAssembly.Module | null>;
  wasmUrl(): string;
  snapshot(): Snapshot;
  settings(): { enabled: boolean; disabledRules: string[] };
  /** Does something once after a while, unless the returned function is called before. */
  once(delayMs: number, action: () => void): () => void;
  /** A verdict is in: for the event log and the page. */
  onVerdict(sql: string, verdict: Verdict): void;
}

interface Pending {
  sql: string;
  parameters: Parameters;
}

export class OptimizerLink {
  readonly #options: OptimizerLinkOptions;
  #worker: Promise<{ calls: Connection<OptimizerApi> }> | null = null;
  #end: (message: string) => void = () => {};
  #attached = false;
  /** Others who ask meanwhile wait for it too: the worker answers attach only when the data is open. */
  #attaching: Promise<unknown> = Promise.resolve();
  readonly #verdicts = new Map<string, Verdict>();
  readonly #queue: Pending[] = [];
  #busy = false;
  #mayWork = false;
  /** Questions without an answer so far, and the end of the patience with them, put off by every answer. */
  #asked = 0;
  #disarm: () => void = () => {};
  /** It did not answer over this data: nothing is asked in the background until there is other data. */
  #wasSilent = false;
  /** Moves when verdicts are forgotten, so that an answer about the former schema is not kept. */
  #generation = 0;

  constructor(options: OptimizerLinkOptions) {
    this.#options = options;
  }

  /** Background work may begin: the first result is on the screen. */
  begin(): void {
    this.#mayWork = true;
    void this.#next();
  }

  verdict(sql: string): Verdict | undefined {
    return this.#verdicts.get(sql);
  }

  /** A read ran as typed: look for something better when there is time. */
  consider(sql: string, parameters: Parameters): void {
    const { enabled } = this.#options.settings();
    if (!enabled || this.#wasSilent || this.#verdicts.has(sql) || this.#queue.length >= BACKGROUND_QUEUE_MAX) return;
    this.#remember(sql, { state: 'waiting' });
    this.#queue.push({ sql, parameters });
    void this.#next();
  }

  /** Proves now, at the head of the queue. */
  async optimize(sql: string, parameters: Parameters): Promise<OptimizeReport> {
    const generation = this.#generation;
    this.#remember(sql, { state: 'running' });
    try {
      const { calls } = await this.#ready();
      const { disabledRules } = this.#options.settings();
      const report = await this.#inTime(
        calls.call.optimize({ sql, parameters, disabledRules, budgetMs: BACKGROUND_BUDGET_MS }),
      );
      if (generation === this.#generation) this.#settle(sql, report);
      return report;
    } catch (error) {
      const { message } = toWireError(error);
      if (generation === this.#generation)
        this.#remember(sql, { state: 'unchanged', report: null, reason: `The optimizer could not finish: ${message}` });
      throw error;
    }
  }

  async preview(sql: string, ruleId: string, parameters: Parameters): Promise<{ sql: string; label: string } | null> {
    const { calls } = await this.#ready();
    return this.#inTime(calls.call.preview({ sql, ruleId, parameters }));
  }

  async advise(sql: string, parameters: Parameters): Promise<IndexAdvice[]> {
    const { calls } = await this.#ready();
    return this.#inTime(calls.call.advise({ sql, parameters }));
  }

  async tryIndex(sql: string, parameters: Parameters, ddl: string): Promise<IndexTrial> {
    const { calls } = await this.#ready();
    return this.#inTime(calls.call.tryIndex({ sql, parameters, ddl, budgetMs: TRIAL_BUDGET_MS }));
  }

  async plan(sql: string): Promise<PlanLine[]> {
    const { calls } = await this.#ready();
    return this.#inTime(calls.call.plan({ sql }));
  }

  /** A committed record. A schema change takes all verdicts with it. */
  apply(record: PageRecord, schemaChanged: boolean): void {
    if (schemaChanged) this.forget();
    if (!this.#attached) return;
    void this.#worker
      ?.then(({ calls }) => calls.call.apply({ records: [record] }))
      .catch((error: unknown) => this.#end(toWireError(error).message));
  }

  /** Other content: the worker attaches anew before its next job. */
  reattach(): void {
    this.#attached = false;
    this.#wasSilent = false;
    this.forget();
  }

  /** Ends the worker; the next question starts another. */
  end(reason: string): void {
    this.#end(reason);
  }

  forget(): void {
    this.#generation++;
    this.#verdicts.clear();
    this.#queue.length = 0;
  }

  /** The answer; a worker that has been asked and says nothing at all for too long is ended, and with it all that was asked. */
  async #inTime<Reply>(reply: Promise<Reply>): Promise<Reply> {
    this.#asked++;
    this.#putOff();
    try {
      return await reply;
    } finally {
      this.#asked--;
      this.#putOff();
    }
  }

  #putOff(): void {
    this.#disarm();
    if (this.#asked === 0) return;
    this.#disarm = this.#options.once(SILENT_MS_MAX, () => {
      this.#wasSilent = true;
      this.#queue.length = 0;
      this.#end(
        `it gave no answer for ${SILENT_MS_MAX / 1000} seconds. The file may be damaged in a way that leads in circles: PRAGMA integrity_check tells. Statements run as typed.`,
      );
    });
  }

  async #next(): Promise<void> {
    if (this.#busy || !this.#mayWork) return;
    const pending = this.#queue.shift();
    if (!pending) return;
    this.#busy = true;
    try {
      await this.optimize(pending.sql, pending.parameters);
    } catch {
      // The verdict already says why; a worker that died is started again for the next statement.
    } finally {
      this.#busy = false;
      void this.#next();
    }
  }

  #settle(sql: string, report: OptimizeReport): void {
    const verdict: Verdict =
      report.provedSql === null
        ? { state: 'unchanged', report, reason: report.unchangedReason ?? 'No rule applies.' }
        : report.restsOn.length > 0
          ? // Workers are not told versions of tables yet.
            { state: 'unchanged', report, reason: `Proved for the present rows of ${report.restsOn.join(', ')} only.` }
          : { state: 'proved', report, provedSql: report.provedSql };
    this.#remember(sql, verdict);
    this.#options.onVerdict(sql, verdict);
  }

  #remember(sql: string, verdict: Verdict): void {
    if (this.#verdicts.size >= VERDICTS_MAX && !this.#verdicts.has(sql)) {
      const oldest = this.#verdicts.keys().next();
      if (!oldest.done) this.#verdicts.delete(oldest.value);
    }
    this.#verdicts.set(sql, verdict);
  }

  async #ready(): Promise<{ calls: Connection<OptimizerApi> }> {
    this.#worker ??= this.#spawn();
    const worker = await this.#worker;
    if (!this.#attached) {
      // Before the await: records that arrive while it attaches must follow the snapshot in the worker's inbox.
      this.#attached = true;
      const snapshot = this.#options.snapshot();
      // Its own list: a record appended before this message leaves is sent by itself.
      const whole = { ...snapshot, records: [...snapshot.records] };
      this.#attaching = this.#inTime(worker.calls.call.attach({ snapshot: whole }));
    }
    try {
      await this.#attaching;
    } catch (error) {
      this.#attached = false; // the next question tries again
      throw error;
    }
    return worker;
  }

  async #spawn(): Promise<{ calls: Connection<OptimizerApi> }> {
    const handle = this.#options.spawn();
    const calls = connect<OptimizerApi>(handle.port);
    const end = (message: string): void => {
      handle.terminate();
      this.#worker = null;
      this.#attached = false;
      calls.lost(new AppError('worker-lost', `The optimizer stopped: ${message}`));
    };
    handle.onFailure(end);
    this.#end = end;
    try {
      const module = await this.#options.module();
      await calls.call.warm({ module, wasmUrl: this.#options.wasmUrl(), cancelCell: null });
    } catch (error) {
      end(toWireError(error).message);
      throw error;
    }
    return { calls };
  }
}

/**
 * The engine's side of the optimizer: tiered, like a compiler. A statement first runs as typed; in the background the optimizer's worker
 * looks for a rewrite and proves it; from then on the pool runs the proven text, for as long as what the proof rests on holds and the rewrite
 * is as fast in practice. Whoever waits for an answer goes before what is done in the background.
 */
import { AppError, toWireError } from '../core/errors.ts';
import type { CancelSignal, WorkerHandle } from '../core/rpc.ts';
import type { PageRecord, Parameters, Snapshot, Version } from '../database/protocol.ts';
import type {
  AdviceRequest,
  IndexAdvice,
  IndexTrial,
  OptimizeProgress,
  OptimizeReport,
  PlanLine,
  PreviewText,
  StudyReport,
  WorkloadAdvice,
} from '../optimizer/protocol.ts';
import { adviseAnew, type AdviceOptions, type AdviceRun } from './rewriting/advise-anew.ts';
import { OptimizerWorker } from './rewriting/optimizer-worker.ts';
import { RuleRecords } from './rewriting/rule-records.ts';
import { Verdicts, type StatementVerdict } from './rewriting/verdicts.ts';

export { SILENT_MS_MAX } from './rewriting/optimizer-worker.ts';
export type { StatementVerdict } from './rewriting/verdicts.ts';

export const BACKGROUND_QUEUE_MAX = 100;
/** For the proof of one statement. Nobody is kept waiting by it: it makes way, and who asked for a quick answer gets one without. */
const PROOF_BUDGET_MS = 8000;
const TRIAL_BUDGET_MS = 8000;
const LOOK_BUDGET_MS = 1000;
/** Advice on one statement, and on many; proofs of rewrites take as much again. */
const ADVICE_ONE_MS = 2000;
const ADVICE_MANY_MS = 15_000;
/** A text that takes less is left alone, unless somebody asks. */
const FAST_ENOUGH_MS = 0.2;
/** A proof that had to make way so often goes to the end of the queue no more: it is given up until the statement runs again. */
const INTERRUPTIONS_MAX = 5;

export interface OptimizerLinkOptions {
  spawn(): WorkerHandle;
  module(): Promise<WebAssembly.Module | null>;
  wasmUrl(): string;
  snapshot(): Snapshot;
  version(): Version;
  settings(): { enabled: boolean; disabledRules: string[] };
  /** PRAGMAs in force in the pool. */
  pragmas(): readonly string[];
  isolated: boolean;
  nowMs(): number;
  /** Does something once after a while, unless the returned function is called before. */
  once(delayMs: number, action: () => void): () => void;
  /** A verdict is in, or was taken back: for the event log, the page and the store. */
  onVerdict(sql: string, verdict: StatementVerdict): void;
}

export interface ProofOptions {
  onProgress?: (progress: OptimizeProgress) => void;
  signal?: CancelSignal | null;
  /** Rules to leave out besides those that are switched off; the verdict is then this asker's alone. */
  without?: readonly string[];
  /** SQL that makes what the text needs besides the data, on a copy; the verdict is then this asker's alone. */
  setup?: string | null;
  /** Only if the text takes long enough for it to be worth it. */
  ifWorthIt?: boolean;
}

/** Something to do when nobody waits. */
interface Pending {
  sql: string;
  parameters: Parameters;
  interruptions: number;
}

/** A proof under way, which several may wait for. */
interface Proof {
  sql: string;
  ifWorthIt: boolean;
  /** How many wait for it; none for one in the background, which makes way. */
  waiters: number;
  listeners: Set<(progress: OptimizeProgress) => void>;
  /** So far: who comes later hears it too. */
  told: OptimizeProgress[];
  report: Promise<OptimizeReport>;
  /** It is on its way to an end without a report: nobody may join it any more. */
  isStopped: boolean;
  stop(): void;
}

export class OptimizerLink {
  readonly #options: OptimizerLinkOptions;
  readonly #worker: OptimizerWorker;
  readonly #verdicts: Verdicts;
  readonly records = new RuleRecords();
  readonly #queue: Pending[] = [];
  #proof: Proof | null = null;
  readonly #advice = new Set<AdviceRun>();
  #working = false;
  #mayWork = false;
  /** People who wait for an answer: nothing is begun in the background meanwhile. */
  #waiting = 0;
  /** It did not answer over this data: nothing is asked in the background until there is other data. */
  #wasSilent = false;
  /** Moves when verdicts are forgotten, so that an answer about the former schema is not kept. */
  #generation = 0;

  constructor(options: OptimizerLinkOptions) {
    this.#options = options;
    this.#verdicts = new Verdicts(options.nowMs);
    this.#worker = new OptimizerWorker({
      ...options,
      onSilent: () => {
        this.#wasSilent = true;
        this.#queue.length = 0;
      },
    });
  }

  /** Background work may begin: the first result is on the screen. */
  begin(): void {
    this.#mayWork = true;
    void this.#next();
  }

  verdict(sql: string): StatementVerdict | undefined {
    return this.#verdicts.get(sql);
  }

  /** What is known of statements, for the store. */
  get verdicts(): Verdicts {
    return this.#verdicts;
  }

  /** The proved text to run now in place of this one; null where it runs as typed, for the reason that `whyTyped` gives. */
  textFor(sql: string): string | null {
    return this.#whyOff() === null ? this.#verdicts.textFor(sql) : null;
  }

  /** Why a text runs as typed, in a sentence without its full stop. */
  whyTyped(sql: string, isWaitedFor: boolean): string {
    const off = this.#whyOff();
    if (off !== null) return off;
    const verdict = this.#verdicts.get(sql);
    if (!verdict) return 'First run: as typed';
    switch (verdict.state) {
      case 'waiting':
        return 'Runs as typed; the optimizer will look at it';
      case 'running':
        return isWaitedFor
          ? 'Runs as typed: the proof is still running'
          : 'Runs as typed while the optimizer looks for a proof';
      case 'proved':
        return 'Runs as typed this time, by turns with its rewrite, to see which is faster in practice';
      default:
        return verdict.reason.replace(/\.$/, '');
    }
  }

  /** A read was run by the pool. As typed: look for something better when there is time. */
  ran(sql: string, parameters: Parameters, rewritten: boolean, ms: number): void {
    const verdict = this.#verdicts.get(sql);
    if (rewritten && verdict?.state === 'proved') this.records.ran(verdict.report);
    if (this.#verdicts.ran(sql, rewritten, ms) !== null) {
      const dropped = this.#verdicts.get(sql);
      if (dropped?.state === 'dropped') {
        this.records.dropped(dropped.report);
        this.#options.onVerdict(sql, dropped);
      }
    }
    if (!rewritten) this.#consider(sql, parameters);
  }

  /** Proves now: what is done in the background makes way. */
  async optimize(sql: string, parameters: Parameters, options: ProofOptions = {}): Promise<OptimizeReport> {
    const { onProgress, signal = null, without = [], setup = null, ifWorthIt = false } = options;
    const joined = without.length === 0 && setup === null ? this.#join(sql, ifWorthIt, onProgress) : null;
    return this.#firstServed(async () => {
      if (joined) return waitedFor(joined, signal);
      const proof = this.#prove(sql, parameters, { ifWorthIt, without, setup });
      if (without.length === 0 && setup === null) this.#takeOver(sql, proof);
      if (onProgress) proof.listeners.add(onProgress);
      return waitedFor(proof, signal);
    }, sql);
  }

  preview(sql: string, ruleId: string, parameters: Parameters): Promise<PreviewText | null> {
    return this.#firstServed(() => this.#worker.ask((api) => api.preview({ sql, ruleId, parameters })));
  }

  /** Both texts with their results and times, beside each other, on the fork: nothing of it is used for anything else. */
  study(sql: string, parameters: Parameters, rewrittenSql: string, setup: string | null = null): Promise<StudyReport> {
    const request = { sql, parameters, rewrittenSql, setup, budgetMs: TRIAL_BUDGET_MS };
    return this.#firstServed(() => this.#worker.ask((api) => api.study(request)));
  }

  advise(sql: string, parameters: Parameters): Promise<IndexAdvice[]> {
    return this.#firstServed(() => this.#worker.ask((api) => api.advise({ sql, parameters })));
  }

  /** Indexes, statistics and rewrites for these statements together, measured on a copy. Withdrawn and begun again when the schema changes. */
  adviseWorkload(request: Omit<AdviceRequest, 'budgetMs'>, options: AdviceOptions = {}): Promise<WorkloadAdvice> {
    const indexesMs = request.statements.length === 1 ? ADVICE_ONE_MS : ADVICE_MANY_MS;
    const budgetMs = indexesMs * (request.withRewrites ? 2 : 1);
    return this.#firstServed(async () => {
      const run = adviseAnew(this.#worker, { ...request, budgetMs }, options);
      this.#advice.add(run);
      try {
        return await run.advice;
      } finally {
        this.#advice.delete(run);
      }
    });
  }

  tryIndex(sql: string, parameters: Parameters, ddl: string): Promise<IndexTrial> {
    const budgetMs = TRIAL_BUDGET_MS;
    return this.#firstServed(() => this.#worker.ask((api) => api.tryIndex({ sql, parameters, ddl, budgetMs })));
  }

  plan(sql: string): Promise<PlanLine[]> {
    return this.#firstServed(() => this.#worker.ask((api) => api.plan({ sql })));
  }

  // ---- what happens to data and settings ----

  /** A committed record. A schema change takes all verdicts with it, a write those that rest on its tables. */
  apply(record: PageRecord, schemaChanged: boolean): void {
    if (schemaChanged) {
      this.forget();
      for (const run of this.#advice) run.withdraw();
    }
    this.#verdicts.noteWrite(schemaChanged ? null : record.tablesWritten, record.logNumber);
    this.#worker.apply(record);
  }

  /** Other content, or another history. */
  reattach(): void {
    this.#worker.detach();
    for (const run of this.#advice) run.withdraw();
    this.#wasSilent = false;
    this.forget();
    this.records.clear();
    this.#verdicts.reset(this.#options.version());
  }

  /** Rules were switched: verdicts with one that is off now go, and so do those that one that is on now might better. */
  settingsChanged(before: { disabledRules: readonly string[] }): void {
    const { disabledRules } = this.#options.settings();
    if (before.disabledRules.some((id) => !disabledRules.includes(id))) this.forget();
    else if (disabledRules.some((id) => !before.disabledRules.includes(id))) {
      this.#generation++;
      this.#verdicts.retain(({ ruleIds }) => !ruleIds.some((id) => disabledRules.includes(id)));
    }
  }

  /** Ends the worker; the next question starts another. */
  end(reason: string): void {
    this.#worker.end(reason);
  }

  forget(): void {
    this.#generation++;
    this.#verdicts.forget();
    this.#queue.length = 0;
  }

  // ---- work ----

  /** Why no rewrite is used at all. */
  #whyOff(): string | null {
    if (!this.#options.settings().enabled) return 'Runs as typed: the optimizer is switched off';
    const pragma = this.#options.pragmas().find(mayChangeMeaning);
    return pragma ? `Runs as typed: proofs are made without ${pragma.trim()}` : null;
  }

  #consider(sql: string, parameters: Parameters): void {
    if (this.#whyOff() !== null || this.#wasSilent || this.#queue.length >= BACKGROUND_QUEUE_MAX) return;
    const verdict = this.#verdicts.get(sql);
    if (verdict && !this.#verdicts.isDue(sql)) return;
    if (this.#queue.some((pending) => pending.sql === sql)) return;
    if (!verdict) this.#verdicts.begin(sql, 'waiting');
    this.#queue.push({ sql, parameters, interruptions: 0 });
    void this.#next();
  }

  /** For somebody who waits: a proof that nobody waits for makes way, and nothing else is begun meanwhile. */
  async #firstServed<Reply>(ask: () => Promise<Reply>, sql: string | null = null): Promise<Reply> {
    this.#waiting++;
    if (this.#proof?.waiters === 0 && this.#proof.sql !== sql) this.#proof.stop();
    try {
      return await ask();
    } finally {
      this.#waiting--;
      void this.#next();
    }
  }

  /** What was to be looked at in the background is looked at now; if that is stopped, it waits again. */
  #takeOver(sql: string, proof: Proof): void {
    const at = this.#queue.findIndex((pending) => pending.sql === sql);
    if (at < 0) return;
    const [pending] = this.#queue.splice(at, 1);
    const generation = this.#generation;
    proof.report.catch((error: unknown) => {
      if (!pending || generation !== this.#generation || toWireError(error).code !== 'cancelled') return;
      this.#verdicts.begin(sql, 'waiting');
      this.#queue.push(pending);
      void this.#next();
    });
  }

  /** The proof of this text that is under way; null when there is none as thorough. */
  #join(sql: string, ifWorthIt: boolean, onProgress: ProofOptions['onProgress']): Proof | null {
    const proof = this.#proof;
    if (proof?.sql !== sql || proof.isStopped || (proof.ifWorthIt && !ifWorthIt)) return null;
    if (onProgress) {
      proof.told.forEach(onProgress);
      proof.listeners.add(onProgress);
    }
    return proof;
  }

  #prove(
    sql: string,
    parameters: Parameters,
    { ifWorthIt, without, setup }: { ifWorthIt: boolean; without: readonly string[]; setup: string | null },
  ): Proof {
    const isEverybodys = without.length === 0 && setup === null;
    const generation = this.#generation;
    const job = this.#worker.newJob();
    const disabledRules = [...this.#options.settings().disabledRules, ...without];
    const fastEnoughMs = ifWorthIt ? FAST_ENOUGH_MS : 0;
    const budgetMs = PROOF_BUDGET_MS;
    const request = { sql, parameters, disabledRules, budgetMs, fastEnoughMs, cancelValue: job, setup };
    let cancel = (): void => {};
    const listeners: Proof['listeners'] = new Set();
    const told: OptimizeProgress[] = [];
    const ask = async (): Promise<OptimizeReport> => {
      try {
        const report = await this.#worker.ask((api) => {
          if (proof.isStopped) throw new AppError('cancelled', 'The proof was stopped.');
          return api.optimize(request, {
            onProgress: (report) => {
              const one = report as OptimizeProgress;
              told.push(one);
              listeners.forEach((listener) => listener(one));
            },
            cancelWith: (given) => (cancel = given),
          });
        });
        if (isEverybodys && generation === this.#generation) this.#settle(sql, report);
        return report;
      } catch (error) {
        const { code, message } = toWireError(error);
        // Another proof of the same text may have begun while this one was being stopped.
        const isLatest = this.#proof === proof || this.#proof?.sql !== sql;
        if (isEverybodys && isLatest && generation === this.#generation) {
          if (code === 'cancelled') this.#verdicts.interrupted(sql);
          else this.#verdicts.fail(sql, `The optimizer could not finish: ${message}`);
        }
        throw error;
      } finally {
        if (this.#proof === proof) this.#proof = null;
      }
    };
    if (isEverybodys) this.#verdicts.begin(sql, 'running');
    const proof: Proof = {
      sql,
      ifWorthIt,
      waiters: 0,
      listeners,
      told,
      report: Promise.resolve().then(ask),
      isStopped: false,
      stop: () => {
        proof.isStopped = true;
        this.#worker.stop(job);
        cancel();
      },
    };
    if (isEverybodys) this.#proof = proof;
    return proof;
  }

  async #next(): Promise<void> {
    if (this.#working || !this.#mayWork || this.#waiting > 0) return;
    const pending = this.#queue.shift();
    if (!pending) return;
    this.#working = true;
    const { sql, parameters } = pending;
    const generation = this.#generation;
    try {
      if (await this.#stillHolds(sql)) return;
      if (generation !== this.#generation || this.#waiting > 0)
        throw new AppError('cancelled', 'Somebody waits for another answer.');
      await this.#prove(sql, parameters, { ifWorthIt: true, without: [], setup: null }).report;
    } catch (error) {
      // The verdict already says why; a worker that died is started again for the next statement.
      const { code } = toWireError(error);
      const again = { ...pending, interruptions: pending.interruptions + 1 };
      if (code === 'cancelled' && generation === this.#generation && again.interruptions < INTERRUPTIONS_MAX) {
        this.#verdicts.begin(sql, 'waiting');
        this.#queue.push(again);
      }
    } finally {
      this.#working = false;
      void this.#next();
    }
  }

  /**
   * Whether there is nothing to prove after all. Of a stale verdict the rows are looked at again, which takes far less than a proof; that may
   * have been done since somebody asked for it.
   */
  async #stillHolds(sql: string): Promise<boolean> {
    const verdict = this.#verdicts.get(sql);
    if (!verdict || verdict.state === 'waiting' || verdict.state === 'running') return false;
    if (verdict.state === 'unchanged') return !this.#verdicts.isDue(sql);
    if (verdict.state !== 'stale' || !verdict.report.chosen) return true;
    const { preconditions } = verdict.report.chosen;
    const generation = this.#generation;
    const { holds, version } = await this.#worker.ask((api) =>
      api.reverify({ preconditions, budgetMs: LOOK_BUDGET_MS }),
    );
    if (generation !== this.#generation || version.historyId !== this.#options.version().historyId) return true;
    if (holds) this.#verdicts.renew(sql, version);
    return holds;
  }

  #settle(sql: string, report: OptimizeReport): void {
    if (report.version.historyId !== this.#options.version().historyId) return;
    this.#verdicts.settle(sql, report);
    this.records.note(report);
    const verdict = this.#verdicts.get(sql);
    if (verdict) this.#options.onVerdict(sql, verdict);
  }
}

/** Its report; who leaves takes the proof along only if nobody else waits for it. */
function waitedFor(proof: Proof, signal: CancelSignal | null): Promise<OptimizeReport> {
  proof.waiters++;
  if (!signal) return proof.report;
  const left = new Promise<never>((_resolve, reject) => {
    signal.onCancel(() => {
      proof.waiters--;
      // Stopped, its own end tells; else this one alone leaves.
      if (proof.waiters === 0) proof.stop();
      else reject(new AppError('cancelled', 'No longer waited for.'));
    });
  });
  return Promise.race([proof.report, left]);
}

/** Settings that change neither what a text means nor what a schema promises. */
const HARMLESS =
  /^\s*PRAGMA\s+(?:main\s*\.\s*|temp\s*\.\s*)?(?:analysis_limit|automatic_index|cache_size|cache_spill|cell_size_check|defer_foreign_keys|foreign_keys|legacy_alter_table|page_size|recursive_triggers|secure_delete|temp_store)\b/i;

/** case_sensitive_like, ignore_check_constraints and others that the optimizer's own connection is not told of. */
function mayChangeMeaning(pragma: string): boolean {
  return !HARMLESS.test(pragma);
}

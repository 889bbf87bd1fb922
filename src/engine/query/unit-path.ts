/**
 * The way of a unit: a text with a statement that may write. All of it runs on the primary, with nothing between its
 * statements, and its pages are in the log before anybody hears of it.
 */
import { AppError, fromWireError, toWireError } from '../../core/errors.ts';
import type {
  Classification,
  PageRecord,
  Parameters,
  UnitReply,
  Version,
  WorkProgress,
} from '../../database/protocol.ts';
import type { Asker } from './asker.ts';
import type { DatabaseWorker } from '../data/database-worker.ts';
import { parametersFor } from './parameters.ts';
import type { Undo } from '../data/points-in-time.ts';
import type { PoolAnswer, PoolRunner } from './pool-runner.ts';
import { emptiedNote, PrimaryState } from '../data/primary-state.ts';
import { ROW_LIMIT_DEFAULT, type ExecuteRequest, type RunProgress } from '../protocol.ts';
import { asAppError, busyOf, type Ran, type ScriptRan } from './ran.ts';
import type { StepsTaken } from './steps-taken.ts';
import { turnStopped, unitStopped } from './stopped.ts';
import type { Patience, Turnstile } from './turnstile.ts';

export interface UnitPathOptions {
  nowMs(): number;
  /** Does something once after a while, unless the returned function is called before. */
  once(delayMs: number, action: () => void): () => void;
  pool: PoolRunner;
  turnstile: Turnstile;
  version(): Version;
  epoch(): number;
  deadlineMs(): number | null;
  steps: StepsTaken;
  /** Takes a record into the log and sends it on: the moment of commit. */
  commit(record: PageRecord, from: DatabaseWorker, asked: Asked): Undo;
  pragmasSet(pragmas: string[], from: DatabaseWorker): void;
  /** Why nothing may be written; null when it may. */
  readOnly(): string | null;
  /** Ends a worker whose state cannot be trusted any more. */
  end(worker: DatabaseWorker): void;
  onRan(ran: Ran): void;
  onFailed(sql: string, error: Error): void;
}

/** Who asks: what the load generator writes is not made undone one by one. */
export type Origin = 'person' | 'load';

/** A request as it came in. */
export interface Asked {
  request: ExecuteRequest;
  asker: Asker;
  origin: Origin;
  sinceMs: number;
  /** Of the data that was open then. */
  historyId: string;
}

export class UnitPath {
  readonly #options: UnitPathOptions;
  readonly primaryState = new PrimaryState();

  constructor(options: UnitPathOptions) {
    this.#options = options;
  }

  async run(asked: Asked): Promise<ScriptRan> {
    const { request, asker, sinceMs, historyId } = asked;
    const { signal } = asker;
    const { nowMs, once, pool, turnstile, readOnly } = this.#options;
    const metMs = nowMs();
    const parameters: Parameters[] = [];
    const given = request.parameters;
    const sets = Array.isArray(given) ? given.length : 1;
    for (let index = 0; index < Math.max(1, sets); index++) parameters.push(parametersFor(given, index));
    const deadlineMs: number | null = request.deadlineMs ?? this.#options.deadlineMs();
    /** A write belongs to the database that was open when it was asked for. */
    const checkHistory = (): void => {
      if (this.#options.version().historyId !== historyId) {
        throw new AppError(
          'refused',
          'Another database was opened, or the data went back to an earlier state, before this was committed: nothing of it was written. Run it again if it is meant for what is open now.',
        );
      }
    };
    const refusal = (): AppError => new AppError('read-only', readOnly() ?? '');
    /** What another tab owns may be read, and tried on in temporary tables; what would change it is refused before it runs. */
    const checkReadsOnly = async (worker: DatabaseWorker): Promise<void> => {
      const statements = await worker.calls.call.describe({ sql: request.sql });
      if (statements.some(({ classification }) => classification === null || mayWrite(classification))) throw refusal();
    };
    /** At the turnstile; what it took before to learn that this is a write is no wait. */
    let waitedMs = 0;
    const patience: Patience | null =
      deadlineMs === null
        ? null
        : (giveUp) => once(Math.max(0, sinceMs + deadlineMs - nowMs()), () => giveUp(turnStopped(deadlineMs)));
    let committed: Version | null = null;
    let undo: Undo = { point: null, note: null };
    /** Why its record was not taken, and the worker that made it had to go: that one's loss is not what is to be told. */
    let untaken: AppError | null = null;
    let told: string[] = [];
    /** What the primary answered, from the moment that the log has it: whatever becomes of the worker then, this is the end. */
    let done: PoolAnswer<UnitReply> | null = null;
    let answer: PoolAnswer<UnitReply>;
    try {
      const write = (): Promise<PoolAnswer<UnitReply>> => {
        const turnMs = nowMs();
        waitedMs = turnMs - metMs;
        return pool.run<UnitReply>({
          label: request.sql,
          retryable: false,
          onPrimary: true,
          deadlineMs,
          waitedMs: turnMs - sinceMs,
          signal,
          send: async (worker, stops) => {
            checkHistory();
            if (readOnly() !== null) await checkReadsOnly(worker);
            const unit = worker.calls.call.unit(
              {
                sql: request.sql,
                parameters,
                rowLimit: request.rowLimit ?? ROW_LIMIT_DEFAULT,
                ...stops,
                epoch: this.#options.epoch(),
              },
              { onProgress: (report) => asker.progress(this.#progress(request.sql, report as UnitProgress)) },
            );
            const reply = await unit.catch((error: unknown) => {
              // A fault in the worker itself: what it may have committed is nowhere else, so it must not go on as the primary.
              if (toWireError(error).code === 'internal') this.#options.end(worker);
              throw error;
            });
            checkHistory();
            if (reply.record && readOnly() !== null) {
              // Another tab took the data over while this ran: it is in no log, so the worker that made it must go.
              untaken = refusal();
              this.#options.end(worker);
              throw untaken;
            }
            // Before anything else can run: what the primary has done and what the log says must not part.
            try {
              if (reply.record) undo = this.#options.commit(reply.record, worker, asked);
            } catch (error) {
              untaken = error instanceof RangeError ? noMemory(error) : asAppError(error);
              this.#options.end(worker);
              throw untaken;
            }
            done = { reply, worker, attempts: 1, queueMs: waitedMs, serviceMs: 0, pickReason: '' };
            if (reply.pragmas.length > 0) this.#options.pragmasSet(reply.pragmas, worker);
            told = [
              ...this.primaryState.news(),
              ...this.primaryState.tell(reply.statements.some(({ classification }) => classification.connectionState)),
            ];
            if (reply.temporaryEmptied.length > 0) told.push(emptiedNote(reply.temporaryEmptied));
            this.primaryState.ran(reply);
            committed = this.#options.version();
            return { reply, busyMs: reply.statements.reduce((sum, one) => sum + busyOf(one.work), 0) };
          },
        });
      };
      answer = await turnstile.pass(write, signal, patience);
      answer = { ...answer, queueMs: answer.queueMs + waitedMs };
    } catch (error) {
      if (done) return this.#ended(asked, metMs, done, committed, undo, told);
      const cause = untaken ?? asAppError(error);
      this.#options.onFailed(request.sql, cause);
      const notes = cause.code === 'worker-lost' ? this.primaryState.tell(false) : [];
      return { ran: [], error: { cause, statementIndex: 0, span: { start: 0, end: request.sql.length } }, notes };
    }
    return this.#ended(asked, metMs, answer, committed, undo, told);
  }

  /** The unit ran to its end, whole or up to an error. */
  #ended(
    { request, sinceMs }: Asked,
    metMs: number,
    answer: PoolAnswer<UnitReply>,
    committed: Version | null,
    undo: Undo,
    notes: string[],
  ): ScriptRan {
    const { nowMs } = this.#options;
    const deadlineMs = request.deadlineMs ?? this.#options.deadlineMs();
    const { reply } = answer;
    const totalMs = nowMs() - sinceMs;
    const version = committed ?? this.#options.version();
    const ran = reply.statements.map((one): Ran => {
      const statement: Ran = {
        kind: 'ran',
        sql: one.sql,
        span: one.span,
        classification: one.classification,
        result: one.result,
        shared: false,
        cache: { state: 'off', reason: 'Part of a unit on the primary: it neither reads nor fills the cache' },
        rewrite: { ruleIds: [], reason: 'Writes and their scripts run as typed' },
        pool: {
          worker: answer.worker.name,
          attempts: answer.attempts,
          queueMs: answer.queueMs,
          serviceMs: busyOf(one.work),
          pickReason: `${answer.worker.name} is the primary: only it may write`,
        },
        work: one.work,
        rowsChanged: one.rowsChanged,
        rolledBack: one.rolledBack,
        version,
        timings: {
          classifyMs: reply.statements.length === 1 ? metMs - sinceMs : 0,
          cacheMs: 0,
          rewriteMs: 0,
          totalMs: reply.statements.length === 1 ? totalMs : busyOf(one.work),
        },
        notes: one.result?.limitedAt ? [`Only the first ${one.result.rowCount} rows are shown.`] : [],
      };
      this.#options.onRan(statement);
      return statement;
    });
    if (undo.note) notes.push(undo.note);
    if (reply.rolledBack) notes.push('A transaction was still open: it was rolled back, and nothing of it was kept.');
    if (!reply.error) {
      const steps = reply.statements.map(({ work }) => work.vmSteps);
      this.#options.steps.note(version.historyId, request.sql, steps);
      return { ran, error: null, notes, undoPoint: undo.point };
    }
    const { code, message, detail } = reply.error;
    const cause =
      code === 'deadline' || code === 'cancelled'
        ? unitStopped(code, deadlineMs, reply)
        : fromWireError({ code, message, detail: detail ?? undefined });
    this.#options.onFailed(request.sql, cause);
    const start = reply.error.detail?.start ?? 0;
    const end = reply.error.detail?.end ?? request.sql.length;
    const span = { start, end };
    return { ran, error: { cause, statementIndex: reply.error.statementIndex, span }, notes, undoPoint: undo.point };
  }

  #progress(sql: string, report: UnitProgress): RunProgress {
    const { historyId } = this.#options.version();
    return { ...report, vmStepsBefore: this.#options.steps.before(historyId, sql, report.statementIndex) };
  }
}

/** For the pages that it writes over, or its own. */
function noMemory({ message }: RangeError): AppError {
  return new AppError(
    'memory',
    `There was not enough memory to take this write into the log (${message}): nothing of it was written. Write less at once, or close other tabs.`,
  );
}

/** As the worker tells it. */
type UnitProgress = WorkProgress & { statementIndex: number };

/** Temporary objects, which are nobody else's, show as the connection's own and as no table of the database. */
function mayWrite({ kind, tablesWritten, touchesEverything, connectionState }: Classification): boolean {
  if (kind === 'maintenance') return true;
  return (
    (kind === 'write' || kind === 'schema') && (tablesWritten.length > 0 || (touchesEverything && !connectionState))
  );
}

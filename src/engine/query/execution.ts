/**
 * One run on a worker of the pool: of a proved text where there is one that holds, or of the text as typed. What it brings
 * enters the cache where it may.
 */
import { AppError, toWireError } from '../../core/errors.ts';
import type {
  Classification,
  Parameters,
  RunReply,
  RunRequest,
  Version,
  WorkProgress,
} from '../../database/protocol.ts';
import type { DatabaseWorker } from '../data/database-worker.ts';
import type { OptimizerLink } from '../optimizer-link.ts';
import { ROW_LIMIT_DEFAULT, type ExecuteRequest } from '../protocol.ts';
import { asProved, mayBeQuery, NEWER_WRITE } from '../rewriting/words.ts';
import type { Asker } from './asker.ts';
import type { Classifications } from './classifications.ts';
import type { PoolAnswer, PoolRunner } from './pool-runner.ts';
import type { QueryCache } from './query-cache.ts';
import { busyOf, type CacheFinding, type Elsewhere, type Ran, type RewriteFinding } from './ran.ts';
import type { StepsTaken } from './steps-taken.ts';
import { readStopped } from './stopped.ts';

/** A person who asked for "optimized" waits this long for the proof; then the text runs as typed. */
export const PROOF_WAIT_MS = 2000;

/** Of a read that others may stand behind at a worker: some ten microseconds. */
const SMALL_STEPS_MAX = 200;

export interface ExecutionOptions {
  nowMs(): number;
  delay(ms: number): Promise<void>;
  pool: Pick<PoolRunner, 'run'>;
  cache: QueryCache;
  optimizer: Pick<OptimizerLink, 'verdict' | 'optimize' | 'textFor' | 'whyTyped' | 'ran'>;
  /** Under the schema and the history that there are now. */
  classifications(): Classifications;
  version(): Version;
  settings(): { cacheEnabled: boolean; simulatedWaitMs: number; deadlineMs: number | null };
  steps: StepsTaken;
  onRan(ran: Ran): void;
}

export interface Statement {
  sql: string;
  span: { start: number; end: number };
  parameters: Parameters;
}

/** Who asks for a statement to be run, and what came before it. */
export interface Errand {
  statement: Statement;
  request: ExecuteRequest;
  asker: Asker;
  /** What the cache had to say. */
  finding: CacheFinding;
  times: Times;
  /** What the cache holds, should a text that is not known mean just that. */
  held?: RunRequest['held'];
}

export interface Times {
  startMs: number;
  classifiedMs: number;
  /** Null while the statement is not known to be cacheable. */
  key: string | null;
}

/** The cache holds it, now that the worker has told what it means. */
export interface Held {
  kind: 'held';
}

/** What a worker is asked to run in place of the text, and what to say of it. */
interface Asking {
  proved: RunRequest['proved'];
  finding: RewriteFinding;
}

export class Execution {
  readonly #options: ExecutionOptions;

  constructor(options: ExecutionOptions) {
    this.#options = options;
  }

  async run(errand: Errand): Promise<Ran | Elsewhere | Held> {
    const { statement, request, asker, finding, times, held } = errand;
    const { nowMs, pool, settings, classifications } = this.#options;
    const cachedMs = nowMs();
    const { stamp } = classifications();
    const known = classifications().statement(statement.sql);
    const isQuery = known ? known.kind === 'read' : mayBeQuery(statement.sql);
    if (request.optimized && isQuery && !request.preview) await this.#waitForProof(statement, asker);
    const rewrittenMs = nowMs();
    let asked: Asking | null = null;
    const { simulatedWaitMs, deadlineMs: usualDeadlineMs } = settings();
    const deadlineMs = request.deadlineMs ?? usualDeadlineMs;
    const answer: PoolAnswer<RunReply> = await pool.run<RunReply>({
      label: statement.sql,
      retryable: true,
      small: simulatedWaitMs === 0 && this.#isSmall(statement.sql, known),
      onPrimary: false,
      deadlineMs,
      waitedMs: rewrittenMs - times.startMs,
      signal: asker.signal,
      send: async (worker, stops) => {
        // Now, not before it waited: a proof holds for the schema that it was made for, and the rows that it has seen.
        const present = this.#options.version();
        asked = this.#rewriteFor(statement, request, present);
        const vmStepsBefore = this.#options.steps.before(present.historyId, asked.proved?.sql ?? statement.sql);
        const run = worker.calls.call.run(
          {
            sql: statement.sql,
            parameters: statement.parameters,
            rowLimit: request.rowLimit ?? ROW_LIMIT_DEFAULT,
            ...stops,
            simulatedWaitMs,
            proved: asked.proved,
            known: this.#knownTo(worker, statement.sql, present),
            held,
          },
          {
            onProgress: (report) => asker.progress({ ...(report as WorkProgress), vmStepsBefore, statementIndex: 0 }),
          },
        );
        const reply = await run.catch((error: unknown) => {
          throw toWireError(error).code === 'deadline' ? readStopped(deadlineMs) : error;
        });
        if (reply.kind !== 'elsewhere' && isBehind(reply.version, present)) {
          // What it has read is older than a write that was told: it is asked of another worker.
          throw new AppError('record-gap', `Worker ${worker.name} missed a record.`);
        }
        return { reply, busyMs: reply.kind === 'rows' ? busyOf(reply.work) : 0 };
      },
    });
    const { reply } = answer;
    if (reply.kind === 'elsewhere') return { kind: 'elsewhere', statements: reply.statements, stamp };
    const { classification } = reply;
    if (known === null) classifications().learn(statement.sql, { type: 'statement', classification }, stamp);
    if (reply.kind === 'held') return reply;
    const rewrite = rewriteOf(asked, reply);
    const endMs = nowMs();
    const notes = notesOn(classification, reply);
    const uncached = whyUncached(classification, request, settings().cacheEnabled);
    // A known text was looked up, and counted there.
    if (known === null && (uncached === null || uncached === classification.volatile))
      this.#options.cache.countUnseen(classification);
    const ran: Ran = {
      kind: 'ran',
      sql: statement.sql,
      parameters: statement.parameters,
      span: statement.span,
      classification,
      result: reply.result,
      shared: this.#admit(errand, stamp, reply),
      cache: uncached === null ? finding : { state: 'off', reason: uncached },
      rewrite,
      pool: {
        worker: answer.worker.name,
        attempts: answer.attempts,
        queueMs: answer.queueMs,
        serviceMs: answer.serviceMs,
        pickReason: answer.pickReason,
      },
      work: reply.work,
      rowsChanged: 0,
      version: reply.version,
      timings: {
        classifyMs: times.classifiedMs - times.startMs,
        cacheMs: cachedMs - times.classifiedMs,
        rewriteMs: rewrittenMs - cachedMs,
        totalMs: endMs - times.startMs,
      },
      notes,
    };
    if (finding.state !== 'behind') this.#options.onRan(ran);
    // A run that stopped at its row limit did not come to its end.
    if (reply.result.limitedAt === null) {
      const { sql, parameters } = statement;
      const text = (reply.rewritten && textOf(asked)) || sql;
      this.#options.steps.note(reply.version.historyId, text, [reply.work.vmSteps]);
      if (classification.kind === 'read' && !request.preview)
        this.#options.optimizer.ran(sql, parameters, reply.rewritten, reply.work.executeMs);
    }
    return ran;
  }

  /** It seeks single rows by their keys, without a loop, and took few steps when it was last run. */
  #isSmall(sql: string, known: Classification | null): boolean {
    if (known?.kind !== 'read' || known.queryClass !== 'point' || known.tablesRead.length === 0) return false;
    if (known.tablesRead.some((table) => !known.reach.some((reached) => reached.table === table))) return false;
    const steps = this.#options.steps.before(this.#options.version().historyId, sql);
    return steps !== null && steps <= SMALL_STEPS_MAX;
  }

  /** Only for somebody who asked for it, and not for long: then the text runs as typed. */
  async #waitForProof({ sql, parameters }: Statement, asker: Asker): Promise<void> {
    const { optimizer, delay } = this.#options;
    const state = optimizer.verdict(sql)?.state;
    if (state !== undefined && state !== 'waiting' && state !== 'running') return;
    const given = new Promise<void>((resolve) => asker.signal?.onCancel(resolve));
    const proved = optimizer.optimize(sql, parameters, { ifWorthIt: true }).catch(() => {});
    await Promise.race([proved, delay(PROOF_WAIT_MS), given]);
  }

  /** The proved text, when there is one that holds for the data as it is, and what to say of it. */
  #rewriteFor({ sql }: Statement, request: ExecuteRequest, at: Version): Asking {
    const { optimizer } = this.#options;
    const text = request.preview ? null : optimizer.textFor(sql);
    const verdict = optimizer.verdict(sql);
    if (text === null || verdict?.state !== 'proved') {
      const reason = request.preview ? 'A preview runs as it is' : optimizer.whyTyped(sql, request.optimized === true);
      return { proved: null, finding: { ruleIds: [], reason } };
    }
    return {
      proved: { sql: text, at },
      finding: { ruleIds: verdict.report.ruleIds, reason: asProved(verdict.report) },
    };
  }

  #admit({ statement, request, finding, times }: Errand, stamp: number, reply: RunReply & { kind: 'rows' }): boolean {
    const { cache, settings, classifications } = this.#options;
    if (whyUncached(reply.classification, request, settings().cacheEnabled) !== null) return false;
    const key = times.key ?? cache.keyOf(reply.classification, statement.parameters);
    if (key === null) return false;
    if (reply.readClock || reply.result.limitedAt !== null) {
      cache.store.noteNotStored(key, reply.readClock ? 'volatile' : 'refused');
      return false;
    }
    // A PRAGMA came between: which of the two settings it ran under, nobody can tell.
    if (classifications().stamp !== stamp) return false;
    return cache.admit({
      key,
      sql: statement.sql,
      parameters: statement.parameters,
      classification: reply.classification,
      result: reply.result,
      version: reply.version,
      // What a hit saves is the work, not the queue that happened to be there.
      costMs: busyOf(reply.work),
      purpose: finding.state === 'behind' ? finding.purpose : 'asked',
      asTyped: !reply.rewritten,
    });
  }

  /** What a worker is to know of a text that others have met, once. */
  #knownTo({ taught }: DatabaseWorker, sql: string, { historyId }: Version): RunRequest['known'] {
    const classification = this.#options.classifications().statement(sql);
    if (!classification || taught.has(classification)) return null;
    taught.add(classification);
    return { classification, historyId };
  }
}

/** Why a request has nothing to do with the cache, whatever its statements mean; null when it may. */
export function passesCacheBy(request: ExecuteRequest, cacheEnabled: boolean): string | null {
  if (!cacheEnabled) return 'The cache is switched off';
  if (request.cache === false) return 'This run was asked to leave the cache alone';
  return request.preview ? 'A preview is never stored' : null;
}

/** Why a statement's answer is neither looked up nor stored; null when it is. */
export function whyUncached(
  classification: Classification,
  request: ExecuteRequest,
  cacheEnabled: boolean,
): string | null {
  const passesBy = passesCacheBy(request, cacheEnabled);
  if (passesBy !== null) return passesBy;
  if (classification.kind !== 'read') return 'Only queries are stored';
  if (classification.volatile) return classification.volatile;
  return classification.connectionState ? "It depends on this connection's own state" : null;
}

/** What became of the proved text that was sent, if one was. */
function rewriteOf(asked: Asking | null, { rewritten }: { rewritten: boolean }): RewriteFinding {
  if (!asked) return { ruleIds: [], reason: 'Runs as typed' };
  return asked.proved && !rewritten ? { ruleIds: [], reason: NEWER_WRITE } : asked.finding;
}

function textOf(asked: Asking | null): string | null {
  return asked?.proved?.sql ?? null;
}

/** Records and statements travel in one order, so a worker that answers from before `present` was sent a record that it never got. */
function isBehind({ historyId, logNumber }: Version, present: Version): boolean {
  return historyId !== present.historyId || logNumber < present.logNumber;
}

function notesOn(classification: Classification, reply: RunReply & { kind: 'rows' }): string[] {
  const notes: string[] = [];
  if (reply.result.limitedAt !== null) {
    notes.push(limitNote(reply.result.rowCount));
  }
  if (reply.readClock) notes.push('It asked for the time, so its answer is not stored.');
  else if (classification.volatile) notes.push(`${classification.volatile}: its answer is not stored.`);
  return notes;
}

export function limitNote(limit: number): string {
  return `Only the first ${limit.toLocaleString('en')} rows are here, as many as were asked for.`;
}

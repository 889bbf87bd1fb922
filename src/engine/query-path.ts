/**
 * The life of a query, from text to outcome: classify, cache, optimize, balance, execute, admit. A script that only
 * reads is so many queries; one that may write is a unit, and runs on the primary with nothing between its statements.
 */
import { AppError, fromWireError, toWireError } from '../core/errors.ts';
import type { CancelSignal } from '../core/rpc.ts';
import type {
  Classification,
  PageRecord,
  Parameters,
  ResultColumns,
  RunReply,
  StatementSpan,
  UnitReply,
  Version,
  Work,
} from '../database/protocol.ts';
import type { Classifications, KnownText } from './classifications.ts';
import type { DatabaseWorker } from './database-fleet.ts';
import type { OptimizerLink, Verdict } from './optimizer-link.ts';
import { parametersFor } from './parameters.ts';
import type { PoolAnswer, PoolRunner } from './pool-runner.ts';
import type { ExecuteRequest } from './protocol.ts';
import type { Found, QueryCache } from './query-cache.ts';

/** A person who asked for "optimized" waits this long for the proof; then the text runs as typed. */
export const PROOF_WAIT_MS = 2000;
export const ROW_LIMIT_DEFAULT = 1_000_000;

/** What one statement came to, before it is put into words for the page. */
export interface Ran {
  kind: 'ran';
  sql: string;
  span: { start: number; end: number };
  classification: Classification;
  result: ResultColumns | null;
  /** True when somebody else holds the same result too (the cache, another waiter): the page must get a copy. */
  shared: boolean;
  cache: CacheFinding;
  rewrite: RewriteFinding;
  /** Null for a hit. */
  pool: { worker: string; attempts: number; queueMs: number; serviceMs: number; pickReason: string } | null;
  work: Work | null;
  rowsChanged: number;
  /** Its transaction was rolled back: nothing of it was kept. */
  rolledBack?: boolean;
  version: Version;
  timings: { classifyMs: number; cacheMs: number; rewriteMs: number; totalMs: number };
  notes: string[];
}

export type CacheFinding =
  | { state: 'hit'; ageMs: number; costMs: number; decodeMs: number }
  | { state: 'joined' }
  | { state: 'miss' | 'off'; reason: string };

export interface RewriteFinding {
  ruleIds: string[];
  reason: string;
}

export interface ScriptRan {
  ran: Ran[];
  error: { cause: AppError; statementIndex: number; span: { start: number; end: number } } | null;
  notes: string[];
}

export interface QueryPathOptions {
  nowMs(): number;
  delay(ms: number): Promise<void>;
  pool: PoolRunner;
  cache: QueryCache;
  optimizer: OptimizerLink;
  classifications: Classifications;
  version(): Version;
  schemaCookie(): number;
  epoch(): number;
  settings(): { cacheEnabled: boolean; simulatedWaitMs: number; deadlineMs: number | null };
  /** Takes a record into the log and sends it on: the moment of commit. */
  commit(record: PageRecord, from: DatabaseWorker): void;
  pragmasSet(pragmas: string[], from: DatabaseWorker): void;
  onRan(ran: Ran): void;
  onFailed(sql: string, error: AppError): void;
}

interface Statement {
  sql: string;
  span: { start: number; end: number };
  parameters: Parameters;
}

interface Times {
  startMs: number;
  classifiedMs: number;
  /** Null while the statement is not known to be cacheable. */
  key: string | null;
}

/** Every hit's, so it is made once. */
const NOT_ASKED: RewriteFinding = { ruleIds: [], reason: 'Answered before the optimizer was asked' };

/** Beyond the worker's own deadline, for one that cannot stop by itself. */
const DEADLINE_SLACK_MS = 250;

export class QueryPath {
  readonly #options: QueryPathOptions;

  constructor(options: QueryPathOptions) {
    this.#options = options;
  }

  /** Runs all statements of a text, in order. Rejects, or throws, only for what is wrong with the request as a whole. */
  script(request: ExecuteRequest, signal: CancelSignal | null): Promise<ScriptRan> {
    const known = this.#known(request.sql);
    const whole = {
      sql: request.sql,
      span: { start: 0, end: request.sql.length },
      parameters: parametersFor(request.parameters, 0),
    };
    if (known?.type === 'statement') {
      return runsOnReplica(known.classification) ? this.#reads([whole], request, signal) : this.#unit(request, signal);
    }
    if (known) return this.#split(known.spans, request, signal);
    return this.#reads([whole], request, signal);
  }

  /** One statement that only reads. What the cache holds ready is answered at once, without a promise. */
  read(
    statement: Statement,
    request: ExecuteRequest,
    signal: CancelSignal | null,
  ): Ran | Promise<Ran> | Promise<Ran | Elsewhere> {
    const startMs = this.#options.nowMs();
    const classification = this.#classificationOf(statement.sql);
    const classifiedMs = this.#options.nowMs();
    const times: Times = { startMs, classifiedMs, key: null };
    if (classification === null) {
      return this.#execute(
        statement,
        request,
        signal,
        { state: 'miss', reason: 'First time that this text is seen' },
        times,
      );
    }
    const uncached = this.#uncached(classification, request);
    if (uncached !== null) return this.#execute(statement, request, signal, { state: 'off', reason: uncached }, times);
    const { cache } = this.#options;
    const key = cache.keyOf(statement.sql, statement.parameters);
    const found = cache.lookup(key, classification.queryClass, classifiedMs);
    if (found.hit === null) {
      const finding: CacheFinding = { state: 'miss', reason: found.reason };
      return this.#shared(statement, classification, request, signal, finding, { ...times, key });
    }
    const { hit } = found;
    if (!(hit.result instanceof Promise)) return this.#hit(statement, classification, hit, hit.result, times);
    return hit.result.then((result) => this.#hit(statement, classification, hit, result, times));
  }

  #hit(
    statement: Statement,
    classification: Classification,
    hit: Found,
    result: ResultColumns,
    { startMs, classifiedMs }: Times,
  ): Ran {
    const endMs = this.#options.nowMs();
    const ran: Ran = {
      kind: 'ran',
      sql: statement.sql,
      span: statement.span,
      classification,
      result: this.#options.cache.relabel(result, classification.columnNames),
      shared: true,
      cache: {
        state: 'hit',
        ageMs: hit.ageMs,
        costMs: hit.costMs,
        decodeMs: hit.compressed ? endMs - classifiedMs : 0,
      },
      rewrite: NOT_ASKED,
      pool: null,
      work: null,
      rowsChanged: 0,
      version: hit.version,
      timings: {
        classifyMs: classifiedMs - startMs,
        cacheMs: endMs - classifiedMs,
        rewriteMs: 0,
        totalMs: endMs - startMs,
      },
      notes: [],
    };
    this.#options.onRan(ran);
    return ran;
  }

  /** A miss: executed, unless an equal one is under way already. */
  async #shared(
    statement: Statement,
    classification: Classification,
    request: ExecuteRequest,
    signal: CancelSignal | null,
    finding: CacheFinding,
    times: Times & { key: string },
  ): Promise<Ran | Elsewhere> {
    const { cache } = this.#options;
    const joined = await cache.flight(times.key, this.#options.version().logNumber, signal, (flightSignal) =>
      this.#execute(statement, request, flightSignal, finding, times),
    );
    if (joined.first || joined.value.kind === 'elsewhere') return joined.value;
    const ran: Ran = {
      ...joined.value,
      sql: statement.sql,
      span: statement.span,
      classification,
      result: joined.value.result && cache.relabel(joined.value.result, classification.columnNames),
      shared: true,
      cache: { state: 'joined' },
      timings: { ...joined.value.timings, totalMs: this.#options.nowMs() - times.startMs },
    };
    this.#options.onRan(ran);
    return ran;
  }

  // ---- reads ----

  async #reads(statements: Statement[], request: ExecuteRequest, signal: CancelSignal | null): Promise<ScriptRan> {
    const ran: Ran[] = [];
    for (const [statementIndex, statement] of statements.entries()) {
      try {
        const answer = this.read(statement, request, signal);
        const outcome = answer instanceof Promise ? await answer : answer;
        if (outcome.kind === 'elsewhere') {
          // Met for the first time, and it does not just read: now its statements are known.
          if (statements.length === 1) return await this.#elsewhere(outcome.statements, request, signal);
          return await this.#unit(request, signal);
        }
        ran.push(outcome);
      } catch (error) {
        const cause = asAppError(error);
        this.#options.onFailed(statement.sql, cause);
        return { ran, error: { cause, statementIndex, span: statement.span }, notes: [] };
      }
    }
    return { ran, error: null, notes: [] };
  }

  async #elsewhere(spans: StatementSpan[], request: ExecuteRequest, signal: CancelSignal | null): Promise<ScriptRan> {
    const only = spans.length === 1 ? spans[0] : undefined;
    if (spans.length > 0 && spans.every((span) => span.classification !== null)) {
      const known: KnownText =
        only?.classification && only.start === 0
          ? { type: 'statement', classification: only.classification }
          : { type: 'script', spans };
      this.#classifications().set(request.sql, known);
    }
    return this.#split(spans, request, signal);
  }

  async #split(spans: StatementSpan[], request: ExecuteRequest, signal: CancelSignal | null): Promise<ScriptRan> {
    if (spans.length === 0)
      throw new AppError('empty', 'There is no statement to run. Type one, for example SELECT 1.');
    const readsOnly = spans.every((span) => span.classification !== null && runsOnReplica(span.classification));
    if (!readsOnly) return this.#unit(request, signal);
    for (const span of spans) {
      if (span.classification)
        this.#classifications().set(span.sql, { type: 'statement', classification: span.classification });
    }
    const statements = spans.map((span, index) => ({
      sql: span.sql,
      span: { start: span.start, end: span.end },
      parameters: parametersFor(request.parameters, index),
    }));
    return this.#reads(statements, request, signal);
  }

  async #execute(
    statement: Statement,
    request: ExecuteRequest,
    signal: CancelSignal | null,
    finding: CacheFinding,
    times: Times,
  ): Promise<Ran | Elsewhere> {
    const { nowMs, pool, settings } = this.#options;
    const cachedMs = nowMs();
    const known = this.#classificationOf(statement.sql);
    const rewrite = await this.#rewriteFor(statement, request, known);
    const rewrittenMs = nowMs();
    const { simulatedWaitMs, deadlineMs: usualDeadlineMs } = settings();
    const deadlineMs = request.deadlineMs ?? usualDeadlineMs;
    const answer: PoolAnswer<RunReply> = await pool.run<RunReply>({
      label: statement.sql,
      retryable: true,
      onPrimary: false,
      deadlineMs: deadlineMs === null ? null : deadlineMs + DEADLINE_SLACK_MS,
      signal,
      send: async (worker, cancelValue) => {
        const reply = await worker.calls.call.run({
          sql: statement.sql,
          parameters: statement.parameters,
          deadlineMs,
          rowLimit: request.rowLimit ?? ROW_LIMIT_DEFAULT,
          cancelValue,
          simulatedWaitMs,
          provedSql: rewrite.provedSql,
        });
        return { reply, busyMs: reply.kind === 'rows' ? busyOf(reply.work) : 0 };
      },
    });
    const { reply } = answer;
    if (reply.kind === 'elsewhere') return { kind: 'elsewhere', statements: reply.statements };
    const { classification } = reply;
    if (known === null) this.#classifications().set(statement.sql, { type: 'statement', classification });
    const endMs = nowMs();
    const notes = notesOn(classification, reply, request);
    const uncached = this.#uncached(classification, request);
    const ran: Ran = {
      kind: 'ran',
      sql: statement.sql,
      span: statement.span,
      classification,
      result: reply.result,
      // What a hit saves is the work, not the queue that happened to be there.
      shared: this.#admit(statement, request, times.key, reply, busyOf(reply.work)),
      cache: uncached === null ? finding : { state: 'off', reason: uncached },
      rewrite: { ruleIds: rewrite.ruleIds, reason: rewrite.reason },
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
    this.#options.onRan(ran);
    if (classification.kind === 'read' && rewrite.provedSql === null)
      this.#options.optimizer.consider(statement.sql, statement.parameters);
    return ran;
  }

  /** The proved text, when there is one; only somebody who asked for it waits for the proof. */
  async #rewriteFor(
    statement: Statement,
    request: ExecuteRequest,
    known: Classification | null,
  ): Promise<RewriteFinding & { provedSql: string | null }> {
    const { optimizer } = this.#options;
    let verdict: Verdict | undefined = optimizer.verdict(statement.sql);
    if (request.optimized && verdict?.state !== 'proved' && verdict?.state !== 'unchanged' && known?.kind !== 'write') {
      const proof = optimizer.optimize(statement.sql, statement.parameters).catch(() => {});
      await Promise.race([proof, this.#options.delay(PROOF_WAIT_MS)]);
      verdict = optimizer.verdict(statement.sql);
    }
    if (verdict?.state === 'proved') {
      const gain = verdict.report.attempts.find((attempt) => attempt.outcome === 'proved')?.measurement?.ratioWarm;
      return {
        provedSql: verdict.provedSql,
        ruleIds: verdict.report.ruleIds,
        reason: `Proved up to a stated bound: ${verdict.report.ruleIds.join(', ')}${gain ? `, ${gain.toFixed(1)} times faster when measured` : ''}`,
      };
    }
    const reasons = {
      waiting: 'Runs as typed; the optimizer will look at it',
      running: request.optimized
        ? 'Runs as typed: the proof is still running'
        : 'Runs as typed while the optimizer looks for a proof',
    };
    const reason =
      verdict?.state === 'unchanged' ? verdict.reason : verdict ? reasons[verdict.state] : 'First run: as typed';
    return { provedSql: null, ruleIds: [], reason };
  }

  #admit(
    statement: Statement,
    request: ExecuteRequest,
    key: string | null,
    reply: RunReply & { kind: 'rows' },
    costMs: number,
  ): boolean {
    const { cache } = this.#options;
    if (this.#uncached(reply.classification, request) !== null) return false;
    if (reply.readClock || reply.result.limitedAt !== null) return false;
    return cache.admit({
      key: key ?? cache.keyOf(statement.sql, statement.parameters),
      sql: statement.sql,
      parameters: statement.parameters,
      classification: reply.classification,
      result: reply.result,
      version: reply.version,
      costMs,
    });
  }

  /** Why a statement's answer is neither looked up nor stored; null when it is. */
  #uncached(classification: Classification, request: ExecuteRequest): string | null {
    if (!this.#options.settings().cacheEnabled) return 'The cache is switched off';
    if (request.cache === false) return 'This run was asked to leave the cache alone';
    if (request.preview) return 'A preview is never stored';
    if (classification.kind !== 'read') return 'Only queries are stored';
    if (classification.volatile) return classification.volatile;
    if (classification.connectionState) return "It depends on this connection's own state";
    return null;
  }

  // ---- units ----

  async #unit(request: ExecuteRequest, signal: CancelSignal | null): Promise<ScriptRan> {
    const { nowMs, pool, settings } = this.#options;
    const startMs = nowMs();
    const parameters: Parameters[] = [];
    const given = request.parameters;
    const sets = Array.isArray(given) ? given.length : 1;
    for (let index = 0; index < Math.max(1, sets); index++) parameters.push(parametersFor(given, index));
    const deadlineMs = request.deadlineMs ?? settings().deadlineMs;
    let committed: Version | null = null;
    let answer: PoolAnswer<UnitReply>;
    try {
      answer = await pool.run<UnitReply>({
        label: request.sql,
        retryable: false,
        onPrimary: true,
        deadlineMs: deadlineMs === null ? null : deadlineMs + DEADLINE_SLACK_MS,
        signal,
        send: async (worker, cancelValue) => {
          const reply = await worker.calls.call.unit({
            sql: request.sql,
            parameters,
            deadlineMs,
            rowLimit: request.rowLimit ?? ROW_LIMIT_DEFAULT,
            cancelValue,
            epoch: this.#options.epoch(),
          });
          // Before anything else can run: what the primary has done and what the log says must not part.
          if (reply.record) this.#options.commit(reply.record, worker);
          if (reply.pragmas.length > 0) this.#options.pragmasSet(reply.pragmas, worker);
          committed = this.#options.version();
          return { reply, busyMs: reply.statements.reduce((sum, one) => sum + busyOf(one.work), 0) };
        },
      });
    } catch (error) {
      const cause = asAppError(error);
      this.#options.onFailed(request.sql, cause);
      return { ran: [], error: { cause, statementIndex: 0, span: { start: 0, end: request.sql.length } }, notes: [] };
    }
    const { reply } = answer;
    const totalMs = nowMs() - startMs;
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
          classifyMs: 0,
          cacheMs: 0,
          rewriteMs: 0,
          totalMs: reply.statements.length === 1 ? totalMs : busyOf(one.work),
        },
        notes: one.result?.limitedAt ? [`Only the first ${one.result.rowCount} rows are shown.`] : [],
      };
      this.#options.onRan(statement);
      return statement;
    });
    const notes = reply.rolledBack
      ? ['A transaction was still open: it was rolled back, and nothing of it was kept.']
      : [];
    if (!reply.error) return { ran, error: null, notes };
    const cause = fromWireError({
      code: reply.error.code,
      message: reply.error.message,
      detail: reply.error.detail ?? undefined,
    });
    this.#options.onFailed(request.sql, cause);
    const start = reply.error.detail?.start ?? 0;
    const end = reply.error.detail?.end ?? request.sql.length;
    return { ran, error: { cause, statementIndex: reply.error.statementIndex, span: { start, end } }, notes };
  }

  // ---- what is known ----

  #classifications(): Classifications {
    return this.#options.classifications.at(this.#options.schemaCookie(), this.#options.version().historyId);
  }

  #known(sql: string): KnownText | undefined {
    return this.#classifications().get(sql);
  }

  #classificationOf(sql: string): Classification | null {
    const known = this.#known(sql);
    return known?.type === 'statement' ? known.classification : null;
  }
}

/** The text does not just read: these are its statements. */
export interface Elsewhere {
  kind: 'elsewhere';
  statements: StatementSpan[];
}

function runsOnReplica(classification: Classification): boolean {
  const { kind } = classification;
  return (kind === 'read' || kind === 'explain' || kind === 'pragma-read') && !classification.connectionState;
}

function busyOf(work: Work): number {
  return work.prepareMs + work.executeMs + work.simulatedWaitMs;
}

function notesOn(
  classification: Classification,
  reply: RunReply & { kind: 'rows' },
  request: ExecuteRequest,
): string[] {
  const notes: string[] = [];
  if (reply.result.limitedAt !== null) {
    notes.push(
      `Only the first ${reply.result.rowCount} rows were read (limit ${request.rowLimit ?? ROW_LIMIT_DEFAULT}).`,
    );
  }
  if (reply.readClock) notes.push('It asked for the time, so its answer is not stored.');
  else if (classification.volatile) notes.push(`${classification.volatile}: its answer is not stored.`);
  return notes;
}

function asAppError(error: unknown): AppError {
  return error instanceof AppError ? error : fromWireError(toWireError(error));
}

/**
 * The life of a query, from text to outcome: classify, cache, optimize, balance, execute, admit. A script that only
 * reads is so many queries; one that may write is a unit, and runs on the primary with nothing between its statements.
 */
import { AppError, toWireError } from '../../core/errors.ts';
import { sliceRows } from '../../database/rows/columns.ts';
import type {
  Classification,
  Parameters,
  ResultColumns,
  RunReply,
  RunRequest,
  StatementSpan,
  Version,
  WorkProgress,
} from '../../database/protocol.ts';
import type { DatabaseWorker } from '../data/database-worker.ts';
import { NOBODY, type Asker } from './asker.ts';
import type { Classifications, KnownText } from './classifications.ts';
import { partOfHeld, type HeldPart } from './part-of-held.ts';
import type { OptimizerLink } from '../optimizer-link.ts';
import { asProved, mayBeQuery, NEWER_WRITE } from '../rewriting/words.ts';
import { parametersFor } from './parameters.ts';
import type { PoolAnswer, PoolRunner } from './pool-runner.ts';
import { ROW_LIMIT_DEFAULT, type ExecuteRequest } from '../protocol.ts';
import type { Found, QueryCache } from './query-cache.ts';
import { asAppError, busyOf, type CacheFinding, type Ran, type RewriteFinding, type ScriptRan } from './ran.ts';
import type { StepsTaken } from './steps-taken.ts';
import { readStopped } from './stopped.ts';
import type { Asked, Origin, UnitPath } from './unit-path.ts';

/** A person who asked for "optimized" waits this long for the proof; then the text runs as typed. */
export const PROOF_WAIT_MS = 2000;

export interface QueryPathOptions {
  nowMs(): number;
  delay(ms: number): Promise<void>;
  pool: PoolRunner;
  cache: QueryCache;
  optimizer: OptimizerLink;
  classifications: Classifications;
  version(): Version;
  schemaCookie(): number;
  settings(): { cacheEnabled: boolean; simulatedWaitMs: number; deadlineMs: number | null };
  units: UnitPath;
  steps: StepsTaken;
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

/** What a worker is asked to run in place of the text, and what to say of it. */
interface Asking {
  proved: RunRequest['proved'];
  finding: RewriteFinding;
}

/** Every hit's, so it is made once. */
const NOT_ASKED: RewriteFinding = { ruleIds: [], reason: 'Answered before the optimizer was asked' };

export class QueryPath {
  readonly #options: QueryPathOptions;

  constructor(options: QueryPathOptions) {
    this.#options = options;
  }

  /** Runs all statements of a text, in order. Rejects, or throws, only for what is wrong with the request as a whole. */
  script(request: ExecuteRequest, asker: Asker = NOBODY, origin: Origin = 'person'): Promise<ScriptRan> {
    const known = this.#known(request.sql);
    const asked: Asked = { request, asker, origin, historyId: this.#options.version().historyId };
    const whole = {
      sql: request.sql,
      span: { start: 0, end: request.sql.length },
      parameters: parametersFor(request.parameters, 0),
    };
    if (known?.type === 'statement') {
      return runsOnReplica(known.classification) ? this.#reads([whole], asked) : this.#options.units.run(asked);
    }
    if (known) return this.#split(known.spans, this.#classifications().stamp, asked);
    return this.#reads([whole], asked);
  }

  /** One statement that only reads. What the cache holds ready is answered at once, without a promise. */
  read(
    statement: Statement,
    request: ExecuteRequest,
    asker: Asker,
    startMs = this.#options.nowMs(),
  ): Ran | Promise<Ran> | Promise<Ran | Elsewhere> {
    const classification = this.#classificationOf(statement.sql);
    const classifiedMs = this.#options.nowMs();
    const times: Times = { startMs, classifiedMs, key: null };
    if (classification === null) {
      return this.#execute(
        statement,
        request,
        asker,
        { state: 'miss', reason: 'First time that this text is seen' },
        times,
      );
    }
    const { cache } = this.#options;
    const uncached = this.#uncached(classification, request);
    if (uncached !== null) {
      if (uncached === classification.volatile) cache.countUnseen(classification);
      return this.#execute(statement, request, asker, { state: 'off', reason: uncached }, times);
    }
    const key = cache.keyOf(classification, statement.parameters);
    if (key === null) {
      const reason = 'Its parameters do not fit the statement';
      return this.#execute(statement, request, asker, { state: 'off', reason }, times);
    }
    const part = cache.store.has(key, classifiedMs) ? null : this.#partOfHeld(statement, classifiedMs, classification);
    const hit = cache.lookup(part?.key ?? key, classification, asker !== NOBODY, classifiedMs);
    if (typeof hit === 'string') {
      const finding: CacheFinding = { state: 'miss', reason: hit };
      return this.#shared(statement, classification, request, asker, finding, { ...times, key });
    }
    if (hit.staleMs !== null || hit.overtakenMs !== null) this.#refresh(statement, request, hit, { ...times, key });
    const answer = (whole: ResultColumns): Ran =>
      this.#hit(statement, request, classification, hit, part ? part.take(whole) : whole, times, part);
    return hit.result instanceof Promise ? hit.result.then(answer) : answer(hit.result);
  }

  #hit(
    statement: Statement,
    request: ExecuteRequest,
    classification: Classification,
    hit: Found,
    result: ResultColumns,
    { startMs, classifiedMs }: Times,
    part: HeldPart | null,
  ): Ran {
    const endMs = this.#options.nowMs();
    const rowLimit = request.rowLimit ?? ROW_LIMIT_DEFAULT;
    const whole = this.#options.cache.relabel(result, classification.columnNames);
    const ran: Ran = {
      kind: 'ran',
      sql: statement.sql,
      span: statement.span,
      classification,
      result: whole.rowCount > rowLimit ? { ...sliceRows(whole, 0, rowLimit), limitedAt: whole.rowCount } : whole,
      shared: true,
      cache:
        hit.overtakenMs === null
          ? {
              state: 'hit',
              ageMs: hit.ageMs,
              costMs: hit.costMs,
              decodeMs: hit.unpacked ? endMs - classifiedMs : 0,
              staleMs: hit.staleMs,
              partOf: part?.told ?? null,
            }
          : { state: 'older', ageMs: hit.ageMs, overtakenMs: hit.overtakenMs },
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
      notes: whole.rowCount > rowLimit ? [limitNote(rowLimit)] : [],
    };
    // Older rows are shown for teaching, and count nowhere.
    if (hit.overtakenMs === null) this.#options.onRan(ran);
    return ran;
  }

  /** Executes behind an answer that was served already. Whoever misses meanwhile joins it. */
  #refresh(statement: Statement, request: ExecuteRequest, hit: Found, times: Times & { key: string }): void {
    const { cache } = this.#options;
    const finding: CacheFinding = { state: 'behind', purpose: hit.overtakenMs === null ? 'refresh' : 'lesson' };
    cache.refreshBehind(this.#flightOf(times.key, request), this.#options.version().logNumber, (everybody) =>
      this.#execute(statement, request, everybody, finding, times),
    );
  }

  /** Only those who asked for as many rows of the same data, and with the same patience, get the same answer. */
  #flightOf(key: string, request: ExecuteRequest): string {
    return `${key}/${this.#options.version().historyId}/${request.rowLimit ?? ''}/${request.deadlineMs ?? ''}`;
  }

  /** A miss: executed, unless an equal one is under way already. */
  async #shared(
    statement: Statement,
    classification: Classification,
    request: ExecuteRequest,
    asker: Asker,
    finding: CacheFinding,
    times: Times & { key: string },
  ): Promise<Ran | Elsewhere> {
    const { cache } = this.#options;
    const { logNumber } = this.#options.version();
    const joined = await cache.flight(this.#flightOf(times.key, request), logNumber, asker, (everybody) =>
      this.#execute(statement, request, everybody, finding, times),
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

  async #reads(statements: Statement[], asked: Asked): Promise<ScriptRan> {
    const { request } = asked;
    const ran: Ran[] = [];
    for (const [statementIndex, statement] of statements.entries()) {
      try {
        const answer = this.read(statement, request, inScript(asked.asker, statementIndex));
        const outcome = answer instanceof Promise ? await answer : answer;
        if (outcome.kind === 'elsewhere') {
          // Met for the first time, and it does not just read: now its statements are known.
          if (statements.length === 1) return await this.#elsewhere(outcome, asked);
          return await this.#options.units.run(asked);
        }
        ran.push(outcome);
      } catch (error) {
        const cause = asAppError(error);
        this.#options.onFailed(statement.sql, cause);
        // A temporary table may be missing because it went with the former primary.
        const notes = cause.code === 'sql' ? this.#options.units.primaryState.tell(false) : [];
        return { ran, error: { cause, statementIndex, span: statement.span }, notes };
      }
    }
    const asksThePrimary = ran.some(({ classification }) => classification.connectionState);
    const { primaryState } = this.#options.units;
    const notes = primaryState.news();
    if (asksThePrimary) notes.push(...primaryState.tell(true));
    return { ran, error: null, notes };
  }

  async #elsewhere({ statements: spans, stamp }: Elsewhere, asked: Asked): Promise<ScriptRan> {
    const only = spans.length === 1 ? spans[0] : undefined;
    if (spans.length > 0 && spans.every((span) => span.classification !== null)) {
      const known: KnownText =
        only?.classification && only.start === 0
          ? { type: 'statement', classification: only.classification }
          : { type: 'script', spans };
      this.#remember(asked.request.sql, known, stamp);
    }
    return this.#split(spans, stamp, asked);
  }

  async #split(spans: StatementSpan[], stamp: number, asked: Asked): Promise<ScriptRan> {
    if (spans.length === 0)
      throw new AppError('empty', 'There is no statement to run. Type one, for example SELECT 1.');
    const readsOnly = spans.every((span) => span.classification !== null && runsOnReplica(span.classification));
    if (!readsOnly) return this.#options.units.run(asked);
    for (const span of spans) {
      if (span.classification)
        this.#remember(span.sql, { type: 'statement', classification: span.classification }, stamp);
    }
    const statements = spans.map((span, index) => ({
      sql: span.sql,
      span: { start: span.start, end: span.end },
      parameters: parametersFor(asked.request.parameters, index),
    }));
    return this.#reads(statements, asked);
  }

  async #execute(
    statement: Statement,
    request: ExecuteRequest,
    asker: Asker,
    finding: CacheFinding,
    times: Times,
  ): Promise<Ran | Elsewhere> {
    const { nowMs, pool, settings } = this.#options;
    const cachedMs = nowMs();
    const { stamp } = this.#classifications();
    const known = this.#classificationOf(statement.sql);
    const held = known === null && finding.state !== 'behind' ? this.#heldFor(statement, request) : undefined;
    const isQuery = known ? known.kind === 'read' : mayBeQuery(statement.sql);
    if (request.optimized && isQuery && !request.preview) await this.#waitForProof(statement, asker);
    const rewrittenMs = nowMs();
    let asked: Asking | null = null;
    const { simulatedWaitMs, deadlineMs: usualDeadlineMs } = settings();
    const deadlineMs = request.deadlineMs ?? usualDeadlineMs;
    const answer: PoolAnswer<RunReply> = await pool.run<RunReply>({
      label: statement.sql,
      retryable: true,
      onPrimary: false,
      deadlineMs,
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
    if (reply.kind === 'held') {
      // Should it have left the cache meanwhile, it is run after all, now that the text is known.
      this.#remember(statement.sql, { type: 'statement', classification }, stamp);
      return this.read(statement, request, asker, times.startMs);
    }
    if (known === null) this.#remember(statement.sql, { type: 'statement', classification }, stamp);
    const rewrite = rewriteOf(asked, reply);
    const endMs = nowMs();
    const notes = notesOn(classification, reply);
    const uncached = this.#uncached(classification, request);
    // A known text was looked up, and counted there.
    if (known === null && (uncached === null || uncached === classification.volatile))
      this.#options.cache.countUnseen(classification);
    const ran: Ran = {
      kind: 'ran',
      sql: statement.sql,
      span: statement.span,
      classification,
      result: reply.result,
      shared: this.#admit(statement, request, finding, times.key, stamp, reply, !reply.rewritten),
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

  #admit(
    statement: Statement,
    request: ExecuteRequest,
    finding: CacheFinding,
    askedKey: string | null,
    stamp: number,
    reply: RunReply & { kind: 'rows' },
    asTyped: boolean,
  ): boolean {
    const { cache } = this.#options;
    if (this.#uncached(reply.classification, request) !== null) return false;
    const key = askedKey ?? cache.keyOf(reply.classification, statement.parameters);
    if (key === null) return false;
    if (reply.readClock || reply.result.limitedAt !== null) {
      cache.store.noteNotStored(key, reply.readClock ? 'volatile' : 'refused');
      return false;
    }
    // A PRAGMA came between: which of the two settings it ran under, nobody can tell.
    if (this.#classifications().stamp !== stamp) return false;
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
      asTyped,
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

  // ---- what is known ----

  /** What the cache holds for a text that is not known, if it means what a text like it meant. */
  #heldFor(statement: Statement, request: ExecuteRequest): RunRequest['held'] {
    const { cache, nowMs } = this.#options;
    if (!this.#options.settings().cacheEnabled || request.cache === false || request.preview) return undefined;
    const now = nowMs();
    const like = this.#classifications().guess(statement.sql);
    const key = like && cache.keyOf(like, statement.parameters);
    if (key && cache.store.has(key, now)) return { program: like.program };
    const part = this.#partOfHeld(statement, now);
    return part ? { scan: part.whole.scan } : undefined;
  }

  /** A part of something in the cache: for certain, once the text is known. */
  #partOfHeld({ sql, parameters }: Statement, nowMs: number, classification?: Classification): HeldPart | null {
    const { cache } = this.#options;
    const part = partOfHeld(sql, parameters, {
      classifications: this.#classifications(),
      keyOf: (query, given) => cache.keyOf(query, given),
      has: (key) => cache.store.has(key, nowMs),
      hasInOrder: (key) => cache.hasInOrder(key, nowMs),
    });
    return part && (!classification || classification.scan === part.whole.scan) ? part : null;
  }

  #classifications(): Classifications {
    return this.#options.classifications.at(this.#options.schemaCookie(), this.#options.version().historyId);
  }

  /** Not when schema, history or settings have moved since the worker was asked: it would be believed of the new ones. */
  #remember(sql: string, known: KnownText, stamp: number): void {
    const classifications = this.#classifications();
    if (classifications.stamp === stamp) classifications.set(sql, known);
  }

  #known(sql: string): KnownText | undefined {
    return this.#classifications().get(sql);
  }

  /** What a worker is to know of a text that others have met, once. */
  #knownTo({ taught }: DatabaseWorker, sql: string, { historyId }: Version): RunRequest['known'] {
    const classification = this.#classificationOf(sql);
    if (!classification || taught.has(classification)) return null;
    taught.add(classification);
    return { classification, historyId };
  }

  #classificationOf(sql: string): Classification | null {
    const known = this.#known(sql);
    return known?.type === 'statement' ? known.classification : null;
  }
}

/** What became of the proved text that was sent, if one was. */
function rewriteOf(asked: Asking | null, { rewritten }: { rewritten: boolean }): RewriteFinding {
  if (!asked) return { ruleIds: [], reason: 'Runs as typed' };
  return asked.proved && !rewritten ? { ruleIds: [], reason: NEWER_WRITE } : asked.finding;
}

function textOf(asked: Asking | null): string | null {
  return asked?.proved?.sql ?? null;
}

/** Of a script: each of its statements says which one it is. */
function inScript(asker: Asker, statementIndex: number): Asker {
  if (statementIndex === 0) return asker;
  return { signal: asker.signal, progress: (report) => asker.progress({ ...report, statementIndex }) };
}

/** The text does not just read: these are its statements. */
export interface Elsewhere {
  kind: 'elsewhere';
  statements: StatementSpan[];
  /** Of `Classifications` before the worker was asked. */
  stamp: number;
}

/** Records and statements travel in one order, so a worker that answers from before `present` was sent a record that it never got. */
function isBehind({ historyId, logNumber }: Version, present: Version): boolean {
  return historyId !== present.historyId || logNumber < present.logNumber;
}

function runsOnReplica(classification: Classification): boolean {
  const { kind } = classification;
  return (kind === 'read' || kind === 'explain' || kind === 'pragma-read') && !classification.connectionState;
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

function limitNote(limit: number): string {
  return `Only the first ${limit.toLocaleString('en')} rows are here, as many as were asked for.`;
}

/**
 * The way of one statement that only reads: answered from the cache, or by an equal query that is under way, or executed.
 */
import { AppError } from '../../core/errors.ts';
import { sliceRows } from '../../database/rows/columns.ts';
import type { Classification, ResultColumns, RunRequest } from '../../database/protocol.ts';
import { ROW_LIMIT_DEFAULT, type ExecuteRequest } from '../protocol.ts';
import { NOBODY, type Asker } from './asker.ts';
import {
  Execution,
  limitNote,
  passesCacheBy,
  whyUncached,
  type Errand,
  type ExecutionOptions,
  type Held,
  type Statement,
  type Times,
} from './execution.ts';
import type { Flights } from './flights.ts';
import { partOfHeld, type HeldPart } from './part-of-held.ts';
import type { Found } from './query-cache.ts';
import type { CacheFinding, Elsewhere, Ran, RewriteFinding } from './ran.ts';

export interface ReadPathOptions extends ExecutionOptions {
  flights: Flights;
}

/** Every hit's, so it is made once. */
const NOT_ASKED: RewriteFinding = { ruleIds: [], reason: 'Answered before the optimizer was asked' };
const FIRST_TIME: CacheFinding = { state: 'miss', reason: 'First time that this text is seen' };

export class ReadPath {
  readonly #options: ReadPathOptions;
  readonly #execution: Execution;

  constructor(options: ReadPathOptions) {
    this.#options = options;
    this.#execution = new Execution(options);
  }

  /** What the cache holds ready is answered at once, without a promise. */
  read(
    statement: Statement,
    request: ExecuteRequest,
    asker: Asker,
    startMs = this.#options.nowMs(),
  ): Ran | Promise<Ran> | Promise<Ran | Elsewhere> {
    const { cache, classifications, nowMs } = this.#options;
    const classification = classifications().statement(statement.sql);
    const classifiedMs = nowMs();
    const times: Times = { startMs, classifiedMs, key: null };
    if (classification === null) return this.#meet({ statement, request, asker, finding: FIRST_TIME, times });
    const alone = (reason: string): Promise<Ran | Elsewhere> =>
      this.#alone({ statement, request, asker, finding: { state: 'off', reason }, times });
    const uncached = whyUncached(classification, request, this.#cacheEnabled);
    if (uncached !== null) {
      if (uncached === classification.volatile) cache.countUnseen(classification);
      return alone(uncached);
    }
    const key = cache.keyOf(classification, statement.parameters);
    if (key === null) return alone('Its parameters do not fit the statement');
    times.key = key;
    const part = cache.store.has(key, classifiedMs) ? null : this.#partOfHeld(statement, classifiedMs, classification);
    const hit = cache.lookup(part?.key ?? key, classification, asker !== NOBODY, classifiedMs);
    if (typeof hit === 'string') {
      const finding: CacheFinding = { state: 'miss', reason: hit };
      return this.#together(key, { statement, request, asker, finding, times }, classification);
    }
    if (hit.staleMs !== null || hit.overtakenMs !== null) this.#refresh(key, hit, { statement, request, times });
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
      parameters: statement.parameters,
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
  #refresh(key: string, hit: Found, errand: Omit<Errand, 'asker' | 'finding'>): void {
    const { flights, version } = this.#options;
    const finding: CacheFinding = { state: 'behind', purpose: hit.overtakenMs === null ? 'refresh' : 'lesson' };
    flights.refreshBehind(this.#flightOf(key, errand.request), version().logNumber, (everybody) =>
      this.#execution.run({ ...errand, asker: everybody, finding }),
    );
  }

  /**
   * Met for the first time. Whoever asks just the same meanwhile waits for what it turns out to be: the rows of a query that
   * may be stored serve all of them; anything else each runs by itself.
   */
  #meet(errand: Errand): Promise<Ran | Elsewhere> {
    const { statement, request } = errand;
    const passesBy = passesCacheBy(request, this.#cacheEnabled) !== null;
    const key = passesBy ? null : this.#options.cache.keyAsGiven(statement.sql, statement.parameters);
    return key === null ? this.#alone(errand) : this.#together(key, errand, null);
  }

  async #alone(errand: Errand): Promise<Ran | Elsewhere> {
    const outcome = await this.#execution.run(errand);
    return outcome.kind === 'held' ? this.#again(errand) : outcome;
  }

  /** Executed, unless an equal query is under way already: then its answer is this one's too. `classification` is null for a text that is not known. */
  async #together(key: string, errand: Errand, classification: Classification | null): Promise<Ran | Elsewhere> {
    const { flights, version } = this.#options;
    const { statement, request, asker } = errand;
    const flight = flights.join(this.#flightOf(key, request), version().logNumber, asker, (everybody) => {
      const held = classification === null ? this.#heldFor(statement) : undefined;
      return this.#execution.run({ ...errand, asker: everybody, held });
    });
    let outcome: Ran | Elsewhere | Held;
    try {
      outcome = await flight.result;
    } catch (error) {
      // Who set out earlier runs out of time earlier.
      if (!flight.first && isDeadline(error) && this.#hasTimeLeft(errand)) return this.#again(errand);
      throw error;
    }
    if (outcome.kind === 'elsewhere') return outcome;
    if (outcome.kind === 'held') return this.#again(errand);
    if (flight.first) return flight.alone ? outcome : { ...outcome, shared: true };
    return outcome.cache.state === 'off' ? this.#again(errand) : this.#joined(outcome, errand, classification);
  }

  /** Now that more is known of the text; the time that has gone by counts. */
  async #again({ statement, request, asker, times }: Errand): Promise<Ran | Elsewhere> {
    return this.read(statement, request, asker, times.startMs);
  }

  #hasTimeLeft({ request, times }: Errand): boolean {
    const deadlineMs = request.deadlineMs ?? this.#options.settings().deadlineMs;
    return deadlineMs === null || this.#options.nowMs() - times.startMs < deadlineMs;
  }

  /** Only those who asked for as many rows of the same data, and with the same patience, get the same answer. */
  #flightOf(key: string, { rowLimit, deadlineMs, optimized }: ExecuteRequest): string {
    const { historyId } = this.#options.version();
    return `${key}/${historyId}/${rowLimit ?? ''}/${deadlineMs ?? ''}/${optimized ? 'proof' : ''}`;
  }

  /** The answer of an equal query, for another who waited for it. */
  #joined(ran: Ran, { statement, times }: Errand, known: Classification | null): Ran {
    const { cache, nowMs, onRan } = this.#options;
    const classification = known ?? ran.classification;
    const joined: Ran = {
      ...ran,
      sql: statement.sql,
      span: statement.span,
      classification,
      result: ran.result && cache.relabel(ran.result, classification.columnNames),
      shared: true,
      cache: { state: 'joined' },
      timings: { ...ran.timings, totalMs: nowMs() - times.startMs },
    };
    // A known text was looked up, and its miss counted there.
    if (known === null) cache.countUnseen(classification);
    cache.countJoined();
    onRan(joined);
    return joined;
  }

  // ---- what the cache holds ----

  /** What the cache holds for a text that is not known, if it means what a text like it meant. */
  #heldFor(statement: Statement): RunRequest['held'] {
    const { cache, classifications, nowMs } = this.#options;
    const now = nowMs();
    const like = classifications().guess(statement.sql);
    const key = like && cache.keyOf(like, statement.parameters);
    if (key && cache.store.has(key, now)) return { program: like.program };
    const part = this.#partOfHeld(statement, now);
    return part ? { scan: part.whole.scan } : undefined;
  }

  /** A part of something in the cache: for certain, once the text is known. */
  #partOfHeld({ sql, parameters }: Statement, nowMs: number, classification?: Classification): HeldPart | null {
    const { cache, classifications } = this.#options;
    const part = partOfHeld(sql, parameters, {
      classifications: classifications(),
      keyOf: (query, given) => cache.keyOf(query, given),
      has: (key) => cache.store.has(key, nowMs),
      hasInOrder: (key) => cache.hasInOrder(key, nowMs),
    });
    return part && (!classification || classification.scan === part.whole.scan) ? part : null;
  }

  get #cacheEnabled(): boolean {
    return this.#options.settings().cacheEnabled;
  }
}

function isDeadline(error: unknown): boolean {
  return error instanceof AppError && error.code === 'deadline';
}

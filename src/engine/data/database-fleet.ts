/**
 * Real database workers behind the `Fleet` port: starts them from a warm spare, attaches them to the data, hands them
 * jobs, and notices when they die. It also knows which one is the primary, the only one that may write.
 */
import { AppError, fromWireError, toWireError, type WireError } from '../../core/errors.ts';
import type { WorkerHandle } from '../../core/rpc.ts';
import { WORKER_BROKEN } from '../../database/sqlite/broken.ts';
import type { AttachRequest, PageRecord, WarmRequest } from '../../database/protocol.ts';
import type { Fleet, FleetHandlers, JobIndex, RunOutcome, WorkerIndex } from '../../pool/fleet.ts';
import { DatabaseWorker, type Assignment } from './database-worker.ts';
import { WarmWorkers } from './warm-workers.ts';

/** Codes that are answers to a statement, not faults of the worker that gave them. */
const QUERY_ERRORS = new Set(['sql', 'parameters', 'deadline', 'cancelled', 'refused', 'read-only']);

/**
 * No sound file takes so long to be opened: looked at, attached to. What SQLite does within one instruction nothing inside its
 * worker can stop, so a damaged one that leads it in circles is bounded from here, by ending the worker.
 */
export const OPEN_MS_MAX = 20_000;

/** What a worker runs when other content is opened has this long to end; then the worker is ended, and a read is asked of another. */
const RUN_GRACE_MS = 250;
/** A new worker is started and attached within this, or there is none to be had. */
const PRIMARY_MS_MAX = OPEN_MS_MAX + 10_000;

export interface FleetOptions {
  nowMs(): number;
  spawn(): WorkerHandle;
  isolated: boolean;
  module(): Promise<WebAssembly.Module | null>;
  wasmUrl(): string;
  /** The data, and the state that every connection must share, at this moment. */
  attachment(): Omit<AttachRequest, 'role'>;
  nextEpoch(): number;
  /** Does something once after a while, unless the returned function is called before. */
  once(delayMs: number, action: () => void): () => void;
  workersMax: number;
  /** Ends a worker through the pool, so that what it ran is asked of another, or told. */
  end(worker: DatabaseWorker, reason: string): void;
  /** Takes nothing new, and so cannot become the primary. */
  isLeaving(worker: WorkerIndex): boolean;
  onPrimary(worker: DatabaseWorker | null, failover: boolean): void;
  onAttached(worker: DatabaseWorker): void;
  /** A replica missed a record; it is being attached again and keeps its place. */
  onMissed(worker: DatabaseWorker): void;
  /** Temporary tables and views of the primary gave way to those of the same name that a record brought. */
  onDisplaced(names: string[]): void;
}

export class DatabaseFleet implements Fleet {
  readonly #options: FleetOptions;
  /** 'starting' holds a slot while its worker is still warming; a new object each time, so that a killed start is told from its successor. */
  readonly #slots: (DatabaseWorker | Starting | null)[] = [];
  readonly #assignments = new Map<JobIndex, Assignment>();
  #handlers: FleetHandlers | null = null;
  readonly #warm: WarmWorkers<DatabaseWorker>;
  #primary: DatabaseWorker | null = null;
  readonly #primaryWaiters: { resolve(): void; reject(error: unknown): void }[] = [];

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#warm = new WarmWorkers((isSpare) => this.#warmed(isSpare));
  }

  listen(handlers: FleetHandlers): void {
    this.#handlers = handlers;
  }

  assign(job: JobIndex, assignment: Assignment): void {
    this.#assignments.set(job, assignment);
  }

  forget(job: JobIndex): void {
    this.#assignments.delete(job);
  }

  worker(index: WorkerIndex): DatabaseWorker | null {
    const slot = this.#slots[index];
    return slot instanceof DatabaseWorker ? slot : null;
  }

  get workers(): DatabaseWorker[] {
    return this.#slots.filter((slot) => slot instanceof DatabaseWorker);
  }

  get primary(): DatabaseWorker | null {
    return this.#primary;
  }

  /** From now on one worker waits, warm, for the next start. */
  keepSpare(): void {
    this.#warm.keepSpare();
  }

  /** Begins to warm the first worker, so that it is ready when the store has told what to open. */
  warmOne(): void {
    this.#warm.warmOne();
  }

  // ---- Fleet ----

  start(): WorkerIndex {
    let index = this.#slots.indexOf(null);
    if (index < 0) index = this.#slots.length;
    if (index >= this.#options.workersMax) return -1;
    const since = this.#options.nowMs();
    const pending = this.#warm.take();
    // The slot is taken at once: `start` may be called again before this worker is warm.
    const starting: Starting = { sinceMs: since };
    this.#slots[index] = starting;
    void this.#bringUp(pending, index, starting);
    return index;
  }

  send(index: WorkerIndex, job: JobIndex): void {
    const worker = this.worker(index);
    const assignment = this.#assignments.get(job);
    if (!worker || !assignment) {
      queueMicrotask(() => this.#handlers?.onDone(index, job, 'worker-failure', 0));
      return;
    }
    worker.running.set(job, assignment.label);
    const done = (outcome: RunOutcome, busyMs: number): void => {
      worker.running.delete(job);
      if (!worker.gone) this.#handlers?.onDone(index, job, outcome, busyMs);
    };
    const since = this.#options.nowMs();
    const { attachments } = worker;
    const run = assignment.run(worker);
    const ended = run.then(
      () => {},
      () => {},
    );
    worker.runs.add(ended);
    void ended.then(() => worker.runs.delete(ended));
    run.then(
      ({ busyMs }) => done('ok', busyMs),
      (error: unknown) => {
        const wire = toWireError(error);
        const { code } = wire;
        if (code === 'record-gap') this.#failedOn(worker, attachments, wire);
        if (code === WORKER_BROKEN) this.#fail(worker, wire);
        else if (code !== 'worker-lost')
          done(QUERY_ERRORS.has(code) ? 'query-error' : 'worker-failure', this.#options.nowMs() - since);
      },
    );
  }

  drain(index: WorkerIndex): void {
    this.#end(index, 'removed');
  }

  kill(index: WorkerIndex): void {
    this.#end(index, 'ended');
  }

  // ---- the data ----

  /** Sends a committed record to everyone but the worker that made it. A worker that cannot take it is attached again. */
  broadcast(record: PageRecord, from: DatabaseWorker | null, historyId?: string): void {
    for (const worker of this.workers) {
      if (worker === from || !worker.attached) continue;
      const { attachments } = worker;
      worker.calls.call.apply({ records: [record], historyId }).then(
        ({ displaced }) => {
          if (worker.attachments === attachments) worker.missed = false;
          if (displaced.length > 0) this.#options.onDisplaced(displaced);
        },
        (error: unknown) => this.#failedOn(worker, attachments, toWireError(error)),
      );
    }
  }

  /**
   * A replica without some record is attached again, from the data as it is now, and keeps its slot and its queue: what was
   * asked of it meanwhile waits in its inbox. Twice in a row is a fault of its own, and it is replaced.
   */
  #failedOn(worker: DatabaseWorker, attachments: number, error: WireError): void {
    // Asked before it was attached anew: that record is in what it was attached to.
    if (error.code === 'record-gap' && worker.attachments !== attachments) return;
    if (error.code !== 'record-gap' || worker === this.#primary || worker.missed) return this.#fail(worker, error);
    if (worker.gone) return;
    worker.missed = true;
    this.#options.onMissed(worker);
    this.#attach(worker, 'replica').catch((failure: unknown) => this.#fail(worker, toWireError(failure)));
  }

  /** Another history began, and with it another epoch: the primary must bear it, or its next write is refused. */
  renewPrimary(epoch: number): void {
    const primary = this.#primary;
    primary?.calls.call
      .promote({ epoch, logNumber: this.#logNumber })
      .catch((error: unknown) => this.#fail(primary, toWireError(error)));
  }

  broadcastPragmas(pragmas: string[], from: DatabaseWorker | null): void {
    for (const worker of this.workers) {
      if (worker === from || !worker.attached) continue;
      worker.calls.call.setPragmas({ pragmas }).catch((error: unknown) => this.#fail(worker, toWireError(error)));
    }
  }

  /**
   * Attaches every worker to other content. Rejects when the primary could not take it. A primary that is lost meanwhile says
   * nothing about the content: the next one does.
   */
  async reattachAll(): Promise<void> {
    const first = this.#primary;
    let refusal: AppError | null = null;
    const attachments = this.workers.map(async (worker) => {
      try {
        await this.#attach(worker, worker === first ? 'primary' : 'replica', RUN_GRACE_MS);
      } catch (error) {
        const wire = toWireError(error);
        if (worker === this.#primary && wire.code !== 'worker-lost') refusal = fromWireError(wire);
        this.#fail(worker, wire);
      }
    });
    await Promise.all(attachments);
    if (refusal) throw refusal as AppError;
    const isStarting = this.#slots.some((slot) => slot !== null && !(slot instanceof DatabaseWorker));
    if (this.#primary ? this.#primary.attaching > 0 : first !== null || isStarting) await this.#nextPrimary();
  }

  /** Settles with the attach of a primary to be; that one has its own bound, and one that never comes has this. */
  async #nextPrimary(): Promise<void> {
    const missing = new AppError('worker-lost', 'The worker that opened it died, and no other came. Try again.');
    const disarm = this.#options.once(PRIMARY_MS_MAX, () => this.#tellPrimary(missing));
    try {
      await new Promise<void>((resolve, reject) => this.#primaryWaiters.push({ resolve, reject }));
    } finally {
      disarm();
    }
  }

  #tellPrimary(failure: unknown = null): void {
    for (const waiting of this.#primaryWaiters.splice(0)) {
      if (failure === null) waiting.resolve();
      else waiting.reject(failure);
    }
  }

  /** Asks idle workers how they are; an answer is a heartbeat. */
  pollHealth(): void {
    for (const worker of this.workers) {
      if (!worker.attached || worker.current !== null) continue;
      // It hears nothing meanwhile, as one that runs a query: its own bound watches over it.
      if (worker.attaching > 0) {
        this.#handlers?.onHeartbeat(worker.index);
        continue;
      }
      const { attachments } = worker;
      const logNumber = this.#logNumber;
      worker.calls.call.health({}).then(
        (report) => {
          worker.report = report;
          if (report.version.logNumber < logNumber) {
            this.#failedOn(worker, attachments, { code: 'record-gap', message: `${worker.name} missed a record.` });
          }
          if (!worker.gone) this.#handlers?.onHeartbeat(worker.index);
        },
        (error: unknown) => {
          const wire = toWireError(error);
          if (wire.code === WORKER_BROKEN) this.#fail(worker, wire);
        },
      );
    }
  }

  /**
   * A worker outside the pool, for making samples and inspecting files: the spare if there is one. One that does not answer
   * within `limitMs` is ended (error `not-opened`), and so is one that broke down (error `worker-broken`).
   */
  async withHelper<Result>(
    use: (worker: DatabaseWorker) => Promise<Result>,
    limitMs: number | null = null,
  ): Promise<Result> {
    return this.#warm.lend(async (helper) => {
      try {
        return await (limitMs === null ? use(helper) : this.#inTime(helper, use(helper), limitMs));
      } catch (error) {
        if (toWireError(error).code === WORKER_BROKEN) helper.gone = true;
        throw error;
      }
    });
  }

  /** Ends a helper in the middle of its work; who waits for it gets `error`. */
  endHelper(helper: DatabaseWorker, error: AppError): void {
    if (helper.gone) return;
    helper.gone = true;
    helper.handle.terminate();
    helper.calls.lost(error);
  }

  /** Ends everything, for the end of the engine. */
  endAll(): void {
    this.#warm.end();
    for (const worker of this.workers) {
      worker.gone = true;
      worker.handle.terminate();
    }
    this.#slots.fill(null);
  }

  // ---- coming and going ----

  async #warmed(isSpare: boolean): Promise<DatabaseWorker> {
    const worker = new DatabaseWorker(this.#options.spawn(), this.#options.isolated, this.#options.nowMs());
    worker.handle.onFailure((message) => this.#fail(worker, { code: 'worker-lost', message }));
    try {
      const request: WarmRequest = {
        module: await this.#options.module(),
        wasmUrl: this.#options.wasmUrl(),
        cancelCell: worker.cancelCell,
        isSpare,
      };
      await worker.calls.call.warm(request);
    } catch (error) {
      worker.handle.terminate();
      throw error;
    }
    return worker;
  }

  async #bringUp(pending: Promise<DatabaseWorker>, index: WorkerIndex, starting: Starting): Promise<void> {
    let worker: DatabaseWorker;
    try {
      worker = await pending;
    } catch (error) {
      if (this.#slots[index] !== starting) return;
      this.#slots[index] = null;
      if (!this.#primary) this.#tellPrimary(error);
      this.#handlers?.onLost(index, toWireError(error).message);
      return;
    }
    if (this.#slots[index] !== starting) {
      worker.handle.terminate(); // killed while it was starting
      return;
    }
    worker.index = index;
    this.#slots[index] = worker;
    try {
      await this.#attach(worker, this.#primary ? 'replica' : 'primary');
    } catch (error) {
      if (worker === this.#primary || !this.#primary) this.#tellPrimary(error);
      this.#fail(worker, toWireError(error));
      return;
    }
    if (worker.gone) return;
    // The primary was lost while this one was attaching, too early to be its heir.
    if (!this.#primary) this.#elect();
    worker.startMs = this.#options.nowMs() - starting.sinceMs;
    this.#handlers?.onReady(index);
    this.#warm.keepOne();
  }

  /**
   * The bound counts from when the worker begins, after what it runs now. That is waited for, or with `graceMs` for no longer
   * than this: then the worker is ended.
   */
  async #attach(worker: DatabaseWorker, role: 'primary' | 'replica', graceMs: number | null = null): Promise<void> {
    worker.role = role;
    if (role === 'primary' && this.#primary !== worker) {
      this.#primary = worker;
      this.#options.onPrimary(worker, false);
    }
    worker.attached = true;
    worker.attachments++;
    worker.taught = new WeakSet();
    const { snapshot, ...state } = this.#options.attachment();
    // Its own list: messages leave at the end of the microtask, and a record appended before that is sent by itself.
    const request: AttachRequest = { ...state, snapshot: { ...snapshot, records: [...snapshot.records] }, role };
    const before = [...worker.runs];
    const reply = worker.calls.call.attach(request);
    worker.attaching++;
    try {
      if (before.length > 0) await this.#untilFree(worker, Promise.race([reply, Promise.all(before)]), graceMs);
      worker.report = await this.#inTime(worker, reply, OPEN_MS_MAX);
    } finally {
      worker.attaching--;
    }
    this.#options.onAttached(worker);
    if (worker === this.#primary && worker.attaching === 0) this.#tellPrimary();
  }

  async #untilFree(worker: DatabaseWorker, free: Promise<unknown>, graceMs: number | null): Promise<void> {
    const end = (): void => this.#options.end(worker, 'it was still busy when another database was opened');
    const disarm = graceMs === null ? null : this.#options.once(graceMs, end);
    try {
      await free;
    } finally {
      disarm?.();
    }
  }

  /** The answer of a worker, or the error `not-opened` after `limitMs`; the worker is then good for nothing more. */
  async #inTime<Reply>(worker: DatabaseWorker, reply: Promise<Reply>, limitMs: number): Promise<Reply> {
    let settle = (): void => {};
    const late = new Promise<never>((_resolve, reject) => {
      settle = this.#options.once(limitMs, () => {
        if (worker.index < 0) worker.gone = true;
        const seconds = Math.round(limitMs / 1000);
        reject(
          new AppError(
            'not-opened',
            `This database could not be opened in time: after ${seconds} seconds SQLite was still at work on it. It is most likely damaged in a way that leads in circles; save its rows with the sqlite3 program's .recover.`,
          ),
        );
      });
    });
    try {
      return await Promise.race([reply, late]);
    } finally {
      settle();
    }
  }

  #end(index: WorkerIndex, why: string): void {
    const worker = this.worker(index);
    if (worker) this.#remove(worker, why);
    else this.#slots[index] = null;
  }

  #remove(worker: DatabaseWorker, why: string): void {
    worker.gone = true;
    worker.attached = false;
    worker.handle.terminate();
    if (this.#slots[worker.index] === worker) this.#slots[worker.index] = null;
    worker.calls.lost(new AppError('worker-lost', `Worker ${worker.name} was ${why}.`));
    if (worker === this.#primary) this.#elect();
  }

  #fail(worker: DatabaseWorker, error: WireError): void {
    if (worker.gone) return;
    const index = worker.index;
    if (index < 0) {
      // A spare or a helper. Its open calls must still be answered.
      worker.gone = true;
      worker.handle.terminate();
      worker.calls.lost(new AppError('worker-lost', error.message));
      return;
    }
    this.#remove(worker, `lost (${error.message})`);
    this.#handlers?.onLost(index, error.message);
  }

  /** Of the data as it stands now. */
  get #logNumber(): number {
    const { snapshot } = this.#options.attachment();
    return snapshot.logNumber + snapshot.records.length;
  }

  /** Another replica takes over: all have every committed record, because records and jobs travel in one order. */
  #elect(): void {
    const heir =
      this.workers.find(
        (worker) => worker.attached && worker.report !== null && !this.#options.isLeaving(worker.index),
      ) ?? null;
    this.#primary = heir;
    const epoch = this.#options.nextEpoch();
    if (heir) {
      heir.role = 'primary';
      heir.calls.call
        .promote({ epoch, logNumber: this.#logNumber })
        .catch((error: unknown) => this.#fail(heir, toWireError(error)));
    }
    this.#options.onPrimary(heir, true);
    if (heir?.attaching === 0) this.#tellPrimary();
  }
}

interface Starting {
  sinceMs: number;
}

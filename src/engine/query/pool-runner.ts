/**
 * Promises over the dispatcher: a call becomes a job, a settled job becomes an answer or an error. Stopping a run that
 * goes on is done here too: first by the worker's cancel cell, then by ending the worker.
 */
import { AppError, toWireError } from '../../core/errors.ts';
import type { Scheduler } from '../../core/ports.ts';
import type { CancelSignal } from '../../core/rpc.ts';
import { WORKER_BROKEN } from '../../database/sqlite/broken.ts';
import type { Dispatcher, SettledStatus } from '../../pool/dispatcher.ts';
import type { JobIndex, WorkerIndex } from '../../pool/fleet.ts';
import type { DatabaseFleet } from '../data/database-fleet.ts';
import type { DatabaseWorker } from '../data/database-worker.ts';
import { Timers } from '../timers.ts';
import { readCancelled, readStopped, unitCancelled, unitEnded, waitStopped } from './stopped.ts';

/** A cancelled run has this long to end by itself; then its worker is terminated and replaced. */
export const STOP_GRACE_MS = 250;
/** So has one whose deadline has passed, which its worker knows: most of it before whoever waits is told, the rest after. */
const DEADLINE_SLACK_MS = 200;

export interface PoolCall<Reply> {
  label: string;
  /** Reads are sent once more, elsewhere, when their worker dies. */
  retryable: boolean;
  /** A read known to take next to no time. */
  small?: boolean;
  /** Writes and whatever uses a connection's own state. */
  onPrimary: boolean;
  /** As it was asked for. It counts while the call waits, too: the worker keeps what is left of it, and the pool a moment more. */
  deadlineMs: number | null;
  /** Of that, what had gone by before the pool was asked. */
  waitedMs?: number;
  signal: CancelSignal | null;
  send(worker: DatabaseWorker, stops: Stops): Promise<{ reply: Reply; busyMs: number }>;
}

/** By what a run stops itself. */
export interface Stops {
  /** What the worker must see in its cell; null where it has none. */
  cancelValue: number | null;
  /** What is left of the deadline now that a worker is free; null for none. */
  deadlineMs: number | null;
}

export interface PoolAnswer<Reply> {
  reply: Reply;
  worker: DatabaseWorker;
  attempts: number;
  queueMs: number;
  serviceMs: number;
  pickReason: string;
}

type Finish = (status: SettledStatus, worker: WorkerIndex, attempts: number, waitMs: number, serviceMs: number) => void;

interface Waiting {
  resolve(): void;
  reject(error: unknown): void;
}

export class PoolRunner {
  readonly #dispatcher: Dispatcher;
  readonly #fleet: DatabaseFleet;
  readonly #stops: Scheduler;
  readonly #timers: Timers;
  readonly #open = new Map<JobIndex, Finish>();
  readonly #primaryWaiters: Waiting[] = [];
  #nextCancelValue = 1;
  /** Why no worker can be had, until one can. */
  #broken: AppError | null = null;

  constructor(
    dispatcher: Dispatcher,
    fleet: DatabaseFleet,
    createScheduler: (onTimer: (handle: number) => void) => Scheduler,
  ) {
    this.#dispatcher = dispatcher;
    this.#fleet = fleet;
    this.#timers = new Timers(createScheduler);
    this.#stops = createScheduler((worker) => this.#dispatcher.kill(worker, 'it did not stop when asked to'));
  }

  /** The dispatcher's `onSettled`. */
  settled(
    job: JobIndex,
    status: SettledStatus,
    worker: WorkerIndex,
    attempts: number,
    waitMs: number,
    serviceMs: number,
  ): void {
    const finish = this.#open.get(job);
    this.#open.delete(job);
    this.#fleet.forget(job);
    finish?.(status, worker, attempts, waitMs, serviceMs);
  }

  /** A primary is there again (or for the first time): jobs that waited for one go on. */
  primaryReady(): void {
    this.#broken = null;
    for (const waiting of this.#primaryWaiters.splice(0)) waiting.resolve();
  }

  /** No worker will come: whatever waits for one fails, and so does what is asked for until one is there. */
  primaryFailed(error: AppError): void {
    this.#broken = error;
    for (const waiting of this.#primaryWaiters.splice(0)) waiting.reject(error);
    for (const job of [...this.#open.keys()]) this.#dispatcher.cancel(job);
  }

  /** Settles when there is a primary, attached; rejects when none can be had. */
  async untilPrimary(): Promise<void> {
    while (!this.#fleet.primary?.report) {
      if (this.#broken) throw this.#broken;
      await new Promise<void>((resolve, reject) => this.#primaryWaiters.push({ resolve, reject }));
    }
  }

  async run<Reply>(call: PoolCall<Reply>): Promise<PoolAnswer<Reply>> {
    const sinceMs = this.#stops.nowMs() - (call.waitedMs ?? 0);
    for (;;) {
      if (call.signal?.cancelled) throw cancelled(call);
      if (this.#broken) throw this.#broken;
      let pinned: WorkerIndex = -1;
      if (call.onPrimary) {
        await this.#untilPrimaryOrStopped(call, leftOf(call, this.#stops.nowMs() - sinceMs));
        pinned = this.#fleet.primary?.index ?? -1;
      }
      const answer = await new Promise<PoolAnswer<Reply> | null>((resolve, reject) =>
        this.#submit(call, pinned, sinceMs, resolve, reject),
      );
      if (answer !== null) return answer;
    }
  }

  async #untilPrimaryOrStopped(call: PoolCall<unknown>, leftMs: number | null): Promise<void> {
    const primary = this.untilPrimary();
    if (this.#fleet.primary?.report) return primary;
    let disarm = (): void => {};
    const stopped = new Promise<never>((_resolve, reject) => {
      call.signal?.onCancel(() => reject(cancelled(call)));
      if (leftMs !== null) disarm = this.#timers.once(leftMs, () => reject(waitStopped(call.deadlineMs)));
    });
    try {
      await Promise.race([primary, stopped]);
    } finally {
      disarm();
    }
  }

  /** Resolves to null when the primary was lost while the job still waited for it: it may be asked of the next one. */
  #submit<Reply>(
    call: PoolCall<Reply>,
    pinned: WorkerIndex,
    sinceMs: number,
    resolve: (answer: PoolAnswer<Reply> | null) => void,
    reject: (error: unknown) => void,
  ): void {
    const dispatcher = this.#dispatcher;
    const leftMs = (): number | null => leftOf(call, this.#stops.nowMs() - sinceMs);
    const cancelValue = this.#nextCancelValue;
    this.#nextCancelValue = (this.#nextCancelValue % 0x7ffffffe) + 1;
    let answer: { reply: Reply; busyMs: number } | null = null;
    let failure: unknown = null;
    let ranOn: DatabaseWorker | null = null;
    let pickReason = '';
    let attempts = 0;
    let given: SettledStatus | null = null;
    let late: (() => void) | null = null;

    const job = dispatcher.nextJob;
    this.#fleet.assign(job, {
      label: call.label,
      run: async (worker) => {
        // A lost attempt may tell of its end only after the next one has begun: it must not speak for it.
        const attempt = ++attempts;
        ranOn = worker;
        failure = null;
        pickReason = dispatcher.explainLastPick();
        try {
          answer = await call.send(worker, {
            cancelValue: worker.cancelCell ? cancelValue : null,
            deadlineMs: leftMs(),
          });
          return answer;
        } catch (error) {
          if (attempt === attempts) failure = error;
          throw error;
        } finally {
          if (given !== null) {
            this.#stops.cancel(worker.index); // it stopped by itself, or is gone
            late?.();
          }
        }
      },
    });
    this.#open.set(job, (status, worker, tries, waitMs, serviceMs) => {
      if (status === 'done' && failure === null && answer !== null && ranOn !== null) {
        resolve({ reply: answer.reply, worker: ranOn, attempts: tries, queueMs: waitMs, serviceMs, pickReason });
      } else if (status === 'done') {
        reject(failure ?? new AppError('internal', 'The worker answered without a result.'));
      } else if (status === 'lost' && worker === -1) {
        resolve(null);
      } else if (this.#broken) {
        reject(this.#broken);
      } else {
        const stillRuns = (status === 'deadline' || status === 'cancelled') && worker !== -1;
        if (stillRuns) {
          given = status;
          this.#stop(worker, cancelValue, status === 'cancelled' ? STOP_GRACE_MS : STOP_GRACE_MS - DEADLINE_SLACK_MS);
        }
        if (!stillRuns || !call.onPrimary) reject(endOf(status, call, failure, worker !== -1));
        // Of a write only its end tells whether it was committed: the page hears then, and hears the truth.
        else {
          late = () => {
            if (answer === null || ranOn === null) reject(endOf(status, call, failure, true));
            else
              resolve({ reply: answer.reply, worker: ranOn, attempts: tries, queueMs: waitMs, serviceMs, pickReason });
          };
        }
      }
    });

    const left = leftMs();
    const deadlineMs = left === null ? null : left + DEADLINE_SLACK_MS;
    const accepted = dispatcher.submit({ retryable: call.retryable, small: call.small, pinned, deadlineMs });
    if (typeof accepted === 'string') {
      this.#open.delete(job);
      this.#fleet.forget(job);
      reject(
        accepted === 'queue-full'
          ? new AppError(
              'queue-full',
              `The queue is full: ${dispatcher.waiting} queries wait. Try again, or allow a longer queue on the Cluster page.`,
            )
          : new AppError('worker-lost', 'The primary is being replaced. Nothing was written; run it again.'),
      );
      return;
    }
    call.signal?.onCancel(() => {
      if (this.#open.has(job)) dispatcher.cancel(job);
    });
  }

  /** Asks the worker to stop; one that does not within the grace is terminated, and the pool replaces it. */
  #stop(index: WorkerIndex, cancelValue: number, graceMs: number): void {
    const worker = this.#fleet.worker(index);
    if (!worker) return;
    if (worker.cancelCell) Atomics.store(worker.cancelCell, 0, cancelValue);
    this.#stops.after(graceMs, index);
  }
}

function leftOf({ deadlineMs }: PoolCall<unknown>, goneMs: number): number | null {
  return deadlineMs === null ? null : Math.max(0, deadlineMs - goneMs);
}

function cancelled({ onPrimary }: PoolCall<unknown>): AppError {
  return onPrimary ? unitCancelled() : readCancelled();
}

function endOf(status: SettledStatus, call: PoolCall<unknown>, failure: unknown, begun: boolean): unknown {
  if (status === 'cancelled') return cancelled(call);
  if (status === 'deadline') {
    if (!begun) return waitStopped(call.deadlineMs);
    return call.onPrimary ? unitEnded(call.deadlineMs) : readStopped(call.deadlineMs);
  }
  if (status === 'lost') {
    const { code, message } = toWireError(failure);
    const why = code === WORKER_BROKEN ? ` ${message}` : '';
    return new AppError(
      'worker-lost',
      call.onPrimary
        ? `The worker that ran this died before it was committed: nothing was written.${why} Another worker has taken over; run it again.`
        : `Each worker that ran this died.${why} It only read: nothing was changed. Run it again.`,
    );
  }
  return failure ?? new AppError('worker-failed', 'The worker failed and no other could take over.');
}

/**
 * The dispatcher: takes jobs, lets them wait in bounded queues, gives them to workers by a picker, retries reads once elsewhere,
 * and keeps count of every worker's health. One job at a time per worker unless `concurrency` says otherwise; of small reads that
 * wait a worker gets several, so that it does not stand idle while its answer and the next job are on their way.
 * The same code drives real workers and simulated ones: it knows time from the scheduler, chance from `random`, and works in
 * typed arrays, so that a simulated request allocates nothing. There are no promises here; everything runs to completion.
 */
import { Ejection } from '../balancer/ejection.ts';
import type { Picker } from '../balancer/pickers/picker.ts';
import { pickers } from '../balancer/pickers/registry.ts';
import type { BalancerSettings } from '../balancer/settings.ts';
import { EventQueue } from '../core/event-queue.ts';
import { IntrusiveLists, NONE } from '../core/intrusive-list.ts';
import type { Random, Scheduler } from '../core/ports.ts';
import type { Fleet, FleetHandlers, JobIndex, RunOutcome, WorkerIndex } from './fleet.ts';
import { ABANDONED, JobTable, RUNNING, WAITING } from './job-table.ts';
import type { PoolSettings } from './settings.ts';
import {
  ABSENT,
  DRAINING,
  EJECTED,
  LOST,
  READY,
  STARTING,
  WorkerTable,
  workerStates,
  type WorkerState,
} from './worker-table.ts';

export interface Submission {
  /** True for reads: when the worker is lost or fails, the job is sent once more, elsewhere. Ignored for pinned jobs. */
  retryable: boolean;
  /** A read known to take next to no time, so that others may stand behind it at its worker. */
  small?: boolean;
  /** The one worker that may run it (writes and units: the primary), or -1. */
  pinned: WorkerIndex;
  /** Time allowed from now, waiting and running together; null: no limit. */
  deadlineMs: number | null;
}

/** `queue-full`: it would have to wait beyond `queueDepthMax`. `worker-unavailable`: pinned to a worker that is gone or draining. */
export type Refusal = 'queue-full' | 'worker-unavailable';

/**
 * How a job ended. `done`: a worker answered (a query error is an answer). `failed`: the worker failed, and no retry was left.
 * `lost`: the worker went away with it. `deadline` and `cancelled`: see `Settled`.
 */
export type SettledStatus = 'done' | 'failed' | 'deadline' | 'lost' | 'cancelled';

/**
 * Called once per accepted job. `worker` ran it last, or is -1 when it was still waiting. With `deadline` and `cancelled` a
 * `worker` other than -1 still runs it: stop the run there; the worker counts as busy until `onDone` or `onLost`.
 * `waitMs + serviceMs` is the time since it was submitted; `serviceMs` counts from the last time it was sent.
 */
export type Settled = (
  job: JobIndex,
  status: SettledStatus,
  worker: WorkerIndex,
  attempts: number,
  waitMs: number,
  serviceMs: number,
) => void;

export interface DispatcherOptions {
  fleet: Fleet;
  scheduler: Scheduler;
  random: Random;
  /** Worker slots; the fleet's indices stay below this. */
  workersMax: number;
  pool: PoolSettings;
  balancer: BalancerSettings;
  onSettled: Settled;
  /** A worker came, went, was ejected or readmitted; for logs and notes. */
  onWorkerChange?: (worker: WorkerIndex, state: WorkerState, reason: string) => void;
}

/** Counts since the start; `submitted` = settled ones + `waiting` + `running`. */
export interface DispatcherTotals {
  submitted: number;
  refused: number;
  done: number;
  failed: number;
  deadline: number;
  lost: number;
  cancelled: number;
  retried: number;
  ejections: number;
  waiting: number;
  /** Running and not settled yet. */
  running: number;
  /** Sum of wait and service of the `done` ones. */
  latencySumMs: number;
}

/** One worker for the eyes of a person. */
export interface WorkerReport {
  worker: WorkerIndex;
  state: WorkerState;
  outstanding: number;
  /** Waiting in this worker's own queue. */
  waiting: number;
  running: number;
  /** The job it runs (the oldest, with more than one), or -1. */
  currentJob: JobIndex;
  done: number;
  queryErrors: number;
  failures: number;
  busyMs: number;
  ejectedUntilMs: number | null;
}

/** The dispatcher's own timers: what the scheduler hands back to `onTimer`. */
const DEADLINE_TIMER = 0;
const HEALTH_TIMER = 1;
const HEALTH_INTERVAL_MS = 100;
const SLEPT_MS = 2000;
/** Silent for this many heartbeat timeouts: the worker is given up. */
const SILENCES_UNTIL_LOST = 3;
const FIRST_JOB_CAPACITY = 1024;
/** Small reads that a worker holds at the same time. */
const SMALL_READS_MAX = 4;

export class Dispatcher implements FleetHandlers {
  readonly workers: WorkerTable;
  readonly #fleet: Fleet;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #onSettled: Settled;
  readonly #onWorkerChange: (worker: WorkerIndex, state: WorkerState, reason: string) => void;
  readonly #ejection: Ejection;
  readonly #jobs = new JobTable(FIRST_JOB_CAPACITY);
  readonly #deadlines = new EventQueue(FIRST_JOB_CAPACITY);
  /** Lists 0..W-1 wait at a worker, list W is the shared queue, lists W+1..2W run on a worker. */
  readonly #lists: IntrusiveLists;
  readonly #sharedList: number;
  readonly #runningList: number;
  #pool: PoolSettings;
  #balancer: BalancerSettings;
  #picker: Picker;
  #waiting = 0;
  #deadlineArmedMs = Infinity;
  #healthArmed = false;
  #healthArmedMs = 0;
  /** The worker of the last placement that needed no choice, with the phrase for it; empty after a real pick. */
  #unpickedReason = 'No job has been placed yet';
  #unpickedWorker = -1;
  #submitted = 0;
  #refused = 0;
  #done = 0;
  #failed = 0;
  #deadline = 0;
  #lost = 0;
  #cancelled = 0;
  #retried = 0;
  #ejections = 0;
  #running = 0;
  #latencySumMs = 0;

  constructor(options: DispatcherOptions) {
    this.#fleet = options.fleet;
    this.#scheduler = options.scheduler;
    this.#random = options.random;
    this.#onSettled = options.onSettled;
    this.#onWorkerChange = options.onWorkerChange ?? (() => {});
    this.#pool = options.pool;
    this.#balancer = options.balancer;
    this.#picker = pickers[options.balancer.picker](options.balancer);
    this.workers = new WorkerTable(options.workersMax);
    this.workers.concurrency = options.pool.concurrency;
    this.#ejection = new Ejection(options.workersMax);
    this.#sharedList = options.workersMax;
    this.#runningList = options.workersMax + 1;
    this.#lists = new IntrusiveLists(2 * options.workersMax + 1, FIRST_JOB_CAPACITY);
  }

  // ---- jobs ----

  /** The index that the next accepted job will get, so that the caller can store what the job is before it is sent. */
  get nextJob(): JobIndex {
    if (this.#jobs.isFull) this.#grow();
    return this.#jobs.next;
  }

  /** Takes a job and sends it at once if it can. The fleet's `send` may run before this returns: see `nextJob`. */
  submit(submission: Submission): JobIndex | Refusal {
    const pinned = submission.pinned;
    if (pinned !== -1 && !this.#takesPinned(pinned)) {
      this.#refused++;
      return 'worker-unavailable';
    }
    const nowMs = this.#scheduler.nowMs();
    const target = pinned !== -1 ? pinned : this.#choose(-1, nowMs);
    const waits = !this.#canSendNow(target);
    if (waits && this.#waiting >= this.#pool.queueDepthMax) {
      this.#refused++;
      return 'queue-full';
    }
    if (this.#jobs.isFull) this.#grow();
    const jobs = this.#jobs;
    const job = jobs.take();
    jobs.retryable[job] = submission.retryable && pinned === -1 ? 1 : 0;
    jobs.small[job] = submission.small && pinned === -1 ? 1 : 0;
    jobs.attempts[job] = 0;
    jobs.pinned[job] = pinned;
    jobs.worker[job] = -1;
    jobs.avoid[job] = -1;
    jobs.submittedMs[job] = nowMs;
    this.#submitted++;
    if (submission.deadlineMs !== null) {
      this.#deadlines.schedule(job, nowMs + submission.deadlineMs);
      this.#armDeadline(nowMs);
    }
    if (waits) this.#wait(job, target, false);
    else this.#send(job, target, nowMs);
    return job;
  }

  /**
   * The submitter no longer wants the job: it is settled as `cancelled` at once, and false is returned if it was settled before.
   * A run already begun goes on until the fleet reports it; stopping it is the caller's business.
   */
  cancel(job: JobIndex): boolean {
    return this.#giveUp(job, 'cancelled');
  }

  // ---- workers ----

  /** Asks the fleet for one more worker; -1 when there can be no more. */
  start(): WorkerIndex {
    const worker = this.#fleet.start();
    if (worker === -1) return -1;
    const nowMs = this.#scheduler.nowMs();
    this.workers.begin(worker, nowMs);
    this.#ejection.reset(worker);
    this.#onWorkerChange(worker, 'starting', 'asked for');
    return worker;
  }

  /** The worker, starting or ready, takes nothing new; it leaves when it has finished what it has. Jobs that may run elsewhere go elsewhere. */
  drain(worker: WorkerIndex, reason = 'no longer needed'): void {
    const state = this.workers.state[worker];
    if (state !== READY && state !== EJECTED && state !== STARTING) return;
    this.workers.setState(worker, DRAINING);
    this.workers.setEligible(worker, false);
    this.#moveWaiting(worker);
    this.#onWorkerChange(worker, 'draining', reason);
    this.#retireIfIdle(worker);
  }

  /** Ends a worker at once; what it ran is retried or lost, as if it had died. */
  kill(worker: WorkerIndex, reason: string): void {
    if (!this.#isPresent(worker)) return;
    this.#fleet.kill(worker);
    this.#lose(worker, reason);
  }

  setWeight(worker: WorkerIndex, weight: number): void {
    this.workers.weight[worker] = weight;
  }

  // ---- settings and reports ----

  /** New settings from now on; jobs already waiting stay where they are. */
  configure(pool: PoolSettings, balancer: BalancerSettings): void {
    if (balancer.picker !== this.#balancer.picker || balancer.choices !== this.#balancer.choices) {
      this.#picker = pickers[balancer.picker](balancer);
    }
    this.#pool = pool;
    this.#balancer = balancer;
    this.workers.concurrency = pool.concurrency;
    for (let worker = 0; worker < this.workers.capacity; worker++) {
      this.#updateEligible(worker);
      if (this.workers.state[worker] === READY) this.#pull(worker, this.#scheduler.nowMs());
    }
    this.#armHealth();
  }

  get settings(): { pool: PoolSettings; balancer: BalancerSettings } {
    return { pool: this.#pool, balancer: this.#balancer };
  }

  /** Jobs waiting in all queues. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Accepted and not settled yet, waiting or running. */
  get unsettled(): number {
    return this.#waiting + this.#running;
  }

  /** The jobs of this worker that are in its own queue. */
  waitingAt(worker: WorkerIndex): number {
    return this.#lists.length(worker);
  }

  /**
   * Why the last placed job went where it went, in a plain phrase. Ask right after `submit` when the job was placed at once,
   * or from inside the fleet's `send` when it had waited in the shared queue.
   */
  explainLastPick(): string {
    return this.#unpickedReason === ''
      ? this.#picker.explain()
      : this.#unpickedReason.replace('{worker}', `w${this.#unpickedWorker}`);
  }

  totals(): DispatcherTotals {
    return {
      submitted: this.#submitted,
      refused: this.#refused,
      done: this.#done,
      failed: this.#failed,
      deadline: this.#deadline,
      lost: this.#lost,
      cancelled: this.#cancelled,
      retried: this.#retried,
      ejections: this.#ejections,
      waiting: this.#waiting,
      running: this.#running,
      latencySumMs: this.#latencySumMs,
    };
  }

  /** All workers that are there, and those that were lost and not replaced in their slot. */
  reports(): WorkerReport[] {
    const found: WorkerReport[] = [];
    const table = this.workers;
    for (let worker = 0; worker < table.capacity; worker++) {
      const state = table.state[worker];
      if (state === ABSENT) continue;
      found.push({
        worker,
        state: workerStates[state],
        outstanding: table.outstanding[worker],
        waiting: this.#lists.length(worker),
        running: table.running[worker],
        currentJob: this.#lists.head(this.#runningList + worker),
        done: table.done[worker],
        queryErrors: table.errors[worker],
        failures: table.failures[worker],
        busyMs: table.busyMs[worker],
        ejectedUntilMs: state === EJECTED ? this.#ejection.untilMs(worker) : null,
      });
    }
    return found;
  }

  // ---- what the fleet reports ----

  onReady(worker: WorkerIndex): void {
    const table = this.workers;
    const nowMs = this.#scheduler.nowMs();
    table.heardMs[worker] = nowMs;
    if (table.state[worker] === DRAINING) return this.#retireIfIdle(worker);
    if (table.state[worker] !== STARTING) return;
    table.setState(worker, READY);
    this.#updateEligible(worker);
    this.#onWorkerChange(worker, 'ready', 'started');
    this.#armHealth();
    this.#pull(worker, nowMs);
  }

  onDone(worker: WorkerIndex, job: JobIndex, outcome: RunOutcome, busyMs: number): void {
    const jobs = this.#jobs;
    const state = jobs.state[job];
    if (jobs.worker[job] !== worker || (state !== RUNNING && state !== ABANDONED)) return; // an answer that came too late
    const table = this.workers;
    const nowMs = this.#scheduler.nowMs();
    table.heardMs[worker] = nowMs;
    table.busyMs[worker] += busyMs;
    this.#unlink(job, worker, nowMs);
    if (outcome === 'worker-failure') {
      this.#afterFailure(worker, job, nowMs);
      return;
    }
    table.done[worker]++;
    if (outcome === 'query-error') table.errors[worker]++;
    this.#ejection.succeeded(worker);
    if (this.#picker.report) this.#picker.report(worker, false);
    this.#pull(worker, nowMs);
    if (state === ABANDONED) jobs.giveBack(job);
    else this.#settle(job, 'done', worker, nowMs);
  }

  onLost(worker: WorkerIndex, reason: string): void {
    if (this.#isPresent(worker)) this.#lose(worker, reason);
  }

  onHeartbeat(worker: WorkerIndex): void {
    this.workers.heardMs[worker] = this.#scheduler.nowMs();
  }

  /** The scheduler calls this with the handles that the dispatcher armed. */
  onTimer(handle: number): void {
    if (handle === DEADLINE_TIMER) this.#expire();
    else if (handle === HEALTH_TIMER) this.#checkHealth();
  }

  // ---- placing ----

  #choose(avoid: WorkerIndex, nowMs: number): WorkerIndex {
    const table = this.workers;
    if (table.eligibleCount === 0) return -1;
    this.#unpickedReason = '';
    if (avoid === -1 || table.eligiblePosition[avoid] === -1) return this.#picker.pick(table, nowMs, this.#random);
    if (table.eligibleCount === 1) return this.#pool.queueMode === 'shared' ? -1 : avoid;
    table.setEligible(avoid, false);
    const worker = this.#picker.pick(table, nowMs, this.#random);
    table.setEligible(avoid, true);
    return worker;
  }

  #canSendNow(worker: WorkerIndex): boolean {
    if (worker === -1) return false;
    const state = this.workers.state[worker];
    return (
      (state === READY || state === EJECTED) &&
      this.workers.running[worker] < this.#pool.concurrency &&
      this.#lists.head(worker) === NONE
    );
  }

  #takesPinned(worker: WorkerIndex): boolean {
    const state = this.workers.state[worker];
    return state === READY || state === STARTING || state === EJECTED;
  }

  #isPresent(worker: WorkerIndex): boolean {
    const state = this.workers.state[worker];
    return state !== ABSENT && state !== LOST;
  }

  #wait(job: JobIndex, worker: WorkerIndex, atFront: boolean): void {
    const list = worker === -1 ? this.#sharedList : worker;
    this.#jobs.state[job] = WAITING;
    if (atFront) this.#lists.pushFront(list, job);
    else this.#lists.pushBack(list, job);
    if (worker !== -1) this.workers.outstanding[worker]++;
    this.#waiting++;
  }

  #unwait(job: JobIndex): void {
    const list = this.#lists.listOf(job);
    this.#lists.remove(job);
    if (list !== this.#sharedList) this.workers.outstanding[list]--;
    this.#waiting--;
  }

  #send(job: JobIndex, worker: WorkerIndex, nowMs: number): void {
    const jobs = this.#jobs;
    const table = this.workers;
    jobs.state[job] = RUNNING;
    jobs.worker[job] = worker;
    jobs.sentMs[job] = nowMs;
    jobs.attempts[job]++;
    if (jobs.pinned[job] !== -1) {
      this.#unpickedReason = 'Pinned: only {worker} may run this';
      this.#unpickedWorker = worker;
    }
    this.#lists.pushBack(this.#runningList + worker, job);
    table.changeRunning(worker, 1, nowMs);
    table.outstanding[worker]++;
    this.#running++;
    if (this.#pool.queueMode === 'shared' && table.running[worker] >= this.#pool.concurrency) {
      table.setEligible(worker, false);
    }
    this.#fleet.send(worker, job);
  }

  /** Takes a run off its worker's books. */
  #unlink(job: JobIndex, worker: WorkerIndex, nowMs: number): void {
    const table = this.workers;
    this.#lists.remove(job);
    table.changeRunning(worker, -1, nowMs);
    table.outstanding[worker]--;
    if (this.#jobs.state[job] === RUNNING) this.#running--;
    if (this.#pool.queueMode === 'shared') this.#updateEligible(worker);
  }

  /** A worker has room: gives it the oldest jobs that may run on it. */
  #pull(worker: WorkerIndex, nowMs: number): void {
    const table = this.workers;
    while (this.#waiting > 0) {
      const isFree = table.running[worker] < this.#pool.concurrency;
      if (!isFree && !this.#takesSmall(worker)) break;
      const job = this.#nextFor(worker);
      if (job === NONE || (!isFree && this.#jobs.small[job] === 0)) break;
      if (this.#lists.listOf(job) === this.#sharedList) {
        this.#unpickedReason = 'Shared queue: {worker} was the first to be free';
        this.#unpickedWorker = worker;
      }
      this.#unwait(job);
      this.#send(job, worker, nowMs);
    }
    if (table.state[worker] === DRAINING) this.#retireIfIdle(worker);
  }

  /**
   * Whether a small read may stand behind what the worker runs: small reads only, since nothing else was let in behind them.
   * Not where other workers could soon begin with it.
   */
  #takesSmall(worker: WorkerIndex): boolean {
    if (this.#pool.concurrency > 1 || this.workers.running[worker] >= SMALL_READS_MAX) return false;
    const oldest = this.#lists.head(this.#runningList + worker);
    return this.#jobs.small[oldest] === 1 && this.#waiting >= this.workers.countIn(READY);
  }

  #nextFor(worker: WorkerIndex): JobIndex {
    const own = this.#lists.head(worker);
    if (this.workers.state[worker] !== READY) return own;
    const jobs = this.#jobs;
    let shared = this.#lists.head(this.#sharedList);
    const others = this.workers.countIn(READY) > 1;
    while (shared !== NONE && others && jobs.avoid[shared] === worker) shared = this.#lists.after(shared);
    if (own === NONE || shared === NONE) return own === NONE ? shared : own;
    return jobs.submittedMs[shared] < jobs.submittedMs[own] ? shared : own;
  }

  #updateEligible(worker: WorkerIndex): void {
    const table = this.workers;
    const room = this.#pool.queueMode === 'per-worker' || table.running[worker] < this.#pool.concurrency;
    table.setEligible(worker, table.state[worker] === READY && room);
  }

  #grow(): void {
    this.#jobs.grow();
    this.#lists.grow(this.#jobs.capacity);
    this.#deadlines.grow(this.#jobs.capacity);
  }

  // ---- ends ----

  #settle(job: JobIndex, status: SettledStatus, worker: WorkerIndex, nowMs: number): void {
    const jobs = this.#jobs;
    if (this.#deadlines.size > 0) this.#deadlines.cancel(job);
    const elapsedMs = nowMs - jobs.submittedMs[job];
    const serviceMs = worker === -1 ? 0 : nowMs - jobs.sentMs[job];
    if (status === 'done') {
      this.#done++;
      this.#latencySumMs += elapsedMs;
    } else if (status === 'failed') this.#failed++;
    else if (status === 'deadline') this.#deadline++;
    else if (status === 'lost') this.#lost++;
    else this.#cancelled++;
    // The slot returns after the callback, so a job submitted from inside it gets another one. Of an abandoned job the slot
    // stays taken until its worker answers or is lost, which the callback itself may bring about.
    const stays = jobs.state[job] === ABANDONED;
    this.#onSettled(job, status, worker, jobs.attempts[job], elapsedMs - serviceMs, serviceMs);
    if (!stays) jobs.giveBack(job);
  }

  #giveUp(job: JobIndex, status: 'deadline' | 'cancelled'): boolean {
    const jobs = this.#jobs;
    const nowMs = this.#scheduler.nowMs();
    if (jobs.state[job] === WAITING) {
      this.#unwait(job);
      this.#settle(job, status, -1, nowMs);
      return true;
    }
    if (jobs.state[job] !== RUNNING) return false;
    jobs.state[job] = ABANDONED;
    this.#running--;
    this.#settle(job, status, jobs.worker[job], nowMs);
    return true;
  }

  #afterFailure(worker: WorkerIndex, job: JobIndex, nowMs: number): void {
    const table = this.workers;
    table.failures[worker]++;
    if (this.#picker.report) this.#picker.report(worker, true);
    if (this.#ejection.failed(worker, this.#balancer)) {
      this.#eject(worker, nowMs, `${this.#ejection.failuresInRow(worker)} failures in a row`);
    }
    const abandoned = this.#jobs.state[job] === ABANDONED;
    const again = !abandoned && this.#retry(job, worker, nowMs);
    this.#pull(worker, nowMs);
    if (abandoned) this.#jobs.giveBack(job);
    else if (!again) this.#settle(job, 'failed', worker, nowMs);
  }

  /** Sends a job that its worker failed to another one, ahead of those that wait; false when it may not be retried. */
  #retry(job: JobIndex, avoid: WorkerIndex, nowMs: number): boolean {
    const jobs = this.#jobs;
    if (jobs.retryable[job] === 0 || jobs.attempts[job] >= this.#pool.attemptsMax) return false;
    this.#retried++;
    jobs.avoid[job] = avoid;
    this.#place(job, avoid, nowMs, true);
    return true;
  }

  #place(job: JobIndex, avoid: WorkerIndex, nowMs: number, atFront: boolean): void {
    const target = this.#choose(avoid, nowMs);
    if (this.#canSendNow(target)) this.#send(job, target, nowMs);
    else this.#wait(job, target, atFront);
  }

  /** Jobs that wait at a worker which no longer takes them go elsewhere; pinned ones stay. */
  #moveWaiting(worker: WorkerIndex): void {
    const nowMs = this.#scheduler.nowMs();
    for (const job of this.#lists.nodes(worker)) {
      if (this.#jobs.pinned[job] !== -1) continue;
      this.#unwait(job);
      this.#place(job, -1, nowMs, false);
    }
  }

  #retireIfIdle(worker: WorkerIndex): void {
    const table = this.workers;
    if (table.state[worker] !== DRAINING || table.outstanding[worker] > 0) return;
    table.setState(worker, ABSENT);
    this.#fleet.drain(worker);
    this.#onWorkerChange(worker, 'absent', 'drained');
  }

  #lose(worker: WorkerIndex, reason: string): void {
    const table = this.workers;
    const nowMs = this.#scheduler.nowMs();
    table.setState(worker, LOST);
    table.setEligible(worker, false);
    const orphans: JobIndex[] = [];
    // Newest first: each retried job goes to the front of its queue, so the oldest ends up first.
    for (const job of this.#lists.nodes(this.#runningList + worker).reverse()) {
      this.#unlink(job, worker, nowMs);
      if (this.#jobs.state[job] === ABANDONED) this.#jobs.giveBack(job);
      else if (!this.#retry(job, -1, nowMs)) orphans.push(job);
    }
    this.#moveWaiting(worker);
    for (const job of this.#lists.nodes(worker)) {
      this.#unwait(job);
      orphans.push(job);
    }
    // Only now, with nothing left in the slot, may a callback start a new worker in it.
    this.#onWorkerChange(worker, 'lost', reason);
    for (const job of orphans) this.#settle(job, 'lost', this.#jobs.attempts[job] > 0 ? worker : -1, nowMs);
  }

  // ---- health and deadlines ----

  #eject(worker: WorkerIndex, nowMs: number, reason: string): void {
    const table = this.workers;
    const ejected = table.countIn(EJECTED);
    if (table.state[worker] !== READY) return;
    if (!this.#ejection.mayEject(ejected, ejected + table.countIn(READY), this.#balancer)) return;
    const lastsMs = this.#ejection.eject(worker, nowMs, this.#balancer);
    this.#ejections++;
    table.setState(worker, EJECTED);
    table.setEligible(worker, false);
    this.#moveWaiting(worker);
    this.#armHealth();
    this.#onWorkerChange(worker, 'ejected', `${reason}; set aside for ${Math.round(lastsMs)} ms`);
  }

  #checkHealth(): void {
    this.#healthArmed = false;
    const table = this.workers;
    const nowMs = this.#scheduler.nowMs();
    const timeoutMs = this.#pool.heartbeatTimeoutMs;
    // Rung far too late, the tab slept, and so did whoever asks for heartbeats: the workers' silence proves nothing.
    if (nowMs - this.#healthArmedMs > SLEPT_MS) table.heardMs.fill(nowMs);
    for (let worker = 0; worker < table.capacity; worker++) {
      const state = table.state[worker];
      if (state !== READY && state !== EJECTED) continue;
      // A busy worker runs SQLite and cannot answer: its deadline watches over it. Silence counts from its last word.
      const silentMs = timeoutMs === null || table.running[worker] > 0 ? 0 : nowMs - table.heardMs[worker];
      const isSilent = timeoutMs !== null && silentMs > timeoutMs;
      if (isSilent && silentMs > SILENCES_UNTIL_LOST * timeoutMs) {
        this.kill(worker, `no heartbeat for ${Math.round(silentMs)} ms`);
      } else if (state === READY) {
        if (isSilent) this.#eject(worker, nowMs, `no heartbeat for ${Math.round(silentMs)} ms`);
      } else if (!isSilent && nowMs >= this.#ejection.untilMs(worker)) {
        table.setState(worker, READY);
        this.#updateEligible(worker);
        this.#onWorkerChange(worker, 'ready', 'readmitted');
        this.#pull(worker, nowMs);
      }
    }
    this.#armHealth();
  }

  /** The health timer runs only while there is something to look after. */
  #armHealth(): void {
    const table = this.workers;
    const watching = this.#pool.heartbeatTimeoutMs !== null && table.countIn(READY) > 0;
    if (this.#healthArmed || (!watching && table.countIn(EJECTED) === 0)) return;
    this.#healthArmed = true;
    this.#healthArmedMs = this.#scheduler.nowMs();
    this.#scheduler.after(HEALTH_INTERVAL_MS, HEALTH_TIMER);
  }

  #expire(): void {
    this.#deadlineArmedMs = Infinity;
    const nowMs = this.#scheduler.nowMs();
    while (this.#deadlines.nextTime <= nowMs) this.#giveUp(this.#deadlines.pop(), 'deadline');
    this.#armDeadline(nowMs);
  }

  /** One timer for the earliest deadline. A timer that rings early, because its job was settled, costs a look and no more. */
  #armDeadline(nowMs: number): void {
    const nextMs = this.#deadlines.nextTime;
    if (nextMs >= this.#deadlineArmedMs) return;
    if (this.#deadlineArmedMs !== Infinity) this.#scheduler.cancel(DEADLINE_TIMER);
    this.#deadlineArmedMs = nextMs;
    this.#scheduler.after(Math.max(0, nextMs - nowMs), DEADLINE_TIMER);
  }
}

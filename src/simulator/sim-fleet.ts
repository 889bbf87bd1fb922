/**
 * Simulated workers behind the same port as real ones. Each worker has at most one pending event, the end of its start or of its
 * run, so the event queue holds one entry per worker however many requests wait.
 */
import { EventQueue } from '../core/event-queue.ts';
import type { Random } from '../core/ports.ts';
import type { Fleet, FleetHandlers, JobIndex, RunOutcome, WorkerIndex } from '../pool/fleet.ts';
import type { VirtualClock } from './clock.ts';

const GONE = 0;
const STARTING = 1;
const ALIVE = 2;
const NO_JOB = -1;
/** A failing worker fails fast: this share of the normal time. */
const FAILURE_TIME_SHARE = 0.1;

export class SimFleet implements Fleet {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #startDelayMs: number;
  readonly #events: EventQueue;
  readonly #phase: Uint8Array;
  readonly #job: Int32Array;
  readonly #sentMs: Float64Array;
  readonly #outcome: RunOutcome[];
  /** How many times as long a run takes; 1 is normal. */
  readonly #slowness: Float64Array;
  readonly #failShare: Float64Array;
  readonly #freeSlots: number[] = [];
  #serviceMs = new Float64Array(1024);
  #handlers: FleetHandlers | null = null;

  constructor(clock: VirtualClock, random: Random, workersMax: number, startDelayMs: number) {
    this.#clock = clock;
    this.#random = random;
    this.#startDelayMs = startDelayMs;
    this.#events = new EventQueue(workersMax);
    this.#phase = new Uint8Array(workersMax);
    this.#job = new Int32Array(workersMax).fill(NO_JOB);
    this.#sentMs = new Float64Array(workersMax);
    this.#outcome = new Array<RunOutcome>(workersMax).fill('ok');
    this.#slowness = new Float64Array(workersMax).fill(1);
    this.#failShare = new Float64Array(workersMax);
    for (let worker = workersMax - 1; worker >= 0; worker--) this.#freeSlots.push(worker);
  }

  attach(handlers: FleetHandlers): void {
    this.#handlers = handlers;
  }

  /** When the next worker ends what it does; Infinity when all are idle. */
  get nextEventMs(): number {
    return this.#events.nextTime;
  }

  /** How long the job will take once sent; to be told before it is submitted. */
  setService(job: JobIndex, serviceMs: number): void {
    if (job >= this.#serviceMs.length) {
      const grown = new Float64Array(2 * job);
      grown.set(this.#serviceMs);
      this.#serviceMs = grown;
    }
    this.#serviceMs[job] = serviceMs;
  }

  start(): WorkerIndex {
    const worker = this.#freeSlots.pop();
    if (worker === undefined) return -1;
    this.#phase[worker] = STARTING;
    this.#job[worker] = NO_JOB;
    this.#slowness[worker] = 1;
    this.#failShare[worker] = 0;
    this.#events.schedule(worker, this.#clock.nowMs + (this.#clock.nowMs === 0 ? 0 : this.#startDelayMs));
    return worker;
  }

  send(worker: WorkerIndex, job: JobIndex): void {
    let serviceMs = this.#serviceMs[job] * this.#slowness[worker];
    if (this.#failShare[worker] > 0 && this.#random.next() < this.#failShare[worker]) {
      this.#outcome[worker] = 'worker-failure';
      serviceMs *= FAILURE_TIME_SHARE;
    }
    this.#job[worker] = job;
    this.#sentMs[worker] = this.#clock.nowMs;
    this.#events.schedule(worker, this.#clock.nowMs + serviceMs);
  }

  drain(worker: WorkerIndex): void {
    this.#free(worker);
  }

  kill(worker: WorkerIndex): void {
    this.#free(worker);
  }

  /** Stops the run of a worker now, as SQLite's progress callback would; its end is the next event. */
  stopRun(worker: WorkerIndex): void {
    if (this.#job[worker] === NO_JOB) return;
    this.#events.cancel(worker);
    this.#outcome[worker] = 'query-error';
    this.#events.schedule(worker, this.#clock.nowMs);
  }

  /** A fault: the worker is gone with its run. */
  crash(worker: WorkerIndex): void {
    if (this.#phase[worker] === GONE) return;
    this.#free(worker);
    this.#handlers!.onLost(worker, 'it crashed');
  }

  /** A fault, or with 1 and 0 its end: runs from now on take `slowness` times as long and fail in `failShare` of the cases. */
  disturb(worker: WorkerIndex, slowness: number, failShare: number): void {
    this.#slowness[worker] = slowness;
    this.#failShare[worker] = failShare;
  }

  /** The worker of the next event; it is there when `nextEventMs` is finite. */
  get nextWorker(): WorkerIndex {
    return this.#events.nextId;
  }

  /** The job that a worker runs, or -1. */
  jobOf(worker: WorkerIndex): JobIndex {
    return this.#job[worker];
  }

  /** Lets the next event happen, at the clock's present time. */
  step(): void {
    const worker = this.#events.pop();
    if (this.#phase[worker] === STARTING) {
      this.#phase[worker] = ALIVE;
      this.#handlers!.onReady(worker);
      return;
    }
    const job = this.#job[worker];
    const outcome = this.#outcome[worker];
    this.#job[worker] = NO_JOB;
    if (outcome !== 'ok') this.#outcome[worker] = 'ok';
    this.#handlers!.onDone(worker, job, outcome, this.#clock.nowMs - this.#sentMs[worker]);
  }

  #free(worker: WorkerIndex): void {
    this.#events.cancel(worker);
    this.#phase[worker] = GONE;
    this.#job[worker] = NO_JOB;
    this.#outcome[worker] = 'ok';
    this.#freeSlots.push(worker);
  }
}

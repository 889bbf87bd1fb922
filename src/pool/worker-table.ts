/**
 * What the dispatcher knows about each worker, as columns indexed by worker: state, load and totals, and the set that pickers may choose from.
 * It is the pickers' `WorkerView` itself, so nothing is copied before a pick.
 */
import type { WorkerView } from '../balancer/worker-view.ts';

export const workerStates = ['absent', 'starting', 'ready', 'draining', 'ejected', 'lost'] as const;
export type WorkerState = (typeof workerStates)[number];

/** The states as numbers, in the order of `workerStates`. */
export const ABSENT = 0;
export const STARTING = 1;
export const READY = 2;
export const DRAINING = 3;
export const EJECTED = 4;
export const LOST = 5;

export class WorkerTable implements WorkerView {
  readonly capacity: number;
  readonly state: Uint8Array;
  readonly running: Int32Array;
  readonly outstanding: Int32Array;
  readonly weight: Int32Array;
  readonly eligible: Int32Array;
  readonly eligiblePosition: Int32Array;
  eligibleCount = 0;
  /** Jobs that a worker runs at the same time: what it holds beyond them waits there. */
  concurrency = 1;

  readonly done: Float64Array;
  readonly errors: Float64Array;
  readonly failures: Float64Array;
  readonly busyMs: Float64Array;
  readonly startedMs: Float64Array;
  readonly heardMs: Float64Array;
  /** Job-milliseconds run so far, up to `changedMs`. */
  readonly #occupied: Float64Array;
  readonly #changedMs: Float64Array;
  /** How many workers are in each state. */
  readonly #counts = new Int32Array(workerStates.length);

  constructor(capacity: number) {
    this.capacity = capacity;
    this.state = new Uint8Array(capacity);
    this.running = new Int32Array(capacity);
    this.outstanding = new Int32Array(capacity);
    this.weight = new Int32Array(capacity).fill(1);
    this.eligible = new Int32Array(capacity);
    this.eligiblePosition = new Int32Array(capacity).fill(-1);
    this.done = new Float64Array(capacity);
    this.errors = new Float64Array(capacity);
    this.failures = new Float64Array(capacity);
    this.busyMs = new Float64Array(capacity);
    this.startedMs = new Float64Array(capacity);
    this.heardMs = new Float64Array(capacity);
    this.#occupied = new Float64Array(capacity);
    this.#changedMs = new Float64Array(capacity);
    this.#counts[ABSENT] = capacity;
  }

  countIn(state: number): number {
    return this.#counts[state];
  }

  setState(worker: number, state: number): void {
    this.#counts[this.state[worker]]--;
    this.#counts[state]++;
    this.state[worker] = state;
  }

  /** A slot gets a new worker: its totals begin at nothing. */
  begin(worker: number, nowMs: number): void {
    this.setState(worker, STARTING);
    this.running[worker] = 0;
    this.outstanding[worker] = 0;
    this.done[worker] = 0;
    this.errors[worker] = 0;
    this.failures[worker] = 0;
    this.busyMs[worker] = 0;
    this.startedMs[worker] = nowMs;
    this.heardMs[worker] = nowMs;
    this.#occupied[worker] = 0;
    this.#changedMs[worker] = nowMs;
  }

  /** One job more (+1) or less (-1) runs on the worker from now on. */
  changeRunning(worker: number, change: number, nowMs: number): void {
    const running = this.running[worker];
    this.#occupied[worker] += Math.min(running, this.concurrency) * (nowMs - this.#changedMs[worker]);
    this.#changedMs[worker] = nowMs;
    this.running[worker] = running + change;
  }

  /** Job-milliseconds that the worker has run, the unfinished ones up to now included: utilization is its growth over time. */
  occupiedMs(worker: number, nowMs: number): number {
    const running = Math.min(this.running[worker], this.concurrency);
    return this.#occupied[worker] + running * (nowMs - this.#changedMs[worker]);
  }

  /** Adds the worker to the pickable set, or takes it out; doing so twice changes nothing. */
  setEligible(worker: number, eligible: boolean): void {
    const position = this.eligiblePosition[worker];
    if (eligible) {
      if (position !== -1) return;
      this.eligiblePosition[worker] = this.eligibleCount;
      this.eligible[this.eligibleCount++] = worker;
      return;
    }
    if (position === -1) return;
    const moved = this.eligible[--this.eligibleCount];
    this.eligible[position] = moved;
    this.eligiblePosition[moved] = position;
    this.eligiblePosition[worker] = -1;
  }
}

/**
 * The dispatcher's jobs as columns indexed by job, with a free list of slots: taking and returning a slot allocates nothing,
 * and the table doubles when it is full. Slots come back last in, first out, so the hot ones stay in the processor's cache.
 */
import { invariant } from '../core/errors.ts';

export const FREE = 0;
export const WAITING = 1;
export const RUNNING = 2;
/** Settled for the submitter (deadline, cancel), but a worker still runs it: the slot is not free yet. */
export const ABANDONED = 3;

export class JobTable {
  capacity: number;
  state: Uint8Array;
  retryable: Uint8Array;
  /** Reads that take next to no time. */
  small: Uint8Array;
  attempts: Uint8Array;
  /** The worker the job must run on, or -1. */
  pinned: Int32Array;
  /** The worker it runs on or last ran on, or -1. */
  worker: Int32Array;
  /** The worker that just failed it and should not get it again if another can, or -1. */
  avoid: Int32Array;
  submittedMs: Float64Array;
  sentMs: Float64Array;
  #free: Int32Array;
  #freeCount: number;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.state = new Uint8Array(capacity);
    this.retryable = new Uint8Array(capacity);
    this.small = new Uint8Array(capacity);
    this.attempts = new Uint8Array(capacity);
    this.pinned = new Int32Array(capacity);
    this.worker = new Int32Array(capacity);
    this.avoid = new Int32Array(capacity);
    this.submittedMs = new Float64Array(capacity);
    this.sentMs = new Float64Array(capacity);
    this.#free = new Int32Array(capacity);
    this.#freeCount = capacity;
    for (let slot = 0; slot < capacity; slot++) this.#free[slot] = capacity - 1 - slot;
  }

  get isFull(): boolean {
    return this.#freeCount === 0;
  }

  /** The slot that `take` gives out next; the table must not be full. */
  get next(): number {
    return this.#free[this.#freeCount - 1];
  }

  take(): number {
    invariant(this.#freeCount > 0, 'a full job table grows before a slot is taken');
    return this.#free[--this.#freeCount];
  }

  giveBack(job: number): void {
    this.state[job] = FREE;
    this.#free[this.#freeCount++] = job;
  }

  /** Doubles the table; called when it is full. */
  grow(): void {
    const before = this.capacity;
    const after = 2 * before;
    this.state = copied(new Uint8Array(after), this.state);
    this.retryable = copied(new Uint8Array(after), this.retryable);
    this.small = copied(new Uint8Array(after), this.small);
    this.attempts = copied(new Uint8Array(after), this.attempts);
    this.pinned = copied(new Int32Array(after), this.pinned);
    this.worker = copied(new Int32Array(after), this.worker);
    this.avoid = copied(new Int32Array(after), this.avoid);
    this.submittedMs = copied(new Float64Array(after), this.submittedMs);
    this.sentMs = copied(new Float64Array(after), this.sentMs);
    this.#free = copied(new Int32Array(after), this.#free);
    for (let slot = after - 1; slot >= before; slot--) this.#free[this.#freeCount++] = slot;
    this.capacity = after;
  }
}

function copied<Column extends Uint8Array | Int32Array | Float64Array>(to: Column, from: Column): Column {
  to.set(from);
  return to;
}

/**
 * Busy time over elapsed time in a sliding window, per worker and for the pool. Nothing is counted on the hot path: `sample` reads
 * the workers' running totals at a fixed pace and keeps the last few differences. A long query counts while it runs.
 */
import { DRAINING, EJECTED, READY, type WorkerTable } from './worker-table.ts';

export class Utilization {
  readonly #table: WorkerTable;
  readonly #slots: number;
  /** Per worker and slot: job-milliseconds run, and milliseconds it was there to run them. */
  readonly #busyMs: Float64Array;
  readonly #presentMs: Float64Array;
  readonly #totalBefore: Float64Array;
  readonly #startedBefore: Float64Array;
  #slot = 0;
  #sampledMs: number | null = null;

  /** `slots` samples make the window. */
  constructor(table: WorkerTable, slots: number) {
    this.#table = table;
    this.#slots = slots;
    this.#busyMs = new Float64Array(table.capacity * slots);
    this.#presentMs = new Float64Array(table.capacity * slots);
    this.#totalBefore = new Float64Array(table.capacity);
    this.#startedBefore = new Float64Array(table.capacity).fill(NaN);
  }

  /** Closes one slot of the window. The first call only sets the starting point. */
  sample(nowMs: number): void {
    const table = this.#table;
    const elapsedMs = this.#sampledMs === null ? 0 : nowMs - this.#sampledMs;
    this.#sampledMs = nowMs;
    this.#slot = (this.#slot + 1) % this.#slots;
    for (let worker = 0; worker < table.capacity; worker++) {
      const at = worker * this.#slots + this.#slot;
      const state = table.state[worker];
      const works = state === READY || state === DRAINING || state === EJECTED;
      const startedMs = table.startedMs[worker];
      if (this.#startedBefore[worker] !== startedMs) {
        // A new worker in this slot: nothing of the one before counts for it.
        this.#startedBefore[worker] = startedMs;
        this.#totalBefore[worker] = 0;
        const first = worker * this.#slots;
        this.#busyMs.fill(0, first, first + this.#slots);
        this.#presentMs.fill(0, first, first + this.#slots);
      }
      const total = works ? table.occupiedMs(worker, nowMs) : 0;
      this.#busyMs[at] = works ? total - this.#totalBefore[worker] : 0;
      this.#presentMs[at] = works ? elapsedMs : 0;
      this.#totalBefore[worker] = total;
    }
  }

  /** One worker's ratio, 0..1 (for one job at a time); null when it was not there. */
  ofWorker(worker: number, concurrency = 1): number | null {
    let busyMs = 0;
    let presentMs = 0;
    for (let at = worker * this.#slots; at < (worker + 1) * this.#slots; at++) {
      busyMs += this.#busyMs[at];
      presentMs += this.#presentMs[at];
    }
    return ratio(busyMs, presentMs * concurrency);
  }

  /** The ratio of all workers that take jobs now; null when there is none. */
  ofPool(concurrency = 1): number | null {
    let busyMs = 0;
    let presentMs = 0;
    for (let worker = 0; worker < this.#table.capacity; worker++) {
      const state = this.#table.state[worker];
      if (state !== READY && state !== EJECTED) continue;
      for (let at = worker * this.#slots; at < (worker + 1) * this.#slots; at++) {
        busyMs += this.#busyMs[at];
        presentMs += this.#presentMs[at];
      }
    }
    return ratio(busyMs, presentMs * concurrency);
  }
}

function ratio(busyMs: number, presentMs: number): number | null {
  // A worker that became ready inside a slot counts as there for the whole of it, hence never above 1 by that alone.
  return presentMs > 0 ? Math.min(1, busyMs / presentMs) : null;
}

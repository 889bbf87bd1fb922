/**
 * Outlier ejection by consecutive failures, after Envoy's outlier detection: a worker that fails several times in a row is set aside
 * for a time that grows with each ejection, and comes back by itself. An ejection forgets one of its predecessors for every
 * base time that the worker then works without failing. A bounded share of the pool is ejected at most.
 */
import type { BalancerSettings } from './settings.ts';

export class Ejection {
  readonly #failuresInRow: Int32Array;
  readonly #ejections: Int32Array;
  readonly #untilMs: Float64Array;

  constructor(workersMax: number) {
    this.#failuresInRow = new Int32Array(workersMax);
    this.#ejections = new Int32Array(workersMax);
    this.#untilMs = new Float64Array(workersMax);
  }

  /** Forgets everything about a slot that gets a new worker. */
  reset(worker: number): void {
    this.#failuresInRow[worker] = 0;
    this.#ejections[worker] = 0;
    this.#untilMs[worker] = 0;
  }

  succeeded(worker: number): void {
    this.#failuresInRow[worker] = 0;
  }

  /** Counts a failure; true when the worker has now failed too often in a row. */
  failed(worker: number, settings: BalancerSettings): boolean {
    return ++this.#failuresInRow[worker] >= settings.ejectAfterErrors;
  }

  failuresInRow(worker: number): number {
    return this.#failuresInRow[worker];
  }

  /** Whether one more of `present` workers may be ejected while `ejected` are already. */
  mayEject(ejected: number, present: number, settings: BalancerSettings): boolean {
    return ejected + 1 <= Math.floor(present * settings.maxEjectedShare);
  }

  /** Starts an ejection and returns how long it lasts. */
  eject(worker: number, nowMs: number, settings: BalancerSettings): number {
    const healthyMs = Math.max(0, nowMs - this.#untilMs[worker]);
    const forgotten = Math.floor(healthyMs / settings.ejectBaseMs);
    this.#ejections[worker] = Math.max(0, this.#ejections[worker] - forgotten) + 1;
    const lastsMs = Math.min(settings.ejectMaxMs, settings.ejectBaseMs * this.#ejections[worker]);
    this.#untilMs[worker] = nowMs + lastsMs;
    this.#failuresInRow[worker] = 0;
    return lastsMs;
  }

  /** When the running ejection ends. */
  untilMs(worker: number): number {
    return this.#untilMs[worker];
  }
}

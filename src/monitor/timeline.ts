/**
 * Time cut into seconds, numbered from the first sign of life. A second is *observed* when the thread was awake in it, so
 * that "no query came" (a true zero) can be told from "the tab slept" (nothing measured).
 */
import { MONITOR_LIMITS } from './settings.ts';

export const SECOND_MS = 1000;

/** A number per second for the newest `capacity` seconds. Slots carry the second that wrote them, so nothing needs clearing. */
export class SecondRing {
  readonly #values: Float64Array;
  readonly #seconds: Float64Array;

  constructor(capacity: number) {
    this.#values = new Float64Array(capacity);
    this.#seconds = new Float64Array(capacity).fill(-1);
  }

  set(second: number, value: number): void {
    const slot = second % this.#values.length;
    this.#seconds[slot] = second;
    this.#values[slot] = value;
  }

  add(second: number, amount: number): void {
    const slot = second % this.#values.length;
    if (this.#seconds[slot] === second) this.#values[slot] = this.#values[slot] + amount;
    else this.set(second, amount);
  }

  /** NaN when nothing was written for that second, or when it is too long ago. */
  at(second: number): number {
    if (second < 0) return NaN;
    const slot = second % this.#values.length;
    return this.#seconds[slot] === second ? this.#values[slot] : NaN;
  }
}

export class Timeline {
  readonly capacity: number;
  readonly #observed: SecondRing;
  #startMs: number | null = null;
  #lastMs = 0;
  #now = -1;

  /** `capacity`: complete seconds that are remembered. */
  constructor(capacity: number = MONITOR_LIMITS.historySeconds) {
    this.capacity = capacity;
    this.#observed = new SecondRing(capacity + 1);
  }

  /** A sign of life. Returns the number of the second that `nowMs` lies in; time never runs backwards here. */
  advance(nowMs: number): number {
    if (this.#startMs === null) {
      this.#startMs = nowMs;
      this.#lastMs = nowMs;
    }
    const second = Math.max(this.#now, Math.floor((nowMs - this.#startMs) / SECOND_MS));
    if (second !== this.#now) {
      const awake = nowMs - this.#lastMs <= MONITOR_LIMITS.sleepMs;
      for (let skipped = this.#now + 1; awake && skipped < second; skipped++) this.#observed.set(skipped, 1);
      this.#observed.set(second, 1);
      this.#now = second;
    }
    if (nowMs > this.#lastMs) this.#lastMs = nowMs;
    return second;
  }

  /** The second that is still open; -1 before the first sign of life. */
  get openSecond(): number {
    return this.#now;
  }

  /** The oldest second that is still remembered. */
  get oldestSecond(): number {
    return Math.max(0, this.#now - this.capacity);
  }

  observed(second: number): boolean {
    return this.#observed.at(second) === 1;
  }

  /** Where a second begins on the clock that `advance` is given. */
  startOf(second: number): number {
    return (this.#startMs ?? 0) + second * SECOND_MS;
  }
}

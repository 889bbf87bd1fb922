/** Virtual time: a number that the simulation moves forward, and timers that ring when it gets there. */
import { EventQueue } from '../core/event-queue.ts';
import { invariant } from '../core/errors.ts';
import type { Scheduler } from '../core/ports.ts';

const OWNERS_MAX = 8;
const HANDLES_MAX = 64;

export class VirtualClock {
  nowMs = 0;
  readonly #timers = new EventQueue(OWNERS_MAX * HANDLES_MAX);
  readonly #owners: ((handle: number) => void)[] = [];

  /** When the next timer rings; Infinity without one. */
  get nextTimerMs(): number {
    return this.#timers.nextTime;
  }

  /** A scheduler for one owner, with handles 0..63 of its own. */
  scheduler(onTimer: (handle: number) => void): Scheduler {
    const owner = this.#owners.length;
    invariant(owner < OWNERS_MAX, `at most ${OWNERS_MAX} owners of timers`);
    this.#owners.push(onTimer);
    const idOf = (handle: number): number => {
      invariant(handle >= 0 && handle < HANDLES_MAX, `timer handles are below ${HANDLES_MAX}`);
      return owner * HANDLES_MAX + handle;
    };
    return {
      nowMs: () => this.nowMs,
      after: (delayMs, handle) => this.#timers.schedule(idOf(handle), this.nowMs + delayMs),
      cancel: (handle) => this.#timers.cancel(idOf(handle)),
    };
  }

  /** Rings the next timer, at its time, and returns its id. */
  ring(): number {
    this.nowMs = this.#timers.nextTime;
    const id = this.#timers.pop();
    this.#owners[Math.floor(id / HANDLES_MAX)](id % HANDLES_MAX);
    return id;
  }
}

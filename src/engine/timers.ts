/** Several timers of one owner behind a scheduler, each with its own handle and what it does. */
import type { Scheduler } from '../core/ports.ts';

type CreateScheduler = (onTimer: (handle: number) => void) => Scheduler;

/** The same, with one switch for all schedulers that it made: `stopAll` disarms everything, and nothing rings any more. */
export function stoppable(createScheduler: CreateScheduler): { createScheduler: CreateScheduler; stopAll(): void } {
  let stopped = false;
  const disarms: (() => void)[] = [];
  return {
    createScheduler: (onTimer) => {
      const armed = new Set<number>();
      const scheduler = createScheduler((handle) => {
        armed.delete(handle);
        if (!stopped) onTimer(handle);
      });
      disarms.push(() => {
        for (const handle of armed) scheduler.cancel(handle);
        armed.clear();
      });
      return {
        nowMs: () => scheduler.nowMs(),
        after: (delayMs, handle) => {
          if (stopped) return;
          armed.add(handle);
          scheduler.after(delayMs, handle);
        },
        cancel: (handle) => {
          armed.delete(handle);
          scheduler.cancel(handle);
        },
      };
    },
    stopAll: () => {
      stopped = true;
      for (const disarm of disarms) disarm();
    },
  };
}

export class Timers {
  readonly #scheduler: Scheduler;
  readonly #actions = new Map<number, () => void>();
  #nextHandle = 1;

  constructor(createScheduler: (onTimer: (handle: number) => void) => Scheduler) {
    this.#scheduler = createScheduler((handle) => {
      const action = this.#actions.get(handle);
      action?.();
    });
  }

  /** A timer that does one thing whenever it is armed and runs out. */
  define(action: () => void): { arm(delayMs: number): void; cancel(): void } {
    const handle = this.#nextHandle++;
    this.#actions.set(handle, action);
    return {
      arm: (delayMs) => this.#scheduler.after(delayMs, handle),
      cancel: () => this.#scheduler.cancel(handle),
    };
  }

  /** Calls at a fixed pace until the returned function is called. */
  every(intervalMs: number, action: () => void): () => void {
    const timer = this.define(() => {
      timer.arm(intervalMs);
      action();
    });
    timer.arm(intervalMs);
    return timer.cancel;
  }

  /** Does one thing once, unless the returned function is called before. */
  once(delayMs: number, action: () => void): () => void {
    const handle = this.#nextHandle++;
    this.#actions.set(handle, () => {
      this.#actions.delete(handle);
      action();
    });
    this.#scheduler.after(delayMs, handle);
    return () => {
      this.#actions.delete(handle);
      this.#scheduler.cancel(handle);
    };
  }

  delay(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const handle = this.#nextHandle++;
      this.#actions.set(handle, () => {
        this.#actions.delete(handle);
        resolve();
      });
      this.#scheduler.after(delayMs, handle);
    });
  }
}

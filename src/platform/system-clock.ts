/** Real time behind the `Scheduler` port: one JavaScript timer per armed handle. */
import type { Scheduler } from '../core/ports.ts';

/** A scheduler that calls `onTimer(handle)` when a handle is due. Re-arming a handle replaces its earlier timer. */
export function createSystemScheduler(onTimer: (handle: number) => void): Scheduler {
  const armed = new Map<number, ReturnType<typeof setTimeout>>();
  return {
    nowMs: () => performance.now(),
    after: (delayMs, handle) => {
      clearTimeout(armed.get(handle));
      armed.set(
        handle,
        setTimeout(() => {
          armed.delete(handle);
          onTimer(handle);
        }, delayMs),
      );
    },
    cancel: (handle) => {
      clearTimeout(armed.get(handle));
      armed.delete(handle);
    },
  };
}

export const systemClock = { nowMs: (): number => performance.now(), wallMs: (): number => Date.now() };

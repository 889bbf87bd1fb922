/**
 * A trap of WebAssembly (memory out of bounds, `unreachable`, an overflown stack, an abort) leaves SQLite's memory as it was at
 * that instant: locks held, structs half changed. What such a worker says from then on may be wrong, so it says only this.
 */
import { AppError } from '../../core/errors.ts';
import type { CallContext } from '../../core/rpc.ts';

/** The code by which a fleet knows that this worker is to be ended. */
export const WORKER_BROKEN = 'worker-broken';

/** Whether an error means that SQLite's memory cannot be trusted any more. */
export function isTrap(error: unknown): boolean {
  if (error instanceof WebAssembly.RuntimeError) return true;
  // A stack that overflows below WebAssembly is told as one of JavaScript's.
  return error instanceof Error && /maximum call stack|too much recursion|^Aborted\(/i.test(error.message);
}

type Handler = (argument: unknown, context: CallContext) => unknown;

/** The same handlers; from the first trap on all of them answer with the error `worker-broken`. */
export function endingAtTraps<Handlers extends object>(handlers: Handlers): Handlers {
  let broken: AppError | null = null;
  const judged = (error: unknown): unknown => {
    if (isTrap(error)) {
      const what = error instanceof Error ? error.message : String(error);
      broken ??= new AppError(WORKER_BROKEN, `SQLite broke down in the middle of its work (${what}).`);
    }
    return broken ?? error;
  };
  const rejected = (error: unknown): never => {
    throw judged(error);
  };
  const guarded = (handler: Handler): Handler => {
    return (argument, context) => {
      if (broken) throw broken;
      try {
        const result = handler(argument, context);
        return result instanceof Promise ? result.catch(rejected) : result;
      } catch (error) {
        return rejected(error);
      }
    };
  };
  const all = Object.entries(handlers).map(([name, handler]) => [name, guarded(handler as Handler)]);
  return Object.fromEntries(all) as Handlers;
}

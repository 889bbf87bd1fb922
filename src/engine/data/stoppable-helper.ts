/** A worker outside the pool whose work can always be stopped: what does not heed a cancel ends with its worker. */
import { AppError, toWireError } from '../../core/errors.ts';
import type { CancelSignal } from '../../core/rpc.ts';
import { WORKER_BROKEN } from '../../database/sqlite/broken.ts';
import type { DatabaseWorker } from './database-worker.ts';
import type { Engine } from '../engine.ts';

export interface StoppableHelper {
  signal: CancelSignal | null;
  /** After a cancel the work has this long to end by itself. */
  graceMs: number;
  /** What whoever waits is told when its worker had to be ended. */
  cancelled(): AppError;
}

/** A worker whose memory was full, or that broke down, is of no use to a replica: it is ended too. */
export function withStoppableHelper<Reply>(
  { fleet, timers }: Engine,
  { signal, graceMs, cancelled }: StoppableHelper,
  use: (worker: DatabaseWorker) => Promise<Reply>,
): Promise<Reply> {
  return fleet.withHelper(async (worker) => {
    let isDone = false;
    signal?.onCancel(() => {
      void timers.delay(graceMs).then(() => {
        if (!isDone) fleet.endHelper(worker, cancelled());
      });
    });
    try {
      return await use(worker);
    } catch (error) {
      const { code, message } = toWireError(error);
      if (code === 'memory' || code === WORKER_BROKEN) fleet.endHelper(worker, new AppError(code, message));
      throw error;
    } finally {
      isDone = true;
    }
  });
}

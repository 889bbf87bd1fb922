/** Advice on a workload from the optimizer's worker; when the schema changes meanwhile it is withdrawn and begun again. */
import { AppError, toWireError } from '../../core/errors.ts';
import type { CancelSignal } from '../../core/rpc.ts';
import type { AdviceProgress, AdviceRequest, WorkloadAdvice } from '../../optimizer/protocol.ts';
import type { OptimizerWorker } from './optimizer-worker.ts';

const ATTEMPTS_MAX = 3;

export interface AdviceOptions {
  onProgress?: (progress: AdviceProgress) => void;
  signal?: CancelSignal | null;
}

/** One piece of advice under way. */
export interface AdviceRun {
  advice: Promise<WorkloadAdvice>;
  /** The schema has changed: what was found out is worth nothing. */
  withdraw(): void;
}

/** Errors: `cancelled`, `schema-changed` when it changes again and again, and those of the advisor. */
export function adviseAnew(worker: OptimizerWorker, request: AdviceRequest, options: AdviceOptions): AdviceRun {
  const { onProgress = () => {}, signal = null } = options;
  let isWithdrawn = false;
  let stop = (): void => {};
  signal?.onCancel(() => stop());
  const ask = async (): Promise<WorkloadAdvice> => {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      isWithdrawn = false;
      const job = worker.newJob();
      let cancel = (): void => {};
      stop = () => {
        worker.stop(job);
        cancel();
      };
      try {
        const advice = await worker.ask((api) => {
          if (signal?.cancelled) throw new AppError('cancelled', 'The advice was stopped.');
          return api.adviseWorkload(
            { ...request, cancelValue: job },
            {
              onProgress: (told) => {
                worker.heard();
                onProgress(told as AdviceProgress);
              },
              cancelWith: (given) => (cancel = given),
            },
          );
        });
        if (!isWithdrawn) return advice;
      } catch (error) {
        if (!isWithdrawn || signal?.cancelled || toWireError(error).code !== 'cancelled') throw error;
      }
      onProgress({ stage: 'reading', fraction: 0, told: 'The schema has changed: beginning again' });
    }
    throw new AppError(
      'schema-changed',
      'The schema changed each time before the advice was ready. Ask again when it stays as it is.',
    );
  };
  return {
    advice: ask(),
    withdraw: () => {
      isWithdrawn = true;
      stop();
    },
  };
}

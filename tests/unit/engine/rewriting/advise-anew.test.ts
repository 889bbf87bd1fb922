import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/errors.ts';
import { adviseAnew } from '../../../../src/engine/rewriting/advise-anew.ts';
import type { OptimizerWorker } from '../../../../src/engine/rewriting/optimizer-worker.ts';
import type { WorkloadAdvice } from '../../../../src/optimizer/protocol.ts';

/** A worker whose n-th advice is `advice n`, given when `advise` is called; one that is stopped ends as cancelled. */
function workerByHand() {
  const asked: { give(): void; refuse(error: AppError): void }[] = [];
  const api = {
    adviseWorkload: (_request: unknown, { cancelWith }: { cancelWith(cancel: () => void): void }) => {
      const number = asked.length + 1;
      return new Promise<WorkloadAdvice>((resolve, reject) => {
        asked.push({ give: () => resolve(`advice ${number}` as unknown as WorkloadAdvice), refuse: reject });
        cancelWith(() => reject(new AppError('cancelled', 'Stopped.')));
      });
    },
  };
  const worker = {
    newJob: () => asked.length,
    stop: () => {},
    heard: () => {},
    ask: async <Result>(use: (given: typeof api) => Promise<Result>) => use(api),
  };
  return { asked, worker: worker as unknown as OptimizerWorker };
}

const REQUEST = { statements: [], withRewrites: false, budgetMs: 1 } as never;

describe('advice on a workload', () => {
  it('is that of the first asking where nothing changes', async () => {
    const { asked, worker } = workerByHand();
    const told: string[] = [];
    const run = adviseAnew(worker, REQUEST, { onProgress: (progress) => told.push(progress.told) });
    asked[0].give();
    expect(await run.advice).toBe('advice 1');
    expect(told).toEqual([]);
  });

  it('is withdrawn and begun again when the schema changes, and says so', async () => {
    const { asked, worker } = workerByHand();
    let begun = (): void => {};
    const again = new Promise<void>((resolve) => (begun = resolve));
    const told: string[] = [];
    const onProgress = (progress: { told: string }): void => {
      told.push(progress.told);
      begun();
    };
    const run = adviseAnew(worker, REQUEST, { onProgress });
    run.withdraw();
    await again;
    await Promise.resolve();
    expect(told).toEqual(['The schema has changed: beginning again']);
    asked[1].give();
    expect(await run.advice).toBe('advice 2');
  });

  it('is given up when the schema changes each time', async () => {
    const { asked, worker } = workerByHand();
    const run = adviseAnew(worker, REQUEST, { onProgress: () => queueMicrotask(() => run.withdraw()) });
    run.withdraw();
    await expect(run.advice).rejects.toMatchObject({ code: 'schema-changed' });
    expect(asked).toHaveLength(3);
  });

  it('fails with what failed in the worker', async () => {
    const { asked, worker } = workerByHand();
    const run = adviseAnew(worker, REQUEST, {});
    asked[0].refuse(new AppError('memory', 'No room.'));
    await expect(run.advice).rejects.toMatchObject({ code: 'memory' });
  });
});

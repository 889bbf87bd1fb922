import { expect, it } from 'vitest';
import { WarmWorkers } from '../../../../src/engine/data/warm-workers.ts';

function workers() {
  const made: { gone: boolean; ended: number; handle: { terminate(): void } }[] = [];
  const warm = new WarmWorkers(() => {
    const worker = { gone: false, ended: 0, handle: { terminate: () => void worker.ended++ } };
    made.push(worker);
    return Promise.resolve(worker);
  });
  return { made, warm };
}

it('keeps its spare when a helper dies', async () => {
  const { made, warm } = workers();
  warm.keepSpare();
  await warm.lend((helper) => {
    warm.warmOne();
    helper.gone = true;
    return Promise.resolve();
  });
  expect(made).toHaveLength(2);
  expect(await warm.take()).toBe(made[1]);
});

it('hands out no spare that has died, and takes a helper back as the spare', async () => {
  const { made, warm } = workers();
  await warm.lend(() => Promise.resolve());
  expect(made[0]?.ended).toBe(0);
  made[0].gone = true;
  expect(await warm.take()).toBe(made[1]);
});

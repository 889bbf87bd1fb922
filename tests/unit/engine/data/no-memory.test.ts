/** What is written over is kept for undo, in memory that there may not be: then nothing is written, and all go on alike. */
import { afterEach, expect, it, vi } from 'vitest';
import { rowsOf } from '../../../../src/database/rows/columns.ts';
import { openLab, type Lab } from '../../../../bench/lab.ts';

let opened: Lab;
afterEach(() => opened.stop());

async function twoWorkers(): Promise<void> {
  opened = await openLab({ change: { scaler: { minWorkers: 2, maxWorkers: 2 } } });
  await workersReady();
  await opened.call.execute({ sql: 'CREATE TABLE mine (a); INSERT INTO mine VALUES (1)' });
}

async function workersReady(): Promise<void> {
  for (;;) {
    const { scalingStatus } = await opened.call.getPerformanceSummary({});
    if (scalingStatus.ready === 2 && opened.engine.fleet.primary?.report) return;
  }
}

/** The next before-images have no room. */
function fillMemory(): void {
  vi.spyOn(opened.engine.plane.points, 'note').mockImplementationOnce(() => {
    throw new RangeError('Array buffer allocation failed');
  });
}

/** Rows of the table, and how many different contents the workers and the log have. */
async function state(): Promise<[unknown[][], number]> {
  await workersReady();
  const { outcomes } = await opened.call.execute({ sql: 'SELECT a FROM mine', cache: false });
  const digests = await Promise.all(opened.engine.fleet.workers.map(({ calls }) => calls.call.digest({})));
  return [
    rowsOf(outcomes[0].result!),
    new Set(digests.map(({ checksum, version }) => `${checksum} ${JSON.stringify(version)}`)).size,
  ];
}

it('a write is told not to be written, and is on no worker', async () => {
  await twoWorkers();
  const points = opened.engine.plane.points.points.length;
  fillMemory();
  const { error } = await opened.call.execute({ sql: 'INSERT INTO mine VALUES (2)' });
  expect(error).toMatchObject({
    code: 'memory',
    message: expect.stringMatching(/not enough memory.*nothing.*written/),
  });
  expect(opened.engine.plane.points.points.length).toBe(points);
  expect(await state()).toEqual([[[1]], 1]);
  await opened.call.execute({ sql: 'INSERT INTO mine VALUES (3)' });
  expect(await state()).toEqual([[[1], [3]], 1]);
});

it('the way back is not gone, and writes go on', async () => {
  await twoWorkers();
  const { undo } = await opened.call.execute({ sql: 'INSERT INTO mine VALUES (2)' });
  const { historyId } = opened.engine.plane.version;
  fillMemory();
  await expect(opened.call.restorePoint({ id: undo!.id })).rejects.toThrow('allocation failed');
  expect(opened.engine.plane.version.historyId).toBe(historyId);
  expect((await opened.call.execute({ sql: 'INSERT INTO mine VALUES (3)' })).error).toBeNull();
  expect(await state()).toEqual([[[1], [2], [3]], 1]);
  await opened.call.restorePoint({ id: undo!.id });
  expect(await state()).toEqual([[[1]], 1]);
});

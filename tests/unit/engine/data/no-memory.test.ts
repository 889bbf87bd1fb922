/** What is written over is kept for undo, in memory that there may not be: then nothing is written, and all go on alike. */
import { afterEach, expect, it, vi } from 'vitest';
import { DataPlane } from '../../../../src/engine/data/data-plane.ts';
import { rowsOf } from '../../../../src/database/rows/columns.ts';
import { openLab, type Lab } from '../../../../bench/lab.ts';

let opened: Lab;
afterEach(() => {
  vi.unstubAllGlobals();
  opened.stop();
});

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

it('another database is not open, in words, and writes to the one before go on', async () => {
  await twoWorkers();
  const bytes = opened.engine.plane.file();
  // As where threads share memory and there is none left.
  const plane = new DataPlane({ newId: () => 'id', shared: true });
  plane.open(bytes, 4096);
  const { epoch, version } = plane;
  vi.stubGlobal('SharedArrayBuffer', function refused() {
    throw new RangeError('Array buffer allocation failed');
  });
  expect(() => plane.open(bytes, 4096)).toThrow('allocation failed');
  vi.unstubAllGlobals();
  expect([plane.epoch, plane.version]).toEqual([epoch, version]);

  vi.spyOn(opened.engine.plane, 'open').mockImplementationOnce(() => plane.open(new Uint8Array(2 ** 53), 4096));
  await expect(opened.call.openFile({ name: 'large.sqlite', bytes })).rejects.toMatchObject({
    code: 'memory',
    message: expect.stringMatching(/^large.sqlite needs more memory.*still open/),
  });
  expect((await opened.call.execute({ sql: 'INSERT INTO mine VALUES (2)' })).error).toBeNull();
  expect(await state()).toEqual([[[1], [2]], 1]);
});

import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { rowsOf } from '../../../src/database/columns.ts';
import { openLab, type Lab, type LabOptions } from '../../../bench/lab.ts';

const labs: Lab[] = [];
async function lab(options?: LabOptions): Promise<Lab> {
  const opened = await openLab(options);
  labs.push(opened);
  return opened;
}
afterEach(() => {
  for (const opened of labs.splice(0)) opened.stop();
});

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** From now on no worker can be started. */
function startNone({ engine }: Lab): void {
  engine.fleet.start = () => -1;
}

describe('without a primary', () => {
  it('a write that never ran on the lost one runs on the next; the one that did is told of', async () => {
    const opened = await lab({ change: { scaler: { minWorkers: 2, maxWorkers: 2 } } });
    while ((await opened.call.getPerformanceSummary({})).scalingStatus.ready < 2) await soon();
    await opened.call.execute({ sql: 'CREATE TABLE mine (a)' });
    const { primary } = opened.engine.fleet;
    // Its answer to the first write never comes.
    Object.assign(primary!.calls, {
      call: new Proxy(primary!.calls.call, {
        get: (target, name) =>
          (name === 'unit'
            ? () => new Promise((_resolve, reject) => (lose = () => reject(new AppError('worker-lost', 'gone'))))
            : Reflect.get(target, name)) as unknown,
      }),
    });
    let lose = (): void => {};
    const first = opened.engine.run({ sql: 'INSERT INTO mine SELECT 1' }, null);
    const second = opened.engine.run({ sql: 'INSERT INTO mine SELECT 2' }, null);
    while (opened.engine.dispatcher.waitingAt(primary!.index) === 0) await soon();
    await opened.call.killWorker({ name: primary!.name });
    lose();
    const ends = await Promise.all([first, second]);
    const codes = ends.map(({ error }) => error?.cause.code ?? 'written');
    expect(codes.sort()).toEqual(['worker-lost', 'written']);
    const { outcomes } = await opened.call.execute({ sql: 'SELECT count(*) FROM mine' });
    expect(rowsOf(outcomes[0].result!)).toEqual([[1]]);
  });

  it('a write that waits for one can be cancelled', async () => {
    const opened = await lab();
    await opened.call.execute({ sql: 'CREATE TABLE mine (a)' });
    startNone(opened);
    await opened.call.killWorker({ name: opened.engine.fleet.primary!.name });
    let cancel = (): void => {};
    const write = opened.call.execute({ sql: 'CREATE TABLE mine (a)' }, { cancelWith: (stop) => (cancel = stop) });
    await soon();
    cancel();
    expect((await write).error).toMatchObject({ code: 'cancelled' });
  });

  it('and none to come, everything that waits or is asked later is told why', async () => {
    const opened = await lab();
    const write = 'CREATE TABLE mine (a)';
    await opened.call.execute({ sql: write });
    startNone(opened);
    await opened.call.killWorker({ name: opened.engine.fleet.primary!.name });
    const waiting = [write, 'SELECT 1'].map((sql) => opened.call.execute({ sql }));
    await soon();
    await soon();
    opened.engine.runner.primaryFailed(new AppError('no-worker', 'No worker can be had.'));
    const later = [write, 'SELECT 1'].map((sql) => opened.call.execute({ sql }));
    const ends = await Promise.all([...waiting, ...later]);
    expect(ends.map(({ error }) => error?.code)).toEqual(['no-worker', 'no-worker', 'no-worker', 'no-worker']);
  });

  it('a replica that was still attaching when it was lost takes over', async () => {
    const opened = await lab({ change: { scaler: { maxWorkers: 2 } } });
    await opened.call.execute({ sql: 'CREATE TABLE mine (a)' });
    opened.engine.scaling.setWorkers(2);
    startNone(opened);
    while (opened.engine.fleet.workers.length < 2) await soon();
    const heir = opened.engine.fleet.workers[1];
    expect(heir.report).toBeNull();
    opened.engine.dispatcher.kill(opened.engine.fleet.primary!.index, 'ended by hand');
    const { error } = await opened.call.execute({ sql: 'INSERT INTO mine VALUES (1)' });
    expect(error).toBeNull();
    expect(opened.engine.fleet.primary).toBe(heir);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { rowsOf } from '../../../src/database/rows/columns.ts';
import type { DatabaseWorker } from '../../../src/engine/data/database-worker.ts';
import { runRequest } from '../database/support.ts';
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

describe('a primary that dies', () => {
  async function two(): Promise<Lab> {
    const opened = await lab({ change: { scaler: { minWorkers: 2, maxWorkers: 2 } } });
    while ((await opened.call.getPerformanceSummary({})).scalingStatus.ready < 2) await soon();
    await opened.call.execute({ sql: 'CREATE TABLE mine (a)' });
    return opened;
  }

  it('with its record just in the log has written, and that is what is told', async () => {
    const opened = await two();
    const { fleet, dispatcher } = opened.engine;
    opened.wire.listener = (moment, { method }) => {
      // The record is on its way to the replica, and the job not yet settled.
      if (moment === 'asked' && method === 'apply') dispatcher.kill(fleet.primary!.index, 'ended by hand');
      return false;
    };
    const { error, outcomes } = await opened.call.execute({ sql: 'INSERT INTO mine VALUES (1)' });
    expect(error).toBeNull();
    expect(outcomes[0].work.rowsChanged).toBe(1);
    opened.wire.listener = () => false;
    const { outcomes: read } = await opened.call.execute({ sql: 'SELECT count(*) FROM mine' });
    expect(rowsOf(read[0].result!)).toEqual([[1]]);
  });

  it('with its answer posted but not read has written nothing', async () => {
    const opened = await two();
    const { fleet, dispatcher } = opened.engine;
    opened.wire.listener = (moment, { method }) => {
      if (moment === 'asked' || method !== 'unit') return false;
      dispatcher.kill(fleet.primary!.index, 'ended by hand');
      return true;
    };
    const { error } = await opened.call.execute({ sql: 'INSERT INTO mine VALUES (1)' });
    expect(error).toMatchObject({ code: 'worker-lost', message: expect.stringContaining('nothing was written') });
    opened.wire.listener = () => false;
    const { outcomes: read } = await opened.call.execute({ sql: 'SELECT count(*) FROM mine' });
    expect(rowsOf(read[0].result!)).toEqual([[0]]);
  });

  it('takes a PRAGMA auto_vacuum that waits for its VACUUM with it, and the next unit is told, once', async () => {
    const opened = await two();
    const end = () => opened.call.killWorker({ name: opened.engine.fleet.primary!.name });
    await opened.call.execute({ sql: 'PRAGMA auto_vacuum = FULL' });
    await end();
    const { notes } = await opened.call.execute({ sql: 'INSERT INTO mine VALUES (1)' });
    expect(notes).toEqual([expect.stringContaining('PRAGMA auto_vacuum = FULL still waited for a VACUUM')]);
    // Nothing waits: it is as it was asked to be already, or has had its VACUUM.
    for (const sql of ['PRAGMA auto_vacuum = 0', 'PRAGMA auto_vacuum = 2; VACUUM']) {
      await opened.call.execute({ sql });
      await end();
      expect((await opened.call.execute({ sql: 'INSERT INTO mine VALUES (1)' })).notes).toEqual([]);
    }
  });

  it('takes temporary objects with it, and the next unit is told, once', async () => {
    const opened = await two();
    await opened.call.execute({ sql: 'CREATE TEMP TABLE draft (a); INSERT INTO draft VALUES (1)' });
    await opened.call.killWorker({ name: opened.engine.fleet.primary!.name });
    const events = opened.engine.monitoring.events.latest().map(({ message }) => message);
    expect(events).toContainEqual(expect.stringContaining('Gone with the former one: draft (temporary)'));
    const { error, notes } = await opened.call.execute({ sql: 'SELECT * FROM draft' });
    expect(error?.message).toContain('no such table: draft');
    expect(notes).toEqual([expect.stringContaining('draft (temporary) went with it')]);
    expect((await opened.call.execute({ sql: 'DELETE FROM mine' })).notes).toEqual([]);
  });

  it('leaves a note where somebody asks for what it alone remembered', async () => {
    const opened = await two();
    await opened.call.execute({ sql: 'INSERT INTO mine VALUES (1)' });
    await opened.call.killWorker({ name: opened.engine.fleet.primary!.name });
    const { outcomes, notes } = await opened.call.execute({ sql: 'SELECT last_insert_rowid()' });
    expect(rowsOf(outcomes[0].result!)).toEqual([[0]]);
    expect(notes).toEqual([expect.stringContaining('last_insert_rowid()')]);
  });
});

describe('a replica that misses a record', () => {
  const count = async ({ call }: Lab): Promise<unknown> => {
    const { outcomes } = await call.execute({ sql: 'SELECT count(*) FROM mine', cache: false });
    return rowsOf(outcomes[0].result!)[0][0];
  };
  const write = ({ call }: Lab) => call.execute({ sql: 'INSERT INTO mine VALUES (1)' });

  /** Two replicas beside the primary, and the first of them. */
  async function three(): Promise<{ opened: Lab; replica: DatabaseWorker }> {
    const opened = await lab({ change: { scaler: { minWorkers: 3, maxWorkers: 3 } } });
    while ((await opened.call.getPerformanceSummary({})).scalingStatus.ready < 3) await soon();
    await opened.call.execute({ sql: 'CREATE TABLE mine (a)' });
    const { workers, primary } = opened.engine.fleet;
    return { opened, replica: workers.find((worker) => worker !== primary)! };
  }

  /** The next `apply` to this worker is lost on its way. */
  function loseNext({ handle: { port } }: DatabaseWorker): void {
    const post = port.postMessage;
    port.postMessage = (message, transfer) => {
      const said = Array.isArray(message) ? (message as { method?: string }[]) : [message as { method?: string }];
      const lost = said.find(({ method }) => method === 'apply');
      if (lost) port.postMessage = post;
      const rest = said.filter((one) => one !== lost);
      if (rest.length > 0) post(Array.isArray(message) ? rest : rest[0], transfer);
    };
  }

  /** It has come as far as the log, or is gone. */
  const settled = async ({ replica, opened }: { opened: Lab; replica: DatabaseWorker }): Promise<void> => {
    const { logNumber } = opened.engine.plane.version;
    const reached = async (): Promise<boolean> =>
      replica.calls.call.health({}).then(
        ({ version }) => version.logNumber >= logNumber,
        () => replica.gone,
      );
    while (!(await reached())) await soon();
  };
  const attachedAgain = ({ engine }: Lab): number =>
    engine.monitoring.events.latest().filter(({ message }) => message.includes('attached again')).length;

  it('is attached again when the next one comes, and keeps its place', async () => {
    const { opened, replica } = await three();
    loseNext(replica);
    await write(opened);
    // Several at once: each after the lost one is refused, and it is attached once, from the data with all of them.
    await Promise.all([write(opened), write(opened), write(opened)]);
    await settled({ opened, replica });
    expect(opened.engine.fleet.workers).toContain(replica);
    expect(attachedAgain(opened)).toBe(1);
    await write(opened);
    await settled({ opened, replica });
    expect(await rowsAt(replica)).toEqual([[5]]);
    expect(attachedAgain(opened)).toBe(1);
  });

  it('answers no read from before it', async () => {
    const { opened, replica } = await three();
    loseNext(replica);
    await write(opened);
    expect(await Promise.all(Array.from({ length: 12 }, () => count(opened)))).toEqual(Array(12).fill(1));
    await settled({ opened, replica });
    expect(await rowsAt(replica)).toEqual([[1]]);
  });

  it('is found by its heartbeat', async () => {
    const { opened, replica } = await three();
    loseNext(replica);
    await write(opened);
    opened.engine.fleet.pollHealth();
    await settled({ opened, replica });
    expect(attachedAgain(opened)).toBe(1);
  });

  it('twice in a row is replaced', async () => {
    const { opened, replica } = await three();
    for (let round = 0; round < 2; round++) {
      loseNext(replica);
      await write(opened);
      await write(opened);
      await settled({ opened, replica });
    }
    expect(replica.gone).toBe(true);
    expect(await count(opened)).toBe(4);
  });

  it('does not become the primary', async () => {
    const { opened, replica } = await three();
    loseNext(replica);
    await write(opened);
    await opened.call.killWorker({ name: opened.engine.fleet.primary!.name });
    let { error } = await write(opened);
    while (error) ({ error } = await write(opened)); // the first may have been meant for the one that was refused
    expect(await count(opened)).toBe(2);
  });

  const rowsAt = async ({ calls }: DatabaseWorker) => {
    const reply = await calls.call.run(runRequest('SELECT count(*) FROM mine'));
    return reply.kind === 'rows' ? rowsOf(reply.result) : [];
  };

  it('when workers die as they start, what waits is told, and the lab tries again by itself', async () => {
    const opened = await lab();
    const { engine } = opened;
    await opened.call.execute({ sql: 'CREATE TABLE mine (a)' });
    const pauses: number[] = [];
    engine.timers.delay = (delayMs) => {
      pauses.push(delayMs);
      return Promise.resolve();
    };
    let deaths = 6;
    const start = engine.fleet.start.bind(engine.fleet);
    engine.fleet.start = () => {
      const index = start();
      if (deaths-- > 0) queueMicrotask(() => engine.dispatcher.kill(index, 'died as it started'));
      return index;
    };
    engine.dispatcher.kill(engine.fleet.primary!.index, 'died');
    const { error } = await opened.call.execute({ sql: 'INSERT INTO mine VALUES (1)' });
    expect(error).toMatchObject({ code: 'no-worker' });
    while (!engine.fleet.primary?.report) await soon();
    expect(engine.notices.find(({ id }) => id === 'no-worker')).toMatchObject({ tone: 'info' });
    // Seven were lost in a row: the primary and six successors; from the fourth on there is a pause before the next.
    expect(pauses.filter((delayMs) => delayMs >= 1000)).toEqual([1000, 2000, 4000, 8000]);
    const after = await opened.call.execute({ sql: 'INSERT INTO mine VALUES (2); SELECT * FROM mine' });
    expect(rowsOf(after.outcomes[1].result!)).toEqual([[2]]);
  });
});

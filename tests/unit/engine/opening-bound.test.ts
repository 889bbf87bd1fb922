import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { WORKER_BROKEN } from '../../../src/database/sqlite/broken.ts';
import { openLab, type Lab } from '../../../bench/lab.ts';
import { rowsOf } from '../../../src/database/rows/columns.ts';
import { OPEN_MS_MAX } from '../../../src/engine/data/database-fleet.ts';
import type { DatabaseWorker } from '../../../src/engine/data/database-worker.ts';

let opened: Lab;
/** The bounds that are armed, to let one run out. */
let bounds: Set<() => void>;

beforeEach(async () => {
  opened = await openLab();
  bounds = new Set();
  const { timers } = opened.engine;
  const once = timers.once.bind(timers);
  timers.once = (delayMs, action) => {
    if (delayMs !== OPEN_MS_MAX) return once(delayMs, action);
    bounds.add(action);
    return () => bounds.delete(action);
  };
});
afterEach(() => opened.stop());

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const file = async (): Promise<{ name: string; bytes: Uint8Array }> => {
  const { bytes } = await opened.call.exportFile({});
  return { name: 'damaged.sqlite', bytes };
};

/** From now on a call of this worker goes in circles. */
function neverAnswers(worker: DatabaseWorker, method: string): void {
  answers(worker, method, () => new Promise(() => {}));
}

function answers(worker: DatabaseWorker, method: string, answer: () => Promise<unknown>): void {
  const { call } = worker.calls;
  const get = (target: typeof call, name: string): unknown => (name === method ? answer : Reflect.get(target, name));
  Object.assign(worker.calls, { call: new Proxy(call, { get: get as ProxyHandler<typeof call>['get'] }) });
}

async function runOut(): Promise<void> {
  while (bounds.size === 0) await soon();
  for (const bound of bounds) bound();
}

async function expectUnharmed(): Promise<void> {
  const { outcomes, error } = await opened.call.execute({ sql: 'SELECT count(*) FROM customers', cache: false });
  expect(error).toBeNull();
  expect(rowsOf(outcomes[0].result!)).toEqual([[2000]]);
  expect((await opened.call.openFile({ ...(await file()), name: 'sound.sqlite' })).source).toMatchObject({
    name: 'sound.sqlite',
  });
}

describe('a file that leads SQLite in circles', () => {
  it('while it is looked at: its helper is ended, the data before stays', async () => {
    let helper: DatabaseWorker | null = null;
    await opened.engine.fleet.withHelper((worker) => {
      neverAnswers((helper = worker), 'inspect');
      return Promise.resolve();
    });
    const opening = opened.call.openFile(await file());
    const refused = expect(opening).rejects.toMatchObject({
      code: 'not-opened',
      message: expect.stringContaining('after 20 seconds'),
    });
    await runOut();
    await refused;
    expect(helper!.gone).toBe(true);
    await expectUnharmed();
  });

  it('while it is attached: its worker is replaced, the data before stays', async () => {
    const primary = opened.engine.fleet.primary!;
    neverAnswers(primary, 'attach');
    const opening = opened.call.openFile(await file());
    const refused = expect(opening).rejects.toMatchObject({ code: 'not-opened' });
    await new Promise<void>((resolve) => {
      // The look at the file is bounded too, and ends in time.
      const attaching = (): void => (primary.attachments > 1 ? resolve() : void setImmediate(attaching));
      attaching();
    });
    await runOut();
    await refused;
    expect(primary.gone).toBe(true);
    await expectUnharmed();
  });
});

it('a file over which SQLite breaks down when it is attached: told with its name, the data before stays', async () => {
  const primary = opened.engine.fleet.primary!;
  const broken = new AppError(WORKER_BROKEN, 'SQLite broke down in the middle of its work (unreachable).');
  answers(primary, 'attach', () => Promise.reject(broken));
  await expect(opened.call.openFile(await file())).rejects.toMatchObject({
    code: 'not-opened',
    message: expect.stringMatching(
      /^damaged\.sqlite could not be opened\. SQLite broke down.*\.recover.*still open\.$/,
    ),
  });
  expect(primary.gone).toBe(true);
  await expectUnharmed();
});

describe('a sound database', () => {
  const sample = { name: 'shop', size: 'S', seed: 9 } as const;

  it('is opened at once while a worker is busy with a long read, which is asked of another', async () => {
    const primary = opened.engine.fleet.primary!;
    // Its inbox waits, as it does while SQLite runs.
    primary.handle.port.postMessage = () => {};
    const reading = opened.call.execute({ sql: 'SELECT count(*) FROM customers', cache: false });
    while (primary.current === null) await soon();
    const { source } = await opened.call.openSample({ sample, fresh: true });
    expect(source).toMatchObject({ sample });
    expect(primary.gone).toBe(true);
    expect(opened.engine.fleet.primary?.report).not.toBeNull();
    expect((await reading).error).toBeNull();
  });

  it('counts its time from when the worker begins', async () => {
    const primary = opened.engine.fleet.primary!;
    let end = (): void => {};
    primary.runs.add(new Promise<void>((resolve) => (end = resolve)));
    neverAnswers(primary, 'attach');
    const opening = opened.call.openSample({ sample, fresh: true });
    const refused = expect(opening).rejects.toMatchObject({ code: 'not-opened' });
    while (primary.attaching === 0) await soon();
    expect(bounds.size).toBe(0);
    end();
    await runOut();
    await refused;
    await expectUnharmed();
  });

  it('is not given up by the heartbeat before its time is over', async () => {
    const { fleet, dispatcher } = opened.engine;
    const primary = fleet.primary!;
    neverAnswers(primary, 'attach');
    const refused = expect(opened.call.openSample({ sample, fresh: true })).rejects.toMatchObject({
      code: 'not-opened',
    });
    while (primary.attaching === 0) await soon();
    dispatcher.workers.heardMs[primary.index] = 0;
    fleet.pollHealth();
    expect(dispatcher.workers.heardMs[primary.index]).toBeGreaterThan(0);
    await runOut();
    await refused;
  });

  it('is open only when a primary has it: one that died over it says nothing, the next does', async () => {
    const { engine, call, wire } = opened;
    let deaths = 1;
    wire.listener = (moment, { method }, worker) => {
      if (moment !== 'asked' || method !== 'attach' || deaths-- <= 0) return false;
      opened.workers.find((one) => one === worker)!.fail('died over it');
      return true;
    };
    await call.openSample({ sample, fresh: true });
    expect(engine.fleet.primary?.report?.version).toEqual(engine.plane.version);
    deaths = 2;
    const bytes = await file();
    await expect(call.openFile(bytes)).rejects.toMatchObject({ code: 'worker-lost' });
    expect(engine.source).toMatchObject({ sample });
    await expectUnharmed();
  });
});

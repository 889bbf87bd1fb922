import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../../../bench/lab.ts';
import { rowsOf } from '../../../src/database/columns.ts';
import { OPEN_MS_MAX, type DatabaseWorker } from '../../../src/engine/database-fleet.ts';

let opened: Lab;
/** The bounds that are armed, to let one run out. */
let bounds: Set<() => void>;

beforeEach(async () => {
  opened = await openLab();
  bounds = new Set();
  opened.engine.timers.once = (delayMs, action) => {
    if (delayMs === OPEN_MS_MAX) bounds.add(action);
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
  const { call } = worker.calls;
  const get = (target: typeof call, name: string): unknown =>
    name === method ? () => new Promise(() => {}) : Reflect.get(target, name);
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

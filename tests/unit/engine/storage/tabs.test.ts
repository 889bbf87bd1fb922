import { afterEach, describe, expect, it } from 'vitest';
import { rowsOf } from '../../../../src/database/rows/columns.ts';
import type { SqlValue } from '../../../../src/database/protocol.ts';
import type { LoadSettings } from '../../../../src/engine/protocol.ts';
import { createMemoryStore } from '../../../../src/platform/memory-store.ts';
import { openLab, type Lab } from '../../../../bench/lab.ts';
import { createBrowser } from '../../platform/browser-of-tabs.ts';

const labs: Lab[] = [];
afterEach(() => {
  for (const opened of labs.splice(0)) opened.stop();
});

/** A browser in which each `open` is another tab of the page; its store holds a table `mine` of one row. */
async function twoTabs(): Promise<{ first: Lab; second: Lab; open(): Promise<Lab>; ringAll(): void }> {
  const browser = createBrowser();
  const store = createMemoryStore();
  const open = async (): Promise<Lab> => {
    const lab = await openLab({ store, tabs: browser.tab() });
    labs.push(lab);
    return lab;
  };
  const first = await open();
  await run(first, 'CREATE TABLE mine (a); INSERT INTO mine VALUES (1)');
  await first.engine.vault.save();
  return { first, second: await open(), open, ringAll: browser.ringAll };
}

async function run({ call }: Lab, sql: string): Promise<SqlValue[][]> {
  const { outcomes, error } = await call.execute({ sql });
  if (error) throw Object.assign(new Error(error.message), { code: error.code });
  const last = outcomes.at(-1);
  return last?.result ? rowsOf(last.result) : [];
}

const database = async ({ call }: Lab) => (await call.watch({ perSecond: 0 })).database;

const LOAD: LoadSettings = {
  shape: 'steady',
  ratePerS: 1,
  peakPerS: 1,
  durationMs: 1000,
  writeShare: 0.5,
  zipfExponent: 1,
  seed: 1,
};

describe('a second tab', () => {
  it('reads what is kept, and is refused whatever would change it', async () => {
    const { first, second } = await twoTabs();
    expect((await database(first)).readOnly).toBeNull();
    expect((await database(second)).readOnly).toContain('take over to write here');
    expect(await run(second, 'SELECT a FROM mine')).toEqual([[1]]);
    for (const sql of [
      'INSERT INTO mine VALUES (2)',
      'DROP TABLE mine',
      'CREATE TABLE other (a)',
      'SELECT 1; DELETE FROM mine',
      'VACUUM',
      'PRAGMA user_version = 3',
      'CREATE TABLE x (a); INSERT INTO x VALUES (1)',
      'WITH n AS (SELECT 1) UPDATE mine SET a = 3',
    ]) {
      await expect(run(second, sql), sql).rejects.toMatchObject({ code: 'read-only' });
    }
    await expect(second.call.makePoint({ name: 'mine' })).rejects.toMatchObject({ code: 'read-only' });
    await expect(second.call.restorePoint({ id: 1 })).rejects.toMatchObject({ code: 'read-only' });
    await expect(second.call.dropPoint({ id: 1 })).rejects.toMatchObject({ code: 'read-only' });
    await expect(second.call.startLoad(LOAD)).rejects.toMatchObject({ code: 'read-only' });
    expect(await run(second, 'SELECT count(*), 1 FROM mine')).toEqual([[1, 1]]);
    expect(second.engine.fleet.primary).not.toBeNull();
  });

  it('may use what is its connection’s own', async () => {
    const { second } = await twoTabs();
    await run(second, 'CREATE TEMP TABLE scratch AS SELECT a + 1 AS a FROM mine');
    await run(second, 'INSERT INTO scratch VALUES (7)');
    expect(await run(second, 'SELECT a FROM scratch')).toEqual([[2], [7]]);
    await run(second, 'PRAGMA case_sensitive_like = ON');
    expect(await run(second, 'BEGIN; SELECT count(*) FROM mine; COMMIT; SELECT 5')).toEqual([[5]]);
    await second.call.startLoad({ ...LOAD, writeShare: 0 });
    await second.call.stopLoad({});
  });

  it('may open something of its own and write to it, which is kept nowhere', async () => {
    const { first, second } = await twoTabs();
    const { readOnly, storage } = await second.call.openSample({
      sample: { name: 'shop', size: 'S', seed: 3 },
      fresh: true,
    });
    expect([readOnly, storage.state]).toEqual([null, 'other-tab']);
    await run(second, 'CREATE TABLE own (a)');
    expect((await database(second)).unsaved).toBe(true);
    await second.engine.vault.save();
    await run(first, 'INSERT INTO mine VALUES (2)');
    await first.engine.vault.save();
    expect(first.engine.isStored).toBe(true);
  });

  it('takes over what the other one has written until then, and the other one only reads', async () => {
    const { first, second } = await twoTabs();
    await run(first, 'INSERT INTO mine VALUES (2)'); // not saved yet
    const { database: taken, restored } = await second.call.takeOver({});
    expect([taken.readOnly, taken.storage.state, restored]).toEqual([null, 'kept', true]);
    expect(await run(second, 'SELECT a FROM mine')).toEqual([[1], [2]]);
    await run(second, 'INSERT INTO mine VALUES (3)');
    await second.engine.vault.save();
    expect(second.engine.isStored).toBe(true);

    expect((await database(first)).readOnly).toContain('take it back');
    await expect(run(first, 'INSERT INTO mine VALUES (9)')).rejects.toMatchObject({ code: 'read-only' });
    expect(await run(first, 'SELECT a, 1 FROM mine')).toEqual([
      [1, 1],
      [2, 1],
    ]);
    // And back.
    await first.call.takeOver({});
    expect(await run(first, 'SELECT a FROM mine')).toEqual([[1], [2], [3]]);
    await run(first, 'DELETE FROM mine');
    expect((await database(second)).readOnly).not.toBeNull();
  });

  it('takes it from one that does not answer; what that one still writes is refused, and it saves no more', async () => {
    const { first, second, open, ringAll } = await twoTabs();
    // Frozen: its answer to a write is under way, and the channel is not heard.
    const { primary } = first.engine.fleet;
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    let asked = (): void => {};
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const { call } = primary!.calls;
    const held = async (request: never): Promise<unknown> => {
      const reply: unknown = await call.unit(request);
      asked();
      await gate;
      return reply;
    };
    Object.assign(primary!.calls, {
      call: new Proxy(call, { get: (target, name) => (name === 'unit' ? held : Reflect.get(target, name)) as unknown }),
    });
    const late = first.call.execute({ sql: 'INSERT INTO mine VALUES (66)' });
    await isAsked;
    const taking = second.call.takeOver({});
    while (second.engine.turnstile && (await database(second)).readOnly !== null) {
      ringAll();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await taking;
    await run(second, 'INSERT INTO mine VALUES (2)');
    await second.engine.vault.save();
    release();
    expect((await late).error).toMatchObject({ code: 'read-only' });
    await first.engine.vault.save();
    expect(await run(first, 'SELECT a FROM mine')).toEqual([[1]]);
    first.stop();
    second.stop();
    expect(await run(await open(), 'SELECT a FROM mine')).toEqual([[1], [2]]);
  });

  it('keeps what it has open when nothing is kept', async () => {
    const browser = createBrowser();
    const store = createMemoryStore();
    const first = await openLab({ store, tabs: browser.tab() });
    const second = await openLab({ store, tabs: browser.tab() });
    labs.push(first, second);
    expect((await database(second)).readOnly).toBeNull();
    await run(second, 'CREATE TABLE own (a)');
    expect((await second.call.takeOver({})).restored).toBe(false);
    await second.engine.vault.save();
    expect(second.engine.isStored).toBe(true);
    expect(await run(second, 'SELECT count(*) FROM own')).toEqual([[0]]);
  });
});

describe('a load with writes', () => {
  const tables = async (lab: Lab) => run(lab, "SELECT count(*) FROM sqlite_schema WHERE name = 'headroom_load'");

  it('ends before another tab takes the data over', async () => {
    const { first, second } = await twoTabs();
    await first.call.startLoad({ ...LOAD, durationMs: 60_000 });
    await second.call.takeOver({});
    expect(await tables(second)).toEqual([[0]]);
  });

  it('leaves nothing behind that stays: not when its tab was killed, not when the data goes back to a time in it', async () => {
    const { first, second, open } = await twoTabs();
    await first.call.startLoad({ ...LOAD, durationMs: 60_000 });
    await first.engine.vault.save();
    first.stop();
    second.stop();
    const third = await open();
    await third.call.takeOver({});
    await third.engine.load.sweep();
    expect(await tables(third)).toEqual([[0]]);
    await third.call.startLoad({ ...LOAD, durationMs: 60_000 });
    const point = await third.call.makePoint({ name: 'in the middle' });
    await third.call.stopLoad({});
    await third.call.restorePoint({ id: point.id });
    expect(await tables(third)).toEqual([[0]]);
  });

  it('knows its table from a person’s own of the same name', async () => {
    const { first } = await twoTabs();
    await run(first, 'CREATE TABLE headroom_load (a)');
    await first.engine.load.sweep();
    expect(await tables(first)).toEqual([[1]]);
    await expect(first.call.startLoad(LOAD)).rejects.toMatchObject({ code: 'table-taken' });
  });
});

describe('reset everything', () => {
  it('waits for a save that is on its way, here and in another tab, and leaves nothing of it', async () => {
    for (const resets of ['owner', 'other'] as const) {
      const { first, second } = await twoTabs();
      const { store } = first.engine.platform;
      const { setMany } = store;
      let saving = (): void => {};
      const begun = new Promise<void>((resolve) => (saving = resolve));
      let go = (): void => {};
      const gate = new Promise<void>((resolve) => (go = resolve));
      store.setMany = async (...written) => {
        saving();
        await gate;
        return setMany(...written);
      };
      await store.clear();
      await first.call.openFile({ ...(await first.call.exportFile({})), name: 'other.sqlite' });
      const saved = first.engine.vault.save();
      await begun;
      const reset = (resets === 'owner' ? first : second).call.resetEverything({});
      await new Promise((resolve) => setImmediate(resolve));
      go();
      await Promise.all([saved, reset]);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(await store.keys(), resets).toEqual([]);
    }
  });

  it('leaves nothing of results and small values that were on their way, whichever tab resets', async () => {
    for (const resets of ['owner', 'other'] as const) {
      const { first, second } = await twoTabs();
      await first.call.execute({ sql: 'SELECT count(*) FROM mine' });
      const { store } = first.engine.platform;
      const { setMany } = store;
      let written = 0;
      let go = (): void => {};
      const gate = new Promise<void>((resolve) => (go = resolve));
      const turns = async (until: () => boolean): Promise<void> => {
        while (!until()) await new Promise((resolve) => setImmediate(resolve));
      };
      store.setMany = async (...entries) => {
        written++;
        await gate;
        return setMany(...entries);
      };
      const onTheirWay = [first.engine.savedCache.flush(), first.call.keepPageState({ state: 1 })];
      await turns(() => written === 2);
      let emptied = resets === 'other';
      const { clear } = store;
      store.clear = async () => {
        await clear();
        emptied = true;
      };
      const reset = (resets === 'owner' ? first : second).call.resetEverything({});
      let turn = 0;
      await turns(() => ++turn > 20);
      expect(emptied).toBe(resets === 'other');
      go();
      await Promise.all([...onTheirWay, reset]);
      expect(await store.keys(), resets).toEqual([]);
    }
  });

  it('empties the store, and the other tab puts nothing back', async () => {
    const { first, second, open } = await twoTabs();
    await second.call.resetEverything({});
    await new Promise((resolve) => setImmediate(resolve));
    await run(first, 'INSERT INTO mine VALUES (2)'); // in memory, and told
    await first.engine.vault.save();
    await first.call.keepPageState({ state: 1 });
    await first.call.settings({ change: { simulatedWaitMs: 1 } });
    await first.engine.savedCache.flush();
    expect(await first.engine.platform.store.keys()).toEqual([]);
    const { storage, unsaved } = await database(first);
    expect(storage.message).toContain('removed from another tab');
    expect(unsaved).toBe(true);
    first.stop();
    second.stop();
    await expect(run(await open(), 'SELECT * FROM mine')).rejects.toThrow('no such table');
  });
});

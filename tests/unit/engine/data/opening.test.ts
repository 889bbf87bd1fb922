import { afterEach, describe, expect, it } from 'vitest';
import { checksumOf } from '../../../../src/core/checksum.ts';
import { rowsOf } from '../../../../src/database/rows/columns.ts';
import type { DatabaseApi } from '../../../../src/database/protocol.ts';
import type { DatabaseWorker } from '../../../../src/engine/data/database-worker.ts';
import type { QueryOutcome } from '../../../../src/engine/protocol.ts';
import { databaseInfo } from '../../../../src/engine/readings.ts';
import { createMemoryStore } from '../../../../src/platform/memory-store.ts';
import { openLab, type Lab, type LabOptions } from '../../../../bench/lab.ts';

const labs: Lab[] = [];
async function lab(options?: LabOptions): Promise<Lab> {
  const opened = await openLab(options);
  labs.push(opened);
  return opened;
}
afterEach(() => {
  for (const opened of labs.splice(0)) opened.stop();
});

async function one({ call }: Lab, sql: string): Promise<QueryOutcome> {
  const { outcomes, error } = await call.execute({ sql });
  if (error) throw new Error(`${error.code}: ${error.message}`);
  return outcomes.at(-1)!;
}

const rows = (outcome: QueryOutcome) => rowsOf(outcome.result!);

/** A lab over a store that holds one small database, in which `t` has one row of two columns. */
async function smallLab(value: string, columns = 'a, b'): Promise<Lab> {
  const opened = await lab();
  await opened.call.openFile({ name: `${value}.sqlite`, bytes: await fileWith(opened, value, columns) });
  return opened;
}

/** The file of that database, made in a worker outside the pool. */
function fileWith({ engine }: Lab, value: string, columns = 'a, b'): Promise<Uint8Array> {
  return engine.fleet.withHelper(async ({ calls }) => {
    const snapshot = { ...engine.plane.snapshot, historyId: value };
    await calls.call.attach({ snapshot, role: 'primary', epoch: 1, pragmas: [] });
    const run = async (sql: string) => {
      const reply = await calls.call.unit({
        sql,
        parameters: [],
        deadlineMs: null,
        rowLimit: 1,
        cancelValue: null,
        epoch: 1,
      });
      if (reply.error) throw new Error(reply.error.message);
      return reply.record;
    };
    await run(`DROP VIEW IF EXISTS v`);
    const { tables } = await calls.call.schema({});
    const record = await run(
      `${tables.map(({ name }) => `DROP TABLE "${name}"`).join(';')};
       CREATE TABLE t (${columns}); INSERT INTO t VALUES ('${value}', 1); VACUUM`,
    );
    const bytes = new Uint8Array(record!.pageCount * record!.pageSize);
    record!.pageNumbers.forEach((page, index) => {
      const start = index * record!.pageSize;
      bytes.set(record!.pages.subarray(start, start + record!.pageSize), (page - 1) * record!.pageSize);
    });
    return bytes;
  });
}

/** Holds a worker's answers to one kind of call back until `release`. */
function holdAnswers(worker: DatabaseWorker, method: keyof DatabaseApi): { asked: Promise<void>; release(): void } {
  let release = (): void => {};
  let ask = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const asked = new Promise<void>((resolve) => (ask = resolve));
  const { call } = worker.calls;
  const held = async (argument: never): Promise<unknown> => {
    const answer: unknown = await call[method](argument);
    ask();
    await gate;
    return answer;
  };
  Object.assign(worker.calls, {
    call: new Proxy(call, {
      get: (target, name) => (name === method ? held : Reflect.get(target, name)) as unknown,
    }),
  });
  return { asked, release };
}

describe('opening another database', () => {
  it('waits for a write that is under way, and keeps it out of the new one', async () => {
    const opened = await smallLab('old');
    const bytes = await fileWith(opened, 'new');
    const held = holdAnswers(opened.engine.fleet.primary!, 'unit');
    const write = opened.call.execute({ sql: "INSERT INTO t VALUES ('late', 2)" });
    await held.asked;
    const opening = opened.call.openFile({ name: 'new.sqlite', bytes });
    held.release();
    expect((await write).error).toBeNull();
    await opening;
    expect(rows(await one(opened, 'SELECT * FROM t'))).toEqual([['new', 1]]);
    await one(opened, "INSERT INTO t VALUES ('mine', 3)");
    expect(rows(await one(opened, 'SELECT a FROM t'))).toEqual([['new'], ['mine']]);
    expect(rows(await one(opened, 'PRAGMA integrity_check'))).toEqual([['ok']]);
  });

  it('does not run a write on the new one that was asked for while the former was open', async () => {
    const opened = await smallLab('old');
    const bytes = await fileWith(opened, 'new');
    const held = holdAnswers(opened.engine.fleet.primary!, 'unit');
    const first = opened.call.execute({ sql: "INSERT INTO t VALUES ('first', 2)" });
    await held.asked;
    const opening = opened.call.openFile({ name: 'new.sqlite', bytes });
    const second = opened.call.execute({ sql: 'DELETE FROM t; SELECT 1' });
    await opened.call.describe({ sql: 'SELECT 1' });
    held.release();
    await opening;
    expect([(await first).error?.code, (await second).error?.code]).toEqual([undefined, 'refused']);
    expect(rows(await one(opened, 'SELECT * FROM t'))).toEqual([['new', 1]]);
  });

  it('after another leaves that one open which was asked for last', async () => {
    const opened = await smallLab('old');
    const [fileOne, fileTwo] = [await fileWith(opened, 'one'), await fileWith(opened, 'two')];
    const held = holdAnswers(opened.engine.fleet.primary!, 'attach');
    const first = opened.call.openFile({ name: 'one.sqlite', bytes: fileOne });
    await held.asked;
    const second = opened.call.openFile({ name: 'two.sqlite', bytes: fileTwo });
    await opened.call.describe({ sql: 'SELECT 1' }).catch(() => null);
    held.release();
    expect((await first).source).toEqual({ type: 'file', name: 'one.sqlite' });
    expect((await second).source).toEqual({ type: 'file', name: 'two.sqlite' });
    expect(rows(await one(opened, 'SELECT a FROM t'))).toEqual([['two']]);
  });

  it('is not answered by a flight over the former one', async () => {
    const opened = await smallLab('old');
    const bytes = await fileWith(opened, 'new');
    const sql = 'SELECT a FROM t';
    await one(opened, sql);
    await opened.call.cacheClear({});
    const held = holdAnswers(opened.engine.fleet.primary!, 'run');
    const early = one(opened, sql);
    await held.asked;
    await opened.call.openFile({ name: 'new.sqlite', bytes });
    await opened.call.describe({ sql }).catch(() => null);
    const late = one(opened, sql);
    held.release();
    expect([rows(await early), rows(await late)]).toEqual([[['old']], [['new']]]);
  });

  it('does not take names and tables from what a worker knew of the former one', async () => {
    const opened = await smallLab('old', 'a, b');
    const bytes = await fileWith(opened, 'new', 'c, d');
    const held = holdAnswers(opened.engine.fleet.primary!, 'run');
    const early = one(opened, 'SELECT * FROM t');
    await held.asked;
    await opened.call.openFile({ name: 'new.sqlite', bytes });
    held.release();
    expect((await early).result!.names).toEqual(['a', 'b']);
    await one(opened, 'SELECT * FROM t');
    const hit = await one(opened, 'SELECT * FROM t');
    expect([hit.result!.names, hit.cacheHit]).toEqual([['c', 'd'], true]);
  });

  it('that no worker can take brings the former one back, and says why', async () => {
    const opened = await smallLab('old');
    const bytes = await fileWith(opened, 'new');
    const { calls } = opened.engine.fleet.primary!;
    const broken = (): Promise<never> => Promise.reject(new TypeError('no memory for this one'));
    Object.assign(calls, {
      call: new Proxy(calls.call, {
        get: (target, name) => (name === 'attach' ? broken : Reflect.get(target, name)) as unknown,
      }),
    });
    await expect(opened.call.openFile({ name: 'new.sqlite', bytes })).rejects.toThrow('no memory');
    expect(rows(await one(opened, 'SELECT * FROM t'))).toEqual([['old', 1]]);
    const { database } = await opened.call.watch({ perSecond: 0 });
    expect(database.source).toEqual({ type: 'file', name: 'old.sqlite' });
  });

  it('to start again, when no worker can take it, leaves the former one open, kept and with its settings', async () => {
    const store = createMemoryStore();
    const opened = await lab({ store });
    await one(opened, 'CREATE TABLE mine (a)');
    await opened.call.settings({ change: { simulatedWaitMs: 3 } });
    await opened.engine.vault.save();
    const { engine } = opened;
    const changed = engine.contentChanged.bind(engine);
    engine.contentChanged = () => {
      engine.contentChanged = changed;
      return Promise.reject(new Error('no worker took it'));
    };
    const sample = { name: 'shop', size: 'S', seed: 2 } as const;
    await expect(opened.call.startAgain({ sample })).rejects.toThrow('no worker took it');
    expect(rows(await one(opened, 'SELECT count(*) FROM mine'))).toEqual([[0]]);
    expect([engine.isStored, engine.settings.simulatedWaitMs]).toEqual([true, 3]);
    opened.stop();
    const reloaded = await lab({ store });
    expect(rows(await one(reloaded, 'SELECT count(*) FROM mine'))).toEqual([[0]]);
  });
});

describe('a PRAGMA', () => {
  it('set while queries are under way does not get their answers under its key', async () => {
    const opened = await lab({ change: { scaler: { minWorkers: 2, maxWorkers: 2 } } });
    while ((await opened.call.getPerformanceSummary({})).scalingStatus.ready < 2) await one(opened, 'SELECT 1');
    await one(opened, "CREATE TABLE mine (v); INSERT INTO mine VALUES ('a')");
    const texts = ["SELECT v LIKE 'A', 1 FROM mine", "SELECT v LIKE 'A', 2 FROM mine"];
    const held = opened.engine.fleet.workers.map((worker) => ({ worker, ...holdAnswers(worker, 'run') }));
    const early = Promise.all(texts.map((sql) => one(opened, sql)));
    await Promise.all(held.map(({ asked }) => asked));
    const release = (role: string): void => {
      for (const one of held) if (one.worker.role === role) one.release();
    };
    release('primary');
    await one(opened, 'PRAGMA case_sensitive_like = ON');
    // Other spellings share the entries; these run on the primary, with the setting.
    const spelledOtherwise = texts.map((sql) => sql.replace('LIKE', 'like'));
    for (const sql of spelledOtherwise) expect(rows(await one(opened, sql))[0][0]).toBe(0);
    release('replica');
    await early;
    for (const sql of spelledOtherwise) expect(rows(await one(opened, sql))[0][0]).toBe(0);
  });
});

describe('what is kept', () => {
  it('brings the cache back with the data', async () => {
    const store = createMemoryStore();
    const opened = await lab({ store });
    await one(opened, 'CREATE TABLE mine (a)');
    await one(opened, 'SELECT count(*) FROM mine');
    await opened.engine.vault.save();
    await opened.engine.savedCache.flush();
    opened.stop();
    const again = await lab({ store });
    await one(again, 'SELECT count(*) FROM mine');
    expect((await again.call.cacheStats({})).size).toBeGreaterThan(0);
  });

  it('of the cache is never ahead of the data, whose log numbers other writes may take', async () => {
    const store = createMemoryStore();
    const opened = await lab({ store });
    const sql = 'SELECT max(a) FROM mine';
    await one(opened, 'CREATE TABLE mine (a); INSERT INTO mine VALUES (1)');
    await opened.engine.vault.save();
    await one(opened, 'INSERT INTO mine VALUES (7)'); // never saved: the tab is closed first
    expect(rows(await one(opened, sql))).toEqual([[7]]);
    await opened.engine.savedCache.flush();
    opened.stop();
    const again = await lab({ store });
    await one(again, 'INSERT INTO mine VALUES (3)'); // takes the log number of the lost one
    await again.engine.vault.save();
    again.stop();
    const third = await lab({ store });
    await one(third, 'SELECT max(a), 1 FROM mine');
    await one(third, sql);
    expect(rows(await one(third, sql))).toEqual([[3]]);
  });
});

describe('a file that is damaged in places', () => {
  it('is still told to be so after a reload', async () => {
    const store = createMemoryStore();
    const opened = await lab({ store });
    const bytes = await fileWith(opened, 'x');
    bytes.fill(0, 4096, 4196); // the page of its only table
    const { warnings } = await opened.call.openFile({ name: 'x.sqlite', bytes });
    expect(warnings).toEqual([expect.stringContaining('damaged in places')]);
    await opened.engine.vault.save();
    opened.stop();
    const again = await lab({ store });
    expect(databaseInfo(again.engine)).toMatchObject({ warnings, damaged: true });
  });

  it('is not told to be so of the sample that is opened after it', async () => {
    const opened = await lab();
    const bytes = await fileWith(opened, 'x');
    bytes.fill(0, 4096, 4196);
    await opened.call.openFile({ name: 'x.sqlite', bytes });
    const sample = { name: 'shop', size: 'S', seed: 1 } as const;
    expect(await opened.call.openSample({ sample, fresh: true })).toMatchObject({ warnings: [], damaged: false });
  });
});

describe('a database that the first version of the page kept', () => {
  it('opens as it was, writes included', async () => {
    const store = createMemoryStore();
    const opened = await lab();
    const bytes = await fileWith(opened, 'former');
    await opened.call.openFile({ name: 'former.sqlite', bytes: bytes.slice() });
    const source = { type: 'file', name: 'former.sqlite' };
    await one(opened, "INSERT INTO t VALUES ('later', 2)");
    const [{ pages, pageNumbers, ...rest }] = opened.engine.plane.snapshot.records;
    const record = { ...rest, pageNumbers, pages: new Uint8Array(pages) };
    await store.setMany([
      ['data/head', { format: 1, historyId: 'h', baseLog: 0, logNumber: 1, source, savedAtMs: 1 }],
      ['data/base/h/0', { bytes, pageSize: 4096, checksum: checksumOf(bytes) }],
      ['data/record/h/1', { record, checksum: checksumOf(record.pages) }],
    ]);
    const again = await lab({ store });
    expect(again.engine.source).toEqual(source);
    expect(rows(await one(again, 'SELECT * FROM t'))).toEqual([
      ['former', 1],
      ['later', 2],
    ]);
    expect(rows(await one(again, 'PRAGMA integrity_check'))).toEqual([['ok']]);
    await again.engine.vault.save();
    expect(await store.keys()).not.toContain('data/head');
  });
});

describe('durability', () => {
  it('is not claimed for rows of a temporary table', async () => {
    const opened = await lab();
    await one(opened, 'CREATE TEMP TABLE mine (a)');
    expect((await one(opened, 'INSERT INTO mine VALUES (1)')).durability).toBeNull();
    expect((await one(opened, 'PRAGMA user_version = 5')).durability).toBe('memory');
  });
});

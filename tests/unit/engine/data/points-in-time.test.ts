import { afterEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import { rowsOf } from '../../../../src/database/rows/columns.ts';
import type { SqlValue } from '../../../../src/database/protocol.ts';
import { POINT_LIMITS } from '../../../../src/engine/data/points-in-time.ts';
import type { ScriptOutcome } from '../../../../src/engine/protocol.ts';
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

async function run({ call }: Lab, sql: string): Promise<ScriptOutcome> {
  const outcome = await call.execute({ sql });
  if (outcome.error) throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
  return outcome;
}

async function rows(opened: Lab, sql: string): Promise<SqlValue[][]> {
  const { outcomes } = await run(opened, sql);
  return rowsOf(outcomes.at(-1)!.result!);
}

/** Two workers that answer, so that a replica is asked too. */
async function twoWorkers(opened: Lab): Promise<void> {
  await opened.call.settings({ change: { scaler: { minWorkers: 2, maxWorkers: 2 } } });
  while ((await opened.call.getPerformanceSummary({})).scalingStatus.ready < 2) await rows(opened, 'SELECT 1');
}

/** The rows of a query on every worker by itself, past cache and pool. */
async function everywhere({ engine }: Lab, sql: string): Promise<SqlValue[][][]> {
  const request = {
    sql,
    parameters: [],
    deadlineMs: null,
    rowLimit: null,
    cancelValue: null,
    simulatedWaitMs: 0,
    proved: null,
  };
  return Promise.all(
    engine.fleet.workers.map(async ({ calls }) => {
      const reply = await calls.call.run(request);
      return reply.kind === 'rows' ? rowsOf(reply.result) : [[reply.kind]];
    }),
  );
}

describe('a PRAGMA auto_vacuum', () => {
  const autoVacuum = async (opened: Lab): Promise<SqlValue> => (await rows(opened, 'PRAGMA auto_vacuum'))[0][0];

  it.each(['FULL', 'INCREMENTAL'])(
    '= %s that had its VACUUM is gone with it, and later ones change nothing',
    async (mode) => {
      const opened = await lab();
      const plain = await opened.call.makePoint({ name: 'plain' });
      await run(opened, `PRAGMA auto_vacuum = ${mode}; VACUUM`);
      const shaped = await opened.call.makePoint({ name: 'shaped' });
      const value = mode === 'FULL' ? 1 : 2;
      expect(await autoVacuum(opened)).toBe(value);
      await opened.call.restorePoint({ id: plain.id });
      await run(opened, 'VACUUM');
      expect(await autoVacuum(opened)).toBe(0);
      await opened.call.restorePoint({ id: shaped.id });
      await run(opened, 'VACUUM');
      expect(await autoVacuum(opened)).toBe(value);
      expect(await rows(opened, 'PRAGMA integrity_check')).toEqual([['ok']]);
    },
  );

  it('that still waits for its VACUUM waits on', async () => {
    const opened = await lab();
    const point = await opened.call.makePoint({ name: 'here' });
    await run(opened, 'CREATE TABLE passing (a); PRAGMA auto_vacuum = FULL');
    await opened.call.restorePoint({ id: point.id });
    await run(opened, 'VACUUM');
    expect(await autoVacuum(opened)).toBe(1);
  });
});

describe('undo', () => {
  it('of a DELETE brings the rows back, on every worker and past the cache', async () => {
    const opened = await lab();
    await twoWorkers(opened);
    await run(opened, 'CREATE TABLE mine (a); INSERT INTO mine VALUES (1), (2), (3)');
    expect(await rows(opened, 'SELECT count(*) FROM mine')).toEqual([[3]]);
    const { undo } = await run(opened, 'DELETE FROM mine WHERE a > 1');
    expect(undo).toMatchObject({ name: 'before: DELETE FROM mine WHERE a > 1', automatic: true, writesSince: 1 });
    expect(await rows(opened, 'SELECT count(*) FROM mine')).toEqual([[1]]);
    const before = opened.engine.plane.version;
    await opened.call.restorePoint({ id: undo!.id });
    const { version } = opened.engine.plane;
    expect(version.historyId).not.toBe(before.historyId);
    expect(version.logNumber).toBe(before.logNumber + 1);
    expect(await rows(opened, 'SELECT count(*) FROM mine')).toEqual([[3]]);
    expect(await everywhere(opened, 'SELECT sum(a) FROM mine')).toEqual([[[6]], [[6]]]);
  });

  it('of the undo is a point too', async () => {
    const opened = await lab();
    const { undo } = await run(opened, 'CREATE TABLE mine (a)');
    await opened.call.restorePoint({ id: undo!.id });
    await expect(rows(opened, 'SELECT * FROM mine')).rejects.toThrow('no such table');
    const [newest] = (await opened.call.pointsInTime({})).points;
    expect(newest.name).toBe('before going back to “before: CREATE TABLE mine (a)”');
    await opened.call.restorePoint({ id: newest.id });
    expect(await rows(opened, 'SELECT count(*) FROM mine')).toEqual([[0]]);
  });

  it('is one for a script of several commits, and none for what wrote nothing', async () => {
    const opened = await lab();
    const { undo } = await run(
      opened,
      'CREATE TABLE mine (a); INSERT INTO mine VALUES (1); INSERT INTO mine VALUES (2)',
    );
    expect((await opened.call.pointsInTime({})).points).toHaveLength(1);
    expect((await run(opened, 'DELETE FROM mine WHERE a > 5')).undo).toBeNull();
    expect((await run(opened, 'BEGIN; DELETE FROM mine; ROLLBACK')).undo).toBeNull();
    expect((await run(opened, 'SELECT * FROM mine')).undo).toBeNull();
    await opened.call.restorePoint({ id: undo!.id });
    await expect(rows(opened, 'SELECT * FROM mine')).rejects.toThrow('no such table');
  });

  it('follows a script that failed after it had committed', async () => {
    const opened = await lab();
    await run(opened, 'CREATE TABLE mine (a UNIQUE)');
    const { error, undo } = await opened.call.execute({
      sql: 'INSERT INTO mine VALUES (1); INSERT INTO mine VALUES (1)',
    });
    expect(error).not.toBeNull();
    await opened.call.restorePoint({ id: undo!.id });
    expect(await rows(opened, 'SELECT count(*) FROM mine')).toEqual([[0]]);
  });

  it('of more than is kept for it is not there, and that is said', async () => {
    const opened = await lab();
    const { automaticBytesMax } = POINT_LIMITS;
    Object.assign(POINT_LIMITS, { automaticBytesMax: 2 ** 20 });
    try {
      await run(opened, 'CREATE TABLE mine (a)');
      // New pages write over nothing: there is little to keep.
      const sql = 'INSERT INTO mine VALUES (zeroblob(400000))';
      for (let row = 0; row < 4; row++) await run(opened, sql);
      const added = await run(opened, sql);
      expect([added.undo === null, added.notes]).toEqual([false, []]);
      const { undo, notes } = await run(opened, 'UPDATE mine SET a = randomblob(400000)');
      expect([undo, notes]).toEqual([
        null,
        ['Too large to be undone: 2 MiB changed, and at most 1 MiB are kept for that.'],
      ]);
      const again = await run(opened, 'INSERT INTO mine VALUES (1)');
      expect([again.undo === null, again.notes]).toEqual([false, []]);
    } finally {
      Object.assign(POINT_LIMITS, { automaticBytesMax });
    }
  });

  it('leaves temporary tables and settings as they are', async () => {
    const opened = await lab();
    await run(opened, 'CREATE TEMP TABLE scratch (a); INSERT INTO scratch VALUES (7); PRAGMA case_sensitive_like = ON');
    const { undo } = await run(opened, 'CREATE TABLE mine (a)');
    await opened.call.restorePoint({ id: undo!.id });
    expect(await rows(opened, 'SELECT a FROM scratch')).toEqual([[7]]);
    expect(await rows(opened, "SELECT 'a' LIKE 'A'")).toEqual([[0]]);
  });

  it('of a VACUUM to another page size brings the former pages back, on every worker', async () => {
    const opened = await lab();
    await twoWorkers(opened);
    const before = await everywhere(opened, 'SELECT sum(id), count(*) FROM orders');
    const { undo } = await run(opened, 'PRAGMA page_size = 16384; VACUUM');
    expect(await everywhere(opened, 'PRAGMA page_size')).toEqual([[[16384]], [[16384]]]);
    await opened.call.restorePoint({ id: undo!.id });
    expect(await everywhere(opened, 'PRAGMA page_size')).toEqual([[[4096]], [[4096]]]);
    expect(await everywhere(opened, 'SELECT sum(id), count(*) FROM orders')).toEqual(before);
    expect(await everywhere(opened, 'PRAGMA integrity_check')).toEqual([[['ok']], [['ok']]]);
    await run(opened, 'CREATE TABLE mine (a)');
    expect(await everywhere(opened, 'SELECT count(*) FROM mine')).toEqual([[[0]], [[0]]]);
  });

  it('refuses a write that was asked for before the data went back', async () => {
    const opened = await lab();
    const { undo } = await run(opened, 'CREATE TABLE mine (a)');
    const back = opened.call.restorePoint({ id: undo!.id });
    const late = opened.call.execute({ sql: 'INSERT INTO mine VALUES (1)' });
    await back;
    expect((await late).error).not.toBeNull();
    expect(await rows(opened, "SELECT count(*) FROM sqlite_schema WHERE name = 'mine'")).toEqual([[0]]);
  });

  it('makes another schema of the same cookie known to every worker', async () => {
    const opened = await lab();
    await twoWorkers(opened);
    const { undo } = await run(opened, 'CREATE TABLE mine (a)');
    await everywhere(opened, 'SELECT * FROM mine');
    await opened.call.restorePoint({ id: undo!.id });
    // Were the cookie to run on from where it stood, this table would pass for the former one.
    await run(opened, 'CREATE TABLE mine (b, c)');
    await run(opened, 'INSERT INTO mine VALUES (1, 2)');
    expect(await everywhere(opened, 'SELECT * FROM mine')).toEqual([[[1, 2]], [[1, 2]]]);
    expect(await everywhere(opened, 'PRAGMA integrity_check')).toEqual([[['ok']], [['ok']]]);
  });

  it('of a load’s writes is not offered', async () => {
    const opened = await lab();
    await run(opened, 'CREATE TABLE mine (a)');
    await opened.engine.run({ sql: 'INSERT INTO mine VALUES (1)' }, null, 'load');
    expect((await opened.call.pointsInTime({})).points).toHaveLength(1);
  });
});

describe('points in time', () => {
  it('of one’s own stay, while those of the lab leave, the oldest first', async () => {
    const opened = await lab();
    const own = await opened.call.makePoint({ name: '  before the\n clean-up ' });
    expect(own).toMatchObject({ name: 'before the clean-up', automatic: false, writesSince: 0, keptBytes: 0 });
    await run(opened, 'CREATE TABLE mine (a)');
    for (let value = 0; value < 25; value++) await run(opened, `INSERT INTO mine VALUES (${value})`);
    const { points, keptBytes } = await opened.call.pointsInTime({});
    expect(points).toHaveLength(21);
    expect(points.at(-1)).toMatchObject({ id: own.id, writesSince: 26 });
    expect(points[0]).toMatchObject({ name: 'before: INSERT INTO mine VALUES (24)', writesSince: 1 });
    expect(keptBytes).toBe(points.reduce((sum, point) => sum + point.keptBytes, 0));
    await opened.call.restorePoint({ id: points[3].id });
    expect(await rows(opened, 'SELECT max(a) FROM mine')).toEqual([[20]]);
    await opened.call.restorePoint({ id: own.id });
    await expect(rows(opened, 'SELECT * FROM mine')).rejects.toThrow('no such table');
  });

  it('that do not exist, or have no name, are told', async () => {
    const opened = await lab();
    await expect(opened.call.restorePoint({ id: 99 })).rejects.toMatchObject({ code: 'no-such-point' });
    await expect(opened.call.dropPoint({ id: 99 })).rejects.toMatchObject({ code: 'no-such-point' });
    await expect(opened.call.makePoint({ name: '  ' })).rejects.toMatchObject({ code: 'settings' });
  });

  it('going back to where the data stands changes nothing', async () => {
    const opened = await lab();
    const own = await opened.call.makePoint({ name: 'now' });
    const { version } = await opened.call.restorePoint({ id: own.id });
    expect(version.logNumber).toBe(own.logNumber);
    expect((await opened.call.pointsInTime({})).points).toHaveLength(1);
  });
});

/** Everything that a reader can see: schema, and the rows of all tables. */
async function contentOf(opened: Lab): Promise<string> {
  const schema = await rows(opened, "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name");
  const parts = [JSON.stringify(schema)];
  for (const [name, sql] of schema) {
    if (String(sql).startsWith('CREATE TABLE'))
      parts.push(JSON.stringify(await rows(opened, `SELECT * FROM "${String(name)}"`)));
  }
  return parts.join('\n');
}

describe('any sequence of writes, points, drops, returns, folds and reloads', () => {
  it.each([1, 2, 3, 4])('gives exactly what there was at each point (seed %i)', async (seed) => {
    const random = createRandom(seed);
    const store = createMemoryStore();
    let opened = await lab({ store });
    await opened.call.openFile({ name: 'small.sqlite', bytes: await emptyFile(opened) });
    await twoWorkers(opened);
    const recorded = new Map<number, string>();
    const write = async (): Promise<void> => {
      const before = await contentOf(opened);
      const table = `t${random.below(3)}`;
      const choice = random.below(8);
      const sql =
        choice === 0
          ? `DROP TABLE IF EXISTS ${table}`
          : choice === 1
            ? 'VACUUM'
            : choice === 2
              ? `CREATE TABLE IF NOT EXISTS ${table} (a, b); DELETE FROM ${table} WHERE a % 2`
              : choice === 3
                ? `CREATE TABLE IF NOT EXISTS ${table} (a, b); CREATE INDEX IF NOT EXISTS i${table} ON ${table} (a)`
                : `CREATE TABLE IF NOT EXISTS ${table} (a, b);
                   WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${1 + random.below(60)})
                   INSERT INTO ${table} SELECT random() % 1000, hex(randomblob(${random.below(300)})) FROM n`;
      const { undo } = await run(opened, sql);
      if (undo) recorded.set(undo.id, before);
    };
    // Enough for more automatic points than are kept.
    for (let step = 0; step < 40; step++) {
      const { points } = await opened.call.pointsInTime({});
      const some = points[random.below(Math.max(1, points.length))] as (typeof points)[number] | undefined;
      const choice = random.below(20);
      if (choice < 10 || !some) await write();
      else if (choice < 12)
        recorded.set((await opened.call.makePoint({ name: `own ${step}` })).id, await contentOf(opened));
      else if (choice < 14) await opened.call.dropPoint({ id: some.id });
      else if (choice < 15) for (const _ of opened.engine.plane.fold());
      else if (choice < 16) {
        await opened.engine.vault.save();
        opened.stop();
        opened = await lab({ store });
        await twoWorkers(opened);
        expect((await opened.call.pointsInTime({})).points.map(({ id }) => id)).toEqual(points.map(({ id }) => id));
      } else {
        const before = await contentOf(opened);
        const top = points[0].id;
        await opened.call.restorePoint({ id: some.id });
        expect(await contentOf(opened)).toBe(recorded.get(some.id));
        const [newest] = (await opened.call.pointsInTime({})).points;
        if (newest.id !== top) recorded.set(newest.id, before);
        const checks = await everywhere(opened, 'PRAGMA integrity_check');
        expect(checks.every(([[one]]) => one === 'ok')).toBe(true);
      }
      const { keptBytes, points: now } = await opened.call.pointsInTime({});
      const { points: held } = opened.engine.plane.points;
      const bytes = held.flatMap(({ images }) => [...images.values()]);
      expect(keptBytes).toBe(bytes.reduce((sum, image) => sum + image.buffer.byteLength, 0));
      expect(now.filter(({ automatic }) => automatic).length).toBeLessThanOrEqual(20);
    }
  });
});

/** A database without a table, as a person would bring it. */
function emptyFile({ engine }: Lab): Promise<Uint8Array> {
  return engine.fleet.withHelper(async ({ calls }) => {
    const snapshot = { ...engine.plane.snapshot, historyId: 'other' };
    await calls.call.attach({ snapshot, role: 'primary', epoch: 1, pragmas: [] });
    const { tables } = await calls.call.schema({});
    const sql = `${tables.map(({ name, type }) => `DROP ${type} "${name}"`).join(';')}; VACUUM`;
    const request = { sql, parameters: [], deadlineMs: null, rowLimit: 1, cancelValue: null, epoch: 1 };
    const { record, error } = await calls.call.unit(request);
    if (error || !record) throw new Error(error?.message ?? 'nothing was dropped');
    const bytes = new Uint8Array(record.pageCount * record.pageSize);
    record.pageNumbers.forEach((page, index) => {
      const image = record.pages.subarray(index * record.pageSize, (index + 1) * record.pageSize);
      bytes.set(image, (page - 1) * record.pageSize);
    });
    return bytes;
  });
}

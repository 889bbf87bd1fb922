/** Exports through the whole engine: beside the pool, from one state of the data, under a name of their own. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../../../../src/core/errors.ts';
import type { DatabaseWorker } from '../../../../src/engine/data/database-worker.ts';
import { openLab, type Lab } from '../../../../bench/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.stop());

test('a table as it is now, in a file named after it', async () => {
  await lab.call.execute({ sql: `CREATE TABLE "a/b" (n); INSERT INTO "a/b" VALUES (1), (NULL)` });
  const before = lab.engine.fleet.workers.length;
  const { name, file, rows } = await lab.call.exportRows({ what: { table: 'a/b' }, format: 'csv' });
  expect({ name, rows, text: await file.text(), type: file.type }).toEqual({
    name: 'a_b.csv',
    rows: 2,
    text: 'n\r\n1\r\n\r\n',
    type: 'text/csv',
  });
  expect(lab.engine.fleet.workers).toHaveLength(before);
});

test('a query and the whole database are named after what is open, under the settings in force', async () => {
  await lab.call.execute({ sql: 'PRAGMA case_sensitive_like = 1' });
  const what = { sql: "SELECT 'Ada' LIKE ? AS same", parameters: ['ada'] };
  const query = await lab.call.exportRows({ what, format: 'ndjson' });
  expect(query.name).toBe('shop-S-result.ndjson');
  expect(await query.file.text()).toBe('{"same":0}\n');
  const dump = await lab.call.exportRows({ what: { database: true }, format: 'sql' });
  expect(dump.name).toBe('shop-S.sql');
  expect(dump.rows).toBeGreaterThan(70_000);
});

test('what is not there, or writes, is refused, and nothing changes', async () => {
  const { version } = lab.engine.plane;
  await expect(lab.call.exportRows({ what: { table: 'gone' }, format: 'csv' })).rejects.toThrow(/no table named gone/);
  const what = { sql: 'DELETE FROM orders RETURNING *' };
  await expect(lab.call.exportRows({ what, format: 'csv' })).rejects.toThrow(/writes/);
  expect(lab.engine.plane.version).toEqual(version);
});

test('what only the primary knows is refused: elsewhere it would be something else', async () => {
  await lab.call.execute({ sql: 'CREATE TABLE counted (n); INSERT INTO counted VALUES (1), (2)' });
  await lab.call.execute({ sql: 'CREATE VIEW counts AS SELECT total_changes() AS n' });
  await lab.call.execute({ sql: 'CREATE TEMP TABLE draft (n)' });
  for (const what of [
    { sql: 'SELECT total_changes(), last_insert_rowid()' },
    { table: 'counts' },
    { sql: 'SELECT * FROM draft' },
    { table: 'draft' },
  ]) {
    await expect(lab.call.exportRows({ what, format: 'csv' })).rejects.toThrow(/Save the result that is shown instead/);
  }
});

test('a long export tells its rows and can be cancelled', async () => {
  const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';
  let cancel = (): void => {};
  const told: number[] = [];
  const call = lab.call.exportRows(
    { what: { sql: endless }, format: 'csv' },
    {
      cancelWith: (stop) => {
        cancel = stop;
      },
      onProgress: (report) => {
        told.push((report as { rows: number }).rows);
        if (told.length === 2) cancel();
      },
    },
  );
  await expect(call).rejects.toMatchObject({ code: 'cancelled' });
  expect(told[1]).toBeGreaterThan(told[0]);
  const after = await lab.call.exportRows({ what: { sql: 'SELECT 1 AS a' }, format: 'csv' });
  expect(after.rows).toBe(1);
});

test('a worker whose memory was full during an export serves nobody else', async () => {
  let helper: DatabaseWorker | null = null;
  await lab.engine.fleet.withHelper((worker) => {
    helper = worker;
    const full = (): Promise<never> => Promise.reject(new AppError('memory', 'out of memory'));
    const { call } = worker.calls;
    const get = (target: typeof call, name: string): unknown =>
      name === 'exportRows' ? full : (Reflect.get(target, name) as unknown);
    Object.assign(worker.calls, { call: new Proxy(call, { get: get as ProxyHandler<typeof call>['get'] }) });
    return Promise.resolve();
  });
  const what = { sql: 'SELECT 1 AS a' };
  await expect(lab.call.exportRows({ what, format: 'csv' })).rejects.toMatchObject({ code: 'memory' });
  expect(helper!.gone).toBe(true);
  expect((await lab.call.exportRows({ what, format: 'csv' })).rows).toBe(1);
});

import { afterEach, expect, it } from 'vitest';
import { openLab, type Lab } from '../../../../bench/lab.ts';
import { DEPARTURES_KEPT } from '../../../../src/cache/statistics/departed.ts';
import { rowsOf } from '../../../../src/database/rows/columns.ts';

let lab: Lab;
afterEach(() => lab.stop());

/** Rows as one text, and the slot's decoded bytes as the page is told. */
async function ask(sql: string): Promise<{ cacheHit: boolean; rows: string }> {
  const { outcomes, error } = await lab.call.execute({ sql });
  if (error) throw new Error(error.message);
  await lab.engine.cache.settled;
  const { cacheHit, result } = outcomes[0];
  return { cacheHit, rows: JSON.stringify(rowsOf(result!)) };
}

async function decodedBytes(): Promise<number[]> {
  return (await lab.call.cacheEntries({ limit: 9 })).map((entry) => entry.decodedBytes);
}

it('a decoded copy leaves with its entry, and what takes its slot is answered with rows of its own', async () => {
  lab = await openLab({ change: { cache: { compressAboveBytes: 1024 }, optimizer: { enabled: false } } });
  await lab.call.execute({
    sql: 'CREATE TABLE one (v); INSERT INTO one VALUES (1); CREATE TABLE two AS SELECT * FROM one',
  });
  const long = (table: string, value: number): string =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i, ${value} * v FROM n, ${table}`;
  await lab.call.cacheClear({});
  const first = await ask(long('one', 7));
  for (let hit = 0; hit < 4; hit++) expect(await ask(long('one', 7))).toEqual({ cacheHit: true, rows: first.rows });
  const [charged] = await decodedBytes();
  expect(charged).toBeGreaterThan(2000 * 8);
  const { store } = lab.engine.cache;
  const [slot] = store.slotsInOrder();
  const value = store.valueIn(slot)!;
  await lab.call.execute({ sql: 'UPDATE one SET v = 2' });
  expect([await decodedBytes(), store.bytes]).toEqual([[], 0]);
  // The slot is used again when so many others have left.
  const version = { historyId: store.versions.historyId, logNumber: store.versions.latest };
  for (let more = 1; more <= DEPARTURES_KEPT; more++) {
    const entry = { value, bytes: 1, text: '', queryClass: 'point', tables: [], version, costMs: 1 } as const;
    store.put(`${more}`, entry, performance.now());
    store.remove(`${more}`);
  }
  const other = await ask(long('two', 9));
  expect(store.slotsInOrder()).toEqual([slot]);
  expect(other).toMatchObject({ cacheHit: false });
  expect(other.rows).not.toBe(first.rows);
  expect(await ask(long('two', 9))).toEqual({ cacheHit: true, rows: other.rows });
  for (let hit = 0; hit < 4; hit++) expect((await ask(long('two', 9))).rows).toBe(other.rows);
  expect(await decodedBytes()).toEqual([charged]);
});

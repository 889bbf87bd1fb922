import { afterEach, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../../../../bench/lab.ts';
import { rowsOf } from '../../../../src/database/rows/columns.ts';
import type { QueryOutcome } from '../../../../src/engine/protocol.ts';

const COUNT = 'SELECT count(*) FROM orders WHERE customer_id < 50';
const TTL_MS = { point: 100, range: 100, join: 100, aggregate: 100 };

let lab: Lab;
afterEach(() => lab.stop());

async function ask(sql: string): Promise<QueryOutcome> {
  const { outcomes, error } = await lab.call.execute({ sql });
  if (error) throw new Error(error.message);
  return outcomes[0];
}

/** Until the time of the only entry is over. */
async function untilOver(): Promise<void> {
  await expect.poll(async () => (await lab.call.cacheEntries({ limit: 1 }))[0].expiresInMs).toBeLessThan(0);
}

describe('equal queries at once', () => {
  it('execute once for a hundred, and an error reaches all of them and is not kept', async () => {
    lab = await openLab();
    await ask(COUNT);
    await lab.call.cacheClear({});
    const before = lab.engine.monitoring.totals.queries;
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => lab.engine.executeOptimizedQuery(COUNT)));
    const ran = outcomes.filter(({ reasons }) => reasons.cache.startsWith('Miss'));
    expect([ran.length, new Set(outcomes.map(({ result }) => JSON.stringify(rowsOf(result!)))).size]).toEqual([1, 1]);
    expect(lab.engine.monitoring.totals.queries - before).toBe(100);
    expect((await lab.call.cacheStats({})).joined).toBe(99);
    const failing = "SELECT json_extract('{', '$.a') FROM orders LIMIT 1";
    const failed = await Promise.allSettled(
      Array.from({ length: 20 }, () => lab.engine.executeOptimizedQuery(failing)),
    );
    expect(failed.every(({ status }) => status === 'rejected')).toBe(true);
    await expect(lab.engine.executeOptimizedQuery(failing)).rejects.toThrow(/JSON/);
  });
});

describe('one of several that wait for an execution', () => {
  const SQL = "SELECT sum(json_extract(x, '$')) FROM mine";
  const done = (): number => lab.engine.dispatcher.totals().done;

  it('may leave: the others hear of its error, and of the rows when there are some', async () => {
    lab = await openLab({ change: { optimizer: { enabled: false } } });
    await ask("CREATE TABLE mine (x); INSERT INTO mine VALUES ('1')");
    await ask(SQL); // known from now on
    for (const [x, code] of [
      ['{', 'sql'],
      ['2', undefined],
    ]) {
      await ask(`UPDATE mine SET x = '${x}'`);
      let cancel = (): void => {};
      const leaves = lab.call.execute({ sql: SQL }, { cancelWith: (stop) => (cancel = stop) });
      const stay = [1, 2].map(() => lab.call.execute({ sql: SQL }));
      cancel();
      expect((await leaves).error).toMatchObject({ code: 'cancelled' });
      const outcomes = await Promise.all(stay);
      expect(outcomes.map(({ error }) => error?.code)).toEqual([code, code]);
      if (!code) expect(outcomes.map(({ outcomes: [{ result }] }) => rowsOf(result!))).toEqual([[[2]], [[2]]]);
    }
  });

  it('may leave a refresh that it has joined', async () => {
    lab = await openLab({ change: { cache: { ttlMs: TTL_MS, ttlJitterRatio: 0, staleMs: 3_600_000 } } });
    const rows = rowsOf((await ask(COUNT)).result!);
    await untilOver();
    const before = done();
    let cancel = (): void => {};
    const stale = ask(COUNT);
    // While it is refreshed behind that answer, the entry goes: whoever asks now misses, and waits for the refresh.
    const cleared = lab.call.cacheClear({});
    const leaves = lab.call.execute({ sql: COUNT }, { cancelWith: (stop) => (cancel = stop) });
    const stays = ask(COUNT);
    cancel();
    expect((await leaves).error).toMatchObject({ code: 'cancelled' });
    await cleared;
    expect([(await stale).cacheHit, rowsOf((await stays).result!), done() - before]).toEqual([true, rows, 1]);
    // Who left was answered by nobody.
    expect((await lab.call.cacheStats({})).joined).toBe(1);
  });
});

describe('an entry whose time is over', () => {
  it('is served at once while one refresh runs, and is fresh after it', async () => {
    lab = await openLab({ change: { cache: { ttlMs: TTL_MS, ttlJitterRatio: 0, staleMs: 3_600_000 } } });
    await ask(COUNT);
    await untilOver();
    const stale = await Promise.all(Array.from({ length: 20 }, () => ask(COUNT)));
    expect(stale.every(({ cacheHit }) => cacheHit)).toBe(true);
    expect(stale[0].reasons.cache).toContain('being refreshed behind this answer');
    await expect.poll(async () => (await lab.call.cacheStats({})).evictionsByCause.replaced).toBe(1);
    const { staleHits, misses } = await lab.call.cacheStats({});
    expect([staleHits, misses]).toEqual([20, 1]);
  });

  it('is not served once its table was written', async () => {
    lab = await openLab({ change: { cache: { ttlMs: TTL_MS, ttlJitterRatio: 0, staleMs: 3_600_000 } } });
    const [[before]] = rowsOf((await ask(COUNT)).result!);
    await untilOver();
    await ask('DELETE FROM orders WHERE id = (SELECT min(id) FROM orders WHERE customer_id < 50)');
    const after = await ask(COUNT);
    expect([after.cacheHit, rowsOf(after.result!)[0][0]]).toEqual([false, Number(before) - 1]);
  });
});

describe('older rows, for teaching', () => {
  it('are labelled, count nowhere, and never reach a program', async () => {
    lab = await openLab({ change: { cache: { olderRows: true } } });
    const [[before]] = rowsOf((await ask(COUNT)).result!);
    await ask('DELETE FROM orders WHERE id = (SELECT min(id) FROM orders WHERE customer_id < 50)');
    const counted = await lab.call.cacheStats({});
    const queries = lab.engine.monitoring.totals.queries;
    const older = await ask(COUNT);
    expect(older.olderRows).toMatch(/^Teaching mode: these rows are from .* ago/);
    expect([older.cacheHit, rowsOf(older.result!)[0][0]]).toEqual([false, before]);
    const { hits, misses, timeSavedRatio } = await lab.call.cacheStats({});
    expect({ hits, misses, timeSavedRatio }).toEqual({
      hits: counted.hits,
      misses: counted.misses,
      timeSavedRatio: counted.timeSavedRatio,
    });
    expect(lab.engine.monitoring.totals.queries).toBe(queries);
    const told = await lab.engine.executeOptimizedQuery(COUNT);
    expect([told.olderRows, rowsOf(told.result!)[0][0]]).toEqual([null, Number(before) - 1]);
  });

  it('are off unless somebody switches them on', async () => {
    lab = await openLab();
    await ask(COUNT);
    await ask('DELETE FROM orders WHERE id = (SELECT min(id) FROM orders WHERE customer_id < 50)');
    expect((await ask(COUNT)).olderRows).toBeNull();
  });
});

describe('what the page is told', () => {
  it('comes from what happened', async () => {
    lab = await openLab();
    for (let round = 0; round < 3; round++) await ask(COUNT);
    const report = await lab.call.cacheReport({});
    expect(report.byTable).toMatchObject([{ table: 'orders', hits: 2, misses: 1, entries: 1 }]);
    expect(report.byStrategy).toMatchObject([{ strategy: 'adaptive', hits: 2, misses: 1 }]);
    expect(report.byTable[0].ttl.aggregate.reason).toBe('30 min: what an aggregate gets.');
    expect(report.comparison?.strategies.every(({ hits }) => hits === 2)).toBe(true);
    const [entry] = await lab.call.cacheEntries({ limit: 10 });
    expect(entry).toMatchObject({ rank: 0, hits: 2, compressed: false, decodedBytes: 0, ttlRule: 'class' });
    expect(entry.why).toMatch(/^Adaptive: used 2 times, .*the next to leave\.$/);
    expect((await lab.call.cacheCurve({})).points.at(-1)?.hitRatio).toBeCloseTo(2 / 3, 9);
    await lab.call.cacheClear({});
    expect((await lab.call.cacheReport({})).departures).toMatchObject([
      { cause: 'explicit', reason: 'Removed by hand.' },
    ]);
    expect(await lab.call.cacheResetStatistics({})).toMatchObject({ hits: 0, misses: 0, byteHitRatio: null });
  });
});

/** What the Cache page is told: the shelf's columns, entries found and dropped by the same filter, what is packed and saved. */
import { afterEach, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../../../../bench/lab.ts';
import { createMemoryStore } from '../../../../src/platform/memory-store.ts';

let lab: Lab;
afterEach(() => lab.stop());

async function ask(sql: string, parameters: number[] = []): Promise<void> {
  const { error } = await lab.call.execute({ sql, parameters });
  if (error) throw new Error(error.message);
}

/** Four entries under LRU: the first asked is the next to leave. */
async function fill(): Promise<void> {
  lab = await openLab({ change: { cache: { strategy: 'lru' } } });
  await lab.call.cacheClear({});
  await ask('SELECT count(*) FROM orders');
  await ask('SELECT count(*) FROM customers');
  await ask('SELECT name FROM customers WHERE id = ?1', [7]);
  await ask('SELECT 1 AS one');
}

describe('the shelf', () => {
  it('tells of the same entries as the list, in the same order, and sums what they weigh', async () => {
    await fill();
    await ask('SELECT count(*) FROM orders');
    const [shelf, entries] = [await lab.call.cacheShelf({ limit: 100 }), await lab.call.cacheEntries({ limit: 100 })];
    expect([...shelf.ids]).toEqual(entries.map(({ id }) => id));
    expect([...shelf.bytes]).toEqual(entries.map(({ bytes }) => bytes));
    expect([...shelf.hits]).toEqual([1, 0, 0, 0]);
    expect(new Set(shelf.ids).size).toBe(4);
    expect(shelf.entries).toBe(4);
    expect(shelf.entryBytes).toBe(entries.reduce((sum, { bytes }) => sum + bytes, 0));
    for (const left of shelf.timeLeft) expect(left > 0.9 && left <= 1).toBe(true);
  });

  it('cut short, shows those nearest to leaving, and still counts all', async () => {
    await fill();
    const whole = await lab.call.cacheShelf({ limit: 100 });
    const cut = await lab.call.cacheShelf({ limit: 2 });
    expect([...cut.ids]).toEqual([...whole.ids].slice(2));
    expect([cut.entries, cut.entryBytes]).toEqual([whole.entries, whole.entryBytes]);
  });

  it('knows one that has left by the id that it had', async () => {
    await fill();
    const [first] = (await lab.call.cacheFind({ limit: 1 })).entries;
    expect(first.sql).toBe('SELECT count(*) FROM orders');
    await ask('DELETE FROM orders WHERE id = 1');
    const { ids, left } = await lab.call.cacheShelf({ limit: 100 });
    expect([...ids]).not.toContain(first.id);
    expect(left[0]).toMatchObject({ id: first.id, cause: 'invalidated', reason: 'orders was written.' });
    expect((await lab.call.cacheReport({})).departures[0].id).toBe(first.id);
    expect(await lab.call.cacheEntry({ id: first.id })).toBeNull();
  });
});

describe('finding entries', () => {
  it('lists the next to leave first, unless told otherwise, and counts all that match', async () => {
    await fill();
    const { entries, matching } = await lab.call.cacheFind({ limit: 2 });
    expect(entries.map(({ sql, rank }) => [sql, rank])).toEqual([
      ['SELECT count(*) FROM orders', 3],
      ['SELECT count(*) FROM customers', 2],
    ]);
    expect(entries[0].why).toContain('the next to leave');
    expect(matching.entries).toBe(4);
    const bySize = await lab.call.cacheFind({ limit: 10, sortBy: 'bytes', descending: true });
    const sizes = bySize.entries.map(({ bytes }) => bytes);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(matching.bytes).toBe(sizes.reduce((sum, bytes) => sum + bytes, 0));
  });

  it('filters by table and by what the text or the parameters hold, in any case', async () => {
    await fill();
    const found = async (filter: { table?: string; pattern?: string }): Promise<string[]> =>
      (await lab.call.cacheFind({ limit: 10, ...filter })).entries.map(({ sql }) => sql);
    expect(await found({ pattern: 'FROM CUST' })).toHaveLength(2);
    expect(await found({ table: 'customers', pattern: 'count' })).toEqual(['SELECT count(*) FROM customers']);
    expect(await found({ pattern: '7' })).toEqual(['SELECT name FROM customers WHERE id = ?1']);
    expect(await found({ pattern: 'no such text' })).toEqual([]);
  });

  it('brings the one that was asked for, however far down it stands, but never past the filter', async () => {
    await fill();
    const { id } = (await lab.call.cacheEntries({ limit: 1 }))[0];
    const including = async (pattern?: string): Promise<number[]> =>
      (await lab.call.cacheFind({ limit: 1, including: id, pattern })).entries.map((entry) => entry.id);
    expect(await including()).toHaveLength(2);
    expect(await including()).toContain(id);
    expect(await including('orders')).not.toContain(id);
    expect((await lab.call.cacheEntry({ id }))?.sql).toBe('SELECT 1 AS one');
  });
});

describe('dropping by hand', () => {
  it('drops exactly what the filter finds, and calls it removed by hand', async () => {
    await fill();
    const filter = { table: 'customers', pattern: 'name' };
    expect((await lab.call.cacheFind({ limit: 0, ...filter })).matching.entries).toBe(1);
    expect(await lab.call.cacheInvalidate(filter)).toEqual({ removed: 1 });
    expect(await lab.call.cacheInvalidate({ table: 'customers' })).toEqual({ removed: 1 });
    expect(await lab.call.cacheInvalidate({ table: 'no_such_table' })).toEqual({ removed: 0 });
    const { departures, statistics } = await lab.call.cacheReport({});
    expect(departures.slice(0, 2).map(({ reason }) => reason)).toEqual(['Removed by hand.', 'Removed by hand.']);
    expect([statistics.size, statistics.evictionsByCause.invalidated]).toEqual([2, 0]);
  });

  it('drops nothing when it is not told what', async () => {
    await fill();
    expect(await lab.call.cacheInvalidate({})).toEqual({ removed: 0 });
    expect((await lab.call.cacheStats({})).size).toBe(4);
  });
});

describe('packing and saving', () => {
  it('tells how much was packed, how well, and what unpacking takes', async () => {
    lab = await openLab({ change: { cache: { compressAboveBytes: 1024 } } });
    await lab.call.cacheClear({});
    await lab.call.cacheResetStatistics({});
    const sql = "SELECT id, 'the same text in every row' AS note FROM orders";
    await ask(sql);
    await lab.engine.cache.settled;
    const { packing } = await lab.call.cacheReport({});
    expect([packing.packed, packing.keptPlain, packing.unpacked]).toEqual([1, 0, 0]);
    const [before] = (await lab.call.cacheFind({ limit: 1 })).entries;
    expect(before.ratio).toBeGreaterThan(1.25);
    expect(before.decodeMs).toBeNull();
    await ask(sql);
    const [after] = (await lab.call.cacheFind({ limit: 1, sortBy: 'decodeMs', descending: true })).entries;
    expect(after.decodeMs).not.toBeNull();
    const report = await lab.call.cacheReport({});
    expect([report.packing.unpacked, report.packing.unpackMs]).toEqual([1, after.decodeMs]);
    await lab.call.cacheResetStatistics({});
    expect((await lab.call.cacheReport({})).packing).toEqual({
      packed: 0,
      keptPlain: 0,
      packMs: 0,
      unpacked: 0,
      unpackMs: 0,
    });
  });

  it('tells what a reload would bring back, and what this visit began with', async () => {
    const store = createMemoryStore();
    lab = await openLab({ store });
    await ask('CREATE TABLE mine (n INTEGER)');
    await ask('SELECT count(*) FROM mine');
    expect((await lab.call.cacheReport({})).saved).toMatchObject({ owned: true, problem: null, leftOut: 0 });
    await lab.engine.vault.save();
    await lab.engine.savedCache.flush();
    const { statistics, saved } = await lab.call.cacheReport({});
    expect([saved.entries, saved.bytes]).toEqual([statistics.size, statistics.bytes]);
    expect(saved.savedAtMs).not.toBeNull();
    lab.stop();
    lab = await openLab({ store });
    const again = await lab.call.cacheReport({});
    expect(again.saved.restored).toEqual({ entries: saved.entries, dropped: 0, reason: null });
    // Read once: a second reading would put each entry in the place of itself.
    expect(again.statistics.evictionsByCause.replaced).toBe(0);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../../../../bench/lab.ts';
import { rowsOf } from '../../../../src/database/rows/columns.ts';
import { OWNER_KEY } from '../../../../src/engine/storage/kept-format.ts';
import { FaultyStore, sizeOf } from '../faulty-store.ts';

const opened: Lab[] = [];
afterEach(() => opened.splice(0).forEach((lab) => lab.stop()));

async function open(store: FaultyStore): Promise<Lab> {
  const lab = await openLab({ store });
  opened.push(lab);
  return lab;
}

/** Each result holds a million bytes or more of its own. */
async function fill(lab: Lab, count: number): Promise<void> {
  await lab.call.settings({ change: { cache: { compressAboveBytes: 4 * 1024 ** 3 } } });
  for (let n = 0; n < count; n++) {
    await lab.call.execute({
      sql: `SELECT CAST(zeroblob(900000) || ${n} AS BLOB)`,
    });
  }
}

async function ask(lab: Lab, sql: string): Promise<{ cacheHit: boolean; rows: unknown[][] }> {
  const { outcomes, error } = await lab.call.execute({ sql });
  if (error) throw new Error(error.message);
  const { cacheHit, result } = outcomes.at(-1)!;
  return { cacheHit, rows: result ? rowsOf(result) : [] };
}

/** Closes the page when all is saved, and opens it again over the same store. */
async function reload(lab: Lab, store: FaultyStore): Promise<Lab> {
  await lab.engine.vault.save();
  await lab.engine.savedCache.flush();
  lab.stop();
  return open(store);
}

const cached = (store: FaultyStore): string[] => [...store.held.keys()].filter((key) => key.startsWith('cache/'));

describe('the saved cache', () => {
  it('keeps, after a reload too, what a write to another row cannot touch', async () => {
    const store = new FaultyStore();
    const lab = await open(store);
    const read = (id: number): string => `SELECT v FROM mine WHERE id = ${id}`;
    await ask(lab, 'CREATE TABLE mine (id INTEGER PRIMARY KEY, v); INSERT INTO mine VALUES (1, 10), (2, 20)');
    for (const sql of [read(1), read(2), 'SELECT sum(v) FROM mine']) await ask(lab, sql);
    const again = await reload(lab, store);
    await ask(again, 'UPDATE mine SET v = 21 WHERE id = 2');
    // In another spelling too: the page met none of these texts before.
    expect(await ask(again, 'select V from [mine] where ID=1 -- again')).toEqual({ cacheHit: true, rows: [[10]] });
    expect(await ask(again, read(1))).toEqual({ cacheHit: true, rows: [[10]] });
    expect(await ask(again, read(2))).toEqual({ cacheHit: false, rows: [[21]] });
    expect(await ask(again, 'SELECT sum(v) FROM mine')).toEqual({ cacheHit: false, rows: [[31]] });
  });

  it('says when it was dropped, or damaged in part', async () => {
    const told = async (change: (name: string, value: unknown) => unknown): Promise<[number, string[]]> => {
      const store = new FaultyStore();
      const lab = await open(store);
      await ask(lab, 'CREATE TABLE mine (v)');
      for (const sql of ['SELECT 1 FROM mine', 'SELECT 2 FROM mine']) await ask(lab, sql);
      await lab.engine.vault.save();
      await lab.engine.savedCache.flush();
      for (const name of cached(store)) store.held.set(name, change(name, store.held.get(name)));
      lab.stop();
      const again = await open(store);
      const events = (await again.call.events({ limit: 50 })).filter(({ kind }) => kind === 'cache');
      return [again.engine.cache.store.size, events.map(({ message }) => message)];
    };
    // The first screen's own queries are among them.
    const [whole, silent] = await told((_name, value) => value);
    expect([whole >= 2, silent]).toEqual([true, []]);
    const isManifest = (name: string): boolean => name === 'cache/manifest';
    const [, [former]] = await told((name, value) => (isManifest(name) ? { ...(value as object), schema: 2 } : value));
    expect(former).toMatch(/^What another version of this page had stored of the cache was dropped/);
    const [, [damaged]] = await told((name, value) => (isManifest(name) ? { ...(value as object), hits: 0 } : value));
    expect(damaged).toMatch(/is damaged and was dropped: it starts empty/);
    const [left, [one]] = await told((name, value) => {
      if (!isManifest(name)) (value as { checksum: number }[])[0].checksum ^= 1;
      return value;
    });
    expect(one).toBe(`1 of ${left + 1} stored results were damaged and were dropped.`);
  });

  it('keeps less where there is no room for all, and says so once', async () => {
    const store = new FaultyStore();
    const lab = await open(store);
    await lab.engine.vault.save();
    await fill(lab, 8);
    store.capacityBytes = sizeOf(store.held) + 3_000_000;
    await lab.engine.savedCache.flush();
    const { state } = lab.engine.savedCache;
    expect(state.entries).toBeGreaterThan(0);
    expect(state).toMatchObject({ leftOut: lab.engine.cache.store.size - state.entries, problem: null });
    await lab.engine.savedCache.flush();
    const told = (await lab.call.events({ limit: 50 })).filter(({ message }) => message.includes('has room for'));
    expect(told.map(({ kind, tone }) => [kind, tone])).toEqual([['cache', 'watch']]);
    // The person's data is as it was, and can still be saved.
    await lab.engine.vault.save();
    expect(lab.engine.vault.state.state).toBe('kept');
  });

  it('does not write into a store that another tab has taken', async () => {
    const store = new FaultyStore();
    const lab = await open(store);
    await lab.engine.vault.save();
    await fill(lab, 1);
    store.held.set(OWNER_KEY, 'another');
    await lab.engine.savedCache.flush();
    expect(cached(store)).toEqual([]);
    expect(lab.engine.savedCache.state.problem).toContain('could not be saved');
  });

  it('answers queries as before when the store was wiped under it', async () => {
    const store = new FaultyStore();
    const lab = await open(store);
    await lab.engine.vault.save();
    await fill(lab, 1);
    store.held.clear();
    await lab.engine.savedCache.flush();
    const { outcomes } = await lab.call.execute({ sql: 'SELECT 1' });
    expect(outcomes[0]?.result?.rowCount).toBe(1);
    expect(cached(store)).toEqual([]);
  });
});

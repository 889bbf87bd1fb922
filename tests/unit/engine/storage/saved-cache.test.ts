import { afterEach, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../../../../bench/lab.ts';
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

const cached = (store: FaultyStore): string[] => [...store.held.keys()].filter((key) => key.startsWith('cache/'));

describe('the saved cache', () => {
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

import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { CachePersistence, type CacheStore } from '../../../src/cache/persistence.ts';
import { ResultCache } from '../../../src/cache/result-cache.ts';
import { DEFAULT_CACHE_SETTINGS } from '../../../src/cache/settings.ts';

interface Value {
  numbers: Float64Array;
}
const isValue = (value: unknown): value is Value => (value as Value).numbers instanceof Float64Array;

/** Records cloned in and out, as IndexedDB does; `fail` makes the next save reject. */
class MemoryStore implements CacheStore {
  records = new Map<string, unknown>();
  saved: string[][] = [];
  fail = false;
  load(): Promise<ReadonlyMap<string, unknown>> {
    return Promise.resolve(structuredClone(this.records));
  }
  save(records: ReadonlyMap<string, unknown>): Promise<void> {
    if (this.fail) return Promise.reject(new Error('the disk is full'));
    this.saved.push([...records.keys()]);
    for (const [name, record] of structuredClone(records)) this.records.set(name, record);
    return Promise.resolve();
  }
}

function open(
  store: CacheStore,
  logNumber = 5,
  historyId = 'h',
): { cache: ResultCache<Value>; disk: CachePersistence<Value> } {
  const cache = new ResultCache<Value>(
    {
      ...DEFAULT_CACHE_SETTINGS,
      strategy: 'lru',
      ttlJitterRatio: 0,
      ttlMs: { point: 1000, range: 1000, join: 1000, aggregate: 1000 },
    },
    { historyId, logNumber },
    createRandom(1),
  );
  return { cache, disk: new CachePersistence(cache, store, isValue) };
}

function fill(cache: ResultCache<Value>, count: number, nowMs: number): void {
  for (let key = 0; key < count; key++) {
    const value = { numbers: Float64Array.of(key, key / 3) };
    const { historyId, latest: logNumber } = cache.versions;
    cache.put(
      `k${key}`,
      {
        value,
        bytes: 100,
        text: `q${key}`,
        queryClass: 'point',
        tables: [`t${key % 2}`],
        version: { historyId, logNumber },
        costMs: 2,
      },
      nowMs,
    );
  }
}

describe('CachePersistence', () => {
  it('brings back entries, their order, hits and remaining time', async () => {
    const store = new MemoryStore();
    const before = open(store);
    fill(before.cache, 200, 0);
    for (const key of ['k3', 'k3', 'k150']) before.cache.get(key, 'point', 100);
    await before.disk.flush(100, 1_000_000);

    const after = open(store);
    expect(await after.disk.load(7, 1_000_400)).toEqual({ restored: 200, dropped: 0, reason: null });
    expect(after.cache.entries(7).map(({ key }) => key)).toEqual(before.cache.entries(100).map(({ key }) => key));
    expect(after.cache.statistics().bytes).toBe(before.cache.statistics().bytes);
    const [first] = after.cache.entries(7);
    // Written at 0, to live 1000; 900 were left when saved, and 400 passed while the page was away.
    expect(first).toMatchObject({ key: 'k150', text: 'q150', tables: ['t0'], hits: 1, costMs: 2, expiresInMs: 500 });
    expect(after.cache.get('k3', 'point', 8)).toMatchObject({ value: { numbers: Float64Array.of(3, 1) } });
    expect(after.cache.statistics()).toMatchObject({ hits: 1, misses: 0 });
  });

  it('writes only the packs that changed, and nothing when nothing did', async () => {
    const store = new MemoryStore();
    const { cache, disk } = open(store);
    fill(cache, 200, 0);
    expect(await disk.flush(0, 0)).toBe(4); // 200 slots in packs of 64
    expect([disk.pending, await disk.flush(0, 0)]).toEqual([false, 0]);
    cache.remove('k70');
    await disk.flush(0, 0);
    cache.noteWrite(['elsewhere'], 6); // no entry reads it, but the version moved
    await disk.flush(0, 0);
    expect(store.saved.slice(1)).toEqual([['pack 1', 'manifest'], ['manifest']]);
    const after = open(store, 6);
    expect((await after.disk.load(0, 0)).restored).toBe(199);
  });

  it('drops everything that was saved for other data', async () => {
    const store = new MemoryStore();
    const { cache, disk } = open(store);
    fill(cache, 3, 0);
    await disk.flush(0, 0);
    for (const other of [open(store, 6), open(store, 5, 'h2')]) {
      expect(await other.disk.load(0, 0)).toEqual({
        restored: 0,
        dropped: 0,
        reason: 'The data has changed since it was saved.',
      });
      expect(other.cache.size).toBe(0);
    }
    expect((await open(new MemoryStore()).disk.load(0, 0)).reason).toBe('Nothing was saved.');
    store.records.set('manifest', { schema: 99 });
    expect((await open(store).disk.load(0, 0)).reason).toBe('It was saved by another version of this page.');
  });

  it('never brings back what a write dropped before the flush', async () => {
    const store = new MemoryStore();
    const { cache, disk } = open(store);
    fill(cache, 100, 0);
    await disk.flush(0, 0);
    cache.noteWrite(['t1'], 6);
    await disk.flush(0, 0);
    const after = open(store, 6);
    await after.disk.load(0, 0);
    expect(new Set(after.cache.entries(0).flatMap(({ tables }) => tables))).toEqual(new Set(['t0']));
    expect(after.cache.size).toBe(50);
  });

  it('drops damaged, expired and foreign entries singly', async () => {
    const store = new MemoryStore();
    const { cache, disk } = open(store);
    fill(cache, 6, 0);
    await disk.flush(0, 0);
    const pack = store.records.get('pack 0') as { slot: number; header: string; bytes: Uint8Array; checksum: number }[];
    const of = (slot: number): (typeof pack)[number] => pack.find((entry) => entry.slot === slot) ?? pack[0];
    of(0).bytes[3] ^= 1;
    of(1).header = of(1).header.replace('q1', 'q2');
    of(2).checksum++;
    pack.splice(pack.indexOf(of(3)), 1, null as never);
    const after = open(store);
    expect(await after.disk.load(0, 0)).toEqual({ restored: 2, dropped: 4, reason: null });
    expect(after.cache.entries(0).map(({ key }) => key)).toEqual(['k5', 'k4']);
    expect((await open(store).disk.load(0, 1000)).restored).toBe(0); // their time is over
    store.records.set('pack 0', 'not a pack');
    expect((await open(store).disk.load(0, 0)).restored).toBe(0);
  });

  it('leaves nothing behind of an earlier, larger cache', async () => {
    const store = new MemoryStore();
    const before = open(store);
    fill(before.cache, 200, 0);
    await before.disk.flush(0, 0);
    const after = open(store);
    await after.disk.load(0, 0);
    after.cache.clear();
    fill(after.cache, 1, 0);
    await after.disk.flush(0, 0);
    // The slot freed last is used first: the one entry lies in the last pack, the others were emptied.
    const counts = [0, 1, 2, 3].map((number) => (store.records.get(`pack ${number}`) as []).length);
    expect(counts).toEqual([0, 0, 0, 1]);
  });

  it('keeps what could not be saved for the next try, and one save at a time', async () => {
    const store = new MemoryStore();
    const { cache, disk } = open(store);
    fill(cache, 10, 0);
    store.fail = true;
    await expect(disk.flush(0, 0)).rejects.toThrow('The cache could not be saved: the disk is full');
    store.fail = false;
    expect(disk.pending).toBe(true);
    const [first, second] = [disk.flush(0, 0), disk.flush(0, 0)];
    expect([await first, await second]).toEqual([1, 0]);
  });
});

import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import { AppError } from '../../../../src/core/errors.ts';
import { CachePersistence, type CacheStore } from '../../../../src/cache/persistence/persistence.ts';
import { ResultCache } from '../../../../src/cache/result-cache.ts';
import type { StrategyName } from '../../../../src/cache/catalogue.ts';
import type { RowsByTable } from '../../../../src/cache/freshness/row-keys.ts';
import { DEFAULT_CACHE_SETTINGS } from '../../../../src/cache/settings.ts';

interface Value {
  numbers: Float64Array;
}
const isValue = (value: unknown): value is Value => (value as Value).numbers instanceof Float64Array;

/** Records cloned in and out, as IndexedDB does; `fail` makes the next save reject. */
class MemoryStore implements CacheStore {
  records = new Map<string, unknown>();
  saved: string[][] = [];
  fail = false;
  /** How many bytes of entries it has room for. */
  room = Infinity;
  load(): Promise<ReadonlyMap<string, unknown>> {
    return Promise.resolve(structuredClone(this.records));
  }
  save(records: ReadonlyMap<string, unknown>): Promise<void> {
    if (this.fail) return Promise.reject(new Error('the disk is full'));
    const packs = [...new Map([...this.records, ...records]).values()].filter((record) => Array.isArray(record));
    const taken = packs.flat() as { bytes: Uint8Array }[];
    if (taken.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) > this.room)
      return Promise.reject(new AppError('storage-full', 'no room left'));
    this.saved.push([...records.keys()]);
    for (const [name, record] of structuredClone(records)) this.records.set(name, record);
    return Promise.resolve();
  }
}

function open(
  store: CacheStore,
  logNumber = 5,
  historyId = 'h',
  strategy: StrategyName = 'lru',
  capacityBytes = DEFAULT_CACHE_SETTINGS.capacityBytes,
): { cache: ResultCache<Value>; disk: CachePersistence<Value> } {
  const cache = new ResultCache<Value>(
    {
      ...DEFAULT_CACHE_SETTINGS,
      strategy,
      capacityBytes,
      ttlJitterRatio: 0,
      ttlMs: { point: 1000, range: 1000, join: 1000, aggregate: 1000 },
    },
    { historyId, logNumber },
    createRandom(1),
  );
  return { cache, disk: new CachePersistence(cache, store, isValue) };
}

function putOne(cache: ResultCache<Value>, key: string, bytes: number, table = 't', rows?: RowsByTable): void {
  const value = { numbers: Float64Array.of(Number(key.slice(1)), Number(key.slice(1)) / 3) };
  const { historyId, latest: logNumber } = cache.versions;
  const version = { historyId, logNumber };
  cache.put(
    key,
    { value, bytes, text: `q${key.slice(1)}`, queryClass: 'point', tables: [table], rows, version, costMs: 2 },
    0,
  );
}

function fill(cache: ResultCache<Value>, count: number, nowMs: number, bytes = 100): void {
  expect(nowMs).toBe(0);
  for (let key = 0; key < count; key++) putOne(cache, `k${key}`, bytes, `t${key % 2}`);
}

describe('CachePersistence', () => {
  it('brings back entries, their order, hits and remaining time', async () => {
    const store = new MemoryStore();
    const before = open(store);
    fill(before.cache, 200, 0);
    for (const key of ['k3', 'k3', 'k150']) before.cache.get(key, 'point', 100);
    await before.disk.flush(100, 1_000_000);

    const after = open(store);
    expect(await after.disk.load(7, 1_000_400)).toEqual({ restored: 200, dropped: 0, damaged: 0, reason: null });
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
    expect(await disk.flush(0, 0)).toEqual({ written: true, packs: 4, saved: 200, leftOut: 0, bytes: cache.bytes }); // 200 slots in packs of 64
    expect([disk.pending, (await disk.flush(0, 0)).packs]).toEqual([false, 0]);
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
        damaged: 0,
        reason: 'other-data',
      });
      expect(other.cache.size).toBe(0);
    }
    expect((await open(new MemoryStore()).disk.load(0, 0)).reason).toBe('nothing-saved');
    for (const schema of [2, 99]) {
      store.records.set('manifest', { ...(store.records.get('manifest') as object), schema });
      expect(await open(store).disk.load(0, 0)).toEqual({
        restored: 0,
        dropped: 0,
        damaged: 0,
        reason: 'other-format',
      });
    }
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
    expect(await after.disk.load(0, 0)).toEqual({ restored: 2, dropped: 4, damaged: 4, reason: null });
    expect(after.cache.entries(0).map(({ key }) => key)).toEqual(['k5', 'k4']);
    // Of the others the time is over.
    expect(await open(store).disk.load(0, 1000)).toEqual({ restored: 0, dropped: 6, damaged: 4, reason: null });
    store.records.set('pack 0', 'not a pack');
    expect(await open(store).disk.load(0, 0)).toEqual({ restored: 0, dropped: 6, damaged: 6, reason: null });
  });

  it('believes no manifest with a wrong bit, whichever data it then speaks of', async () => {
    const store = new MemoryStore();
    const { cache, disk } = open(store);
    fill(cache, 6, 0);
    await disk.flush(0, 0);
    const whole = store.records.get('manifest') as Record<string, unknown>;
    const ways: Record<string, unknown>[] = [
      { logNumber: 6 },
      { historyId: 'h2' },
      { packs: [] },
      { packs: 7 },
      { order: Int32Array.of(1, 0, 2, 3, 4, 5) },
      { order: [0, 1, 2, 3, 4, 5] },
      { hits: Uint32Array.of(0, 0, 0, 0, 0, 9) },
      { hits: new Uint32Array(5) },
      { checksum: (whole.checksum as number) ^ 1 },
      { checksum: undefined },
    ];
    for (const way of ways) {
      store.records.set('manifest', { ...whole, ...way });
      // At the version that the damaged one speaks of.
      const { logNumber, historyId } = { logNumber: 5, historyId: 'h', ...way };
      const after = open(store, logNumber, historyId);
      const report = await after.disk.load(0, 0);
      expect([way, report.reason, after.cache.size]).toEqual([way, 'damaged', 0]);
    }
    for (const manifest of [null, 'x', 3, {}]) {
      store.records.set('manifest', manifest);
      expect((await open(store).disk.load(0, 0)).reason).toBe('other-format');
    }
  });

  it('brings back of which rows alone an entry rests', async () => {
    const store = new MemoryStore();
    const { cache, disk } = open(store);
    const rowsOf = (id: number): RowsByTable => new Map([['t', [{ '-1': `n${id}` }]]]);
    for (const id of [1, 2]) putOne(cache, `k${id}`, 100, 't', rowsOf(id));
    putOne(cache, 'k3', 100);
    await disk.flush(0, 0);
    const after = open(store);
    await after.disk.load(0, 0);
    expect(after.cache.noteWrite(['t'], 6, 0, rowsOf(2))).toBe(2); // its own row, and the one that any row may matter to
    expect(after.cache.entries(0).map(({ key }) => key)).toEqual(['k1']);
    // And once more: what was restored is saved again.
    await after.disk.flush(0, 0);
    const third = open(store, 6);
    await third.disk.load(0, 0);
    expect([third.cache.noteWrite(['t'], 7, 0, rowsOf(2)), third.cache.noteWrite(['t'], 8, 0, rowsOf(1))]).toEqual([
      0, 1,
    ]);
  });

  it('charges a restored entry for its value, not for the decoded copy that it had', async () => {
    const store = new MemoryStore();
    const { cache, disk } = open(store);
    fill(cache, 2, 0);
    const [slot] = cache.slotsInOrder();
    cache.chargeDecoded(slot, cache.generationOf(slot), 5000, 0);
    expect(cache.bytes).toBe(2 * 104 + 5000);
    expect((await disk.flush(0, 0)).bytes).toBe(2 * 104);
    const after = open(store);
    await after.disk.load(0, 0);
    const decoded = (): number[] => after.cache.entries(0).map(({ decodedBytes }) => decodedBytes);
    expect([after.cache.bytes, decoded()]).toEqual([2 * 104, [0, 0]]);
    const [restored] = after.cache.slotsInOrder();
    expect(after.cache.chargeDecoded(restored, after.cache.generationOf(restored), 700, 0)).toBe(true);
    expect([after.cache.bytes, decoded()]).toEqual([2 * 104 + 700, [700, 0]]);
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
    expect([(await first).packs, (await second).packs]).toEqual([1, 0]);
  });

  it('keeps what would leave last where there is no room for all, and says how much that is', async () => {
    const store = new MemoryStore();
    const { cache, disk } = open(store);
    // Each value is 16 bytes and is charged 200 KB, so that halving has something to halve.
    fill(cache, 100, 0, 200_000);
    for (const key of ['k7', 'k80']) cache.get(key, 'point', 1);
    await disk.flush(1, 0);
    store.room = 30 * 16;
    cache.remove('k0');
    const report = await disk.flush(1, 0);
    expect(report.saved + report.leftOut).toBe(99);
    expect([report.saved, report.bytes]).toEqual([24, 24 * 200_000 + 24 * 6 - 2]); // 99, then half, then a quarter
    const after = open(store);
    expect((await after.disk.load(1, 0)).restored).toBe(24);
    expect(
      after.cache
        .entries(1)
        .slice(0, 3)
        .map(({ key }) => key),
    ).toEqual(['k80', 'k7', 'k99']);
    // What fits later is kept again as it comes, within the same bound.
    cache.remove('k80');
    expect((await disk.flush(1, 0)).saved).toBe(24);
  });

  it('does not go on with less, once the data has moved on: what it stands at now may not be stored itself', async () => {
    const store = new MemoryStore();
    const { cache, disk } = open(store);
    fill(cache, 100, 0, 200_000);
    store.room = 60 * 16;
    const flushed = disk.flush(1, 0);
    cache.noteWrite(['u'], 6, 1);
    expect([await flushed, store.saved, disk.pending]).toEqual([expect.objectContaining({ written: false }), [], true]);
    expect(await disk.flush(1, 0)).toMatchObject({ written: true });
    expect((await open(store, 6).disk.load(1, 0)).restored).toBeGreaterThan(0);
  });

  it('keeps nothing, without an error, where there is no room at all', async () => {
    const store = new MemoryStore();
    const { cache, disk } = open(store);
    fill(cache, 5, 0);
    store.room = 0;
    expect(await disk.flush(0, 0)).toMatchObject({ saved: 0, leftOut: 5, bytes: 0 });
    expect((await open(store).disk.load(0, 0)).restored).toBe(0);
  });

  it('brings back what a strategy knew of keys that are not there', async () => {
    const run = async (reload: boolean): Promise<number> => {
      const store = new MemoryStore();
      let { cache, disk } = open(store, 5, 'h', 's3-fifo', 4096);
      const ask = (key: string): boolean => {
        if (cache.get(key, 'point', 0).hit) return true;
        putOne(cache, key, 400);
        return false;
      };
      // A loop of 12 keys over room for 9: what has just left is remembered, and stays when it comes again.
      for (let at = 0; at < 600; at++) ask(`k${(at * 7) % 12}`);
      if (reload) {
        await disk.flush(0, 0);
        ({ cache, disk } = open(store, 5, 'h', 's3-fifo', 4096));
        await disk.load(0, 0);
      }
      let hits = 0;
      for (let at = 0; at < 120; at++) if (ask(`k${(at * 7) % 12}`)) hits++;
      return hits;
    };
    const [stayed, reloaded] = [await run(false), await run(true)];
    expect(Math.abs(stayed - reloaded)).toBeLessThanOrEqual(2);
  });

  it('takes no harm from a history that is not one', async () => {
    const store = new MemoryStore();
    const { cache, disk } = open(store);
    fill(cache, 3, 0);
    await disk.flush(0, 0);
    for (const requests of [
      undefined,
      'x',
      { hashes: [1], weights: null, costsMs: {} },
      { hashes: new Uint32Array(9) },
    ]) {
      store.records.set('manifest', { ...(store.records.get('manifest') as object), requests });
      expect((await open(store).disk.load(0, 0)).restored).toBe(3);
    }
  });
});

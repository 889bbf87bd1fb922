import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_CACHE_SETTINGS, type CacheSettings } from '../../../../src/cache/settings.ts';
import { createRandom } from '../../../../src/core/random.ts';
import type { Classification, ResultColumns } from '../../../../src/database/protocol.ts';
import { CELL, emptyResult, rowsOf } from '../../../../src/database/rows/columns.ts';
import { QueryCache, type Found } from '../../../../src/engine/query/query-cache.ts';

const MIB = 1024 * 1024;
const VERSION = { historyId: '', logNumber: 0, epoch: 0 };
const NO_BYTES = new Uint8Array(0);

let nowMs = 0;
beforeEach(() => {
  nowMs = 0;
});

function cacheWith(changes: Partial<CacheSettings> = {}): QueryCache {
  const settings: CacheSettings = {
    ...DEFAULT_CACHE_SETTINGS,
    strategy: 'lru',
    compareStrategies: false,
    ...changes,
  };
  const random = createRandom(1);
  return new QueryCache({ settings, random, nowMs: () => nowMs, onStored: () => {} });
}

/** Of a query that reads these tables. */
function reading(...tablesRead: string[]): Classification {
  return {
    kind: 'read',
    queryClass: 'range',
    tablesRead,
    tablesWritten: [],
    touchesEverything: false,
    volatile: null,
    mayReadClock: false,
    connectionState: false,
    parameters: [],
    columnNames: ['a'],
    schemaCookie: 1,
    program: tablesRead.join(),
    scan: '',
    reach: [],
    touched: null,
    refusal: null,
  };
}

function admit(cache: QueryCache, key: string, result: ResultColumns, ...tables: string[]): boolean {
  const classification = reading(...tables);
  const asked = {
    sql: `SELECT a FROM ${tables.join(', ')} -- ${key}`,
    parameters: [],
    purpose: 'asked' as const,
    asTyped: true,
  };
  return cache.admit({ key, classification, result, version: VERSION, costMs: 5, ...asked });
}

function lookUp(cache: QueryCache, key: string): Found | string {
  return cache.lookup(key, reading('t'), false, nowMs);
}

async function rowsFound(cache: QueryCache, key: string): Promise<{ rows: unknown; unpacked: boolean }> {
  const found = lookUp(cache, key);
  if (typeof found === 'string') throw new Error(found);
  return { rows: rowsOf(await found.result), unpacked: found.unpacked };
}

/** One column of whole numbers. */
function numbers(values: number[]): ResultColumns {
  const column = {
    ...{ classes: new Uint8Array(values.length).fill(CELL.integer), numbers: Float64Array.from(values) },
    ...{ wide: new BigInt64Array(0), offsets: new Uint32Array(0), bytes: NO_BYTES },
  };
  return { ...emptyResult(['a']), rowCount: values.length, columns: [column] };
}

function nulls(count: number): ResultColumns {
  const [column] = emptyResult(['a']).columns;
  return {
    ...emptyResult(['a']),
    rowCount: count,
    columns: [{ ...column, classes: new Uint8Array(count).fill(CELL.null) }],
  };
}

/** One row, one blob. */
function blob(bytes: number): ResultColumns {
  const [column] = emptyResult(['a']).columns;
  const held = { classes: Uint8Array.of(CELL.blob), offsets: Uint32Array.of(0, bytes), bytes: new Uint8Array(bytes) };
  return { ...emptyResult(['a']), rowCount: 1, columns: [{ ...column, ...held }] };
}

describe('results of every size', () => {
  it('are hits though they hold no row, or nothing but NULL', async () => {
    const cache = cacheWith();
    expect(admit(cache, 'none', emptyResult(['a']), 't')).toBe(true);
    expect(admit(cache, 'nulls', nulls(3), 't')).toBe(true);
    expect((await rowsFound(cache, 'none')).rows).toEqual([]);
    expect((await rowsFound(cache, 'nulls')).rows).toEqual([[null], [null], [null]]);
    expect(cache.statistics()).toMatchObject({ hits: 2, misses: 0, size: 2 });
  });

  it('are refused above an eighth of the capacity, and the next miss says so; 100 MiB fit where there is room', () => {
    const result = blob(100 * MIB);
    const plain = { compressAboveBytes: 4 * 1024 * MIB };
    const small = cacheWith({ ...plain, capacityBytes: 64 * MIB });
    admit(small, 'other', numbers([1]), 't');
    expect(admit(small, 'large', result, 't')).toBe(false);
    expect(lookUp(small, 'large')).toContain('too large');
    expect(small.statistics().size).toBe(1); // nobody had to leave for it
    const large = cacheWith({ ...plain, capacityBytes: 1024 * MIB });
    expect(admit(large, 'large', result, 't')).toBe(true);
    const { bytes } = large.statistics();
    expect(bytes).toBeGreaterThan(100 * MIB);
    expect(bytes).toBeLessThan(100 * MIB + 2048);
    for (let key = 0; key < 30; key++) admit(large, `large ${key}`, result, 't');
    expect(large.statistics()).toMatchObject({ size: 10, bytes: expect.toSatisfy((sum) => sum <= 1024 * MIB) });
  });
});

describe('a large result', () => {
  const values = Array.from({ length: 40_000 }, (_, at) => at * 3);
  const plainBytes = 40_000 * 9;

  it('is compressed behind the answer, unpacked for a hit, and kept decoded and charged once it is asked for again', async () => {
    const cache = cacheWith();
    const rows = values.map((value) => [value]);
    admit(cache, 'k', numbers(values), 't');
    expect(cache.statistics().bytes).toBeGreaterThan(plainBytes);
    await cache.settled;
    const packed = cache.statistics();
    expect(packed.bytes).toBeLessThan(plainBytes / 4);
    expect(packed.compression).toMatchObject({ entries: 1, decodedEntries: 0 });
    expect(await rowsFound(cache, 'k')).toEqual({ rows, unpacked: true });
    expect(cache.statistics().bytes).toBe(packed.bytes); // the first hit may have been all
    expect(await rowsFound(cache, 'k')).toEqual({ rows, unpacked: true });
    const { bytes, compression } = cache.statistics();
    expect(compression).toMatchObject({ entries: 1, decodedEntries: 1, decodedBytes: bytes - packed.bytes });
    expect(compression.decodedBytes).toBeGreaterThanOrEqual(plainBytes);
    expect(await rowsFound(cache, 'k')).toEqual({ rows, unpacked: false });
    cache.store.noteWrite(['t'], 1);
    expect(lookUp(cache, 'k')).toContain('was written');
    expect(cache.statistics()).toMatchObject({
      bytes: 0,
      compression: { entries: 0, decodedEntries: 0, decodedBytes: 0 },
    });
  });

  it('makes the decoded copies that were used longest ago give way, within a quarter of the capacity', async () => {
    const capacityBytes = 4 * MIB;
    const cache = cacheWith({ capacityBytes });
    for (const key of 'abcd') admit(cache, key, numbers(values), 't');
    await cache.settled;
    for (const key of 'abcd') for (let hit = 0; hit < 2; hit++) await rowsFound(cache, key);
    const { compression, size, bytes } = cache.statistics();
    expect([size, compression.decodedEntries]).toEqual([4, Math.floor(capacityBytes / 4 / plainBytes)]);
    expect(compression.decodedBytes).toBeLessThanOrEqual(capacityBytes / 4);
    expect(bytes).toBe(cache.store.entries(nowMs).reduce((sum, entry) => sum + entry.bytes, 0));
    const unpacked = await Promise.all([...'abcd'].map(async (key) => (await rowsFound(cache, key)).unpacked));
    expect(unpacked).toEqual([true, true, false, false]);
  });

  it('that cannot be compressed stays as it is, and those behind it are compressed all the same', async () => {
    const cache = cacheWith();
    vi.stubGlobal('CompressionStream', function refuse() {
      throw new RangeError('no memory left');
    });
    admit(cache, 'first', numbers(values), 't');
    await cache.settled;
    vi.unstubAllGlobals();
    expect(await rowsFound(cache, 'first')).toMatchObject({ unpacked: false });
    admit(cache, 'second', numbers(values), 't');
    await cache.settled;
    expect(cache.statistics().compression.entries).toBe(1);
    expect(cache.packing).toMatchObject({ packed: 1, keptPlain: 1 });
  });

  it('that was invalidated, or replaced, while it was being compressed is not put back', async () => {
    const cache = cacheWith();
    admit(cache, 'gone', numbers(values), 't');
    admit(cache, 'newer', numbers(values), 'u');
    await Promise.resolve();
    cache.store.noteWrite(['t'], 1);
    admit(cache, 'newer', numbers([7]), 'u');
    admit(cache, 'other', numbers([8]), 'u'); // in the slot that has become free
    await cache.settled;
    expect(lookUp(cache, 'gone')).toContain('was written');
    expect((await rowsFound(cache, 'newer')).rows).toEqual([[7]]);
    expect((await rowsFound(cache, 'other')).rows).toEqual([[8]]);
    expect(cache.statistics().bytes).toBe(cache.store.entries(nowMs).reduce((sum, { bytes }) => sum + bytes, 0));
  });

  it('that another has followed under the same key is not answered from the copy of the former', async () => {
    const cache = cacheWith();
    admit(cache, 'k', numbers(values), 't');
    await cache.settled;
    for (let hit = 0; hit < 3; hit++) await rowsFound(cache, 'k');
    admit(cache, 'k', numbers(values.map((value) => value + 1)), 't');
    await cache.settled;
    expect(cache.statistics().compression).toMatchObject({ entries: 1, decodedEntries: 0, decodedBytes: 0 });
    expect(await rowsFound(cache, 'k')).toEqual({ rows: values.map((value) => [value + 1]), unpacked: true });
    admit(cache, 'k', numbers([7]), 't');
    expect(await rowsFound(cache, 'k')).toEqual({ rows: [[7]], unpacked: false });
    expect(cache.statistics().compression).toMatchObject({ entries: 0, decodedEntries: 0, decodedBytes: 0 });
  });
});

describe('dropping by hand', () => {
  const TABLES = { one: ['t'], two: ['u'], both: ['t', 'u'], three: ['v'] };

  function filled(): QueryCache {
    const cache = cacheWith();
    for (const [key, tables] of Object.entries(TABLES)) admit(cache, key, numbers([1]), ...tables);
    return cache;
  }

  it.each([
    [{ table: 't' }, ['one', 'both']],
    [{ table: 'T' }, []],
    [{ pattern: 'FROM t, u' }, ['both']],
    [{ pattern: 'select A' }, ['one', 'two', 'both', 'three']],
    [{ pattern: '%' }, []],
    [{ table: 't', pattern: '-- one' }, ['one']],
    [{ key: 'three' }, ['three']],
    [{ key: 'four' }, []],
    [{}, []],
  ])('%j', (what, gone) => {
    const cache = filled();
    const dropped = new Set<string>(gone);
    expect(cache.drop(what)).toBe(gone.length);
    const keys = Object.keys(TABLES);
    const found = keys.filter((key) => typeof lookUp(cache, key) !== 'string');
    expect(found).toEqual(keys.filter((key) => !dropped.has(key)));
    expect(cache.statistics().evictionsByCause).toMatchObject({ explicit: gone.length, invalidated: 0 });
    for (const key of gone) expect(lookUp(cache, key)).toContain('by hand');
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readArguments } from '../../../bench/arguments.ts';
import { command, type CacheReport } from '../../../bench/commands/cache.ts';
import { cacheFigures } from '../../../bench/cache-figures.ts';
import { STRATEGY_NAMES } from '../../../src/cache/catalogue.ts';
import { createRandom } from '../../../src/core/random.ts';
import { zipfKeys } from '../cache/traces.ts';

describe('measure cache', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const run = async (...args: string[]): Promise<CacheReport> =>
    (await command.run(readArguments(command, args), () => {})) as CacheReport;

  it('replays keys through every strategy and the optimum', async () => {
    // Two entries, a b a c a b: LRU and LFU hit a twice; in order of writing c pushes out a and a pushes out b: one hit.
    // The optimum keeps a and b throughout: three hits.
    const trace = file('t.keys.gz', gzipSync('0\n1\n0\n2\n0\n1\n'));
    const report = await run('--trace', trace, '--capacity', '2,3');
    expect(report).toMatchObject({ trace: 't.keys.gz', requests: 6, unique: 3 });
    expect(report.cells.map(({ capacity }) => capacity)).toEqual([2, 3]);
    const { hitRatio } = report.cells[0];
    expect(hitRatio).toMatchObject({
      fifo: 1 / 6,
      lru: 2 / 6,
      lfu: 2 / 6,
      ttl: 1 / 6,
      adaptive: 2 / 6,
      optimal: 3 / 6,
    });
    expect(Object.keys(hitRatio)).toEqual([...STRATEGY_NAMES, 'optimal']);
    expect(Math.max(...Object.values(hitRatio))).toBe(hitRatio.optimal);
  });

  it('counts bytes where there are sizes', async () => {
    // 100 bytes: 60 and 30 fit beside each other, 200 never fits.
    const trace = file('t.keysize', '0 60\r\n1 30\r\n2 200\r\n0 60\r\n1 30\r\n');
    const [cell] = (await run('--trace', trace, '--capacity-bytes', '100')).cells;
    expect(cell.hitRatio).toEqual(Object.fromEntries([...STRATEGY_NAMES, 'bound'].map((name) => [name, 0.4])));
    expect(cell.byteHitRatio?.bound).toBeCloseTo(90 / 380, 10);
    expect(cell.byteHitRatio?.lru).toBeCloseTo(90 / 380, 10);
  });

  it('sets Adaptive beside the others and the optimum, and says which targets are met', () => {
    // A short loop under every name, so that all cells fit whole: everybody hits all but the first round, as the optimum does.
    const loop = Uint32Array.from({ length: 2000 }, (_, at) => at % 200);
    const sizes = Float64Array.from(loop, (key) => 100 + key);
    const even = cacheFigures(
      (name) => ({ keys: loop, sizes: name === 'adaptsize' ? sizes : null }),
      () => {},
    );
    expect(even.mean).toEqual({ hitRatio: expect.closeTo(0.9, 10) as number, target: 0.53, met: true });
    expect([even.tunedOn.length, even.notTunedOn.cells.length]).toEqual([16, 11]);
    expect(even.notTunedOn).toMatchObject({ met: true, targetPoints: -0.3 });
    expect(even.phases.cells.map(({ capacity }) => capacity)).toEqual([512, 1024, 2048]);
    for (const { adaptive, optimal } of even.phases.cells)
      expect([adaptive, optimal]).toEqual([5800 / 6000, 5800 / 6000]);
    // All alike is not better than the others.
    expect([even.sizes.met, even.met]).toEqual([false, false]);
    expect(even.sizes.cells[0].hitRatio).toMatchObject({ adaptive: 0.9, lru: 0.9, bound: 0.9 });

    // Keys that never come back: nobody hits anything, and the mean is missed.
    const scan = Uint32Array.from({ length: 500 }, (_, at) => at);
    const none = cacheFigures(
      (name) => ({ keys: scan, sizes: name === 'adaptsize' ? sizes.slice(0, 500) : null }),
      () => {},
    );
    expect(none.mean).toMatchObject({ hitRatio: 0, met: false });
    expect(none.notTunedOn.cells[0]).toMatchObject({ abovePoints: 0, met: true });
  });

  it('plays the phases over keys of their own, the same ones when a stream comes again', () => {
    const random = createRandom(3);
    const streams: Record<string, Uint32Array> = { corda: zipfKeys(random, 50, 400), loop: zipfKeys(random, 60, 300) };
    const any = Uint32Array.of(1, 2, 3);
    const { phases } = cacheFigures(
      (name) => ({ keys: streams[name] ?? any, sizes: name === 'adaptsize' ? Float64Array.of(1, 1, 1) : null }),
      () => {},
    );
    const distinct = new Set(streams.corda).size + new Set(streams.loop).size;
    expect(phases.cells[0].optimal).toBeCloseTo(1 - distinct / 1100, 10);
  });

  it('names what it cannot use', async () => {
    const keys = file('good', '1\n');
    await expect(async () => run('--trace', keys)).rejects.toThrow('Give --capacity');
    await expect(async () => run('--trace', keys, '--capacity', '0')).rejects.toThrow(
      '--capacity must be whole numbers of 1 or more, got 0.',
    );
    await expect(async () => run('--trace', keys, '--capacity-bytes', '9')).rejects.toThrow('has no sizes');
    await expect(async () => run()).rejects.toThrow('Give --trace with --capacity or --capacity-bytes, or --traces');
    await expect(async () => run('--trace', keys, '--traces', folder)).rejects.toThrow('one of the two');
    await expect(async () => run('--traces', folder)).rejects.toThrow('oltp.keys.gz: there is no such file');
    const reading = (name: string, content: string) => async () =>
      run('--trace', file(name, content), '--capacity', '1');
    await expect(reading('words', '1\nx\n')).rejects.toThrow(/words: Line 2 of the trace: expected whole numbers/);
    await expect(reading('ragged', '1 2\n3\n')).rejects.toThrow(
      'Line 2 of the trace: expected 2 whole numbers, found 1.',
    );
    await expect(reading('three', '1 2 3\n')).rejects.toThrow(
      'Line 1 of the trace: expected a key, or a key and its bytes',
    );
    await expect(reading('empty', '\n')).rejects.toThrow('holds no requests');
    await expect(async () => run('--trace', join(folder, 'missing'), '--capacity', '1')).rejects.toThrow(
      'no such file',
    );
  });
});

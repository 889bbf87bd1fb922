import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readArguments } from '../../../bench/arguments.ts';
import { command, readTrace, type CacheReport } from '../../../bench/commands/cache.ts';
import { STRATEGY_NAMES } from '../../../src/cache/catalogue.ts';

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
    expect(cell.hitRatio).toEqual(Object.fromEntries(STRATEGY_NAMES.map((name) => [name, 0.4])));
    expect(cell.byteHitRatio?.lru).toBeCloseTo(90 / 380, 10);
  });

  it('names what it cannot use', async () => {
    const keys = file('good', '1\n');
    await expect(async () => run('--trace', keys)).rejects.toThrow('Give --capacity');
    await expect(async () => run('--trace', keys, '--capacity', '0')).rejects.toThrow(
      '--capacity must be whole numbers of 1 or more, got 0.',
    );
    await expect(async () => run('--trace', keys, '--capacity-bytes', '9')).rejects.toThrow('has no sizes');
    expect(() => readTrace(file('words', '1\nx\n'))).toThrow('line 2: expected whole numbers.');
    expect(() => readTrace(file('ragged', '1 2\n3\n'))).toThrow('line 2: expected 2 numbers, found 1.');
    expect(() => readTrace(file('three', '1 2 3\n'))).toThrow('line 1: expected 2 numbers, found 3.');
    expect(() => readTrace(file('empty', '\n'))).toThrow('holds no requests.');
    expect(() => readTrace(join(folder, 'missing'))).toThrow('no such file');
  });
});

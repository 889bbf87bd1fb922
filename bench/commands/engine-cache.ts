/** The result cache through the whole engine: what a hit costs, how often it hits, and that it is never stale. */
import { createRandom } from '../../src/core/random.ts';
import { number, UsageError, type Command } from '../command.ts';
import { openLab } from '../lab.ts';
import { MEASURED_ALONE, pointReads } from '../point-reads.ts';
import { skewedReads } from '../skewed-reads.ts';

/** Orders in the smallest sample shop are a few more. */
const POINT_READS_MAX = 10_000;

export const command: Command = {
  name: 'engine-cache',
  summary: 'a cache hit against an execution, then a skewed load with writes: hit ratio and stale rows',
  options: [
    { name: 'point-reads', type: 'number', default: POINT_READS_MAX, help: 'different point reads, 1 to 10,000' },
    { name: 'rounds', type: 'number', default: 7, help: 'interleaved rounds of them; the median counts, 1 to 99' },
    { name: 'requests', type: 'number', default: 100_000, help: 'requests of the skewed load, 1000 to 10,000,000' },
    { name: 'seed', type: 'number', default: 1, help: 'of the skewed load' },
  ],
  async run(options, progress) {
    const reads = whole('point-reads', number(options, 'point-reads'), 1, POINT_READS_MAX);
    const rounds = whole('rounds', number(options, 'rounds'), 1, 99);
    const requests = whole('requests', number(options, 'requests'), 1000, 10_000_000);
    const seed = whole('seed', number(options, 'seed'), 0, 4_294_967_295);
    const lab = await openLab({ seed, change: MEASURED_ALONE });
    try {
      progress(`${reads} point reads, ${rounds} rounds of each kind`);
      const point = await pointReads(lab.engine, reads, rounds);
      progress(`a hit takes ${point.hitUs} µs, an execution ${point.executedUs} µs: ${point.ratio} times as long`);
      await lab.call.cacheClear({});
      const skewed = await skewedReads(lab.engine, requests, createRandom(seed));
      progress(`${requests} requests: ${(skewed.hitRatio * 100).toFixed(1)} % hits, ${skewed.staleRows} stale rows`);
      return { ...point, targetRatio: 20, met: point.ratio >= 20 && point.staleRows === 0, seed, skewed };
    } finally {
      lab.stop();
    }
  },
};

function whole(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`--${name} must be an integer in [${min}, ${max}], got ${value}.`);
}

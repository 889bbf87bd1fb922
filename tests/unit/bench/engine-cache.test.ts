import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../../../bench/lab.ts';
import { MEASURED_ALONE, pointReads } from '../../../bench/point-reads.ts';
import { skewedReads } from '../../../bench/skewed-reads.ts';
import { createRandom } from '../../../src/core/random.ts';

describe('the cache through the whole engine', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab({ change: MEASURED_ALONE });
  });
  afterAll(() => lab.stop());

  it('answers every read that came before, with the rows of an execution', async () => {
    const { staleRows, missed, requests } = await pointReads(lab.engine, 50, 1);
    expect({ staleRows, missed, requests }).toEqual({ staleRows: 0, missed: 0, requests: 50 });
  });

  it('knows spellings of one query, and forgets what a write touched', async () => {
    const report = await skewedReads(lab.engine, 3000, createRandom(1));
    expect(report).toMatchObject({ staleRows: 0, futureRows: 0, writes: 3, spellings: 3, distinctQueries: 1000 });
    // By Zipf's law 2,997 draws meet about 611 of the 1,000 queries, each a miss; three writes drop 100 entries each at
    // most, so at least 1 - 911 / 2,997 = 0.696 are hits, give or take what eight in flight do.
    expect(report.hitRatio).toBeGreaterThan(0.66);
    expect(report.hits).toBeLessThan(2997);
  });
});

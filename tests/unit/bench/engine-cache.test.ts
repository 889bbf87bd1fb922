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
    // A text that was never seen is run to learn what it reads. By Zipf's law 2,997 draws meet about 1,000 of the 3,000
    // texts; three writes drop 100 entries each at most; so at least 1 - 1,300 / 2,997 = 0.566 are hits, less the few
    // that join one of eight in flight.
    expect(report.hitRatio).toBeGreaterThan(0.55);
    expect(report.hits).toBeLessThan(2997);
  });

  it('would tell of stale rows: a cache that hears of no write serves some', async () => {
    const deaf = await openLab({ change: MEASURED_ALONE });
    const { store } = deaf.engine.cache;
    // The tables are made and filled before the first read, and the fault starts with it.
    const find = store.find.bind(store);
    store.find = (...asked) => {
      store.noteWrite = () => 0;
      return find(...asked);
    };
    const report = await skewedReads(deaf.engine, 4000, createRandom(1));
    deaf.stop();
    expect(report.staleRows).toBeGreaterThan(0);
  });
});

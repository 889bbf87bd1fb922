/** Small queries: inside one worker beside sqlite-wasm, out of the cache, and many in one tick. */
import { measureIn } from '../../browser-host.ts';
import { beside, sameAnswers, type Bench, type Figure } from './figure.ts';

const READS = 20_000;
const REQUESTS = 10_000;
const QUERIES = 1000;

export async function pointReads({ host, page, rounds }: Bench): Promise<Figure[]> {
  const report = await measureIn(host, { folder: page, isolated: true }, 'pointReads', [READS, rounds]);
  sameAnswers(report.differences, 'point reads');
  const name = 'point read by key, inside one worker';
  return [
    beside(name, report.oursUs, 'µs', 'sqlite-wasm, object API', report.objectUs, 2.5),
    beside(name, report.oursUs, 'µs', 'sqlite-wasm, C API', report.capiUs, 1.5),
  ].map((figure) => ({
    ...figure,
    note: 'each with a kept statement in a held read transaction, 64 MB of page cache',
  }));
}

export async function cache({ host, page, rounds }: Bench): Promise<Figure[]> {
  const report = await measureIn(host, { folder: page, isolated: true }, 'cacheHits', [REQUESTS, rounds]);
  if (report.staleRows + report.missed > 0) throw new Error('not every answer was a fresh hit');
  const figure = beside('cache hit, engine worker', report.hitUs, 'µs', 'executed', report.executedUs, 20);
  return [{ ...figure, note: '10,000 point reads in turn' }];
}

export async function manyQueries({ host, page, rounds }: Bench): Promise<Figure[]> {
  const report = await measureIn(host, { folder: page, isolated: true }, 'manyQueries', [QUERIES, rounds]);
  sameAnswers(report.differences, 'many queries');
  const name = 'small queries, 1,000 asked in one tick';
  return [beside(name, report.togetherPerS, 'queries/s', 'asked in turn', report.inTurnPerS, null)];
}

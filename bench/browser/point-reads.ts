/** Point reads inside one worker: the worker does both sides, the page only asks. */
import type { InsideReadsReport } from './inside-point-reads.ts';
import { MAKE_SAMPLE } from './sample-rows.ts';
import { startInside, startPeer } from './workers.ts';

export async function pointReads(reads: number, rounds: number): Promise<InsideReadsReport> {
  const maker = await startPeer();
  await maker.call.run({ sql: MAKE_SAMPLE });
  const bytes = await maker.call.export({});
  maker.end();
  const inside = await startInside();
  const report = await inside.call.pointReads({ bytes, reads, rounds });
  inside.end();
  return report;
}

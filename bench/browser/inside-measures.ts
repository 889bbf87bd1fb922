/** What a worker measures by itself, in its own thread: the page only asks. */
import type { ForkReport } from '../forks.ts';
import type { ReplicationReport } from '../replication.ts';
import type { InsideReadsReport } from './inside-point-reads.ts';
import { MAKE_SAMPLE } from './sample-rows.ts';
import { startInside, startPeer } from './workers.ts';

export async function pointReads(reads: number, rounds: number): Promise<InsideReadsReport> {
  const maker = await startPeer();
  await maker.call.run({ sql: MAKE_SAMPLE });
  const bytes = await maker.call.export({});
  maker.end();
  return inside((call) => call.pointReads({ bytes, reads, rounds }));
}

export function shippedWrites(rounds: number): Promise<ReplicationReport> {
  return inside((call) => call.replication({ rounds }));
}

export function forks(megabytes: number, rounds: number): Promise<ForkReport> {
  return inside((call) => call.forks({ megabytes, rounds }));
}

async function inside<Report>(
  ask: (call: Awaited<ReturnType<typeof startInside>>['call']) => Promise<Report>,
): Promise<Report> {
  const worker = await startInside();
  try {
    return await ask(worker.call);
  } finally {
    worker.end();
  }
}

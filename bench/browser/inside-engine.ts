/** What is measured through the engine worker: hits against executions, workers that die. */
import type { ChaosReport } from '../chaos.ts';
import { MEASURED_ALONE, type PointReadReport } from '../point-reads.ts';
import { startEngine, startPeer } from './workers.ts';

export async function cacheHits(requests: number, rounds: number): Promise<PointReadReport> {
  const engine = await startEngine();
  await engine.call.settings({ change: MEASURED_ALONE });
  const report = await engine.call.pointReads({ requests, rounds });
  engine.end();
  return report;
}

/** Real workers die under reads and writes. */
export async function chaosInside(trials: number, seed: number): Promise<ChaosReport> {
  const maker = await startPeer();
  await maker.call.run({ sql: 'PRAGMA user_version = 1' });
  const emptyDatabase = await maker.call.export({});
  maker.end();
  const engine = await startEngine();
  const report = await engine.call.chaos({ trials, seed, emptyDatabase });
  engine.end();
  return report;
}

/** What is measured through the engine worker: hits against executions, the cancel of a runaway query, workers that die. */
import type { ChaosReport } from '../chaos.ts';
import { median } from '../figures.ts';
import { MEASURED_ALONE, type PointReadReport } from '../point-reads.ts';
import { startEngine, startPeer } from './workers.ts';

export interface CancelReport {
  isolated: boolean;
  /** From the cancel to the end of the call. */
  goneMs: number;
  /** From the cancel to the answer of the next query, for which the same worker or its successor is needed. */
  usableMs: number;
  /** Cancels that ended in another way than "cancelled", and queries that failed afterwards. */
  failures: number;
}

const RUNAWAY = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
/** Time to be surely running, and for a spare to be warm. */
const BEFORE_CANCEL_MS = 1000;

export async function cacheHits(requests: number, rounds: number): Promise<PointReadReport> {
  const engine = await startEngine();
  await engine.call.settings({ change: MEASURED_ALONE });
  const report = await engine.call.pointReads({ requests, rounds });
  engine.end();
  return report;
}

export async function cancelRunaway(rounds: number): Promise<CancelReport> {
  const engine = await startEngine();
  // One worker, so that the next query cannot go elsewhere.
  await engine.call.settings({ change: MEASURED_ALONE });
  const next = () => engine.call.execute({ sql: 'SELECT count(*) FROM customers', cache: false });
  await next();
  const gone: number[] = [];
  const usable: number[] = [];
  let failures = 0;
  for (let round = 0; round < rounds; round++) {
    let cancel = (): void => {};
    const running = engine.call.execute({ sql: RUNAWAY }, { cancelWith: (stop) => (cancel = stop) });
    await new Promise((resolve) => setTimeout(resolve, BEFORE_CANCEL_MS));
    const start = performance.now();
    cancel();
    if ((await running).error?.code !== 'cancelled') failures++;
    gone.push(performance.now() - start);
    if ((await next()).error !== null) failures++;
    usable.push(performance.now() - start);
  }
  engine.end();
  return { isolated: crossOriginIsolated, goneMs: median(gone), usableMs: median(usable), failures };
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

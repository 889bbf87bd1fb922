/**
 * Workers die at any moment, under reads and writes. Afterwards: every read was answered, every acknowledged write is
 * there exactly once, no refused one is, and all replicas hold the same rows.
 */
import type { Random } from '../src/core/ports.ts';
import { createRandom } from '../src/core/random.ts';
import { rowsOf } from '../src/database/columns.ts';
import type { Lab } from './lab.ts';

export interface ChaosReport {
  trials: number;
  seed: number;
  reads: number;
  writes: number;
  kills: number;
  /** Writes that were told lost: run again by whoever asked. */
  writesRefused: number;
  readsLost: number;
  writesLost: number;
  writesDoubled: number;
  /** Refused writes that are there all the same. */
  writesUntold: number;
  replicasDiffer: number;
}

/** An engine with its workers within reach: in process, or in a browser's engine worker. */
export type ChaosLab = Pick<Lab, 'engine' | 'call' | 'workers'>;

const WORKERS = 3;
const STEPS = 40;
const SCHEMA = `BEGIN;
CREATE TABLE ledger (id INTEGER NOT NULL, note TEXT);
CREATE TABLE total (n INTEGER NOT NULL);
INSERT INTO total VALUES (0);
COMMIT`;

/** `emptyDatabase` is a file without a table; each trial begins with it. */
export async function chaos(
  lab: ChaosLab,
  emptyDatabase: Uint8Array,
  trials: number,
  seed: number,
  progress: (line: string) => void,
): Promise<ChaosReport> {
  const report: ChaosReport = {
    trials,
    seed,
    reads: 0,
    writes: 0,
    kills: 0,
    writesRefused: 0,
    readsLost: 0,
    writesLost: 0,
    writesDoubled: 0,
    writesUntold: 0,
    replicasDiffer: 0,
  };
  await lab.call.settings({ change: { scaler: { minWorkers: WORKERS, maxWorkers: WORKERS } } });
  for (let trial = 0; trial < trials; trial++) {
    await lab.call.openFile({ name: 'chaos.sqlite', bytes: emptyDatabase.slice() });
    await lab.call.execute({ sql: SCHEMA });
    await ready(lab);
    await runTrial(lab, createRandom(`${seed}/${trial}`), report);
    if ((trial + 1) % 10 === 0)
      progress(`${trial + 1} of ${trials}: ${report.kills} kills, ${report.writesRefused} writes refused`);
  }
  return report;
}

async function runTrial(lab: ChaosLab, random: Random, report: ChaosReport): Promise<void> {
  const acknowledged = new Set<number>();
  const refused = new Set<number>();
  const pending: Promise<unknown>[] = [];
  let nextId = 1;
  for (let step = 0; step < STEPS; step++) {
    const dice = random.next();
    if (dice < 0.45) {
      report.reads++;
      const read = lab.call.execute({ sql: `SELECT count(*), ${step} FROM ledger`, cache: random.next() < 0.5 });
      pending.push(
        read.then(
          ({ error }) => {
            if (error) report.readsLost++;
          },
          () => report.readsLost++,
        ),
      );
    } else if (dice < 0.9) {
      report.writes++;
      const id = nextId++;
      const sql = `BEGIN; INSERT INTO ledger VALUES (${id}, hex(randomblob(8))); UPDATE total SET n = n + 1; COMMIT`;
      const write = lab.call.execute({ sql }).then(
        ({ error }) => error !== null,
        () => true,
      );
      pending.push(
        write.then((failed) => {
          (failed ? refused : acknowledged).add(id);
          if (failed) report.writesRefused++;
        }),
      );
    } else {
      report.kills++;
      kill(lab, random);
    }
    // Sometimes let things happen in between, sometimes pile up.
    for (let turns = random.below(4); turns > 0; turns--) await turn();
  }
  await Promise.all(pending);
  await ready(lab);
  await check(lab, acknowledged, refused, report);
}

/** Ends a worker in one of two ways: by the dispatcher, as a person would, or by its own death. The primary more often than not. */
function kill(lab: ChaosLab, random: Random): void {
  const { fleet, dispatcher } = lab.engine;
  const workers = fleet.workers;
  if (workers.length === 0) return;
  const primary = fleet.primary;
  const victim = primary && random.next() < 0.6 ? primary : workers[random.below(workers.length)];
  if (random.next() < 0.5) dispatcher.kill(victim.index, 'chaos');
  else lab.workers.find((worker) => worker === victim.handle)?.fail('chaos');
}

async function check(
  lab: ChaosLab,
  acknowledged: Set<number>,
  refused: Set<number>,
  report: ChaosReport,
): Promise<void> {
  const contents = await Promise.all(
    lab.engine.fleet.workers.map(async ({ calls }) => {
      const reply = await calls.call.run({
        sql: 'SELECT id, note, (SELECT n FROM total) FROM ledger ORDER BY rowid',
        parameters: [],
        deadlineMs: null,
        rowLimit: null,
        cancelValue: null,
        simulatedWaitMs: 0,
        provedSql: null,
      });
      return reply.kind === 'rows' ? rowsOf(reply.result) : [];
    }),
  );
  const [first = []] = contents;
  for (const rows of contents) if (JSON.stringify(rows) !== JSON.stringify(first)) report.replicasDiffer++;
  const seen = new Map<number, number>();
  for (const [id] of first) seen.set(Number(id), (seen.get(Number(id)) ?? 0) + 1);
  for (const id of acknowledged) if (!seen.has(id)) report.writesLost++;
  for (const id of refused) if (seen.has(id)) report.writesUntold++;
  for (const count of seen.values()) if (count > 1) report.writesDoubled++;
  // The second statement of each unit counts them: a torn unit shows here.
  if (first.length > 0 && Number(first[0][2]) !== first.length) report.writesDoubled++;
}

async function ready(lab: ChaosLab): Promise<void> {
  for (;;) {
    const { workers } = await lab.call.watch({ perSecond: 0 });
    const settled = workers.filter((worker) => worker.state === 'ready').length === WORKERS;
    if (settled && lab.engine.fleet.primary?.report) return;
    await turn();
  }
}

/** Lets messages through: in Node a turn of its loop, in a browser a timer, while its workers go on in parallel. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}

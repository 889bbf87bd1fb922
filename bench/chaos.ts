/**
 * Workers die at any moment, under reads and writes: with a write on its way, while it runs, with its answer posted and not yet
 * read; within a transaction, a script, a VACUUM; while they attach; two at once. Afterwards: every read was answered, every
 * acknowledged write is there exactly once, of a refused one no more than its answer tells (a script cancelled halfway keeps the
 * statements that had ended), and all replicas hold the same bytes as the engine.
 */
import { checksumOf } from '../src/core/checksum.ts';
import type { Random } from '../src/core/ports.ts';
import { createRandom } from '../src/core/random.ts';
import type { WorkerHandle } from '../src/core/rpc.ts';
import { rowsOf } from '../src/database/rows/columns.ts';
import type { Call, Listener, Moment } from './ambush.ts';
import type { QueryOutcome } from '../src/engine/protocol.ts';
import type { Lab } from './lab.ts';

export interface ChaosReport {
  trials: number;
  seed: number;
  reads: number;
  writes: number;
  kills: number;
  /** Writes that were told lost or cancelled: run again by whoever asked. */
  writesRefused: number;
  readsLost: number;
  writesLost: number;
  writesDoubled: number;
  /** Refused writes of which there is more than their answers tell. */
  writesUntold: number;
  /** Workers whose bytes differ from the engine's, or whose file SQLite finds fault with. */
  replicasDiffer: number;
  /** Kills by what the worker was about: `VACUUM answered`, `attach asked`, `two at once`. */
  killsByPhase: Record<string, number>;
}

/** An engine with its workers within reach: in process, or in a browser's engine worker. */
export interface ChaosLab extends Pick<Lab, 'engine' | 'call' | 'workers'> {
  /** Who hears of every call to a database worker. */
  wire: { listener: Listener };
}

const WORKERS = 3;
const STEPS = 40;
const SCHEMA = `BEGIN;
CREATE TABLE ledger (id INTEGER NOT NULL, note TEXT);
CREATE TABLE total (n INTEGER NOT NULL);
CREATE TABLE ballast (x);
INSERT INTO total VALUES (0);
COMMIT`;

/** Writes of `rows` rows to the ledger, each of which counts itself in `total`. */
interface Write {
  kind: string;
  rows: number;
  sql(id: number): string;
}

const entry = (id: number): string =>
  `INSERT INTO ledger VALUES (${id}, hex(randomblob(8))); UPDATE total SET n = n + 1`;
const MANY = 'WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 1000)';
const WRITES: readonly Write[] = [
  { kind: 'transaction', rows: 1, sql: (id) => `BEGIN; ${entry(id)}; COMMIT` },
  { kind: 'transaction', rows: 1, sql: (id) => `BEGIN; ${entry(id)}; COMMIT` },
  { kind: 'script', rows: 2, sql: (id) => `${entry(id)}; SELECT count(*) FROM ledger; ${entry(id + 0.5)}` },
  {
    kind: 'long transaction',
    rows: 1,
    sql: (id) =>
      `BEGIN; INSERT INTO ballast ${MANY} SELECT zeroblob(40) FROM r; ${entry(id)}; DELETE FROM ballast; COMMIT`,
  },
  { kind: 'VACUUM', rows: 0, sql: () => 'VACUUM' },
  { kind: 'VACUUM to another page size', rows: 0, sql: (id) => `PRAGMA page_size = ${1024 << (id % 4)}; VACUUM` },
];

/** A kill that waits for its moment. */
interface Ambush {
  method: 'unit' | 'attach' | 'apply' | 'run';
  moment: Moment | 'running';
  /** Ends another worker in the same breath. */
  twice: boolean;
}

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
    killsByPhase: {},
  };
  // The optimizer reads only, from a fork of its own: here its work would be time taken from the kills.
  const change = { scaler: { minWorkers: WORKERS, maxWorkers: WORKERS }, optimizer: { enabled: false } };
  await lab.call.settings({ change });
  for (let trial = 0; trial < trials; trial++) {
    await lab.call.openFile({ name: 'chaos.sqlite', bytes: emptyDatabase.slice() });
    await lab.call.execute({ sql: SCHEMA });
    await ready(lab);
    await new Trial(lab, createRandom(`${seed}/${trial}`), report).run();
    if ((trial + 1) % 10 === 0)
      progress(`${trial + 1} of ${trials}: ${report.kills} kills, ${report.writesRefused} writes refused`);
  }
  return report;
}

class Trial {
  readonly #lab: ChaosLab;
  readonly #random: Random;
  readonly #report: ChaosReport;
  readonly #acknowledged = new Map<number, Write>();
  /** Entries that the answers of refused writes tell of. */
  readonly #refused = new Map<number, number>();
  /** How often all answers say that the total was counted up. */
  #counted = 0;
  readonly #pending: Promise<unknown>[] = [];
  #ambush: Ambush | null = null;
  #nextId = 1;

  constructor(lab: ChaosLab, random: Random, report: ChaosReport) {
    this.#lab = lab;
    this.#random = random;
    this.#report = report;
  }

  async run(): Promise<void> {
    this.#lab.wire.listener = (moment, call, worker) => this.#hear(moment, call, worker);
    for (let step = 0; step < STEPS; step++) {
      const dice = this.#random.next();
      if (dice < 0.4) this.#read(step);
      else if (dice < 0.85) this.#write();
      else if (dice < 0.93) this.#ambush = this.#nextAmbush();
      else this.#kill(this.#victim(), 'any time');
      // Sometimes let things happen in between, sometimes pile up.
      for (let turns = this.#random.below(4); turns > 0; turns--) await turn();
    }
    this.#ambush = null;
    await Promise.all(this.#pending);
    await ready(this.#lab);
    this.#lab.wire.listener = () => false;
    await this.#check();
  }

  #read(step: number): void {
    const report = this.#report;
    report.reads++;
    const sql = `SELECT count(*), ${step} FROM ledger`;
    const read = this.#lab.call.execute({ sql, cache: this.#random.next() < 0.5 });
    this.#pending.push(
      read.then(
        ({ error }) => {
          if (error) report.readsLost++;
        },
        () => report.readsLost++,
      ),
    );
  }

  #write(): void {
    const report = this.#report;
    report.writes++;
    const id = this.#nextId++;
    const write = WRITES[this.#random.below(WRITES.length)];
    let cancel = (): void => {};
    const options = { cancelWith: (stop: () => void) => (cancel = stop) };
    const asked = this.#lab.call.execute({ sql: `/* ${write.kind} */ ${write.sql(id)}` }, options);
    this.#pending.push(
      asked
        .catch(() => ({ outcomes: [], error: true }))
        .then(({ outcomes, error }) => {
          this.#counted += committed(outcomes, 'UPDATE total');
          if (error === null) this.#acknowledged.set(id, write);
          else this.#refused.set(id, committed(outcomes, 'INSERT INTO ledger'));
          if (error !== null) report.writesRefused++;
        }),
    );
    if (this.#random.next() < 0.1) this.#pending.push(turn().then(() => cancel()));
  }

  #nextAmbush(): Ambush {
    const pick = <Item>(items: readonly Item[]): Item => items[this.#random.below(items.length)];
    return {
      method: pick(['unit', 'unit', 'unit', 'attach', 'apply', 'run']),
      moment: pick(['asked', 'running', 'answered']),
      twice: this.#random.below(4) === 0,
    };
  }

  #hear(moment: Moment, call: Call, worker: WorkerHandle): boolean {
    const ambush = this.#ambush;
    if (ambush?.method !== call.method || (ambush.moment === 'answered') !== (moment === 'answered')) return false;
    this.#ambush = null;
    const what = call.method === 'unit' ? kindOf(call.argument) : call.method;
    const strike = (): void => {
      this.#kill(worker, `${what} ${ambush.moment}`);
      if (ambush.twice) this.#kill(this.#victim(), 'two at once');
    };
    if (ambush.moment === 'running') this.#pending.push(turn().then(strike));
    else strike();
    return moment === 'answered';
  }

  /** The primary more often than not. */
  #victim(): WorkerHandle | null {
    const { workers, primary } = this.#lab.engine.fleet;
    if (workers.length === 0) return null;
    return (primary && this.#random.next() < 0.6 ? primary : workers[this.#random.below(workers.length)]).handle;
  }

  /** Ends a worker in one of two ways: by the dispatcher, as a person would, or by its own death. */
  #kill(victim: WorkerHandle | null, phase: string): void {
    const { fleet, dispatcher } = this.#lab.engine;
    const worker = fleet.workers.find(({ handle }) => handle === victim);
    if (!worker || worker.gone) return;
    this.#report.kills++;
    this.#report.killsByPhase[phase] = (this.#report.killsByPhase[phase] ?? 0) + 1;
    if (this.#random.next() < 0.5) dispatcher.kill(worker.index, 'chaos');
    else this.#lab.workers.find((one) => one === victim)?.fail('chaos');
  }

  async #check(): Promise<void> {
    const { engine, call } = this.#lab;
    const report = this.#report;
    const bytes = engine.plane.file();
    const checksum = checksumOf(bytes);
    for (const { calls } of engine.fleet.workers) {
      const digest = await calls.call.digest({});
      const equal = digest.byteLength === bytes.length && digest.checksum === checksum;
      if (!equal || digest.version.logNumber !== engine.plane.version.logNumber) report.replicasDiffer++;
    }
    const rows = async (sql: string): Promise<unknown[][]> => {
      const { outcomes } = await call.execute({ sql, cache: false });
      const result = outcomes[0]?.result;
      return result ? rowsOf(result) : [];
    };
    if ((await rows('PRAGMA integrity_check'))[0]?.[0] !== 'ok') report.replicasDiffer++;
    const ledger = await rows('SELECT id FROM ledger');
    const seen = new Map<number, number>();
    for (const [id] of ledger) {
      const write = Math.floor(Number(id));
      seen.set(write, (seen.get(write) ?? 0) + 1);
    }
    for (const [id, { rows: wanted }] of this.#acknowledged) {
      const found = seen.get(id) ?? 0;
      if (found < wanted) report.writesLost++;
      if (found > wanted) report.writesDoubled++;
    }
    for (const [id, told] of this.#refused) {
      const found = seen.get(id) ?? 0;
      if (found < told) report.writesLost++;
      if (found > told) report.writesUntold++;
    }
    // Each entry counts itself in the same transaction or script: one that was torn untold shows here.
    if (Number((await rows('SELECT n FROM total'))[0]?.[0]) !== this.#counted) report.writesDoubled++;
  }
}

/** Statements of a kind that an answer tells to be committed: what was rolled back has no durability. */
function committed(outcomes: readonly QueryOutcome[], beginning: string): number {
  return outcomes.filter(({ sql, durability }) => sql.includes(beginning) && durability !== null).length;
}

function kindOf(argument: unknown): string {
  return /^\/\* (.*?) \*\//.exec((argument as { sql: string }).sql)?.[1] ?? 'write';
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

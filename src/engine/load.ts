/**
 * The load generator, beside the engine: arrivals from a plan, reads with Zipf-distributed parameters through the same
 * path as a person's queries, writes to a table of its own that is gone when the load ends.
 */
import { AppError } from '../core/errors.ts';
import type { Random, Scheduler } from '../core/ports.ts';
import { createRandom } from '../core/random.ts';
import { quoted } from '../core/sql-name.ts';
import type { SchemaReport, TableReport } from '../database/protocol.ts';
import { Arrivals } from '../workload/arrivals.ts';
import { RequestMix } from '../workload/mix.ts';
import { loadProblems } from '../workload/settings.ts';
import type { ExecuteRequest, LoadReport, LoadSettings } from './protocol.ts';

export const LOAD_TABLE = 'headroom_load';
/** As SQLite keeps it in its schema: by this text the lab knows a table that an earlier load left behind from a person's own. */
export const LOAD_DDL = `CREATE TABLE ${LOAD_TABLE} (id INTEGER PRIMARY KEY, key INTEGER NOT NULL, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)`;
/** Arrivals of one wake-up at most, so that a burst cannot hold the engine. */
const BURST_MAX = 500;
const ARRIVAL_TIMER = 1;
/** Keys of a read at most: beyond, more of them change nothing. */
const KEYS_MAX = 100_000;

/** A read of the mix; the key is its one parameter. */
export interface LoadRead {
  sql: string;
  /** Keys run from 1 to this. */
  keyCount: number;
  /** Relative frequency. */
  share: number;
}

export interface LoadOptions {
  nowMs(): number;
  createScheduler(onTimer: (handle: number) => void): Scheduler;
  schema(): Promise<SchemaReport>;
  /** As `schema`, without counting rows. */
  tables(): Promise<TableReport[]>;
  mayWrite(): boolean;
  execute(request: ExecuteRequest): Promise<{ failed: boolean; refused: boolean }>;
  onEnd(report: LoadReport): void;
}

export class LoadGenerator {
  readonly #options: LoadOptions;
  readonly #scheduler: Scheduler;
  #run: Run | null = null;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#scheduler = options.createScheduler(() => this.#wake());
  }

  get report(): LoadReport | null {
    return this.#run ? reportOf(this.#run, this.#options.nowMs()) : null;
  }

  /** Starts a plan; one that runs is ended first. Errors: `settings`, `nothing-to-read`. */
  async start(settings: LoadSettings): Promise<LoadReport> {
    const problems = loadProblems(settings);
    if (problems.length > 0) throw new AppError('settings', `${problems.join('. ')}.`);
    await this.stop();
    const schema = await this.#options.schema();
    const found = schema.tables.find(({ name }) => name.toLowerCase() === LOAD_TABLE);
    if (settings.writeShare > 0 && found && found.sql !== LOAD_DDL) {
      const message = `The data has a table named ${LOAD_TABLE}, which the load would drop at its end. Rename or drop it, or choose no writes.`;
      throw new AppError('table-taken', message);
    }
    const reads = loadReads(schema);
    if (reads.length === 0)
      throw new AppError('nothing-to-read', 'The load needs a table with rows to read. Open a sample, or add rows.');
    if (settings.writeShare > 0) {
      await this.#options.execute({ sql: `DROP TABLE IF EXISTS ${LOAD_TABLE}; ${LOAD_DDL}` });
    }
    const random = createRandom(settings.seed);
    this.#run = {
      settings,
      reads,
      random: random.fork('choice'),
      arrivals: new Arrivals(settings, random.fork('arrivals')),
      mixes: reads.map((read, index) => new RequestMix(settings, read.keyCount, random.fork(`mix ${index}`))),
      startedMs: this.#options.nowMs(),
      nextMs: 0,
      endedMs: null,
      sent: 0,
      done: 0,
      failed: 0,
      refused: 0,
    };
    this.#run.nextMs = this.#run.arrivals.next();
    this.#arm(this.#run);
    return reportOf(this.#run, this.#options.nowMs());
  }

  /** Ends the load and removes its table; null when none was running. */
  async stop(): Promise<LoadReport | null> {
    const run = this.#run;
    if (!run || run.endedMs !== null) return run ? reportOf(run, this.#options.nowMs()) : null;
    this.#scheduler.cancel(ARRIVAL_TIMER);
    run.endedMs = this.#options.nowMs();
    if (run.settings.writeShare > 0) await this.#options.execute({ sql: `DROP TABLE IF EXISTS ${LOAD_TABLE}` });
    const report = reportOf(run, run.endedMs);
    this.#options.onEnd(report);
    return report;
  }

  /** Removes the table of a load that came to no end: its tab was closed, or the data went back to a point while it ran. */
  async sweep(): Promise<void> {
    const isInUse = (): boolean => this.#run !== null && this.#run.endedMs === null;
    if (isInUse() || !this.#options.mayWrite()) return;
    try {
      const tables = await this.#options.tables();
      if (isInUse() || !tables.some(({ sql }) => sql === LOAD_DDL)) return;
      await this.#options.execute({ sql: `DROP TABLE ${LOAD_TABLE}` });
    } catch {
      // It lies in nobody's way: the next load, or the next opening, finds it again.
    }
  }

  /** The data was replaced: nothing of the load is left in it. */
  abandon(): void {
    this.#scheduler.cancel(ARRIVAL_TIMER);
    this.#run = null;
  }

  #arm(run: Run): void {
    const delayMs = run.startedMs + run.nextMs - this.#options.nowMs();
    if (run.nextMs === Infinity) {
      const leftMs = run.startedMs + run.settings.durationMs - this.#options.nowMs();
      this.#scheduler.after(Math.max(0, leftMs), ARRIVAL_TIMER);
    } else this.#scheduler.after(Math.max(0, delayMs), ARRIVAL_TIMER);
  }

  #wake(): void {
    const run = this.#run;
    if (!run || run.endedMs !== null) return;
    const elapsedMs = this.#options.nowMs() - run.startedMs;
    for (let burst = 0; run.nextMs <= elapsedMs && burst < BURST_MAX; burst++) {
      this.#send(run);
      run.nextMs = run.arrivals.next();
    }
    if (run.nextMs === Infinity && elapsedMs >= run.settings.durationMs) void this.stop();
    else this.#arm(run);
  }

  #send(run: Run): void {
    const choice = pickRead(run.reads, run.random);
    const mix = run.mixes[choice];
    const key = mix.nextKey() + 1;
    const request: ExecuteRequest = mix.nextIsWrite()
      ? { sql: `INSERT INTO ${LOAD_TABLE} (key) VALUES (?)`, parameters: [key] }
      : { sql: run.reads[choice].sql, parameters: [key] };
    run.sent++;
    void this.#options.execute(request).then(({ failed, refused }) => {
      if (refused) run.refused++;
      else if (failed) run.failed++;
      else run.done++;
    });
  }
}

interface Run {
  settings: LoadSettings;
  reads: LoadRead[];
  random: Random;
  arrivals: Arrivals;
  mixes: RequestMix[];
  startedMs: number;
  nextMs: number;
  endedMs: number | null;
  sent: number;
  done: number;
  failed: number;
  refused: number;
}

function reportOf(run: Run, nowMs: number): LoadReport {
  const { settings, sent, done, failed, refused } = run;
  return {
    settings,
    running: run.endedMs === null,
    elapsedMs: (run.endedMs ?? nowMs) - run.startedMs,
    sent,
    done,
    failed,
    refused,
  };
}

function pickRead(reads: LoadRead[], random: Random): number {
  const total = reads.reduce((sum, read) => sum + read.share, 0);
  let left = random.next() * total;
  for (const [index, read] of reads.entries()) {
    left -= read.share;
    if (left < 0) return index;
  }
  return reads.length - 1;
}

/** What can be read of any database: rows by key, and rows that refer to a row by key, in whatever tables have rows. */
export function loadReads(schema: SchemaReport): LoadRead[] {
  const reads: LoadRead[] = [];
  for (const table of schema.tables) {
    if (table.type !== 'table' || table.rowCount === 0 || table.name === LOAD_TABLE) continue;
    const name = quoted(table.name);
    if (!table.withoutRowid) {
      reads.push({
        sql: `SELECT * FROM ${name} WHERE rowid = ?`,
        keyCount: keyCountOf(table),
        share: 3,
      });
    }
    for (const { columns, table: parentName, references } of table.foreignKeys) {
      const parent = schema.tables.find((other) => other.name.toLowerCase() === parentName.toLowerCase());
      const column = columns[0];
      if (!parent || parent.rowCount === 0 || columns.length !== 1 || column === undefined) continue;
      const key = keyExpression(parent, references[0]);
      if (key === null) continue;
      reads.push({
        sql: `SELECT count(*) FROM ${name} WHERE ${quoted(column)} = ${key}`,
        keyCount: keyCountOf(parent),
        share: 1,
      });
    }
  }
  return reads;
}

/** Rows that were not counted, because it would take long, are many. */
function keyCountOf({ rowCount }: TableReport): number {
  return Math.min(rowCount ?? KEYS_MAX, KEYS_MAX);
}

/** The value that children refer to, for a parent chosen by its rowid: the parameter itself where that is the rowid. */
function keyExpression(parent: TableReport, referenced: string | undefined): string | null {
  if (parent.withoutRowid) return null;
  const keys = parent.columns.filter(({ primaryKey }) => primaryKey > 0);
  const [only] = keys;
  const isAlias = keys.length === 1 && only?.type.toUpperCase() === 'INTEGER';
  // A key that names no column refers to the parent's primary key.
  const column = referenced ?? (keys.length === 1 ? only?.name : undefined);
  if (column === undefined) return null;
  if (isAlias && column.toLowerCase() === only?.name.toLowerCase()) return '?';
  return `(SELECT ${quoted(column)} FROM ${quoted(parent.name)} WHERE rowid = ?)`;
}

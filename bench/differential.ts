/**
 * The whole engine against plain sql.js on the same statements: cache, replicas, rewrites and all must change nothing.
 * Results are compared statement by statement, as multisets of (storage class, value). Now and then queries run at the same
 * time as a write: each must come from before it or from after it, and what they leave in the cache is met by those that follow.
 */
import initSqlJs from 'sql.js';
import { createRandom } from '../src/core/random.ts';
import { rowsOf } from '../src/database/rows/columns.ts';
import type { Random } from '../src/core/ports.ts';
import type { ScriptOutcome } from '../src/engine/protocol.ts';
import { openLab, type Lab } from './lab.ts';
import { nextRequest, SCHEMA, type Request } from './statements.ts';

export interface DifferentialReport {
  statements: number;
  differences: number;
  seed: number;
  hits: number;
  /** Of the hits, those that were a part of another answer. */
  parts: number;
  /** Of the hits, those whose time was over. */
  stale: number;
  /** Queries that ran beside a write. */
  concurrent: number;
  failedOnBoth: number;
  examples: { sql: string; expected: string; got: string }[];
}

const EXAMPLES_MAX = 5;
/** Of so many writes one has queries beside it. */
const CROWDED_WRITES = 6;
/** Of so many requests one is a query that was asked not long ago; of so many of them. */
const AGAIN = 3;
const LATEST = 8;
/** Requests about one thing, on average. */
const STRETCH = 60;
const FOCUS = ['\\bp\\b', '\\bw\\b', '\\bf\\b', '\\bau\\b', '\\b(h|hc)\\b', 'extra|v1', '.'];
/** Short enough for many answers to be served while they are refreshed. */
const SHORT_LIVES = { point: 150, range: 150, join: 150, aggregate: 150 };

export async function differential(
  statements: number,
  seed: number,
  progress: (line: string) => void,
): Promise<DifferentialReport> {
  const change = {
    scaler: { minWorkers: 3, maxWorkers: 3 },
    cache: { ttlMs: SHORT_LIVES, staleMs: 2000 },
  };
  const lab = await openLab({ seed, change });
  // After the lab: sql.js gives one module per process, and the engine's must be the one with its hooks.
  const SQL = await initSqlJs();
  const reference = new SQL.Database();
  const zeros = { hits: 0, parts: 0, stale: 0, concurrent: 0, failedOnBoth: 0 };
  const report: DifferentialReport = { statements, differences: 0, seed, ...zeros, examples: [] };
  const run = new Differential(lab, reference, report, createRandom(seed));
  try {
    const empty = new SQL.Database();
    empty.run('PRAGMA user_version = 1');
    await lab.call.openFile({ name: 'differential.sqlite', bytes: empty.export() });
    for (const sql of SCHEMA) {
      reference.run(sql);
      await lab.call.execute({ sql });
    }
    for (let told = 0, asked = 0; asked < statements;) {
      asked += await run.next();
      if (asked - told < 1000) continue;
      told = asked;
      progress(`${asked} of ${statements}: ${report.differences} differences, ${report.hits} hits`);
    }
    return report;
  } finally {
    lab.stop();
    reference.close();
  }
}

class Differential {
  readonly #lab: Lab;
  readonly #reference: initSqlJs.Database;
  readonly #report: DifferentialReport;
  readonly #random: Random;
  #latest: Request[] = [];
  #focus = /./;

  constructor(lab: Lab, reference: initSqlJs.Database, report: DifferentialReport, random: Random) {
    this.#lab = lab;
    this.#reference = reference;
    this.#report = report;
    this.#random = random;
  }

  /** Asks the next request, or a write with queries beside it; returns how many that were. */
  async next(): Promise<number> {
    const again = this.#random.below(AGAIN) === 0 ? this.#latest[this.#random.below(LATEST)] : undefined;
    const request = again ?? this.#focused();
    const isCrowded = request.kind === 'write' && this.#latest.length > 0 && this.#random.below(CROWDED_WRITES) === 0;
    if (isCrowded) return this.#beside(request);
    if (request.kind === 'query' && !again) this.#latest = [request, ...this.#latest].slice(0, LATEST);
    const expected = onReference(this.#reference, request);
    const got = await this.#ask(request);
    if (expected.failed && got.failed) this.#report.failedOnBoth++;
    this.#compare(request, got, [expected]);
    return 1;
  }

  /** For a while most requests are about one table, so that writes meet what was just asked. */
  #focused(): Request {
    if (this.#random.below(STRETCH) === 0) this.#focus = new RegExp(FOCUS[this.#random.below(FOCUS.length)], 'i');
    let request = nextRequest(this.#random);
    for (let tries = 0; tries < 40 && !this.#focus.test(request.sql); tries++) request = nextRequest(this.#random);
    return request;
  }

  /** The latest queries again, before a write is told to be done. */
  async #beside(write: Request): Promise<number> {
    const queries = this.#latest.slice(0, 4);
    const before = queries.map((query) => onReference(this.#reference, query));
    const expected = onReference(this.#reference, write);
    const after = queries.map((query) => onReference(this.#reference, query));
    const half = this.#random.below(queries.length + 1);
    const early = queries.slice(0, half).map((query) => this.#ask(query));
    const written = this.#ask(write);
    const late = queries.slice(half).map((query) => this.#ask(query));
    const answers = await Promise.all([...early, ...late]);
    this.#compare(write, await written, [expected]);
    for (const [at, query] of queries.entries()) this.#compare(query, answers[at], [before[at], after[at]]);
    this.#report.concurrent += queries.length;
    return 1 + queries.length;
  }

  async #ask({ sql, parameters }: Request): Promise<Answer> {
    const outcome = await this.#lab.call.execute({ sql, parameters });
    for (const { cacheHit, reasons } of outcome.outcomes) {
      if (!cacheHit) continue;
      this.#report.hits++;
      if (reasons.cache.startsWith('Answered from the cached')) this.#report.parts++;
      if (reasons.cache.includes('being refreshed')) this.#report.stale++;
    }
    return onEngine(outcome);
  }

  #compare({ sql, parameters }: Request, got: Answer, expected: readonly Answer[]): void {
    if (expected.some(({ text, failed }) => got.text === text && got.failed === failed)) return;
    this.#report.differences++;
    if (this.#report.examples.length >= EXAMPLES_MAX) return;
    const asked = parameters ? `${sql} with ${JSON.stringify(parameters)}` : sql;
    this.#report.examples.push({ sql: asked, expected: expected.map(({ text }) => text).join(' or '), got: got.text });
  }
}

interface Answer {
  text: string;
  failed: boolean;
}

/** Statement by statement, as the engine promises: an open transaction at the end, or at an error, is rolled back. */
function onReference(database: initSqlJs.Database, { sql, parameters }: Request): Answer {
  const results: string[] = [];
  let failed = false;
  try {
    for (const statement of database.iterateStatements(sql)) {
      if (parameters) statement.bind(parameters);
      const rows: unknown[][] = [];
      while (statement.step()) rows.push(statement.get());
      if (statement.getColumnNames().length > 0) results.push(canonical(rows));
    }
  } catch {
    failed = true;
  }
  try {
    database.run('ROLLBACK');
  } catch {
    // No transaction was open.
  }
  return { text: results.join(' | '), failed };
}

function onEngine({ outcomes, error }: ScriptOutcome): Answer {
  const results = outcomes.flatMap(({ result }) =>
    result && result.columns.length > 0 ? [canonical(rowsOf(result))] : [],
  );
  return { text: results.join(' | '), failed: error !== null };
}

function canonical(rows: readonly (readonly unknown[])[]): string {
  return rows
    .map((row) => row.map(shown).join(','))
    .sort()
    .join(';');
}

/** The storage class shows: 1 and '1' differ. Reals and integers of one value are told apart by SQLite's typeof elsewhere. */
function shown(value: unknown): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  return typeof value === 'bigint' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/**
 * Damaged database files are opened as a person would, then looked at, read, checked and written. Whatever the file, the engine
 * must answer in time and go on: after each refusal what was open before is still there, and every few files a known good
 * database must open and answer right.
 */
import { toWireError } from '../src/core/errors.ts';
import { createRandom } from '../src/core/random.ts';
import { quoted } from '../src/core/sql-name.ts';
import type { Caller } from '../src/core/rpc.ts';
import { rowsOf } from '../src/database/rows/columns.ts';
import type { EngineApi, ScriptOutcome } from '../src/engine/protocol.ts';
import { mutate } from './fuzz/mutate-database.ts';

export interface DatabaseFuzzReport {
  what: 'databases';
  count: number;
  seed: number;
  /** Files that opened, and those that were refused; what is left hung. */
  opened: number;
  refused: number;
  /** Of those that opened: said to be damaged. */
  toldDamaged: number;
  /** By code: why files were refused, and what went wrong with those that opened. */
  refusals: Record<string, number>;
  errors: Record<string, number>;
  /** Workers that SQLite took down with it; each must have come back. */
  workersLost: number;
  /** Calls that did not answer in time. */
  hung: number;
  /** Errors that nobody foresaw: bugs of ours. */
  unforeseen: number;
  /** A file refused, and what was open before is not as it was; a known good database that does not answer right. */
  wrongAfterwards: number;
  slowestMs: number;
  /** The first few of whatever must not happen, to repeat it. */
  failures: { file: number; base: string; changes: string[]; what: string }[];
}

export interface FuzzedFile {
  name: string;
  bytes: Uint8Array;
}

export interface FuzzRange {
  /** Number of the first file, and how many: a file depends on the seed and its number alone. */
  first: number;
  count: number;
  seed: number;
}

/** No single call may take longer. The engine's own bounds lie below. */
const HUNG_MS = 60_000;
const KNOWN_GOOD_EVERY = 10;
const STATEMENT_MS = 300;
const CHECK_MS = 1000;
const TABLES_MAX = 6;
const FAILURES_MAX = 20;
/** Answers to a bad file or statement. Anything else is a bug. */
const FORESEEN = new Set([
  'not-a-database',
  'file-too-large',
  'sql',
  'deadline',
  'refused',
  'census',
  'worker-lost',
  'crashed',
  'not-opened',
]);

const GOOD_SQL = 'SELECT count(*), sum(id), max(name) FROM customers';

type Call = Caller<EngineApi>;

/** `bases` are sound files; the first must be the shop of the seeds. `now` in milliseconds. */
export async function fuzzDatabases(
  call: Call,
  bases: readonly FuzzedFile[],
  { first, count, seed }: FuzzRange,
  now: () => number,
  progress: (done: number, report: DatabaseFuzzReport) => void,
): Promise<DatabaseFuzzReport> {
  const report = emptyReport(count, seed);
  const known = new KnownGood(call, bases[0]);
  await known.open();
  for (let number = first; number < first + count; number++) {
    const random = createRandom(`${seed}/${number}`);
    const base = bases[random.below(bases.length)];
    const { bytes, changes } = mutate(base.bytes, bases[random.below(bases.length)].bytes, random);
    const fail = (what: string): void => {
      if (report.failures.length < FAILURES_MAX) report.failures.push({ file: number, base: base.name, changes, what });
    };
    const started = now();
    const run = new OneFile(call, report, fail);
    await run.open(`${base.name} ${number}.sqlite`, bytes);
    report.slowestMs = Math.max(report.slowestMs, Math.round(now() - started));
    if (run.opened) known.isOpen = false;
    else if (known.isOpen && !(await known.answers())) {
      report.wrongAfterwards++;
      fail('a refused file changed what was open');
    }
    if ((number + 1) % KNOWN_GOOD_EVERY === 0 && !(await known.open())) {
      report.wrongAfterwards++;
      fail('a known good database does not answer right');
    }
    progress(number + 1 - first, report);
    // Nothing answers any more: what follows would only wait.
    if (report.hung > 0 && !(await known.open())) break;
  }
  return report;
}

export function emptyReport(count: number, seed: number): DatabaseFuzzReport {
  return {
    what: 'databases',
    count,
    seed,
    opened: 0,
    refused: 0,
    toldDamaged: 0,
    refusals: {},
    errors: {},
    workersLost: 0,
    hung: 0,
    unforeseen: 0,
    wrongAfterwards: 0,
    slowestMs: 0,
    failures: [],
  };
}

class OneFile {
  opened = false;
  readonly #call: Call;
  readonly #report: DatabaseFuzzReport;
  readonly #fail: (what: string) => void;

  constructor(call: Call, report: DatabaseFuzzReport, fail: (what: string) => void) {
    this.#call = call;
    this.#report = report;
    this.#fail = fail;
  }

  async open(name: string, bytes: Uint8Array): Promise<void> {
    const report = this.#report;
    const reply = await this.#try('open', report.refusals, () => this.#call.openFile({ name, bytes }));
    this.opened = reply !== null;
    if (this.opened) report.opened++;
    else report.refused++;
    if (!reply) return;
    const schema = await this.#try('schema', report.errors, () => this.#call.schema({}));
    await this.#try('census', report.errors, () => this.#call.census({}));
    const tables = (schema?.tables ?? []).slice(0, TABLES_MAX).map((table) => quoted(table.name));
    for (const table of tables) {
      await this.#run(`SELECT * FROM ${table} LIMIT 200`);
      await this.#run(`SELECT count(*) FROM ${table}`);
      await this.#run(`SELECT * FROM ${table} ORDER BY 1 DESC, 2 LIMIT 20`);
    }
    const checked = await this.#run('PRAGMA integrity_check', CHECK_MS);
    const result = checked?.outcomes[0]?.result;
    if (result && rowsOf(result)[0]?.[0] !== 'ok') report.toldDamaged++;
    const written = await this.#run(
      `BEGIN; CREATE TABLE fuzz_probe (x); INSERT INTO fuzz_probe VALUES (1); ${tables.map((table) => `DELETE FROM ${table} WHERE rowid % 2 = 0`).join('; ')}; COMMIT`,
    );
    const undo = written?.undo;
    if (undo) await this.#try('undo', report.errors, () => this.#call.restorePoint({ id: undo.id }));
  }

  /** Runs a text; an error of a statement is as good an answer as rows. */
  async #run(sql: string, deadlineMs = STATEMENT_MS): Promise<ScriptOutcome | null> {
    const outcome = await this.#try(sql, this.#report.errors, () =>
      this.#call.execute({ sql, deadlineMs, cache: false }),
    );
    if (outcome?.error) this.#note(sql, this.#report.errors, outcome.error);
    return outcome;
  }

  async #try<Reply>(what: string, codes: Record<string, number>, ask: () => Promise<Reply>): Promise<Reply | null> {
    try {
      return await inTime(ask());
    } catch (error) {
      if (error === HUNG) {
        this.#report.hung++;
        this.#fail(`${what}: no answer in ${HUNG_MS / 1000} s`);
      } else this.#note(what, codes, toWireError(error));
      return null;
    }
  }

  #note(what: string, codes: Record<string, number>, { code, message }: { code: string; message: string }): void {
    codes[code] = (codes[code] ?? 0) + 1;
    if (code === 'crashed' || code === 'worker-lost') this.#report.workersLost++;
    if (FORESEEN.has(code)) return;
    this.#report.unforeseen++;
    this.#fail(`${what}: ${code}: ${message}`);
  }
}

/** A sound database whose answer is known beforehand. */
class KnownGood {
  isOpen = false;
  #expected: string | null = null;
  readonly #call: Call;
  readonly #file: FuzzedFile;

  constructor(call: Call, file: FuzzedFile) {
    this.#call = call;
    this.#file = file;
  }

  async open(): Promise<boolean> {
    try {
      await inTime(this.#call.openFile({ name: 'good.sqlite', bytes: this.#file.bytes.slice() }));
    } catch {
      return false;
    }
    this.isOpen = true;
    return this.answers();
  }

  async answers(): Promise<boolean> {
    try {
      const { outcomes, error } = await inTime(this.#call.execute({ sql: GOOD_SQL, cache: false }));
      const rows = JSON.stringify(error ?? (outcomes[0]?.result && rowsOf(outcomes[0].result)));
      this.#expected ??= error ? null : rows;
      return rows === this.#expected;
    } catch {
      return false;
    }
  }
}

const HUNG = Symbol('no answer in time');

async function inTime<Reply>(reply: Promise<Reply>): Promise<Reply> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    timer = setTimeout(() => reject(HUNG), HUNG_MS);
  });
  try {
    return await Promise.race([reply, late]);
  } finally {
    clearTimeout(timer);
  }
}

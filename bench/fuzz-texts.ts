/**
 * Texts are imported as a person would: looked at, then taken as guessed. Damaged ones may be refused, never more than that: the
 * engine answers in time, and after a refusal the data is what it was. Sound ones must come in cell by cell as they were written.
 */
import { AppError, toWireError } from '../src/core/errors.ts';
import { createRandom } from '../src/core/random.ts';
import { rowsOf } from '../src/database/rows/columns.ts';
import type { SqlValue } from '../src/database/protocol.ts';
import type { ImportPreview } from '../src/engine/protocol.ts';
import type { FuzzRange } from './fuzz-databases.ts';
import { mutateText } from './fuzz/mutate-text.ts';
import { writeText, type WrittenText } from './fuzz/written-texts.ts';
import type { Lab } from './lab.ts';

export interface TextFuzzReport {
  what: 'texts';
  count: number;
  seed: number;
  imported: number;
  refused: number;
  /** Sound texts, and those of them that did not come in as they were written. */
  sound: number;
  differ: number;
  /** By code. */
  refusals: Record<string, number>;
  hung: number;
  workersLost: number;
  /** Errors that nobody foresaw: bugs of ours. */
  unforeseen: number;
  /** Refused, and the data is not what it was; or imported, and the database is damaged. */
  leftBehind: number;
  slowestMs: number;
  /** The first few of whatever must not happen, to repeat it. */
  failures: { file: number; name: string; changes: string[]; what: string }[];
}

/** Sound texts among the damaged: one in so many. */
const SOUND_EVERY = 5;
const HUNG_MS = 20_000;
const FAILURES_MAX = 20;
const FORESEEN = new Set(['import', 'memory']);

export function emptyTextReport(count: number, seed: number): TextFuzzReport {
  const none = { imported: 0, refused: 0, sound: 0, differ: 0, hung: 0, workersLost: 0, unforeseen: 0, leftBehind: 0 };
  return { what: 'texts', count, seed, ...none, refusals: {}, slowestMs: 0, failures: [] };
}

/** `empty` is a database without a table. */
export async function fuzzTexts(
  lab: Pick<Lab, 'engine' | 'call'>,
  empty: Uint8Array,
  { first, count, seed }: FuzzRange,
  progress: (done: number) => void,
): Promise<TextFuzzReport> {
  const report = emptyTextReport(count, seed);
  const opened = () => lab.call.openFile({ name: 'empty.sqlite', bytes: empty.slice() });
  await opened();
  for (let number = first; number < first + count; number++) {
    const random = createRandom(`${seed}/${number}`);
    const written = writeText(random);
    const isSound = number % SOUND_EVERY === 0;
    const whole = new TextEncoder().encode(written.text);
    const { bytes, changes } = isSound ? { bytes: whole, changes: [] } : mutateText(whole, random);
    const fail = (what: string): void => {
      if (report.failures.length < FAILURES_MAX)
        report.failures.push({ file: number, name: written.name, changes, what });
    };
    const started = performance.now();
    const one = new OneText(lab, report, fail);
    const changed = await one.run(written, new Blob([bytes as Uint8Array<ArrayBuffer>]), isSound);
    report.slowestMs = Math.max(report.slowestMs, Math.round(performance.now() - started));
    if (changed) await opened();
    progress(number + 1 - first);
    if (report.hung > 0) break;
  }
  return report;
}

class OneText {
  readonly #lab: Pick<Lab, 'engine' | 'call'>;
  readonly #report: TextFuzzReport;
  readonly #fail: (what: string) => void;

  constructor(lab: Pick<Lab, 'engine' | 'call'>, report: TextFuzzReport, fail: (what: string) => void) {
    this.#lab = lab;
    this.#report = report;
    this.#fail = fail;
  }

  /** Whether the data is no longer the empty database. */
  async run(written: WrittenText, file: Blob, isSound: boolean): Promise<boolean> {
    const { call, engine } = this.#lab;
    const { name } = written;
    const before = JSON.stringify(engine.plane.version);
    if (isSound) this.#report.sound++;
    try {
      const preview = await inTime(call.previewImport({ file, name, reading: isSound ? written.given : {} }));
      const plan = { reading: preview.reading, table: preview.table && 'fuzz', mode: 'create', into: 'open' } as const;
      const { report } = await inTime(call.importFile({ file, name, plan }));
      this.#report.imported++;
      const [[health]] = await this.#rows('PRAGMA integrity_check');
      if (health !== 'ok') this.#bad('leftBehind', `the database is damaged: ${String(health)}`);
      if (isSound) await this.#compare(written, preview, report.badLineCount);
      return JSON.stringify(engine.plane.version) !== before;
    } catch (error) {
      this.#refused(toWireError(error), isSound);
      if (
        JSON.stringify(engine.plane.version) !== before ||
        (await this.#rows('SELECT count(*) FROM sqlite_schema'))[0][0] !== 0
      ) {
        this.#bad('leftBehind', 'a refused import changed the data');
        return true;
      }
      return false;
    }
  }

  #refused({ code, message }: { code: string; message: string }, isSound: boolean): void {
    this.#report.refused++;
    this.#report.refusals[code] = (this.#report.refusals[code] ?? 0) + 1;
    if (code === 'hung') this.#bad('hung', message);
    else if (!FORESEEN.has(code)) this.#bad('unforeseen', `${code}: ${message}`);
    else if (/worker that read the file died/.test(message)) this.#bad('workersLost', message);
    else if (isSound) this.#bad('differ', `refused: ${message}`);
  }

  async #compare(written: WrittenText, preview: ImportPreview, badLines: number): Promise<void> {
    const rows = await this.#rows('SELECT * FROM fuzz ORDER BY rowid');
    const wrong =
      rows.length !== written.rowCount ||
      rows.some((row, index) => row.some((cell, column) => !written.isCell(index, column, cell, preview.reading)));
    if (wrong || badLines > 0 || rows.some((row) => row.length !== written.columnCount)) {
      this.#bad('differ', `${rows.length} rows of ${written.rowCount}, ${badLines} bad lines, or cells that differ`);
    }
  }

  async #rows(sql: string): Promise<SqlValue[][]> {
    const { outcomes, error } = await this.#lab.call.execute({ sql, cache: false });
    if (error) throw new Error(error.message);
    return rowsOf(outcomes[0].result!);
  }

  #bad(what: 'differ' | 'hung' | 'workersLost' | 'unforeseen' | 'leftBehind', message: string): void {
    this.#report[what]++;
    this.#fail(message);
  }
}

function inTime<Value>(work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new AppError('hung', 'There was no answer.')), HUNG_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

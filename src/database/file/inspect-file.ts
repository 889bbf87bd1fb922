/** A file that a person offers, looked at before it takes the place of anything: header, log, schema, and a quick look at its pages. */
import { AppError } from '../../core/errors.ts';
import { rowsOf } from '../rows/columns.ts';
import { Connection } from '../connection.ts';
import { checkFile, mendedFirstPage } from './file-header.ts';
import { PagedFile } from './paged-file.ts';
import type { FileReport } from '../protocol.ts';
import type { SqliteModule } from '../sqlite/sqlite-module.ts';
import { applyWal } from './wal.ts';

/** Time for looking at pages; what is not seen by then is not judged. */
const CHECK_MS = 400;
/** Findings that are told one by one. */
const FINDINGS_MAX = 5;
/** Each page is looked at once: a cache of them would only take memory from the replica that this worker becomes. */
const SMALL_CACHE = 'PRAGMA cache_size=-2000';

/** Error `not-a-database`, with what is wrong and what to do. */
export function inspectFile(
  module: SqliteModule,
  offered: Uint8Array,
  wal: Uint8Array | undefined,
): { bytes: Uint8Array; report: FileReport } {
  const { bytes, commits } = wal ? applyWal(offered, wal) : { bytes: offered, commits: 0 };
  const report = checkFile(bytes);
  if (wal) report.walMode = false;
  if (commits > 0) {
    const many = commits === 1 ? '1 transaction' : `${commits} transactions`;
    report.warnings.push(`Its write-ahead log was read with it: ${many} of the log are included.`);
  }
  const file = new PagedFile(bytes);
  const mended = mendedFirstPage(bytes, bytes.length);
  if (mended) file.set(mended, 0);
  const connection = new Connection(module, file);
  try {
    lookAtPages(connection, report);
  } finally {
    connection.close();
  }
  return { bytes, report };
}

/** Rows that break a rule of their table (a NULL, a CHECK, a type) lie on sound pages: they are told apart from damage. */
const ABOUT_ROWS = /^(NULL value|CHECK constraint failed|\S+ value) in /;

/** SQLite's quick check, as far as the time goes: what is damaged can often be read all the same. */
function lookAtPages(connection: Connection, report: FileReport): void {
  let findings: string[];
  try {
    connection.exec(SMALL_CACHE);
    const check = connection.run(`PRAGMA quick_check(${FINDINGS_MAX + 1})`, [], { deadlineMs: CHECK_MS });
    // A finding is a row; for one tree it may be several lines.
    findings = rowsOf(check.result).flatMap(([text]) => String(text).split('\n'));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // A function or module that is not here says nothing about the pages; nor does a check that had no time.
    findings = /malformed|corrupt/.test(error.message) ? [error.message] : [];
  }
  const damage = findings.filter((finding) => finding !== 'ok' && !ABOUT_ROWS.test(finding));
  // What a damaged page seems to hold is nobody's row: it is told only where there is no damage.
  const rows = findings.filter((finding) => ABOUT_ROWS.test(finding));
  report.damaged = damage.length > 0;
  if (damage.length > 0) {
    report.warnings.push(
      `The file is damaged in places. What can be read is shown; what cannot gives an error; writing may make it worse. Export what you need, or save its rows with the sqlite3 program's .recover. SQLite's quick check says: ${shortened(damage)}.`,
    );
  } else if (rows.length > 0) report.warnings.push(`Some rows break their table's own rules: ${shortened(rows)}.`);
}

function shortened(findings: readonly string[]): string {
  return `${findings.slice(0, FINDINGS_MAX).join('; ')}${findings.length > FINDINGS_MAX ? '; and more' : ''}`;
}

/** A file into a private fork of the data: what changed comes back as one record, or nothing at all happened. */
import { AppError } from '../../core/errors.ts';
import type { CallContext } from '../../core/rpc.ts';
import { openFork } from '../file/fork.ts';
import type { PageRecord, Snapshot } from '../protocol.ts';
import { takeRecord } from '../file/records.ts';
import { allocateIn, type SqliteModule } from '../sqlite/sqlite-module.ts';
import { openFile } from './file-kind.ts';
import { importRows, type ImportControl, type Imported } from './import-rows.ts';
import type { ImportPlan, ImportProgress, ImportReport } from './protocol.ts';
import { runScript } from './sql-script.ts';
import { sourceOf } from './sources.ts';

export interface ImportRequest {
  snapshot: Snapshot;
  /** Settings in force, such as `PRAGMA foreign_keys = 1`. */
  pragmas: string[];
  file: Blob;
  name: string;
  plan: ImportPlan;
}

const REPORT_EVERY_MS = 100;

/** Errors: `import` (what, where, what to do), `cancelled`, `memory`. */
export async function importFile(
  module: SqliteModule,
  request: ImportRequest,
  context: CallContext,
): Promise<{ report: ImportReport; record: PageRecord | null }> {
  const startedMs = performance.now();
  const { plan } = request;
  const fork = openFork(module, request.snapshot);
  try {
    const { connection } = fork;
    for (const pragma of request.pragmas) connection.run(pragma);
    const { file, name } = await openFile(request.file, request.name);
    const control = controlOf(context, file.size, plan);
    const imported: Imported & { statements?: number } =
      plan.reading.format === 'sql'
        ? await runScript(connection, file, plan.reading.encoding, control)
        : await importRows(connection, plan, await sourceOf(file, name, plan.reading), control);
    // SQLite may have rebuilt the file somewhere else: its bytes are taken back before pages are.
    if (!connection.usesOurFile()) connection.reopen();
    connection.file.markCommitted();
    const { tables, rows, ledger, notes, statements = 0 } = imported;
    const report: ImportReport = {
      tables,
      statements,
      rows,
      badLineCount: ledger.badLineCount,
      badLines: ledger.badLines,
      misfits: imported.misfits,
      elapsedMs: performance.now() - startedMs,
      byteLength: request.file.size,
      notes,
    };
    return { report, record: takeRecord(connection.file, 0, { tablesWritten: null }, allocateIn(module)) };
  } catch (error) {
    throw outOfMemory(error) ?? error;
  } finally {
    fork.close();
  }
}

function controlOf({ progress, signal }: CallContext, byteLength: number, plan: ImportPlan): ImportControl {
  let reportedMs = -Infinity;
  const stage = plan.reading.format === 'sql' ? 'running the script' : `reading rows into ${plan.table}`;
  return {
    async checkpoint(bytesRead, rows) {
      const nowMs = performance.now();
      if (nowMs - reportedMs >= REPORT_EVERY_MS) {
        reportedMs = nowMs;
        progress({ fraction: Math.min(1, bytesRead / byteLength), stage, rows } satisfies ImportProgress);
        // A message can only come in between two tasks.
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      if (signal.cancelled) throw new AppError('cancelled', 'The import was cancelled: nothing was kept of it.');
    },
  };
}

function outOfMemory(error: unknown): AppError | null {
  const message = error instanceof Error ? error.message : String(error);
  const isMemory =
    (error instanceof RangeError && /allocation|length|memory/i.test(message)) ||
    (error instanceof AppError && (error.code === 'memory' || message === 'out of memory'));
  if (!isMemory) return null;
  return new AppError(
    'memory',
    'The file needs more memory than a page can have here. Nothing was imported; import it in parts.',
  );
}

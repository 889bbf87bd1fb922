/** Files that become rows: looked at, then imported on a private fork whose pages are taken into the log at once or not at all. */
import { AppError, toWireError } from '../../core/errors.ts';
import type { CallContext, CancelSignal } from '../../core/rpc.ts';
import { WORKER_BROKEN } from '../../database/sqlite/broken.ts';
import type { PageRecord, Snapshot } from '../../database/protocol.ts';
import { materialize } from '../../database/file/records.ts';
import type { DatabaseWorker } from './database-worker.ts';
import type { Engine } from '../engine.ts';
import { replaceContent } from './opening.ts';
import { commitAlone, pointOf } from './points-in-time.ts';
import { SOUND } from '../storage/kept-format.ts';
import { displacedNote } from './primary-state.ts';
import type {
  DatabaseInfo,
  ImportFileRequest,
  ImportPreview,
  ImportReport,
  PointInTime,
  PreviewRequest,
} from '../protocol.ts';
import { databaseInfo } from '../readings.ts';
import { withStoppableHelper } from './stoppable-helper.ts';

/** An import that does not heed a cancel for so long (a statement that runs on and on) is ended with its worker. */
const CANCEL_GRACE_MS = 400;

export function previewImport(engine: Engine, request: PreviewRequest): Promise<ImportPreview> {
  return withImporter(engine, null, ({ calls }) => calls.call.previewImport(request));
}

/** Errors: `import`, `memory`, `cancelled`, `read-only`; after each of them nothing has changed. */
export function importFile(
  engine: Engine,
  { file, name, plan }: ImportFileRequest,
  context: CallContext,
): Promise<{ report: ImportReport; database: DatabaseInfo; point: PointInTime | null }> {
  const into = plan.into;
  if (into === 'open') engine.refuseReadOnly();
  // Alone: a write between the fork and its record would be lost. Reads go on.
  return engine.turnstile.alone(async () => {
    const snapshot = into === 'open' ? engine.plane.snapshot : nothing(engine);
    const pragmas = into === 'open' ? engine.pragmas : [];
    const { report, record } = await withImporter(engine, context.signal, ({ calls }) =>
      calls.call.importFile(
        { snapshot, pragmas, file, name, plan },
        {
          onProgress: (progress) => context.progress(progress),
          cancelWith: (cancel) => context.signal.onCancel(cancel),
        },
      ),
    );
    if (context.signal.cancelled) throw cancelled();
    let point: PointInTime | null = null;
    if (into === 'new') await openNew(engine, name, record);
    else if (record) {
      // Another tab may have taken the data over meanwhile.
      engine.refuseReadOnly();
      const made = report.tables.map((table) => table.toLowerCase());
      const shadows = engine.units.primaryState.temporary.filter((temporary) => made.includes(temporary.toLowerCase()));
      report.notes.push(...shadows.map(displacedNote));
      const undo = commitAlone(engine, record, `importing ${name}`);
      if (undo.point !== null) point = pointOf(engine, undo.point);
      if (undo.note) report.notes.push(undo.note);
    }
    return { report, database: databaseInfo(engine), point };
  }, context.signal);
}

/** A worker outside the pool; when it dies or does not heed a cancel, the engine answers all the same. */
async function withImporter<Reply>(
  engine: Engine,
  signal: CancelSignal | null,
  use: (worker: DatabaseWorker) => Promise<Reply>,
): Promise<Reply> {
  try {
    return await withStoppableHelper(engine, { signal, graceMs: CANCEL_GRACE_MS, cancelled }, use);
  } catch (error) {
    const { code, message } = toWireError(error);
    if (code !== WORKER_BROKEN && code !== 'worker-lost') throw error;
    throw new AppError(
      'import',
      `The worker that read the file died (${message}), perhaps for want of memory. Nothing was imported; import the file in parts.`,
    );
  }
}

/** A snapshot of no bytes stands for an empty database. */
function nothing(engine: Engine): Snapshot {
  return { historyId: engine.platform.newId(), logNumber: 0, pageSize: 4096, base: new Uint8Array(0), records: [] };
}

async function openNew(engine: Engine, fileName: string, record: PageRecord | null): Promise<void> {
  if (!record) throw new AppError('import', `${fileName} made no table: there is nothing to open.`);
  const { pageSize } = record;
  const snapshot = { ...nothing(engine), pageSize, records: [{ ...record, logNumber: 1 }] };
  const name = `${fileName.replace(/(\.[a-z0-9]{1,8})(\.gz)?$/i, '') || 'imported'}.sqlite`;
  await replaceContent(engine, {
    source: { type: 'file', name },
    bytes: materialize(snapshot),
    pageSize,
    condition: SOUND,
  });
  engine.vault.noteChange();
}

function cancelled(): AppError {
  return new AppError('cancelled', 'The import was cancelled: nothing was kept of it.');
}

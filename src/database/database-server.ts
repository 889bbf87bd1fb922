/**
 * The database worker's side of `DatabaseApi`. Statements run to their end without yielding; only the simulated wait, which
 * comes after, lets other calls in.
 */
import { checksumOf } from '../core/checksum.ts';
import { AppError } from '../core/errors.ts';
import { Transfer, type CallContext, type Handlers } from '../core/rpc.ts';
import { endingAtTraps } from './sqlite/broken.ts';
import { schemaOf, unusableIn } from './schema/catalog.ts';
import { censusOf } from './file/census.ts';
import { byteLengthOf, transferablesOf } from './rows/columns.ts';
import { exportRows, type ExportWatch } from './export/export-rows.ts';
import { checkForeignKeys } from './schema/foreign-keys.ts';
import { inspectFile } from './file/inspect-file.ts';
import { planOf } from './statements/plan.ts';
import type { DatabaseApi, RunReply, RunRequest, WorkerReport } from './protocol.ts';
import { runRead } from './rows/read.ts';
import { rehearse } from './statements/rehearsal.ts';
import { Session } from './session.ts';
import { makeSample } from './samples/make.ts';
import { loadSqlite, type SqliteModule } from './sqlite/sqlite-module.ts';
import type { RunLimits } from './sqlite/run-watch.ts';
import { runUnit } from './unit.ts';

const COPIED_BYTES_MAX = 8192;
const PAUSE_EVERY_MS = 50;
/** A spare that is wanted at once is attached before that. */
const REHEARSE_AFTER_MS = 50;

export interface DatabaseServerOptions {
  /** Waits without burning the processor: the simulated I/O wait. */
  sleep?: (waitMs: number) => void | Promise<void>;
  /** Given what closes the database. Where many workers share one SQLite, a dropped one would keep its open file for ever. */
  onOpen?: (close: () => void) => void;
}

/** Handlers for one worker, real or in process. */
export function createDatabaseServer(options: DatabaseServerOptions = {}): Handlers<DatabaseApi> {
  const sleep = options.sleep ?? sleepByTimer;
  let loaded: SqliteModule | null = null;
  let attached: Session | null = null;
  /** On data of its own, for the first attach to go on from. */
  let spare: Session | null = null;
  let unusable: WorkerReport['unusable'] = [];

  const close = (): void => (attached ?? spare)?.connection.close();
  const sqlite = (): SqliteModule => {
    if (!loaded) throw new AppError('not-warm', 'SQLite is not loaded in this worker yet: call warm first.');
    return loaded;
  };
  const session = (): Session => {
    if (!attached) throw new AppError('not-attached', 'This worker holds no database yet: attach one first.');
    return attached;
  };
  const cancelCheck = (cancelValue: number | null): (() => boolean) | null => {
    const cell = sqlite().cancelCell;
    return cell && cancelValue !== null ? () => Atomics.load(cell, 0) === cancelValue : null;
  };
  const report = (): WorkerReport => {
    const { version, connection } = session();
    const { internals, imports, memory } = sqlite();
    return {
      version,
      heapBytes: memory.buffer.byteLength,
      privatePageBytes: connection.file.privateBytes,
      schemaCookie: connection.schemaCookie(),
      calibrated: {
        vmSteps: internals.vmSteps !== null,
        progress: internals.progress !== null,
        clock: imports.hasClock,
        rows: internals.row !== null,
      },
      unusable,
    };
  };

  const limitsOf = ({ deadlineMs, cancelValue }: RunRequest, context: CallContext): RunLimits => ({
    deadlineMs,
    isCancelled: cancelCheck(cancelValue),
    onProgress: (report) => context.progress(report),
  });
  const waited = async (reply: RunReply, waitMs: number): Promise<RunReply | Transfer<RunReply>> => {
    if (reply.kind === 'rows') {
      const started = performance.now();
      await sleep(waitMs);
      reply.work.simulatedWaitMs = performance.now() - started;
    }
    return packed(reply);
  };

  const handlers: Handlers<DatabaseApi> = {
    async warm(request) {
      const started = performance.now();
      const module = (loaded ??= await loadSqlite(request));
      if (request.isSpare) {
        void sleepByTimer(REHEARSE_AFTER_MS).then(() => {
          if (!attached) spare = rehearse(module);
        });
      }
      return { warmMs: performance.now() - started };
    },
    attach(request) {
      const module = sqlite();
      const former = attached ?? spare;
      attached = spare = null;
      attached = new Session(module, request, former);
      // The same for all workers on these pages: the primary's word is enough, and replicas attach faster.
      unusable = request.role === 'primary' ? unusableIn(attached.connection) : [];
      options.onOpen?.(close);
      return report();
    },
    apply({ records, historyId }) {
      const displaced = session().apply(records, historyId);
      return { version: session().version, displaced };
    },
    promote({ epoch, logNumber }) {
      session().promote(epoch, logNumber);
      return { version: session().version };
    },
    setPragmas({ pragmas }) {
      session().setPragmas(pragmas);
      session().connection.hold();
    },
    describe({ sql }) {
      session().connection.hold();
      return session().classifier.describe(sql);
    },
    run(request, context) {
      const reply = runRead(session(), request, limitsOf(request, context));
      return request.simulatedWaitMs > 0 ? waited(reply, request.simulatedWaitMs) : packed(reply);
    },
    unit(request, context) {
      const reply = runUnit(session(), request, cancelCheck(request.cancelValue), (report) => context.progress(report));
      const buffers = reply.statements.flatMap(({ result }) => (result ? transferablesOf(result) : []));
      if (reply.record?.pages.buffer instanceof ArrayBuffer) buffers.push(reply.record.pages.buffer);
      return new Transfer(reply, buffers);
    },
    plan({ sql }) {
      session().connection.hold();
      return planOf(session().connection, sql);
    },
    schema({ counts }) {
      session().connection.hold();
      return schemaOf(session().connection, counts ?? true);
    },
    async makeSample(request, context) {
      const bytes = await makeSample(sqlite(), request, {
        progress: (report) => context.progress(report),
        pause: () => sleepByTimer(0),
        isCancelled: () => context.signal.cancelled,
      });
      return new Transfer({ bytes }, [bytes.buffer as ArrayBuffer]);
    },
    inspect({ bytes, wal }) {
      const inspected = inspectFile(sqlite(), bytes, wal);
      const { buffer } = inspected.bytes;
      return new Transfer(inspected, buffer instanceof ArrayBuffer ? [buffer] : []);
    },
    health() {
      return report();
    },
    digest() {
      const bytes = session().connection.file.toBytes();
      return { version: session().version, byteLength: bytes.length, checksum: checksumOf(bytes) };
    },
    async previewImport({ file, name, reading }) {
      const { previewImport } = await import('./import/preview.ts');
      return previewImport(file, name, reading);
    },
    async importFile(request, context) {
      const { importFile } = await import('./import/import-file.ts');
      const reply = await importFile(sqlite(), request, context);
      const buffer = reply.record?.pages.buffer;
      return new Transfer(reply, buffer instanceof ArrayBuffer ? [buffer] : []);
    },
    async exportRows({ snapshot, pragmas, what, format }, context) {
      const own = new Session(sqlite(), { snapshot, role: 'replica', epoch: 0, pragmas });
      try {
        return await exportRows(own, what, format, watchOf(context));
      } finally {
        own.connection.close();
      }
    },
    census() {
      session().connection.hold();
      return censusOf(session().connection);
    },
    checkForeignKeys({ budgetMs }) {
      session().connection.hold();
      return checkForeignKeys(session().connection, budgetMs);
    },
  };
  return endingAtTraps(handlers);
}

/** Moving a dozen buffers costs more than copying a few rows. */
function packed(reply: RunReply): RunReply | Transfer<RunReply> {
  if (reply.kind !== 'rows' || byteLengthOf(reply.result) < COPIED_BYTES_MAX) return reply;
  return new Transfer(reply, transferablesOf(reply.result));
}

/** Every so often a long export tells how far it is, and hears whether it was cancelled. */
function watchOf(context: CallContext): ExportWatch {
  let rows = 0;
  let saidMs = performance.now();
  return {
    async rowsWritten(count) {
      rows += count;
      if (performance.now() - saidMs < PAUSE_EVERY_MS) return;
      context.progress({ fraction: 0, stage: 'writing rows', rows });
      await sleepByTimer(0);
      if (context.signal.cancelled) throw new AppError('cancelled', 'The export was cancelled: nothing was saved.');
      saidMs = performance.now();
    },
  };
}

function sleepByTimer(waitMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, waitMs));
}

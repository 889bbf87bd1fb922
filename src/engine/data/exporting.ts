/** Tables, queries and the whole database as files for other programs, written beside the pool from one state of the data. */
import { AppError, toWireError } from '../../core/errors.ts';
import type { CallContext } from '../../core/rpc.ts';
import { formatEntry } from '../../database/export/catalogue.ts';
import type { Engine } from '../engine.ts';
import { STOP_GRACE_MS } from '../query/pool-runner.ts';
import type { ExportReply, ExportRequest } from '../protocol.ts';
import { withStoppableHelper } from './stoppable-helper.ts';

/** Errors: `export` when there is no such table or nothing to save; `cancelled`; those of the query. Nothing is changed. */
export async function exportRows(
  engine: Engine,
  { what, format }: ExportRequest,
  context: CallContext,
): Promise<ExportReply> {
  const request = { snapshot: engine.plane.snapshot, pragmas: engine.pragmas, what, format };
  // A query that has not given its first row yet hears nothing of a cancel: then its worker ends with it.
  const stopping = {
    signal: context.signal,
    graceMs: STOP_GRACE_MS,
    cancelled: () => new AppError('cancelled', 'The export was cancelled: nothing was saved.'),
  };
  const { file, rows } = await withStoppableHelper(engine, stopping, ({ calls }) =>
    calls.call.exportRows(request, {
      onProgress: (report) => context.progress(report),
      cancelWith: (cancel) => context.signal.onCancel(cancel),
    }),
  ).catch((error: unknown) => {
    throw explained(engine, error);
  });
  return { name: `${stemOf(engine, what)}.${formatEntry(format).extension}`, file, rows };
}

/** What is missing in a worker of its own may be a temporary table, which is on the primary alone. */
function explained({ units }: Engine, error: unknown): unknown {
  const { code, message } = toWireError(error);
  const words = message.toLowerCase();
  const name = units.primaryState.temporary.find((one) => words.includes(one.toLowerCase()));
  if ((code !== 'sql' && code !== 'export') || name === undefined) return error;
  return new AppError(
    'export',
    `${name} is temporary, and temporary tables are not in a file made beside the database. Save the result that is shown instead.`,
  );
}

/** A name for the file that every system takes. */
function stemOf(engine: Engine, what: ExportRequest['what']): string {
  const { source } = engine;
  const database =
    source.type === 'file' ? source.name.replace(/\.[^.]+$/, '') : `${source.sample.name}-${source.sample.size}`;
  const name = 'table' in what ? what.table : 'sql' in what ? `${database}-result` : database;
  // Control characters and what Windows refuses in a name.
  // eslint-disable-next-line no-control-regex
  return name.replace(/[\u0000-\u001f<>:"/\\|?*]/g, '_').slice(0, 100) || 'rows';
}

/** Files that become rows: looked at, then imported on a private fork whose pages are taken into the log at once or not at all. */
import { AppError } from '../core/errors.ts';
import type { CallContext } from '../core/rpc.ts';
import type { Engine } from './engine.ts';
import type {
  DatabaseInfo,
  ImportFileRequest,
  ImportPreview,
  ImportReport,
  PointInTime,
  PreviewRequest,
} from './protocol.ts';

export function previewImport(_engine: Engine, _request: PreviewRequest): Promise<ImportPreview> {
  throw new AppError('import', 'Imports are being built.');
}

export function importFile(
  _engine: Engine,
  _request: ImportFileRequest,
  _context: CallContext,
): Promise<{ report: ImportReport; database: DatabaseInfo; point: PointInTime | null }> {
  throw new AppError('import', 'Imports are being built.');
}

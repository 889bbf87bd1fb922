/** Tables and results as files for other programs. */
import { AppError } from '../core/errors.ts';
import type { CallContext } from '../core/rpc.ts';
import type { Engine } from './engine.ts';
import type { ExportReply, ExportRequest } from './protocol.ts';

export function exportRows(_engine: Engine, _request: ExportRequest, _context: CallContext): Promise<ExportReply> {
  throw new AppError('export', 'Exports are being built.');
}

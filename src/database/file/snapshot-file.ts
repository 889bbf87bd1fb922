/**
 * From a snapshot to a file that SQLite can open: the base as it lies, records over it, and a first page that works here.
 */
import { HEADER_BYTES, mendedFirstPage } from './file-header.ts';
import { PagedFile } from './paged-file.ts';
import type { Snapshot } from '../protocol.ts';
import { checkOrder } from './records.ts';
import type { SqliteModule } from '../sqlite/sqlite-module.ts';

/** Costs nothing per byte of the base. A base of no bytes stands for an empty database. */
export function fileFromSnapshot(module: SqliteModule, snapshot: Snapshot): PagedFile {
  checkOrder(snapshot.records, snapshot.logNumber);
  const file = new PagedFile(snapshot.base.length > 0 ? snapshot.base : emptyDatabase(module), snapshot.pageSize);
  for (const record of snapshot.records) file.applyPages(record);
  const mended = mendedFirstPage(file.read(0, HEADER_BYTES), snapshot.base.length);
  if (mended) {
    file.set(mended, 0);
    file.markCommitted();
  }
  return file;
}

/** A database of one page without a table. SQLite's own empty file has no page at all, and no header to read. */
export function emptyDatabase(module: SqliteModule): Uint8Array {
  const database = new module.raw.Database();
  try {
    database.run('PRAGMA user_version = 0');
    return database.export();
  } finally {
    database.close();
  }
}

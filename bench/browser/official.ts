/**
 * SQLite's official WebAssembly build, tuned as ours is: rollback journal in memory, 64 MB of page cache, a read transaction
 * held. Databases lie in its heap, by `sqlite3_deserialize`; no OPFS.
 */
import startOfficial, { type OfficialDatabase, type OfficialSqlite } from '@sqlite.org/sqlite-wasm';
import { invariant } from '../../src/core/errors.ts';

let started: Promise<OfficialSqlite> | null = null;

export function official(): Promise<OfficialSqlite> {
  // It looks for OPFS at its start, by a worker of its own, unless told not to.
  const disable = { vfs: { opfs: true, 'opfs-vfs': true, 'opfs-wl': true, 'opfs-sahpool': true, kvvfs: true } };
  Object.assign(globalThis, { sqlite3ApiConfig: { disable } });
  return (started ??= startOfficial());
}

/** Opens a copy of `bytes` (the one copy into wasm memory that deserialize needs), tuned, reading begun. */
export async function openOfficial(bytes: Uint8Array): Promise<OfficialDatabase> {
  const { capi, wasm, oo1 } = await official();
  const database = new oo1.DB(':memory:');
  if (bytes.length > 0) {
    const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE;
    const copy = wasm.allocFromTypedArray(bytes);
    const code = capi.sqlite3_deserialize(database.pointer, 'main', copy, bytes.length, bytes.length, flags);
    invariant(code === 0, `deserialize answered ${code}`);
  }
  database.exec('PRAGMA cache_size=-65536; PRAGMA journal_mode=MEMORY');
  return database;
}

/** As our replicas do: the first read takes the lock, and it is kept. */
export function holdRead(database: OfficialDatabase): void {
  database.exec('BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1');
}

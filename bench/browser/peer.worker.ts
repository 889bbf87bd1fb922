/** sql.js as its own documentation uses it in a worker: what the figures are measured beside. */
import initSqlJs, { type Database, type QueryExecResult, type SqlJsStatic } from 'sql.js';
import { invariant } from '../../src/core/errors.ts';
import { serve, Transfer } from '../../src/core/rpc.ts';
import { portOf } from '../../src/platform/ports.ts';

export interface PeerApi {
  /** Loads SQLite. */
  warm(request: { wasmUrl: string }): void;
  open(request: { bytes: Uint8Array }): void;
  run(request: { sql: string }): void;
  /** Rows as arrays; they reach the page by structured clone. */
  exec(request: { sql: string }): QueryExecResult[];
  export(request: Record<string, never>): Uint8Array;
}

declare const self: DedicatedWorkerGlobalScope;

let sqlite: SqlJsStatic | null = null;
let database: Database | null = null;

function opened(): Database {
  invariant(sqlite, 'warm comes first');
  return (database ??= new sqlite.Database());
}

serve<PeerApi>(portOf(self), {
  warm: async ({ wasmUrl }) => {
    sqlite = await initSqlJs({ locateFile: () => wasmUrl });
  },
  open: ({ bytes }) => {
    invariant(sqlite, 'warm comes first');
    database = new sqlite.Database(bytes);
  },
  run: ({ sql }) => {
    opened().run(sql);
  },
  exec: ({ sql }) => opened().exec(sql),
  export: () => {
    const bytes = opened().export();
    return new Transfer(bytes, [bytes.buffer as ArrayBuffer]);
  },
});

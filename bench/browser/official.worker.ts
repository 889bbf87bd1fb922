/** The official sqlite-wasm in a module worker of its own, as its documentation uses it. */
import type { OfficialDatabase } from '@sqlite.org/sqlite-wasm';
import { invariant } from '../../src/core/errors.ts';
import { serve, Transfer } from '../../src/core/rpc.ts';
import { portOf } from '../../src/platform/ports.ts';
import { holdRead, official, openOfficial } from './official.ts';
import type { PeerApi } from './peer.worker.ts';

/** Rows as `exec` gives them; they reach the page by structured clone. */
export type OfficialApi = Omit<PeerApi, 'warm' | 'exec'> & {
  warm(request: Record<string, never>): void;
  exec(request: { sql: string }): unknown[][];
};

declare const self: DedicatedWorkerGlobalScope;

let database: OfficialDatabase | null = null;

function opened(): OfficialDatabase {
  invariant(database, 'open comes first');
  return database;
}

serve<OfficialApi>(portOf(self), {
  warm: async () => {
    await official();
  },
  open: async ({ bytes }) => {
    database?.close();
    database = await openOfficial(bytes);
    holdRead(database);
  },
  run: ({ sql }) => {
    opened().exec(sql);
  },
  exec: ({ sql }) => opened().exec({ sql, rowMode: 'array', returnValue: 'resultRows' }),
  export: async () => {
    const { capi } = await official();
    const bytes = capi.sqlite3_js_db_export(opened().pointer);
    return new Transfer(bytes, [bytes.buffer as ArrayBuffer]);
  },
});

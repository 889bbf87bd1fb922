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

/** The one being opened or open: what comes in the same message waits for it. */
let database: Promise<OfficialDatabase> | null = null;

function opened(): Promise<OfficialDatabase> {
  invariant(database, 'open comes first');
  return database;
}

async function open(bytes: Uint8Array, before: Promise<OfficialDatabase> | null): Promise<OfficialDatabase> {
  (await before)?.close();
  const next = await openOfficial(bytes);
  holdRead(next);
  return next;
}

serve<OfficialApi>(portOf(self), {
  warm: async () => {
    await official();
  },
  open: async ({ bytes }) => {
    await (database = open(bytes, database));
  },
  run: async ({ sql }) => {
    (await opened()).exec(sql);
  },
  exec: async ({ sql }) => (await opened()).exec({ sql, rowMode: 'array', returnValue: 'resultRows' }),
  export: async () => {
    const { capi } = await official();
    const bytes = capi.sqlite3_js_db_export((await opened()).pointer);
    return new Transfer(bytes, [bytes.buffer as ArrayBuffer]);
  },
});

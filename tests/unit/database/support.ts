/** What the database tests share: SQLite in Node, empty snapshots, a server with calls that unwrap transfers. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Transfer, type CallContext } from '../../../src/core/rpc.ts';
import { Connection } from '../../../src/database/connection.ts';
import { createDatabaseServer } from '../../../src/database/database-server.ts';
import type { DatabaseApi, RunRequest, Snapshot, UnitRequest } from '../../../src/database/protocol.ts';
import { emptyDatabase, fileFromSnapshot } from '../../../src/database/file/snapshot-file.ts';
import { loadSqlite, type SqliteModule } from '../../../src/database/sqlite/sqlite-module.ts';

const wasmPath = createRequire(import.meta.url).resolve('sql.js/dist/sql-wasm.wasm');
let compiled: WebAssembly.Module | null = null;

export function compiledModule(): WebAssembly.Module {
  return (compiled ??= new WebAssembly.Module(readFileSync(wasmPath)));
}

export function sqlite(cancelCell: Int32Array | null = null): Promise<SqliteModule> {
  return loadSqlite({ module: compiledModule(), wasmUrl: '', cancelCell });
}

export function snapshotOf(base: Uint8Array, historyId = 'history'): Snapshot {
  return { historyId, logNumber: 0, pageSize: 4096, base, records: [] };
}

/** A database file in which `setup` has run. */
export function databaseWith(module: SqliteModule, setup = ''): Uint8Array {
  const connection = openOn(module, emptyDatabase(module));
  try {
    connection.exec(setup);
    return connection.file.toBytes();
  } finally {
    connection.close();
  }
}

export function openOn(module: SqliteModule, base: Uint8Array): Connection {
  return new Connection(module, fileFromSnapshot(module, snapshotOf(base)));
}

type Calls = {
  [Method in keyof DatabaseApi]: (
    argument: Parameters<DatabaseApi[Method]>[0],
    context?: CallContext,
  ) => Promise<Awaited<ReturnType<DatabaseApi[Method]>>>;
};

const quiet: CallContext = { progress: () => {}, signal: { cancelled: false, onCancel: () => {} } };

/** A server in process, warm, with its handlers as plain async functions. */
export async function startServer(cancelCell: Int32Array | null = null): Promise<Calls> {
  const handlers = createDatabaseServer({ sleep: () => {} });
  const calls = Object.fromEntries(
    Object.entries(handlers).map(([method, handler]) => [
      method,
      async (argument: unknown, context: CallContext = quiet): Promise<unknown> => {
        const answer = await (handler as (value: unknown, context: CallContext) => unknown)(argument, context);
        return answer instanceof Transfer ? (answer.value as unknown) : answer;
      },
    ]),
  ) as unknown as Calls;
  await calls.warm({ module: compiledModule(), wasmUrl: '', cancelCell });
  return calls;
}

export function runRequest(sql: string, more: Partial<RunRequest> = {}): RunRequest {
  return {
    sql,
    parameters: [],
    deadlineMs: null,
    rowLimit: null,
    cancelValue: null,
    simulatedWaitMs: 0,
    proved: null,
    ...more,
  };
}

export function unitRequest(sql: string, more: Partial<UnitRequest> = {}): UnitRequest {
  return { sql, parameters: [], deadlineMs: null, rowLimit: null, cancelValue: null, epoch: 1, ...more };
}

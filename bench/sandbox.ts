/** SQLite in this process for commands that need a database to try things in. */
import { readFile } from 'node:fs/promises';
import { loadSqlite, type SqliteModule } from '../src/database/sqlite/sqlite-module.ts';
import { ConnectionSandbox, openEmpty } from '../src/optimizer/connection-sandbox.ts';

const WASM_PATH = 'node_modules/sql.js/dist/sql-wasm.wasm';

export async function sqliteModule(): Promise<SqliteModule> {
  const module = await WebAssembly.compile(new Uint8Array(await readFile(WASM_PATH)));
  return loadSqlite({ module, wasmUrl: '', cancelCell: null });
}

/** An empty database; close it when done. */
export function emptySandbox(module: SqliteModule): ConnectionSandbox {
  return new ConnectionSandbox(openEmpty(module));
}

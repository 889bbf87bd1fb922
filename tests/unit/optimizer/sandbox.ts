/** A sandbox for tests: SQLite in Node on an empty database, then `setup`. */
import { readFileSync } from 'node:fs';
import { loadSqlite } from '../../../src/database/sqlite/sqlite-module.ts';
import { ConnectionSandbox, openEmpty } from '../../../src/optimizer/connection-sandbox.ts';
import type { Sandbox } from '../../../src/optimizer/sandbox.ts';

const wasm = readFileSync(new URL('../../../node_modules/sql.js/dist/sql-wasm.wasm', import.meta.url));
const sqlite = await loadSqlite({ module: await WebAssembly.compile(wasm), wasmUrl: '', cancelCell: null });

export function sandboxWith(setup = ''): Sandbox {
  const sandbox = new ConnectionSandbox(openEmpty(sqlite));
  if (setup) sandbox.execute(setup);
  return sandbox;
}

/**
 * SQLite as a WebAssembly module: sql.js 1.16, instantiated once per JavaScript realm from a module compiled elsewhere.
 * We use sql.js's file system and its C functions, not its row objects. In Node several in-process workers share one
 * instance: what is per connection lives in `Connection`, and runs are synchronous and never interleave.
 */
import initSqlJs from 'sql.js';
import { AppError } from '../../core/errors.ts';
import { WasmWatch } from './wasm-watch.ts';
import { calibrate, type Internals } from './internals.ts';
import { inOrdinaryMemory, type Allocate, type PagedFile } from '../file/paged-file.ts';
import { ProgressHook } from './progress-hook.ts';
import type { WarmRequest } from '../protocol.ts';

/** The C functions that sql.js exports, as they are: pointers and 32-bit integers are numbers. */
export interface RawSqlite {
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _sqlite3_prepare_v2(db: number, sql: number, bytes: number, statementOut: number, tailOut: number): number;
  _sqlite3_step(statement: number): number;
  _sqlite3_reset(statement: number): number;
  _sqlite3_finalize(statement: number): number;
  _sqlite3_clear_bindings(statement: number): number;
  _sqlite3_column_count(statement: number): number;
  /** Columns of the present row; 0 when it stands on none. */
  _sqlite3_data_count(statement: number): number;
  _sqlite3_column_name(statement: number, column: number): number;
  _sqlite3_column_type(statement: number, column: number): number;
  _sqlite3_column_double(statement: number, column: number): number;
  _sqlite3_column_text(statement: number, column: number): number;
  _sqlite3_column_blob(statement: number, column: number): number;
  _sqlite3_column_bytes(statement: number, column: number): number;
  _sqlite3_bind_int(statement: number, index: number, value: number): number;
  _sqlite3_bind_double(statement: number, index: number, value: number): number;
  _sqlite3_bind_text(statement: number, index: number, text: number, bytes: number, destructor: number): number;
  _sqlite3_bind_blob(statement: number, index: number, blob: number, bytes: number, destructor: number): number;
  _sqlite3_bind_parameter_index(statement: number, name: number): number;
  _sqlite3_changes(db: number): number;
  _sqlite3_errmsg(db: number): number;
  UTF8ToString(pointer: number): string;
  stringToNewUTF8(text: string): number;
  addFunction(callback: (...values: number[]) => number | void, signature: string): number;
  removeFunction(index: number): void;
  Database: new (data?: unknown) => SqlJsDatabase;
}

/** The few members of sql.js's Database in use here. */
export interface SqlJsDatabase {
  /** Pointer to the `sqlite3` struct. */
  db: number;
  /** Its file in sql.js's file system, empty until something is written. */
  filename: string;
  run(sql: string): unknown;
  export(): Uint8Array;
  close(): void;
}

export interface SqliteModule {
  readonly raw: RawSqlite;
  readonly memory: WebAssembly.Memory;
  readonly imports: WasmWatch;
  readonly progressHook: ProgressHook;
  readonly internals: Internals;
  /** Files by descriptor, so that a truncation reaches the right one. */
  readonly files: Map<number, PagedFile>;
  /** Names of open files beside which there is no journal: it stays in memory. */
  readonly names: Set<string>;
  /** Where this worker's cancel value is read; null where memory is not shared. */
  readonly cancelCell: Int32Array | null;
  /** Fresh views: growth of wasm memory detaches old ones. */
  u8(): Uint8Array;
  i32(): Int32Array;
  f64(): Float64Array;
  view(): DataView;
}

/** Memory for what a worker hands out: shared where threads may share. That there is such a thing is known by the cancel cell. */
export function allocateIn({ cancelCell }: SqliteModule): Allocate {
  return cancelCell ? (byteLength) => new Uint8Array(new SharedArrayBuffer(byteLength)) : inOrdinaryMemory;
}

/** SQLite before its internals are calibrated. */
export type BareModule = Omit<SqliteModule, 'internals'>;

/** sql.js starts once in a realm, so what was started is the realm's too: a second copy of this module must find it. */
const realm = globalThis as { headroomSqlite?: Promise<SqliteModule> | null };

/** The realm's SQLite, instantiated at the first call. Errors: `no-webassembly`, `wasm-load`. */
export function loadSqlite(request: WarmRequest): Promise<SqliteModule> {
  const shared = (realm.headroomSqlite ??= started(request));
  // The instance is the realm's, the cancel cell is each worker's own.
  return shared.then((module) => ({ ...module, cancelCell: request.cancelCell }));
}

/** One that failed is forgotten, so that the next call tries again. */
function started(request: WarmRequest): Promise<SqliteModule> {
  const starting = instantiate(request);
  starting.catch(() => {
    if (realm.headroomSqlite === starting) realm.headroomSqlite = null;
  });
  return starting;
}

async function instantiate(request: WarmRequest): Promise<SqliteModule> {
  if (typeof WebAssembly === 'undefined') {
    throw new AppError('no-webassembly', 'This browser has no WebAssembly, which SQLite needs; try another browser.');
  }
  const compiled = request.module ?? (await compile(request.wasmUrl));
  const imports = new WasmWatch();
  const raw = await new Promise<{ sqlite: RawSqlite; memory: WebAssembly.Memory }>((resolve, reject) => {
    let memory: WebAssembly.Memory | undefined;
    const options = {
      useOldExtensionFunctions: false,
      instantiateWasm(offered: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object {
        // sql.js would swallow an error thrown here and never settle.
        try {
          const instance = new WebAssembly.Instance(compiled, imports.wrap(offered));
          memory = Object.values(instance.exports).find((item) => item instanceof WebAssembly.Memory);
          done(instance);
          return instance.exports;
        } catch (error) {
          reject(new AppError('wasm-load', `SQLite did not start: ${String(error)}. Reload the page.`));
          return {};
        }
      },
    };
    initSqlJs(options as Parameters<typeof initSqlJs>[0]).then((loaded) => {
      if (memory) resolve({ sqlite: loaded as unknown as RawSqlite, memory });
      else reject(new AppError('wasm-load', 'SQLite started without a memory. Reload the page.'));
    }, reject);
  });
  const bare = makeBare(raw.sqlite, raw.memory, imports);
  return { ...bare, internals: calibrate(bare) };
}

function makeBare(raw: RawSqlite, memory: WebAssembly.Memory, imports: WasmWatch): BareModule {
  let bytes = new Uint8Array(memory.buffer);
  let words = new Int32Array(memory.buffer);
  let reals = new Float64Array(memory.buffer);
  const i32 = (): Int32Array => (words.length > 0 ? words : (words = new Int32Array(memory.buffer)));
  let view = new DataView(memory.buffer);
  return {
    raw,
    memory,
    imports,
    progressHook: new ProgressHook(raw, i32),
    files: new Map(),
    names: new Set(),
    cancelCell: null,
    // A detached view has no length: quicker to see than to ask the memory for its buffer.
    u8: () => (bytes.length > 0 ? bytes : (bytes = new Uint8Array(memory.buffer))),
    i32,
    f64: () => (reals.length > 0 ? reals : (reals = new Float64Array(memory.buffer))),
    // A detached DataView throws when it is asked for its length; its buffer says 0.
    view: () => (view.buffer.byteLength > 0 ? view : (view = new DataView(memory.buffer))),
  };
}

async function compile(wasmUrl: string): Promise<WebAssembly.Module> {
  let response: Response;
  try {
    response = await fetch(wasmUrl);
  } catch (error) {
    throw new AppError('wasm-load', `SQLite could not be loaded from ${wasmUrl}: ${String(error)}.`);
  }
  if (!response.ok)
    throw new AppError('wasm-load', `SQLite could not be loaded: ${wasmUrl} answered ${response.status}.`);
  // Not compileStreaming: some static hosts serve wasm with another type, which that refuses.
  return WebAssembly.compile(await response.arrayBuffer());
}

/**
 * What stock sql.js does not export but keeps in memory: VM steps per statement, the progress callback, where in the text an
 * error lies, 64-bit parameters, and how much a sort may hold. Offsets into SQLite's structs are found at start by running known statements and looking
 * for the one place that holds the known answer. None or several such places: the feature stays off and the caller takes the
 * plain path. Nothing is trusted because it worked in another build.
 */
import type { BareModule } from './sqlite-module.ts';
import { NativeConnection, RC } from './native.ts';
import type { ResultColumns } from '../protocol.ts';
import { RowBlock } from '../rows/row-block.ts';
import type { RowLayout } from '../rows/row-layout.ts';
import { readRows } from '../rows/row-reader.ts';
import { wordOfSortMemory } from './sort-memory.ts';

/** Offsets found; null where the search failed. */
export interface Internals {
  /** Of the counter of VM steps (u32) in a statement. */
  vmSteps: number | null;
  /** Of the callback, its argument and its interval in a connection. */
  progress: { callback: number; argument: number; interval: number } | null;
  /** Of the byte offset (i32, -1 for none) of the latest error in a connection. */
  errorOffset: number | null;
  /** How the present row lies in memory; see `findRow`. */
  row: RowLayout | null;
  /** Reads many such rows at once. */
  block: RowBlock | null;
  /** Of the pointer to parameter values in a statement, and the size of one; its first 8 bytes hold the integer. */
  variables: { pointer: number; size: number } | null;
  /** Of the pointer to the list of databases in a connection, of the pointer to the main schema there, and of the page cache's size in that. */
  sortMemory: { databases: number; schema: number; size: number } | null;
}

/** How far into a struct the search goes. A test sets 0 to see the plain paths. */
export interface SearchBounds {
  statementBytes: number;
  connectionBytes: number;
}

const BOUNDS: SearchBounds = { statementBytes: 320, connectionBytes: 640 };
const NONE: Internals = {
  vmSteps: null,
  progress: null,
  errorOffset: null,
  variables: null,
  row: null,
  block: null,
  sortMemory: null,
};

/** Searches, and hooks clock, truncation and the search for journals into the module's watch. Never throws: what fails is off. */
export function calibrate(module: BareModule, bounds: SearchBounds = BOUNDS): Internals {
  const database = new module.raw.Database();
  try {
    const native = new NativeConnection(module, database.db);
    native.exec('CREATE TABLE few(x); CREATE TABLE many(x)');
    native.exec(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO many SELECT i FROM n',
    );
    native.exec('INSERT INTO few SELECT x FROM many LIMIT 500');
    attempt(() => hookClock(module, native));
    attempt(() => hookTruncate(module, native));
    attempt(() => hookLookUp(module, native, database.filename));
    const row = attempt(() => findRow(module, native, bounds.statementBytes));
    return {
      vmSteps: attempt(() => findVmSteps(module, native, bounds.statementBytes)),
      errorOffset: attempt(() => findErrorOffset(module, native, bounds.connectionBytes)),
      variables: attempt(() => findVariables(module, native, bounds.statementBytes)),
      row,
      block: row && attempt(() => makeBlock(module, native, row)),
      progress: attempt(() => findProgress(module, native, bounds.connectionBytes)),
      sortMemory: attempt(() => findSortMemory(module, native, bounds.connectionBytes)),
    };
  } catch {
    return NONE;
  } finally {
    attempt(() => database.close());
  }
}

/** The only member, or null: an ambiguous place is as good as none. */
export function onlyOne<Item>(items: readonly Item[]): Item | null {
  return items.length === 1 ? items[0] : null;
}

function attempt<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch {
    return null;
  }
}

/** Multiples of 4 below `bytes`. */
function words(bytes: number): number[] {
  return Array.from({ length: bytes >> 2 }, (_, index) => index * 4);
}

/**
 * SQLITE_STMTSTATUS_FULLSCAN_STEP counts rows after the first of a full scan: 999 in 1000 rows, 499 in 500. Found so, the
 * counter of VM steps stands three words later (ops 1 and 4 of one array) and must grow with the rows by a whole number.
 */
function findVmSteps(module: BareModule, native: NativeConnection, bytes: number): number | null {
  const many = native.prepare('SELECT count(x + 0) FROM many');
  const few = native.prepare('SELECT count(x + 0) FROM few');
  try {
    native.drain(many);
    native.drain(few);
    const at = (statement: number, offset: number): number => module.i32()[(statement + offset) >> 2];
    const fullScan = onlyOne(words(bytes).filter((offset) => at(many, offset) === 999 && at(few, offset) === 499));
    if (fullScan === null) return null;
    const offset = fullScan + 12;
    const difference = at(many, offset) - at(few, offset);
    return difference >= 1000 && difference % 500 === 0 && at(few, offset) > 1000 ? offset : null;
  } finally {
    native.finalize(many);
    native.finalize(few);
  }
}

function findErrorOffset(module: BareModule, native: NativeConnection, bytes: number): number | null {
  let candidates = words(bytes);
  const keep = (sql: string, expected: number): void => {
    const statement = native.tryPrepare(sql);
    if (statement) native.finalize(statement);
    candidates = candidates.filter((offset) => module.i32()[(native.db + offset) >> 2] === expected);
  };
  keep('SELECT nosuch', 7);
  keep('SELECT 1, 2,    nosuch', 16);
  keep('SELECT 1 FROM many LIMIT LIMIT 3', 25);
  keep('SELECT 1', -1);
  return onlyOne(candidates);
}

/** Two recognisable doubles are bound and looked for behind every pointer of the statement. */
function findVariables(module: BareModule, native: NativeConnection, bytes: number): Internals['variables'] {
  // With cursors and a table-valued function, so that no neighbouring array of the statement is empty and shares the address.
  const statement = native.prepare("SELECT ?1, typeof(?1), ?2 FROM few, json_each('[1]') LIMIT 1");
  const { raw, memory } = module;
  const marks = [1.0000001e77, 2.0000002e88] as const;
  try {
    marks.forEach((mark, index) => raw._sqlite3_bind_double(statement, index + 1, mark));
    const view = new DataView(memory.buffer);
    const readable = (pointer: number): boolean =>
      pointer > 1024 && pointer % 8 === 0 && pointer + 256 < view.byteLength;
    const found = words(bytes).flatMap((pointer) => {
      const values = view.getUint32(statement + pointer, true);
      if (!readable(values) || view.getFloat64(values, true) !== marks[0]) return [];
      const size = [24, 32, 40, 48, 56, 64].filter((step) => view.getFloat64(values + step, true) === marks[1]);
      return size.length === 1 ? [{ pointer, size: size[0] }] : [];
    });
    const variables = onlyOne(found);
    if (!variables) return null;
    raw._sqlite3_bind_int(statement, 1, 0);
    const cell = new DataView(memory.buffer).getUint32(statement + variables.pointer, true);
    new DataView(memory.buffer).setBigInt64(cell, -9007199254740993n, true);
    raw._sqlite3_step(statement);
    const [value, type] = [0, 1].map((column) => raw.UTF8ToString(raw._sqlite3_column_text(statement, column)));
    return value === '-9007199254740993' && type === 'integer' ? variables : null;
  } finally {
    native.finalize(statement);
  }
}

/**
 * One row of five storage classes with recognisable values. Its place and the layout of a value must each be the only one that
 * fits; then a table of odd values is read both ways, and any difference means that the functions are used instead.
 */
function findRow(module: BareModule, native: NativeConnection, bytes: number): RowLayout | null {
  const statement = native.prepare("SELECT 1.0000001e77, 'marker-text', 2.0000002e88, NULL, x'0102', 7");
  try {
    if (module.raw._sqlite3_step(statement) !== RC.row) return null;
    const view = new DataView(module.memory.buffer);
    const real = (at: number): number => (at > 1024 && at + 8 < view.byteLength ? view.getFloat64(at, true) : NaN);
    const pointers = words(bytes).filter((offset) => {
      const row = view.getUint32(statement + offset, true);
      return row % 8 === 0 && real(row) === 1.0000001e77;
    });
    const pointer = onlyOne(pointers);
    if (pointer === null) return null;
    const row = view.getUint32(statement + pointer, true);
    const size = onlyOne([24, 32, 40, 48, 56, 64].filter((step) => real(row + 2 * step) === 2.0000002e88));
    if (size === null) return null;
    const within = words(size).slice(2);
    const heap = module.u8();
    const marker = [...'marker-text'].map((char) => char.charCodeAt(0));
    const text = onlyOne(
      within.filter((offset) => {
        const at = view.getUint32(row + size + offset, true);
        return marker.every((byte, index) => heap[at + index] === byte);
      }),
    );
    const length = onlyOne(within.filter((offset) => view.getUint32(row + size + offset, true) === marker.length));
    // MEM_Real, MEM_Str, MEM_Real, MEM_Null, MEM_Blob, MEM_Int
    const classes = [8, 2, 8, 1, 16, 4];
    const flags = onlyOne(
      within
        .flatMap((offset) => [offset, offset + 2])
        .filter((offset) =>
          classes.every((flag, column) => (view.getUint16(row + column * size + offset, true) & 0x3f) === flag),
        ),
    );
    if (text === null || length === null || flags === null) return null;
    const layout = { pointer, size, text, length, flags };
    return readsAlike(module, native, layout) ? layout : null;
  } finally {
    native.finalize(statement);
  }
}

/** Every value comes again when the answer has proved to be a long one. */
const ODD_VALUES = `SELECT x, x || '', x + 0, typeof(x), length(x) FROM (SELECT 1 UNION ALL SELECT 2) CROSS JOIN (
  SELECT 0 AS x UNION ALL VALUES (1), (-1), (2147483648), (-2147483649), (4294967296), (9007199254740991), (9007199254740993),
  (-9223372036854775808), (9223372036854775807), (1.5), (-0.0), (1e308), (9e999), (-9e999), (NULL), (''), ('text'), (x''), (x'00ff'),
  (zeroblob(3)), (char(233, 0, 128512)), (CAST(x'ff41' AS TEXT)), (CAST(3 AS REAL)), (count(*)), (printf('%.5000c', 'y')))`;

/** Null where rows are not read as the functions give them. */
function makeBlock(module: BareModule, native: NativeConnection, row: RowLayout): RowBlock | null {
  const block = new RowBlock(module, row);
  if (readsAlike(module, native, row, block)) return block;
  block.free();
  return null;
}

/** Whether rows read by this layout, one by one or in blocks, are those that the functions give. */
export function readsAlike(
  module: BareModule,
  native: NativeConnection,
  row: RowLayout,
  block: RowBlock | null = null,
): boolean {
  // A REAL column may hold whole numbers as integers inside; text that a sorter returns lies elsewhere than a constant.
  native.exec(
    "DROP TABLE IF EXISTS reals; CREATE TABLE reals (r REAL, t TEXT); INSERT INTO reals VALUES (3, 'b'), (-4, 'a'), (2.5, NULL), (1e15, 'c')",
  );
  return [ODD_VALUES, 'SELECT r, t FROM reals', 'SELECT r, t, max(r) OVER () FROM reals ORDER BY t, r'].every((sql) => {
    const [direct, plain] = [
      { row, block },
      { row: null, block: null },
    ].map((found) => {
      const statement = native.prepare(sql);
      try {
        return readRows({ ...module, internals: { ...NONE, ...found } }, statement, {
          rowLimit: null,
          shouldStop: null,
        });
      } finally {
        native.finalize(statement);
      }
    });
    return sameColumns(direct.result, plain.result) && plain.result.rowCount > 0;
  });
}

function sameColumns(one: ResultColumns, other: ResultColumns): boolean {
  const bits = ({ columns }: ResultColumns): string =>
    columns
      .flatMap(({ classes, numbers, wide, offsets, bytes }) => [classes, numbers, wide, offsets, bytes])
      .map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength).join())
      .join(';');
  return one.rowCount === other.rowCount && bits(one) === bits(other);
}

/**
 * The one search that must write to find: a callback and an interval are poked where three words of the connection are zero,
 * and must be called with the argument between them. The usual place first, so that others are hardly ever touched.
 */
function findProgress(module: BareModule, native: NativeConnection, bytes: number): Internals['progress'] {
  const USUAL = 380;
  const usual = tryProgress(module, native, USUAL, bytes);
  if (usual) return usual;
  for (let offset = USUAL - 40; offset <= USUAL + 40; offset += 4) {
    const found = tryProgress(module, native, offset, bytes);
    if (found) return found;
  }
  return null;
}

function tryProgress(
  module: BareModule,
  native: NativeConnection,
  callback: number,
  bytes: number,
): Internals['progress'] {
  const places = { callback, argument: callback + 4, interval: callback + 8 };
  if (places.interval + 4 > bytes) return null;
  const at = (offset: number): number => (native.db + offset) >> 2;
  const untouched = [places.callback, places.argument, places.interval].every(
    (offset) => module.i32()[at(offset)] === 0,
  );
  if (!untouched) return null;
  const MARK = 0x5eed;
  let calls = 0;
  let stop = false;
  const index = module.raw.addFunction((argument) => {
    if (argument === MARK) calls++;
    return stop ? 1 : 0;
  }, 'ii');
  const statement = native.prepare('SELECT count(x + 0) FROM many');
  try {
    module.i32()[at(places.callback)] = index;
    module.i32()[at(places.argument)] = MARK;
    module.i32()[at(places.interval)] = 100;
    const finished = native.drain(statement) === RC.done;
    const wasCalled = calls;
    stop = true;
    module.raw._sqlite3_reset(statement);
    const interrupted = native.drain(statement) === RC.interrupt;
    // 1000 rows of several steps each, one call per 100 steps.
    return finished && wasCalled >= 10 && interrupted ? places : null;
  } catch {
    return null;
  } finally {
    for (const offset of Object.values(places)) module.i32()[at(offset)] = 0;
    native.finalize(statement);
    module.raw.removeFunction(index);
  }
}

/**
 * The page cache's size is set to odd numbers and looked for behind two pointers; the one place that always holds it is then
 * written to, and PRAGMA cache_size must tell what was written. An array in the connection itself counts as any other.
 */
function findSortMemory(module: BareModule, native: NativeConnection, bytes: number): Internals['sortMemory'] {
  const LIST_BYTES = 32;
  const SCHEMA_BYTES = 128;
  const usual = native.number('PRAGMA cache_size');
  const memory = module.i32();
  const at = (pointer: number): number => memory[pointer >> 2];
  const readable = (pointer: number, length: number): boolean =>
    pointer > 1024 && pointer % 4 === 0 && pointer + length <= memory.length * 4;
  try {
    native.exec('PRAGMA cache_size=-54321');
    let found = words(bytes).flatMap((databases) => {
      const list = at(native.db + databases);
      if (!readable(list, LIST_BYTES)) return [];
      return words(LIST_BYTES).flatMap((schema) => {
        const start = at(list + schema);
        if (!readable(start, SCHEMA_BYTES)) return [];
        const sizes = words(SCHEMA_BYTES).filter((size) => at(start + size) === -54321);
        return sizes.map((size) => ({ databases, schema, size }));
      });
    });
    native.exec('PRAGMA cache_size=-12345');
    found = found.filter((places) => memory[wordOfSortMemory(memory, native.db, places)] === -12345);
    const places = onlyOne(found);
    if (places === null) return null;
    memory[wordOfSortMemory(memory, native.db, places)] = -777;
    return native.number('PRAGMA cache_size') === -777 ? places : null;
  } finally {
    native.exec(`PRAGMA cache_size=${usual}`);
  }
}

/** The clock and the time zone are the imports that `now` and `localtime` call and a constant date does not. */
function hookClock(module: BareModule, native: NativeConnection): void {
  const called = (sql: string): number[] => module.imports.calledBy(() => native.exec(sql));
  const plain = new Set([...called("SELECT julianday('2020-01-01')"), ...called("SELECT datetime('2020-01-01')")]);
  const beyond = (sql: string): number[] => called(sql).filter((index) => !plain.has(index));
  const now = beyond("SELECT julianday('now')");
  const local = beyond("SELECT datetime('2020-01-01', 'localtime')");
  if (now.length === 0 || local.length === 0) return;
  module.imports.useClock([...new Set([...now, ...local])]);
  const reads = (sql: string): number => {
    const before = module.imports.clockReads();
    native.exec(sql);
    return module.imports.clockReads() - before;
  };
  const works =
    ["SELECT date('now')", 'SELECT CURRENT_TIMESTAMP', "SELECT time(0, 'unixepoch', 'localtime')"].every(
      (sql) => reads(sql) > 0,
    ) && ["SELECT date('2020-02-30')", 'SELECT count(*) FROM many'].every((sql) => reads(sql) === 0);
  if (!works) module.imports.useClock(null);
}

/** A VACUUM that shrinks a file truncates it once, to the new length: the import that is called with that 64-bit number. */
function hookTruncate(module: BareModule, native: NativeConnection): void {
  native.exec('CREATE TABLE filler(x); INSERT INTO filler SELECT zeroblob(9000) FROM few LIMIT 20; DROP TABLE filler');
  const called = module.imports.calledBy(() => native.exec('VACUUM'));
  const length = BigInt(native.number('PRAGMA page_count') * native.number('PRAGMA page_size'));
  const found = called.filter((index) => {
    const [descriptor, size, third] = module.imports.lastArguments(index);
    return typeof descriptor === 'number' && size === length && third === undefined;
  });
  const index = onlyOne(found);
  if (index === null) return;
  // Our file keeps its reported length, which no database reaches; were MEMFS to truncate it, it would copy it whole.
  module.imports.useTruncate(index, (descriptor, byteLength) => {
    const file = module.files.get(descriptor);
    file?.truncate(byteLength);
    return file !== undefined;
  });
}

/**
 * Before each transaction SQLite looks for a journal and a write-ahead log beside the file, and sql.js says by a JavaScript
 * exception that there is none, which takes longer than many a query. Beside our files there never is one: their journal stays
 * in memory. The import is the one that is called with such a path, before a first read.
 */
function hookLookUp(module: BareModule, native: NativeConnection, fileName: string): void {
  const { imports, names, raw } = module;
  const beside = ['journal', 'wal'].map((kind) => `/${fileName}-${kind}`);
  const called = imports.calledBy(() => native.exec('SELECT count(*) FROM few'));
  const index = onlyOne(
    called.filter((one) => {
      const [path] = imports.lastArguments(one);
      return typeof path === 'number' && path > 1024 && beside.includes(raw.UTF8ToString(path));
    }),
  );
  if (index === null) return;
  let asked = 0;
  const isAbsent = (pointer: number): boolean => {
    asked++;
    const path = raw.UTF8ToString(pointer);
    return names.has(path.slice(1, path.lastIndexOf('-')));
  };
  imports.useLookUp(index, imports.lastAnswer(index), isAbsent);
  names.add(fileName);
  const works = native.number('SELECT count(*) FROM few') === 500 && asked >= beside.length;
  names.delete(fileName);
  if (!works) imports.useLookUp(null, 0, () => false);
}

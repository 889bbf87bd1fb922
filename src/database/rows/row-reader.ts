/**
 * Steps a statement and gathers its rows as columns, cell by cell straight from wasm memory: no row objects, no JavaScript
 * strings. A string is made where a person looks at it.
 */
import { ColumnBuilder, type ColumnSize } from './column-builder.ts';
import { CELL, cellAt, CUT_CELL_BYTES, LARGE_CELL_BYTES, largeAt, textIn } from './columns.ts';
import type { RowBlock } from './row-block.ts';
import { MEM, UTF8, type RowLayout } from './row-layout.ts';
import { BLOCK_COLUMNS, BLOCK_ROWS, LEFT_TO_CALLER } from './row-routine.ts';
import { RC } from '../sqlite/native.ts';
import type { LargeCell, ResultColumns, SqlValue } from '../protocol.ts';
import type { SqliteModule } from '../sqlite/sqlite-module.ts';

export interface ReadOptions {
  /** Stop after so many rows; null for all. */
  rowLimit: number | null;
  /** Asked every few hundred rows; true stops. For where SQLite's own progress callback is out of reach. */
  shouldStop: (() => boolean) | null;
  /** Is kept up to date, for whoever tells of progress: rows so far, and while a block is filled the one that counts more. */
  counter?: RowCounter;
  /** Names of the columns, where they are known for certain; else they are asked for. */
  names?: string[];
  /** Sizes of the columns at the statement's last run, by column. */
  expected?: readonly ColumnSize[];
  /** An earlier reading stopped at its limit: the statement stands on a row that nobody has read yet. */
  onRow?: boolean;
}

export interface RowCounter {
  rows: number;
  ahead: { readonly rows: number } | null;
}

/** The rows so far, and the code that ended the stepping: done, row (stopped at the limit or asked to), or an error. */
export interface ReadOutcome {
  result: ResultColumns;
  code: number;
  stopped: boolean;
}

/** From here on an answer is taken for a long one. */
const FEW_ROWS = 16;
const EXACT = 2 ** 53;

/** SQLite's storage classes as `sqlite3_column_type` gives them. */
const TYPE = { integer: 1, float: 2, text: 3, blob: 4 } as const;

export function readRows(module: SqliteModule, statement: number, options: ReadOptions): ReadOutcome {
  const { raw } = module;
  let code: number = options.onRow ? RC.row : raw._sqlite3_step(statement);
  // Only now: the first step compiles a kept statement again when the schema has changed, and its columns may be others.
  const names = options.names ?? columnNames(module, statement);
  const gathered: Gathered = { builders: [], large: [], counter: options.counter ?? { rows: 0, ahead: null } };
  for (let column = 0; column < names.length; column++)
    gathered.builders.push(new ColumnBuilder(options.expected?.[column]));
  const { counter } = gathered;
  counter.rows = 0;
  const limit = options.rowLimit ?? Infinity;
  const { row: layout, block } = module.internals;
  const inBlocks = layout !== null && block !== null && names.length <= BLOCK_COLUMNS;
  let stopped = false;
  while (code === RC.row && counter.rows < limit) {
    // One by one at first: most answers are short.
    const next = inBlocks && counter.rows < FEW_ROWS ? FEW_ROWS : counter.rows + BLOCK_ROWS;
    const until = Math.min(next, limit);
    if (inBlocks && counter.rows >= FEW_ROWS) code = readBlock(module, statement, gathered, block, until);
    else if (layout) code = readDirectly(module, statement, gathered, layout, until);
    else code = readByFunctions(module, statement, gathered, until);
    if (code === RC.row && options.shouldStop?.()) {
      stopped = true;
      break;
    }
  }
  const rowCount = counter.rows;
  const result: ResultColumns = {
    names,
    rowCount,
    columns: gathered.builders.map((builder) => builder.finish(rowCount)),
    large: gathered.large,
    limitedAt: code === RC.row && !stopped ? rowCount : null,
  };
  return { result, code, stopped };
}

interface Gathered {
  builders: ColumnBuilder[];
  large: LargeCell[];
  counter: RowCounter;
}

/** The row that the statement stands on and the next ones, `until` so many are there; the code of the last step. */
function readByFunctions(module: SqliteModule, statement: number, gathered: Gathered, until: number): number {
  const { builders, counter } = gathered;
  let code: number;
  do {
    for (let column = 0; column < builders.length; column++)
      readCell(module, statement, column, gathered, counter.rows);
    counter.rows++;
    code = module.raw._sqlite3_step(statement);
  } while (code === RC.row && counter.rows < until);
  return code;
}

function readCell(module: SqliteModule, statement: number, column: number, gathered: Gathered, row: number): void {
  const { raw } = module;
  const builder = gathered.builders[column];
  switch (raw._sqlite3_column_type(statement, column)) {
    case TYPE.integer: {
      const value = raw._sqlite3_column_double(statement, column);
      // A double holds every integer up to 2^53; at 2^53 itself the true value may be one more.
      if (value < EXACT && value > -EXACT) builder.setNumber(row, CELL.integer, value);
      else readWide(module, statement, column, builder, row);
      break;
    }
    case TYPE.float:
      builder.setNumber(row, CELL.real, raw._sqlite3_column_double(statement, column));
      break;
    case TYPE.text:
      readBytes(module, statement, column, CELL.text, gathered, row);
      break;
    case TYPE.blob:
      readBytes(module, statement, column, CELL.blob, gathered, row);
      break;
    default: // NULL: what a builder holds where nothing is set
  }
}

/** The same in one go, by a routine of wasm; cell by cell only what that leaves. */
function readBlock(
  module: SqliteModule,
  statement: number,
  gathered: Gathered,
  block: RowBlock,
  until: number,
): number {
  const { builders, counter } = gathered;
  const base = counter.rows;
  block.clear();
  counter.ahead = block;
  try {
    let code: number;
    for (;;) {
      code = block.fill(statement, builders.length, until - base);
      if (code !== LEFT_TO_CALLER) break;
      const { rows, column } = block;
      block.empty(column, builders[column], base);
      readCell(module, statement, column, gathered, base + rows);
      block.skip();
    }
    for (let column = 0; column < builders.length; column++) block.empty(column, builders[column], base);
    counter.rows = base + block.rows;
    return code;
  } finally {
    counter.ahead = null;
  }
}

/**
 * The same, straight from the row in wasm memory: no call per cell. Rare shapes (a zeroblob not written out, UTF-16, a large
 * cell) go through the functions. One loop over rows and cells, so that all it needs stays at hand.
 */
function readDirectly(
  module: SqliteModule,
  statement: number,
  gathered: Gathered,
  { pointer, size, text, length, flags }: RowLayout,
  until: number,
): number {
  const { builders, counter } = gathered;
  const { raw } = module;
  let bytes = module.u8();
  let words = module.i32();
  let reals = module.f64();
  let view = module.view();
  let row = counter.rows;
  let code: number;
  do {
    let cell = words[(statement + pointer) >> 2] >>> 0;
    for (let column = 0; column < builders.length; column++, cell += size) {
      const builder = builders[column];
      const flag = words[(cell + flags) >> 2] >>> ((flags & 2) << 3);
      if (flag & MEM.null) continue;
      if (flag & MEM.integer) {
        const low = words[cell >> 2];
        const high = words[(cell >> 2) + 1];
        if (high === low >> 31) {
          builder.setNumber(row, CELL.integer, low);
          continue;
        }
        // Between -2^53 and 2^53 the sum is exact.
        if (high >= -0x200000 && high < 0x200000) {
          builder.setNumber(row, CELL.integer, high * 4294967296 + (low >>> 0));
          continue;
        }
      } else if (flag & MEM.real) {
        builder.setNumber(row, CELL.real, reals[cell >> 3]);
        continue;
      } else if ((flag & (MEM.integerReal | MEM.zeroTail)) === 0) {
        const isText = (flag & MEM.text) !== 0;
        const count = words[(cell + length) >> 2];
        // The encoding stands behind the flags.
        if (count <= LARGE_CELL_BYTES && (!isText || bytes[cell + flags + 2] === UTF8)) {
          const start = words[(cell + text) >> 2] >>> 0;
          builder.setBytes(row, isText ? CELL.text : CELL.blob, bytes, view, start, start + count);
          continue;
        }
      }
      readCell(module, statement, column, gathered, row);
      bytes = module.u8();
      words = module.i32();
      reals = module.f64();
      view = module.view();
    }
    counter.rows = ++row;
    code = raw._sqlite3_step(statement);
    // When wasm memory has grown, the old views are gone.
    if (bytes.length === 0) {
      bytes = module.u8();
      words = module.i32();
      reals = module.f64();
      view = module.view();
    }
  } while (code === RC.row && row < until);
  return code;
}

/** The row that a statement stands on, as values: for one row there is no need of columns. */
export function readValues(module: SqliteModule, statement: number): SqlValue[] {
  const count = module.raw._sqlite3_data_count(statement);
  const values: SqlValue[] = [];
  const layout = module.internals.row;
  for (let column = 0; column < count; column++) {
    const value = layout ? valueAt(module, statement, column, layout) : undefined;
    values.push(value === undefined ? valueByFunctions(module, statement, column) : value);
  }
  return values;
}

/** Straight from memory; undefined for a shape that is left to the functions. */
function valueAt(
  module: SqliteModule,
  statement: number,
  column: number,
  { pointer, size, text, length, flags }: RowLayout,
): SqlValue | undefined {
  const words = module.i32();
  const cell = (words[(statement + pointer) >> 2] >>> 0) + column * size;
  const flag = words[(cell + flags) >> 2] >>> ((flags & 2) << 3);
  if (flag & MEM.null) return null;
  if (flag & MEM.integer) {
    const low = words[cell >> 2];
    return words[(cell >> 2) + 1] === low >> 31 ? low : undefined;
  }
  if (flag & MEM.real) return module.f64()[cell >> 3];
  if (flag & (MEM.integerReal | MEM.zeroTail)) return undefined;
  const bytes = module.u8();
  const start = words[(cell + text) >> 2] >>> 0;
  const end = start + words[(cell + length) >> 2];
  if ((flag & MEM.text) === 0) return bytes.slice(start, end);
  return bytes[cell + flags + 2] === UTF8 ? textIn(bytes, start, end) : undefined;
}

function valueByFunctions(module: SqliteModule, statement: number, column: number): SqlValue {
  const builders: ColumnBuilder[] = [];
  builders[column] = new ColumnBuilder();
  const gathered: Gathered = { builders, large: [], counter: { rows: 0, ahead: null } };
  readCell(module, statement, column, gathered, 0);
  const columns: ResultColumns['columns'] = [];
  columns[column] = builders[column].finish(1);
  const result = { names: [], rowCount: 1, columns, large: gathered.large, limitedAt: null };
  return largeAt(result, 0, column) ?? cellAt(result, 0, column);
}

/** Names of the columns that a compiled statement returns; none for one that returns no rows. */
export function columnNames({ raw }: SqliteModule, statement: number): string[] {
  return Array.from({ length: raw._sqlite3_column_count(statement) }, (_, column) =>
    raw.UTF8ToString(raw._sqlite3_column_name(statement, column)),
  );
}

/** 64-bit integers leave sql.js as text only; converting the cell to text does not change the row. */
function readWide(module: SqliteModule, statement: number, column: number, builder: ColumnBuilder, row: number): void {
  const value = BigInt(module.raw.UTF8ToString(module.raw._sqlite3_column_text(statement, column)));
  if (value === BigInt(EXACT) || value === -BigInt(EXACT)) builder.setNumber(row, CELL.integer, Number(value));
  else builder.setWide(row, value);
}

function readBytes(
  module: SqliteModule,
  statement: number,
  column: number,
  cellClass: 3 | 4,
  { builders, large }: Gathered,
  row: number,
): void {
  const { raw } = module;
  const builder = builders[column];
  // The pointer first: fetching it may convert the value (UTF-16 databases), and only then is the length right.
  const start =
    cellClass === CELL.text ? raw._sqlite3_column_text(statement, column) : raw._sqlite3_column_blob(statement, column);
  const length = raw._sqlite3_column_bytes(statement, column);
  const heap = module.u8();
  const view = module.view();
  if (length <= LARGE_CELL_BYTES) {
    builder.setBytes(row, cellClass, heap, view, start, start + length);
    return;
  }
  let cut = start + CUT_CELL_BYTES;
  // Not inside a character: UTF-8 continuation bytes are 10xxxxxx.
  if (cellClass === CELL.text) while (cut > start && (heap[cut] & 0xc0) === 0x80) cut--;
  builder.setBytes(row, cellClass, heap, view, start, cut);
  large.push({ row, column, bytes: heap.slice(start, start + length) });
}

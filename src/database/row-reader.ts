/**
 * Steps a statement and gathers its rows as columns, cell by cell straight from wasm memory: no row objects, no JavaScript
 * strings. A string is made where a person looks at it.
 */
import { CELL, ColumnBuilder, CUT_CELL_BYTES, LARGE_CELL_BYTES } from './columns.ts';
import { RC } from './native.ts';
import type { LargeCell, ResultColumns } from './protocol.ts';
import type { SqliteModule } from './sqlite-module.ts';

export interface ReadOptions {
  /** Stop after so many rows; null for all. */
  rowLimit: number | null;
  /** Asked every few hundred rows; true stops. For where SQLite's own progress callback is out of reach. */
  shouldStop: (() => boolean) | null;
}

/** The rows so far, and the code that ended the stepping: done, row (stopped at the limit or asked to), or an error. */
export interface ReadOutcome {
  result: ResultColumns;
  code: number;
  stopped: boolean;
}

const ROWS_BETWEEN_CHECKS = 256;
const EXACT = 2 ** 53;

/** SQLite's storage classes as `sqlite3_column_type` gives them. */
const TYPE = { integer: 1, float: 2, text: 3, blob: 4 } as const;

export function readRows(module: SqliteModule, statement: number, options: ReadOptions): ReadOutcome {
  const { raw } = module;
  let code = raw._sqlite3_step(statement);
  // Only now: the first step compiles a kept statement again when the schema has changed, and its columns may be others.
  const names = columnNames(module, statement);
  const width = names.length;
  const builders = names.map(() => new ColumnBuilder());
  const large: LargeCell[] = [];
  const limit = options.rowLimit ?? Infinity;
  let rowCount = 0;
  let stopped = false;
  while (code === RC.row && rowCount < limit) {
    for (let column = 0; column < width; column++) {
      const builder = builders[column];
      switch (raw._sqlite3_column_type(statement, column)) {
        case TYPE.integer: {
          const value = raw._sqlite3_column_double(statement, column);
          // A double holds every integer up to 2^53; at 2^53 itself the true value may be one more.
          if (value < EXACT && value > -EXACT) builder.setNumber(rowCount, CELL.integer, value);
          else readWide(module, statement, column, builder, rowCount);
          break;
        }
        case TYPE.float:
          builder.setNumber(rowCount, CELL.real, raw._sqlite3_column_double(statement, column));
          break;
        case TYPE.text:
          readBytes(module, statement, column, CELL.text, builder, rowCount, large);
          break;
        case TYPE.blob:
          readBytes(module, statement, column, CELL.blob, builder, rowCount, large);
          break;
        default: // NULL: what a builder holds where nothing is set
      }
    }
    rowCount++;
    if (options.shouldStop && rowCount % ROWS_BETWEEN_CHECKS === 0 && options.shouldStop()) {
      stopped = true;
      break;
    }
    code = raw._sqlite3_step(statement);
  }
  const result: ResultColumns = {
    names,
    rowCount,
    columns: builders.map((builder) => builder.finish(rowCount)),
    large,
    limitedAt: code === RC.row && !stopped ? rowCount : null,
  };
  return { result, code, stopped };
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
  builder: ColumnBuilder,
  row: number,
  large: LargeCell[],
): void {
  const { raw } = module;
  // The pointer first: fetching it may convert the value (UTF-16 databases), and only then is the length right.
  const start =
    cellClass === CELL.text ? raw._sqlite3_column_text(statement, column) : raw._sqlite3_column_blob(statement, column);
  const length = raw._sqlite3_column_bytes(statement, column);
  const heap = module.u8();
  if (length <= LARGE_CELL_BYTES) {
    builder.setBytes(row, cellClass, heap, start, start + length);
    return;
  }
  let cut = start + CUT_CELL_BYTES;
  // Not inside a character: UTF-8 continuation bytes are 10xxxxxx.
  if (cellClass === CELL.text) while (cut > start && (heap[cut] & 0xc0) === 0x80) cut--;
  builder.setBytes(row, cellClass, heap, start, cut);
  large.push({ row, column, bytes: heap.slice(start, start + length) });
}

/**
 * The routine behind `RowBlock`, in WebAssembly: steps a statement and lays its cells into a block of wasm memory, column by
 * column. What is rare (a wide integer, UTF-16, a large cell, a zeroblob) it leaves to its caller. It is written here, not
 * compiled beforehand, because where SQLite keeps what is known only at run time.
 */
import { CELL } from './columns.ts';
import { MEM, UTF8, type RowLayout } from './row-layout.ts';
import { RC } from '../sqlite/native.ts';
import { op, type Routine } from '../sqlite/wasm-code.ts';

/** Rows in a block. */
export const BLOCK_ROWS = 256;
/** Wider results are read cell by cell. */
export const BLOCK_COLUMNS = 32;
/** Of texts and blobs, per column and block. A column that has more is emptied more often. */
const BLOCK_BYTES = 4096;
/** The routine copies eight bytes at a time, so up to seven too many. */
const SLACK_BYTES = 8;
/** From the bytes of one column to those of the next. */
export const COLUMN_BYTES = BLOCK_BYTES + SLACK_BYTES;
const CELLS = BLOCK_ROWS * BLOCK_COLUMNS;

/** Instead of SQLite's result code: the cell at `row`, `column` is left to the caller. */
export const LEFT_TO_CALLER = -1;

/** Addresses in wasm memory. A cell's place is `column * BLOCK_ROWS + row`. */
export interface BlockPlaces {
  numbers: number;
  /** Where the bytes of a cell end, counted from the start of its column's bytes. */
  ends: number;
  classes: number;
  /** Bytes in use, by column. */
  used: number;
  /** Where the routine is. */
  row: number;
  column: number;
  bytes: number;
}

const CELL_BYTES = Float64Array.BYTES_PER_ELEMENT + Int32Array.BYTES_PER_ELEMENT + 1;
/** That a block takes. */
export const BLOCK_SIZE = CELLS * CELL_BYTES + BLOCK_COLUMNS * (4 + COLUMN_BYTES) + 8;

/** For a block at `start`, a multiple of 8. */
export function placesFrom(start: number): BlockPlaces {
  const ends = start + CELLS * 8;
  const classes = ends + CELLS * 4;
  const used = classes + CELLS;
  const row = used + BLOCK_COLUMNS * 4;
  return { numbers: start, ends, classes, used, row, column: row + 4, bytes: row + 8 };
}

/** Integers from -(2^53 - 1) to 2^53 - 1 are exact as doubles: moved to the range from 0, one comparison tells. */
const SAFE = 2n ** 53n - 1n;

/**
 * (statement, columns, until, row, column) => code, by way of `step` as the function that is called:
 *
 * for (;;) {
 *   for each column of the row: lay its cell, or note row and column and return LEFT_TO_CALLER
 *   row++; code = step(statement); if (code != ROW || row >= until) return code
 * }
 */
export function rowRoutine({ pointer, size, text, length, flags }: RowLayout, places: BlockPlaces): Routine {
  const [STATEMENT, COLUMNS, UNTIL, ROW, COLUMN, CELL_AT, FLAGS, SLOT, LENGTH, SOURCE, TARGET, STOP, CODE, WIDE] =
    Array.from({ length: 14 }, (_, local) => local);
  const { get, set, tee, i32, i64, block, loop, when, branch, branchIf, load32, store32, store64 } = op;
  const has = (bits: number): number[][] => [get(FLAGS), i32(bits), op.and];
  const advance = (local: number, by: number): number[][] => [get(local), i32(by), op.add, set(local)];
  const note = (place: number, local: number): number[][] => [i32(0), get(local), store32(place)];
  const setClass = (value: number[][]): number[][] => [get(SLOT), ...value, op.store8(places.classes)];
  const numberAt = [get(SLOT), i32(3), op.shiftLeft];
  const setNumber = (value: number[][]): number[][] => [...numberAt, ...value, store64(places.numbers)];
  const columnWord = [get(COLUMN), i32(2), op.shiftLeft];

  // Inside a `when` the cell's own block (left to the caller) is one further out, and the next cell's two.
  const readFlags = [get(CELL_AT), op.load16(flags), set(FLAGS)];
  const layNull = [...has(MEM.null), when(...setClass([i32(CELL.null)]), ...setNumber([i64(0n)]), branch(2))];
  const isWide = [get(CELL_AT), op.load64(0), tee(WIDE), i64(SAFE), op.add64, i64(2n * SAFE), op.above64];
  const layInteger = [
    ...has(MEM.integer),
    when(
      ...[...isWide, branchIf(1)],
      ...setClass([i32(CELL.integer)]),
      ...[...numberAt, get(WIDE), op.realOf64, op.storeReal(places.numbers), branch(2)],
    ),
  ];
  const layReal = [
    ...has(MEM.real),
    when(...setClass([i32(CELL.real)]), ...setNumber([get(CELL_AT), op.load64(0)]), branch(2)),
  ];
  const leaveOddBytes = [
    ...[...has(MEM.integerReal | MEM.zeroTail), branchIf(0)],
    ...[...has(MEM.text | MEM.blob), op.isZero, branchIf(0)],
    ...[...has(MEM.text), when(get(CELL_AT), op.load8(flags + 2), i32(UTF8), op.notEqual, branchIf(1))],
    ...[get(CELL_AT), load32(length), tee(LENGTH), i32(BLOCK_BYTES), op.above, branchIf(0)],
    ...[...columnWord, load32(places.used), tee(TARGET), get(LENGTH), op.add, tee(STOP)],
    ...[i32(BLOCK_BYTES), op.above, branchIf(0)],
    // Too near the end of memory to be copied eight bytes at a time.
    ...[get(CELL_AT), load32(text), tee(SOURCE), get(LENGTH), op.add, i32(SLACK_BYTES), op.add],
    ...[op.memoryPages, i32(16), op.shiftLeft, op.above, branchIf(0)],
  ];
  const layBytes = [
    ...[get(SLOT), i32(2), op.shiftLeft, get(STOP), store32(places.ends)],
    ...[...columnWord, get(STOP), store32(places.used)],
    // Text before blob: what is both is text.
    ...setClass([i32(CELL.blob), ...has(MEM.text), i32(1), op.shiftRight, op.subtract]),
    ...setNumber([i64(0n)]),
    ...[get(TARGET), get(COLUMN), i32(COLUMN_BYTES), op.multiply, op.add, set(TARGET)],
    ...[get(SOURCE), get(LENGTH), op.add, set(STOP)],
    block(
      loop(
        ...[get(SOURCE), get(STOP), op.atLeast, branchIf(1)],
        ...[get(TARGET), get(SOURCE), op.load64(0), store64(places.bytes)],
        ...[...advance(SOURCE, 8), ...advance(TARGET, 8), branch(0)],
      ),
    ),
    branch(1),
  ];
  const layCell = block(
    block(...readFlags, ...layNull, ...layInteger, ...layReal, ...leaveOddBytes, ...layBytes),
    ...[...note(places.column, COLUMN), i32(LEFT_TO_CALLER), op.giveBack],
  );
  const layRow = block(
    loop(
      ...[get(COLUMN), get(COLUMNS), op.atLeast, branchIf(1)],
      layCell,
      ...[...advance(COLUMN, 1), ...advance(CELL_AT, size), ...advance(SLOT, BLOCK_ROWS), branch(0)],
    ),
  );
  const body = loop(
    ...[get(STATEMENT), load32(pointer), get(COLUMN), i32(size), op.multiply, op.add, set(CELL_AT)],
    ...[get(COLUMN), i32(BLOCK_ROWS), op.multiply, get(ROW), op.add, set(SLOT)],
    layRow,
    // Noted before the step, which may take long: somebody may ask meanwhile how many rows there are.
    ...[i32(0), set(COLUMN), ...advance(ROW, 1), ...note(places.row, ROW), ...note(places.column, COLUMN)],
    ...[get(STATEMENT), op.callImport, tee(CODE), i32(RC.row), op.notEqual],
    ...[get(ROW), get(UNTIL), op.atLeast, op.or],
    when(get(CODE), op.giveBack),
    branch(0),
  );
  return { parameters: 5, locals32: 8, body: [body, op.unreachable] };
}

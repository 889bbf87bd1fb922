/**
 * Results as columns: pure helpers over `ResultColumns`. Typed arrays move between threads without being copied, and a grid
 * decodes only the rows that it shows. NULL, '' and x'' stay apart; integers are exact to 64 bits.
 */
import { invariant } from '../../core/errors.ts';
import type { ColumnData, ResultColumns, SqlValue } from '../protocol.ts';

/** Values of `ColumnData.classes`. */
export const CELL = { null: 0, integer: 1, real: 2, text: 3, blob: 4, wide: 5 } as const;

/** Cells above this many bytes are cut in the column and kept whole in `large`. */
export const LARGE_CELL_BYTES = 1 << 20;
/** What stays of a cut cell in its column. */
export const CUT_CELL_BYTES = 1 << 16;

// A leading U+FEFF is part of the value, not a byte-order mark.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const NO_NUMBERS = new Float64Array(0);
const NO_WIDE = new BigInt64Array(0);
const NO_OFFSETS = new Uint32Array(0);
const NO_BYTES = new Uint8Array(0);

/** A result without rows. */
export function emptyResult(names: string[] = []): ResultColumns {
  return { names, rowCount: 0, columns: names.map(emptyColumn), large: [], limitedAt: null };
}

function emptyColumn(): ColumnData {
  return {
    classes: NO_BYTES,
    numbers: NO_NUMBERS,
    wide: NO_WIDE,
    offsets: NO_OFFSETS,
    bytes: NO_BYTES,
  };
}

/** One cell. A cut text or blob gives its first 64 KiB: see `largeAt` for the whole. */
export function cellAt(result: ResultColumns, row: number, column: number): SqlValue {
  const data = result.columns[column];
  invariant(data && row >= 0 && row < result.rowCount, `cell (${row}, ${column}) lies inside the result`);
  switch (data.classes[row]) {
    case CELL.null:
      return null;
    case CELL.text:
      return textIn(data.bytes, data.offsets[row], data.offsets[row + 1]);
    case CELL.blob:
      return rawBytes(data, row).slice();
    case CELL.wide:
      return data.wide[row];
    default:
      return data.numbers[row];
  }
}

/** All rows from `from` up to `to` (excluded), as arrays of values. */
export function rowsOf(result: ResultColumns, from = 0, to = result.rowCount): SqlValue[][] {
  const rows: SqlValue[][] = [];
  for (let row = from; row < Math.min(to, result.rowCount); row++) {
    rows.push(result.columns.map((_, column) => cellAt(result, row, column)));
  }
  return rows;
}

/** The whole value of a cell that was cut, or null when it was not. */
export function largeAt(result: ResultColumns, row: number, column: number): SqlValue {
  const found = result.large.find((cell) => cell.row === row && cell.column === column);
  if (!found) return null;
  return result.columns[column].classes[row] === CELL.text
    ? decoder.decode(unshared(found.bytes))
    : found.bytes.slice();
}

/** Bytes that the result holds, names included. */
export function byteLengthOf(result: ResultColumns): number {
  let sum = 0;
  for (const name of result.names) sum += name.length * 2;
  for (const view of viewsOf(result)) sum += view.byteLength;
  return sum;
}

/** The buffers under the result, each once: what to hand to `postMessage`. Shared memory is never moved and left out. */
export function transferablesOf(result: ResultColumns): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { buffer } of viewsOf(result)) {
    if (buffer instanceof ArrayBuffer && buffer.byteLength > 0) buffers.add(buffer);
  }
  return [...buffers];
}

/** A copy in memory of its own, for a receiver to keep while the owner keeps the original: one memcpy per array. */
export function copyOf(result: ResultColumns): ResultColumns {
  return {
    names: [...result.names],
    rowCount: result.rowCount,
    columns: result.columns.map(({ classes, numbers, wide, offsets, bytes }) => ({
      classes: classes.slice(),
      numbers: numbers.slice(),
      wide: wide.slice(),
      offsets: offsets.slice(),
      bytes: bytes.slice(),
    })),
    large: result.large.map((cell) => ({ ...cell, bytes: cell.bytes.slice() })),
    limitedAt: result.limitedAt,
  };
}

/** The same columns under other names; shares the memory. */
export function relabel(result: ResultColumns, names: string[]): ResultColumns {
  invariant(names.length === result.columns.length, 'as many names as columns');
  return { ...result, names: [...names] };
}

/** These columns, in this order; nothing is copied. */
export function pickColumns(result: ResultColumns, picked: readonly number[]): ResultColumns {
  return {
    ...result,
    names: picked.map((column) => result.names[column]),
    columns: picked.map((column) => result.columns[column]),
    large: picked.flatMap((from, column) =>
      result.large.filter((cell) => cell.column === from).map((cell) => ({ ...cell, column })),
    ),
  };
}

/** Rows `from` up to `to` (excluded) in memory of their own. */
export function sliceRows(result: ResultColumns, from: number, to: number): ResultColumns {
  const end = Math.min(to, result.rowCount);
  const start = Math.min(Math.max(0, from), end);
  return {
    names: [...result.names],
    rowCount: end - start,
    columns: result.columns.map((data) => sliceColumn(data, start, end)),
    large: result.large
      .filter((cell) => cell.row >= start && cell.row < end)
      .map((cell) => ({ ...cell, row: cell.row - start, bytes: cell.bytes.slice() })),
    limitedAt: result.limitedAt,
  };
}

function sliceColumn(data: ColumnData, start: number, end: number): ColumnData {
  const numbers = data.numbers.slice(start, end);
  const wide = data.wide.slice(start, end);
  const classes = data.classes.slice(start, end);
  if (data.offsets.length === 0) return { classes, numbers, wide, offsets: NO_OFFSETS, bytes: NO_BYTES };
  const first = data.offsets[start];
  const offsets = data.offsets.slice(start, end + 1).map((offset) => offset - first);
  return { classes, numbers, wide, offsets, bytes: data.bytes.slice(first, data.offsets[end]) };
}

function rawBytes(data: ColumnData, row: number): Uint8Array {
  return data.bytes.subarray(data.offsets[row], data.offsets[row + 1]);
}

/** Up to this many bytes a loop is quicker than the decoder. */
const LOOPED_BYTES_MAX = 24;

/** UTF-8 between two offsets as a string. */
export function textIn(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= LOOPED_BYTES_MAX) {
    let text = '';
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      if (byte > 0x7f) return decoder.decode(unshared(bytes.subarray(start, end)));
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return decoder.decode(unshared(bytes.subarray(start, end)));
}

/** TextDecoder refuses views of shared memory in browsers. */
function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice();
}

function* viewsOf(result: ResultColumns): Generator<Uint8Array | Float64Array | BigInt64Array | Uint32Array> {
  for (const { classes, numbers, wide, offsets, bytes } of result.columns)
    yield* [classes, numbers, wide, offsets, bytes];
  for (const { bytes } of result.large) yield bytes;
}

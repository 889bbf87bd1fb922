/**
 * Results as columns: pure helpers over `ResultColumns`. Typed arrays move between threads without being copied, and a grid
 * decodes only the rows that it shows. NULL, '' and x'' stay apart; integers are exact to 64 bits.
 */
import { invariant } from '../core/errors.ts';
import type { ColumnData, ResultColumns, SqlValue } from './protocol.ts';

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
  return { names, rowCount: 0, columns: names.map(() => new ColumnBuilder().finish(0)), large: [], limitedAt: null };
}

/** One cell. A cut text or blob gives its first 64 KB: see `largeAt` for the whole. */
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

/** After the first row: most answers have one, and then nothing is to be cut off. */
const NEXT_ROWS = 16;

/**
 * Grows one column. Arrays double when full; a column without numbers, wide integers or bytes never allocates those.
 * Callers set cells in row order; a row that is not set is NULL.
 */
export class ColumnBuilder {
  #classes = new Uint8Array(1);
  #numbers = NO_NUMBERS;
  #wide = NO_WIDE;
  #offsets = NO_OFFSETS;
  #bytes = NO_BYTES;
  #used = 0;
  /** Rows whose end offset is recorded, when the column holds bytes. */
  #closed = 0;

  setNumber(row: number, cellClass: 1 | 2, value: number): void {
    this.#reserve(row);
    this.#classes[row] = cellClass;
    if (this.#numbers.length <= row) this.#numbers = grown(this.#numbers, new Float64Array(this.#classes.length));
    this.#numbers[row] = value;
  }

  setWide(row: number, value: bigint): void {
    this.#reserve(row);
    this.#classes[row] = CELL.wide;
    if (this.#wide.length <= row) this.#wide = grown(this.#wide, new BigInt64Array(this.#classes.length));
    this.#wide[row] = value;
  }

  /** Copies `source[start, end)` at once: wasm memory may move before the next row. */
  setBytes(row: number, cellClass: 3 | 4, source: Uint8Array, start: number, end: number): void {
    this.#reserve(row);
    this.#classes[row] = cellClass;
    if (this.#offsets.length <= row + 1)
      this.#offsets = grown(this.#offsets, new Uint32Array(this.#classes.length + 1));
    for (; this.#closed < row; this.#closed++) this.#offsets[this.#closed + 1] = this.#used;
    const used = this.#used;
    const length = end - start;
    if (used + length > this.#bytes.length) {
      const wanted = this.#bytes.length === 0 ? length : Math.max(64, this.#bytes.length * 2, used + length);
      this.#bytes = grown(this.#bytes, new Uint8Array(wanted));
    }
    const bytes = this.#bytes;
    if (length > 32) bytes.set(source.subarray(start, end), used);
    else for (let index = 0; index < length; index++) bytes[used + index] = source[start + index];
    this.#used = used + length;
    this.#offsets[row + 1] = used + length;
    this.#closed = row + 1;
  }

  /** The column, cut to `rowCount` rows; the builder is spent. */
  finish(rowCount: number): ColumnData {
    this.#reserve(rowCount - 1);
    if (this.#offsets.length > 0) {
      if (this.#offsets.length <= rowCount) this.#offsets = grown(this.#offsets, new Uint32Array(rowCount + 1));
      for (; this.#closed < rowCount; this.#closed++) this.#offsets[this.#closed + 1] = this.#used;
    }
    return {
      classes: fitted(this.#classes, rowCount),
      numbers:
        this.#numbers.length > 0 ? fitted(stretched(this.#numbers, Float64Array, rowCount), rowCount) : NO_NUMBERS,
      wide: this.#wide.length > 0 ? fitted(stretched(this.#wide, BigInt64Array, rowCount), rowCount) : NO_WIDE,
      offsets: this.#offsets.length > 0 ? fitted(this.#offsets, rowCount + 1) : NO_OFFSETS,
      bytes: fitted(this.#bytes, this.#used),
    };
  }

  #reserve(row: number): void {
    if (row < this.#classes.length) return;
    this.#classes = grown(this.#classes, new Uint8Array(Math.max(row + 1, NEXT_ROWS, this.#classes.length * 2)));
  }
}

function grown<Numbers extends Uint8Array | Uint32Array | Float64Array | BigInt64Array>(
  old: Numbers,
  fresh: Numbers,
): Numbers {
  fresh.set(old as never);
  return fresh;
}

/** As long as the column, with zeros where the last rows held something else. */
function stretched<Numbers extends Float64Array | BigInt64Array>(
  old: Numbers,
  make: new (length: number) => Numbers,
  length: number,
): Numbers {
  return old.length >= length ? old : grown(old, new make(length));
}

/**
 * Exactly `length` elements. A copy, not a view: engines keep small arrays without a buffer of their own until somebody asks
 * for one, and a view would ask.
 */
function fitted<Numbers extends Uint8Array | Uint32Array | Float64Array | BigInt64Array>(
  full: Numbers,
  length: number,
): Numbers {
  return (full.length === length ? full : full.slice(0, length)) as Numbers;
}

/**
 * Grows one column of a result, cell by cell. A million cells are set in a moment, so the room for them is made rarely: arrays
 * double, and once a result has proved to be a long one, they get at once what the same statement filled at its last run.
 */
import { CELL } from './columns.ts';
import type { ColumnData, ResultColumns } from '../protocol.ts';

/** What the same statement returned at its last run; of another size this time costs room and time only. */
export interface ColumnSize {
  rows: number;
  bytes: number;
}

const NOTHING: ColumnSize = { rows: 0, bytes: 0 };
const NO_SIZES: readonly ColumnSize[] = [];
/** After the first row: most answers have one, and then nothing is to be cut off. */
const NEXT_ROWS = 16;
/** From so many rows on the last run is believed. */
const LONG_ROWS = 256;
/** A view costs a buffer, which engines spare arrays as short as this. */
const VIEWED_BYTES = 64;
/** Up to so many bytes a loop is quicker than `set`. */
const LOOPED_BYTES_MAX = 48;

const NO_NUMBERS = new Float64Array(0);
const NO_WIDE = new BigInt64Array(0);
const NO_OFFSETS = new Uint32Array(0);
const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(new ArrayBuffer(0));

/** By column; none for a short result, whose arrays are soon grown. */
export function sizesOf({ rowCount, columns }: ResultColumns): readonly ColumnSize[] {
  return rowCount < LONG_ROWS ? NO_SIZES : columns.map(({ bytes }) => ({ rows: rowCount, bytes: bytes.length }));
}

/**
 * A column without numbers, wide integers or bytes never allocates those. Callers set cells in row order; a row that is not
 * set is NULL.
 */
export class ColumnBuilder {
  readonly #expected: ColumnSize;
  #classes = new Uint8Array(1);
  #numbers = NO_NUMBERS;
  #wide = NO_WIDE;
  #offsets = NO_OFFSETS;
  #bytes = NO_BYTES;
  /** Over `#bytes`, when they are many. */
  #view = NO_VIEW;
  #used = 0;
  /** Rows whose end offset is recorded, when the column holds bytes. */
  #closed = 0;

  constructor(expected = NOTHING) {
    this.#expected = expected;
  }

  setNumber(row: number, cellClass: 1 | 2, value: number): void {
    if (row >= this.#classes.length) this.#growRows(row);
    this.#classes[row] = cellClass;
    if (row >= this.#numbers.length) this.#numbers = grown(this.#numbers, new Float64Array(this.#classes.length));
    this.#numbers[row] = value;
  }

  setWide(row: number, value: bigint): void {
    if (row >= this.#classes.length) this.#growRows(row);
    this.#classes[row] = CELL.wide;
    if (row >= this.#wide.length) this.#wide = grown(this.#wide, new BigInt64Array(this.#classes.length));
    this.#wide[row] = value;
  }

  /** Copies `source[start, end)` at once: wasm memory may move before the next row. `view` lies over the same memory. */
  setBytes(row: number, cellClass: 3 | 4, source: Uint8Array, view: DataView, start: number, end: number): void {
    if (row >= this.#classes.length) this.#growRows(row);
    this.#classes[row] = cellClass;
    if (row + 1 >= this.#offsets.length)
      this.#offsets = grown(this.#offsets, new Uint32Array(this.#classes.length + 1));
    for (; this.#closed < row; this.#closed++) this.#offsets[this.#closed + 1] = this.#used;
    const length = end - start;
    const used = this.#used;
    const next = used + length;
    if (next > this.#bytes.length) this.#growBytes(next);
    if (length > LOOPED_BYTES_MAX) this.#bytes.set(source.subarray(start, end), used);
    else {
      const bytes = this.#bytes;
      const target = this.#view;
      let at = start;
      let to = used;
      // Four at a time, wherever they lie.
      if (target !== NO_VIEW)
        for (; at + 4 <= end; at += 4, to += 4) target.setInt32(to, view.getInt32(at, true), true);
      for (; at < end; at++, to++) bytes[to] = source[at];
    }
    this.#used = next;
    this.#offsets[row + 1] = next;
    this.#closed = row + 1;
  }

  /**
   * Rows from `row` on, from memory that may move afterwards: classes, numbers (0 where there is none), and the bytes of all of
   * them, with where each row's end. Wide integers are not among them.
   */
  append(row: number, classes: Uint8Array, numbers: Float64Array, ends: Int32Array, bytes: Uint8Array): void {
    const next = row + classes.length;
    if (next > this.#classes.length) this.#growRows(next - 1);
    this.#classes.set(classes, row);
    let kinds = 0;
    for (const cellClass of classes) kinds |= 1 << cellClass;
    if (kinds & ((1 << CELL.integer) | (1 << CELL.real))) {
      if (next > this.#numbers.length) this.#numbers = grown(this.#numbers, new Float64Array(this.#classes.length));
      this.#numbers.set(numbers, row);
    }
    if (kinds & ((1 << CELL.text) | (1 << CELL.blob))) this.#appendBytes(row, classes, ends, bytes);
  }

  #appendBytes(row: number, classes: Uint8Array, ends: Int32Array, bytes: Uint8Array): void {
    const next = row + classes.length;
    if (next >= this.#offsets.length) this.#offsets = grown(this.#offsets, new Uint32Array(this.#classes.length + 1));
    for (; this.#closed < row; this.#closed++) this.#offsets[this.#closed + 1] = this.#used;
    const used = this.#used;
    if (used + bytes.length > this.#bytes.length) this.#growBytes(used + bytes.length);
    this.#bytes.set(bytes, used);
    this.#used = used + bytes.length;
    const offsets = this.#offsets;
    for (let index = 0, end = used; index < classes.length; index++) {
      if (classes[index] >= CELL.text) end = used + ends[index];
      offsets[row + index + 1] = end;
    }
    this.#closed = next;
  }

  /** The column, cut to `rowCount` rows; the builder is spent. */
  finish(rowCount: number): ColumnData {
    if (rowCount > this.#classes.length) this.#growRows(rowCount - 1);
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

  #growRows(row: number): void {
    const present = this.#classes.length;
    const expected = present >= LONG_ROWS ? this.#expected.rows : 0;
    this.#classes = grown(this.#classes, new Uint8Array(Math.max(row + 1, NEXT_ROWS, present * 2, expected)));
  }

  #growBytes(needed: number): void {
    const present = this.#bytes.length;
    const expected = this.#classes.length >= LONG_ROWS ? this.#expected.bytes : 0;
    const wanted = present === 0 ? needed : Math.max(needed, VIEWED_BYTES, present * 2);
    this.#bytes = grown(this.#bytes, new Uint8Array(Math.max(wanted, expected)));
    if (this.#bytes.length > VIEWED_BYTES) this.#view = new DataView(this.#bytes.buffer);
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

/**
 * Many rows through one compiled INSERT: integers bound as integers, texts and blobs laid in one scratch buffer that SQLite
 * reads in place. Several times the speed of binding copies, and without a statement text per row.
 */
import { AppError } from '../../core/errors.ts';
import { type NativeConnection, RC } from '../sqlite/native.ts';
import { isWideInteger, wideLiteral } from './parameters.ts';
import type { SqlValue } from '../protocol.ts';
import type { SqliteModule } from '../sqlite/sqlite-module.ts';

const SCRATCH_BYTES = 64 * 1024;
/** Texts up to this length are copied character by character while they are ASCII; above, a call of the encoder is cheaper. */
const SHORT_TEXT = 48;
/** SQLite reads the bytes where they lie, until the next row is bound. */
const STATIC = 0;
const encoder = new TextEncoder();

export class BulkInsert {
  readonly #module: SqliteModule;
  readonly #native: NativeConnection;
  readonly #into: string;
  readonly #statement: number;
  #scratch: number;
  #scratchBytes = SCRATCH_BYTES;
  #used = 0;

  /** `into` is a table as SQL, perhaps with columns: `"t" ("a", "b")`. Error `sql` when that does not compile. */
  constructor(
    module: SqliteModule,
    native: NativeConnection,
    into: string,
    columnCount: number,
    places: readonly string[] = Array<string>(columnCount).fill('?'),
  ) {
    this.#module = module;
    this.#native = native;
    this.#into = into;
    this.#statement = native.prepare(`INSERT INTO ${into} VALUES (${places.join(', ')})`);
    this.#scratch = allocate(module, SCRATCH_BYTES);
  }

  /**
   * Inserts one row. Whole numbers go in as INTEGER, others as REAL; integers beyond 2^53 are bigint. Errors: `sql` with
   * SQLite's message (a constraint that failed), `memory`.
   */
  insert(values: readonly SqlValue[]): void {
    const { raw } = this.#module;
    this.#reserve(values);
    for (let index = 0; index < values.length; index++) {
      if (!this.#bind(index + 1, values[index])) return this.#byLiterals(values);
    }
    const code = raw._sqlite3_step(this.#statement);
    raw._sqlite3_reset(this.#statement);
    if (code !== RC.done) throw new AppError('sql', this.#native.message());
  }

  /** The same, for rows written out in code. */
  row(...values: SqlValue[]): void {
    this.insert(values);
  }

  free(): void {
    this.#native.finalize(this.#statement);
    this.#module.raw._free(this.#scratch);
  }

  /** False for an integer that can only be written as a literal. */
  #bind(index: number, value: SqlValue): boolean {
    const { raw, internals, memory } = this.#module;
    const statement = this.#statement;
    if (value === null) raw._sqlite3_bind_blob(statement, index, 0, 0, STATIC);
    else if (typeof value === 'string') this.#bindText(index, value);
    else if (typeof value === 'number' && value === (value | 0) && !Object.is(value, -0))
      raw._sqlite3_bind_int(statement, index, value);
    else if (value instanceof Uint8Array) this.#bindBlob(index, value);
    else if (isWideInteger(value)) {
      const place = internals.variables;
      if (!place) return false;
      // A 32-bit integer for the type, then all 64 bits where SQLite keeps the value.
      raw._sqlite3_bind_int(statement, index, 0);
      const view = new DataView(memory.buffer);
      const cells = view.getUint32(statement + place.pointer, true);
      view.setBigInt64(cells + (index - 1) * place.size, BigInt(value), true);
    } else if (typeof value === 'bigint') raw._sqlite3_bind_int(statement, index, Number(value));
    else raw._sqlite3_bind_double(statement, index, value);
    return true;
  }

  #bindText(index: number, text: string): void {
    const heap = this.#module.u8();
    const start = this.#scratch + this.#used;
    const { length } = text;
    let bytes = 0;
    if (length <= SHORT_TEXT) {
      for (; bytes < length; bytes++) {
        const code = text.charCodeAt(bytes);
        if (code > 127) break;
        heap[start + bytes] = code;
      }
    }
    if (bytes < length) bytes = encoder.encodeInto(text, heap.subarray(start, start + length * 3)).written;
    this.#used += bytes;
    this.#module.raw._sqlite3_bind_text(this.#statement, index, start, bytes, STATIC);
  }

  #bindBlob(index: number, bytes: Uint8Array): void {
    const start = this.#scratch + this.#used;
    this.#module.u8().set(bytes, start);
    this.#used += bytes.length;
    this.#module.raw._sqlite3_bind_blob(this.#statement, index, start, bytes.length, STATIC);
  }

  /** Room for all texts and blobs of a row, before any of them is bound: a buffer that moves later would take them away. */
  #reserve(values: readonly SqlValue[]): void {
    let bytes = 1;
    for (const value of values) {
      if (typeof value === 'string') bytes += value.length * 3;
      else if (value instanceof Uint8Array) bytes += value.length;
    }
    this.#used = 0;
    if (bytes <= this.#scratchBytes) return;
    const larger = allocate(this.#module, bytes);
    this.#module.raw._free(this.#scratch);
    this.#scratch = larger;
    this.#scratchBytes = bytes;
  }

  /** The slow way, for where 64-bit integers cannot be bound: a statement of its own with them as literals. */
  #byLiterals(values: readonly SqlValue[]): void {
    const places = values.map((value) => (isWideInteger(value) ? wideLiteral(value) : '?'));
    const once = new BulkInsert(this.#module, this.#native, this.#into, places.length, places);
    try {
      once.insert(values.filter((value) => !isWideInteger(value)));
    } finally {
      once.free();
    }
  }
}

function allocate(module: SqliteModule, bytes: number): number {
  const pointer = module.raw._malloc(bytes);
  if (pointer === 0) throw new AppError('memory', `SQLite has no memory left for a row of ${bytes} bytes.`);
  return pointer;
}

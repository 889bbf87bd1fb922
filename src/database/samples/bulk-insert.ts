/**
 * Inserts many rows through one compiled statement: integers bound directly, texts laid in one scratch buffer that SQLite reads
 * in place. About ten times the speed of one statement text per row.
 */
import { AppError } from '../../core/errors.ts';
import { type NativeConnection, RC } from '../native.ts';
import type { SqliteModule } from '../sqlite-module.ts';

const SCRATCH_BYTES = 4096;
/** SQLite reads the bytes where they lie, until the next row is bound. */
const STATIC = 0;

export class BulkInsert {
  readonly #module: SqliteModule;
  readonly #native: NativeConnection;
  readonly #statement: number;
  readonly #scratch: number;
  #used = 0;

  constructor(module: SqliteModule, native: NativeConnection, table: string, columnCount: number) {
    this.#module = module;
    this.#native = native;
    this.#statement = native.prepare(`INSERT INTO ${table} VALUES (${Array(columnCount).fill('?').join(', ')})`);
    this.#scratch = module.raw._malloc(SCRATCH_BYTES);
  }

  /** Inserts one row. Numbers that are no 32-bit integers are bound as reals; texts are ASCII and together shorter than the scratch buffer. */
  row(...values: (number | string | null)[]): void {
    const { raw } = this.#module;
    const statement = this.#statement;
    this.#used = 0;
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!;
      if (typeof value === 'number') {
        if (value === (value | 0)) raw._sqlite3_bind_int(statement, index + 1, value);
        else raw._sqlite3_bind_double(statement, index + 1, value);
      } else if (typeof value === 'string') this.#bindText(index + 1, value);
      else raw._sqlite3_bind_blob(statement, index + 1, 0, 0, STATIC);
    }
    const code = raw._sqlite3_step(statement);
    raw._sqlite3_reset(statement);
    if (code !== RC.done) throw new AppError('sql', this.#native.message());
  }

  #bindText(index: number, text: string): void {
    const heap = this.#module.u8();
    const start = this.#scratch + this.#used;
    for (let at = 0; at < text.length; at++) heap[start + at] = text.charCodeAt(at);
    this.#used += text.length;
    this.#module.raw._sqlite3_bind_text(this.#statement, index, start, text.length, STATIC);
  }

  free(): void {
    this.#native.finalize(this.#statement);
    this.#module.raw._free(this.#scratch);
  }
}

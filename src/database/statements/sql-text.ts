/**
 * A text laid out for SQLite: UTF-8 in wasm memory, with a map from SQLite's byte offsets back to UTF-16 indices.
 */
import { AppError } from '../../core/errors.ts';
import type { BareModule } from '../sqlite/sqlite-module.ts';

const encoder = new TextEncoder();

export class SqlText {
  readonly pointer: number;
  readonly #bytes: Uint8Array;
  readonly #ascii: boolean;
  readonly #module: BareModule;

  /** Copies `sql` into wasm memory; free it. Error `sql` for a text that holds U+0000, where SQLite would stop reading. */
  constructor(
    module: BareModule,
    readonly sql: string,
  ) {
    const zero = sql.indexOf('\0');
    if (zero >= 0) {
      const message = 'The text holds a NUL character (U+0000), at which SQLite stops reading. Remove it.';
      throw new AppError('sql', message, { message, start: zero, end: zero + 1 });
    }
    this.#module = module;
    this.#bytes = encoder.encode(sql);
    this.#ascii = this.#bytes.length === sql.length;
    this.pointer = module.raw._malloc(this.#bytes.length + 1);
    if (this.pointer === 0) throw new AppError('memory', 'SQLite has no memory left for this text.');
    const heap = module.u8();
    heap.set(this.#bytes, this.pointer);
    heap[this.pointer + this.#bytes.length] = 0;
  }

  free(): void {
    this.#module.raw._free(this.pointer);
  }

  /** UTF-16 index of the character at byte offset `byte`. */
  indexOf(byte: number): number {
    if (this.#ascii) return byte;
    let index = 0;
    for (let at = 0; at < byte;) {
      const lead = this.#bytes[at];
      const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      at += length;
      index += length === 4 ? 2 : 1; // four bytes are a surrogate pair
    }
    return index;
  }

  /** Byte offset of the character at UTF-16 index `index`. */
  byteOf(index: number): number {
    return this.#ascii ? index : encoder.encode(this.sql.slice(0, index)).length;
  }
}

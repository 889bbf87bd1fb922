/** How the row that a statement stands on lies in SQLite's memory: found at start by `sqlite/internals`, read from there on. */

/** The pointer to the present row in a statement, and where a value (SQLite's `Mem`) keeps what. A number is its first 8 bytes. */
export interface RowLayout {
  pointer: number;
  size: number;
  /** Of the address of text or bytes, of their length, of the flags (u16). */
  text: number;
  length: number;
  flags: number;
}

/** Bits of a value's flags. */
export const MEM = { null: 1, text: 2, integer: 4, real: 8, blob: 16, integerReal: 32, zeroTail: 0x400 } as const;

/** The encoding of text that needs no conversion. It stands behind the flags. */
export const UTF8 = 1;

/**
 * A file of a few pages whose table is a tree in which every pointer of a level leads to the one page of the next: sound enough to
 * be opened, and with more paths than could be walked in a lifetime. SQLite counts rows within one instruction, where nothing
 * inside its thread can stop it.
 */

const PAGE = 512;
/** Cells of an interior page: four bytes of pointer and one of key each. */
const CELLS = 60;
/** Pages before the tree: the schema's. */
const FIRST = 2;

/** What `made` must be: a file in which this has run. */
export const LOOPING_SQL = `PRAGMA page_size = ${PAGE}; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 'x')`;

/** `levels` above the leaf: 60 ^ levels paths. */
export function loopingDatabase(made: Uint8Array, levels: number): Uint8Array {
  const bytes = new Uint8Array(PAGE * (FIRST + levels));
  bytes.set(made.subarray(0, PAGE));
  // The leaf goes to the end; each page before it points to the next.
  bytes.set(made.subarray(PAGE), PAGE * (FIRST + levels - 1));
  const view = new DataView(bytes.buffer);
  view.setUint32(28, FIRST + levels);
  for (let level = 0; level < levels; level++) {
    const start = PAGE * (FIRST - 1 + level);
    const next = FIRST + level + 1;
    bytes[start] = 5; // an interior page of a table
    view.setUint16(start + 3, CELLS);
    view.setUint16(start + 5, PAGE - 5 * CELLS);
    view.setUint32(start + 8, next);
    for (let cell = 0; cell < CELLS; cell++) {
      const at = PAGE - 5 * (cell + 1);
      view.setUint16(start + 12 + 2 * cell, at);
      view.setUint32(start + at, next);
      bytes[start + at + 4] = 1 + cell;
    }
  }
  return bytes;
}

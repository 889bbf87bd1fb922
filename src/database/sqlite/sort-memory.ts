/**
 * How much a sort (ORDER BY, GROUP BY, the building of an index) may hold before it writes to a temporary file. SQLite lets it
 * have as much as the page cache, and sorts that in one go, in which nothing can stop it: 64 MiB are most of a second, and stay
 * in its memory, which never shrinks. With 4 MiB a sort takes the same time within 10 %, looks up every 0.1 s, and leaves
 * 130 MB less behind (600,000 texts in Node, by CPU time). The size is a word of the connection's main schema, where it is found.
 */
import type { Internals } from './internals.ts';
import type { BareModule } from './sqlite-module.ts';

/** KiB, negative as in PRAGMA cache_size. */
const SORT_KIB = -4096;
/** A page cache given in pages is as small with so many of the largest. */
const PAGES_SMALL = 64;

export class SortMemory {
  readonly #module: BareModule;
  readonly #db: number;
  readonly #places: Internals['sortMemory'];
  /** Of the page cache, as PRAGMA cache_size gives it; null where it is small enough. */
  #pageCache: number | null = null;

  constructor(module: BareModule, db: number, places: Internals['sortMemory']) {
    this.#module = module;
    this.#db = db;
    this.#places = places;
  }

  /** After whatever may have set the page cache, which takes the sort's memory with it. */
  bound(): void {
    if (!this.#places) return;
    const words = this.#module.i32();
    const cell = wordOfSortMemory(words, this.#db, this.#places);
    const size = words[cell];
    if (size >= SORT_KIB && size <= PAGES_SMALL) {
      // As this left it, or small by itself.
      if (size !== SORT_KIB) this.#pageCache = null;
      return;
    }
    this.#pageCache = size;
    words[cell] = SORT_KIB;
  }

  /** Before a PRAGMA looks at the page cache. */
  restore(): void {
    if (!this.#places || this.#pageCache === null) return;
    const words = this.#module.i32();
    words[wordOfSortMemory(words, this.#db, this.#places)] = this.#pageCache;
  }
}

/** Index of the word: its schema is asked for each time, for SQLite may lay it elsewhere. */
export function wordOfSortMemory(
  words: Int32Array,
  db: number,
  { databases, schema, size }: NonNullable<Internals['sortMemory']>,
): number {
  const list = words[(db + databases) >> 2];
  return (words[(list + schema) >> 2] + size) >> 2;
}

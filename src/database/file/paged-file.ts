/**
 * The file under SQLite: a copy-on-write overlay of pages over an immutable base that many workers may share.
 * sql.js keeps a database in MEMFS as an array and touches it through `length`, `slice`, `subarray` and `set` only, so an
 * object with these members can stand in for it: attaching costs nothing per byte, and we learn which pages changed.
 *
 * The reported length is one that no database reaches. SQLite takes the true page count from its header; were the file
 * reported shorter than a grown database, it would call it malformed.
 *
 * The overlay's pages are not SQLite's: their size stays for a whole history, so that one log of records can carry a VACUUM
 * to another page size, and small pages are kept and shipped in groups. A file's last overlay page may be partial.
 */
import { invariant } from '../../core/errors.ts';
import { HEADER_BYTES, overlayPageSize, readHeader } from './file-header.ts';

/** 2^40 bytes: at 512-byte pages 2^31 of them, still below SQLite's own limit of 2^32 - 2. */
const REPORTED_LENGTH = 2 ** 40;

/** Change counter, page count and free list: what SQLite compares to see whether a file has changed (`dbFileVers`). */
const VERSION = { start: 24, end: 40 } as const;

/** Where new bytes are laid: ordinary memory, or shared memory where workers can see it. Filled with zeros. */
export type Allocate = (byteLength: number) => Uint8Array;

export const inOrdinaryMemory: Allocate = (byteLength) => new Uint8Array(byteLength);

/** Overlay pages that commits changed: 1-based and ascending, with their bytes in that order. */
export interface DirtyPages {
  pageSize: number;
  pageNumbers: Uint32Array;
  pages: Uint8Array;
}

export class PagedFile {
  /** MEMFS reads this as the file's length. */
  readonly length = REPORTED_LENGTH;
  #pageSize: number;
  #base: Uint8Array;
  /** Pages of applied records: views of memory that others share, never written. */
  #applied = new Map<number, Uint8Array>();
  /** Pages written here. */
  #own = new Map<number, Uint8Array>();
  /** First-touched since the last commit point, with what stood there before (undefined: not in `#own`). */
  #open = new Map<number, Uint8Array | undefined>();
  /** Changed by commits, not yet taken. */
  #committed = new Set<number>();
  /** No page beyond this one is in the maps above. */
  #reach = 0;
  /** The fewest pages that the file was cut to since changes were taken: what came back beyond them began as zeros. */
  #cut = Infinity;
  #reads = 0;
  /** It has become another file, and SQLite has not seen that yet. */
  #isAnother = false;
  /** Told the first time that SQLite reads, so that the owner can learn the file descriptor. */
  onFirstRead: (() => void) | null = null;

  /** `base` is a database file, kept and never written; `pageSize` is the overlay's, a power of two. */
  constructor(base: Uint8Array, pageSize = overlayPageSize(readHeader(base).pageSize)) {
    this.#base = base;
    this.#pageSize = pageSize;
  }

  /** Of the overlay. */
  get pageSize(): number {
    return this.#pageSize;
  }

  /** How often the file was read: a check that MEMFS still uses this object. */
  get reads(): number {
    return this.#reads;
  }

  /** Bytes of pages that only this file holds. */
  get privateBytes(): number {
    return this.#own.size * this.pageSize;
  }

  /**
   * Takes the content of another file, which nobody uses from now on. SQLite must hold no transaction. It knows a changed file by
   * the counter and sizes in 16 bytes of the header, which it reads before it trusts what it has cached. Those of two files
   * may be equal, so that one reading is answered with bytes that are surely others; `isNoticed` tells that it took place.
   */
  become(other: PagedFile): void {
    invariant(this.#open.size === 0, 'a file becomes another at a commit point');
    this.#base = other.#base;
    this.#pageSize = other.#pageSize;
    this.#applied = other.#applied;
    this.#own = other.#own;
    this.#committed = other.#committed;
    this.#reach = other.#reach;
    this.#cut = other.#cut;
    this.#isAnother = true;
  }

  /** Whether SQLite has seen that the file is another. */
  get isNoticed(): boolean {
    return !this.#isAnother;
  }

  /** MEMFS's hook: it keeps what this returns as the file. */
  slice(): this {
    return this;
  }

  subarray(begin: number, end: number): Uint8Array {
    if (this.#reads++ === 0) this.onFirstRead?.();
    const bytes = this.read(begin, end - begin);
    if (!this.#isAnother || begin !== VERSION.start || end !== VERSION.end) return bytes;
    this.#isAnother = false;
    return bytes.map((byte) => ~byte);
  }

  /** Bytes as SQLite would see them, zeros past the end. A view where they lie in one page: do not write to it. */
  read(offset: number, length: number): Uint8Array {
    const within = offset % this.pageSize;
    if (within + length <= this.pageSize) {
      return this.#page((offset - within) / this.pageSize + 1).subarray(within, within + length);
    }
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const start = (offset + done) % this.pageSize;
      const page = this.#page(Math.floor((offset + done) / this.pageSize) + 1);
      const piece = page.subarray(start, Math.min(this.pageSize, start + length - done));
      bytes.set(piece, done);
      done += piece.length;
    }
    return bytes;
  }

  set(bytes: Uint8Array, offset: number): void {
    for (let done = 0; done < bytes.length;) {
      const start = (offset + done) % this.pageSize;
      const room = Math.min(this.pageSize - start, bytes.length - done);
      const page = this.#writable(Math.floor((offset + done) / this.pageSize) + 1);
      page.set(bytes.subarray(done, done + room), start);
      done += room;
    }
  }

  /** Everything written since the last commit point belongs to a committed transaction. */
  markCommitted(): void {
    for (const number of this.#open.keys()) this.#committed.add(number);
    this.#open.clear();
  }

  /** Puts back, page for page, what stood at the last commit point. */
  dropDirty(): void {
    for (const [number, before] of this.#open) {
      if (before) this.#own.set(number, before);
      else this.#own.delete(number);
    }
    this.#open.clear();
  }

  /** Pages changed by commits since the last call, within the database's present size; null when none. */
  takeDirty(allocate: Allocate = inOrdinaryMemory): DirtyPages | null {
    invariant(this.#open.size === 0, 'dirty pages are taken at a commit point');
    if (this.#committed.size === 0) return null;
    const { byteLength } = this.header();
    const pageCount = Math.ceil(byteLength / this.pageSize);
    const cut = this.#cut;
    this.#cutTo(byteLength);
    this.markCommitted();
    for (let number = cut + 1; number <= pageCount; number++) this.#committed.add(number);
    const numbers = [...this.#committed].filter((number) => number <= pageCount).sort((one, other) => one - other);
    this.#committed.clear();
    this.#cut = Infinity;
    const pages = allocate(numbers.length * this.pageSize);
    numbers.forEach((number, index) => pages.set(this.#page(number), index * this.pageSize));
    return { pageSize: this.pageSize, pageNumbers: Uint32Array.from(numbers), pages };
  }

  /** Lays a record's pages over the file. SQLite must hold no transaction. Bytes are kept as views, not copied. */
  applyPages({ pageSize, pageNumbers, pages }: DirtyPages): void {
    invariant(pageSize === this.pageSize, 'a history keeps the page size of its overlays');
    invariant(this.#open.size === 0, 'pages are laid at a commit point');
    pageNumbers.forEach((number, index) => {
      this.#own.delete(number);
      this.#applied.set(number, pages.subarray(index * pageSize, (index + 1) * pageSize));
    });
    this.#reach = Math.max(this.#reach, pageNumbers.at(-1) ?? 0);
    // The record's maker did the same, so that nobody has bytes beyond the end that others have not.
    this.#cutTo(this.header().byteLength);
    this.#open.clear();
  }

  /** Size and schema cookie as they stand in the file (not in SQLite's cache); pages are SQLite's. */
  header(): { pageSize: number; pageCount: number; byteLength: number; schemaCookie: number } {
    const { pageSize, pageCount, schemaCookie } = readHeader(this.read(0, HEADER_BYTES));
    return { pageSize, pageCount, byteLength: pageSize * pageCount, schemaCookie };
  }

  /** SQLite cut the file, as VACUUM does: a page that comes back later begins as zeros, here and on every replica. */
  truncate(byteLength: number): void {
    this.#cut = Math.min(this.#cut, Math.ceil(byteLength / this.pageSize));
    this.#cutTo(byteLength);
  }

  #cutTo(byteLength: number): void {
    if (byteLength < this.#base.length) this.#base = this.#base.subarray(0, byteLength);
    const pageCount = Math.ceil(byteLength / this.pageSize);
    if (this.#reach > pageCount) {
      for (const pages of [this.#own, this.#applied, this.#open]) {
        for (const number of pages.keys()) if (number > pageCount) pages.delete(number);
      }
      this.#reach = pageCount;
    }
    const within = byteLength % this.pageSize;
    if (within === 0 || pageCount > this.#reach) return;
    const tail = this.#page(pageCount).subarray(within);
    if (tail.some((byte) => byte !== 0)) this.#writable(pageCount).fill(0, within);
  }

  /** Moves with every commit (bytes 24 to 27). */
  changeCounter(): number {
    const bytes = this.read(24, 4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  }

  /** The database file, as long as its header says. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.header().byteLength);
    for (let offset = 0; offset < bytes.length; offset += this.pageSize) {
      bytes.set(this.read(offset, Math.min(this.pageSize, bytes.length - offset)), offset);
    }
    return bytes;
  }

  /** The same, giving up page for page what was written: the two are never held whole side by side. */
  drainToBytes(): Uint8Array {
    const bytes = new Uint8Array(this.header().byteLength);
    for (let offset = 0, number = 1; offset < bytes.length; offset += this.pageSize, number++) {
      bytes.set(this.read(offset, Math.min(this.pageSize, bytes.length - offset)), offset);
      for (const pages of [this.#own, this.#applied, this.#open]) pages.delete(number);
    }
    return bytes;
  }

  /** Makes the content equal to `bytes` by writing what differs. */
  adopt(bytes: Uint8Array): void {
    for (let offset = 0; offset < bytes.length; offset += this.pageSize) {
      const wanted = bytes.subarray(offset, Math.min(bytes.length, offset + this.pageSize));
      const present = this.read(offset, wanted.length);
      if (!wanted.every((byte, index) => byte === present[index])) this.set(wanted, offset);
    }
    this.truncate(bytes.length);
  }

  #page(number: number): Uint8Array {
    const held = this.#own.get(number) ?? this.#applied.get(number);
    if (held) return held;
    const start = (number - 1) * this.pageSize;
    const end = start + this.pageSize;
    if (end <= this.#base.length) return this.#base.subarray(start, end);
    const page = new Uint8Array(this.pageSize);
    if (start < this.#base.length) page.set(this.#base.subarray(start));
    return page;
  }

  #writable(number: number): Uint8Array {
    const own = this.#own.get(number);
    if (own && this.#open.has(number)) return own;
    const copy = new Uint8Array(this.#page(number));
    this.#open.set(number, own);
    this.#own.set(number, copy);
    this.#reach = Math.max(this.#reach, number);
    return copy;
  }
}

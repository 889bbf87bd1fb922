/**
 * The file under SQLite: a copy-on-write overlay of pages over an immutable base that many workers may share.
 * sql.js keeps a database in MEMFS as an array and touches it through `length`, `slice`, `subarray` and `set` only, so an
 * object with these members can stand in for it: attaching costs nothing per byte, and we learn which pages changed.
 *
 * The reported length is one that no database reaches. SQLite takes the true page count from its header; were the file
 * reported shorter than a grown database, it would call it malformed.
 */
import { invariant } from '../core/errors.ts';
import { HEADER_BYTES, readHeader } from './file-header.ts';

/** 2^40 bytes: at 512-byte pages 2^31 of them, still below SQLite's own limit of 2^32 - 2. */
const REPORTED_LENGTH = 2 ** 40;

/** Pages that a commit changed: 1-based and ascending, with their bytes in that order. */
export interface DirtyPages {
  pageSize: number;
  pageNumbers: Uint32Array;
  pages: Uint8Array;
}

export class PagedFile {
  /** MEMFS reads this as the file's length. */
  readonly length = REPORTED_LENGTH;
  readonly pageSize: number;
  #base: Uint8Array;
  /** Pages of applied records: views of memory that others share, never written. */
  #applied = new Map<number, Uint8Array>();
  /** Pages written here. */
  #own = new Map<number, Uint8Array>();
  /** First-touched since the last commit point, with what stood there before (undefined: not in `#own`). */
  #open = new Map<number, Uint8Array | undefined>();
  /** Changed by commits, not yet taken. */
  #committed = new Set<number>();
  #reads = 0;
  /** Told the first time that SQLite reads, so that the owner can learn the file descriptor. */
  onFirstRead: (() => void) | null = null;

  /** `base` is a database file (kept, never written); its page size is read from its header. */
  constructor(base: Uint8Array) {
    this.#base = base;
    this.pageSize = readHeader(base).pageSize;
  }

  /** How often the file was read: a check that MEMFS still uses this object. */
  get reads(): number {
    return this.#reads;
  }

  /** Bytes of pages that only this file holds. */
  get privateBytes(): number {
    return this.#own.size * this.pageSize;
  }

  /** MEMFS's hook: it keeps what this returns as the file. */
  slice(): this {
    return this;
  }

  subarray(begin: number, end: number): Uint8Array {
    if (this.#reads++ === 0) this.onFirstRead?.();
    return this.read(begin, end - begin);
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
  takeDirty(): DirtyPages | null {
    invariant(this.#open.size === 0, 'dirty pages are taken at a commit point');
    const { pageCount } = this.header();
    const numbers = [...this.#committed].filter((number) => number <= pageCount).sort((one, other) => one - other);
    this.#committed.clear();
    if (numbers.length === 0) return null;
    const pages = new Uint8Array(numbers.length * this.pageSize);
    numbers.forEach((number, index) => pages.set(this.#page(number), index * this.pageSize));
    return { pageSize: this.pageSize, pageNumbers: Uint32Array.from(numbers), pages };
  }

  /** Lays a record's pages over the file. SQLite must hold no transaction. Bytes are kept as views, not copied. */
  applyPages({ pageSize, pageNumbers, pages }: DirtyPages): void {
    invariant(pageSize === this.pageSize, 'a history keeps its page size');
    pageNumbers.forEach((number, index) => {
      this.#own.delete(number);
      this.#applied.set(number, pages.subarray(index * pageSize, (index + 1) * pageSize));
    });
    this.truncate(this.header().pageCount * pageSize);
  }

  /** Page count and schema cookie as they stand in the file (not in SQLite's cache). */
  header(): { pageCount: number; schemaCookie: number } {
    const { pageCount, schemaCookie } = readHeader(this.read(0, HEADER_BYTES));
    return { pageCount, schemaCookie };
  }

  /** SQLite cut the file after a VACUUM: a page that comes back later begins as zeros, here and on every replica. */
  truncate(byteLength: number): void {
    if (byteLength < this.#base.length) this.#base = this.#base.subarray(0, byteLength);
    const pageCount = byteLength / this.pageSize;
    for (const pages of [this.#own, this.#applied, this.#open]) {
      for (const number of pages.keys()) if (number > pageCount) pages.delete(number);
    }
  }

  /** Moves with every commit (bytes 24 to 27). */
  changeCounter(): number {
    const bytes = this.read(24, 4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  }

  /** The database file: `pageCount` pages. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.pageSize * this.header().pageCount);
    for (let offset = 0; offset < bytes.length; offset += this.pageSize) {
      bytes.set(this.read(offset, Math.min(this.pageSize, bytes.length - offset)), offset);
    }
    return bytes;
  }

  /** Makes the content equal to `bytes` by writing what differs; for when MEMFS has put its own array in our place. */
  adopt(bytes: Uint8Array): void {
    for (let offset = 0; offset < bytes.length; offset += this.pageSize) {
      const wanted = bytes.subarray(offset, Math.min(bytes.length, offset + this.pageSize));
      const present = this.read(offset, wanted.length);
      if (!wanted.every((byte, index) => byte === present[index])) this.set(wanted, offset);
    }
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
    return copy;
  }
}

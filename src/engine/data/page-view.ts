/** The pages of the data as they stand now: views into base and records, nothing copied. */
import { HEADER_BYTES, mendedFirstPage, readHeader } from '../../database/file/file-header.ts';
import type { PageRecord } from '../../database/protocol.ts';

export class PageView {
  readonly #base: Uint8Array;
  readonly #pageSize: number;
  /** Pages of the base that still count: those that a shrink cut off begin as zeros when they come back. */
  #basePages: number;
  #pageCount: number;
  readonly #laid = new Map<number, Uint8Array>();

  /** `pageSize` is that of the overlay, in which SQLite's own pages lie whole. */
  constructor(base: Uint8Array, pageSize: number, records: readonly PageRecord[]) {
    this.#base = base;
    this.#pageSize = pageSize;
    this.#basePages = Math.ceil(base.byteLength / pageSize);
    this.#pageCount = this.#basePages;
    if (base.byteLength >= HEADER_BYTES) {
      // As every worker has it: a file of WAL mode, or with no page count of its own, is mended when it is opened.
      const mended = mendedFirstPage(base, base.byteLength);
      if (mended) {
        const first = new Uint8Array(this.read(1));
        first.set(mended);
        this.#laid.set(1, first);
      }
      const header = readHeader(mended ?? base);
      this.#pageCount = Math.ceil((header.pageCount * header.pageSize) / pageSize);
    }
    for (const record of records) this.lay(record);
  }

  /** Pages of the database. */
  get pageCount(): number {
    return this.#pageCount;
  }

  /** A page, from 1; do not write to it. */
  read(page: number): Uint8Array {
    const laid = this.#laid.get(page);
    if (laid) return laid;
    const start = (page - 1) * this.#pageSize;
    const present = page <= this.#basePages ? this.#base.subarray(start, start + this.#pageSize) : new Uint8Array(0);
    if (present.byteLength === this.#pageSize) return present;
    const whole = new Uint8Array(this.#pageSize);
    whole.set(present);
    return whole;
  }

  lay({ pageNumbers, pages, pageCount }: PageRecord): void {
    this.#basePages = Math.min(this.#basePages, pageCount);
    if (pageCount < this.#pageCount) {
      for (const page of this.#laid.keys()) if (page > pageCount) this.#laid.delete(page);
    }
    const size = this.#pageSize;
    pageNumbers.forEach((page, index) => this.#laid.set(page, pages.subarray(index * size, (index + 1) * size)));
    this.#pageCount = pageCount;
  }
}

/**
 * The first 100 bytes of a SQLite file (https://sqlite.org/fileformat2.html, section 1.3): read, checked, and mended in a
 * copy where SQLite inside a page could not work with it.
 */
import { AppError } from '../core/errors.ts';
import type { FileReport } from './protocol.ts';

export const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';

export interface FileHeader {
  pageSize: number;
  /** From the header; 0 or stale in files last written by SQLite before 3.7.0. */
  pageCount: number;
  /** Whether `pageCount` may be believed. */
  pageCountValid: boolean;
  schemaCookie: number;
  walMode: boolean;
}

/** Overlays keep pages at least as large as most files have them: smaller ones are kept in groups. */
const OVERLAY_PAGE_BYTES_MIN = 4096;

/** The size of a history's overlay pages, from SQLite's page size when it is opened. */
export function overlayPageSize(pageSize: number): number {
  return Math.max(OVERLAY_PAGE_BYTES_MIN, pageSize);
}

/** Reads without judging: `bytes` are at least 100 bytes of a valid file. */
export function readHeader(bytes: Uint8Array): FileHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const size = view.getUint16(16);
  return {
    pageSize: size === 1 ? 65536 : size,
    pageCount: view.getUint32(28),
    pageCountValid: view.getUint32(28) > 0 && view.getUint32(24) === view.getUint32(92),
    schemaCookie: view.getUint32(40),
    walMode: bytes[18] === 2 || bytes[19] === 2,
  };
}

/** What an offered file is. Error `not-a-database`, whose message says what it looks like and what to do. */
export function checkFile(bytes: Uint8Array): FileReport {
  if (bytes.length === 0) throw refuse('The file is empty.');
  for (let index = 0; index < MAGIC.length; index++) {
    if (bytes[index] !== MAGIC.charCodeAt(index)) throw refuse(describeForeign(bytes));
  }
  if (bytes.length < HEADER_BYTES) {
    throw refuse(`The file begins like a SQLite database but ends after ${bytes.length} bytes. Copy it again.`);
  }
  const { pageSize, pageCount, pageCountValid, walMode } = readHeader(bytes);
  if (pageSize < 512 || pageSize > 65536 || (pageSize & (pageSize - 1)) !== 0) {
    throw refuse(`Its page size is given as ${pageSize}, which SQLite never writes: the file is damaged.`);
  }
  const present = Math.floor(bytes.length / pageSize);
  if (present === 0) throw refuse('The file ends within its first page. Copy it again.');
  if (pageCountValid && pageCount > present) {
    throw refuse(
      `The file should hold ${pageCount} pages of ${pageSize} bytes but holds ${present}: it was cut short. Copy it again.`,
    );
  }
  return { pageSize, pageCount: pageCountValid ? pageCount : present, walMode };
}

/**
 * Page 1 as sql.js can open it, or null when it can as it stands: WAL turned to rollback mode (there is no shared memory for a
 * WAL index), and a page count from the file's length where the header has none that counts.
 */
export function mendedFirstPage(first: Uint8Array, byteLength: number): Uint8Array | null {
  const header = readHeader(first);
  if (!header.walMode && header.pageCountValid) return null;
  const page = first.slice(0, header.pageSize);
  page[18] = 1;
  page[19] = 1;
  if (!header.pageCountValid) {
    const view = new DataView(page.buffer);
    view.setUint32(28, Math.floor(byteLength / header.pageSize));
    view.setUint32(92, view.getUint32(24));
  }
  return page;
}

function refuse(why: string): AppError {
  return new AppError('not-a-database', `This file cannot be opened as a SQLite database. ${why}`);
}

function describeForeign(bytes: Uint8Array): string {
  const starts = (text: string): boolean => [...text].every((char, index) => bytes[index] === char.charCodeAt(0));
  if (starts('PK'))
    return 'It is a ZIP archive (also .xlsx, .ods): unpack it, or export the sheet as a database first.';
  if (starts('\x1f\x8b')) return 'It is compressed with gzip: unpack it first.';
  if (starts('%PDF')) return 'It is a PDF document.';
  if (starts('** This file contains an SQLite'))
    return 'It is a database of SQLite 2; convert it with the old sqlite tool.';
  const head = bytes.subarray(0, 512);
  const printable = head.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
  if (printable) return 'It is a text file: if it holds SQL, paste it into the editor.';
  return 'It does not begin like one; if it is encrypted (SQLCipher and kin), decrypt it first.';
}

/**
 * The first 100 bytes of a SQLite file (https://sqlite.org/fileformat2.html, section 1.3): read, checked, and mended in a
 * copy where SQLite inside a page could not work with it.
 */
import { AppError } from '../../core/errors.ts';
import { describeForeign } from './foreign-file.ts';
import type { FileReport } from '../protocol.ts';

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

/**
 * Places that SQLite takes for settled once it has opened a file: page size, versions and reserved bytes; schema format;
 * auto-vacuum; encoding; incremental vacuum.
 */
const SETTLED = [
  [16, 24],
  [44, 48],
  [52, 60],
  [64, 68],
] as const;

/** Whether a connection on a file with one of these headers can go on with the other. */
export function settledAlike(one: Uint8Array, other: Uint8Array): boolean {
  return SETTLED.every(([start, end]) =>
    one.subarray(start, end).every((byte, index) => byte === other[start + index]),
  );
}

/** SQLite refuses to work with less than this of each page. */
const USABLE_BYTES_MIN = 480;
/** What the three bytes after the reserved ones must be: fractions of a page that no version ever changed. */
const FRACTIONS = [64, 32, 32];
const FORMAT_VERSION_MAX = 2;
const SCHEMA_FORMAT_MAX = 4;
const COPY_AGAIN = 'Copy it again; if the original is the same, the sqlite3 program may save its rows with .recover.';

/** Whether there is a header to be read at all. */
export function beginsLikeDatabase(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && startsWithMagic(bytes);
}

function startsWithMagic(bytes: Uint8Array): boolean {
  return [...MAGIC].every((char, index) => bytes[index] === char.charCodeAt(0));
}

/**
 * What an offered file is, from its header and its length; `bytes` may be no more of it than its head. Error `not-a-database`, whose
 * message says what it looks like and what to do.
 */
export function checkFile(bytes: Uint8Array, byteLength = bytes.length): FileReport {
  if (byteLength === 0) throw refuse('The file is empty: there is nothing in it to open.');
  if (!startsWithMagic(bytes)) throw refuse(describeForeign(bytes, byteLength));
  if (byteLength < HEADER_BYTES) {
    throw refuse(`The file begins like a SQLite database but ends after ${byteLength} bytes. Copy it again.`);
  }
  const { pageSize, pageCount, pageCountValid, walMode } = readHeader(bytes);
  if (pageSize < 512 || pageSize > 65536 || (pageSize & (pageSize - 1)) !== 0) {
    throw refuse(
      `Its page size is given as ${pageSize}, which SQLite never writes: its first bytes are damaged. ${COPY_AGAIN}`,
    );
  }
  const [writeVersion, readVersion, reserved] = bytes.subarray(18, 21);
  if (readVersion > FORMAT_VERSION_MAX) {
    throw refuse(
      `It asks for version ${readVersion} of the file format; the latest known is ${FORMAT_VERSION_MAX}. It was written by another program, or its header is damaged.`,
    );
  }
  if (pageSize - reserved < USABLE_BYTES_MIN) {
    throw refuse(
      `It reserves ${reserved} of the ${pageSize} bytes of each page; SQLite needs ${USABLE_BYTES_MIN} for itself. Its header is damaged. ${COPY_AGAIN}`,
    );
  }
  if (FRACTIONS.some((fraction, index) => bytes[21 + index] !== fraction)) {
    throw refuse(
      `Bytes 21 to 23 of its header are ${bytes.subarray(21, 24).join(', ')} where every SQLite database has ${FRACTIONS.join(', ')}: it is damaged, or encrypted behind a plain beginning. ${COPY_AGAIN}`,
    );
  }
  const schemaFormat = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES).getUint32(44);
  if (schemaFormat > SCHEMA_FORMAT_MAX) {
    throw refuse(
      `Its schema is in format ${schemaFormat}; the latest known is ${SCHEMA_FORMAT_MAX}. Its header is damaged. ${COPY_AGAIN}`,
    );
  }
  const present = Math.floor(byteLength / pageSize);
  if (present === 0) {
    throw refuse(
      `The file ends after ${byteLength} bytes, within its first page of ${pageSize}: it was cut short. Copy it again.`,
    );
  }
  if (pageCountValid && pageCount > present) {
    throw refuse(
      `The file should hold ${pageCount.toLocaleString('en')} pages of ${pageSize.toLocaleString('en')} bytes but holds ${present.toLocaleString('en')}: it was cut short. ${COPY_AGAIN}`,
    );
  }
  const warnings =
    writeVersion > FORMAT_VERSION_MAX
      ? [
          `It can be read, not written: it asks writers for version ${writeVersion} of the file format, the latest known is ${FORMAT_VERSION_MAX}.`,
        ]
      : [];
  return { pageSize, pageCount: pageCountValid ? pageCount : present, walMode, warnings, damaged: false };
}

/**
 * Page 1 as sql.js can open it, or null when it can as it stands: WAL turned to rollback mode (there is no shared memory for a
 * WAL index), and a page count from the file's length where the header has none that counts.
 */
export function mendedFirstPage(first: Uint8Array, byteLength: number): Uint8Array | null {
  const header = readHeader(first);
  if (!header.walMode && header.pageCountValid) return null;
  const page = first.slice(0, header.pageSize);
  // A higher number stays: it keeps SQLite from writing a format that it does not know.
  for (const place of [18, 19]) if (page[place] === 2) page[place] = 1;
  if (!header.pageCountValid) {
    const view = new DataView(page.buffer);
    view.setUint32(28, Math.floor(byteLength / header.pageSize));
    view.setUint32(92, view.getUint32(24));
  }
  return page;
}

/** SQLite's own reason why it cannot read a file whose header is sound, in plain words with what to do. */
export function explainUnreadable(message: string): AppError {
  const [, object, why] = /^malformed database schema \((.*?)\)(?: - (.*))?$/s.exec(message) ?? [];
  if (object !== undefined) {
    const reason = why ? ` (SQLite: ${why})` : '';
    return refuse(
      `What its schema says about ${object} cannot be read${reason}: the file is damaged there. ${COPY_AGAIN}`,
    );
  }
  if (/malformed|not a database|corrupt/.test(message)) {
    return refuse(`Its pages are damaged, encrypted or do not belong together (SQLite: ${message}). ${COPY_AGAIN}`);
  }
  if (message.includes('memory')) {
    return refuse(`It needs more memory than the browser gives (SQLite: ${message}). Make a smaller copy of it.`);
  }
  return refuse(`SQLite says: ${message}. ${COPY_AGAIN}`);
}

/** Only the reason: whoever opens the file knows its name. */
function refuse(why: string): AppError {
  return new AppError('not-a-database', why);
}

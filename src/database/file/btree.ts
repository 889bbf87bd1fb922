/**
 * The pages of a database file as SQLite lays them out (https://sqlite.org/fileformat2.html, sections 1.5 to 1.8): enough to
 * walk every tree, list and chain without SQLite. Nothing here throws on damaged bytes: what makes no sense is null.
 */
import { HEADER_BYTES } from './file-header.ts';

/** Bytes of the file, zeros past its end. */
export type ReadBytes = (offset: number, length: number) => Uint8Array;

/** What of the file's header concerns where its pages are. */
export interface FileShape {
  pageSize: number;
  /** Bytes of a page that SQLite uses; the rest is reserved for extensions. */
  usableBytes: number;
  pageCount: number;
  firstTrunk: number;
  freeCount: number;
  /** Whether pointer maps stand between the pages (auto_vacuum). */
  hasPointerMaps: boolean;
}

export function fileShape(read: ReadBytes): FileShape {
  const header = read(0, HEADER_BYTES);
  const view = viewOf(header);
  const size = view.getUint16(16);
  const pageSize = size === 1 ? 65536 : size;
  return {
    pageSize,
    usableBytes: pageSize - header[20],
    pageCount: view.getUint32(28),
    firstTrunk: view.getUint32(32),
    freeCount: view.getUint32(36),
    hasPointerMaps: view.getUint32(52) !== 0,
  };
}

/** SQLite locks by this byte; the page that holds it, if the file reaches so far, holds nothing else. */
const LOCK_BYTE = 2 ** 30;

/** Numbers of the pages that hold neither rows nor free space: pointer maps and the lock-byte page. Ascending. */
export function servicePages({ pageSize, usableBytes, pageCount, hasPointerMaps }: FileShape): number[] {
  const lockPage = LOCK_BYTE / pageSize + 1;
  const found = lockPage <= pageCount ? [lockPage] : [];
  if (!hasPointerMaps) return found;
  // A map has one entry of 5 bytes for each page after it.
  const step = Math.floor(usableBytes / 5) + 1;
  for (let map = 2; map <= pageCount; map += step) {
    const number = map === lockPage ? map + 1 : map;
    if (number <= pageCount) found.push(number);
  }
  return found.sort((one, other) => one - other);
}

const LEAF = 8;
const TABLE_KINDS = [5, 13];
const INDEX_KINDS = [2, 10];

export interface TreePage {
  /** Pages below, in order; empty for a leaf. */
  children: number[];
  isLeaf: boolean;
  /** Cells that hold an entry: all but those of a table's inner pages, which only guide the way. */
  entries: number;
  /** Header, pointers and cells. */
  usedBytes: number;
  /** Payloads that do not fit: where their chain of overflow pages begins, and how many bytes lie there. */
  overflows: { page: number; bytes: number }[];
}

/** One page of a b-tree, or null where the bytes are none. Page 1 begins after the file's header. */
export function readTreePage(page: Uint8Array, number: number, { usableBytes }: FileShape): TreePage | null {
  const start = number === 1 ? HEADER_BYTES : 0;
  const kind = page[start];
  const isTable = TABLE_KINDS.includes(kind);
  if (!isTable && !INDEX_KINDS.includes(kind)) return null;
  const isLeaf = (kind & LEAF) !== 0;
  const view = viewOf(page);
  const cellCount = view.getUint16(start + 3);
  const pointers = start + (isLeaf ? 8 : 12);
  const cellsFrom = pointers + 2 * cellCount;
  if (cellsFrom > usableBytes) return null;
  const found: TreePage = {
    children: [],
    isLeaf,
    entries: isTable && !isLeaf ? 0 : cellCount,
    usedBytes: cellsFrom,
    overflows: [],
  };
  for (let index = 0; index < cellCount; index++) {
    const cell = view.getUint16(pointers + 2 * index);
    if (cell < cellsFrom || cell + 4 > usableBytes) return null;
    let at = cell;
    if (!isLeaf) {
      found.children.push(view.getUint32(at));
      at += 4;
    }
    let local = 0;
    if (isTable && !isLeaf) at += varintLength(page, at);
    else {
      const payload = varint(page, at);
      at += varintLength(page, at);
      if (isTable) at += varintLength(page, at);
      local = localBytes(payload, usableBytes, isTable);
      if (local < payload) {
        if (at + local + 4 > usableBytes) return null;
        found.overflows.push({ page: view.getUint32(at + local), bytes: payload - local });
        local += 4;
      }
    }
    if (at + local > usableBytes) return null;
    // A cell takes 4 bytes at least, so that its place can be given to the list of free blocks.
    found.usedBytes += Math.max(4, at + local - cell);
  }
  if (!isLeaf) found.children.push(view.getUint32(start + 8));
  return found.usedBytes <= usableBytes ? found : null;
}

/** How many of a payload's bytes stand in its cell; the others are in overflow pages. */
function localBytes(payload: number, usableBytes: number, isTable: boolean): number {
  const most = isTable ? usableBytes - 35 : Math.floor(((usableBytes - 12) * 64) / 255) - 23;
  if (payload <= most) return payload;
  const least = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
  const fitting = least + ((payload - least) % (usableBytes - 4));
  return fitting <= most ? fitting : least;
}

/** Seven bits a byte, the highest first; the ninth byte has eight. */
function varint(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes[at + index] ?? 0;
    value = value * 128 + (byte & 127);
    if (byte < 128) return value;
  }
  return value * 256 + (bytes[at + 8] ?? 0);
}

function varintLength(bytes: Uint8Array, at: number): number {
  for (let index = 0; index < 8; index++) if ((bytes[at + index] ?? 0) < 128) return index + 1;
  return 9;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

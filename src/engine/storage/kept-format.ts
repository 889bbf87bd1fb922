/**
 * How the person's data lies in the store. A head names everything that counts, and lies there twice; bases lie in pieces,
 * records and points one by one, all with checksums. Nothing that a head names is ever written over: what is new gets a key of
 * its own, then the head changes, then what no head names any more goes.
 */
import { checksumOf } from '../../core/checksum.ts';
import { hashText } from '../../core/random.ts';
import type { PageRecord } from '../../database/protocol.ts';
import type { DataSource, EarlierCopy, FileCondition } from '../protocol.ts';
import type { PointHead } from '../data/undo-pages.ts';

const FORMAT = 2;
export const OWNER_KEY = 'data/owner';
export const HEAD_KEYS = ['data/head/0', 'data/head/1'] as const;
/** One transaction each, so that neither this thread nor the store is held up for long. */
export const PIECE_BYTES = 8 * 1024 * 1024;

export interface Head {
  /** Moves with every save. */
  sequence: number;
  savedAtMs: number;
  /** What is open, then what was open before it; at most two bases in all. */
  lines: Line[];
}

/** One opened database: from its first base on, whatever was written to it. */
export interface Line {
  id: string;
  source: DataSource;
  /** Absent where an earlier version of the page saved it. */
  condition?: FileCondition;
  /** Of overlay pages. */
  pageSize: number;
  historyId: string;
  /** Of the last record. */
  logNumber: number;
  /** Of all its records so far, those that went into a base included. */
  recordBytes: number;
  /** The newest first. Records after the oldest are all there, so that either will do. */
  bases: Base[];
  /** The oldest first. */
  points: KeptPoint[];
  nextPointId: number;
}

export interface Base {
  logNumber: number;
  byteLength: number;
  /** Of the line's records that went into it. */
  recordBytes: number;
  /** By piece. */
  checksums: number[];
}

export interface KeptPoint extends PointHead {
  /** Images in the order in which the point got them. */
  chunks: { id: number; count: number; checksum: number }[];
}

interface PackedHead {
  text: string;
  checksum: number;
}

export interface PackedRecord {
  /** JSON of everything but the bytes. */
  text: string;
  pageNumbers: Uint32Array;
  pages: Uint8Array;
  checksum: number;
}

export interface PackedImages {
  pageNumbers: Uint32Array;
  pages: Uint8Array;
}

export const SOUND: FileCondition = { walMode: false, warnings: [], damaged: false };

export function nameOf(source: DataSource): string {
  return source.type === 'file' ? source.name : `the sample ${source.sample.name} ${source.sample.size}`;
}

// ---- keys ----

export function pieceKey(line: string, base: number, piece: number): string {
  return `data/${line}/base/${base}/${piece}`;
}

export function recordKey(line: string, logNumber: number): string {
  return `data/${line}/record/${logNumber}`;
}

export function chunkKey(line: string, point: number, chunk: number): string {
  return `data/${line}/point/${point}/${chunk}`;
}

/** Whether a key is one of the vault's, and no head speaks of it. */
export function isLeftOver(key: string, head: Head): boolean {
  if (!key.startsWith('data/') || key === OWNER_KEY) return false;
  const [, id, part, first, second] = key.split('/');
  if (id === 'head') return !(HEAD_KEYS as readonly string[]).includes(key);
  const line = head.lines.find((one) => one.id === id);
  if (!line) return true;
  const [number, place] = [Number(first), Number(second)];
  if (part === 'base') {
    const base = line.bases.find(({ logNumber }) => logNumber === number);
    return !base || place >= base.checksums.length;
  }
  if (part === 'record') return number > line.logNumber || number <= (line.bases.at(-1)?.logNumber ?? 0);
  const point = line.points.find((one) => one.id === number);
  return !point?.chunks.some((chunk) => chunk.id === place);
}

// ---- sizes ----

/** Bytes of all that a head names. */
export function keptBytes({ lines }: Head): number {
  return lines.reduce((sum, line) => sum + lineBytes(line), 0);
}

/** What of it stands behind the newest base. */
export function earlierCopy({ lines: [line, before] }: Head): EarlierCopy | null {
  if (before) return { of: 'before', name: nameOf(before.source), bytes: lineBytes(before) };
  const earlier = line?.bases.at(1);
  return earlier ? { of: 'this', name: nameOf(line.source), bytes: earlier.byteLength } : null;
}

function lineBytes(line: Line): number {
  const bases = line.bases.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
  const records = line.recordBytes - (line.bases.at(-1)?.recordBytes ?? line.recordBytes);
  const images = line.points.flatMap(({ chunks }) => chunks).reduce((count, chunk) => count + chunk.count, 0);
  return bases + records + images * line.pageSize;
}

// ---- packing ----

export function packHead(head: Head): PackedHead {
  const text = JSON.stringify({ format: FORMAT, ...head });
  return { text, checksum: hashText(text, FORMAT) };
}

/** Null when it is damaged; `foreign` when another version of the page wrote it. */
export function unpackHead(value: unknown): Head | 'foreign' | null {
  const { text, checksum } = (value ?? {}) as Partial<PackedHead>;
  if (typeof text !== 'string' || hashText(text, FORMAT) !== checksum) return null;
  const { format, ...head } = JSON.parse(text) as Head & { format: number };
  return format === FORMAT ? head : 'foreign';
}

/** In memory of its own: a store takes nothing that threads share. */
export function packRecord({ pageNumbers, pages, ...rest }: PageRecord): PackedRecord {
  const packed = {
    text: JSON.stringify(rest),
    pageNumbers: new Uint32Array(pageNumbers),
    pages: new Uint8Array(pages),
  };
  return { ...packed, checksum: recordChecksum(packed) };
}

/** Null when it is damaged, or not the record that was asked for. */
export function unpackRecord(value: unknown, logNumber: number): PageRecord | null {
  const packed = (value ?? {}) as Partial<PackedRecord>;
  const { text, pageNumbers, pages, checksum } = packed;
  if (typeof text !== 'string' || !(pageNumbers instanceof Uint32Array) || !(pages instanceof Uint8Array)) return null;
  if (recordChecksum({ text, pageNumbers, pages }) !== checksum) return null;
  const record = { ...(JSON.parse(text) as PageRecord), pageNumbers, pages };
  return record.logNumber === logNumber ? record : null;
}

export function packImages(images: readonly (readonly [number, Uint8Array])[], pageSize: number): PackedImages {
  const pages = new Uint8Array(images.length * pageSize);
  images.forEach(([, image], index) => pages.set(image, index * pageSize));
  return { pageNumbers: Uint32Array.from(images, ([page]) => page), pages };
}

export function imagesChecksum({ pageNumbers, pages }: PackedImages): number {
  return checksumOf(pages, checksumOf(bytesIn(pageNumbers)));
}

/** Null when it is damaged. */
export function unpackImages(
  value: unknown,
  { count, checksum }: KeptPoint['chunks'][number],
  pageSize: number,
): [number, Uint8Array][] | null {
  const { pageNumbers, pages } = (value ?? {}) as Partial<PackedImages>;
  if (!(pageNumbers instanceof Uint32Array) || !(pages instanceof Uint8Array)) return null;
  if (pageNumbers.length !== count || imagesChecksum({ pageNumbers, pages }) !== checksum) return null;
  return [...pageNumbers].map((page, index) => [page, pages.slice(index * pageSize, (index + 1) * pageSize)]);
}

function recordChecksum({ text, pageNumbers, pages }: Omit<PackedRecord, 'checksum'>): number {
  return checksumOf(pages, checksumOf(bytesIn(pageNumbers), hashText(text, FORMAT)));
}

function bytesIn({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

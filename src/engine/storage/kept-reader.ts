/**
 * Reads what is kept, and makes the best of what is damaged: the other copy of the head, the older base with all records since,
 * the records up to the damaged one, the database that was open before. What was lost is said.
 */
import { checksumOf } from '../../core/checksum.ts';
import type { KeyValueStore } from '../../core/store.ts';
import type { PageRecord } from '../../database/protocol.ts';
import type { Content } from '../data/data-plane.ts';
import { readFormat1 } from './kept-format-1.ts';
import {
  chunkKey,
  HEAD_KEYS,
  nameOf,
  OWNER_KEY,
  PIECE_BYTES,
  pieceKey,
  recordKey,
  SOUND,
  unpackHead,
  unpackImages,
  unpackRecord,
  type Base,
  type Head,
  type Line,
} from './kept-format.ts';
import type { DataSource, FileCondition } from '../protocol.ts';
import { UndoPages, type Point } from '../data/undo-pages.ts';

/** The owner of the store may write while another tab reads it: what then looks damaged is only older. */
const READS_MAX = 4;
const RECORDS_AT_ONCE = 100;

/** An open database, with what is to be said of it. */
export interface Kept {
  content: Content;
  source: DataSource;
  condition: FileCondition;
}

export interface Found {
  /** As it stands in the store, without the bases that turned out to be damaged; null also where all is of a former format. */
  head: Head | null;
  owner: string | undefined;
  kept: Kept | null;
  /** What was found damaged and what became of it, in plain words; null when all was well. */
  damage: { message: string; lost: boolean } | null;
}

export interface ReadOptions {
  store: KeyValueStore;
  allocate(byteLength: number): Uint8Array;
  newId(): string;
}

/** Rejects with the store's errors only. */
export async function readKept(options: ReadOptions): Promise<Found> {
  let found = await readOnce(options);
  for (let read = 1; read < READS_MAX && found.damage; read++) {
    const again = await readOnce(options);
    if (again.head?.sequence === found.head?.sequence) return again;
    found = again;
  }
  return found;
}

async function readOnce({ store, allocate, newId }: ReadOptions): Promise<Found> {
  const [owner, ...packed] = await store.getMany([OWNER_KEY, ...HEAD_KEYS]);
  const heads = packed.filter((value) => value !== undefined).map(unpackHead);
  const nothing = { head: null, owner: owner as string | undefined, kept: null };
  if (heads.length === 0) return { ...nothing, ...(await readFormat1(store, newId)) };
  const whole = heads.filter((head) => head !== null && head !== 'foreign');
  const [head] = whole.sort((one, other) => other.sequence - one.sequence);
  if (!head) {
    const message = heads.includes('foreign')
      ? 'What this browser keeps was saved by another version of Headroom, and was not opened.'
      : 'What this browser keeps is damaged: its list of contents cannot be read, so none of it could be opened.';
    return { ...nothing, damage: { message, lost: true } };
  }
  const unreadable: string[] = [];
  const lines = [...head.lines];
  for (let line = lines[0] as Line | undefined; line; line = lines[0] as Line | undefined) {
    const opened = await openLine(store, line, allocate);
    if (opened) {
      const bases = line.bases.filter((base) => !opened.damaged.includes(base));
      const points = line.points.filter(({ id }) => opened.points.some((point) => point.id === id));
      lines[0] = { ...line, bases, logNumber: opened.logNumber, points };
      const { content, words, lost } = inWords(line, opened, unreadable, newId);
      const kept = { content, source: line.source, condition: line.condition ?? SOUND };
      return { ...nothing, head: { ...head, lines }, kept, damage: words === '' ? null : { message: words, lost } };
    }
    unreadable.push(nameOf(line.source));
    lines.shift();
  }
  const message = `The database kept in this browser (${unreadable.join(', ')}) is damaged and could not be opened.`;
  return { ...nothing, head: { ...head, lines }, damage: { message, lost: true } };
}

interface Opened {
  base: Base;
  bytes: Uint8Array;
  records: PageRecord[];
  logNumber: number;
  points: Point[];
  /** Bases that cannot be read. */
  damaged: Base[];
  pointsLost: number;
}

async function openLine(store: KeyValueStore, line: Line, allocate: ReadOptions['allocate']): Promise<Opened | null> {
  const damaged: Base[] = [];
  for (const base of line.bases) {
    const bytes = await readBase(store, line, base, allocate);
    if (!bytes) {
      damaged.push(base);
      continue;
    }
    const records = await readRecords(store, line, base.logNumber);
    const logNumber = base.logNumber + records.length;
    const points = await readPoints(store, line, logNumber);
    return { base, bytes, records, logNumber, points, damaged, pointsLost: line.points.length - points.length };
  }
  return null;
}

async function readBase(
  store: KeyValueStore,
  line: Line,
  base: Base,
  allocate: ReadOptions['allocate'],
): Promise<Uint8Array | null> {
  const bytes = allocate(base.byteLength);
  for (const [piece, checksum] of base.checksums.entries()) {
    const [value] = await store.getMany([pieceKey(line.id, base.logNumber, piece)]);
    const start = piece * PIECE_BYTES;
    if (!(value instanceof Uint8Array) || value.byteLength !== Math.min(PIECE_BYTES, base.byteLength - start))
      return null;
    if (checksumOf(value) !== checksum) return null;
    bytes.set(value, start);
  }
  return bytes;
}

/** Those after the base, up to the first that is damaged or missing. */
async function readRecords(store: KeyValueStore, line: Line, after: number): Promise<PageRecord[]> {
  const records: PageRecord[] = [];
  for (let from = after + 1; from <= line.logNumber; from += RECORDS_AT_ONCE) {
    const numbers = Array.from(
      { length: Math.min(RECORDS_AT_ONCE, line.logNumber - from + 1) },
      (_, index) => from + index,
    );
    const values = await store.getMany(numbers.map((number) => recordKey(line.id, number)));
    for (const [index, value] of values.entries()) {
      const record = unpackRecord(value, numbers[index]);
      if (!record) return records;
      records.push(record);
    }
  }
  return records;
}

/** Those that can still be gone back to: the way to a point leads over all newer ones. */
async function readPoints(store: KeyValueStore, line: Line, logNumber: number): Promise<Point[]> {
  const points: Point[] = [];
  for (const { chunks, ...head } of [...line.points].reverse()) {
    const images = new Map<number, Uint8Array>();
    const values = await store.getMany(chunks.map(({ id }) => chunkKey(line.id, head.id, id)));
    for (const [index, chunk] of chunks.entries()) {
      const pages = unpackImages(values[index], chunk, line.pageSize);
      if (!pages) return keepUpTo(points, logNumber);
      for (const [page, image] of pages) images.set(page, image);
    }
    points.unshift({ ...head, images });
  }
  return keepUpTo(points, logNumber);
}

/** A point after the last record that could be read was of what is lost; older ones still need its images. */
function keepUpTo(points: Point[], logNumber: number): Point[] {
  const undo = new UndoPages(points);
  for (const point of points) if (point.logNumber > logNumber) undo.drop(point.id);
  return [...undo.points];
}

function inWords(line: Line, opened: Opened, unreadable: string[], newId: () => string) {
  const { base, bytes, records, logNumber, points, damaged, pointsLost } = opened;
  const lostWrites = line.logNumber - logNumber;
  const others = unreadable.length > 0;
  const lost = lostWrites > 0 || others;
  // What was lost had log numbers, and perhaps a kept cache: what follows must not pass for it.
  const historyId = lostWrites > 0 ? newId() : line.historyId;
  const snapshot = { historyId, logNumber: base.logNumber, pageSize: line.pageSize, base: bytes, records };
  const undo = new UndoPages(points, line.nextPointId);
  const content: Content = { snapshot, lineId: lostWrites > 0 ? newId() : line.id, points: undo };
  const sentences: string[] = [];
  if (others) {
    sentences.push(
      `${unreadable.join(', ')}, kept in this browser, is damaged and could not be opened; ${nameOf(line.source)}, which was open before it, was opened instead.`,
    );
  }
  if (lostWrites > 0) {
    const writes = lostWrites === 1 ? 'The last saved change' : `The last ${lostWrites} saved changes`;
    sentences.push(
      `${writes} to ${nameOf(line.source)} could not be read, for what this browser keeps is damaged; the state before was opened.`,
    );
  } else if (damaged.length > 0) {
    sentences.push(
      `A copy of ${nameOf(line.source)} that this browser keeps is damaged; an older copy and all changes since were opened. Nothing is lost.`,
    );
  }
  if (pointsLost > 0) {
    sentences.push(
      `${pointsLost === 1 ? 'A point in time' : `${pointsLost} points in time`} could not be read and ${pointsLost === 1 ? 'is' : 'are'} gone.`,
    );
  }
  return { content, words: sentences.join(' '), lost };
}

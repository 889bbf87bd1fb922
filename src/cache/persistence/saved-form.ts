/**
 * The form in which the cache is saved: a manifest, which names the data that all of it belongs to, and packs of entries. Each is
 * checked by itself, so that what is damaged is never served and costs no more than itself.
 */
import { hashText } from '../../core/random.ts';
import type { QueryClass } from '../catalogue.ts';
import type { RecordedRequests } from '../statistics/request-history.ts';
import type { RowKey } from '../freshness/row-keys.ts';
import type { Tables } from '../freshness/table-versions.ts';

/** Goes up with every change to what is saved, and to what keys and row keys mean: an old one would vouch for other rows. */
export const SCHEMA = 3;
export const MANIFEST = 'manifest';
const SLOTS_PER_PACK = 64;

export interface Manifest {
  schema: number;
  historyId: string;
  logNumber: number;
  /** Names of the packs that count. */
  packs: string[];
  /** Slots, the first to leave first, and the hits of each. */
  order: Int32Array;
  hits: Uint32Array;
  requests: RecordedRequests;
  /** Over all but the requests, of which a damaged one does no harm. */
  checksum: number;
}

export interface SavedEntry {
  slot: number;
  /** JSON of an `EntryHeader`. */
  header: string;
  bytes: Uint8Array;
  /** Over header and bytes. */
  checksum: number;
}

export interface EntryHeader {
  key: string;
  text: string;
  tables: Tables;
  /** Of these tables the ones of which only certain rows matter. */
  rows: [table: string, rows: readonly RowKey[]][];
  queryClass: QueryClass;
  /** What the value weighs, without its key. */
  valueBytes: number;
  costMs: number;
  /** On the wall clock, which outlives the page. */
  expiresAtMs: number;
  skeleton: string;
}

export function packOf(slot: number): number {
  return Math.floor(slot / SLOTS_PER_PACK);
}

export function packName(number: number): string {
  return `pack ${number}`;
}

export function packNumber(name: string): number | null {
  const digits = /^pack (\d+)$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The entries of a record that have an entry's shape; whatever else lies there is passed over. */
export function entriesOf(record: unknown): SavedEntry[] {
  if (!Array.isArray(record)) return [];
  return (record as Partial<SavedEntry>[]).filter(
    (entry): entry is SavedEntry =>
      typeof entry?.slot === 'number' && typeof entry.header === 'string' && entry.bytes instanceof Uint8Array,
  );
}

/** Whether the manifest is as it was saved: a log number with a wrong bit in it would vouch for older rows. */
export function isWhole(manifest: Partial<Manifest>): manifest is Manifest {
  const { historyId, logNumber, packs, order, hits } = manifest;
  if (typeof historyId !== 'string' || typeof logNumber !== 'number' || !Array.isArray(packs)) return false;
  if (!(order instanceof Int32Array && hits instanceof Uint32Array && hits.length === order.length)) return false;
  return manifestChecksum({ historyId, logNumber, packs, order, hits }) === manifest.checksum;
}

export function manifestChecksum(contents: Omit<Manifest, 'schema' | 'requests' | 'checksum'>): number {
  const { historyId, logNumber, packs, order, hits } = contents;
  const ordered = checksum('', bytesOf(order));
  return checksum(JSON.stringify([historyId, logNumber, packs, ordered]), bytesOf(hits));
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** FNV-1a over the header's text, then over the bytes, four at a time. */
export function checksum(header: string, bytes: Uint8Array): number {
  let hash = hashText(header, 0x811c9dc5 ^ bytes.length);
  const words = bytes.length >> 2;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let word = 0; word < words; word++) hash = Math.imul(hash ^ view.getUint32(word * 4, true), 0x01000193);
  for (let at = words * 4; at < bytes.length; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  return hash >>> 0;
}

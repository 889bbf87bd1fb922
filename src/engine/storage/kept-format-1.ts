/**
 * Reads what the first version of the page kept: one head, the base as one value, records one by one, all of one history. It is
 * laid together into a base of today's; the next save keeps it in today's format, and only then the old parts go.
 */
import { checksumOf } from '../../core/checksum.ts';
import type { KeyValueStore } from '../../core/store.ts';
import { HEADER_BYTES, overlayPageSize, readHeader } from '../../database/file/file-header.ts';
import type { PageRecord } from '../../database/protocol.ts';
import { nameOf, SOUND } from './kept-format.ts';
import type { Found } from './kept-reader.ts';
import type { DataSource } from '../protocol.ts';
import { UndoPages } from '../data/undo-pages.ts';

const HEAD_KEY = 'data/head';

interface Head {
  format: number;
  historyId: string;
  baseLog: number;
  logNumber: number;
  source: DataSource;
}

interface KeptBase {
  bytes: Uint8Array;
  checksum: number;
}

/** Of the record's pages; those were as large as SQLite's own. */
interface KeptRecord {
  record: Pick<PageRecord, 'logNumber' | 'pageSize' | 'pageCount' | 'pageNumbers' | 'pages'>;
  checksum: number;
}

/** Rejects with the store's errors only. */
export async function readFormat1(store: KeyValueStore, newId: () => string): Promise<Pick<Found, 'kept' | 'damage'>> {
  const [value] = await store.getMany([HEAD_KEY]);
  if (value === undefined) return { kept: null, damage: null };
  const { format, historyId, baseLog, logNumber, source } = (value ?? {}) as Head;
  const [base] = (await store.getMany([`data/base/${historyId}/${baseLog}`])) as [KeptBase | undefined];
  if (format !== 1 || !isWhole(base?.bytes, base?.checksum) || !base || base.bytes.length < HEADER_BYTES) {
    const message =
      'The database that an earlier version of Headroom kept in this browser is damaged and could not be opened.';
    return { kept: null, damage: { message, lost: true } };
  }
  let { bytes } = base;
  let reached = baseLog;
  for (; reached < logNumber; reached++) {
    const [kept] = (await store.getMany([`data/record/${historyId}/${reached + 1}`])) as [
      Partial<KeptRecord> | undefined,
    ];
    if (!kept?.record || !isSound(kept.record, kept.checksum)) break;
    bytes = lay(bytes, kept.record);
  }
  const lost = logNumber - reached;
  const { pageSize, pageCount } = readHeader(bytes);
  const snapshot = {
    // What was lost had log numbers, and perhaps a kept cache: what follows must not pass for it.
    historyId: lost > 0 ? newId() : historyId,
    logNumber: reached,
    pageSize: overlayPageSize(pageSize),
    // Records' pages may have been larger than SQLite's, so that the last one reaches past the end.
    base: reached > baseLog ? bytes.slice(0, pageCount * pageSize) : bytes,
    records: [],
  };
  const kept = { content: { snapshot, lineId: newId(), points: new UndoPages() }, source, condition: SOUND };
  if (lost === 0) return { kept, damage: null };
  const changes = lost === 1 ? 'The last saved change' : `The last ${lost} saved changes`;
  const message = `${changes} to ${nameOf(source)} could not be read, for what this browser keeps is damaged; the state before was opened.`;
  return { kept, damage: { message, lost: true } };
}

function isWhole(bytes: unknown, checksum: unknown): boolean {
  return bytes instanceof Uint8Array && checksumOf(bytes) === checksum;
}

/** The checksum is of its pages alone. */
function isSound({ pageSize, pageCount, pageNumbers, pages }: KeptRecord['record'], checksum: unknown): boolean {
  if (!isWhole(pages, checksum) || !(pageNumbers instanceof Uint32Array)) return false;
  const fits = pageNumbers.length * pageSize === pages.length && pageNumbers.length <= pageCount;
  return fits && pageNumbers.every((number) => number > 0 && number <= pageCount);
}

/** In place where the size stays: these bytes are nobody else's. */
function lay(bytes: Uint8Array, { pageSize, pageCount, pageNumbers, pages }: KeptRecord['record']): Uint8Array {
  let laid = bytes;
  if (bytes.length !== pageCount * pageSize) {
    laid = new Uint8Array(pageCount * pageSize);
    laid.set(bytes.subarray(0, laid.length));
  }
  pageNumbers.forEach((number, index) => {
    laid.set(pages.subarray(index * pageSize, (index + 1) * pageSize), (number - 1) * pageSize);
  });
  return laid;
}

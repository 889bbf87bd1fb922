/**
 * Page records: what a commit changed, as pages. Replaying SQL would give other rows for random() and 'now'; laying pages over
 * a base gives the same bytes everywhere. All pure: new values out, nothing changed in place.
 */
import { AppError } from '../../core/errors.ts';
import { HEADER_BYTES, readHeader } from './file-header.ts';
import { inOrdinaryMemory, type Allocate, type PagedFile } from './paged-file.ts';
import type { PageRecord, Snapshot } from '../protocol.ts';

/**
 * Takes what commits changed out of a primary's file as a record (log number 0: the engine numbers it); null if nothing. In
 * memory from `allocate`: what is shared from the start is copied by nobody on its way.
 */
export function takeRecord(
  file: PagedFile,
  epoch: number,
  written: Pick<PageRecord, 'tablesWritten' | 'rowsWritten'>,
  allocate: Allocate,
): PageRecord | null {
  const dirty = file.takeDirty(allocate);
  if (!dirty) return null;
  const { byteLength, schemaCookie } = file.header();
  const pageCount = Math.ceil(byteLength / file.pageSize);
  return { logNumber: 0, epoch, pageCount, schemaCookie, ...written, ...dirty };
}

/** Error `record-gap` unless `records` follow `logNumber` one by one. */
export function checkOrder(records: readonly PageRecord[], logNumber: number): void {
  records.forEach((record, index) => {
    const expected = logNumber + index + 1;
    if (record.logNumber === expected) return;
    throw new AppError(
      'record-gap',
      `Record ${record.logNumber} came where ${expected} was due; the worker has to be attached again.`,
    );
  });
}

/** The same content with all records folded into a new base, in memory from `allocate`. */
export function foldRecords(snapshot: Snapshot, allocate: Allocate = inOrdinaryMemory): Snapshot {
  checkOrder(snapshot.records, snapshot.logNumber);
  if (snapshot.records.length === 0) return snapshot;
  const base = lay(snapshot, allocate);
  return {
    historyId: snapshot.historyId,
    logNumber: snapshot.logNumber + snapshot.records.length,
    pageSize: snapshot.pageSize,
    base,
    records: [],
  };
}

/** The database file that a snapshot stands for, in memory of its own: what to save or download. */
export function materialize(snapshot: Snapshot): Uint8Array {
  checkOrder(snapshot.records, snapshot.logNumber);
  return lay(snapshot, inOrdinaryMemory);
}

/** Pages in log order over the base, so that the last record wins. */
function lay(snapshot: Snapshot, allocate: Allocate): Uint8Array {
  const steps = foldInSteps(snapshot, allocate);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Some milliseconds of copying. */
export const FOLD_STEP_BYTES = 8 * 1024 * 1024;

/**
 * The log laid over its base, a few milliseconds at a time: copying a large database whole would hold up every query. Yields
 * between steps; returns the file that the snapshot stands for. The snapshot must not change meanwhile.
 */
export function* foldInSteps(
  snapshot: Snapshot,
  allocate: Allocate,
  stepBytes = FOLD_STEP_BYTES,
): Generator<void, Uint8Array> {
  const { base, records, pageSize, logNumber } = snapshot;
  checkOrder(records, logNumber);
  const bytes = allocate(records.length > 0 ? byteLengthOf(snapshot) : base.byteLength);
  let reached = Math.min(base.byteLength, bytes.byteLength);
  for (let at = 0; at < reached; at += stepBytes) {
    bytes.set(base.subarray(at, Math.min(reached, at + stepBytes)), at);
    yield;
  }
  let laidBytes = 0;
  for (const record of records) {
    const end = Math.min(record.pageCount * pageSize, bytes.byteLength);
    // The database shrank: a page that comes back later without being written begins as zeros.
    if (end < reached) bytes.fill(0, end, reached);
    reached = end;
    record.pageNumbers.forEach((page, index) => {
      const start = (page - 1) * pageSize;
      const room = Math.min(pageSize, bytes.byteLength - start);
      if (room > 0) bytes.set(record.pages.subarray(index * pageSize, index * pageSize + room), start);
    });
    laidBytes += record.pages.byteLength;
    if (laidBytes < stepBytes) continue;
    laidBytes = 0;
    yield;
  }
  return bytes;
}

/** Bytes of the database file that a snapshot stands for. Its last overlay page may be partial: SQLite's header knows. */
export function byteLengthOf({ base, records, pageSize }: Snapshot): number {
  const last = records.at(-1);
  if (!last) return Math.max(base.byteLength, pageSize);
  // Every commit writes the first page, where its counter is.
  if (last.pageNumbers[0] !== 1) return last.pageCount * pageSize;
  const header = readHeader(last.pages.subarray(0, HEADER_BYTES));
  return header.pageCount * header.pageSize;
}

/** The schema cookie of a snapshot's present content. */
export function schemaCookieOf(snapshot: Snapshot): number {
  return snapshot.records.at(-1)?.schemaCookie ?? readHeader(snapshot.base).schemaCookie;
}

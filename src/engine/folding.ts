/** The log laid over its base as a new base, a few milliseconds at a time: copying a large database whole would hold up every query. */
import type { Snapshot } from '../database/protocol.ts';
import type { Allocate } from '../database/paged-file.ts';
import { byteLengthOf, checkOrder } from '../database/records.ts';

/** Some milliseconds of copying. */
export const FOLD_STEP_BYTES = 8 * 1024 * 1024;

/** Yields between steps; returns the file that the snapshot stands for. The snapshot must not change meanwhile. */
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

/**
 * The write-ahead log of a database (https://sqlite.org/fileformat2.html, section 4): its committed pages laid over the file,
 * as a checkpoint would. A page offered without its log is missing rows; with it, it is whole.
 */
import { AppError } from '../../core/errors.ts';
import { beginsLikeDatabase, readHeader } from './file-header.ts';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;
const FORMAT_VERSION = 3007000;

export interface CheckpointReport {
  /** The database with everything committed in the log, in rollback mode; `bytes` itself when the log adds nothing. */
  bytes: Uint8Array;
  /** Transactions that the log added. */
  commits: number;
}

/** Lays the log over the file; what is no database stays as it is, for `checkFile` to refuse. Error `not-a-database` for a log of another kind or page size. */
export function applyWal(bytes: Uint8Array, wal: Uint8Array): CheckpointReport {
  if (!beginsLikeDatabase(bytes)) return { bytes, commits: 0 };
  if (wal.length === 0) return { bytes, commits: 0 }; // emptied by a checkpoint: nothing is missing
  if (wal.length < HEADER_BYTES) throw refuse(`it ends after ${wal.length} bytes`);
  const view = new DataView(wal.buffer, wal.byteOffset, wal.length);
  const magic = view.getUint32(0);
  const { pageSize } = readHeader(bytes);
  if ((magic | 1) !== (MAGIC | 1) || view.getUint32(4) !== FORMAT_VERSION) {
    throw refuse('it does not begin like one');
  }
  const size = view.getUint32(8);
  if (size !== pageSize) throw refuse(`its pages have ${size} bytes, those of the database ${pageSize}`);
  const { frames, pageCount, commits } = committedFrames(wal, view, pageSize, (magic & 1) === 0);
  if (commits === 0) return { bytes, commits };
  const whole = new Uint8Array(pageCount * pageSize);
  whole.set(bytes.subarray(0, Math.min(bytes.length, whole.length)));
  for (const [page, at] of frames) {
    if (page <= pageCount) whole.set(wal.subarray(at, at + pageSize), (page - 1) * pageSize);
  }
  whole[18] = 1;
  whole[19] = 1;
  return { bytes: whole, commits };
}

/** Latest committed image of each page, as its offset in the log. Ends at the first frame that is torn or left from before. */
function committedFrames(
  wal: Uint8Array,
  view: DataView,
  pageSize: number,
  littleEndian: boolean,
): { frames: Map<number, number>; pageCount: number; commits: number } {
  const frames = new Map<number, number>();
  const salts = [view.getUint32(16), view.getUint32(20)];
  let sums = checksum([0, 0], view, 0, 24, littleEndian);
  let open: [page: number, at: number][] = [];
  let pageCount = 0;
  let commits = 0;
  if (sums[0] !== view.getUint32(24) || sums[1] !== view.getUint32(28)) return { frames, pageCount, commits };
  for (let at = HEADER_BYTES; at + FRAME_HEADER_BYTES + pageSize <= wal.length; at += FRAME_HEADER_BYTES + pageSize) {
    if (view.getUint32(at + 8) !== salts[0] || view.getUint32(at + 12) !== salts[1]) break;
    sums = checksum(sums, view, at, 8, littleEndian);
    sums = checksum(sums, view, at + FRAME_HEADER_BYTES, pageSize, littleEndian);
    if (sums[0] !== view.getUint32(at + 16) || sums[1] !== view.getUint32(at + 20)) break;
    open.push([view.getUint32(at), at + FRAME_HEADER_BYTES]);
    const pagesAfter = view.getUint32(at + 4);
    if (pagesAfter === 0) continue;
    for (const [page, place] of open) frames.set(page, place);
    open = [];
    pageCount = pagesAfter;
    commits++;
  }
  return { frames, pageCount, commits };
}

type Sums = [number, number];

/** SQLite's running checksum of a log, over 8-byte steps. */
function checksum([one, two]: Sums, view: DataView, at: number, length: number, littleEndian: boolean): Sums {
  for (let offset = at; offset < at + length; offset += 8) {
    one = (one + view.getUint32(offset, littleEndian) + two) >>> 0;
    two = (two + view.getUint32(offset + 4, littleEndian) + one) >>> 0;
  }
  return [one, two];
}

function refuse(why: string): AppError {
  return new AppError(
    'not-a-database',
    `The second file is not the write-ahead log of this database: ${why}. Open the database with the -wal file that lies beside it, or alone.`,
  );
}

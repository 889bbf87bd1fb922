/**
 * Compresses large values outside the request's time, with the platform's own streams (deflate), column by column under whichever
 * rearrangement packs a sample of it best. Not pure: streams are asynchronous, and how long decoding took is part of what a hit reports.
 */
import { codesFor, decodeColumn, encodeColumn, PLAIN, type ColumnCode } from './column-codes.ts';
import { pack, unpack, type Stretch } from './parcel.ts';

/** A plain object, so that it can be stored like any other value. */
export interface CompressedValue {
  skeleton: string;
  deflated: Uint8Array;
  /** Bytes of the value's typed arrays, before. */
  rawBytes: number;
  /** The columns that were rearranged before. Absent in what earlier versions stored. */
  coded?: CodedStretch[];
}

interface CodedStretch extends Stretch {
  code: ColumnCode;
}

export function isCompressed(value: unknown): value is CompressedValue {
  return typeof value === 'object' && value !== null && 'deflated' in value;
}

/** Below this share saved, compression is not worth the time that each hit then pays. */
const SAVING_MIN = 0.2;
/** Shorter columns stay as they are: what could be won is less than what a look at them costs. */
const CODED_BYTES_MIN = 4096;
/** Of each column, so much is tried under each code. A multiple of every width. */
const SAMPLE_BYTES = 16_384;
/** A code must beat the plain bytes by so much, for it costs time at each decoding. */
const CODE_GAIN_MIN = 0.05;

/** The value compressed; null when it is smaller than `aboveBytes`, cannot be taken apart, or would shrink by less than 20 %. */
export async function compress(value: unknown, aboveBytes: number): Promise<CompressedValue | null> {
  const parcel = pack(value);
  if (parcel === null || parcel.bytes.byteLength <= aboveBytes) return null;
  const { skeleton, bytes, stretches } = parcel;
  const rawBytes = bytes.byteLength;
  const coded: CodedStretch[] = [];
  for (const stretch of stretches) {
    if (stretch.width === 1 || stretch.byteLength < CODED_BYTES_MIN) continue;
    const column = columnOf(bytes, stretch);
    const code = await bestCode(column, stretch.width);
    if (code === PLAIN) continue;
    bytes.set(encodeColumn(column, stretch.width, code), stretch.start);
    coded.push({ ...stretch, code });
  }
  const deflated = await pipe(bytes, deflate());
  if (deflated.byteLength > rawBytes * (1 - SAVING_MIN)) return null;
  return { skeleton, deflated, rawBytes, coded };
}

/** The value again, and how long that took. Rejects when the bytes are damaged. */
export async function decompress(compressed: CompressedValue): Promise<{ value: unknown; decodeMs: number }> {
  const startedMs = performance.now();
  const bytes = await pipe(compressed.deflated, new DecompressionStream('deflate-raw'));
  for (const stretch of compressed.coded ?? []) {
    bytes.set(decodeColumn(columnOf(bytes, stretch), stretch.width, stretch.code), stretch.start);
  }
  const value = unpack({ skeleton: compressed.skeleton, bytes });
  return { value, decodeMs: performance.now() - startedMs };
}

function columnOf(bytes: Uint8Array, { start, byteLength }: Stretch): Uint8Array {
  return bytes.subarray(start, start + byteLength);
}

/** By trial on a piece from the column's middle, where a sorted one looks as it mostly does. */
async function bestCode(column: Uint8Array, width: number): Promise<ColumnCode> {
  const start = Math.max(0, Math.floor((column.length - SAMPLE_BYTES) / 2 / width) * width);
  const sample = column.subarray(start, start + SAMPLE_BYTES);
  const codes = codesFor(width);
  const sizes = await Promise.all(
    codes.map(async (code) => (await pipe(encodeColumn(sample, width, code), deflate())).byteLength),
  );
  const best = sizes.indexOf(Math.min(...sizes));
  return sizes[best] < sizes[codes.indexOf(PLAIN)] * (1 - CODE_GAIN_MIN) ? codes[best] : PLAIN;
}

function deflate(): CompressionStream {
  return new CompressionStream('deflate-raw');
}

async function pipe(bytes: Uint8Array, through: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(through);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

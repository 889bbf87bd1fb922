/**
 * Compresses large values outside the request's time, with the platform's own streams (deflate). Not pure: streams are asynchronous,
 * and how long decoding took is part of what a hit reports.
 */
import { pack, unpack } from './parcel.ts';

/** A plain object, so that it can be stored like any other value. */
export interface CompressedValue {
  skeleton: string;
  deflated: Uint8Array;
  /** Bytes of the value's typed arrays, before. */
  rawBytes: number;
}

export function isCompressed(value: unknown): value is CompressedValue {
  return typeof value === 'object' && value !== null && 'deflated' in value;
}

/** Below this share saved, compression is not worth the time that each hit then pays. */
const SAVING_MIN = 0.2;

/** The value compressed; null when it is smaller than `aboveBytes`, cannot be taken apart, or would shrink by less than 20 %. */
export async function compress(value: unknown, aboveBytes: number): Promise<CompressedValue | null> {
  const parcel = pack(value);
  if (parcel === null || parcel.bytes.byteLength <= aboveBytes) return null;
  const deflated = await pipe(parcel.bytes, new CompressionStream('deflate-raw'));
  if (deflated.byteLength > parcel.bytes.byteLength * (1 - SAVING_MIN)) return null;
  return { skeleton: parcel.skeleton, deflated, rawBytes: parcel.bytes.byteLength };
}

/** The value again, and how long that took. Rejects when the bytes are damaged. */
export async function decompress(compressed: CompressedValue): Promise<{ value: unknown; decodeMs: number }> {
  const startedMs = performance.now();
  const bytes = await pipe(compressed.deflated, new DecompressionStream('deflate-raw'));
  const value = unpack({ skeleton: compressed.skeleton, bytes });
  return { value, decodeMs: performance.now() - startedMs };
}

async function pipe(bytes: Uint8Array, through: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(through);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Deflate through the platform's streams, with a guard against bombs: 270 kB of forged link can hold 200 MB of zeros. */

/** The whole at once would be inflated before anybody could say stop. In small pieces, a bomb is stopped after the first. */
const PIECE_BYTES = 512;

/** The part of the platform's streams that is used; browsers, workers and Node all have it, and pure code knows no DOM types. */
interface Writer {
  readonly closed: Promise<unknown>;
  readonly ready: Promise<unknown>;
  write(piece: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
interface Reader {
  read(): Promise<{ done: false; value: Uint8Array } | { done: true }>;
  cancel(): Promise<void>;
}
interface ByteStream {
  readonly readable: { getReader(): Reader };
  readonly writable: { getWriter(): Writer };
}
type ByteStreamClass = new (format: 'deflate-raw') => ByteStream;
const platform = globalThis as unknown as { CompressionStream: ByteStreamClass; DecompressionStream: ByteStreamClass };

export async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  return collect(new platform.CompressionStream('deflate-raw'), bytes, bytes.length, Infinity) as Promise<Uint8Array>;
}

/** Null when there would be more than `maxBytes`; rejects when the bytes are not whole deflate data. */
export function inflate(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array | null> {
  return collect(new platform.DecompressionStream('deflate-raw'), bytes, PIECE_BYTES, maxBytes);
}

async function collect(
  stream: ByteStream,
  bytes: Uint8Array,
  pieceBytes: number,
  maxBytes: number,
): Promise<Uint8Array | null> {
  const reader = stream.readable.getReader();
  const writing = writeAll(stream.writable.getWriter(), bytes, pieceBytes);
  // Bad data fails on both sides. The reader's error is the one that is told; this one only must not go unhandled.
  writing.catch(() => {});

  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const piece = await reader.read();
    if (piece.done) break;
    length += piece.value.length;
    if (length > maxBytes) {
      reader.cancel().catch(() => {});
      return null;
    }
    parts.push(piece.value);
  }
  await writing;

  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

async function writeAll(writer: Writer, bytes: Uint8Array, pieceBytes: number): Promise<void> {
  // Both fail with the same error as the write that caused it, at a time when nobody looks at them.
  writer.closed.catch(() => {});
  writer.ready.catch(() => {});
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    await writer.write(bytes.slice(start, start + pieceBytes));
  }
  await writer.close();
}

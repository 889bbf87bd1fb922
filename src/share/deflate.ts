/** Deflate through the platform's streams, with a guard against bombs: 270 KB of forged link can hold 200 MB of zeros. */

/** The whole at once would be inflated before anybody could say stop. In small pieces, a bomb is stopped after the first. */
const PIECE_BYTES = 512;

export async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  return collect(new CompressionStream('deflate-raw'), bytes, bytes.length, Infinity) as Promise<Uint8Array>;
}

/** Null when there would be more than `maxBytes`; rejects when the bytes are not whole deflate data. */
export function inflate(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array | null> {
  return collect(new DecompressionStream('deflate-raw'), bytes, PIECE_BYTES, maxBytes);
}

interface ByteStream {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<BufferSource>;
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
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maxBytes) {
      reader.cancel().catch(() => {});
      return null;
    }
    parts.push(value);
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

async function writeAll(
  writer: WritableStreamDefaultWriter<BufferSource>,
  bytes: Uint8Array,
  pieceBytes: number,
): Promise<void> {
  // Both fail with the same error as the write that caused it, at a time when nobody looks at them.
  writer.closed.catch(() => {});
  writer.ready.catch(() => {});
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    await writer.write(bytes.slice(start, start + pieceBytes));
  }
  await writer.close();
}

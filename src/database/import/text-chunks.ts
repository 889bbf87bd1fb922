/** The characters of a file, chunk by chunk: no more than a chunk is held, and no character is cut at a border. */
import { unreadable } from './file-kind.ts';
import type { TextEncodingName } from './protocol.ts';

/** Small enough that the strings of a chunk are gone before the next: larger ones cost more in collecting garbage than they save. */
export const CHUNK_BYTES = 1 << 18;

export interface TextChunk {
  text: string;
  /** Bytes of the file read so far. */
  bytesRead: number;
}

/** Bytes that mean nothing in the encoding come out as U+FFFD; a byte order mark is passed over. */
export async function* textChunks(
  file: Blob,
  encoding: TextEncodingName,
  chunkBytes = CHUNK_BYTES,
): AsyncGenerator<TextChunk> {
  const decoder = new TextDecoder(encoding);
  for (let start = 0; start < file.size; start += chunkBytes) {
    let bytes: ArrayBuffer;
    try {
      bytes = await file.slice(start, start + chunkBytes).arrayBuffer();
    } catch (error) {
      throw unreadable(error);
    }
    const bytesRead = Math.min(file.size, start + chunkBytes);
    yield { text: decoder.decode(bytes, { stream: bytesRead < file.size }), bytesRead };
  }
}

/** Files that commands read: plain or gzip, told apart by their first two bytes, whole or line by line. */
import { readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { UsageError } from './command.ts';

/** The bytes of a file, unpacked when it is gzip. Throws `UsageError` when it cannot be read. */
export function readBytes(path: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    if (statSync(path).isDirectory()) throw new UsageError(`${path} is a folder, a file was expected.`);
    bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The text of a file (UTF-8), unpacked when it is gzip. */
export function readText(path: string): string {
  return new TextDecoder().decode(readBytes(path));
}

/** The lines of a file without their ends; a last line end starts no empty line. Never builds the whole text. */
export function* readLines(path: string): Generator<string> {
  const bytes = readBytes(path);
  const decoder = new TextDecoder();
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(10, start);
    const end = found < 0 ? bytes.length : found;
    const last = end > start && bytes[end - 1] === 13 ? end - 1 : end;
    yield decoder.decode(bytes.subarray(start, last));
    start = end + 1;
  }
}

/** A JSON document. Its shape is the caller's to check. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readText(path));
  } catch (error) {
    throw error instanceof UsageError ? error : unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): UsageError {
  if (error instanceof UsageError) return error;
  const reason = (error as { code?: string }).code === 'ENOENT' ? 'there is no such file' : String(error);
  return new UsageError(`Cannot read ${path}: ${reason}.`);
}

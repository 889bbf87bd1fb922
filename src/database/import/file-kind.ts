/** What a file is, by its first bytes and only then by its name; what cannot be imported is refused with what to do instead. */
import { formatBytes } from '../../core/bytes.ts';
import { AppError } from '../../core/errors.ts';
import { foreignFile, isParquet, saidOf } from '../file/foreign-file.ts';
import { looksLikeMarkdownTable } from './markdown.ts';
import type { ImportFormat } from './protocol.ts';
import { guessEncoding } from './text-encoding.ts';

/** Of compressed or encrypted bytes every tenth is a control character; of a text, even a damaged one, next to none. */
const CONTROL_SHARE = 0.05;
const CONTROLS_MIN = 16;
/** Bytes that are looked at. */
const HEAD_BYTES = 64 * 1024;
/** An archive that unpacks to more than this is not held in memory. */
const UNPACKED_BYTES_MAX = 4 * 2 ** 30;

/** The file itself, unpacked where it was compressed with gzip, and what it seems to be. Errors `import`. */
export async function openFile(file: Blob, name: string): Promise<{ file: Blob; name: string; format: ImportFormat }> {
  let head = await firstBytes(file);
  if (head.length === 0) throw refuse(`${name} is empty: there is nothing to import.`);
  if (startsWith(head, '\x1f\x8b')) {
    file = await gunzip(file, name);
    name = name.replace(/\.gz$/i, '');
    head = await firstBytes(file);
    if (head.length === 0) throw refuse(`${name} is empty: there is nothing to import.`);
  }
  const foreign = foreignFile(head, 'imported');
  if (foreign) throw refuse(`${name} ${saidOf(foreign)}`);
  const format = formatOf(head, name);
  if (format !== 'parquet' && isBinary(head)) throw refuse(`${name} ${binarySaid(head)}`);
  return { file, name, format };
}

/** Bytes that no text has, in more than stray places: the zeros of UTF-16 are none of them. */
function isBinary(head: Uint8Array): boolean {
  if (guessEncoding(head, false).encoding.startsWith('utf-16')) return false;
  const controls = head.reduce((sum, byte) => sum + (byte < 9 || (byte > 13 && byte < 26) ? 1 : 0), 0);
  return controls >= CONTROLS_MIN && controls > head.length * CONTROL_SHARE;
}

function binarySaid(head: Uint8Array): string {
  return head.every((byte) => byte === 0)
    ? 'begins with zeros alone: it was not copied to its end, or its disk lost it. Copy it again.'
    : 'is no text, and no kind of file that is known here: save it as CSV with the program that wrote it, and import that.';
}

async function firstBytes(file: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  } catch (error) {
    throw unreadable(error);
  }
}

/** A folder, a file that was moved or changed since it was picked, a disk that is gone. */
export function unreadable(error: unknown): AppError {
  return refuse(
    `The file cannot be read (${error instanceof Error ? error.message : String(error)}). A folder cannot be imported; a file that was changed or moved has to be picked again.`,
  );
}

async function gunzip(file: Blob, name: string): Promise<Blob> {
  const parts: Blob[] = [];
  let bytes = 0;
  try {
    const unpacked = file.stream().pipeThrough(new DecompressionStream('gzip'));
    const reader = unpacked.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      bytes += next.value.length;
      if (bytes > UNPACKED_BYTES_MAX) {
        await reader.cancel();
        throw refuse(
          `${name} unpacks to more than ${formatBytes(UNPACKED_BYTES_MAX)}, which is more than a page can hold. Import a part of it.`,
        );
      }
      parts.push(new Blob([next.value]));
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw refuse(`${name} is compressed with gzip but cannot be unpacked: it is damaged or cut short. Copy it again.`);
  }
  return new Blob(parts);
}

function formatOf(head: Uint8Array, name: string): ImportFormat {
  if (isParquet(head)) return 'parquet';
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  if (extension === 'parquet')
    throw refuse(`${name} does not begin like a Parquet file: it is damaged or something else.`);
  // Of UTF-16 every second byte is left, which is enough to know a format by.
  const text = latin1(head.filter((byte, index) => byte !== 0 || index > 4000)).replace(
    /^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/,
    '',
  );
  const start = text.trimStart();
  if (extension === 'sql') return 'sql';
  if (looksLikeMarkdownTable(start)) return 'markdown';
  if (extension === 'csv' || extension === 'tsv' || extension === 'tab') return 'csv';
  if (extension === 'ndjson' || extension === 'jsonl') return 'ndjson';
  if (start.startsWith('[') || start.startsWith('{')) return looksLikeLines(start) ? 'ndjson' : 'json';
  if (extension === 'json' || extension === 'geojson') return 'json';
  const afterComments = start.replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/;?)+/, '');
  if (/^(PRAGMA|BEGIN|CREATE|INSERT|DROP|SET|USE)\s/i.test(afterComments)) return 'sql';
  return 'csv';
}

/** Two first lines that are each a JSON value of their own. */
function looksLikeLines(text: string): boolean {
  const [first = '', second = ''] = text.split('\n').filter((line) => line.trim() !== '');
  const isValue = (line: string): boolean => {
    try {
      return typeof JSON.parse(line) === 'object';
    } catch {
      return false;
    }
  };
  return isValue(first) && (isValue(second) || (text.length >= HEAD_BYTES - 4 && /^\s*[{[]/.test(second)));
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[index] !== text.charCodeAt(index)) return false;
  return true;
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

export function refuse(message: string, detail?: unknown): AppError {
  return new AppError('import', message, detail);
}

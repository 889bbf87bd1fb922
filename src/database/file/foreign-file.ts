/**
 * What a file is, by its first bytes: one table for whoever opens a database and whoever imports rows, with what to do where it
 * is neither.
 */

export interface ForeignFile {
  /** For a sentence: `a ZIP archive`. */
  what: string;
  /** What to do with it, in the imperative; null where there is nothing. */
  todo: string | null;
}

interface Kind extends ForeignFile {
  /** Each character stands for a byte. */
  start: string;
  /** Further down in the head, where the start alone would not tell. */
  within?: RegExp;
  /** It is one that can be opened, or imported: no obstacle there. */
  welcome?: 'opened' | 'imported';
}

const LOG_ALONE: ForeignFile = {
  what: 'a write-ahead log (-wal): the last changes of a SQLite database, without the database',
  todo: 'open it together with the file that has the same name without -wal',
};
const ACCESS: ForeignFile = { what: 'a Microsoft Access database', todo: 'export its tables as CSV and import them' };
const PICTURE: ForeignFile = { what: 'a picture, whatever its name says', todo: null };
const UNPACK = 'unpack it first';
/** A table of text may begin with the same letters, but holds no byte below that of a tab; in Parquet every header ends with a zero. */
const BINARY = /[^\t-\xff]/;
const CONVERT = 'convert it to Parquet or CSV, and import that';

const PARQUET: Kind = {
  start: 'PAR1',
  within: BINARY,
  what: 'a Parquet file',
  todo: 'import it instead of opening it',
  welcome: 'imported',
};

/** The first that fits counts. */
const KINDS: readonly Kind[] = [
  { start: 'SQLite format 3\0', what: 'a SQLite database', todo: 'open it instead of importing it', welcome: 'opened' },
  {
    start: 'PK\x03\x04',
    within: /\bxl\/|\[Content_Types\]/,
    what: 'an Excel workbook',
    todo: 'save the sheet as CSV and import that',
  },
  {
    start: 'PK\x03\x04',
    within: /opendocument/,
    what: 'an OpenDocument sheet',
    todo: 'save it as CSV and import that',
  },
  { start: 'PK\x03\x04', what: 'a ZIP archive', todo: 'unpack it and take the file inside' },
  { start: '\x1f\x8b', what: 'compressed with gzip', todo: UNPACK, welcome: 'imported' },
  { start: '\x28\xb5\x2f\xfd', what: 'compressed with Zstandard', todo: UNPACK },
  { start: 'BZh', within: /^BZh[1-9]1AY&SY/, what: 'compressed with bzip2', todo: UNPACK },
  { start: '\xfd7zXZ', what: 'compressed with xz', todo: UNPACK },
  { start: '7z\xbc\xaf', what: 'a 7-Zip archive', todo: UNPACK },
  { start: '%PDF', what: 'a PDF document', todo: 'copy the table out of it as CSV, and import that' },
  { start: '\x89PNG', ...PICTURE },
  { start: '\xff\xd8\xff', ...PICTURE },
  { start: 'GIF8', ...PICTURE },
  { start: 'RIFF', within: /^RIFF[^]{4}WEBP/, ...PICTURE },
  { start: 'BM', within: /^BM[^]{4}\0\0\0\0/, ...PICTURE },
  PARQUET,
  {
    start: 'PARE',
    within: BINARY,
    what: 'an encrypted Parquet file',
    todo: 'write it without encryption and import that',
  },
  { start: 'ORC', within: BINARY, what: 'an ORC file', todo: CONVERT },
  { start: 'Obj\x01', what: 'an Avro file', todo: CONVERT },
  { start: 'ARROW1', within: BINARY, what: 'an Arrow file', todo: CONVERT },
  {
    start: '',
    within: /^[^]{8}DUCK/,
    what: 'a DuckDB database',
    todo: 'export its tables as Parquet or CSV and import them',
  },
  {
    start: '** This file contains an SQLite',
    what: 'a database of SQLite 2',
    todo: 'convert it with the old sqlite tool',
  },
  { start: '\x37\x7f\x06\x82', ...LOG_ALONE },
  { start: '\x37\x7f\x06\x83', ...LOG_ALONE },
  {
    start: '\x18\xe2\x2d\x00',
    what: 'the index of a write-ahead log (-shm), which holds no rows',
    todo: 'open the database file beside it',
  },
  {
    start: '\xd9\xd5\x05\xf9\x20\xa1\x63\xd7',
    what: 'the rollback journal of a SQLite database (-journal), not the database',
    todo: 'open the file of that name without -journal',
  },
  { start: '\x00\x01\x00\x00Standard Jet DB', ...ACCESS },
  { start: '\x00\x01\x00\x00Standard ACE DB', ...ACCESS },
];

/** Bytes that are looked at for text and for noise. */
export const HEAD_BYTES = 4096;
/** In 4,096 random bytes nearly all of the 256 values appear; in any other data of a database far fewer. */
const NOISE_VALUES_MIN = 240;

/** What of the table begins so and cannot be `wanted`; null for everything else, text among it. */
export function foreignFile(bytes: Uint8Array, wanted: 'opened' | 'imported'): ForeignFile | null {
  const kind = kindOf(bytes);
  return kind && kind.welcome !== wanted ? kind : null;
}

/** By its first bytes; whether it is whole, its last ones tell. */
export function isParquet(bytes: Uint8Array): boolean {
  return kindOf(bytes) === PARQUET;
}

function kindOf(bytes: Uint8Array): Kind | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  return KINDS.find(({ start, within }) => head.startsWith(start) && (within?.test(head) ?? true));
}

/** `is a ZIP archive: unpack it and take the file inside.` */
export function saidOf({ what, todo }: ForeignFile): string {
  return `is ${what}${todo === null ? '' : `: ${todo}`}.`;
}

/** A file that is no SQLite database, in words: what it is, and what to do. Its head is enough of it. */
export function describeForeign(bytes: Uint8Array, byteLength: number): string {
  const foreign = foreignFile(bytes, 'opened');
  if (foreign) return `It ${saidOf(foreign)}`;
  const head = bytes.subarray(0, HEAD_BYTES);
  if (isText(head)) return 'It is a text file: import it if it is CSV, JSON or SQL.';
  if (head.every((byte) => byte === 0))
    return 'It begins with zeros alone: it was not copied to its end, or its disk lost it.';
  if (head.length === HEAD_BYTES && byteLength % 512 === 0 && new Set(head).size >= NOISE_VALUES_MIN) {
    return 'Its first page looks like noise, as that of an encrypted database does (SQLCipher and kin): decrypt it with its own program first, for example by an export to a plain database.';
  }
  return 'It does not begin like one; if it is encrypted (SQLCipher and kin), decrypt it first.';
}

function isText(head: Uint8Array): boolean {
  const utf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  return utf16 || head.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}

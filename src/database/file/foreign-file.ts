/** What a file is that does not begin like a SQLite database, by its first bytes, and what to do with it. */

const LOG_ALONE =
  'It is a write-ahead log (-wal): the last changes of a database, without the database. Open it together with the file that has the same name without -wal.';

/** Texts stand for their bytes, one each. */
const KNOWN: readonly (readonly [start: string, sentence: string])[] = [
  ['PK\x03\x04', 'It is a ZIP archive (also .xlsx, .ods): unpack it, or export the sheet as CSV and import that.'],
  ['\x1f\x8b', 'It is compressed with gzip: unpack it first.'],
  ['\x28\xb5\x2f\xfd', 'It is compressed with Zstandard: unpack it first.'],
  ['BZh', 'It is compressed with bzip2: unpack it first.'],
  ['\xfd7zXZ', 'It is compressed with xz: unpack it first.'],
  ['7z\xbc\xaf', 'It is a 7-Zip archive: unpack it first.'],
  ['%PDF', 'It is a PDF document.'],
  ['\x89PNG', 'It is a picture.'],
  ['\xff\xd8\xff', 'It is a picture.'],
  ['GIF8', 'It is a picture.'],
  ['PAR1', 'It is a Parquet file: import it instead of opening it.'],
  ['** This file contains an SQLite', 'It is a database of SQLite 2; convert it with the old sqlite tool.'],
  ['\x37\x7f\x06\x82', LOG_ALONE],
  ['\x37\x7f\x06\x83', LOG_ALONE],
  [
    '\x18\xe2\x2d\x00',
    'It is the index of a write-ahead log (-shm), which holds no rows: open the database file beside it.',
  ],
  [
    '\xd9\xd5\x05\xf9\x20\xa1\x63\xd7',
    'It is the rollback journal of a database (-journal), not the database: open the file of that name without -journal.',
  ],
  ['\x00\x01\x00\x00Standard Jet DB', 'It is a Microsoft Access database: export its tables as CSV and import them.'],
  ['\x00\x01\x00\x00Standard ACE DB', 'It is a Microsoft Access database: export its tables as CSV and import them.'],
];

/** Bytes that are looked at for text and for noise. */
const HEAD_BYTES = 4096;
/** In 4,096 random bytes nearly all of the 256 values appear; in any other data of a database far fewer. */
const NOISE_VALUES_MIN = 240;

export function describeForeign(bytes: Uint8Array): string {
  for (const [start, sentence] of KNOWN) if (startsAt(bytes, start, 0)) return sentence;
  if (startsAt(bytes, 'DUCK', 8))
    return 'It is a DuckDB database: export its tables as Parquet or CSV and import them.';
  const head = bytes.subarray(0, HEAD_BYTES);
  if (isText(head)) return 'It is a text file: import it if it is CSV, JSON or SQL.';
  if (head.every((byte) => byte === 0))
    return 'It begins with zeros alone: it was not copied to its end, or its disk lost it.';
  if (head.length === HEAD_BYTES && bytes.length % 512 === 0 && new Set(head).size >= NOISE_VALUES_MIN) {
    return 'Its first page looks like noise, as that of an encrypted database does (SQLCipher and kin): decrypt it with its own program first, for example by an export to a plain database.';
  }
  return 'It does not begin like one; if it is encrypted (SQLCipher and kin), decrypt it first.';
}

function startsAt(bytes: Uint8Array, text: string, offset: number): boolean {
  for (let index = 0; index < text.length; index++) {
    if (bytes[offset + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

function isText(head: Uint8Array): boolean {
  const utf16 = startsAt(head, '\xff\xfe', 0) || startsAt(head, '\xfe\xff', 0);
  return utf16 || head.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}

/** What a file may be imported as, what was guessed about it, and what came of it. Values only; they cross threads. */
import type { SqlValue } from '../protocol.ts';

export type ImportFormat = 'csv' | 'markdown' | 'json' | 'ndjson' | 'parquet' | 'sql';

/** SQLite's column types that an import chooses from; BLOB only where the file has bytes. */
export type ImportType = 'INTEGER' | 'REAL' | 'TEXT' | 'BLOB';

/** How the bytes of a text become characters. */
export type TextEncodingName = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

export interface ImportColumn {
  /** As the file names it; for a file without names the position: `column 3`. */
  source: string;
  /** In the table. Unique without regard to case. */
  name: string;
  type: ImportType;
  included: boolean;
}

/** How to read the file: guessed by `preview`, changed by the person, taken as it is by `importFile`. */
export interface ImportReading {
  format: ImportFormat;
  /** Texts only. */
  encoding: TextEncodingName;
  /** CSV only: one character. */
  delimiter: string;
  /** CSV only: one character. */
  quote: string;
  /** CSV only: the first row holds names. */
  header: boolean;
  /** CSV only: cells that mean NULL, compared as they stand; an unquoted empty cell is one by default. */
  nullTexts: string[];
  /** CSV only: the sign before the fraction of a number; the other of the two divides thousands. */
  decimal: '.' | ',';
  /** JSON only: where the rows are, as keys from the top: `['data', 'rows']`; empty for the top itself. */
  path: string[];
  /** Empty for SQL scripts, which make their own tables. */
  columns: ImportColumn[];
}

export interface ImportPlan {
  reading: ImportReading;
  /** Empty for SQL scripts. */
  table: string;
  /** `create` fails when the table exists; `append` needs it; `replace` drops it first, in the same transaction. */
  mode: 'create' | 'append' | 'replace';
  /** Into the open database, or into a new one that takes its place when the import is done. */
  into: 'open' | 'new';
}

/** A line that could not be read as a row: kept aside and counted, never guessed at. */
export interface BadLine {
  /** 1-based, in the file. */
  line: number;
  /** At most 500 characters of it. */
  text: string;
  reason: string;
  /** The column (by its place in the reading) whose type would have changed a value; null for a line that is no row. */
  column: number | null;
  /** JSON only: which one it is in the list of rows, from 1, for many may stand in one line. */
  item?: number;
}

/** Rows that are left out because a value would be changed by the type of its column. */
export interface Misfits {
  /** Place in the reading's columns. */
  column: number;
  name: string;
  type: ImportType;
  rows: number;
  /** At most three values, as they are written. */
  examples: string[];
}

export interface ImportPreview {
  name: string;
  byteLength: number;
  reading: ImportReading;
  /** Why it was read so: one plain sentence for each thing that was guessed. */
  guesses: string[];
  /** The first rows as they would be stored, by included and excluded columns alike. At most 50. */
  rows: SqlValue[][];
  /** Rows looked at for types and nulls. */
  sampledRows: number;
  /** False where the file is longer than what was looked at; of Parquet the beginning tells all. */
  isWhole: boolean;
  /** Known for Parquet; null where it would take reading the whole file. */
  totalRows: number | null;
  /** By column: NULLs among the rows looked at. */
  nulls: number[];
  /** By column: values among the rows looked at that are not of its type and would be stored as they are. */
  others: number[];
  /** Among the rows looked at: what the types would leave out. */
  misfits: Misfits[];
  /** Among the rows looked at. */
  badLines: BadLine[];
  /** A name for the table, from the file's. Empty for SQL scripts. */
  table: string;
  /** JSON: other places in the document where rows were found. */
  otherPaths: string[][];
}

export interface ImportReport {
  tables: string[];
  /** For SQL scripts: statements run. */
  statements: number;
  rows: number;
  /** All of them are counted; the first thousand are kept. */
  badLineCount: number;
  badLines: BadLine[];
  /** Which of them were left out for the type of a column. */
  misfits: Misfits[];
  elapsedMs: number;
  byteLength: number;
  notes: string[];
}

/** Progress of an import: `{fraction, stage, rows}`; `fraction` by bytes of the file that were read. */
export interface ImportProgress {
  fraction: number;
  stage: string;
  rows: number;
}

/**
 * What the engine and a database worker say to each other. Values only; every type here crosses a thread.
 * The engine owns the pages: a worker is handed a snapshot, later records, and statements to run.
 */
import type { ImportPlan, ImportPreview, ImportReading, ImportReport } from './import/protocol.ts';
import type { SampleName } from './samples/catalogue.ts';

/** Which content: a random id per history, and the number of the last record applied to it. */
export interface Version {
  historyId: string;
  logNumber: number;
}

/** A SQLite value. Integers beyond 2^53 are bigint, all others number; a blob is bytes. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** By position, or by name with its prefix (`:id`, `@id`, `$id`). What is not given stays unbound, which is an error here, never NULL. */
export type Parameters = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

/** Pages that one unit of writes changed, as appended to the log. Bytes may lie in a SharedArrayBuffer. */
export interface PageRecord {
  logNumber: number;
  /** The epoch of the primary that made it; a retired epoch's records are dropped. */
  epoch: number;
  /** Of the overlay's pages, the same for a whole history; SQLite's own pages may be smaller or larger. */
  pageSize: number;
  /** Overlay pages of the file after the record; the last may be partial. */
  pageCount: number;
  /** 1-based, ascending; the first page, with the header, is in every record. */
  pageNumbers: Uint32Array;
  /** `pageNumbers.length * pageSize` bytes, in that order. */
  pages: Uint8Array;
  /** Tables whose rows changed; `null` when everything may have (DDL, VACUUM, an unknown opcode). */
  tablesWritten: string[] | null;
  /** Of those tables the ones of which is known which rows changed: no others did, as they were or as they became. */
  rowsWritten?: ReadonlyMap<string, RowKey[]>;
  schemaCookie: number;
}

/** An immutable base and the records on top of it. */
export interface Snapshot {
  historyId: string;
  /** Log number that the base stands at; records follow it without a gap. */
  logNumber: number;
  /** Of the overlay's pages, not of SQLite's. */
  pageSize: number;
  /** The database file; shared between workers where the page is isolated. */
  base: Uint8Array;
  records: PageRecord[];
}

export type StatementKind =
  | 'read'
  | 'write'
  /** CREATE, DROP, ALTER, and whatever else moves the schema cookie. */
  | 'schema'
  /** BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE. */
  | 'transaction'
  /** VACUUM, ANALYZE, REINDEX. */
  | 'maintenance'
  /** A PRAGMA that only reads. */
  | 'pragma-read'
  /** An allowed PRAGMA that sets: replayed to every worker, part of the cache key. */
  | 'pragma-set'
  /** EXPLAIN and EXPLAIN QUERY PLAN. */
  | 'explain'
  /** ATTACH, DETACH, a refused PRAGMA: told, not run. */
  | 'refused';

export type QueryClass = 'point' | 'range' | 'join' | 'aggregate';

/** What a statement reads, writes and depends on, from SQLite's own bytecode. Valid for one schema cookie and history. */
export interface Classification {
  kind: StatementKind;
  queryClass: QueryClass;
  /** Names as in the schema, without duplicates, sorted. */
  tablesRead: string[];
  tablesWritten: string[];
  /** An opcode with an unknown root page: every table counts as touched. */
  touchesEverything: boolean;
  /** random() and kin, by opcode: never stored. The reason, in plain words, or null. */
  volatile: string | null;
  /** A date function that may read the clock; decided at run time where the clock hook works. */
  mayReadClock: boolean;
  /** Uses last_insert_rowid(), changes(), temp or attached objects: runs on the primary, uncached. */
  connectionState: boolean;
  /** Names in order of first appearance; `?` for an anonymous one, `?3` for a numbered one. */
  parameters: string[];
  columnNames: string[];
  schemaCookie: number;
  /** Of a query, by its bytecode: queries of one key give the same rows; empty for other statements. */
  program: string;
  /** Of a query: those that have this in common too meet the same rows in the same order. */
  scan: string;
  /** Of a query: tables of which only certain rows can matter. */
  reach: TableReach[];
  /** Of a write: which rows it can touch, where that can be told. */
  touched: TouchedRows | null;
  /** Why it is refused, when kind is 'refused'. */
  refusal: string | null;
}

/**
 * What a row holds, by column number (-1 the rowid): two rows that differ in one of these texts are not the same
 * row. Columns that are not there may hold anything.
 */
export type RowKey = Readonly<Record<string, string>>;

/** A value that rows must hold to be reached: a literal of the text, or a parameter by SQLite's number for it. */
export interface SoughtValue {
  /** -1 for the rowid, and for the column that is another name for it. */
  column: number;
  /** SQLite's letter for what is done to the value before it is compared: A nothing, B TEXT, C NUMERIC, D INTEGER, E REAL. */
  affinity: string;
  literal?: number | bigint | string;
  parameter?: number;
}

/** Only rows of the table that hold all values of one of the alternatives are reached. */
export interface TableReach {
  table: string;
  alternatives: SoughtValue[][];
}

/** What can be said of the rows that a write touches, before its parameters are known. */
export type TouchedRows =
  | ({ kind: 'sought' } & TableReach)
  /** Its VALUES say which; these are their columns. */
  | { kind: 'inserted'; table: string; columns: { column: number; affinity: string }[] };

/** One statement of a text, as SQLite split it. Offsets are UTF-16 indices into that text; `end` excludes the semicolon. */
export interface StatementSpan {
  start: number;
  end: number;
  sql: string;
  /** Null when it does not prepare against the present schema (an earlier statement may create what it needs). */
  classification: Classification | null;
  error: SqlErrorDetail | null;
}

/** Detail of an error with code `sql`: where in the text, in UTF-16 indices, when SQLite says. */
export interface SqlErrorDetail {
  message: string;
  start: number | null;
  end: number | null;
}

/**
 * A result as columns. Per column: a storage class per row, numbers in a Float64Array, integers beyond 2^53 in a
 * BigInt64Array, text (UTF-8) and blobs packed in one byte array with offsets. Read cells with `database/rows/columns`.
 */
export interface ResultColumns {
  names: string[];
  rowCount: number;
  columns: ColumnData[];
  /** Cells above the cut (1 MiB): cut in the columns, whole here. Empty for nearly all results. */
  large: LargeCell[];
  /** Rows there were, when the reader stopped early at a row limit; null when complete. */
  limitedAt: number | null;
}

export interface ColumnData {
  /** Storage class per row: 0 NULL, 1 INTEGER, 2 REAL, 3 TEXT, 4 BLOB, 5 INTEGER kept in `wide`. */
  classes: Uint8Array;
  /** Numbers by row; empty when the column holds none. */
  numbers: Float64Array;
  /** Integers beyond 2^53 by row; empty when the column holds none. */
  wide: BigInt64Array;
  /** `rowCount + 1` offsets into `bytes`; empty when the column holds neither text nor blobs. */
  offsets: Uint32Array;
  bytes: Uint8Array;
}

export interface LargeCell {
  row: number;
  column: number;
  /** Empty where the whole stays behind: on the page, which asks for it when it is opened. */
  bytes: Uint8Array;
  /** How many bytes the whole has, where they stay behind. */
  byteLength?: number;
}

export interface AttachRequest {
  snapshot: Snapshot;
  role: 'primary' | 'replica';
  epoch: number;
  /** Allowed PRAGMAs that set, in order, to bring this connection level with the others. */
  pragmas: string[];
}

/** Which ways into SQLite's insides passed their self-test; for the others the plain path is in use. */
export interface Calibrated {
  /** Steps of a statement are counted. */
  vmSteps: boolean;
  /** Progress, deadline and cancel act while a statement works, not only between its rows. */
  progress: boolean;
  /** It is seen whether a statement asks for the time. */
  clock: boolean;
  /** Rows are read straight from memory, not by a call per cell. */
  rows: boolean;
}

export interface WorkerReport {
  version: Version;
  /** Bytes of this worker's wasm heap, and of its private pages. */
  heapBytes: number;
  privatePageBytes: number;
  schemaCookie: number;
  calibrated: Calibrated;
  /** Things of the file that cannot work here (FTS5, R-Tree, own functions): name and reason. */
  unusable: { name: string; reason: string }[];
}

export interface RunRequest {
  sql: string;
  parameters: Parameters;
  /** Time this run may take from its start in the worker; null for none. */
  deadlineMs: number | null;
  /** Stop after so many rows and say so; null for all. */
  rowLimit: number | null;
  /** Cell of the shared cancel board (`CancelBoard`) that stops this run when it becomes `cancelValue`; null where not isolated. */
  cancelValue: number | null;
  /** A wait, labelled simulated, added after the run; 0 for none. */
  simulatedWaitMs: number;
  /**
   * The proved text to run in place of `sql`; names of columns stay those of `sql`. A proof may rest on the rows of some table, and always
   * does on the schema, so it is run at exactly the version `at` for which the asker knows that it holds: a primary whose latest write
   * nobody has heard of yet runs `sql` itself.
   */
  proved: { sql: string; at: Version } | null;
  /** What another worker has found `sql` to be, one statement, in this history: a replica need not ask SQLite again. */
  known?: { classification: Classification; historyId: string } | null;
  /** The asker holds the rows already, should the text come to this program, or to this scan: then it is not run. */
  held?: { program: string } | { scan: string };
}

export type RunReply =
  | {
      kind: 'rows';
      classification: Classification;
      result: ResultColumns;
      version: Version;
      work: Work;
      /** True when the statement asked for the time while it ran: not stored. */
      readClock: boolean;
      /** Whether the proved text was run. */
      rewritten: boolean;
    }
  /** Not run: it is what the asker holds. */
  | { kind: 'held'; classification: Classification; version: Version }
  /** Not run: it writes, needs the primary, or the text holds several statements. */
  | { kind: 'elsewhere'; statements: StatementSpan[] };

export interface Work {
  /** Null where the counter failed its calibration. */
  vmSteps: number | null;
  prepareMs: number;
  executeMs: number;
  /** Simulated I/O wait included in the busy time. */
  simulatedWaitMs: number;
  rows: number;
}

/** How far a statement is, told while it runs: progress of `run` and of `unit`. */
export interface WorkProgress {
  rows: number;
  /** To the nearest few thousand; null where the callback failed its calibration. */
  vmSteps: number | null;
  /** Since the statement began. */
  elapsedMs: number;
}

/** A script for the primary: all statements in order, nothing between them. */
export interface UnitRequest {
  sql: string;
  /** By statement index; a missing entry means no parameters. */
  parameters: Parameters[];
  deadlineMs: number | null;
  rowLimit: number | null;
  cancelValue: number | null;
  epoch: number;
}

export interface UnitReply {
  statements: UnitStatement[];
  /** Pages changed by what was committed, log number still 0: the engine numbers it. Null when nothing changed. */
  record: PageRecord | null;
  /** A transaction left open at the end, or by an error or cancel, was rolled back. */
  rolledBack: boolean;
  /** PRAGMAs that set and succeeded, to be replayed to the replicas. */
  pragmas: string[];
  /** Temporary tables, views and triggers that are there after it: they live on the primary alone. */
  temporary: string[];
  /** Those that a setting removed: PRAGMA temp_store does. */
  temporaryEmptied: string[];
  /** A PRAGMA auto_vacuum that waits for its VACUUM, on the primary alone. */
  waitsForVacuum: string | null;
  /** The statement that failed, if one did; those after it were not run. */
  error: { statementIndex: number; code: string; message: string; detail: SqlErrorDetail | null } | null;
}

export interface UnitStatement {
  span: { start: number; end: number };
  sql: string;
  classification: Classification;
  /** Null for statements that return no columns. */
  result: ResultColumns | null;
  rowsChanged: number;
  /** The transaction that it belonged to was rolled back later in the unit: nothing of it was kept. */
  rolledBack: boolean;
  work: Work;
}

/** The plan of one statement, from EXPLAIN QUERY PLAN. */
export interface PlanNode {
  id: number;
  parent: number;
  detail: string;
}

/** A built-in sample; `database/samples/settings` says what may be asked for. */
export interface SampleRequest {
  name: SampleName;
  /** An id of the sample's sizes; of `tpch` any scale up to its bound, as text: `0.05`. */
  size: string;
  /** An unsigned 32-bit integer; equal requests make equal bytes. */
  seed: number;
}

export interface FileReport {
  pageSize: number;
  pageCount: number;
  /** The header says WAL, and no log came with it: rows not yet checkpointed live in another file and may be missing. */
  walMode: boolean;
  /** What does not keep it from being opened: it is read-only, or damaged in places. Plain sentences. */
  warnings: string[];
  /** Its pages do not fit together: what walks through all of them may never end. */
  damaged: boolean;
}

export type ExportFormat = 'csv' | 'json' | 'ndjson' | 'markdown' | 'sql';

/** A table or view by name, the rows of a query that only reads, or all of the database (as SQL only). */
export type ExportSource = { table: string } | { sql: string; parameters?: Parameters } | { database: true };

/** Where the pages of a database file are, counted page by page: exact, not estimated. */
export interface StorageCensus {
  pageSize: number;
  pageCount: number;
  /** Pages on the free list. */
  freePages: number;
  objects: StorageObject[];
  /** Pages that neither an object nor the free list accounts for (pointer maps, the lock page). */
  otherPages: number;
}

export interface StorageObject {
  name: string;
  /** `schema` is SQLite's own table of tables. */
  kind: 'table' | 'index' | 'schema';
  /** The table that it belongs to; of a table its own name. */
  table: string;
  pages: number;
  bytes: number;
  /** Bytes of these pages that hold something: cells, their pointers, page headers; the rest is room to grow. */
  usedBytes: number;
  /** Rows of the table, entries of the index. */
  entries: number;
  /** Levels of the tree: what a look-up reads. */
  depth: number;
}

/** What each foreign key promises, and whether it is so. */
export interface ForeignKeyReport {
  /** PRAGMA foreign_keys: whether SQLite checks writes now. */
  enforced: boolean;
  keys: ForeignKeyCheck[];
}

export interface ForeignKeyCheck {
  table: string;
  columns: string[];
  parent: string;
  parentColumns: string[];
  /** Why it could not work at all: no such table, the parent's columns are not unique; null when it can. */
  fault: string | null;
  /** Rows whose parent is missing; null when there was no time to count, or a fault leaves nothing to compare with. */
  orphans: number | null;
  /** Rowids of the first ten of them; empty for a table WITHOUT ROWID. */
  orphanRows: number[];
  /** Whether an index serves the child's columns: without one each deleted parent scans the child. */
  indexed: boolean;
}

/** What a database worker serves (over `core/rpc`). Errors: `sql` (detail SqlErrorDetail), `deadline`, `cancelled`, `stale-epoch`, `not-a-database`, `parameters`; of any call `worker-broken`: end this worker. */
export interface DatabaseApi {
  /** Instantiates SQLite once from a compiled module; later calls answer at once. A warm spare has only this. */
  warm(request: WarmRequest): { warmMs: number };
  attach(request: AttachRequest): WorkerReport;
  /**
   * Records in log order; a gap is an error `record-gap`, and the engine re-attaches. `historyId` begins another history with
   * them: the data went back to an earlier state. `displaced`: temporary tables and views of the primary that had to give way to
   * those of the same name in the records.
   */
  apply(request: { records: PageRecord[]; historyId?: string }): { version: Version; displaced: string[] };
  /** `logNumber` is the log's: a worker that has missed a record must not become the primary (error `record-gap`). */
  promote(request: { epoch: number; logNumber: number }): { version: Version };
  setPragmas(request: { pragmas: string[] }): void;
  describe(request: { sql: string }): StatementSpan[];
  /** Reports `WorkProgress`. */
  run(request: RunRequest): RunReply;
  /** Reports `WorkProgress` with the `statementIndex` that it is of. */
  unit(request: UnitRequest): UnitReply;
  plan(request: { sql: string }): PlanNode[];
  /** Without `counts` no table's rows are counted. */
  schema(request: { counts?: boolean }): SchemaReport;
  /** A built-in sample as a database file; reports progress {fraction, stage}; cancel leaves nothing. Errors: `sample`, `cancelled`. */
  makeSample(request: SampleRequest): { bytes: Uint8Array };
  /**
   * Checks an offered file, header and pages, and opens it. The bytes come back unharmed, or with its write-ahead log `wal`
   * laid over them.
   */
  inspect(request: { bytes: Uint8Array; wal?: Uint8Array }): { bytes: Uint8Array; report: FileReport };
  health(request: Record<string, never>): WorkerReport;
  /** The database file as this worker has it, in short: two workers at one version must agree (`core/checksum`). */
  digest(request: Record<string, never>): { version: Version; byteLength: number; checksum: number };
  /** Looks at the beginning of a file and guesses how to read it. Errors: `import` with what, where and what to do. */
  previewImport(request: { file: Blob; name: string; reading: Partial<ImportReading> }): ImportPreview;
  /**
   * Imports a file into a private fork of `snapshot` and gives what changed as one record (log number and epoch 0: the engine
   * numbers it); null when nothing did. Reports `ImportProgress`; a cancel or an error leaves nothing behind.
   */
  importFile(request: { snapshot: Snapshot; pragmas: string[]; file: Blob; name: string; plan: ImportPlan }): {
    report: ImportReport;
    record: PageRecord | null;
  };
  /**
   * Rows of a snapshot as text, under these PRAGMAs; the worker itself need not be attached. Reports {fraction, stage, rows},
   * where `fraction` is 0 while the count of rows is not known; can be cancelled. Error `export` when there is no such thing.
   */
  exportRows(request: ExportRowsRequest): { file: Blob; rows: number };
  census(request: Record<string, never>): StorageCensus;
  /** Counts orphans of every foreign key within `budgetMs`. */
  checkForeignKeys(request: { budgetMs: number }): ForeignKeyReport;
}

export interface ExportRowsRequest {
  snapshot: Snapshot;
  pragmas: string[];
  what: ExportSource;
  format: ExportFormat;
}

export interface WarmRequest {
  /** Compiled once and posted to every worker; null lets the worker compile its own. */
  module: WebAssembly.Module | null;
  /** Address of the wasm file, for when there is no module. */
  wasmUrl: string;
  /** Int32Array on shared memory, where isolated: one cell for this worker's cancel value. */
  cancelCell: Int32Array | null;
  /** It is not wanted yet: it may use the time until then to become quicker. */
  isSpare?: boolean;
}

export interface SchemaReport {
  tables: TableReport[];
  schemaCookie: number;
}

export interface ColumnReport {
  name: string;
  /** As declared, empty where it is not. */
  type: string;
  notNull: boolean;
  /** Place in the primary key, from 1; 0 outside it. */
  primaryKey: number;
  hidden: boolean;
  /** The default as SQL; null for none. */
  default: string | null;
  /** Reckoned from the other columns: kept in the row, or anew at each read; null for a plain one. */
  generated: 'stored' | 'virtual' | null;
}

export interface TableReport {
  name: string;
  type: 'table' | 'view' | 'virtual';
  sql: string;
  /** Null for views, and where counting would take long. */
  rowCount: number | null;
  /** Its rows lie in the primary key's own b-tree. */
  withoutRowid: boolean;
  strict: boolean;
  columns: ColumnReport[];
  /** `sql` is null for those that PRIMARY KEY and UNIQUE make by themselves. */
  indexes: { name: string; unique: boolean; columns: string[]; sql: string | null }[];
  foreignKeys: {
    columns: string[];
    table: string;
    references: string[];
    /** `CASCADE`, `SET NULL`, `NO ACTION`, ... */
    onDelete: string;
    onUpdate: string;
  }[];
  triggers: { name: string; sql: string }[];
}

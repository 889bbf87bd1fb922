/**
 * One SQLite connection over a paged file: compile, bind, run, read as columns; time limits and cancel; the read transaction
 * that makes a replica fast.
 */
import { AppError } from '../core/errors.ts';
import { isTrap } from './sqlite/broken.ts';
import { sizesOf, type ColumnSize } from './rows/column-builder.ts';
import { rowsOf } from './rows/columns.ts';
import { explainUnreadable, HEADER_BYTES, settledAlike } from './file/file-header.ts';
import { isVacuum, shapesTheFile } from './statements/first-token.ts';
import { NativeConnection, RC } from './sqlite/native.ts';
import type { PagedFile } from './file/paged-file.ts';
import { bindPlainly, bindValue, resolveParameters } from './rows/parameters.ts';
import { keepNarrow, withWideLiterals } from './rows/wide-literals.ts';
import { nearIndex, noPosition } from './sqlite/error-place.ts';
import type { Parameters, ResultColumns, SqlErrorDetail, SqlValue, Work } from './protocol.ts';
import { columnNames, readRows, readValues } from './rows/row-reader.ts';
import { RunWatch, type RunLimits } from './sqlite/run-watch.ts';
import { SortMemory } from './sqlite/sort-memory.ts';
import type { SqliteModule, SqlJsDatabase } from './sqlite/sqlite-module.ts';
import { SqlText } from './statements/sql-text.ts';
import { firstToken, isSemicolon, statementEnd, tokensOf, variablesOf, type Variable } from './statements/tokens.ts';
import { vacuumBeside } from './file/vacuum.ts';

/** Compiled statements kept; one that was not used since the last look goes first. */
const STATEMENTS_MAX = 128;
/** No schema takes so long to be read; a damaged one may have no end. */
const SET_UP_MS_MAX = 5000;
/** 64 MiB of page cache (negative: KiB): with a read transaction held, 8 times the point reads of the default. */
const PAGE_CACHE = -65536;

/** What a text must hold to change the size of SQLite's pages. */
const MAY_RESIZE = /page_size|vacuum/i;

export interface RunOptions extends RunLimits {
  rowLimit?: number | null;
}

export interface RunOutcome {
  /** Without columns for a statement that returns none. */
  result: ResultColumns;
  /** SQLite's changes() after the run: means something for INSERT, UPDATE, DELETE only; 0 for a SELECT. */
  changes: number;
  /** Whether the clock or the time zone was asked for; null where that cannot be seen. */
  readClock: boolean | null;
  work: Work;
}

/** A statement of a text, compiled. */
export interface Compiled {
  readonly pointer: number;
  readonly sql: string;
  readonly variables: readonly Variable[];
  /** Acts when compiled: never kept. */
  readonly isPragma: boolean;
  readonly mayChangeSchema: boolean;
  readonly changesRows: boolean;
  /** Names of its columns at its last run, and the state of the schema then. */
  names: string[];
  namesAt: number;
  /** Sizes of its columns at its last run, for the next one to have room at once. */
  sizes: readonly ColumnSize[];
  /** Since somebody last looked for one to forget. */
  used: boolean;
}

/** A text with literals in place of parameters that cannot be bound, and values for those that can. */
interface Literal {
  sql: string;
  parameters: SqlValue[];
}

export class Connection {
  readonly module: SqliteModule;
  readonly file: PagedFile;
  #database: SqlJsDatabase;
  #native: NativeConnection;
  #sortMemory: SortMemory;
  #statements = new Map<string, Compiled>();
  /** Pointers of the few statements that the connection runs for itself. */
  #own = new Map<string, number>();
  #held = false;
  /** Moves whenever the schema may have: then names of columns are asked for again. */
  #schemaAt = 0;
  readonly #watch: RunWatch;
  #descriptor: number | null = null;
  /** A page size has been asked for, so that a VACUUM may change it. */
  #pageSizeAsked = false;

  /** Opens SQLite on `file`, for a reader with its transaction held. Error `not-a-database` when its pages cannot be read as one. */
  constructor(module: SqliteModule, file: PagedFile, { held = false } = {}) {
    this.module = module;
    this.file = file;
    this.#watch = new RunWatch(module.internals.progress !== null);
    this.#database = this.#openDatabase();
    this.#native = new NativeConnection(module, this.#database.db);
    this.#sortMemory = new SortMemory(module, this.#database.db, module.internals.sortMemory);
    this.#setUp();
    this.#held = held;
    if (!held) this.#run('COMMIT');
  }

  /** The layer underneath, for inserting many rows. Statements of its own are its user's to finalize, before `close`. */
  get native(): NativeConnection {
    return this.#native;
  }

  // --- running -----------------------------------------------------------------------------------------------------

  /**
   * Runs one statement to its end. Errors: `sql` (detail SqlErrorDetail, offsets in `sql`), `parameters`, `deadline`,
   * `cancelled`. Compiled statements are kept, but for PRAGMAs, some of which act when they are compiled.
   */
  run(sql: string, parameters: Parameters = [], options: RunOptions = {}): RunOutcome {
    if (this.#pageSizeAsked && isVacuum(sql)) return vacuumBeside(this, sql, options);
    const kept = this.#statements.get(sql);
    const started = performance.now();
    const compiled = kept ?? this.#compileOne(sql);
    if (kept) kept.used = true;
    else if (!compiled.isPragma) this.#statements.set(sql, compiled);
    let literal: Literal | null;
    try {
      literal = this.#bind(compiled, parameters);
      if (literal === null) {
        return this.#execute(compiled, started, kept !== undefined, options);
      }
    } finally {
      this.#finish(compiled);
    }
    const outcome = this.run(literal.sql, literal.parameters, options);
    return { ...outcome, result: { ...outcome.result, names: this.inspect(sql).columnNames } };
  }

  /** Binds what was given; where that cannot be done, the text to run instead and what to bind there. */
  #bind(compiled: Compiled, parameters: Parameters): Literal | null {
    const { module } = this;
    const { pointer, variables, sql } = compiled;
    if (bindPlainly(module, pointer, variables, parameters)) return null;
    const values = resolveParameters(variables, parameters);
    if (!module.internals.variables) {
      const literal = withWideLiterals(compiled.sql, compiled.variables, values);
      if (literal !== sql) return { sql: literal, parameters: keepNarrow(values) };
    }
    for (const [index, value] of values) {
      if (bindValue(module, pointer, index, value)) continue;
      throw new AppError('parameters', `SQLite has no parameter number ${index} in this statement.`);
    }
    return null;
  }

  /** Ready for its next run, or gone. */
  #finish({ pointer, variables, isPragma }: Compiled): void {
    const { raw } = this.module;
    raw._sqlite3_reset(pointer);
    if (variables.length > 0) raw._sqlite3_clear_bindings(pointer);
    if (isPragma) this.#native.finalize(pointer);
    else if (this.#statements.size > STATEMENTS_MAX) this.#forgetOne();
  }

  /**
   * First row of one statement as values, null when there is none: the quickest way to a single row. It is neither watched nor
   * counted. Errors as of `run`.
   */
  first(sql: string, parameters: Parameters = []): SqlValue[] | null {
    const kept = this.#statements.get(sql);
    const compiled = kept ?? this.#compileOne(sql);
    if (kept) kept.used = true;
    else if (!compiled.isPragma) this.#statements.set(sql, compiled);
    let literal: Literal | null;
    try {
      literal = this.#bind(compiled, parameters);
      if (literal === null) {
        const code = this.module.raw._sqlite3_step(compiled.pointer);
        if (code === RC.row) return readValues(this.module, compiled.pointer);
        if (code !== RC.done) throw this.#failure(code, sql);
        return null;
      }
    } finally {
      if (compiled.mayChangeSchema) this.#schemaAt++;
      this.#finish(compiled);
    }
    return this.first(literal.sql, literal.parameters);
  }

  /** Rows of one statement as arrays of values. */
  query(sql: string, parameters: Parameters = []): SqlValue[][] {
    return rowsOf(this.run(sql, parameters).result);
  }

  /**
   * Rows of one statement, a window at a time, at least one window; `rowsNext` says how many, from the one before. The
   * statement stays open between windows, so nothing may be written to the file meanwhile: use a connection of one's own.
   * Errors as of `run`.
   */
  *windows(
    sql: string,
    parameters: Parameters,
    rowsNext: (before: ResultColumns | null) => number,
  ): Generator<ResultColumns, void, void> {
    const compiled = this.#compileOne(sql);
    try {
      const values = resolveParameters(compiled.variables, parameters);
      const literal = this.module.internals.variables
        ? sql
        : withWideLiterals(compiled.sql, compiled.variables, values);
      if (literal !== sql) return yield* this.windows(literal, keepNarrow(values), rowsNext);
      for (const [index, value] of values) bindValue(this.module, compiled.pointer, index, value);
      let before: ResultColumns | null = null;
      for (let code: number = RC.row; code === RC.row;) {
        this.#watch.off();
        const rowLimit = rowsNext(before);
        const read = readRows(this.module, compiled.pointer, { rowLimit, shouldStop: null, onRow: before !== null });
        code = read.code;
        if (code !== RC.done && code !== RC.row) throw this.#failure(code, sql);
        yield (before = read.result);
      }
    } finally {
      this.#native.finalize(compiled.pointer);
    }
  }

  /** First column of the first row, as a number; 0 when there is none. */
  number(sql: string): number {
    return Number(this.first(sql)?.[0] ?? 0);
  }

  /** Rows of EXPLAIN or EXPLAIN QUERY PLAN of a statement, whose parameters stay unbound. Never hand it a PRAGMA. */
  explain(sql: string, what: 'EXPLAIN' | 'EXPLAIN QUERY PLAN' = 'EXPLAIN'): SqlValue[][] {
    const { pointer } = this.#compileOne(`${what} ${sql}`);
    try {
      const { result, code } = readRows(this.module, pointer, {
        rowLimit: null,
        shouldStop: null,
      });
      if (code !== RC.done) throw this.#failure(code, sql);
      return rowsOf(result);
    } finally {
      this.#native.finalize(pointer);
    }
  }

  /** What a statement asks for and returns, as it compiles now; kept for its run. Error `sql`. Never hand it a PRAGMA. */
  inspect(sql: string): { variables: readonly Variable[]; columnNames: string[] } {
    // SQLite compiles a kept one anew only when it runs: until then it may tell the columns of a schema that is gone.
    this.#forget(sql);
    const compiled = this.#keep(sql);
    return { variables: compiled.variables, columnNames: columnNames(this.module, compiled.pointer) };
  }

  /** Runs all statements of a text that takes no parameters and whose rows nobody wants. */
  exec(sql: string): void {
    this.#schemaAt++;
    this.#sortMemory.restore();
    try {
      this.#execAll(sql);
    } finally {
      this.#sortMemory.bound();
    }
  }

  #execAll(sql: string): void {
    if (!MAY_RESIZE.test(sql)) return this.#native.exec(sql);
    for (let at = 0; at < sql.length;) {
      const end = statementEnd(sql, at);
      const statement = sql.slice(at, end);
      at = end;
      if (isVacuum(statement) || shapesTheFile(statement)) this.run(statement);
      else this.#native.exec(statement);
    }
  }

  #execute(compiled: Compiled, begunMs: number, wasKept: boolean, options: RunOptions): RunOutcome {
    const { module } = this;
    const { raw, imports } = module;
    const statement = compiled.pointer;
    // Nothing was compiled for a kept one, and the clock is slow beside its look-up.
    const started = wasKept ? begunMs : performance.now();
    const stepsBefore = this.#vmSteps(statement);
    const clockBefore = imports.clockReads();
    const result = this.#read(compiled, options, started);
    const stepsAfter = this.#vmSteps(statement);
    const vmSteps = stepsAfter === null || stepsBefore === null ? null : (stepsAfter - stepsBefore) >>> 0;
    return {
      result,
      changes: compiled.changesRows ? raw._sqlite3_changes(this.#native.db) : 0,
      readClock: imports.hasClock ? imports.clockReads() !== clockBefore : null,
      work: {
        vmSteps,
        prepareMs: started - begunMs,
        executeMs: performance.now() - started,
        simulatedWaitMs: 0,
        rows: result.rowCount,
      },
    };
  }

  /** Its rows, under watch. */
  #read(compiled: Compiled, options: RunOptions, nowMs: number): ResultColumns {
    const watch = this.#watch;
    watch.begin(options, nowMs);
    try {
      const { result, code, stopped } = readRows(this.module, compiled.pointer, {
        rowLimit: options.rowLimit ?? null,
        shouldStop: this.module.internals.progress ? null : () => watch.look(),
        counter: watch,
        names: compiled.namesAt === this.#schemaAt ? compiled.names : undefined,
        expected: compiled.sizes,
      });
      compiled.names = result.names;
      compiled.namesAt = this.#schemaAt;
      compiled.sizes = sizesOf(result);
      if (code !== RC.done && code !== RC.row) throw this.#failure(code, compiled.sql);
      if (stopped) throw watch.error;
      return result;
    } finally {
      if (compiled.mayChangeSchema) this.#schemaAt++;
      // What the connection runs for itself has no deadline.
      watch.off();
    }
  }

  #vmSteps(statement: number): number | null {
    const offset = this.module.internals.vmSteps;
    return offset === null ? null : this.module.i32()[(statement + offset) >> 2] >>> 0;
  }

  // --- compiling ---------------------------------------------------------------------------------------------------

  #compileOne(sql: string): Compiled {
    const word = firstWord(sql);
    if (word === 'PRAGMA') this.#sortMemory.restore();
    const text = new SqlText(this.module, sql);
    try {
      const { code, statement, tail } = this.#native.prepareAt(text.pointer);
      if (code !== RC.ok) throw this.#sqlError(text, 0);
      if (statement === 0) throw new AppError('sql', 'There is no statement here.', noPosition('empty statement'));
      const end = text.indexOf(tail - text.pointer);
      for (const token of tokensOf(sql, end)) {
        if (isSemicolon(sql, token)) continue;
        this.#native.finalize(statement);
        const message = 'Only one statement can be run here.';
        throw new AppError('sql', message, { message, start: token.start, end: token.end } satisfies SqlErrorDetail);
      }
      if (word === 'PRAGMA' && shapesTheFile(sql) === 'page size') this.#pageSizeAsked = true;
      return {
        pointer: statement,
        sql,
        variables: variablesOf(sql.slice(0, end)),
        isPragma: word === 'PRAGMA',
        mayChangeSchema: !KEEPS_SCHEMA.has(word),
        changesRows: !CHANGES_NO_ROWS.has(word),
        names: [],
        namesAt: -1,
        sizes: [],
        used: true,
      };
    } finally {
      text.free();
      // A PRAGMA acts when it is compiled.
      if (word === 'PRAGMA') this.#sortMemory.bound();
    }
  }

  /** Whether the statement at the start of `text` compiles now, and the UTF-16 index after it. Never hand it a PRAGMA. */
  probe(text: SqlText, from: number): { end: number; error: SqlErrorDetail | null } {
    const pointer = text.pointer + text.byteOf(from);
    const { code, statement, tail } = this.#native.prepareAt(pointer);
    if (code !== RC.ok) return { end: from, error: this.#sqlError(text, from).detail as SqlErrorDetail };
    if (statement) this.#native.finalize(statement);
    return { end: text.indexOf(tail - text.pointer), error: null };
  }

  /** The latest error of compiling the statement at UTF-16 index `from`, with the place in the whole text. */
  #sqlError(text: SqlText, from: number): AppError {
    const message = this.#native.message();
    const offset = this.module.internals.errorOffset;
    const byte = offset === null ? -1 : this.module.i32()[(this.#native.db + offset) >> 2];
    const start = byte >= 0 ? text.indexOf(text.byteOf(from) + byte) : nearIndex(text.sql, from, message);
    const token = start === null ? undefined : firstToken(text.sql, start);
    const detail: SqlErrorDetail = { message, start, end: token ? token.end : start };
    return new AppError('sql', message, detail);
  }

  #failure(code: number, sql: string): AppError {
    if (code === RC.interrupt && this.#watch.stopped) return this.#watch.error;
    // Errors while running concern values, not a place in the text.
    const message = this.#native.message();
    return new AppError('sql', message, { ...noPosition(message), sql });
  }

  // --- transactions ------------------------------------------------------------------------------------------------

  /** Begins the read transaction that a reader keeps between runs, if it is not held. */
  hold(): void {
    if (this.#held) return;
    this.#run('BEGIN');
    this.#schemaAt++;
    // BEGIN takes no lock; the first read does.
    this.#run('SELECT 1 FROM sqlite_schema LIMIT 1');
    this.#held = true;
  }

  /** Ends the held read transaction. Statements are reset after every run, so nothing stands in its way. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    // An error may have ended it before.
    const code = this.#step('COMMIT');
    if (code !== RC.done && !this.isAutocommit()) throw this.#failure(code, 'COMMIT');
  }

  /** Asked of SQLite, not inferred: BEGIN succeeds only where no transaction is open. */
  isAutocommit(): boolean {
    if (this.#step('BEGIN') !== RC.done) return false;
    this.#run('COMMIT');
    return true;
  }

  /** Rolls back whatever is open, and puts the file back to its last commit point. */
  rollback(): void {
    if (!this.isAutocommit()) this.#run('ROLLBACK');
    this.#schemaAt++;
    this.file.dropDirty();
  }

  /** As this connection sees it, uncommitted changes included. */
  schemaCookie(): number {
    const statement = this.#ownStatement(COOKIE_SQL);
    const { raw } = this.module;
    raw._sqlite3_step(statement);
    const cookie = raw._sqlite3_column_double(statement, 0);
    raw._sqlite3_reset(statement);
    return cookie;
  }

  #run(sql: string): void {
    const code = this.#step(sql);
    if (code !== RC.done) throw this.#failure(code, sql);
  }

  /** Runs a statement of the connection's own to its end; the last result code. */
  #step(sql: string): number {
    const statement = this.#ownStatement(sql);
    const code = this.#native.drain(statement);
    this.module.raw._sqlite3_reset(statement);
    return code;
  }

  #ownStatement(sql: string): number {
    let statement = this.#own.get(sql);
    if (statement === undefined) this.#own.set(sql, (statement = this.#native.prepare(sql)));
    return statement;
  }

  #keep(sql: string): Compiled {
    const compiled = this.#compileOne(sql);
    this.#statements.set(sql, compiled);
    if (this.#statements.size > STATEMENTS_MAX) this.#forgetOne();
    return compiled;
  }

  // --- life --------------------------------------------------------------------------------------------------------

  /** Whether SQLite still reads through our file; a transaction's start always does. Call outside any transaction. */
  usesOurFile(): boolean {
    const before = this.file.reads;
    this.#run('SELECT 1 FROM sqlite_schema LIMIT 1');
    return this.file.reads > before;
  }

  /** After MEMFS replaced our file: takes over its bytes and opens again on the file. Settings made by PRAGMA are lost. */
  reopen(): void {
    this.file.adopt(this.#database.export());
    this.#tearDown();
    this.#database = this.#openDatabase();
    this.#native = new NativeConnection(this.module, this.#database.db);
    this.#sortMemory = new SortMemory(this.module, this.#database.db, this.module.internals.sortMemory);
    this.#setUp();
    this.#run('COMMIT');
  }

  /**
   * From now on VACUUM leaves auto-vacuum as it is in the file. SQLite never forgets a PRAGMA auto_vacuum, also when the content
   * for which it was asked is gone. Another one takes its place as soon as it is compiled; run, it might write.
   */
  forgetAutoVacuum(): void {
    const present = this.number('PRAGMA auto_vacuum');
    this.#native.finalize(this.#compileOne(`PRAGMA auto_vacuum = ${present}`).pointer);
  }

  /** Compiled statements describe the schema that they were compiled against until they run. */
  forgetStatements(): void {
    for (const { pointer } of this.#statements.values()) this.#native.finalize(pointer);
    this.#statements.clear();
  }

  /** Throws away compiled statements and the page cache; what follows runs as on a cold connection. */
  dropCaches(): void {
    this.forgetStatements();
    this.exec('PRAGMA shrink_memory');
  }

  /**
   * Goes on with the content of `file` in place of its own, as a reader with its transaction held: a fraction of the time of
   * closing and opening. Settings made by PRAGMA stay; what else a connection may hold (temporary tables, counts of changes)
   * it must not have. False when that cannot be, or when SQLite finds a fault in the file: close it and open another.
   */
  moveTo(file: PagedFile): boolean {
    const settled = settledAlike(this.file.read(0, HEADER_BYTES), file.read(0, HEADER_BYTES));
    if (!settled || this.#pageSizeAsked) return false;
    this.#watch.begin({ deadlineMs: SET_UP_MS_MAX }, performance.now());
    try {
      this.release();
      this.forgetStatements();
      this.file.become(file);
      // SQLite reads the schema again: its cookie may be equal by chance, and stand for another.
      this.#native.exec('PRAGMA writable_schema=RESET');
      this.hold();
      return this.file.isNoticed;
    } catch (error) {
      if (isTrap(error)) throw error;
      return false;
    } finally {
      this.#watch.off();
    }
  }

  close(): void {
    this.#tearDown();
  }

  #openDatabase(): SqlJsDatabase {
    this.file.onFirstRead = () => {
      const { lastFirstArgument } = this.module.imports;
      if (typeof lastFirstArgument !== 'number') return;
      this.#descriptor = lastFirstArgument;
      this.module.files.set(lastFirstArgument, this.file);
    };
    const database = new this.module.raw.Database(this.file);
    this.module.names.add(database.filename);
    return database;
  }

  #setUp(): void {
    const { internals, progressHook } = this.module;
    if (internals.progress) progressHook.connect(this.#native.db, this.#watch, internals.progress);
    this.#watch.begin({ deadlineMs: SET_UP_MS_MAX }, performance.now());
    try {
      // One transaction, begun by reading the cookie: each would check locks and journals anew when the settings read the schema.
      this.#run('BEGIN');
      this.schemaCookie();
      this.exec(`PRAGMA cache_size=${PAGE_CACHE}; PRAGMA journal_mode=MEMORY`);
    } catch (error) {
      if (isTrap(error)) throw error;
      const why = error instanceof Error ? error.message : String(error);
      this.#tearDown();
      throw explainUnreadable(this.#watch.stopped ? 'corrupt: its schema has no end' : why);
    } finally {
      this.#watch.off();
    }
  }

  #tearDown(): void {
    this.forgetStatements();
    for (const statement of this.#own.values()) this.#native.finalize(statement);
    this.#own.clear();
    this.#held = false;
    this.#native.free();
    if (this.#descriptor !== null) this.module.files.delete(this.#descriptor);
    this.#descriptor = null;
    this.module.progressHook.disconnect(this.#native.db);
    this.module.names.delete(this.#database.filename);
    this.#database.close();
  }

  #forget(sql: string): void {
    const kept = this.#statements.get(sql);
    if (!kept) return;
    this.#statements.delete(sql);
    this.#native.finalize(kept.pointer);
  }

  /** Second chance: one that was used since the last time goes to the end of the line instead. */
  #forgetOne(): void {
    for (const [sql, compiled] of this.#statements) {
      this.#statements.delete(sql);
      if (!compiled.used) {
        this.#native.finalize(compiled.pointer);
        return;
      }
      compiled.used = false;
      this.#statements.set(sql, compiled);
    }
  }
}

const COOKIE_SQL = 'PRAGMA schema_version';

function firstWord(sql: string): string {
  const first = firstToken(sql);
  return first ? sql.slice(first.start, first.end).toUpperCase() : '';
}

const CHANGES_NO_ROWS = new Set(['SELECT', 'VALUES', 'EXPLAIN']);
const KEEPS_SCHEMA = new Set(['SELECT', 'VALUES', 'WITH', 'INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'EXPLAIN']);

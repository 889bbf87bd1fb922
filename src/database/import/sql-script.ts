/**
 * Runs a SQL script or a dump on a fork, statement by statement as the file is read. The script's own transactions are its own;
 * where it has none, one is held around its statements, for speed. What fails, or leaves a transaction open, leaves nothing.
 */
import { AppError } from '../../core/errors.ts';
import type { Connection } from '../connection.ts';
import { classifyByFirstWords } from '../statements/first-token.ts';
import { firstToken, statementEnd } from '../statements/tokens.ts';
import { countOf } from './csv-records.ts';
import { refuse } from './file-kind.ts';
import type { ImportControl, Imported } from './import-rows.ts';
import { Ledger } from './ledger.ts';
import type { TextEncodingName } from './protocol.ts';
import { foreignDialect, notSqlite } from './sql-dialect.ts';
import { textChunks } from './text-chunks.ts';

/** Characters of one statement. */
const STATEMENT_LENGTH_MAX = 64 * 2 ** 20;
const STATEMENTS_BETWEEN_CHECKS = 500;

export async function runScript(
  connection: Connection,
  file: Blob,
  encoding: TextEncodingName,
  control: ImportControl,
): Promise<Imported & { statements: number }> {
  const before = new Set(tableNames(connection));
  const run = new ScriptRun(connection);
  let pending = '';
  let lookAt = 0;
  for await (const { text, bytesRead } of textChunks(file, encoding)) {
    pending += text;
    const isLast = bytesRead >= file.size;
    if (!isLast && pending.length < lookAt) continue;
    let at = 0;
    for (let end = run.endOf(pending, at, isLast); end > at; end = run.endOf(pending, at, isLast)) {
      run.statement(pending, at, end);
      at = end;
      if (run.statements % STATEMENTS_BETWEEN_CHECKS === 0) await control.checkpoint(bytesRead, run.rows);
    }
    pending = pending.slice(at);
    lookAt = pending.length * 2;
    if (pending.length > STATEMENT_LENGTH_MAX) {
      throw refuse(
        `Line ${run.line}: a statement is longer than ${STATEMENT_LENGTH_MAX.toLocaleString('en')} characters, or a quote is never closed. Nothing was imported.`,
      );
    }
    await control.checkpoint(bytesRead, run.rows);
  }
  run.finish();
  const tables = tableNames(connection).filter((name) => !before.has(name));
  return {
    tables,
    rows: run.rows,
    statements: run.statements,
    ledger: run.ledger,
    notes: run.ledger.notes([]),
    misfits: [],
  };
}

class ScriptRun {
  readonly ledger = new Ledger(0);
  statements = 0;
  rows = 0;
  /** Of the character at which the next statement begins. */
  line = 1;
  readonly #connection: Connection;
  /** A transaction of ours is open. */
  #holding = false;
  /** The beginning of the text, by which a dump of another database is known. */
  #head = '';

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Where the statement that begins at `at` ends; `at` when more text is needed to know, or none is left. */
  endOf(text: string, at: number, isLast: boolean): number {
    const end = statementEnd(text, at);
    // A semicolon at the very end may stand in a text or comment that goes on.
    if (end < text.length || isLast) return end;
    return at;
  }

  statement(text: string, start: number, end: number): void {
    const first = firstToken(text.slice(start, end));
    if (this.#head.length < 4000) this.#head += text.slice(start, Math.min(end, start + 4000));
    const written = text.slice(start, end);
    const line = this.line + (first ? countOf(written.slice(0, first.start), '\n') : 0);
    this.line += countOf(written, '\n');
    const sql = first ? written.slice(first.start).replace(/;\s*$/, '') : '';
    if (sql === '') return;
    this.statements++;
    try {
      this.#run(sql);
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'memory') throw error;
      throw this.#failed(error, sql, line);
    }
  }

  #run(sql: string): void {
    const notHere = notSqlite(sql);
    if (notHere) throw new AppError('sql', notHere);
    if (sql.includes('\0'))
      throw new AppError('sql', 'a NUL character stands in the statement, and SQLite reads no further than that');
    if (/^CREATE\s+TEMP/i.test(sql))
      this.ledger.count('# temporary {object was|objects were} made and {is|are} gone with the import.');
    const words = classifyByFirstWords(sql);
    if (words?.kind === 'refused') {
      if (!/^PRAGMA\b/i.test(sql)) throw new AppError('sql', words.refusal ?? 'it is refused');
      if (/writable_schema/i.test(sql)) {
        throw new AppError(
          'sql',
          'the script writes the schema table itself, as dumps of virtual tables (full-text search, R-Tree) do; that cannot be imported here. Save the database as a file and open that',
        );
      }
      this.ledger.count(
        `# {statement was|statements were} passed over, because the lab sets this itself: ${sql.slice(0, 60)}.`,
      );
      return;
    }
    const standsAlone = words !== null && words.kind !== 'explain';
    if (standsAlone) this.#release();
    else if (!this.#holding && this.#connection.isAutocommit()) {
      this.#connection.exec('BEGIN');
      this.#holding = true;
    }
    const writes = /^(INSERT|REPLACE|UPDATE|DELETE|WITH)\b/i.test(sql);
    this.#connection.exec(sql);
    if (writes) this.rows += this.#connection.module.raw._sqlite3_changes(this.#connection.native.db);
  }

  /** Ends our own transaction: what follows begins one, or takes no part in one (VACUUM, some PRAGMAs). */
  #release(): void {
    if (!this.#holding) return;
    this.#holding = false;
    if (!this.#connection.isAutocommit()) this.#connection.exec('COMMIT');
  }

  #failed(error: AppError, sql: string, line: number): AppError {
    const foreign = foreignDialect(this.#head, sql);
    const text = sql.replace(/\s+/g, ' ');
    const shown = text.length > 120 ? `${text.slice(0, 120)}…` : text;
    return refuse(
      `${foreign ? `${foreign} ` : ''}Line ${line.toLocaleString('en')}: ${error.message}, in the statement “${shown}”. Nothing was imported.`,
      { line },
    );
  }

  finish(): void {
    try {
      this.#release();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw refuse(`The script's changes could not be kept (${error.message}). Nothing was imported.`);
    }
    if (!this.#connection.isAutocommit()) {
      throw refuse('The script begins a transaction and does not end it: COMMIT is missing. Nothing was imported.');
    }
    if (this.statements === 0) throw refuse('The script holds no statement: there is nothing to import.');
  }
}

function tableNames(connection: Connection): string[] {
  return connection
    .query("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    .map(([name]) => String(name));
}

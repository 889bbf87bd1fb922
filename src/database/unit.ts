/**
 * A unit of writes: a statement or a script, run on the primary in order with nothing between. It is atomic only if it says
 * BEGIN. Pages of what was committed leave as one record; what is rolled back leaves no trace, and is said.
 */
import { AppError } from '../core/errors.ts';
import { isTrap } from './sqlite/broken.ts';
import { isVacuum, mayChangeStatistics, shapesTheFile } from './statements/first-token.ts';
import type {
  Classification,
  Parameters,
  SqlErrorDetail,
  UnitReply,
  UnitRequest,
  UnitStatement,
  WorkProgress,
} from './protocol.ts';
import { takeRecord } from './file/records.ts';
import type { Session } from './session.ts';
import { allocateIn } from './sqlite/sqlite-module.ts';
import { dropShadows, temporaryObjects } from './schema/temporary.ts';
import { WrittenTables } from './statements/written-tables.ts';

/** Runs a unit. Errors of statements are in the reply; thrown are `stale-epoch` and bugs. */
export function runUnit(
  session: Session,
  request: UnitRequest,
  isCancelled: (() => boolean) | null,
  onProgress: ((progress: WorkProgress & { statementIndex: number }) => void) | null = null,
): UnitReply {
  session.checkPrimary(request.epoch);
  const { connection, classifier } = session;
  connection.release();
  const run = new UnitRun(session);
  const deadlineAtMs = request.deadlineMs === null ? null : performance.now() + request.deadlineMs;
  let error: UnitReply['error'] = null;
  for (let at = 0; ;) {
    const next = classifier.next(request.sql, at);
    if (!next) break;
    at = next.end;
    const { start, end, sql, classification, error: mistake } = next.span;
    const statementIndex = run.statements.length;
    const parameters = request.parameters[statementIndex] ?? [];
    try {
      // Short statements end before SQLite looks at clock and flag; a script of many must not outlive them.
      if (isCancelled?.()) throw new AppError('cancelled', 'The script was cancelled while it ran.');
      if (deadlineAtMs !== null && performance.now() > deadlineAtMs) {
        throw new AppError('deadline', 'The script was stopped: it ran longer than its deadline allows.');
      }
      if (!classification) throw new AppError('sql', mistake?.message ?? 'does not compile', mistake ?? undefined);
      if (classification.kind === 'refused') throw new AppError('refused', classification.refusal ?? 'Refused.');
      const limits = {
        deadlineMs: deadlineAtMs === null ? null : Math.max(0, deadlineAtMs - performance.now()),
        rowLimit: classification.kind === 'read' ? request.rowLimit : null,
        isCancelled,
        onProgress: onProgress && ((progress: WorkProgress) => onProgress({ ...progress, statementIndex })),
      };
      // As a ROLLBACK may have left them.
      if (classification.kind === 'pragma-set') run.noteTemporary('schema');
      const outcome = connection.run(sql, parameters, limits);
      run.statements.push({
        span: { start, end },
        sql,
        classification,
        result: outcome.result.names.length > 0 ? outcome.result : null,
        rowsChanged: classification.kind === 'write' ? outcome.changes : 0,
        rolledBack: false,
        work: outcome.work,
      });
      if (mayChangeStatistics(sql)) run.bumpSchemaVersion();
      run.reshape(sql);
      if (classification.kind === 'pragma-set') run.pragmas.push(sql);
      if (classification.kind === 'pragma-set' || classification.kind === 'schema') {
        run.noteTemporary(classification.kind);
        classifier.forget(); // a setting or a temporary trigger changes what later statements do, without a new cookie
        refuseShadows(session);
      }
      run.settle(classification, { sql, parameters });
    } catch (thrown) {
      if (!(thrown instanceof AppError)) {
        if (!isTrap(thrown)) connection.rollback();
        throw thrown;
      }
      error = { statementIndex, code: thrown.code, message: thrown.message, detail: positioned(thrown, next.span) };
      if (classification) run.settle(classification, { sql, parameters }, true);
      break;
    }
  }
  return run.finish(error);
}

class UnitRun {
  readonly statements: UnitStatement[] = [];
  readonly pragmas: string[] = [];
  /** Temporary objects that a setting removed. */
  readonly #emptied: string[] = [];
  readonly #session: Session;
  /** What the open transaction has written, and what those before it committed. */
  #open = new WrittenTables();
  readonly #committed = new WrittenTables();
  #changeCounter: number;
  #inTransaction = false;
  /** Statement that opened the transaction. */
  #openedBy = 0;
  #rolledBack = false;

  constructor(session: Session) {
    this.#session = session;
    this.#changeCounter = session.connection.file.changeCounter();
  }

  /**
   * After each statement, failed or not: asks SQLite whether a transaction is open, and the file whether one was committed.
   * INSERT OR FAIL commits what came before its error; INSERT OR ROLLBACK ends a transaction that BEGIN opened.
   */
  settle(classification: Classification, ran: { sql: string; parameters: Parameters }, failed = false): void {
    const { connection } = this.#session;
    this.#open.note(classification, ran.sql, ran.parameters);
    if (!connection.isAutocommit()) {
      if (!this.#inTransaction) this.#openedBy = this.statements.length - 1;
      this.#inTransaction = true;
      return;
    }
    if (!connection.usesOurFile()) this.#session.reopen();
    const counter = connection.file.changeCounter();
    if (counter !== this.#changeCounter) {
      this.#changeCounter = counter;
      connection.file.markCommitted();
      this.#committed.addAll(this.#open);
    } else {
      connection.file.dropDirty();
      if (this.#inTransaction) this.#markRolledBack();
      if (failed && this.#inTransaction) this.#rolledBack = true;
    }
    this.#open = new WrittenTables();
    this.#inTransaction = false;
  }

  /** After a statement that may have made or dropped temporary objects. PRAGMA temp_store drops all of them, and says nothing. */
  noteTemporary(kind: Classification['kind']): void {
    const before = this.#session.temporary;
    const present = (this.#session.temporary = temporaryObjects(this.#session.connection));
    if (kind === 'pragma-set') this.#emptied.push(...before.filter((name) => !present.includes(name)));
  }

  /** New statistics change plans, not the schema: the cookie is moved so that replicas read them. */
  bumpSchemaVersion(): void {
    const { connection } = this.#session;
    connection.run(`PRAGMA schema_version = ${(connection.schemaCookie() + 1) % 2 ** 31}`);
  }

  /**
   * After PRAGMA page_size or auto_vacuum: SQLite lets an empty file have them at once, and others at their next VACUUM. Ours is
   * never quite empty, for it has a header from the start, so one without a table is vacuumed now.
   */
  reshape(sql: string): void {
    const { connection } = this.#session;
    if (isVacuum(sql)) this.#session.waitsForVacuum = null;
    const shape = shapesTheFile(sql);
    if (!shape) return;
    if (connection.number('SELECT count(*) FROM main.sqlite_schema') === 0 && connection.isAutocommit()) {
      connection.run('VACUUM');
      this.#open.noteAll();
    }
    // A page size is asked of every connection, so it is not this one's alone.
    if (shape === 'page size') return;
    const isSo = connection.number('PRAGMA auto_vacuum') === autoVacuumIn(sql);
    this.#session.waitsForVacuum = isSo ? null : sql.trim();
  }

  /** The file did not change, so what the transaction wrote is gone. */
  #markRolledBack(): void {
    for (const statement of this.statements.slice(Math.max(0, this.#openedBy))) statement.rolledBack = true;
  }

  finish(error: UnitReply['error']): UnitReply {
    const { connection, classifier, epoch } = this.#session;
    if (!connection.isAutocommit()) {
      connection.rollback();
      classifier.forget();
      this.#markRolledBack();
      this.#rolledBack = true;
    }
    const mayBeOthers = this.statements.some(({ classification: { kind } }) => kind === 'schema');
    if (mayBeOthers) this.noteTemporary('schema');
    // Some settings are passed over inside a transaction; others are told of them, so here too they take hold now at the latest.
    for (const pragma of this.pragmas) connection.run(pragma);
    this.#session.noteSettings(this.pragmas);
    if (this.pragmas.length > 0) this.noteTemporary('pragma-set');
    const record = takeRecord(connection.file, epoch, this.#committed.report(), allocateIn(connection.module));
    if (record) this.#session.noteOwnRecord();
    return {
      statements: this.statements,
      record,
      rolledBack: this.#rolledBack,
      pragmas: this.pragmas,
      temporary: this.#session.temporary,
      temporaryEmptied: this.#emptied,
      waitsForVacuum: this.#session.waitsForVacuum,
      error,
    };
  }
}

/** The number that SQLite makes of a PRAGMA auto_vacuum's argument. */
function autoVacuumIn(sql: string): number {
  const value = /[=(]\s*['"`[]?(\w+)/.exec(sql)?.[1].toLowerCase() ?? '';
  const named = ['none', 'full', 'incremental'].indexOf(value);
  return named >= 0 ? named : Math.trunc(Number(value)) || 0;
}

/** Readers elsewhere would see another table behind the name of a temporary one. */
function refuseShadows({ connection }: Session): void {
  const shadows = dropShadows(connection);
  if (shadows.length === 0) return;
  throw new AppError(
    'refused',
    `${shadows.join(', ')}: a temporary table or view cannot share its name with one of the database, because other workers do not see it. The temporary one was dropped; choose another name.`,
  );
}

/** Places in the statement become places in the unit's text. */
function positioned(thrown: AppError, span: { start: number; error: SqlErrorDetail | null }): SqlErrorDetail | null {
  if (thrown.code !== 'sql') return null;
  if (span.error) return span.error;
  const detail = thrown.detail as SqlErrorDetail | undefined;
  if (!detail) return null;
  const moved = (place: number | null): number | null => (place === null ? null : place + span.start);
  return { message: detail.message, start: moved(detail.start), end: moved(detail.end) };
}

/**
 * Classifications of statements against the present schema, kept by text while the schema cookie stays. SQLite is asked by
 * EXPLAIN, but for statements that must not be EXPLAINed.
 */
import { AppError } from '../../core/errors.ts';
import { instructionsOf, reportProgram, type Instruction, type ProgramContext } from './bytecode.ts';
import { programKeys, type ProgramKeys } from './program-key.ts';
import { reachOf } from './reach.ts';
import { schemaContext } from './schema-context.ts';
import { touchedBy } from './touched.ts';
import type { Connection } from '../connection.ts';
import { actsWhenCompiled, classifyByFirstWords, isPlainDdl } from './first-token.ts';
import { shapedInsert } from './insert-shape.ts';
import type { Classification, SqlErrorDetail, StatementSpan } from '../protocol.ts';
import { settledOrder } from './settled-order.ts';
import { SqlText } from './sql-text.ts';
import { isSemicolon, statementEnd, tokensOf, variablesOf } from './tokens.ts';

const KEPT_MAX = 2000;
/** Longer texts are looked at anew each time. */
const KEPT_TEXT_MAX = 16_384;

export class Classifier {
  readonly #connection: Connection;
  #kept = new Map<string, Classification>();
  /** By shape, for INSERT of literal rows. */
  #shapes = new Map<string, Classification>();
  #described = new Map<string, StatementSpan[]>();
  #cookie: number | null = null;
  #context: ProgramContext | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** What one statement (no semicolon needed) reads, writes and depends on. Error `sql` when it does not compile. */
  classify(sql: string): Classification {
    this.#refresh();
    const kept = this.#kept.get(sql);
    if (kept) return kept;
    const classification = this.#classify(sql);
    if (this.#kept.size >= KEPT_MAX) this.#kept.clear();
    this.#kept.set(sql, classification);
    return classification;
  }

  /**
   * The statements of a text, none of them run. One that does not compile now carries its error. Of several, those after one
   * for which `isEnough` holds are left out.
   */
  describe(text: string, isEnough: (span: StatementSpan) => boolean = () => false): StatementSpan[] {
    this.#refresh();
    const kept = this.#described.get(text);
    if (kept) return kept;
    const spans: StatementSpan[] = [];
    let enough = false;
    for (let next = this.next(text, 0); next; next = this.next(text, next.end)) {
      spans.push(next.span);
      enough ||= isEnough(next.span);
      // The second statement is what tells a script from a statement.
      if (enough && spans.length > 1) return spans;
    }
    if (text.length <= KEPT_TEXT_MAX) {
      if (this.#described.size >= KEPT_MAX) this.#described.clear();
      this.#described.set(text, spans);
    }
    return spans;
  }

  /**
   * Believes what another connection found a text of one statement to be, where the schema is the same: asking SQLite takes
   * longer than many a query.
   */
  learn(text: string, classification: Classification): void {
    this.#refresh();
    if (classification.schemaCookie !== this.#cookie || text.length > KEPT_TEXT_MAX) return;
    if (this.#described.has(text)) return;
    const tokens = [...tokensOf(text)].filter((token) => !isSemicolon(text, token));
    const { start } = tokens[0];
    const { end } = tokens[tokens.length - 1];
    if (this.#described.size >= KEPT_MAX) this.#described.clear();
    this.#described.set(text, [{ start, end, sql: text.slice(start, end), classification, error: null }]);
  }

  /** The statement that begins at or after `from`, and where the next may begin; null when none is left. */
  next(text: string, from: number): { span: StatementSpan; end: number } | null {
    for (const token of tokensOf(text, from)) {
      if (!isSemicolon(text, token)) return this.#span(text, token.start);
    }
    return null;
  }

  #span(text: string, start: number): { span: StatementSpan; end: number } {
    const shaped = shapedInsert(text, start);
    if (!shaped) return this.#examined(text, start);
    this.#refresh();
    const classification = this.#shapes.get(shaped.shape);
    if (classification) {
      const { bodyEnd, end } = shaped;
      return { span: { start, end: bodyEnd, sql: text.slice(start, bodyEnd), classification, error: null }, end };
    }
    const found = this.#examined(text, start);
    if (found.span.classification && found.end === shaped.end) {
      if (this.#shapes.size >= KEPT_MAX) this.#shapes.clear();
      this.#shapes.set(shaped.shape, found.span.classification);
    }
    return found;
  }

  /** SQLite is asked where the statement ends, and what it is. */
  #examined(text: string, start: number): { span: StatementSpan; end: number } {
    const guess = statementEnd(text, start);
    let end = guess;
    let error: SqlErrorDetail | null = null;
    const guessed = text.slice(start, withoutSemicolon(text, start, guess));
    if (!actsWhenCompiled(guessed) && !this.#compiles(guessed)) {
      // SQLite decides where its statement ends; the guess stands where it cannot compile.
      const probed = this.#probe(text.slice(start, guess));
      error = probed.error ? shifted(probed.error, start) : null;
      if (!error) end = start + probed.end;
    }
    const body = end === guess ? start + guessed.length : withoutSemicolon(text, start, end);
    const sql = text.slice(start, body);
    let classification: Classification | null = null;
    if (!error) {
      try {
        classification = this.classify(sql);
      } catch (thrown) {
        if (!(thrown instanceof AppError) || thrown.code !== 'sql') throw thrown;
        const detail = thrown.detail as SqlErrorDetail | undefined;
        error = shifted(detail ?? { message: thrown.message, start: null, end: null }, start);
      }
    }
    return { span: { start, end: body, sql, classification, error }, end };
  }

  /** Whether it is one statement, whole. Kept compiled: it is run or looked at next. */
  #compiles(sql: string): boolean {
    try {
      this.#connection.inspect(sql);
      return true;
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === 'sql') return false;
      throw thrown;
    }
  }

  /** A text that SQLite cannot be given at all (it holds a NUL) has its error here too: statements before it may have run. */
  #probe(sql: string): ReturnType<Connection['probe']> {
    let text: SqlText | null = null;
    try {
      text = new SqlText(this.#connection.module, sql);
      return this.#connection.probe(text, 0);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'sql') throw thrown;
      return { end: 0, error: thrown.detail as SqlErrorDetail };
    } finally {
      text?.free();
    }
  }

  #classify(sql: string): Classification {
    const connection = this.#connection;
    const schemaCookie = connection.schemaCookie();
    const byWords = classifyByFirstWords(sql);
    if (byWords) {
      const compiles = byWords.kind === 'explain';
      return {
        kind: byWords.kind,
        queryClass: 'point',
        tablesRead: [],
        tablesWritten: [],
        touchesEverything: byWords.kind !== 'transaction' && byWords.kind !== 'refused',
        volatile: byWords.kind.startsWith('pragma') ? 'it tells the settings of a connection' : null,
        mayReadClock: false,
        connectionState: false,
        parameters: variablesOf(sql).map(({ name }) => name),
        columnNames: compiles ? connection.inspect(sql).columnNames : [],
        schemaCookie,
        program: '',
        scan: '',
        reach: [],
        touched: null,
        refusal: byWords.refusal,
      };
    }
    const { variables, columnNames } = connection.inspect(sql);
    const context = this.#programContext();
    const program = instructionsOf(connection.explain(sql));
    const report = reportProgram(program, context, isPlainDdl(sql));
    const isQuery = report.kind === 'read';
    return {
      ...report,
      parameters: variables.map(({ name }) => name),
      columnNames,
      schemaCookie,
      ...(isQuery ? this.#keysOf(sql, program, context) : { program: '', scan: '' }),
      reach: isQuery ? reachOf(program, context) : [],
      touched: report.kind === 'write' ? touchedBy(sql, program, report, context) : null,
      refusal: null,
    };
  }

  /** Of the text with its conditions in their settled order, if they stand in another. */
  #keysOf(sql: string, program: readonly Instruction[], context: ProgramContext): ProgramKeys {
    const own = programKeys(program, context, sql);
    const settled = settledOrder(sql);
    if (settled === sql) return own;
    try {
      const other = programKeys(instructionsOf(this.#connection.explain(settled)), context, settled);
      // Where SQLite goes another way for it, as it may for ORs joined by AND, the rows come in another order.
      return other.scan === own.scan ? other : own;
    } catch (thrown) {
      // Too deep for SQLite, say: then the text keeps to itself.
      if (!(thrown instanceof AppError)) throw thrown;
      return own;
    }
  }

  /** Forgets everything when the schema moved, as this connection sees it. */
  #refresh(): void {
    const cookie = this.#connection.schemaCookie();
    if (cookie === this.#cookie) return;
    this.forget();
    this.#cookie = cookie;
  }

  /** For changes that no cookie tells: a schema rolled back, temporary objects. */
  forget(): void {
    this.#kept.clear();
    this.#shapes.clear();
    this.#described.clear();
    this.#context = null;
    this.#cookie = null;
    this.#connection.forgetStatements();
  }

  #programContext(): ProgramContext {
    return (this.#context ??= schemaContext(this.#connection));
  }
}

function withoutSemicolon(text: string, start: number, end: number): number {
  let last = start;
  for (const token of tokensOf(text.slice(0, end), start)) if (!isSemicolon(text, token)) last = token.end;
  return last;
}

function shifted(error: SqlErrorDetail, by: number): SqlErrorDetail {
  return {
    message: error.message,
    start: error.start === null ? null : error.start + by,
    end: error.end === null ? null : error.end + by,
  };
}

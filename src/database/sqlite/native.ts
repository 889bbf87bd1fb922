/**
 * The thinnest layer over SQLite's C functions: prepare, step, finalize, by pointers. No cache, no parameters, no results
 * beyond a number; used by the calibration, and underneath `Connection`.
 */
import { AppError } from '../../core/errors.ts';
import type { BareModule } from './sqlite-module.ts';

/** Result codes in use (https://sqlite.org/rescode.html). */
export const RC = { ok: 0, error: 1, interrupt: 9, range: 25, row: 100, done: 101 } as const;

export class NativeConnection {
  /** Two words for out-parameters. */
  readonly #out: number;

  constructor(
    readonly module: BareModule,
    readonly db: number,
  ) {
    this.#out = module.raw._malloc(8);
  }

  /** Compiles the first statement at `text` (UTF-8, NUL-terminated). `statement` is 0 for white space and comments. */
  prepareAt(text: number): { code: number; statement: number; tail: number } {
    const { raw } = this.module;
    const code = raw._sqlite3_prepare_v2(this.db, text, -1, this.#out, this.#out + 4);
    const words = this.module.i32();
    return { code, statement: words[this.#out >> 2], tail: words[(this.#out >> 2) + 1] };
  }

  /** A statement, or 0 when it does not compile. */
  tryPrepare(sql: string): number {
    const text = this.module.raw.stringToNewUTF8(sql);
    try {
      const { code, statement } = this.prepareAt(text);
      return code === RC.ok ? statement : 0;
    } finally {
      this.module.raw._free(text);
    }
  }

  prepare(sql: string): number {
    const statement = this.tryPrepare(sql);
    if (!statement) throw new AppError('sql', this.message());
    return statement;
  }

  /** Steps to the end; the last result code. */
  drain(statement: number): number {
    let code: number;
    do code = this.module.raw._sqlite3_step(statement);
    while (code === RC.row);
    return code;
  }

  finalize(statement: number): void {
    this.module.raw._sqlite3_finalize(statement);
  }

  /** Runs all statements of a text and forgets their rows. */
  exec(sql: string): void {
    const { raw } = this.module;
    const text = raw.stringToNewUTF8(sql);
    try {
      for (let at = text; ;) {
        const { code, statement, tail } = this.prepareAt(at);
        if (code !== RC.ok) throw new AppError('sql', this.message());
        if (statement) {
          const last = this.drain(statement);
          raw._sqlite3_finalize(statement);
          if (last !== RC.done) throw new AppError('sql', this.message());
        }
        if (tail === at || this.module.u8()[tail] === 0) return;
        at = tail;
      }
    } finally {
      raw._free(text);
    }
  }

  /** First column of the first row, as a number; 0 when there is none. */
  number(sql: string): number {
    const statement = this.prepare(sql);
    try {
      return this.module.raw._sqlite3_step(statement) === RC.row
        ? this.module.raw._sqlite3_column_double(statement, 0)
        : 0;
    } finally {
      this.finalize(statement);
    }
  }

  message(): string {
    return this.module.raw.UTF8ToString(this.module.raw._sqlite3_errmsg(this.db));
  }

  /** Frees what this layer allocated; the connection itself is its owner's. */
  free(): void {
    this.module.raw._free(this.#out);
  }
}

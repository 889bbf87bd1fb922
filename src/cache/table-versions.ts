/**
 * Which write touched which table last, by log number within one history. On it rests the promise that a stale row is never served:
 * what was read at a version may be served while none of its tables has a later write.
 */

/** A point in the data's history; log numbers of different histories do not compare. */
export interface ContentVersion {
  historyId: string;
  logNumber: number;
}

/** Tables that a result rests on, by name as in the schema; null when any table may matter. */
export type Tables = readonly string[] | null;

export class TableVersions {
  #historyId: string;
  readonly #lastWrite = new Map<string, number>();
  /** Last write that may have touched every table (DDL, VACUUM). */
  #lastWriteOfAll = 0;
  /** Last write of anything. */
  #latest = 0;

  constructor(historyId: string, logNumber = 0) {
    this.#historyId = historyId;
    this.#lastWriteOfAll = logNumber;
    this.#latest = logNumber;
  }

  get historyId(): string {
    return this.#historyId;
  }

  /** Log number of the last write noted. */
  get latest(): number {
    return this.#latest;
  }

  /** A write was committed as log record `logNumber`; `tables` is null when it may have touched any. */
  noteWrite(tables: Tables, logNumber: number): void {
    this.#latest = Math.max(this.#latest, logNumber);
    if (tables === null) this.#lastWriteOfAll = Math.max(this.#lastWriteOfAll, logNumber);
    else for (const table of tables) this.#lastWrite.set(table, Math.max(this.lastWriteOf(table), logNumber));
  }

  /** Log number of the last write that touched, or may have touched, this table. */
  lastWriteOf(table: string): number {
    return Math.max(this.#lastWrite.get(table) ?? 0, this.#lastWriteOfAll);
  }

  /** Whether what was read from `tables` at `version` still holds. */
  isCurrent(tables: Tables, version: ContentVersion): boolean {
    return version.historyId === this.#historyId && this.isCurrentSince(tables, version.logNumber);
  }

  /** The same for a version of this history. */
  isCurrentSince(tables: Tables, logNumber: number): boolean {
    if (this.#latest <= logNumber) return true;
    if (tables === null || this.#lastWriteOfAll > logNumber) return false;
    for (const table of tables) if ((this.#lastWrite.get(table) ?? 0) > logNumber) return false;
    return true;
  }

  /** A new history begins (restore, undo, import, a failover that dropped a record): nothing from before holds. */
  reset(historyId: string, logNumber = 0): void {
    this.#historyId = historyId;
    this.#lastWrite.clear();
    this.#lastWriteOfAll = logNumber;
    this.#latest = logNumber;
  }
}

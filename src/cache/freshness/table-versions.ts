/**
 * Which write touched which table last, by log number within one history, and of the latest writes which rows. On it rests
 * the promise that a stale row is never served: what was read at a version may be served while none of its tables has a later
 * write, or none that could touch the rows that it rests on.
 */
import { disjoint, NO_ROWS, type RowKey, type RowsByTable } from './row-keys.ts';

/** A point in the data's history; log numbers of different histories do not compare. */
export interface ContentVersion {
  historyId: string;
  logNumber: number;
}

/** Tables that a result rests on, by name as in the schema; null when any table may matter. */
export type Tables = readonly string[] | null;

/** Writes to single rows that are remembered per table; those before count as writes to the whole of it. */
export const ROW_WRITES_MAX = 64;

interface TableWrites {
  /** Last write of any kind. */
  last: number;
  /** Last write of which it is not known any more, or never was, which rows it touched. */
  lastOfAnyRow: number;
  /** Those since, in order. */
  ofRows: { logNumber: number; rows: readonly RowKey[] }[];
}

export class TableVersions {
  #historyId: string;
  readonly #tables = new Map<string, TableWrites>();
  /** Last write that may have touched every table (an import, VACUUM). */
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

  /** A write was committed as log record `logNumber`; `tables` is null when it may have touched any. Of `rows` it touched no others. */
  noteWrite(tables: Tables, logNumber: number, rows: RowsByTable = NO_ROWS): void {
    this.#latest = Math.max(this.#latest, logNumber);
    if (tables === null) this.#lastWriteOfAll = Math.max(this.#lastWriteOfAll, logNumber);
    else for (const table of tables) this.#note(table, logNumber, rows.get(table));
  }

  #note(table: string, logNumber: number, rows: readonly RowKey[] | undefined): void {
    let writes = this.#tables.get(table);
    if (!writes) this.#tables.set(table, (writes = { last: 0, lastOfAnyRow: 0, ofRows: [] }));
    writes.last = Math.max(writes.last, logNumber);
    if (!rows) {
      writes.lastOfAnyRow = Math.max(writes.lastOfAnyRow, logNumber);
      writes.ofRows = writes.ofRows.filter((write) => write.logNumber > writes.lastOfAnyRow);
      return;
    }
    writes.ofRows.push({ logNumber, rows });
    if (writes.ofRows.length <= ROW_WRITES_MAX) return;
    const forgotten = writes.ofRows.shift();
    if (forgotten) writes.lastOfAnyRow = Math.max(writes.lastOfAnyRow, forgotten.logNumber);
  }

  /** Log number of the last write that touched, or may have touched, this table. */
  lastWriteOf(table: string): number {
    return Math.max(this.#tables.get(table)?.last ?? 0, this.#lastWriteOfAll);
  }

  /** Whether what was read from `tables`, and of some of them from certain `rows` alone, at `version` still holds. */
  isCurrent(tables: Tables, version: ContentVersion, rows: RowsByTable = NO_ROWS): boolean {
    return version.historyId === this.#historyId && this.isCurrentSince(tables, version.logNumber, rows);
  }

  /** The same for a version of this history. */
  isCurrentSince(tables: Tables, logNumber: number, rows: RowsByTable = NO_ROWS): boolean {
    if (this.#latest <= logNumber) return true;
    if (tables === null || this.#lastWriteOfAll > logNumber) return false;
    return tables.every((table) => {
      const writes = this.#tables.get(table);
      const own = rows.get(table);
      if (!writes || writes.last <= logNumber) return true;
      if (!own || writes.lastOfAnyRow > logNumber) return false;
      return writes.ofRows.every((write) => write.logNumber <= logNumber || disjoint(write.rows, own));
    });
  }

  /** A new history begins (restore, undo, import, a failover that dropped a record): nothing from before holds. */
  reset(historyId: string, logNumber = 0): void {
    this.#historyId = historyId;
    this.#tables.clear();
    this.#lastWriteOfAll = logNumber;
    this.#latest = logNumber;
  }
}

/** What a transaction has written so far: tables, and of some of them which rows. */
import type { Classification, PageRecord, Parameters, RowKey } from '../protocol.ts';
import { touchedRows, TOUCHED_ROWS_MAX } from './touched.ts';

export class WrittenTables {
  /** Rows by table; null: any row. */
  readonly #rows = new Map<string, RowKey[] | null>();
  #everything = false;

  /** A statement ran, whole or in part. */
  note(classification: Classification, sql: string, parameters: Parameters): void {
    const { kind, touchesEverything, tablesWritten, touched } = classification;
    if (touchesEverything && (kind === 'write' || kind === 'schema' || kind === 'maintenance')) this.noteAll();
    for (const table of tablesWritten) {
      this.#add(table, touched?.table === table ? touchedRows(touched, sql, parameters) : null);
    }
  }

  noteAll(): void {
    this.#everything = true;
  }

  addAll(other: WrittenTables): void {
    this.#everything ||= other.#everything;
    for (const [table, rows] of other.#rows) this.#add(table, rows);
  }

  report(): Pick<PageRecord, 'tablesWritten' | 'rowsWritten'> {
    if (this.#everything) return { tablesWritten: null };
    const known = [...this.#rows].filter((entry): entry is [string, RowKey[]] => entry[1] !== null);
    return { tablesWritten: [...this.#rows.keys()].sort(), rowsWritten: new Map(known) };
  }

  #add(table: string, rows: readonly RowKey[] | null): void {
    const before = this.#rows.get(table);
    if (rows === null || before === null) this.#rows.set(table, null);
    else {
      const all = [...(before ?? []), ...rows];
      this.#rows.set(table, all.length <= TOUCHED_ROWS_MAX ? all : null);
    }
  }
}

/**
 * Entries that rest, in some table, on certain rows alone. They are filed by one column's value, so that a write to other rows does not
 * even look at them.
 */
import { disjoint, NO_ROWS, type RowKey, type RowsByTable } from '../freshness/row-keys.ts';

interface Readers {
  /** Any row may matter to them. */
  ofAnyRow: Set<number>;
  /** By column and value: those that rest on one row key that has this. */
  byValue: Map<string, Map<string, Set<number>>>;
  /** Those that rest on several row keys. */
  ofRows: Set<number>;
}

export class RowDependents {
  readonly #byTable = new Map<string, Readers>();
  readonly #rows = new Map<number, RowsByTable>();

  /** `rows` tells of which of the tables only certain rows matter. */
  add(slot: number, tables: readonly string[], rows: RowsByTable): void {
    this.#rows.set(slot, rows);
    for (const table of tables) this.#shelf(table, rows.get(table)).add(slot);
  }

  remove(slot: number, tables: readonly string[]): void {
    const rows = this.#rows.get(slot);
    if (rows === undefined) return;
    this.#rows.delete(slot);
    for (const table of tables) {
      this.#shelf(table, rows.get(table)).delete(slot);
      this.#tidy(table, rows.get(table));
    }
  }

  rowsOf(slot: number): RowsByTable {
    return this.#rows.get(slot) ?? NO_ROWS;
  }

  /** Appends slots of entries that read the table; with `written`, those alone to which one of these rows may matter. */
  collect(table: string, written: readonly RowKey[] | undefined, into: number[]): void {
    const readers = this.#byTable.get(table);
    if (!readers) return;
    for (const slot of readers.ofAnyRow) into.push(slot);
    for (const slot of readers.ofRows) if (this.#mayMeet(slot, table, written)) into.push(slot);
    for (const [column, values] of readers.byValue) {
      for (const slots of setsFor(column, values, written)) {
        for (const slot of slots) if (this.#mayMeet(slot, table, written)) into.push(slot);
      }
    }
  }

  #mayMeet(slot: number, table: string, written: readonly RowKey[] | undefined): boolean {
    return !written || !disjoint(written, this.#rows.get(slot)?.get(table) ?? [{}]);
  }

  /** The set that the entry belongs to. */
  #shelf(table: string, rows: readonly RowKey[] | undefined): Set<number> {
    let readers = this.#byTable.get(table);
    if (!readers) {
      this.#byTable.set(table, (readers = { ofAnyRow: new Set(), byValue: new Map(), ofRows: new Set() }));
    }
    if (!rows) return readers.ofAnyRow;
    const [column, value] = filedUnder(rows) ?? [];
    if (column === undefined || value === undefined) return readers.ofRows;
    let values = readers.byValue.get(column);
    if (!values) readers.byValue.set(column, (values = new Map<string, Set<number>>()));
    let slots = values.get(value);
    if (!slots) values.set(value, (slots = new Set()));
    return slots;
  }

  /** Lets go of sets that hold nothing any more. */
  #tidy(table: string, rows: readonly RowKey[] | undefined): void {
    const readers = this.#byTable.get(table);
    const [column, value] = (rows && filedUnder(rows)) ?? [];
    if (!readers) return;
    if (column !== undefined && value !== undefined) {
      const values = readers.byValue.get(column);
      if (values?.get(value)?.size === 0) values.delete(value);
      if (values?.size === 0) readers.byValue.delete(column);
    }
    if (readers.ofAnyRow.size + readers.ofRows.size + readers.byValue.size === 0) this.#byTable.delete(table);
  }
}

/** Those that one of the rows could be among, by what it holds in this column; all where one of them does not tell. */
function setsFor(
  column: string,
  values: ReadonlyMap<string, Set<number>>,
  written: readonly RowKey[] | undefined,
): Set<number>[] {
  const wanted = new Set(written?.map((row) => row[column]));
  if (!written || wanted.has(undefined as never)) return [...values.values()];
  return [...wanted].map((value) => values.get(value)).filter((slots) => slots !== undefined);
}

/** The column and value of a single row key; the rowid before others, since writes mostly know that. */
function filedUnder(rows: readonly RowKey[]): readonly [string, string] | undefined {
  const [only] = rows;
  if (!only || rows.length > 1) return undefined;
  const rowid = only['-1'];
  return rowid === undefined ? Object.entries(only)[0] : ['-1', rowid];
}

/** What SQLite's catalogue proves about tables: names, affinities, keys, NULLs. Values; who reads them from a database is another matter. */
import { foldCase } from './tokens.ts';

export type Affinity = 'INTEGER' | 'REAL' | 'NUMERIC' | 'TEXT' | 'BLOB';

export interface TableInfo {
  name: string;
  kind: 'table' | 'view' | 'virtual';
  /** The CREATE statement. */
  sql: string;
  strict: boolean;
  withoutRowid: boolean;
  /** In the order of `*`; hidden columns of virtual tables are left out. */
  columns: ColumnInfo[];
  /** Each list of columns has no two equal rows, NULLs aside. */
  uniqueKeys: string[][];
  /** CREATE UNIQUE INDEX statements: constraints that the CREATE TABLE does not show. */
  uniqueIndexes: string[];
  /** The CREATE statement names a collation: comparisons may not be by bytes. */
  collated: boolean;
}

export interface ColumnInfo {
  name: string;
  type: string;
  affinity: Affinity;
  /** How its values compare unless a comparison says otherwise, in capitals; null when that could not be found out. */
  collation: string | null;
  /** Proved: declared so and enforced, or the row id itself. */
  notNull: boolean;
  /** The row id under a name of its own: always a 64-bit integer. */
  isRowid: boolean;
  generated: boolean;
  hasDefault: boolean;
}

/** Tables and views by name, in any case. */
export class Schema {
  readonly #byName: ReadonlyMap<string, TableInfo>;

  constructor(readonly tables: readonly TableInfo[]) {
    this.#byName = new Map(tables.map((table) => [foldCase(table.name), table]));
  }

  table(name: string): TableInfo | null {
    return this.#byName.get(foldCase(name)) ?? null;
  }
}

export function columnOf(table: TableInfo, name: string): ColumnInfo | null {
  const folded = foldCase(name);
  return table.columns.find((column) => foldCase(column.name) === folded) ?? null;
}

/** The affinity of a declared type: the five rules of SQLite's datatype3.html, in their order. */
export function affinityOf(type: string): Affinity {
  const upper = type.toUpperCase();
  if (upper.includes('INT')) return 'INTEGER';
  if (/CHAR|CLOB|TEXT/.test(upper)) return 'TEXT';
  if (upper === '' || upper.includes('BLOB')) return 'BLOB';
  if (/REAL|FLOA|DOUB/.test(upper)) return 'REAL';
  return 'NUMERIC';
}

/** Whether some unique key lies within these columns and none of its columns can be NULL. */
export function containsKey(table: TableInfo, names: readonly string[]): boolean {
  const given = new Set(names.map(foldCase));
  return table.uniqueKeys.some((key) =>
    key.every((name) => given.has(foldCase(name)) && columnOf(table, name)?.notNull === true),
  );
}

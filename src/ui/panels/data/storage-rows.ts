/** The tables of the file with their rows and bytes, and what else takes room: SQLite's own tables, free pages. */
import type { SchemaReport, StorageCensus } from '../../../engine/protocol.ts';

export interface StorageRow {
  id: string;
  name: string;
  kind: 'table' | 'view' | 'virtual' | 'own' | 'free' | 'other';
  /** Null where it has none, or they were not counted. */
  rows: number | null;
  /** Of the table and its indexes together; null before the census, and for what has no pages. */
  bytes: number | null;
  indexBytes: number | null;
  /** Of the whole file, 0..1. */
  share: number | null;
}

/** Tables and views in the order in which they were made, then the rest of the file. Bytes add up to the file's. */
export function storageRows(schema: SchemaReport, census: StorageCensus | null): StorageRow[] {
  const fileBytes = census ? census.pageCount * census.pageSize : 0;
  const share = (bytes: number | null): number | null => (bytes === null || fileBytes === 0 ? null : bytes / fileBytes);
  const trees = new Map<string, { bytes: number; indexBytes: number; rows: number | null }>();
  for (const object of census?.objects ?? []) {
    const key = object.table.toLowerCase();
    const sum = trees.get(key) ?? { bytes: 0, indexBytes: 0, rows: null };
    sum.bytes += object.bytes;
    if (object.kind === 'index') sum.indexBytes += object.bytes;
    else sum.rows = object.entries;
    trees.set(key, sum);
  }
  const rows = schema.tables.map(({ name, type, rowCount }): StorageRow => {
    const tree = type === 'table' ? trees.get(name.toLowerCase()) : undefined;
    trees.delete(name.toLowerCase());
    const bytes = tree?.bytes ?? null;
    // The census has counted every entry, whatever time that took.
    const found = { id: `table ${name}`, name, kind: type, rows: tree?.rows ?? rowCount, bytes, share: share(bytes) };
    return { ...found, indexBytes: tree?.indexBytes ?? null };
  });
  for (const [name, { bytes, indexBytes, rows: count }] of trees) {
    // A table that the schema does not know (yet) comes with the next answer.
    if (!name.startsWith('sqlite_')) continue;
    rows.push({ id: `table ${name}`, name, kind: 'own', rows: count, bytes, indexBytes, share: share(bytes) });
  }
  const pages = (kind: 'free' | 'other', name: string, count: number): void => {
    const bytes = count * (census?.pageSize ?? 0);
    if (count > 0) rows.push({ id: kind, name, kind, rows: null, bytes, indexBytes: null, share: share(bytes) });
  };
  pages('free', 'free pages', census?.freePages ?? 0);
  pages('other', 'pointer maps', census?.otherPages ?? 0);
  return rows;
}

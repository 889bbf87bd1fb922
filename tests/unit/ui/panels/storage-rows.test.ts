import { describe, expect, it } from 'vitest';
import type { SchemaReport, StorageCensus } from '../../../../src/engine/protocol.ts';
import { storageRows } from '../../../../src/ui/panels/data/storage-rows.ts';

const schema = {
  schemaCookie: 1,
  tables: [
    { name: 'Orders', type: 'table', rowCount: null },
    { name: 'names', type: 'view', rowCount: null },
    { name: 'docs', type: 'virtual', rowCount: 3 },
  ],
} as SchemaReport;

const tree = (
  name: string,
  kind: 'table' | 'index' | 'schema',
  table: string,
  pages: number,
  entries: number,
): StorageCensus['objects'][number] => ({
  name,
  kind,
  table,
  pages,
  bytes: pages * 1000,
  usedBytes: 10,
  entries,
  depth: 1,
});

const census: StorageCensus = {
  pageSize: 1000,
  pageCount: 20,
  freePages: 4,
  otherPages: 1,
  objects: [
    tree('sqlite_schema', 'schema', 'sqlite_schema', 1, 3),
    tree('Orders', 'table', 'Orders', 8, 70),
    tree('by_day', 'index', 'Orders', 2, 70),
    tree('sqlite_sequence', 'table', 'sqlite_sequence', 1, 1),
    tree('dropped', 'table', 'dropped', 3, 9),
  ],
};

describe('rows of the storage list', () => {
  it('join a table with its indexes, and count rows by the census', () => {
    expect(storageRows(schema, census)[0]).toEqual({
      id: 'table Orders',
      name: 'Orders',
      kind: 'table',
      rows: 70,
      bytes: 10_000,
      indexBytes: 2000,
      share: 0.5,
    });
  });

  it('list what has no pages, what SQLite keeps, and what is free; not what a newer schema has dropped', () => {
    expect(storageRows(schema, census).map(({ id, kind, rows, bytes }) => [id, kind, rows, bytes])).toEqual([
      ['table Orders', 'table', 70, 10_000],
      ['table names', 'view', null, null],
      ['table docs', 'virtual', 3, null],
      ['table sqlite_schema', 'own', 3, 1000],
      ['table sqlite_sequence', 'own', 1, 1000],
      ['free', 'free', null, 4000],
      ['other', 'other', null, 1000],
    ]);
  });

  it('know the tables before the pages are counted', () => {
    expect(storageRows(schema, null).map(({ name, bytes, share }) => [name, bytes, share])).toEqual([
      ['Orders', null, null],
      ['names', null, null],
      ['docs', null, null],
    ]);
  });
});

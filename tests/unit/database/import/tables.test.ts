import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../../../src/core/rpc.ts';
import type { ImportProgress } from '../../../../src/database/import/protocol.ts';
import { tableName } from '../../../../src/database/import/names.ts';
import { bring, look } from './support.ts';

describe('names of tables', () => {
  it.each([
    ['Sales 2024 (final).csv', 'sales_2024_final'],
    ['2024.csv', 't_2024'],
    ['.csv', 'imported'],
    ['sqlite_stat1.csv', 't_sqlite_stat1'],
    ['Ünïcode — tàble.JSON.gz', 'ünïcode_tàble'],
    ['a"; DROP TABLE b.csv', 'a_drop_table_b'],
  ])('%s gives %s', (file, name) => expect(tableName(file)).toBe(name));
});

describe('into which table', () => {
  const setup = `CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, town TEXT DEFAULT 'Bern', code TEXT, twice AS (id * 2));
    INSERT INTO people (id, name) VALUES (1, 'Ann'); CREATE VIEW v AS SELECT 1`;

  it('appends by name, whatever the order and case, with defaults for what is missing', async () => {
    const { query, report } = await bring('Name,ID,age,code\nBob,2,7,007\nEve,3,8,1.50\n', 'people.csv', {
      setup,
      plan: { mode: 'append' },
      given: { header: true },
    });
    expect(query('SELECT * FROM people')).toEqual([
      [1, 'Ann', 'Bern', null, 2],
      [2, 'Bob', 'Bern', '007', 4],
      [3, 'Eve', 'Bern', '1.50', 6],
    ]);
    expect(report.notes).toEqual([
      'Not imported, because people has no such column: age.',
      'NULL or the default went into columns that the file does not have: town.',
    ]);
  });

  it.each([
    [
      'a row that is there',
      'id,name\n2,Bob\n1,Eve\n',
      {},
      /Line 3: UNIQUE constraint failed: people\.id .*Nothing was imported/,
    ],
    ['a NULL', 'id,name\n2,Bob\n3,\n', {}, /Line 3: NOT NULL constraint failed: people\.name/],
    ['columns of other names', 'a,b\n1,2\n', {}, /None of the file's columns/],
    ['a view', 'id,name\n2,Bob\n', { table: 'v' }, /v is a view/],
    ['no such table', 'id,name\n2,Bob\n', { table: 'nowhere' }, /no table named nowhere/],
    [
      'a table that is there',
      'id,name\n2,Bob\n',
      { mode: 'create' as const, table: 'PEOPLE' },
      /A table named people is there already/,
    ],
    ['SQLite’s own name', 'id,name\n2,Bob\n', { mode: 'create' as const, table: 'sqlite_x' }, /SQLite's own/],
    ['no name', 'id,name\n2,Bob\n', { mode: 'create' as const, table: ' ' }, /needs a name/],
  ])('refuses %s', async (_, text, plan, message) => {
    await expect(bring(text, 'people.csv', { setup, plan: { mode: 'append', ...plan } })).rejects.toThrow(message);
  });

  it('keeps foreign keys where they are enforced', async () => {
    const keyed = `${setup}; CREATE TABLE pets (owner INTEGER REFERENCES people (id), name TEXT)`;
    const options = { setup: keyed, plan: { mode: 'append' as const } };
    await expect(
      bring('owner,name\n1,Rex\n9,Tom\n', 'pets.csv', { ...options, pragmas: ['PRAGMA foreign_keys = 1'] }),
    ).rejects.toThrow(/Line 3: FOREIGN KEY constraint failed/);
    expect((await bring('owner,name\n1,Rex\n9,Tom\n', 'pets.csv', options)).report.rows).toBe(2);
  });

  it('replaces a table, and leaves out what is not included', async () => {
    const text = 'a,b,c\n1,2,3\n';
    const { reading } = await look(text);
    const columns = reading.columns.map((column, index) => ({ ...column, name: `n"${index}`, included: index !== 1 }));
    const { query } = await bring(text, 'people.csv', {
      setup,
      plan: { mode: 'replace', table: 'people', reading: { ...reading, columns } },
    });
    expect(query('SELECT * FROM people')).toEqual([[1, 3]]);
    expect(query("SELECT name FROM pragma_table_info('people')")).toEqual([['n"0'], ['n"2']]);
  });
});

describe('what cannot be imported', () => {
  const bytes = (text: string) => [Uint8Array.from(text, (char) => char.charCodeAt(0))];
  it.each([
    ['an empty file', [''], /is empty/],
    ['a SQLite database', bytes('SQLite format 3\0xxxx'), /open it instead/],
    ['a WAL', bytes('\x37\x7f\x06\x82xxxx'), /a write-ahead log \(-wal\).*open it together with the file/],
    ['an Excel workbook', bytes('PK\x03\x04....[Content_Types].xml'), /save the sheet as CSV/],
    ['a ZIP archive', bytes('PK\x03\x04....data.csv'), /unpack it/],
    [
      'an OpenDocument sheet',
      bytes('PK\x03\x04....mimetypeapplication/vnd.oasis.opendocument.spreadsheet'),
      /save it as CSV/,
    ],
    ['a DuckDB database', bytes('\x01\x02\x03\x04\x05\x06\x07\x08DUCK\0'), /export its tables/],
    ['a picture', bytes('\x89PNG\r\n\x1a\n'), /a picture, whatever its name/],
    ['an encrypted Parquet file', bytes('PARE\x15\0\x15....PARE'), /encrypted/],
    ['a Parquet file cut short', bytes('PAR1\x15\0......'), /cut short/],
    ['damaged Parquet', bytes('PAR1....\x04\0\0\0PAR1'), /cannot be read as Parquet/],
    ['gzip cut short', bytes('\x1f\x8b\x08\0\0\0\0\0\0\x03abc'), /cannot be unpacked/],
    ['no Parquet', bytes('a,b'), /does not begin like a Parquet file/, 'file.parquet'],
  ])('%s', async (_, content, message, name = 'file.csv') => {
    await expect(look(content, name)).rejects.toThrow(message);
  });

  it.each([
    'PARENT,CHILD\n1,2\n',
    'PAR1,PAR2\n1,2\n',
    'PAR1,x\n1,PAR1',
    'ORCID,NAME\n1,2\n',
    'BZhang,x\n1,2\n',
    'ARROW1,ARROW2\n1,2\n',
  ])('a table whose first letters are those of another kind is not that kind: %j', async (text) => {
    expect((await look([text], 'file.csv')).reading.columns).toHaveLength(2);
  });

  it('a folder', async () => {
    const folder = Object.assign(new Blob(['x']), {
      slice: () => ({
        arrayBuffer: () => Promise.reject(new Error('A requested file or directory could not be found')),
      }),
    });
    await expect(look(folder, 'folder')).rejects.toThrow(/cannot be read.*A folder cannot be imported/);
  });
});

describe('an import', () => {
  it('unpacks gzip', async () => {
    const packed = new Blob(['a,b\n1,x\n']).stream().pipeThrough(new CompressionStream('gzip'));
    const { query, preview } = await bring(await new Response(packed).blob(), 'some data.csv.gz');
    expect(preview.table).toBe('some_data');
    expect(query('SELECT * FROM some_data')).toEqual([[1, 'x']]);
  });

  it('tells how far it is, and stops when it is cancelled', async () => {
    const text = `a\n${Array.from({ length: 300_000 }, (_, index) => `word ${index}`).join('\n')}\n`;
    const seen: ImportProgress[] = [];
    const state = { cancelled: false };
    const context: CallContext = {
      progress: (report) => {
        seen.push(report as ImportProgress);
        state.cancelled = seen.length >= 2;
      },
      signal: {
        get cancelled() {
          return state.cancelled;
        },
        onCancel: () => {},
      },
    };
    await expect(bring(text, 'file.csv', { context, given: { header: true } })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(seen.length).toBe(2);
    expect(seen[1].rows).toBeGreaterThan(seen[0].rows);
    for (const { fraction } of seen) expect(fraction > 0 && fraction < 1).toBe(true);
  });
});

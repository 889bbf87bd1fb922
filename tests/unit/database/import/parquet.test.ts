import type { SchemaTree } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { takeMeanings, valueOf } from '../../../../src/database/import/parquet-values.ts';
import { bring, look } from './support.ts';
import { writeParquet, type ParquetColumn } from './write-parquet.ts';

const columns: ParquetColumn[] = [
  { name: 'i32', type: 1, values: [1, -2] },
  { name: 'i64', type: 2, values: [9007199254740993n, -(2n ** 63n)] },
  { name: 'real', type: 5, values: [0.1, NaN] },
  { name: 'text', type: 6, converted: 0, values: ['é', ''] },
  { name: 'bytes', type: 6, values: [[0, 255], []] },
  { name: 'price', type: 2, converted: 5, scale: 2, precision: 18, values: [12345n, -5n] },
  { name: 'whole', type: 6, converted: 5, scale: 0, precision: 18, values: [[0xff], [1, 0]] },
  { name: 'day', type: 1, converted: 6, values: [0, -1] },
  { name: 'at', type: 2, converted: 10, values: [1_700_000_000_123_456n, -1n] },
  { name: 'at_ms', type: 2, converted: 9, values: [1_700_000_000_000n, -1n] },
];

describe('Parquet', () => {
  it('comes in exactly', async () => {
    const { preview, report, query } = await bring([writeParquet(columns)], 'data.parquet');
    expect(preview.totalRows).toBe(2);
    expect(preview.reading.columns.map(({ type }) => type).join(' ')).toBe(
      'INTEGER INTEGER REAL TEXT BLOB TEXT INTEGER TEXT TEXT TEXT',
    );
    expect(query('SELECT * FROM data')).toEqual([
      [
        1,
        9007199254740993n,
        0.1,
        'é',
        Uint8Array.of(0, 255),
        '123.45',
        -1,
        '1970-01-01',
        '2023-11-14T22:13:20.123456Z',
        '2023-11-14T22:13:20Z',
      ],
      [
        -2,
        -(2n ** 63n),
        null,
        '',
        new Uint8Array(0),
        '-0.05',
        256,
        '1969-12-31',
        '1969-12-31T23:59:59.999999Z',
        '1969-12-31T23:59:59.999Z',
      ],
    ]);
    expect(report.notes.join(' ')).toContain('1 value is NaN');
  });

  it('leaves out columns that are not wanted', async () => {
    const file = [writeParquet(columns)];
    const { reading } = await look(file, 'data.parquet');
    const some = reading.columns.map((column) => ({ ...column, included: ['text', 'i32'].includes(column.name) }));
    const { query } = await bring(file, 'data.parquet', { given: { columns: some } });
    expect(query('SELECT * FROM data')).toEqual([
      [1, 'é'],
      [-2, ''],
    ]);
  });

  it('says which codec it cannot unpack', async () => {
    await expect(look([writeParquet(columns, 3)], 'data.parquet')).rejects.toThrow(
      /compressed with LZO.*Snappy, gzip or Zstandard/,
    );
  });

  it('refuses a file damaged anywhere, or reads it', async () => {
    const whole = writeParquet(columns.slice(0, 4));
    for (let at = 4; at < whole.length - 8; at += 5) {
      const damaged = whole.slice();
      damaged[at] ^= 0x55;
      const outcome = await bring([damaged], 'data.parquet').then(
        () => 'read',
        (error: { code: string }) => error.code,
      );
      expect(['read', 'import']).toContain(outcome);
    }
  });

  it('keeps nested values as JSON, to the last digit', () => {
    const leaf = (name: string, more: object = {}): SchemaTree => ({
      element: { name, type: 'INT64', repetition_type: 'OPTIONAL', ...more },
      children: [],
      count: 1,
      path: [name],
    });
    const price = leaf('price', { converted_type: 'DECIMAL', scale: 1, precision: 5 });
    const ids = leaf('ids', { repetition_type: 'REPEATED' });
    const column: SchemaTree = { element: { name: 'row' }, children: [price, ids], count: 3, path: ['row'] };
    const meanings = takeMeanings([price.element, ids.element]);
    expect(valueOf({ price: 15n, ids: [9007199254740993n, null] }, column, meanings)).toBe(
      '{"price":"1.5","ids":[9007199254740993,null]}',
    );
  });
});

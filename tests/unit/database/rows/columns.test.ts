import { beforeAll, describe, expect, it } from 'vitest';
import {
  byteLengthOf,
  cellAt,
  copyOf,
  emptyResult,
  largeAt,
  relabel,
  rowsOf,
  sliceRows,
  transferablesOf,
} from '../../../../src/database/rows/columns.ts';
import type { Connection } from '../../../../src/database/connection.ts';
import type { ResultColumns } from '../../../../src/database/protocol.ts';
import type { SqliteModule } from '../../../../src/database/sqlite/sqlite-module.ts';
import { databaseWith, openOn, sqlite } from '../support.ts';

let module: SqliteModule;
let connection: Connection;

beforeAll(async () => {
  module = await sqlite();
  connection = openOn(module, databaseWith(module));
});

const read = (sql: string): ResultColumns => connection.run(sql).result;

describe('results as columns', () => {
  it('equals what exec() gives on odd values', () => {
    const sql = `SELECT * FROM (VALUES
      (NULL, '', x'', 0, -0.0, 1e308), (1, 'é😀', x'00ff80', -1, 9e999, -9e999), (2.5, char(65, 0, 66), zeroblob(3), 9007199254740991, 1e-320, 0.1),
      ('text', CAST(x'61ff62' AS TEXT), 'mixed', 4294967296, -9007199254740992, 1), (x'ff', ' ', NULL, -2147483649, 3, '3'))`;
    const plain = new module.raw.Database() as unknown as {
      exec(sql: string): { values: unknown[][] }[];
      close(): void;
    };
    const expected = plain.exec(sql)[0].values;
    plain.close();
    expect(rowsOf(read(sql))).toEqual(expected);
    expect(Object.is(cellAt(read('SELECT -0.0'), 0, 0), -0)).toBe(true);
  });

  it('keeps integers exact to 64 bits, as bigint only beyond 2^53', () => {
    const sql = `SELECT column1 FROM (VALUES (9007199254740991), (9007199254740992), (9007199254740993), (-9007199254740992), (-9007199254740993),
      (9223372036854775807), (-9223372036854775808), (NULL), (7))`;
    expect(rowsOf(read(sql)).flat()).toEqual([
      9007199254740991,
      9007199254740992,
      9007199254740993n,
      -9007199254740992,
      -9007199254740993n,
      9223372036854775807n,
      -9223372036854775808n,
      null,
      7,
    ]);
  });

  it('keeps a leading U+FEFF, which is part of the text', () => {
    expect(rowsOf(read("SELECT char(65279) || 'x'"))).toEqual([['\ufeffx']]);
  });

  it('cuts a cell above 1 MB, between characters, and keeps it whole aside', () => {
    const result = read("SELECT 'a' || replace(hex(zeroblob(1000000)), '00', 'é'), zeroblob(2000000), 'short'");
    // 'a' is one byte and each é two, so 64 KB would end inside an é: 1 + 2 * 32767 = 65535 bytes stay.
    expect((cellAt(result, 0, 0) as string).length).toBe(32768);
    expect((cellAt(result, 0, 1) as Uint8Array).length).toBe(65536);
    expect(result.large.map(({ row, column, bytes }) => [row, column, bytes.length])).toEqual([
      [0, 0, 2000001],
      [0, 1, 2000000],
    ]);
    expect((largeAt(result, 0, 0) as string).length).toBe(1000001);
    expect(largeAt(result, 0, 2)).toBeNull();
  });

  it('allocates only what a column needs', () => {
    const [numbers, texts, nulls] = read("SELECT 1, 'x', NULL UNION ALL SELECT 2.5, NULL, NULL").columns;
    expect([numbers.numbers.length, numbers.bytes.length, numbers.offsets.length, numbers.wide.length]).toEqual([
      2, 0, 0, 0,
    ]);
    expect([texts.numbers.length, [...texts.offsets]]).toEqual([0, [0, 1, 1]]);
    expect([nulls.numbers.length, nulls.offsets.length, [...nulls.classes]]).toEqual([0, 0, [0, 0]]);
  });

  const MANY = `WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 999)
    SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE 'row ' || i END, CASE i % 4 WHEN 0 THEN i + 0.5 WHEN 1 THEN i + 9007199254740993 END FROM r`;

  it('slices, copies and relabels without changing a value', () => {
    const result = read(MANY);
    const all = rowsOf(result);
    expect(all.length).toBe(1000);
    expect(rowsOf(result, 990, 2000)).toEqual(all.slice(990));
    const slice = sliceRows(result, 401, 403);
    expect(rowsOf(slice)).toEqual(all.slice(401, 403));
    expect(slice.columns[1].offsets[0]).toBe(0);
    expect(rowsOf(sliceRows(result, 5, 2))).toEqual([]);
    const copy = copyOf(result);
    result.columns[0].numbers[0] = 77;
    expect(rowsOf(copy)).toEqual(all);
    expect(relabel(copy, ['a', 'b', 'c'])).toMatchObject({ names: ['a', 'b', 'c'], rowCount: 1000 });
    expect(() => relabel(copy, ['a'])).toThrow('names');
    expect(() => cellAt(copy, 1000, 0)).toThrow('inside');
  });

  it('moves between threads: each buffer once, nothing lost, the sender left empty', () => {
    const result = read(MANY);
    const all = rowsOf(result);
    const buffers = transferablesOf(result);
    expect(new Set(buffers).size).toBe(buffers.length);
    const received = structuredClone(result, { transfer: buffers });
    expect(rowsOf(received)).toEqual(all);
    expect(result.columns[0].numbers.length).toBe(0);
    const bytes = new Uint8Array(new SharedArrayBuffer(8));
    const inShared = { ...emptyResult(), large: [{ row: 0, column: 0, bytes }] };
    expect(transferablesOf(inShared)).toEqual([]);
  });

  it('weighs what it holds', () => {
    // One name of 1 character (2 bytes), per row 1 byte of class and 8 of number.
    expect(byteLengthOf(read('SELECT 1 AS n UNION ALL SELECT 2'))).toBe(2 + 2 * 9);
    expect(byteLengthOf(emptyResult())).toBe(0);
  });

  it('reads the same whatever the same statement returned before: more rows, fewer, others', () => {
    const sql = `WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < ?1)
      SELECT CASE WHEN i % ?2 THEN i END, CASE WHEN i % ?3 THEN substr(?4, 1, i % 71) END, CASE WHEN i < ?3 THEN 0.5 WHEN i % 7 = 0 THEN x'00ff80' END FROM r`;
    const word = 'é7😀 abcdefghijklmnopqrstuvwxyz'.repeat(4);
    for (const [last, one, other, limit] of [
      [2999, 3, 5, null],
      [2999, 3, 5, null],
      [299, 2, 400, null],
      [4000, 1, 2, null],
      [0, 2, 2, null],
      [2999, 5, 3, 1000],
      [2999, 5, 3, null],
    ] as const) {
      const expected = Array.from({ length: Math.min(last + 1, limit ?? Infinity) }, (_, i) => [
        i % one ? i : null,
        i % other ? [...word].slice(0, i % 71).join('') : null,
        i < other ? 0.5 : i % 7 === 0 ? Uint8Array.of(0, 255, 128) : null,
      ]);
      const { result } = connection.run(sql, [last, one, other, word], { rowLimit: limit });
      expect(rowsOf(result)).toEqual(expected);
      const { rowCount } = result;
      for (const { classes, numbers, offsets, bytes } of result.columns) {
        expect(classes.length).toBe(rowCount);
        expect([0, rowCount]).toContain(numbers.length);
        expect([0, rowCount + 1]).toContain(offsets.length);
        expect(bytes.length).toBe(offsets.at(-1) ?? 0);
      }
    }
  });

  it('goes on reading when the memory of SQLite grows between two rows', () => {
    const before = module.memory.buffer.byteLength;
    const rows = rowsOf(
      read(`WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 999)
        SELECT i, 'row ' || i, i * 0.5 FROM r WHERE i <> 700 OR length(hex(zeroblob(${Math.ceil(before / 2)}))) > 0`),
    );
    expect(module.memory.buffer.byteLength).toBeGreaterThan(before);
    expect(rows).toEqual(Array.from({ length: 1000 }, (_, i) => [i, `row ${i}`, i * 0.5]));
  });

  it('stops at a row limit and says so', () => {
    const limited = connection.run(MANY, [], { rowLimit: 10 }).result;
    expect([limited.rowCount, limited.limitedAt]).toEqual([10, 10]);
    // One row there was, and one was asked for: complete.
    expect(connection.run('SELECT 1', [], { rowLimit: 1 }).result.limitedAt).toBeNull();
  });
});

import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Connection } from '../../../../src/database/connection.ts';
import type { ResultColumns } from '../../../../src/database/protocol.ts';
import { RowBlock } from '../../../../src/database/rows/row-block.ts';
import { MEM, UTF8 } from '../../../../src/database/rows/row-layout.ts';
import { readRows, type RowCounter } from '../../../../src/database/rows/row-reader.ts';
import { BLOCK_COLUMNS, BLOCK_ROWS, LEFT_TO_CALLER } from '../../../../src/database/rows/row-routine.ts';
import { emptyDatabase } from '../../../../src/database/file/snapshot-file.ts';
import { readsAlike, type Internals } from '../../../../src/database/sqlite/internals.ts';
import { NativeConnection, RC } from '../../../../src/database/sqlite/native.ts';
import type { SqliteModule } from '../../../../src/database/sqlite/sqlite-module.ts';
import { databaseWith, openOn, sqlite } from '../support.ts';

let module: SqliteModule;

beforeAll(async () => {
  module = await sqlite();
});

function without(off: Partial<Internals>): SqliteModule {
  return { ...module, internals: { ...module.internals, ...off } };
}

/** The same file read in blocks, cell by cell from memory, and by SQLite's functions alone. */
function threeWays(setup: string): [Connection, Connection, Connection] {
  const base = databaseWith(module, setup);
  return [
    openOn(module, base),
    openOn(without({ block: null }), base),
    openOn(without({ row: null, block: null }), base),
  ];
}

/** Every bit: NaN and -0.0 too, and what lies in places that no class points to. */
function bitsOf({ columns, large, rowCount, limitedAt }: ResultColumns): unknown {
  const bits = ({ buffer, byteOffset, byteLength }: ArrayBufferView): string =>
    Buffer.from(buffer, byteOffset, byteLength).toString('hex');
  return {
    rowCount,
    limitedAt,
    columns: columns.map((column) =>
      [column.classes, column.numbers, column.wide, column.offsets, column.bytes].map(bits),
    ),
    large: large.map(({ row, column, bytes }) => [row, column, bits(bytes)]),
  };
}

function readAlike(connections: readonly Connection[], sql: string, rowLimit: number | null = null): ResultColumns {
  const results = connections.map((connection) => connection.run(sql, [], { rowLimit }).result);
  // By pieces of text: a difference in a long one takes a test's reporter minutes to print.
  const [first, ...others] = results.map((result) => JSON.stringify(bitsOf(result)));
  for (const other of others) expect(other === first, sql).toBe(true);
  return results[0];
}

const cell = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) + 1n, -(2n ** 53n), -(2n ** 53n) - 1n),
  fc.double({ noNaN: true }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', 'a\0b', 'x'.repeat(4095), 'y'.repeat(4096), 'z'.repeat(4097), 'é'.repeat(1500)),
  fc.uint8Array({ maxLength: 40 }),
);

describe('rows read in blocks', () => {
  it('come a block at a time: what follows is no comparison of one way with itself', () => {
    const fill = vi.spyOn(module.internals.block!, 'fill');
    const [connection, ...others] = threeWays('');
    const rows = (x: string): string =>
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${16 + 4 * BLOCK_ROWS}) SELECT ${x} FROM n`;
    connection.run(rows("i, -i * 1000000000, i / 7.0, 'ten bytes ' || (1000 + i), NULL, CAST(i AS BLOB)"));
    expect(fill).toHaveBeenCalledTimes(4);
    fill.mockClear();
    // One cell of each block is left to the functions, and the routine called again.
    connection.run(rows(`i, CASE i % ${BLOCK_ROWS} WHEN 100 THEN 1 << 60 END, i`));
    expect(fill).toHaveBeenCalledTimes(8);
    fill.mockRestore();
    for (const one of [connection, ...others]) one.close();
  });

  it('are, bit for bit, those that the functions give', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 3 * BLOCK_ROWS }),
        fc.constantFrom('UTF-8', 'UTF-16le'),
        (rows, rowLimit, encoding) => {
          const setup = `PRAGMA encoding='${encoding}'; CREATE TABLE t (a, b REAL, c TEXT)`;
          const writer = openOn(module, emptyDatabase(module));
          try {
            writer.exec(setup);
            for (const row of rows) writer.run('INSERT INTO t VALUES (?, ?, ?)', row);
            const base = writer.file.toBytes();
            const ways = [module, without({ row: null, block: null })].map((one) => openOn(one, base));
            try {
              const times = Math.ceil((2 * BLOCK_ROWS) / rows.length);
              const sql = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${times})
                SELECT a, b, c, CAST(c AS BLOB), a IS NULL, b + 0, zeroblob(length(c) % 5), i FROM n, t`;
              readAlike(ways, sql, rowLimit);
              // What the last run needed is laid out at once, and of another size now.
              readAlike(ways, sql);
              readAlike(ways, `${sql} ORDER BY c, b`);
            } finally {
              for (const way of ways) way.close();
            }
          } finally {
            writer.close();
          }
        },
      ),
      { seed: 7, numRuns: 15 },
    );
  });

  it('keep what is odd apart, in the middle of a block and at its ends', () => {
    const ways = threeWays('');
    const odd = `CASE i % 7 WHEN 0 THEN 9007199254740993 WHEN 1 THEN 9e999 WHEN 2 THEN -0.0 WHEN 3 THEN zeroblob(3)
      WHEN 4 THEN CAST(x'ff41' AS TEXT) WHEN 5 THEN char(97, 0, 98) END`;
    const sql = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000)
      SELECT ${odd}, CASE WHEN i IN (17, 272, 273, 528, 529) THEN 1 << 60 ELSE i END, i % 3 = 0 OR NULL FROM n`;
    const { columns } = readAlike(ways, sql);
    expect(columns[0].wide[6]).toBe(9007199254740993n);
    for (const limit of [1, 15, 16, 17, 271, 272, 273, 528, 1999, 2000, 2001]) {
      const { limitedAt } = readAlike(ways, sql, limit);
      expect(limitedAt).toBe(limit < 2000 ? limit : null);
    }
    for (const way of ways) way.close();
  });

  it('hold whole numbers of a REAL column as what they are', () => {
    const ways = threeWays(
      `CREATE TABLE r (x REAL); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 900)
       INSERT INTO r SELECT CASE WHEN i % 2 THEN i ELSE i / 8.0 END FROM n`,
    );
    for (const sql of ['SELECT x FROM r', 'SELECT x, max(x) OVER () FROM r ORDER BY -x', 'SELECT DISTINCT x FROM r']) {
      const { columns } = readAlike(ways, sql);
      expect(columns[0].classes.every((cellClass) => cellClass === 2)).toBe(true);
    }
    for (const way of ways) way.close();
  });

  it('survive that wasm memory grows under them', () => {
    const ways = threeWays('');
    // Each way makes memory grow on its own: a sorter and texts far larger than what is there.
    const sql = (
      megabytes: number,
    ): string => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 700)
      SELECT i, 'row ' || i, CASE i WHEN 400 THEN length(printf('%.*c', ${megabytes} * 1000000, 'x')) END,
        CASE i WHEN 401 THEN printf('%.*c', 1500000, 'y') END FROM n`;
    const before = module.memory.buffer.byteLength;
    const [inBlocks] = ways;
    inBlocks.run(sql(40));
    expect(module.memory.buffer.byteLength).toBeGreaterThan(before);
    const { large } = readAlike(ways, sql(40));
    expect(large.map(({ row, column, bytes }) => [row, column, bytes.length])).toEqual([[400, 3, 1500000]]);
    for (const way of ways) way.close();
  });

  it('leave to the caller what lies at the very end of memory, where eight bytes cannot be had', () => {
    // SQLite is played: a row of one text, and a step that ends.
    const memory = new WebAssembly.Memory({ initial: 8 });
    const [STATEMENT, ROW, TEXT] = [8, 64, memory.buffer.byteLength - 5];
    const layout = { pointer: 0, size: 40, text: 8, length: 12, flags: 16 };
    const words = new Int32Array(memory.buffer);
    words[(STATEMENT + layout.pointer) >> 2] = ROW;
    words[(ROW + layout.text) >> 2] = TEXT;
    words[(ROW + layout.flags) >> 2] = MEM.text | (UTF8 << 16);
    const raw = { _malloc: () => 1024, _sqlite3_step: () => RC.done };
    const played = { ...module, raw, memory, i32: () => words } as unknown as SqliteModule;
    const block = new RowBlock(played, layout);
    for (const [start, length, code] of [
      [TEXT, 5, LEFT_TO_CALLER],
      [TEXT - 2, 0, LEFT_TO_CALLER],
      [TEXT - 8, 5, RC.done],
    ]) {
      words[(ROW + layout.text) >> 2] = start;
      words[(ROW + layout.length) >> 2] = length;
      block.clear();
      expect(block.fill(STATEMENT, 1, 1), `${length} bytes at ${start}`).toBe(code);
      expect(block.rows).toBe(code === RC.done ? 1 : 0);
    }
  });

  it('are those of a kept statement whose table has changed since', () => {
    const ways = threeWays(
      `CREATE TABLE t (a, b); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 600)
       INSERT INTO t SELECT i, 'b' || i FROM n`,
    );
    const counted = (): number => readAlike(ways, 'SELECT * FROM t').columns.length;
    expect(counted()).toBe(2);
    for (const way of ways) way.run("ALTER TABLE t ADD COLUMN c DEFAULT 'c'");
    expect(counted()).toBe(3);
    for (const way of ways) way.run('ALTER TABLE t DROP COLUMN a');
    expect(counted()).toBe(2);
    for (const way of ways) way.close();
  });

  it('are cell by cell where there are more columns than a block has', () => {
    const ways = threeWays('');
    for (const count of [BLOCK_COLUMNS, BLOCK_COLUMNS + 1]) {
      const columns = Array.from({ length: count }, (_, index) => (index % 2 ? `i + ${index}` : `'c' || i`));
      readAlike(
        ways,
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 600) SELECT ${columns.join()} FROM n`,
      );
    }
    for (const way of ways) way.close();
  });

  it('stop at an error and when they are cancelled, in the middle of a block', () => {
    const [connection, ...others] = threeWays('');
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';
    expect(() =>
      connection.run(`${endless} WHERE i < 300 OR abs(-9223372036854775807 - (i > 299)) LIMIT 1000`),
    ).toThrow('integer overflow');
    // Slow rows, of some ten looks each: the thousandth look is in the middle of a block.
    const slow = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i,
      (WITH RECURSIVE m(j) AS (SELECT i UNION ALL SELECT j + 1 FROM m LIMIT 2000) SELECT count(*) FROM m) FROM n`;
    let looks = 0;
    const isCancelled = (): boolean => ++looks === 1000;
    expect(() => connection.run(slow, [], { isCancelled })).toThrow(expect.objectContaining({ code: 'cancelled' }));
    expect(looks).toBe(1000);
    expect(connection.query('SELECT 1')).toEqual([[1]]);
    for (const one of [connection, ...others]) one.close();
  });

  it('are counted while they are laid, for whoever asks in the middle of a step', () => {
    const native = new NativeConnection(module, new module.raw.Database().db);
    const seen: number[] = [];
    const counter: RowCounter = { rows: 0, ahead: null };
    const raw = {
      ...module.raw,
      _sqlite3_step(statement: number): number {
        seen.push(counter.rows + (counter.ahead?.rows ?? 0));
        return module.raw._sqlite3_step(statement);
      },
    };
    const block = new RowBlock({ ...module, raw }, module.internals.row!);
    const statement = native.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 700)
       SELECT CASE i WHEN 300 THEN 1 << 60 ELSE i END FROM n`,
    );
    const told = { ...module, raw, internals: { ...module.internals, block } };
    readRows(told, statement, { rowLimit: null, shouldStop: null, counter });
    expect(seen).toEqual(Array.from({ length: 701 }, (_, index) => index));
    native.finalize(statement);
    block.free();
  });

  it('are given up when their layout is not so', () => {
    const row = module.internals.row!;
    const native = new NativeConnection(module, new module.raw.Database().db);
    for (const wrong of [
      { ...row, size: row.size + 8 },
      { ...row, text: row.length, length: row.text },
      { ...row, flags: row.flags + 2 },
    ]) {
      const block = new RowBlock(module, wrong);
      let alike = false;
      try {
        alike = readsAlike(module, native, row, block);
      } catch {
        // A trap says "no" as well.
      }
      expect(alike).toBe(false);
      block.free();
    }
  });
});

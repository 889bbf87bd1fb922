import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BulkInsert } from '../../../../src/database/rows/bulk-insert.ts';
import type { SqlValue } from '../../../../src/database/protocol.ts';
import { databaseWith, openOn, sqlite } from '../support.ts';

const value: fc.Arbitrary<SqlValue> = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.string({ minLength: 20_000, maxLength: 40_000 }).map((text) => `${text}é`),
  fc.uint8Array({ maxLength: 20 }),
);

/** As SQLite gives it back: bigint only beyond 2^53, whole numbers without a sign of zero. */
function stored(given: SqlValue): SqlValue {
  if (typeof given === 'bigint') return Number.isSafeInteger(Number(given)) ? Number(given) : given;
  // A whole double below 2^63 is an INTEGER.
  if (typeof given === 'number' && Number.isInteger(given) && Math.abs(given) < 2 ** 63) {
    return Number.isSafeInteger(given) ? given : BigInt(given);
  }
  return given;
}

describe('a bulk insert', () => {
  it.each([true, false])('stores every value as it is (64-bit integers bound directly: %s)', async (direct) => {
    const loaded = await sqlite();
    const module = direct ? loaded : { ...loaded, internals: { ...loaded.internals, variables: null } };
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value, value), { maxLength: 8 }), (rows) => {
        const connection = openOn(loaded, databaseWith(loaded, 'CREATE TABLE "a?b" (x, y, z)'));
        try {
          const insert = new BulkInsert(module, connection.native, '"a?b" (x, y, z)', 3);
          for (const row of rows) insert.insert(row);
          insert.free();
          expect(connection.query('SELECT x, y, z FROM "a?b" ORDER BY rowid')).toEqual(
            rows.map((row) => row.map(stored)),
          );
        } finally {
          connection.close();
        }
      }),
      { numRuns: 40 },
    );
  });

  it('says what a constraint refused, and takes the next row', async () => {
    const module = await sqlite();
    const connection = openOn(module, databaseWith(module, 'CREATE TABLE t (a UNIQUE)'));
    const insert = new BulkInsert(module, connection.native, 't', 1);
    insert.row(1);
    expect(() => insert.row(1)).toThrow('UNIQUE constraint failed: t.a');
    insert.row('two');
    insert.free();
    expect(connection.query('SELECT a FROM t')).toEqual([[1], ['two']]);
    connection.close();
  });
});

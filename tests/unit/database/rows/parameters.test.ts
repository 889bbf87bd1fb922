import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../../src/database/connection.ts';
import type { Parameters, SqlValue } from '../../../../src/database/protocol.ts';
import { statementEnd, variablesOf } from '../../../../src/database/statements/tokens.ts';
import { databaseWith, openOn, sqlite } from '../support.ts';

let connection: Connection;
let plain: Connection;

beforeAll(async () => {
  const module = await sqlite();
  connection = openOn(module, databaseWith(module));
  // Without SQLite's internals: integers beyond 32 bits become literals, rows are read by function.
  const internals = {
    vmSteps: null,
    progress: null,
    errorOffset: null,
    variables: null,
    row: null,
    block: null,
    sortMemory: null,
  };
  plain = openOn({ ...module, internals }, databaseWith(module));
});

const value = fc.oneof(
  fc.constant(null),
  fc.double({ noNaN: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.string({ unit: 'binary' }),
  fc.uint8Array(),
);

/** What a value must come back as: integers as number up to 2^53, as bigint beyond; NaN has no place in SQL. */
function expected(given: SqlValue): SqlValue {
  if (typeof given === 'bigint') return given >= -(2n ** 53n) && given <= 2n ** 53n ? Number(given) : given;
  if (typeof given === 'number' && Number.isInteger(given) && Math.abs(given) > 2 ** 53 && Math.abs(given) < 2 ** 63)
    return BigInt(given);
  return given;
}

function storageClass(given: SqlValue): string {
  if (given === null) return 'null';
  if (typeof given === 'string') return 'text';
  if (given instanceof Uint8Array) return 'blob';
  const whole =
    typeof given === 'bigint' || (Number.isInteger(given) && !Object.is(given, -0) && Math.abs(given) < 2 ** 63);
  return whole ? 'integer' : 'real';
}

describe('parameters', () => {
  it('come back as they went in, with the class that they have', () => {
    fc.assert(
      fc.property(value, (given) => {
        for (const one of [connection, plain]) {
          const [row] = one.query('SELECT ?1, typeof(?1)', [given]);
          expect(row).toEqual([expected(given), storageClass(given)]);
        }
      }),
      { seed: 4, numRuns: 150 },
    );
  });

  it('are of one class at the edges of what is bound in another way, by position, by name, and beside a blob', () => {
    const edges = [31, 53, 63].flatMap((bits) => [-1, 0, 1].map((by) => 2 ** bits + by));
    for (const given of [...edges, ...edges.map((edge) => -edge), 0, -0, 0.5, Infinity]) {
      for (const one of [connection, plain]) {
        const classes = [
          ...one.query('SELECT typeof(?1)', [given]),
          ...one.query('SELECT typeof(?1), ?2', [given, new Uint8Array(1)]),
          ...one.query('SELECT typeof(:x)', { ':x': given }),
        ].map(([seen]) => seen);
        expect([given, ...classes]).toEqual([given, ...classes.map(() => storageClass(given))]);
      }
    }
  });

  it('keep their names and numbers when a literal stands in for one', () => {
    const given = { ':a': 5_000_000_000, '@b': 'x', $c: -(2n ** 63n) };
    for (const one of [connection, plain]) {
      const { result } = one.run('SELECT :a, @b, $c, :a AS again', given);
      expect(result.names).toEqual([':a', '@b', '$c', 'again']);
      expect(one.query('SELECT :a, @b, $c, :a AS again', given)).toEqual([[5e9, 'x', -(2n ** 63n), 5e9]]);
      expect(one.query('SELECT ?, ?2, ?', [1, 2 ** 40, 3])).toEqual([[1, 2 ** 40, 3]]);
    }
  });

  const wrong: [string, Parameters, string][] = [
    ['SELECT ?', [], 'parameter 1 (?)'],
    ['SELECT :name, :other', { ':name': 1 }, ':other'],
    ['SELECT :name', { name: 1 }, ':name'],
    ['SELECT ?3', [1, 2], '?3'],
    ['SELECT ?', [1, 2], '2 values were given'],
    ['SELECT :a', { ':a': 1, ':b': 2 }, 'no parameter :b'],
    ['SELECT ?', [2n ** 63n], 'beyond 64 bits'],
    ['SELECT ?', [true as unknown as SqlValue], 'boolean'],
  ];
  it('that are missing, unknown or no SQLite values are errors that say what is wrong', () => {
    for (const [sql, given, message] of wrong) {
      expect(() => connection.run(sql, given)).toThrow(
        expect.objectContaining({ code: 'parameters', message: expect.stringContaining(message) }),
      );
    }
  });

  it('are found outside strings, comments and quoted names, numbered as SQLite numbers them', () => {
    const sql = `SELECT ?, ':no', "?no", [@no], \`$no\` -- ?no
      , :a /* :no */, ?, ?7, ?, :a, $b::c(d), x'00'`;
    expect(variablesOf(sql).map(({ name, index }) => [name, index])).toEqual([
      ['?', 1],
      [':a', 2],
      ['?', 3],
      ['?7', 7],
      ['?', 8],
      ['$b::c(d)', 9],
    ]);
  });

  it('a statement ends at its semicolon, a trigger after END', () => {
    const trigger = `CREATE TEMP TRIGGER t AFTER DELETE ON x BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT 2; END;`;
    expect(statementEnd(`${trigger} SELECT 1;`, 0)).toBe(trigger.length);
    expect(statementEnd("SELECT ';'; x", 0)).toBe(11);
    expect(statementEnd('EXPLAIN CREATE TRIGGER t BEGIN SELECT 1; END; x', 0)).toBe(45);
    expect(statementEnd('CREATE TABLE trigger_log (a); x', 0)).toBe(29);
  });
});

/** What is saved can be read back: same values, and the same storage classes wherever the format can say them. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { sliceRows } from '../../../../src/database/rows/columns.ts';
import type { Connection } from '../../../../src/database/connection.ts';
import { uniqueNames } from '../../../../src/database/export/cells.ts';
import { createFormatter, formatted } from '../../../../src/database/export/formatter.ts';
import type { ExportFormat, ResultColumns } from '../../../../src/database/protocol.ts';
import type { SqliteModule } from '../../../../src/database/sqlite/sqlite-module.ts';
import { databaseWith, openOn, sqlite } from '../support.ts';
import { cellsOf, givenValue, plainCells, readCsv, readJson, resultOf, type Cell } from './support.ts';

let module: SqliteModule;
let connection: Connection;
beforeAll(async () => {
  module = await sqlite();
  connection = openOn(module, databaseWith(module));
});

const table = fc
  .integer({ min: 1, max: 4 })
  .chain((width) => fc.array(fc.array(givenValue, { minLength: width, maxLength: width }), { maxLength: 12 }));
const namesFor = (rows: readonly unknown[][]): string[] =>
  ['a', 'b', 'A', 'a "quoted", name'].slice(0, rows[0]?.length ?? 2);

/** In three windows, as a worker writes it. */
function inWindows(format: ExportFormat, result: ResultColumns, name = 't'): string {
  const formatter = createFormatter(format, { table: name });
  const cuts = [0, Math.floor(result.rowCount / 3), Math.floor((result.rowCount * 2) / 3), result.rowCount];
  const windows = cuts.slice(1).map((to, at) => sliceRows(result, cuts[at], to));
  return (
    formatter.begin(windows[0]) + windows.map((one) => formatter.rows(one, 0, one.rowCount)).join('') + formatter.end()
  );
}

const asText = (cell: Cell): Cell =>
  cell.kind === 'blob' ? { kind: 'text', value: Buffer.from(cell.value, 'hex').toString('base64') } : cell;

describe('reading back', () => {
  test('CSV gives every value and its class', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const result = resultOf(connection, rows, namesFor(rows));
        const [names, ...body] = readCsv(formatted('csv', result, { table: 't' }));
        expect(names.map(({ value }) => value)).toEqual(result.names);
        expect(body).toEqual(plainCells(result));
        expect(inWindows('csv', result)).toBe(formatted('csv', result, { table: 't' }));
      }),
    );
  });

  test('JSON and NDJSON give every value; a blob is base64 text', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const result = resultOf(connection, rows, namesFor(rows));
        const keys = uniqueNames(result.names);
        const expected = plainCells(result).map((row) => row.map(asText));
        const read = readJson(inWindows('json', result)).map((object) => keys.map((key) => object[key]));
        expect(read).toEqual(expected);
        const lines = inWindows('ndjson', result).split('\n').slice(0, -1);
        expect(lines.map((line) => keys.map((key) => readJson(`[${line}]`)[0][key]))).toEqual(expected);
      }),
    );
  });

  test('SQL gives every value and its class, through SQLite itself', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const result = resultOf(connection, rows, namesFor(rows));
        const target = openOn(module, databaseWith(module));
        try {
          target.exec(inWindows('sql', result, 'odd "name"'));
          expect(cellsOf(target, 'SELECT * FROM "odd ""name"""')).toEqual(plainCells(result));
        } finally {
          target.close();
        }
      }),
      { numRuns: 60 },
    );
  });

  test('SQL keeps bytes that are no UTF-8, and NUL characters', () => {
    const sql = `SELECT CAST(x'61ff62' AS TEXT) AS torn, CAST(x'610062' AS TEXT) AS zero, char(65533) AS honest, CAST(x'' AS TEXT) AS empty`;
    const target = openOn(module, databaseWith(module));
    target.exec(formatted('sql', connection.run(sql).result, { table: 't' }));
    expect(target.query('SELECT hex(torn), hex(zero), hex(honest), typeof(empty), typeof(torn) FROM t')).toEqual([
      ['61FF62', '610062', 'EFBFBD', 'text', 'text'],
    ]);
    target.close();
  });

  test('many rows become INSERT statements of bounded length', () => {
    const { result } = connection.run(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 950) SELECT i, hex(zeroblob(i * 4)) AS h FROM n',
    );
    const text = inWindows('sql', result);
    const statements = text.split(';\n');
    expect(Math.max(...statements.map((one) => one.length))).toBeLessThan(80_000);
    expect(text.match(/INSERT INTO/g)!.length).toBeGreaterThanOrEqual(10);
    const target = openOn(module, databaseWith(module));
    target.exec(text);
    expect(target.query('SELECT count(*), sum(i), sum(length(h)) FROM t')).toEqual([[950, 451725, 3613800]]);
    target.close();
  });
});

describe('by hand', () => {
  const one = (sql: string, format: ExportFormat): string =>
    formatted(format, connection.run(sql).result, { table: 't' });
  const ROW = `SELECT NULL AS n, '' AS e, '5' AS five, 5 AS i, 5.0 AS r, x'0aff' AS b, 'a,"b"' AS q, 9007199254740993 AS w, 1e999 AS inf`;

  test('CSV', () => {
    expect(one(ROW, 'csv')).toBe(
      `n,e,five,i,r,b,q,w,inf\r\n,"","5",5,5.0,X'0AFF',"a,""b""",9007199254740993,9e999\r\n`,
    );
  });
  test('JSON', () => {
    expect(one(ROW, 'json')).toBe(
      `[\n{"n":null,"e":"","five":"5","i":5,"r":5.0,"b":"Cv8=","q":"a,\\"b\\"","w":9007199254740993,"inf":9e999}\n]\n`,
    );
    expect(one('SELECT 1 AS a WHERE 0', 'json')).toBe('[]\n');
    expect(one('SELECT 1 AS a, 2 AS a, 3 AS a_2', 'ndjson')).toBe('{"a":1,"a_3":2,"a_2":3}\n');
  });
  test('SQL', () => {
    expect(one(ROW, 'sql')).toBe(
      `BEGIN;\nCREATE TABLE "t" ("n", "e", "five", "i", "r", "b", "q", "w", "inf");\n` +
        `INSERT INTO "t" ("n", "e", "five", "i", "r", "b", "q", "w", "inf") VALUES\n` +
        `(NULL, '', '5', 5, 5.0, X'0AFF', 'a,"b"', 9007199254740993, 9e999);\nCOMMIT;\n`,
    );
  });
  test('Markdown', () => {
    const sql = `SELECT 'a|b' AS "x|y", 'two' || char(10) || 'lines' AS t, 1 AS n, NULL AS z, 'back\`tick\\' AS k, 'order_id _em_' AS u`;
    expect(one(sql, 'markdown')).toBe(
      '| x\\|y | t | n | z | k | u |\n| --- | --- | ---: | --- | --- | --- |\n' +
        '| a\\|b | two<br>lines | 1 | *NULL* | back\\`tick\\\\ | order_id \\_em\\_ |\n',
    );
  });
  test('a cut cell is written whole', () => {
    const { result } = connection.run(`SELECT printf('%.*c', 1500000, 'x') AS t, zeroblob(1100000) AS b`);
    expect(result.large).toHaveLength(2);
    const csv = formatted('csv', result, { table: 't' });
    expect(csv.length).toBe('t,b\r\n'.length + 1_500_000 + 1 + 3 + 2_200_000 + 2);
  });
  test('names stay unique without regard to case', () => {
    expect(uniqueNames(['id', 'ID', 'id_2', 'x', ''])).toEqual(['id', 'ID_3', 'id_2', 'x', '']);
    expect(uniqueNames(['a', 'a', 'a'])).toEqual(['a', 'a_2', 'a_3']);
  });
});

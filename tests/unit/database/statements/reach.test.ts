import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import type { Random } from '../../../../src/core/ports.ts';
import { disjoint } from '../../../../src/cache/freshness/row-keys.ts';
import type { Connection } from '../../../../src/database/connection.ts';
import type { Parameters, RowKey, SqlValue } from '../../../../src/database/protocol.ts';
import { Classifier } from '../../../../src/database/statements/classifier.ts';
import { keyText } from '../../../../src/database/statements/row-key.ts';
import { touchedRows } from '../../../../src/database/statements/touched.ts';
import { rowsReached } from '../../../../src/engine/query/rows-reached.ts';
import { emptyDatabase } from '../../../../src/database/file/snapshot-file.ts';
import { openOn, sqlite } from '../support.ts';

/** Keys of every kind: the rowid's own name, one that only looks like it, text with and without a collation, two columns, none. */
const SCHEMA = `
  CREATE TABLE plain (id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c);
  CREATE INDEX plain_a ON plain (a);
  CREATE UNIQUE INDEX plain_b ON plain (b, a);
  CREATE TABLE falling (id INTEGER PRIMARY KEY DESC, v NUMERIC UNIQUE);
  CREATE TABLE words (k TEXT PRIMARY KEY COLLATE NOCASE, n INTEGER) WITHOUT ROWID;
  CREATE TABLE pairs (x TEXT, y INTEGER, z REAL, PRIMARY KEY (x, y)) WITHOUT ROWID;
  CREATE INDEX pairs_z ON pairs (z DESC, y);
  CREATE TABLE loose (v, w TEXT COLLATE RTRIM);
  CREATE INDEX loose_v ON loose (v);
  CREATE INDEX loose_w ON loose (w);
  CREATE TABLE watched (id INTEGER PRIMARY KEY, v);
  CREATE TABLE noted (id INTEGER PRIMARY KEY, v);
  CREATE TRIGGER watching AFTER UPDATE ON watched BEGIN UPDATE noted SET v = new.v; UPDATE watched SET v = v || '!' WHERE id = 1; END;
  CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, v);
  CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES plain (id) ON DELETE CASCADE ON UPDATE CASCADE);
  CREATE TABLE keyed (id INTEGER PRIMARY KEY, k TEXT UNIQUE, x TEXT, y INTEGER, UNIQUE (x, y));
  CREATE TABLE lone (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, v);
  CREATE TABLE taking (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, u UNIQUE ON CONFLICT REPLACE);
`;
const COLUMNS: Record<string, string[]> = {
  plain: ['id', 'a', 'b', 'c'],
  falling: ['id', 'v'],
  words: ['k', 'n'],
  pairs: ['x', 'y', 'z'],
  loose: ['v', 'w'],
  watched: ['id', 'v'],
  noted: ['id', 'v'],
  counted: ['id', 'v'],
  child: ['id', 'parent'],
  keyed: ['id', 'k', 'x', 'y'],
  lone: ['id', 'v'],
  taking: ['id', 'u'],
};
const TABLES = Object.keys(COLUMNS);
const STORED: SqlValue[] = [1, 2, 3, '1', '2.0', 'a', 'A', 'a ', 2.5, null, -1, new Uint8Array([0x31]), 'b'];
const VALUES = ['1', '2', '3', "'1'", "'2.0'", "'a'", "'A'", "'a '", '1.0', '2.5', 'NULL', '-1', "x'31'", "'b'"];

describe('rows that statements reach', () => {
  let connection: Connection;
  let classifier: Classifier;
  beforeAll(async () => {
    const module = await sqlite();
    connection = openOn(module, emptyDatabase(module));
    connection.exec(SCHEMA);
    connection.exec('PRAGMA foreign_keys = ON');
    classifier = new Classifier(connection);
  });

  const reached = (sql: string, parameters: Parameters = []): Record<string, readonly RowKey[]> =>
    Object.fromEntries(rowsReached(classifier.classify(sql), parameters));
  const touched = (sql: string, parameters: Parameters = []): RowKey[] | null => {
    const found = classifier.classify(sql).touched;
    return found && touchedRows(found, sql, parameters);
  };

  it.each<[string, SqlValue[], Record<string, RowKey[]>]>([
    ['SELECT * FROM plain WHERE id = 5', [], { plain: [{ '-1': 'n5' }] }],
    ['SELECT * FROM plain p WHERE p.id = ?', [7], { plain: [{ '-1': 'n7' }] }],
    ['SELECT count(*) FROM plain WHERE rowid = ? AND c > 3', [7n], { plain: [{ '-1': 'n7' }] }],
    ['SELECT b FROM plain WHERE a = 4 ORDER BY id DESC', [], { plain: [{ '1': 'n4' }] }],
    ["SELECT 1 FROM plain WHERE b = 'X' AND a = ?", [2], { plain: [{ '1': 'n2', '2': 'tx' }] }],
    ["SELECT 1 FROM plain WHERE b = 'X' AND a > 2", [], { plain: [{ '2': 'tx' }] }],
    ["SELECT n FROM words WHERE k = 'Word '", [], { words: [{ '0': 'tword' }] }],
    ["SELECT z FROM pairs WHERE x = 'p' AND y = 2", [], { pairs: [{ '0': 'tp', '1': 'n2' }] }],
    ['SELECT x FROM pairs WHERE z = 3', [], { pairs: [{ '2': 'n3' }] }],
    ['SELECT * FROM falling WHERE id = 3', [], { falling: [{ '0': 'n3' }] }],
    ["SELECT * FROM loose WHERE v = 'q'", [], { loose: [{ '0': 'tq' }] }],
    // A text in a column of numbers, a real, NULL: nothing that could be compared.
    ["SELECT * FROM plain WHERE id = '5'", [], {}],
    ['SELECT * FROM plain WHERE id = ?', ['5'], {}],
    ['SELECT * FROM plain WHERE id = ?', [5.5], {}],
    ['SELECT * FROM plain WHERE a = ?', [null], {}],
    ['SELECT * FROM plain WHERE a IS NULL', [], {}],
    ['SELECT * FROM plain WHERE id = ?', [2n ** 53n + 1n], {}],
    // Another way to the table, and what is sought comes from somewhere else.
    ['SELECT * FROM plain WHERE id > 5', [], {}],
    ['SELECT * FROM plain WHERE id = 5 OR c = 1', [], {}],
    ['SELECT (SELECT count(*) FROM plain) FROM plain WHERE id = 5', [], {}],
    ['SELECT * FROM plain WHERE id = abs(-5)', [], {}],
    ['SELECT * FROM child c JOIN plain p ON p.id = c.parent WHERE c.id = 3', [], { child: [{ '-1': 'n3' }] }],
    [
      'SELECT (SELECT b FROM plain WHERE id = 2) FROM plain WHERE id = 5',
      [],
      { plain: [{ '-1': 'n5' }, { '-1': 'n2' }] },
    ],
  ])('%s', (sql, parameters, expected) => {
    const found = reached(sql, parameters);
    const sorted = (keys: readonly RowKey[]): string[] => keys.map((key) => JSON.stringify(key)).sort();
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    for (const [table, keys] of Object.entries(expected)) expect(sorted(found[table])).toEqual(sorted(keys));
  });

  it.each<[string, SqlValue[], RowKey[] | null]>([
    ['UPDATE plain SET c = 1 WHERE id = 7', [], [{ '-1': 'n7' }]],
    ['UPDATE plain SET c = c + ? WHERE id = ?', [1, 7], [{ '-1': 'n7' }]],
    ['UPDATE plain SET a = 2 WHERE a = 3', [], null],
    ['UPDATE plain SET a = 2 WHERE id = 3', [], [{ '-1': 'n3' }]],
    ["DELETE FROM words WHERE k = 'A'", [], [{ '0': 'ta' }]],
    ["INSERT INTO plain VALUES (5, 1, 'B', NULL)", [], [{ '-1': 'n5', '1': 'n1', '2': 'tb' }]],
    [
      'INSERT INTO loose (w, v) VALUES (?, ?), (?, 4)',
      ['x', 3, 'y'],
      [
        { '1': 'tx', '0': 'n3' },
        { '1': 'ty', '0': 'n4' },
      ],
    ],
    ['INSERT INTO counted (v) VALUES (1)', [], [{ '1': 'n1' }]],
    // The key is changed, and by names that are not the column's.
    ['UPDATE plain SET id = 9 WHERE id = 7', [], null],
    ['UPDATE plain SET rowid = 9 WHERE id = 7', [], null],
    ['UPDATE plain SET (c, id) = (1, 2) WHERE id = 7', [], null],
    // A unique key leads to one row, which is then found under the new key: only what stays tells it.
    ["UPDATE keyed SET k = 'b' WHERE k = 'a'", [], null],
    ["UPDATE keyed SET y = 5 WHERE x = 'a' AND y = 2", [], [{ '2': 'ta' }]],
    ["UPDATE keyed SET id = 5 WHERE x = 'a' AND y = 2", [], null],
    // Here an INSERT overwrites a row, and the bytecode has no Delete for it.
    ['INSERT INTO lone VALUES (1, 2)', [], null],
    // Triggers, cascades, conflicts, other statements inside, joins.
    ['UPDATE watched SET v = 1 WHERE id = 7', [], null],
    ['DELETE FROM plain WHERE id = 7', [], null],
    ["INSERT OR REPLACE INTO words VALUES ('a', 1)", [], null],
    ["REPLACE INTO words VALUES ('a', 1)", [], null],
    ['UPDATE OR REPLACE plain SET c = 1 WHERE id = 7', [], null],
    ["INSERT INTO words VALUES ('a', 1) ON CONFLICT DO UPDATE SET n = 2", [], null],
    ['INSERT INTO taking VALUES (1, 2)', [], null],
    ['UPDATE taking SET u = 3 WHERE id = 1', [], null],
    ['INSERT INTO plain SELECT 5, 1, 2, 3', [], null],
    ['UPDATE plain SET c = (SELECT 1) WHERE id = 7', [], null],
    ['UPDATE plain SET c = 1 FROM words WHERE id = 7', [], null],
    ['DELETE FROM loose', [], null],
    ['UPDATE plain SET c = 1 WHERE id > 7', [], null],
    ['INSERT INTO plain VALUES (?, 1, 2, 3)', [2.5], [{ '1': 'n1', '2': 't2', '3': 'n3' }]],
  ])('%s', (sql, parameters, expected) => {
    expect(touched(sql, parameters)).toEqual(expected);
  });

  it('tells every row that a write changes, as it was and as it becomes (300 random writes)', () => {
    const random = createRandom(17);
    let known = 0;
    for (let round = 0; round < 300; round++) {
      const [sql, parameters] = withParameters(randomWrite(random), random);
      connection.exec('BEGIN');
      fill(connection, random);
      const before = TABLES.map((table) => rows(connection, table));
      const { touched: found, tablesWritten } = classifier.classify(sql);
      try {
        connection.run(sql, parameters);
      } catch {
        // A constraint, or a rowid that is none: nothing has changed.
      }
      const keys = found && touchedRows(found, sql, parameters);
      if (found && keys) {
        known++;
        for (const [at, table] of TABLES.entries()) {
          const after = rows(connection, table);
          const changed = [
            ...before[at].filter((row) => !after.includes(row)),
            ...after.filter((row) => !before[at].includes(row)),
          ];
          if (changed.length === 0) continue;
          expect(tablesWritten, sql).toContain(table);
          for (const row of changed)
            expect([table, disjoint([keyOf(table, row)], keys)], `${sql} ${row}`).toEqual([found.table, false]);
        }
      }
      connection.exec('ROLLBACK');
    }
    expect(known).toBeGreaterThan(75);
  });

  it('lets no answer hang on a row that it is not said to reach (400 random reads, then writes elsewhere)', () => {
    const random = createRandom(23);
    let known = 0;
    for (let round = 0; round < 400; round++) {
      const [sql, parameters] = withParameters(randomRead(random), random);
      const reach = rowsReached(classifier.classify(sql), parameters);
      if (reach.size === 0) continue;
      known++;
      connection.exec('BEGIN');
      fill(connection, random);
      const before = connection.query(sql, parameters);
      for (const [table, keys] of reach) {
        for (const row of rows(connection, table)) {
          if (!disjoint([keyOf(table, row)], keys)) continue;
          const { where, values } = whereRow(table, row);
          connection.run(`DELETE FROM ${table} WHERE ${where}`, values);
        }
      }
      expect(connection.query(sql, parameters), sql).toEqual(before);
      connection.exec('ROLLBACK');
    }
    expect(known).toBeGreaterThan(60);
  });
});

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random.below(items.length)];
}

function randomWrite(random: Random): string {
  const table = pick(random, TABLES);
  const columns = COLUMNS[table];
  const value = (): string => pick(random, VALUES);
  const where = (): string => {
    const one = `${pick(random, columns)} = ${value()}`;
    return random.below(4) === 0
      ? `${one} AND ${pick(random, columns)} ${pick(random, ['=', '<', '>='])} ${value()}`
      : one;
  };
  const row = (): string => `(${columns.map(value).join(', ')})`;
  switch (random.below(6)) {
    case 0:
      return `INSERT INTO ${table} VALUES ${row()}${random.below(3) === 0 ? `, ${row()}` : ''}`;
    case 1: {
      const named = columns.filter(() => random.below(2) === 0);
      return named.length === 0
        ? `INSERT INTO ${table} DEFAULT VALUES`
        : `INSERT OR ${pick(random, ['ABORT', 'IGNORE', 'REPLACE'])} INTO ${table} (${named.join(', ')}) VALUES (${named.map(value).join(', ')})`;
    }
    case 2:
      return `DELETE FROM ${table} WHERE ${where()}`;
    case 3:
      return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${row()}`;
    default:
      return `UPDATE ${table} SET ${pick(random, columns)} = ${pick(random, [value(), `${pick(random, columns)} || 'x'`])} WHERE ${where()}`;
  }
}

function randomRead(random: Random): string {
  const table = pick(random, TABLES);
  const columns = COLUMNS[table];
  const where = `${pick(random, columns)} = ${pick(random, VALUES)}`;
  const more = pick(random, [
    '',
    ` AND ${pick(random, columns)} ${pick(random, ['=', '>', '<='])} ${pick(random, VALUES)}`,
  ]);
  const tail = pick(random, [
    '',
    ` ORDER BY ${pick(random, columns)} DESC`,
    ' LIMIT 2',
    ` GROUP BY ${pick(random, columns)}`,
  ]);
  const what = pick(random, ['*', 'count(*)', columns.join(', '), `max(${pick(random, columns)})`]);
  return `SELECT ${what} FROM ${table} WHERE ${where}${more}${tail}`;
}

/** Some of the literals become parameters of the same value. */
function withParameters(sql: string, random: Random): [string, SqlValue[]] {
  const parameters: SqlValue[] = [];
  const text = sql.replace(/(?<=[=(,<>] )(-?\d+(?:\.\d+)?|'[^']*'|NULL)(?=[ ,)]|$)/g, (literal) => {
    if (random.below(3) > 0) return literal;
    parameters.push(literal === 'NULL' ? null : literal[0] === "'" ? literal.slice(1, -1) : Number(literal));
    return '?';
  });
  return [text, parameters];
}

function fill(connection: Connection, random: Random): void {
  for (const table of TABLES) {
    for (let count = 0; count < 6; count++) {
      const values = COLUMNS[table].map(() => pick(random, STORED));
      try {
        connection.run(`INSERT OR IGNORE INTO ${table} VALUES (${values.map(() => '?').join(', ')})`, values);
      } catch {
        // A text cannot be a rowid.
      }
    }
  }
}

/** Rows as JSON of [storage class, value as a literal]; the rowid first where there is one. */
function rows(connection: Connection, table: string): string[] {
  const rowid = table === 'words' || table === 'pairs' ? 'NULL' : 'rowid';
  const columns = COLUMNS[table].map((name) => `typeof(${name}), ${name}`).join(', ');
  return connection
    .query(`SELECT ${rowid}, ${columns} FROM ${table}`)
    .map((row) => JSON.stringify(row, (_, value: unknown) => (value instanceof Uint8Array ? [...value] : value)));
}

/** What is stored, as a row key of its own. */
function keyOf(table: string, row: string): RowKey {
  const [rowid, ...cells] = JSON.parse(row) as SqlValue[];
  const key: Record<string, string> = {};
  if (typeof rowid === 'number') key['-1'] = `n${rowid}`;
  COLUMNS[table].forEach((_, column) => {
    const [kind, value] = [cells[2 * column], cells[2 * column + 1]];
    if (kind === 'blob' || kind === 'null') key[column] = `other ${String(value)}`;
    else if (kind === 'text') key[column] = keyText(value, 'A') ?? '';
    else key[column] = `n${Number(value)}`;
  });
  return key;
}

function whereRow(table: string, row: string): { where: string; values: SqlValue[] } {
  const [rowid, ...cells] = JSON.parse(row) as SqlValue[];
  if (typeof rowid === 'number') return { where: 'rowid = ?', values: [rowid] };
  const valueOf = (cell: unknown): SqlValue =>
    Array.isArray(cell) ? Uint8Array.from(cell as number[]) : (cell as SqlValue);
  const [first, second] = COLUMNS[table];
  return table === 'words'
    ? { where: `${first} = ?`, values: [valueOf(cells[1])] }
    : { where: `${first} = ? AND ${second} = ?`, values: [valueOf(cells[1]), valueOf(cells[3])] };
}

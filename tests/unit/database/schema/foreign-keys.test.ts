import { beforeAll, describe, expect, it } from 'vitest';
import type { Random } from '../../../../src/core/ports.ts';
import { createRandom } from '../../../../src/core/random.ts';
import type { Connection } from '../../../../src/database/connection.ts';
import { checkForeignKeys } from '../../../../src/database/schema/foreign-keys.ts';
import type { ForeignKeyCheck } from '../../../../src/database/protocol.ts';
import type { SqliteModule } from '../../../../src/database/sqlite/sqlite-module.ts';
import { databaseWith, openOn, sqlite } from '../support.ts';

let module: SqliteModule;

beforeAll(async () => {
  module = await sqlite();
});

function checked<Result>(setup: string, work: (keys: ForeignKeyCheck[], connection: Connection) => Result): Result {
  const connection = openOn(module, databaseWith(module, setup));
  try {
    return work(checkForeignKeys(connection, 10_000).keys, connection);
  } finally {
    connection.close();
  }
}

const sole = (setup: string): ForeignKeyCheck =>
  checked(setup, (keys) => {
    expect(keys).toHaveLength(1);
    return keys[0];
  });

const pick = <Item>(items: readonly Item[], random: Random): Item => items[random.below(items.length)];

const TYPES = ['INTEGER', 'TEXT', 'REAL', 'NUMERIC', 'BLOB', '', 'TEXT COLLATE NOCASE', 'TEXT COLLATE RTRIM'];
const VALUES = [
  'NULL',
  '0',
  '1',
  '2',
  '1.0',
  '1.5',
  "'1'",
  "'01'",
  "'a'",
  "'A'",
  "'a '",
  "x'31'",
  "x'61'",
  "''",
  '-0.0',
  '9007199254740993',
  "'1e0'",
];

/** A parent and a child table whose keys work, cannot work, or lie across affinities and collations. */
function randomPair(random: Random): string {
  const withoutRowid = (): string => pick(['', '', ' WITHOUT ROWID'], random);
  const parent = pick(
    [
      'id INTEGER PRIMARY KEY, x, y',
      `id ${pick(TYPES, random)} PRIMARY KEY, x ${pick(TYPES, random)} UNIQUE, y`,
      `id INT, x ${pick(TYPES, random)}, y ${pick(TYPES, random)}, PRIMARY KEY (y, x), UNIQUE (id)`,
      `id ${pick(TYPES, random)}, x ${pick(TYPES, random)}, y ${pick(TYPES, random)}, UNIQUE (x, y), UNIQUE (id)`,
    ],
    random,
  );
  const single = pick(['(id)', '(x)', '(ID)', '', '(nowhere)'], random);
  const double = pick(['(x, y)', '(y, x)', ''], random);
  const suffix = parent.includes('PRIMARY KEY') ? withoutRowid() : '';
  return `CREATE TABLE parent (${parent})${suffix};
    ${pick(['', 'CREATE UNIQUE INDEX extra ON parent (x COLLATE NOCASE);', 'CREATE UNIQUE INDEX part ON parent (x) WHERE id > 0;'], random)}
    CREATE TABLE child (a ${pick(TYPES, random)} REFERENCES ${pick(['parent', 'PARENT', 'parent', 'missing'], random)} ${single},
      b ${pick(TYPES, random)}, c ${pick(TYPES, random)}, self INTEGER PRIMARY KEY, up ${pick(TYPES, random)} REFERENCES child,
      FOREIGN KEY (b, c) REFERENCES parent ${double});`;
}

function fill(connection: Connection, random: Random): void {
  const value = (): string => pick(VALUES, random);
  for (let row = 0; row < 12; row++) {
    connection.exec(`INSERT OR IGNORE INTO parent (id, x, y) VALUES (${value()}, ${value()}, ${value()})`);
  }
  for (let row = 0; row < 30; row++) {
    const up = random.below(2) ? value() : String(random.below(30));
    connection.exec(`INSERT OR IGNORE INTO child (a, b, c, up) VALUES (${value()}, ${value()}, ${value()}, ${up})`);
  }
}

describe('the check of foreign keys', () => {
  it('finds what PRAGMA foreign_key_check finds, over types, collations and kinds of keys', () => {
    const random = createRandom('foreign keys');
    let compared = 0;
    let orphans = 0;
    let refused = 0;
    for (let trial = 0; trial < 250; trial++) {
      const setup = randomPair(random);
      checked(setup, (_, connection) => {
        try {
          fill(connection, random);
        } catch {
          return; // datatype mismatch of a rowid, NULL in a key WITHOUT ROWID
        }
        const { keys, enforced } = checkForeignKeys(connection, 10_000);
        expect(enforced).toBe(false);
        const faulty = keys.filter((key) => key.fault !== null && key.parent !== 'missing');
        let rows;
        try {
          rows = connection.query('SELECT "rowid", parent, fkid FROM pragma_foreign_key_check(\'child\')');
        } catch (error) {
          expect((error as Error).message, setup).toContain('foreign key mismatch');
          expect(faulty.length, setup).toBeGreaterThan(0);
          refused++;
          return;
        }
        expect(
          faulty.map(({ fault }) => fault),
          setup,
        ).toEqual([]);
        keys.forEach((key, index) => {
          const id = keys.length - 1 - index;
          const wanted = rows.filter(([, , fkid]) => fkid === id).map(([rowid]) => Number(rowid));
          expect(key.orphans, `${setup} ${key.columns.join()}`).toBe(wanted.length);
          expect(key.orphanRows).toEqual(wanted.sort((one, other) => one - other).slice(0, 10));
          compared++;
          orphans += wanted.length;
        });
      });
    }
    expect(compared).toBeGreaterThan(150);
    expect(orphans).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(50);
  });

  it('says whether SQLite checks writes now', () => {
    const connection = openOn(module, databaseWith(module, 'CREATE TABLE t (a)'));
    expect(checkForeignKeys(connection, 100)).toEqual({ enforced: false, keys: [] });
    connection.exec('PRAGMA foreign_keys = ON');
    expect(checkForeignKeys(connection, 100).enforced).toBe(true);
    connection.close();
  });

  it('counts by hand: a NULL in a composite key is no orphan, a row may refer to itself', () => {
    const keys = checked(
      `CREATE TABLE place (country TEXT, city TEXT, PRIMARY KEY (country, city));
       INSERT INTO place VALUES ('at', 'Graz'), ('de', 'Ulm');
       CREATE TABLE staff (id INTEGER PRIMARY KEY, boss REFERENCES staff, country, city, FOREIGN KEY (country, city) REFERENCES place);
       INSERT INTO staff VALUES (1, 1, 'at', 'Graz'), (2, 1, 'at', 'Ulm'), (3, 9, NULL, 'Rome'), (4, NULL, 'de', NULL), (5, '2', 'de', 'Ulm')`,
      (found) => found,
    );
    expect(keys).toEqual([
      {
        table: 'staff',
        columns: ['boss'],
        parent: 'staff',
        parentColumns: ['id'],
        fault: null,
        orphans: 1,
        orphanRows: [3],
        indexed: false,
      },
      {
        table: 'staff',
        columns: ['country', 'city'],
        parent: 'place',
        parentColumns: ['country', 'city'],
        fault: null,
        orphans: 1,
        orphanRows: [2],
        indexed: false,
      },
    ]);
  });

  it.each([
    [
      'no such table',
      'CREATE TABLE c (a REFERENCES gone (id)); INSERT INTO c VALUES (1), (NULL), (2)',
      'There is no table gone',
      2,
    ],
    [
      'no such column',
      'CREATE TABLE p (id PRIMARY KEY); CREATE TABLE c (a REFERENCES p (code)); INSERT INTO c VALUES (1)',
      'p has no column code',
      null,
    ],
    [
      'a view',
      'CREATE VIEW p AS SELECT 1 AS id; CREATE TABLE c (a REFERENCES p (id)); INSERT INTO c VALUES (1)',
      'p is a view',
      null,
    ],
    [
      'no primary key',
      'CREATE TABLE p (id); CREATE TABLE c (a REFERENCES p); INSERT INTO c VALUES (1)',
      'has no primary key',
      null,
    ],
    [
      'another number of columns',
      'CREATE TABLE p (x, y, PRIMARY KEY (x, y)); CREATE TABLE c (a REFERENCES p); INSERT INTO c VALUES (1)',
      '1 here, 2 in the primary key of p',
      null,
    ],
    [
      'not unique',
      'CREATE TABLE p (id, x); INSERT INTO p VALUES (1, 5), (1, 6); CREATE TABLE c (a REFERENCES p (id)); INSERT INTO c VALUES (1), (7)',
      'p (id) is not unique',
      1,
    ],
    [
      'unique in another collation',
      'CREATE TABLE p (id TEXT); CREATE UNIQUE INDEX i ON p (id COLLATE NOCASE); CREATE TABLE c (a REFERENCES p (id))',
      'p (id) is not unique',
      0,
    ],
  ])('tells a key that cannot work: %s', (_name, setup, fault, orphans) => {
    const key = sole(setup);
    expect(key.fault).toContain(fault);
    expect(key.orphans).toBe(orphans);
  });

  it.each([
    ['none', 'CREATE TABLE c (a REFERENCES p)', false],
    ['one on the column', 'CREATE TABLE c (a REFERENCES p); CREATE INDEX i ON c (a)', true],
    ['one that begins with it', 'CREATE TABLE c (a REFERENCES p, b); CREATE INDEX i ON c (a, b)', true],
    ['one that has it second', 'CREATE TABLE c (a REFERENCES p, b); CREATE INDEX i ON c (b, a)', false],
    ['a partial one', 'CREATE TABLE c (a REFERENCES p, b); CREATE INDEX i ON c (a) WHERE b > 1', false],
    ['one on an expression', 'CREATE TABLE c (a REFERENCES p); CREATE INDEX i ON c (a + 0)', false],
    ['one in another collation', 'CREATE TABLE c (a TEXT REFERENCES p); CREATE INDEX i ON c (a COLLATE NOCASE)', false],
    ['the rowid itself', 'CREATE TABLE c (a INTEGER PRIMARY KEY REFERENCES p)', true],
    [
      'the primary key WITHOUT ROWID',
      'CREATE TABLE c (a, b, PRIMARY KEY (a, b), FOREIGN KEY (a) REFERENCES p) WITHOUT ROWID',
      true,
    ],
  ])('knows whether an index serves the children: %s', (_name, setup, indexed) => {
    expect(sole(`CREATE TABLE p (id TEXT PRIMARY KEY); ${setup}`).indexed).toBe(indexed);
  });

  it('compares by the collation of the key that it means, as SQLite does', () => {
    const setup = `CREATE TABLE p (id TEXT COLLATE NOCASE, PRIMARY KEY (id COLLATE BINARY)); INSERT INTO p VALUES ('A');
      CREATE TABLE c (a REFERENCES p); INSERT INTO c VALUES ('a'), ('A')`;
    checked(setup, ([key], connection) => {
      expect(key.orphanRows).toEqual([1]);
      expect(connection.query("SELECT rowid FROM pragma_foreign_key_check('c')")).toEqual([[1]]);
    });
  });

  it('gives rowids only where there are any, whatever columns are called', () => {
    const rows = (setup: string): number[] =>
      sole(`CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c ${setup}; INSERT INTO c VALUES (5, 7)`).orphanRows;
    expect(rows('(a REFERENCES p, b)')).toEqual([1]);
    expect(rows('(rowid REFERENCES p, oid)')).toEqual([1]);
    expect(rows('(a REFERENCES p, b PRIMARY KEY) WITHOUT ROWID')).toEqual([]);
  });

  it('counts the quick ones first, and says what the time did not reach for', () => {
    const connection = openOn(
      module,
      databaseWith(
        module,
        `CREATE TABLE p (id PRIMARY KEY); CREATE TABLE slow (a REFERENCES p); CREATE TABLE quick (a REFERENCES quick (b), b UNIQUE);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO slow SELECT i FROM n;
         INSERT INTO quick VALUES (3, 4)`,
      ),
    );
    // Asked at the start and before each key: the time is over after the first.
    const times = [0, 0, 1000];
    const { keys } = checkForeignKeys(connection, 500, () => times.shift() ?? 1000);
    expect(keys.map(({ table, orphans }) => [table, orphans])).toEqual([
      ['slow', null],
      ['quick', 1],
    ]);
    connection.close();
  });
});

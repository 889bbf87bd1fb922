import { beforeAll, describe, expect, it } from 'vitest';
import type { Random } from '../../../../src/core/ports.ts';
import { createRandom } from '../../../../src/core/random.ts';
import { Classifier } from '../../../../src/database/statements/classifier.ts';
import { shapedInsert } from '../../../../src/database/statements/insert-shape.ts';
import type { SqliteModule } from '../../../../src/database/sqlite/sqlite-module.ts';
import { HARD_SCHEMA } from '../random-sql.ts';
import { databaseWith, openOn, sqlite } from '../support.ts';

let module: SqliteModule;
beforeAll(async () => {
  module = await sqlite();
});

const shapeOf = (sql: string): string | undefined => shapedInsert(sql, 0)?.shape;

describe('the shape of an INSERT of literal rows', () => {
  it('keeps all but the values', () => {
    expect(shapeOf("INSERT INTO t (a, b) VALUES (1, 'x;y'), (-2.5, x'00')")).toBe(
      'INSERT INTO t ( a , b ) VALUES ( integer , string ) , ( - real , blob )',
    );
    expect(shapeOf('REPLACE INTO main."t" VALUES (NULL, true) ; SELECT 1')).toBe(
      'REPLACE INTO main . "t" VALUES ( NULL , true )',
    );
    expect(shapedInsert('SELECT 1; INSERT INTO t VALUES (1) /* one */ ; x', 10)).toMatchObject({
      bodyEnd: 34,
      end: 46,
    });
  });

  it.each([
    'INSERT INTO t SELECT 1',
    'INSERT INTO t DEFAULT VALUES',
    'INSERT INTO t VALUES (?)',
    'INSERT INTO t VALUES (random())',
    'INSERT INTO t VALUES (1) RETURNING a',
    'INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING',
    'INSERT INTO t VALUES ((SELECT 1))',
    'INSERT INTO t VALUES ("a")',
    'INSERT INTO t VALUES (0x10)',
    'INSERT INTO t VALUES (1 + 1), (a)',
    "INSERT INTO t VALUES ('open",
    'WITH v AS (SELECT 1) INSERT INTO t VALUES (1)',
    'UPDATE t SET a = 1',
    'EXPLAIN INSERT INTO t VALUES (1)',
  ])('is none of %s', (sql) => {
    expect(shapeOf(sql)).toBeUndefined();
  });

  it('tells as much as a look at each statement', () => {
    const schema = `${HARD_SCHEMA}
      CREATE TABLE strict_one (id INTEGER PRIMARY KEY AUTOINCREMENT, n INT CHECK (n <> 3), at TEXT DEFAULT current_timestamp) STRICT;
      CREATE TABLE lucky (v DEFAULT (random()), w);
      CREATE UNIQUE INDEX lucky_some ON lucky (w) WHERE w > 5;
      CREATE TRIGGER lucky_added BEFORE INSERT ON lucky WHEN new.w > 7 BEGIN DELETE FROM flat WHERE a = new.w; END;`;
    const base = databaseWith(module, schema);
    const [shared, alone] = [openOn(module, base), openOn(module, base)];
    for (const connection of [shared, alone]) connection.exec('PRAGMA foreign_keys = ON');
    const classifier = new Classifier(shared);
    const random = createRandom('shapes');
    let repeated = 0;
    const seen = new Set<string>();
    for (let index = 0; index < 900; index++) {
      const sql = randomInsert(random);
      const shape = shapeOf(sql)!;
      if (seen.has(shape)) repeated++;
      seen.add(shape);
      const { span } = classifier.next(sql, 0)!;
      expect(span, sql).toEqual(new Classifier(alone).next(sql, 0)!.span);
    }
    expect(repeated).toBeGreaterThan(150);
    shared.close();
    alone.close();
  });

  it('is forgotten with the schema', () => {
    const connection = openOn(module, databaseWith(module, 'CREATE TABLE t (a); CREATE TABLE log (a)'));
    const classifier = new Classifier(connection);
    const tables = (): string[] => classifier.next('INSERT INTO t VALUES (1)', 0)!.span.classification!.tablesWritten;
    expect(tables()).toEqual(['t']);
    connection.exec('CREATE TRIGGER added AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END');
    expect(tables()).toEqual(['log', 't']);
    connection.close();
  });
});

function randomInsert(random: Random): string {
  const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)];
  const value = (): string =>
    pick(['NULL', '0', '1', '3', '9', '-1', "'x'", "'longer text'", '2.5', '1e999', "x'00ff'", '9223372036854775808']);
  const [table, columns] = pick([
    ['parent', 3],
    ['parent (name, size)', 2],
    ['child', 3],
    ['child (parent)', 1],
    ['grandchild', 2],
    ['flat', 3],
    ['computed (x)', 1],
    ['counted (v)', 1],
    ['counted', 2],
    ['family', 2],
    ['strict_one (n)', 1],
    ['lucky (w)', 1],
    ['lucky', 2],
    ['parent', 2], // a count that does not fit
    ['nosuch', 1],
  ] as const);
  const rows = Array.from(
    { length: random.below(4) === 0 ? 2 : 1 },
    () => `(${Array.from({ length: columns }, value).join(', ')})`,
  );
  return `${pick(['INSERT', 'REPLACE', 'INSERT OR IGNORE', 'INSERT OR FAIL'])} INTO ${table} VALUES ${rows.join(', ')}`;
}

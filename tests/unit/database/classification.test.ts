import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { Classifier } from '../../../src/database/statements/classifier.ts';
import type { Connection } from '../../../src/database/connection.ts';
import type { Classification } from '../../../src/database/protocol.ts';
import type { SqliteModule } from '../../../src/database/sqlite/sqlite-module.ts';
import { HARD_SCHEMA, HARD_TABLES, randomRead, randomWrite } from './random-sql.ts';
import { databaseWith, openOn, sqlite } from './support.ts';

let module: SqliteModule;
let base: Uint8Array;

beforeAll(async () => {
  module = await sqlite();
  base = databaseWith(module, HARD_SCHEMA);
});

function withDatabase<Result>(work: (connection: Connection, classifier: Classifier) => Result, bytes = base): Result {
  const connection = openOn(module, bytes);
  try {
    return work(connection, new Classifier(connection));
  } finally {
    connection.close();
  }
}

/** Content of every table as text, row ids included where there are any. */
function contents(connection: Connection): Map<string, string> {
  return new Map(
    HARD_TABLES.map((table) => [
      table,
      connection
        .query(`SELECT * FROM ${table}`)
        .map((row) => JSON.stringify(row, bytesAsText))
        .sort()
        .join(),
    ]),
  );
}
const bytesAsText = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `${value}n` : value instanceof Uint8Array ? [...value] : value;

function classify(sql: string, setup = ''): Classification {
  return withDatabase((connection, classifier) => {
    connection.exec(setup || 'SELECT 1');
    return classifier.classify(sql);
  });
}

describe('classification by bytecode', () => {
  it('lists every table that a statement changes (150 random writes, foreign keys on and off)', () => {
    const random = createRandom('writes');
    withDatabase((connection, classifier) => {
      for (let round = 0; round < 150; round++) {
        if (round % 25 === 0) connection.exec(`PRAGMA foreign_keys = ${random.below(2)}`);
        if (round % 40 === 0) classifier.forget(); // the setting is no part of the schema
        const sql = randomWrite(random);
        classifier.forget();
        const { kind, tablesWritten, touchesEverything } = classifier.classify(sql);
        expect(kind, sql).toBe('write');
        expect(touchesEverything, sql).toBe(false);
        const before = contents(connection);
        try {
          connection.run(sql);
        } catch {
          // A constraint stopped it; what it did before that must be listed all the same.
        }
        const after = contents(connection);
        const changed = HARD_TABLES.filter((table) => before.get(table) !== after.get(table));
        expect(tablesWritten, sql).toEqual(expect.arrayContaining(changed));
      }
    });
  }, 30_000);

  it('lists every table that a read depends on: changing all others changes no row (150 random reads)', () => {
    const random = createRandom('reads');
    for (let round = 0; round < 30; round++) {
      withDatabase((connection, classifier) => {
        connection.exec('PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = OFF');
        for (const trigger of ['child_added', 'parent_gone']) connection.exec(`DROP TRIGGER ${trigger}`);
        for (let step = 0; step < 5; step++) {
          const sql = randomRead(random);
          const { kind, tablesRead, touchesEverything } = classifier.classify(sql);
          expect([kind, touchesEverything], sql).toEqual(['read', false]);
          const before = connection.query(sql);
          connection.exec('BEGIN');
          for (const table of HARD_TABLES) {
            if (tablesRead.includes(table)) continue;
            connection.exec(`DELETE FROM ${table}`);
            if (table === 'apart') connection.exec('INSERT INTO apart VALUES (77)');
          }
          expect(connection.query(sql), sql).toEqual(before);
          connection.exec('ROLLBACK');
        }
      });
    }
  }, 30_000);

  it.each([
    // A view of a view, a scalar subquery inside.
    ['SELECT * FROM both_views', 'read', ['child', 'flat', 'parent'], []],
    ['SELECT 1', 'read', [], []],
    // Cascades: child and grandchild; triggers: audit, which counts flat, and computed.
    [
      'DELETE FROM parent WHERE id = 1',
      'write',
      ['child', 'flat', 'grandchild'],
      ['audit', 'child', 'computed', 'grandchild', 'parent'],
    ],
    ['INSERT INTO counted (v) VALUES (1)', 'write', [], ['counted', 'sqlite_sequence']],
    ['DELETE FROM apart', 'write', [], ['apart']],
    ['INSERT INTO apart SELECT a FROM flat RETURNING *', 'write', ['flat'], ['apart']],
    ['SELECT name FROM sqlite_schema', 'read', ['sqlite_schema'], []],
  ])('%s', (sql, kind, reads, writes) => {
    const found = classify(sql, 'PRAGMA foreign_keys = ON');
    expect(found.kind).toBe(kind);
    expect(found.tablesRead).toEqual(expect.arrayContaining(reads));
    expect(found.tablesWritten).toEqual(expect.arrayContaining(writes));
    expect(found.tablesWritten.length).toBeGreaterThanOrEqual(writes.length);
    if (kind === 'read') expect([found.tablesRead, found.tablesWritten]).toEqual([reads, writes]);
  });

  it('takes a virtual table for itself and its shadow tables, and knows which of several it is', () => {
    const setup =
      "CREATE VIRTUAL TABLE docs USING fts4(body); CREATE VIRTUAL TABLE mail USING fts4(subject); CREATE VIRTUAL TABLE terms USING fts4aux(mail); INSERT INTO docs VALUES ('hello world')";
    const shadows = (name: string): string[] =>
      [name, ...['content', 'docsize', 'segdir', 'segments', 'stat'].map((part) => `${name}_${part}`)].sort();
    expect(classify("SELECT * FROM docs WHERE docs MATCH 'hello'", setup).tablesRead).toEqual(shadows('docs'));
    expect(classify("INSERT INTO mail VALUES ('x')", setup).tablesWritten).toEqual(shadows('mail'));
    expect(classify('SELECT term FROM terms', setup).tablesRead).toEqual([...shadows('mail'), 'terms'].sort());
  });

  it('reads nothing through json_each, but everything through pragma functions', () => {
    expect(classify("SELECT value FROM json_each('[1]')")).toMatchObject({
      tablesRead: [],
      touchesEverything: false,
      volatile: null,
    });
    expect(classify("SELECT name FROM pragma_table_info('flat')")).toMatchObject({
      kind: 'read',
      touchesEverything: true,
      volatile: expect.stringContaining('settings'),
    });
  });

  it.each([
    ['SELECT random()', { volatile: expect.stringContaining('random()') }],
    ['SELECT hex(randomblob(4)) FROM flat', { volatile: expect.stringContaining('randomblob()') }],
    ["SELECT date('now')", { volatile: null, mayReadClock: true }],
    ['SELECT CURRENT_TIMESTAMP', { mayReadClock: true }],
    ['SELECT strftime(b) FROM flat', { mayReadClock: true }],
    ['SELECT upper(b) FROM flat', { volatile: null, mayReadClock: false, connectionState: false }],
    ['SELECT last_insert_rowid()', { connectionState: true }],
    ['SELECT changes(), total_changes()', { connectionState: true }],
    ['CREATE TEMP TABLE mine (x)', { kind: 'schema', connectionState: true, touchesEverything: true }],
    [
      'CREATE INDEX i ON apart (v)',
      { kind: 'schema', connectionState: false, touchesEverything: false, tablesWritten: ['sqlite_schema'] },
    ],
    ['CREATE TABLE apart_too AS SELECT v FROM apart', { touchesEverything: false, tablesWritten: ['sqlite_schema'] }],
    ['CREATE VIRTUAL TABLE docs USING fts4(body)', { touchesEverything: true }],
    ['ALTER TABLE apart RENAME TO away', { kind: 'schema', touchesEverything: true }],
    [
      'DROP TABLE apart',
      { kind: 'schema', touchesEverything: false, tablesWritten: expect.arrayContaining(['apart', 'sqlite_schema']) },
    ],
  ])('%s', (sql, expected) => {
    expect(classify(sql)).toMatchObject(expected);
  });

  it('sends reads of temporary objects to the connection that has them', () => {
    expect(classify('SELECT * FROM mine', 'CREATE TEMP TABLE mine (x)')).toMatchObject({
      kind: 'read',
      connectionState: true,
    });
  });

  it.each([
    ['SELECT * FROM parent WHERE id = 3', 'point'],
    ["SELECT * FROM parent WHERE name = 'p1'", 'point'],
    ['SELECT 1', 'point'],
    ['SELECT * FROM parent WHERE size > 1', 'range'],
    ['SELECT * FROM child WHERE parent = 1', 'range'],
    ['SELECT * FROM parent p JOIN child c ON c.parent = p.id', 'join'],
    ['SELECT * FROM apart x, apart y', 'join'],
    ['SELECT count(*) FROM parent', 'aggregate'],
    ['SELECT parent, max(id) FROM child GROUP BY parent', 'aggregate'],
  ])('calls %s a %s query', (sql, queryClass) => {
    expect(classify(sql).queryClass).toBe(queryClass);
  });

  it('gives parameters in order of first appearance, and column names', () => {
    expect(classify('SELECT :b AS one, ?, ?5, :b, @a')).toMatchObject({
      parameters: [':b', '?', '?5', '@a'],
      columnNames: ['one', '?', '?5', ':b', '@a'],
    });
  });

  it('classifies anew when the schema has moved', () => {
    withDatabase((connection, classifier) => {
      expect(classifier.classify('SELECT * FROM apart').columnNames).toEqual(['v']);
      connection.exec('ALTER TABLE apart RENAME COLUMN v TO w');
      expect(classifier.classify('SELECT * FROM apart').columnNames).toEqual(['w']);
      connection.exec('DROP TABLE apart; CREATE VIEW apart AS SELECT a FROM flat');
      expect(classifier.classify('SELECT * FROM apart').tablesRead).toEqual(['flat']);
    });
  });
});

describe('statements of a text', () => {
  const spans = (text: string): (string | null)[][] =>
    withDatabase((_connection, classifier) =>
      classifier.describe(text).map(({ sql, start, end, classification, error }) => {
        expect(text.slice(start, end)).toBe(sql);
        return [sql, classification?.kind ?? null, error?.message ?? null];
      }),
    );

  it('splits as SQLite does, triggers and comments included', () => {
    const trigger = "CREATE TRIGGER t AFTER INSERT ON apart BEGIN SELECT 1; INSERT INTO audit VALUES (';', 2); END";
    expect(
      spans(`-- first; not a statement\nSELECT 1; ;\n${trigger};\n/* ; */ SELECT ';' AS "semi;colon" -- end`),
    ).toEqual([
      ['SELECT 1', 'read', null],
      [trigger, 'schema', null],
      [`SELECT ';' AS "semi;colon"`, 'read', null],
    ]);
  });

  it('goes on after a statement that does not compile, and says where the mistake is', () => {
    const text = "SELECT 'é😀', nosuch FROM apart; SELECT 2; SELEC 3; SELECT";
    const found = withDatabase((_connection, classifier) => classifier.describe(text));
    expect(found.map(({ sql }) => sql)).toEqual(["SELECT 'é😀', nosuch FROM apart", 'SELECT 2', 'SELEC 3', 'SELECT']);
    expect(found.map(({ error }) => (error ? text.slice(error.start ?? 0, error.end ?? 0) : null))).toEqual([
      'nosuch',
      null,
      'SELEC',
      '',
    ]);
    expect(found[0].error?.message).toBe('no such column: nosuch');
  });

  it('never compiles a PRAGMA to look at it', () => {
    withDatabase((connection, classifier) => {
      const [one, two] = classifier.describe('PRAGMA foreign_keys = ON; EXPLAIN PRAGMA foreign_keys = ON');
      expect([one.classification?.kind, two.classification?.kind]).toEqual(['pragma-set', 'refused']);
      expect(connection.number('PRAGMA foreign_keys')).toBe(0);
    });
  });

  it('finds nothing in an empty text', () => {
    expect(spans(' ;; -- nothing\n')).toEqual([]);
  });
});

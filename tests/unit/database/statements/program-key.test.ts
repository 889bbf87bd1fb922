import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import { digestOf } from '../../../../src/core/digest.ts';
import type { Connection } from '../../../../src/database/connection.ts';
import { emptyDatabase } from '../../../../src/database/file/snapshot-file.ts';
import { Classifier } from '../../../../src/database/statements/classifier.ts';
import { settledOrder } from '../../../../src/database/statements/settled-order.ts';
import { HARD_SCHEMA, randomRead } from '../random-sql.ts';
import { openOn, sqlite } from '../support.ts';

describe('program keys', () => {
  let connection: Connection;
  let classifier: Classifier;
  beforeAll(async () => {
    const module = await sqlite();
    connection = openOn(module, emptyDatabase(module));
    connection.exec(HARD_SCHEMA);
    connection.exec('CREATE TABLE twin (v INTEGER); CREATE TABLE "true" ("true", a)');
    classifier = new Classifier(connection);
  });

  const key = (sql: string): string => classifier.classify(sql).program;
  const scan = (sql: string): string => classifier.classify(sql).scan;

  it.each([
    ['SELECT name FROM parent WHERE id = 3', 'select p."NAME" as n from [parent] as p where p.ID==3 -- that one'],
    ['SELECT * FROM parent', 'SELECT id, name, size FROM parent AS x'],
    ['SELECT size FROM parent WHERE id = ?', 'SELECT size FROM parent WHERE id = :id'],
    ["SELECT 'x' FROM parent", 'SELECT "x" FROM parent'],
    ['SELECT name FROM parent ORDER BY 1', 'SELECT name FROM parent ORDER BY name'],
    ["SELECT * FROM parent WHERE size = 2 AND name > 'p'", "SELECT * FROM parent WHERE name > 'p' AND size = 2"],
    ['SELECT * FROM parent WHERE size IN (3, 1, 2)', 'SELECT * FROM parent WHERE size IN (1, 2, 3, 2)'],
    [
      'SELECT id FROM parent WHERE size BETWEEN 1 AND 2 AND id > ?2 AND name = ?1',
      'SELECT id FROM parent WHERE name = ?1 AND size BETWEEN 1 AND 2 AND id > ?2',
    ],
    // The Bloom filter that SQLite makes is told with the alias, and begins as a blob.
    [
      'SELECT twin.v FROM twin JOIN apart ON apart.v = twin.v JOIN parent p ON p.size = apart.v',
      'select x.V from TWIN as x join apart A on a.v = x.v join parent as q on q.size = a.v',
    ],
  ])('%s and %s share one', (one, other) => {
    expect(key(one)).not.toBe('');
    expect(key(other)).toBe(key(one));
  });

  it.each([
    ['SELECT v FROM apart', 'SELECT v FROM twin'],
    ['SELECT 1', "SELECT '1'"],
    ['SELECT 1.0', 'SELECT 1'],
    // Equal to sixteen digits, which is all that EXPLAIN shows.
    ['SELECT 0.1234567890123456789', 'SELECT 0.12345678901234566'],
    ["SELECT x'0041'", "SELECT x'0042'"],
    ['SELECT json_array(1, 2)', 'SELECT json_array(1)'],
    ["SELECT value FROM json_each('[1]')", "SELECT value FROM json_tree('[1]')"],
    ['SELECT name FROM parent ORDER BY name', 'SELECT name FROM parent ORDER BY name DESC'],
    ["SELECT name FROM parent WHERE name = 'P1'", "SELECT name FROM parent WHERE name = 'P1' COLLATE NOCASE"],
    ['SELECT ?1 - ?2', 'SELECT ?2 - ?1'],
    ['SELECT a FROM "true" WHERE "true" = 1', 'SELECT a FROM "true" WHERE 1 = 1'],
    // Where the order of conditions may show, it counts.
    [
      "SELECT * FROM audit WHERE who > 1 AND what > 'a' LIMIT 1",
      "SELECT * FROM audit WHERE what > 'a' AND who > 1 LIMIT 1",
    ],
    [
      "SELECT sum(who) FROM audit WHERE who > 1 AND what > 'a'",
      "SELECT sum(who) FROM audit WHERE what > 'a' AND who > 1",
    ],
  ])('%s and %s do not', (one, other) => {
    expect(key(other)).not.toBe(key(one));
  });

  it('has one scan for a query and its LIMIT, or fewer of its columns, where SQLite goes the same way', () => {
    const whole = 'SELECT * FROM child WHERE note > 1 ORDER BY note DESC';
    expect(scan(`${whole} LIMIT 3 OFFSET 1`)).toBe(scan(whole));
    expect(scan('SELECT id FROM child WHERE note > 1 ORDER BY note DESC')).toBe(scan(whole));
    // An index that holds all that is asked for is read in another order.
    expect(scan('SELECT parent FROM child')).not.toBe(scan('SELECT * FROM child'));
  });

  it('outlives what happens to other objects, and not what happens to its own', () => {
    const sql = 'SELECT note FROM child WHERE parent = 1';
    const changes = (ddl: string): boolean => {
      const before = key(sql);
      connection.exec(ddl);
      classifier.forget();
      return key(sql) !== before;
    };
    expect(changes('CREATE TABLE scratch (x); CREATE INDEX scratch_x ON scratch (x); DROP TABLE scratch')).toBe(false);
    expect(changes('CREATE VIEW some AS SELECT 1')).toBe(false);
    expect(changes('VACUUM')).toBe(false);
    expect(changes('ALTER TABLE child ADD COLUMN more')).toBe(true);
    // The same index name over another column.
    expect(changes('DROP INDEX child_parent; CREATE INDEX child_parent ON child (parent, note)')).toBe(true);
    expect(changes('DROP INDEX child_parent; CREATE INDEX child_parent ON child (parent)')).toBe(true);
  });

  it.each([
    ["x'0001'", "x'0002'"],
    ['0.3', '0.30000000000000004'],
    ['json_array(size, 1)', 'json_array(size)'],
    ['1', '1.0'],
  ])('of a query through a view fall with it: %s, then %s', (before, after) => {
    const sql = 'SELECT * FROM seen WHERE id > 1';
    const define = (value: string): void => {
      connection.exec(`DROP VIEW IF EXISTS seen; CREATE VIEW seen AS SELECT id, ${value} AS v FROM parent`);
    };
    define(before);
    const [first, through] = [key(sql), key('SELECT id, 0.5 FROM parent')];
    define(after);
    expect(key(sql)).not.toBe(first);
    // Whatever does not show in the program may come from any view; tables and indexes that it does not use leave it alone.
    expect(key('SELECT id, 0.5 FROM parent')).not.toBe(through);
    const now = key(sql);
    connection.exec('CREATE TABLE unrelated (x); DROP TABLE unrelated');
    expect(key(sql)).toBe(now);
    connection.exec('DROP VIEW seen');
  });

  it('are equal for equal rows only (1500 random texts, in several spellings)', () => {
    const random = createRandom(31);
    const rowsOf = new Map<string, [string, string]>();
    let shared = 0;
    for (let round = 0; round < 1500; round++) {
      const sql = random.below(2) === 0 ? randomRead(random) : conditions(random);
      const { program, mayReadClock, volatile } = classifier.classify(sql);
      if (mayReadClock || volatile) continue;
      const rows = connection
        .query(sql)
        .map((row) => JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)))
        .sort()
        .join();
      const before = rowsOf.get(program);
      if (before && before[0] !== sql) shared++;
      if (before) expect(rows, `${sql}\n${before[0]}`).toBe(before[1]);
      rowsOf.set(program, [sql, rows]);
    }
    expect(shared).toBeGreaterThan(150);
    expect(rowsOf.size).toBeGreaterThan(150);
  });
});

describe('a settled order', () => {
  it.each([
    ['SELECT a FROM t WHERE b = 2 AND a = 1 ORDER BY c', 'select a from t where a = 1 and b = 2 order by c'],
    ['SELECT a FROM t WHERE b IN (3, -1, 3)', 'select a from t where b in ( - 1 , 3 )'],
    ['SELECT a FROM t WHERE z = ? AND a = ?', 'select a from t where a = ?2 and z = ?1'],
  ])('%s', (sql, expected) => {
    expect(settledOrder(sql)).toBe(expected);
    expect(settledOrder(expected)).toBe(expected);
  });

  it.each([
    'SELECT a FROM t WHERE a = 1 AND b = 2',
    'SELECT a FROM t WHERE b = 2 AND a = 1 OR c = 3',
    'SELECT a FROM t WHERE b = 2 AND a = 1 LIMIT 1',
    'SELECT a, max(b) FROM t WHERE b = 2 AND a = 1',
    'SELECT DISTINCT a FROM t WHERE b = 2 AND a = 1',
    'SELECT a FROM t WHERE b = 2 AND abs(a) = 1',
    "SELECT a FROM t WHERE b ->> '$.x' = 2 AND a = 1",
    'SELECT a FROM t WHERE b = 2 AND a = (SELECT 1)',
    "SELECT a FROM t WHERE z IN ('x , y', 'a')",
    'UPDATE t SET a = 1 WHERE c = 2 AND b = 1',
  ])('leaves %s alone', (sql) => {
    expect(settledOrder(sql)).toBe(sql);
  });
});

describe('digests', () => {
  it('of texts that differ in little differ in every quarter as chance would have it', () => {
    const quarters = [0, 8, 16, 24].map(() => new Set<string>());
    for (let at = 0; at < 50_000; at++) {
      const digest = digestOf(`Column 0 ${at % 211} ${Math.floor(at / 211)} - ${'x'.repeat(at % 7)}`);
      quarters.forEach((seen, quarter) => seen.add(digest.slice(quarter * 8, quarter * 8 + 8)));
    }
    // 50,000 of 2^32: 0.3 pairs are expected to meet.
    for (const seen of quarters) expect(seen.size).toBeGreaterThan(49_990);
  });
});

/** Conditions that come again in another order, under aliases, in other letters. */
function conditions(random: ReturnType<typeof createRandom>): string {
  const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)];
  const all = [
    `size ${pick(['=', '>', '<>'])} ${random.below(3)}`,
    `name ${pick(['=', '>'])} 'p${random.below(3)}'`,
    `id IN (${pick(['1, 2', '2, 1', '2, 1, 2', '3'])})`,
    'size BETWEEN 1 AND 3',
  ];
  for (let at = all.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [all[at], all[other]] = [all[other], all[at]];
  }
  const alias = pick(['', ' p', ' AS q']);
  const text = `SELECT ${pick(['id, name', 'NAME', '*', 'count(*)'])} FROM parent${alias} WHERE ${all.slice(0, 1 + random.below(3)).join(' AND ')}`;
  return pick([text, text.replaceAll('SELECT', 'select '), `${text} ORDER BY id`, `/* again */ ${text}`]);
}

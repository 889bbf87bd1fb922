import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../../../../bench/lab.ts';
import { rowsOf } from '../../../../src/database/rows/columns.ts';
import type { ExecuteRequest, QueryOutcome } from '../../../../src/engine/protocol.ts';
import { reportOf } from '../rewriting/support.ts';

/** One lab for all: each test has tables of its own content. */
let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ change: { optimizer: { enabled: false } } });
});
afterAll(() => lab.stop());

async function one(sql: string, parameters?: ExecuteRequest['parameters']): Promise<QueryOutcome> {
  const { outcomes, error } = await lab.call.execute({ sql, parameters });
  if (error) throw new Error(`${error.code}: ${error.message}`);
  return outcomes.at(-1)!;
}
const rows = ({ result }: QueryOutcome) => rowsOf(result!);
/** Whether it is still in the cache; its rows are those of a run that leaves the cache alone. */
async function isKept(sql: string, parameters?: ExecuteRequest['parameters'], inItsOrder = true): Promise<boolean> {
  const outcome = await one(sql, parameters);
  const { outcomes } = await lab.call.execute({ sql, parameters, cache: false });
  const inOrder = (found: QueryOutcome) => (inItsOrder ? rows(found) : rows(found).map(String).sort());
  expect(inOrder(outcome), sql).toEqual(inOrder(outcomes[0]));
  return outcome.cacheHit;
}

beforeEach(async () => {
  await lab.call.cacheClear({});
  await one(`DROP TABLE IF EXISTS item; DROP TABLE IF EXISTS tag; DROP TABLE IF EXISTS other;
    CREATE TABLE item (id INTEGER PRIMARY KEY, kind TEXT, price REAL, code TEXT UNIQUE COLLATE NOCASE);
    CREATE INDEX item_kind ON item (kind);
    CREATE TABLE tag (id INTEGER PRIMARY KEY, item INTEGER REFERENCES item (id) ON DELETE CASCADE, word TEXT);
    CREATE TABLE other (x);
    INSERT INTO item VALUES (1, 'a', 1, 'One'), (2, 'b', 2, 'Two'), (3, 'a', 3, 'Three');
    INSERT INTO tag VALUES (1, 1, 'x'), (2, 2, 'y')`);
});

describe('an entry that rests on one row', () => {
  const POINT = 'SELECT * FROM item WHERE id = ?';
  const KIND = "SELECT id, price FROM item WHERE kind = 'a'";

  it.each<[string, boolean]>([
    ['UPDATE item SET price = 9 WHERE id = 2', true],
    ['DELETE FROM item WHERE rowid = 3', true],
    ["INSERT INTO item VALUES (4, 'a', 4, 'Four')", true],
    ['INSERT INTO item (id, kind) VALUES (?, ?), (6, NULL)', true],
    ['BEGIN; UPDATE item SET price = 9 WHERE id = 2; DELETE FROM item WHERE id = 3; COMMIT', true],
    ['BEGIN; UPDATE item SET price = 9 WHERE id = 1; ROLLBACK', true],
    ['BEGIN; UPDATE item SET price = 9 WHERE id = 1; ROLLBACK; INSERT INTO other VALUES (1)', true],
    ['UPDATE item SET price = 9 WHERE id = 1', false],
    ["UPDATE item SET price = 9 WHERE id = '1'", false],
    ['UPDATE item SET price = 9 WHERE id = 1.0', false],
    ['DELETE FROM item WHERE id = 1', false],
    ["INSERT INTO item (kind) VALUES ('q')", false],
    ['UPDATE item SET id = 7 WHERE id = 2', false],
    ["INSERT OR REPLACE INTO item VALUES (4, 'a', 4, 'ONE')", false],
    ["REPLACE INTO item (id, code) VALUES (4, 'one')", false],
    ["INSERT INTO item VALUES (4, 'a', 4, 'ONE') ON CONFLICT (code) DO UPDATE SET price = 100", false],
    ["UPDATE OR REPLACE item SET code = 'ONE' WHERE id = 2", false],
    ['UPDATE item SET price = (SELECT 5) WHERE id = 2', false],
    ['UPDATE item SET price = 5', false],
    ['BEGIN; UPDATE item SET price = 9 WHERE id = 2; UPDATE item SET price = 9 WHERE price = 1; COMMIT', false],
    ['BEGIN; UPDATE item SET price = 9 WHERE id = 1; UPDATE item SET price = 9 WHERE id = 2; COMMIT', false],
    // Whichever comes first, within a transaction or one by one.
    ['BEGIN; UPDATE item SET price = 9 WHERE id = 2; UPDATE item SET price = 9 WHERE id = 1; COMMIT', false],
    ['UPDATE item SET price = 9 WHERE id = 2; UPDATE item SET price = 9 WHERE id = 1', false],
    ['BEGIN; UPDATE item SET price = 9 WHERE price = 1; UPDATE item SET price = 8 WHERE id = 2; COMMIT', false],
    ['UPDATE item SET price = 9 WHERE price = 1; UPDATE item SET price = 8 WHERE id = 2', false],
    ['UPDATE item SET price = 9 WHERE id = 2; UPDATE item SET price = 8 WHERE id = 3', true],
  ])('and a write: %s', async (write, kept) => {
    await one(POINT, [1]);
    await one(write, write.includes('?') ? [5, 'q'] : undefined);
    expect(await isKept(POINT, [1])).toBe(kept);
  });

  it('falls with a trigger, and with a cascade', async () => {
    await one(POINT, [1]);
    await one(
      'CREATE TRIGGER rising AFTER UPDATE ON item WHEN new.id = 2 BEGIN UPDATE item SET price = 50 WHERE id = 1; END',
    );
    expect(await isKept(POINT, [1])).toBe(true);
    await one('UPDATE item SET price = 9 WHERE id = 2');
    expect(await isKept(POINT, [1])).toBe(false);
    await one(
      'DROP TRIGGER rising; CREATE TRIGGER adding AFTER INSERT ON item BEGIN UPDATE item SET price = 60 WHERE id = 1; END',
    );
    await one(POINT, [1]);
    await one("INSERT INTO item VALUES (4, 'a', 4, 'Four')");
    expect(await isKept(POINT, [1])).toBe(false);
    await one('DROP TRIGGER adding; PRAGMA foreign_keys = ON');
    const child = 'SELECT * FROM tag WHERE id = 1';
    await one(child);
    await one('DELETE FROM item WHERE id = 1');
    expect(await isKept(child)).toBe(false);
    await one('PRAGMA foreign_keys = OFF');
  });

  it('may be found by another key, whatever its letters', async () => {
    await one(KIND);
    await one("UPDATE item SET price = 9 WHERE kind = 'b'");
    expect(await isKept(KIND)).toBe(true);
    await one("SELECT * FROM item WHERE code = 'one'");
    await one("UPDATE item SET price = 8 WHERE code = 'TWO'");
    expect(await isKept("SELECT * FROM item WHERE code = 'one'")).toBe(true);
    await one("UPDATE item SET price = 8 WHERE code = 'ONE'");
    expect(await isKept("SELECT * FROM item WHERE code = 'one'")).toBe(false);
    await one("UPDATE item SET kind = 'a' WHERE kind = 'b'");
    expect(await isKept(KIND)).toBe(false);
    // A unique key leads to the row, which is then found under another.
    const none = "SELECT * FROM item WHERE code = 'four'";
    await one(none);
    await one("UPDATE item SET code = 'Four' WHERE code = 'Two'");
    expect(await isKept(none)).toBe(false);
  });

  it('keeps nothing that came late behind a write to its row, and what came behind another', async () => {
    const asked = [1, 2].map((id) => one(POINT, [id]));
    await one('UPDATE item SET price = 70 WHERE id = 1');
    await Promise.all(asked);
    for (const id of [1, 2]) await isKept(POINT, [id]);
    expect(rows(await one(POINT, [1]))[0][2]).toBe(70);
  });
});

describe('a change of the schema', () => {
  const SQL = 'SELECT count(*), max(price) FROM item';

  it.each<[string, boolean]>([
    ['CREATE TABLE scratch (x); INSERT INTO scratch VALUES (1); DROP TABLE scratch', true],
    ['CREATE TABLE copied AS SELECT * FROM item; DROP TABLE copied', true],
    ['CREATE VIEW seen AS SELECT * FROM item; DROP VIEW seen', true],
    ['CREATE INDEX other_x ON other (x); DROP TABLE other', true],
    ['ALTER TABLE item ADD COLUMN more', false],
    ['ALTER TABLE other RENAME TO another; DROP TABLE another', false],
    ['DROP TABLE item; CREATE TABLE item (id INTEGER PRIMARY KEY, kind TEXT, price REAL, code TEXT)', false],
    ['VACUUM', false],
  ])('%s', async (ddl, kept) => {
    await one(SQL);
    await one(ddl);
    expect(await isKept(SQL)).toBe(kept);
  });

  it('drops what reads the schema, and a name that came to mean something else is asked anew', async () => {
    await one('CREATE VIEW seen AS SELECT id FROM item; SELECT 1');
    await one('SELECT * FROM seen ORDER BY id');
    await one("SELECT count(*) FROM sqlite_schema WHERE name = 'seen'");
    await one('DROP VIEW seen; CREATE VIEW seen AS SELECT id FROM tag');
    expect(await isKept('SELECT * FROM seen ORDER BY id')).toBe(false);
    expect(await isKept("SELECT count(*) FROM sqlite_schema WHERE name = 'seen'")).toBe(false);
    await one('DROP VIEW seen');
  });

  it('drops an answer out of a view that was changed in what its bytecode does not show', async () => {
    await one("CREATE VIEW seen AS SELECT id, x'0001' AS mark FROM item");
    await one('SELECT * FROM seen');
    await one("DROP VIEW seen; CREATE VIEW seen AS SELECT id, x'0002' AS mark FROM item");
    const outcome = await one('SELECT * FROM seen');
    expect([outcome.cacheHit, rows(outcome)[0]]).toEqual([false, [1, Uint8Array.of(0, 2)]]);
    await one('DROP VIEW seen');
  });

  it('does not run again what is still in the cache, and a new spelling does not either', async () => {
    await one(SQL);
    await one('CREATE TABLE scratch (x); DROP TABLE scratch');
    const again = await one('select COUNT( * ), max(price) FROM Item -- once more');
    expect(again).toMatchObject({ cacheHit: true, worker: null });
    expect(again.result?.names).toEqual(['COUNT( * )', 'max(price)']);
  });
});

describe('a full result answers', () => {
  const FULL = 'SELECT id, kind, price FROM item WHERE price > ? ORDER BY price DESC';

  it.each<[string, ExecuteRequest['parameters'], unknown[]]>([
    [`${FULL} LIMIT 2`, [0], [3, 2]],
    [`${FULL} LIMIT 2 OFFSET 1`, [0], [2, 1]],
    [`${FULL} LIMIT 1, 1`, [0], [2]],
    [`${FULL} LIMIT ? OFFSET ?`, [0, 1, 2], [1]],
    [`${FULL} LIMIT ?2`, [0, -1], [3, 2, 1]],
    [`${FULL} LIMIT 5 OFFSET 7`, [0], []],
    ['select ID from item WHERE price > ? ORDER BY price DESC', [0], [3, 2, 1]],
    ['SELECT id, "price" FROM item WHERE price > ? ORDER BY price DESC', [0], [3, 2, 1]],
  ])('%s', async (sql, parameters, ids) => {
    await one(FULL, [0]);
    const isHeld = !sql.includes('"price"'); // a quoted name might be a string
    for (const _ of [1, 2]) {
      const outcome = await one(sql, parameters);
      expect(rows(outcome).map(([id]) => id)).toEqual(ids);
      if (!isHeld) return;
      expect(outcome.cacheHit).toBe(true);
      expect(outcome.reasons.cache).toMatch(/^Answered from the cached full result/);
    }
    await one('UPDATE item SET price = 10 WHERE id = 1');
    expect((await one(sql, parameters)).cacheHit).toBe(false);
  });

  it('nothing that SQLite reads in another order, though it is written as a part', async () => {
    await one('SELECT kind FROM item');
    await one("UPDATE item SET kind = 'c' WHERE id = 1");
    await one('SELECT * FROM item');
    expect(await isKept('SELECT kind FROM item')).toBe(false);
  });

  it('not its first rows, where a proved rewrite brought the rows in another order', async () => {
    const full = "SELECT id FROM item WHERE kind IN ('a', 'b')";
    await lab.call.settings({ change: { optimizer: { enabled: true } } });
    const { verdicts } = lab.engine.optimizer;
    verdicts.settle(full, reportOf(full, `${full} ORDER BY id DESC`, { version: lab.engine.plane.version }));
    expect(rows(await one(full))).toEqual([[3], [2], [1]]);
    verdicts.forget();
    await lab.call.settings({ change: { optimizer: { enabled: false } } });
    expect(await isKept(full, undefined, false)).toBe(true);
    expect(await isKept(`${full} LIMIT 1`)).toBe(false);
  });

  it('not its first rows, where another spelling of it walked another way', async () => {
    await one(`CREATE TABLE IF NOT EXISTS pair (a, b, c, d); DELETE FROM pair;
      CREATE INDEX IF NOT EXISTS pa ON pair (a); CREATE INDEX IF NOT EXISTS pb ON pair (b);
      CREATE INDEX IF NOT EXISTS pc ON pair (c); CREATE INDEX IF NOT EXISTS pd ON pair (d);
      INSERT INTO pair VALUES (1, 0, 0, 1), (0, 1, 1, 0)`);
    const [left, right] = ['(a = 1 OR b = 1)', '(c = 1 OR d = 1)'];
    const full = (conditions: string): string => `SELECT a, b, c, d FROM pair WHERE ${conditions}`;
    await one(full(`${left} AND ${right}`));
    await isKept(`${full(`${right} AND ${left}`)} LIMIT 1`);
    await lab.call.cacheClear({});
    await one(full(`${right} AND ${left}`));
    await isKept(`${full(`${left} AND ${right}`)} LIMIT 1`);
  });

  it('its columns, out of all of them', async () => {
    await one("SELECT * FROM item WHERE kind = 'a'");
    const some = await one("SELECT code, item.id FROM item WHERE kind = 'a'");
    expect([some.cacheHit, rows(some), some.result?.names]).toEqual([
      true,
      [
        ['One', 1],
        ['Three', 3],
      ],
      ['code', 'id'],
    ]);
  });

  it.each([
    // Read by way of an index that holds all that is asked for.
    ['SELECT * FROM item', 'SELECT kind FROM item'],
    ['SELECT id, kind FROM item', 'SELECT DISTINCT kind FROM item'],
    ['SELECT id AS price, kind FROM item ORDER BY price', 'SELECT kind FROM item ORDER BY price'],
    ['SELECT id, kind FROM item ORDER BY 2', 'SELECT kind FROM item ORDER BY 2'],
    ['SELECT kind, count(*) FROM item GROUP BY kind', 'SELECT kind FROM item GROUP BY kind'],
    ['SELECT * FROM item JOIN tag ON tag.item = item.id', 'SELECT id FROM item JOIN tag ON tag.item = item.id'],
    ['SELECT id FROM item LIMIT 2', 'SELECT id FROM item'],
  ])('not: %s for %s', async (full, part) => {
    await one(full);
    const { outcomes } = await lab.call.execute({ sql: part });
    expect(outcomes[0]?.cacheHit ?? false).toBe(false);
  });
});

/** A schema with all that makes pages change in unusual ways, and random scripts over it. No statement depends on chance or time.
 * Each table has a key or an index: of one without, VACUUM renumbers the rows, and VACUUM INTO does not. */
import type { Random } from '../src/core/ports.ts';

export const SCHEMA = [
  'CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT UNIQUE, size INTEGER CHECK (size < 900))',
  'CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id) ON DELETE CASCADE ON UPDATE SET NULL, note TEXT)',
  'CREATE TABLE flat (a INTEGER, b TEXT, c REAL, PRIMARY KEY (a, b)) WITHOUT ROWID',
  'CREATE TABLE computed (x INTEGER, y INTEGER GENERATED ALWAYS AS (x * 2) STORED, z INTEGER AS (x + 1) VIRTUAL)',
  'CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, v)',
  'CREATE TABLE audit (what TEXT, who INTEGER)',
  'CREATE INDEX audit_who ON audit (who)',
  'CREATE INDEX child_parent ON child (parent, note)',
  'CREATE INDEX computed_y ON computed (y) WHERE y > 4',
  'CREATE TRIGGER child_added AFTER INSERT ON child BEGIN INSERT INTO audit VALUES (new.note, new.id); END',
  'CREATE TRIGGER parent_gone AFTER DELETE ON parent BEGIN DELETE FROM flat WHERE a = old.id; UPDATE computed SET x = x + 1; END',
  'CREATE VIEW family AS SELECT p.name, c.note FROM parent p JOIN child c ON c.parent = p.id',
  'CREATE TRIGGER family_insert INSTEAD OF INSERT ON family BEGIN INSERT OR IGNORE INTO parent (name, size) VALUES (new.name, 1); END',
];

export const PAGE_SIZES = [512, 1024, 2048, 4096, 8192, 32768, 65536];

const series = (count: number): string =>
  `WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < ${count})`;

/** Statements that may belong to one script: some only make sense as a pair. */
export function randomStatements(random: Random): string[] {
  const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)];
  const n = random.below(12);
  const big = 1 + random.below(60);
  const conflict = pick(['', '', 'OR REPLACE ', 'OR IGNORE ', 'OR FAIL ', 'OR ROLLBACK ', 'OR ABORT ']);
  const dice = random.below(100);
  if (dice < 62) {
    return pick([
      [
        `INSERT ${conflict}INTO parent VALUES (${n}, 'p${random.below(9)}', ${n}), (${n + 1}, 'q${n}', ${pick([1, 999])})`,
      ],
      [`INSERT ${conflict}INTO child (parent, note) VALUES (${n}, 'näch ${n}'), (${random.below(12)}, NULL)`],
      [
        `INSERT INTO child (parent, note) ${series(big * 8)} SELECT 1 + i % 5, printf('%.${big * 4}c', 'ж') || i FROM r`,
      ],
      [`INSERT INTO counted (v) VALUES (zeroblob(${random.below(90_000)}))`],
      [
        `INSERT INTO counted (v) ${series(big * 5)} SELECT CASE i % 3 WHEN 0 THEN i WHEN 1 THEN i / 7.0 ELSE printf('%.${big * 9}c', 'v') END FROM r`,
      ],
      [`INSERT ${conflict}INTO flat VALUES (${n}, '${pick(['x', 'y', '🚀'])}', ${n}.5), (${n}, 'x', 2)`],
      [
        `INSERT INTO flat ${series(big * 4)} SELECT i + ${n * 100}, 'b' || i, i * 0.5 FROM r WHERE true ON CONFLICT DO UPDATE SET c = c + 1`,
      ],
      [`INSERT INTO computed (x) ${series(big)} SELECT i FROM r`],
      [`INSERT INTO family VALUES ('f${n}', NULL)`],
      [`UPDATE counted SET v = v || v WHERE id % ${n + 2} = 0 AND length(v) < 20000`],
      [`UPDATE parent SET id = id + 20 WHERE id = ${n}`],
      [`UPDATE child SET note = note || '${'+'.repeat(n * 9)}' WHERE id % 3 = ${n % 3}`],
      [`UPDATE ${conflict}parent SET name = 'p' || (id % 4) WHERE id > ${n}`],
      [`DELETE FROM parent WHERE id = ${n}`],
      [`DELETE FROM child WHERE id % ${2 + random.below(4)} = 0`],
      [`DELETE FROM counted WHERE id > ${n * 9}`],
      ['DELETE FROM counted'],
      [`DELETE FROM flat WHERE a > ${n * 30}`],
      [`DELETE FROM audit WHERE who < ${n * 20}`],
    ]);
  }
  if (dice < 72) {
    return pick([
      [`CREATE TABLE IF NOT EXISTS extra${n % 4} (a PRIMARY KEY, b)`],
      [
        `CREATE TABLE IF NOT EXISTS extra${n % 4} AS SELECT id AS a, v AS b FROM counted`,
        `CREATE INDEX IF NOT EXISTS extra${n % 4}_b ON extra${n % 4} (b)`,
      ],
      [`DROP TABLE IF EXISTS extra${n % 4}`],
      [`CREATE INDEX IF NOT EXISTS more${n % 3} ON counted (v)`],
      [`DROP INDEX IF EXISTS more${n % 3}`],
      [`ALTER TABLE audit ADD COLUMN extra${random.below(1e6)} DEFAULT 7`],
      [`CREATE TEMP TABLE IF NOT EXISTS scratch (a, b)`, `INSERT INTO scratch SELECT id, v FROM counted`],
      [`INSERT INTO audit SELECT 'scratch', count(*) FROM temp.scratch`],
      ['DROP TABLE IF EXISTS temp.scratch'],
    ]);
  }
  if (dice < 82) {
    return pick([
      ['VACUUM'],
      [`PRAGMA page_size = ${pick(PAGE_SIZES)}`, 'VACUUM'],
      [`PRAGMA page_size = ${pick([...PAGE_SIZES, 700, 131072])}`],
      [`PRAGMA auto_vacuum = ${random.below(3)}`, 'VACUUM'],
      [`PRAGMA incremental_vacuum(${random.below(9)})`],
      ['ANALYZE'],
      ['REINDEX'],
    ]);
  }
  if (dice < 90) {
    return pick([
      ['SAVEPOINT a'],
      ['SAVEPOINT b'],
      ['RELEASE a'],
      ['ROLLBACK TO a'],
      ['ROLLBACK TO b'],
      ['BEGIN'],
      ['COMMIT'],
      ['ROLLBACK'],
    ]);
  }
  return pick([
    [`PRAGMA foreign_keys = ${random.below(2)}`],
    [`PRAGMA recursive_triggers = ${random.below(2)}`],
    [`PRAGMA secure_delete = ${random.below(2)}`],
    [`PRAGMA cache_size = ${pick([3, 10, 2000])}`],
    [`PRAGMA user_version = ${n}`],
    ['SELECT * FROM family ORDER BY 1, 2'],
    ['SELECT count(*), sum(length(v)) FROM counted'],
  ]);
}

/** A read whose rows have an order. */
export function randomRead(random: Random): string {
  const reads = [
    'SELECT * FROM family ORDER BY 1, 2',
    'SELECT id, typeof(v), length(v) FROM counted ORDER BY id',
    'SELECT a, b, c FROM flat ORDER BY 1, 2',
    'SELECT y, z FROM computed WHERE y > 4 ORDER BY 1, 2',
    'SELECT type, name, sql FROM sqlite_schema ORDER BY name',
    'SELECT note, count(*) FROM child GROUP BY note ORDER BY 1',
    'PRAGMA integrity_check',
  ];
  return reads[random.below(reads.length)];
}

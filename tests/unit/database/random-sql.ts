/** A schema with everything that hides what a statement touches, and random statements over it. */
import type { Random } from '../../../src/core/ports.ts';

export const HARD_SCHEMA = `
CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT UNIQUE, size INTEGER);
CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id) ON DELETE CASCADE ON UPDATE SET NULL, note TEXT);
CREATE TABLE grandchild (id INTEGER PRIMARY KEY, child INTEGER REFERENCES child (id) ON DELETE CASCADE);
CREATE TABLE audit (what TEXT, who INTEGER);
CREATE TABLE flat (a INTEGER, b TEXT, c REAL, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE computed (x INTEGER, y INTEGER GENERATED ALWAYS AS (x * 2) STORED, z INTEGER AS (x + 1) VIRTUAL);
CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, v);
CREATE TABLE apart (v INTEGER);
CREATE INDEX child_parent ON child (parent);
CREATE INDEX flat_c ON flat (c, b);
CREATE INDEX computed_y ON computed (y) WHERE y > 4;
CREATE VIEW family AS SELECT p.name, c.note FROM parent p LEFT JOIN child c ON c.parent = p.id;
CREATE VIEW both_views AS SELECT f.name, (SELECT count(*) FROM flat) AS n FROM family f;
CREATE TRIGGER child_added AFTER INSERT ON child BEGIN INSERT INTO audit VALUES ('child', new.id); END;
CREATE TRIGGER parent_gone AFTER DELETE ON parent BEGIN
  INSERT INTO audit SELECT 'parent', count(*) FROM flat;
  UPDATE computed SET x = x + 1 WHERE x < 3;
END;
CREATE TRIGGER family_insert INSTEAD OF INSERT ON family BEGIN INSERT OR IGNORE INTO parent (name, size) VALUES (new.name, 1); END;
INSERT INTO parent (name, size) VALUES ('p1', 1), ('p2', 2), ('p3', 3), ('p4', NULL);
INSERT INTO child (parent, note) VALUES (1, 'a'), (1, 'b'), (2, 'c'), (NULL, 'd');
INSERT INTO grandchild (child) VALUES (1), (1), (2), (3);
INSERT INTO flat VALUES (1, 'x', 1.5), (2, 'y', 2.5), (3, 'z', NULL);
INSERT INTO computed (x) VALUES (1), (2), (5);
INSERT INTO counted (v) VALUES ('k'), (x'00ff'), (NULL);
INSERT INTO apart VALUES (1), (2);`;

export const HARD_TABLES = [
  'parent',
  'child',
  'grandchild',
  'audit',
  'flat',
  'computed',
  'counted',
  'apart',
  'sqlite_sequence',
];

const pick = <Item>(items: readonly Item[], random: Random): Item => items[random.below(items.length)];

/** A statement that may write. */
export function randomWrite(random: Random): string {
  const n = random.below(9);
  const conflict = pick(['', '', 'OR REPLACE ', 'OR IGNORE ', 'OR FAIL '], random);
  return pick(
    [
      `INSERT ${conflict}INTO parent (id, name, size) VALUES (${n}, 'p${random.below(6)}', ${n}), (${n + 1}, 'q${n}', 0)`,
      `INSERT ${conflict}INTO child (id, parent, note) VALUES (${n}, ${random.below(6)}, 'n${n}')`,
      `INSERT INTO child (parent, note) SELECT id, name FROM parent WHERE size > ${n}`,
      `REPLACE INTO parent (id, name) VALUES (${n}, 'p${random.below(5)}')`,
      `DELETE FROM parent WHERE id = ${n}`,
      `DELETE FROM parent WHERE name IN (SELECT name FROM family WHERE note = 'n${n}')`,
      `UPDATE parent SET id = id + 20 WHERE id = ${n}`,
      `UPDATE child SET note = (SELECT max(b) FROM flat) WHERE parent = ${n}`,
      `UPDATE parent SET size = c.n FROM (SELECT count(*) AS n FROM grandchild) AS c WHERE id > ${n}`,
      `INSERT ${conflict}INTO flat VALUES (${n}, '${pick(['x', 'y'], random)}', ${n}.5)`,
      `INSERT INTO flat VALUES (${n}, 'x', 0.5) ON CONFLICT DO UPDATE SET c = c + 1`,
      `DELETE FROM flat WHERE c > ${n}`,
      `INSERT INTO computed (x) VALUES (${n})`,
      `UPDATE computed SET x = x - 1 WHERE y > ${n}`,
      `INSERT INTO family VALUES ('f${n}', NULL)`,
      `INSERT INTO counted (v) VALUES (${pick(["'text'", "x'0102'", '1.5', 'NULL', '9007199254740993'], random)})`,
      `DELETE FROM counted`,
      `DELETE FROM audit`,
      `WITH big AS (SELECT id FROM parent WHERE size >= ${n}) DELETE FROM child WHERE parent IN (SELECT id FROM big)`,
      `UPDATE apart SET v = v + 1`,
      `INSERT INTO counted (v) WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < ${n * 40}) SELECT printf('%.90c', 'v') || i FROM r`,
    ],
    random,
  );
}

/** A statement that only reads, with an order so that its rows can be compared. */
export function randomRead(random: Random): string {
  const n = random.below(6);
  return pick(
    [
      `SELECT * FROM family ORDER BY 1, 2`,
      `SELECT * FROM both_views ORDER BY 1, 2`,
      `SELECT count(*) FROM flat`,
      `SELECT b FROM flat WHERE c > ${n} ORDER BY 1`,
      `SELECT y FROM computed WHERE y > ${n + 4} ORDER BY 1`,
      `SELECT z, x FROM computed ORDER BY 1, 2`,
      `SELECT * FROM parent WHERE id = ${n}`,
      `SELECT name FROM parent WHERE name = 'p${n}'`,
      `SELECT max(parent) FROM child`,
      `SELECT p.name FROM parent p WHERE EXISTS (SELECT 1 FROM grandchild g JOIN child c ON c.id = g.child WHERE c.parent = p.id) ORDER BY 1`,
      `SELECT note FROM child UNION SELECT what FROM audit ORDER BY 1`,
      `WITH t AS (SELECT id FROM counted WHERE id > ${n}) SELECT count(*), sum(id) FROM t`,
      `SELECT id, row_number() OVER (ORDER BY id) FROM grandchild ORDER BY 1`,
      `SELECT seq FROM sqlite_sequence`,
      `SELECT (SELECT count(*) FROM audit), v FROM apart ORDER BY 2`,
      `SELECT name, value FROM parent, json_each('[1,2]') ORDER BY 1, 2`,
    ],
    random,
  );
}

/** DDL and upkeep that leave the schema usable for the other statements. */
export function randomUpkeep(random: Random): string {
  const n = random.below(3);
  return pick(
    [
      `CREATE TABLE IF NOT EXISTS extra${n} (a, b)`,
      `DROP TABLE IF EXISTS extra${n}`,
      `CREATE TABLE IF NOT EXISTS extra${n} AS SELECT * FROM counted`,
      `CREATE INDEX IF NOT EXISTS more${n} ON counted (v)`,
      `DROP INDEX IF EXISTS more${n}`,
      `ANALYZE`,
      `VACUUM`,
      `REINDEX`,
      `ALTER TABLE apart ADD COLUMN extra${random.below(1e6)} DEFAULT 7`,
    ],
    random,
  );
}

/** Small sound databases that differ in how they lie on their pages: what mutations are made of. */

export interface DatabaseSeed {
  name: string;
  /** Run on a new database; PRAGMAs that shape the file come first. */
  sql: string;
}

const COUNT = (rows: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})`;

export const DATABASE_SEEDS: readonly DatabaseSeed[] = [
  {
    name: 'shop',
    sql: `PRAGMA page_size = 1024;
      CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT, joined REAL);
      CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers, cents INTEGER, note BLOB);
      ${COUNT(120)} INSERT INTO customers SELECT i, 'customer ' || i, CASE i % 4 WHEN 0 THEN NULL ELSE 'city ' || i % 7 END, i / 3.0 FROM n;
      ${COUNT(400)} INSERT INTO orders SELECT i, 1 + i % 120, i * 37, CASE WHEN i % 90 = 0 THEN zeroblob(3000) END FROM n;
      CREATE INDEX orders_customer ON orders (customer_id, cents);
      CREATE UNIQUE INDEX customers_name ON customers (name);`,
  },
  {
    name: 'without rowid',
    sql: `PRAGMA page_size = 512;
      CREATE TABLE pairs (a TEXT, b INTEGER, c BLOB, PRIMARY KEY (a, b)) WITHOUT ROWID;
      CREATE INDEX pairs_c ON pairs (c) WHERE c IS NOT NULL;
      ${COUNT(300)} INSERT INTO pairs SELECT 'key ' || i % 50, i, CASE i % 3 WHEN 0 THEN randomblob(0) || x'0011' ELSE NULL END FROM n;
      CREATE TABLE generated (x INTEGER, y INTEGER AS (x * 2) STORED, z INTEGER AS (x + y) VIRTUAL, CHECK (z > x)) STRICT;
      ${COUNT(40)} INSERT INTO generated (x) SELECT i FROM n;`,
  },
  {
    name: 'full-text',
    sql: `PRAGMA page_size = 1024;
      CREATE VIRTUAL TABLE notes USING fts4(title, body);
      ${COUNT(60)} INSERT INTO notes SELECT 'title ' || i, 'some words about number ' || i || ' and ' || i * i FROM n;`,
  },
  {
    name: 'triggers and views',
    sql: `PRAGMA page_size = 512;
      CREATE TABLE tree (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES tree ON DELETE CASCADE, name TEXT DEFAULT 'leaf');
      CREATE TABLE log (at INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT);
      CREATE TRIGGER grown AFTER INSERT ON tree BEGIN INSERT INTO log (what) VALUES ('grew ' || new.name); END;
      CREATE TRIGGER cut BEFORE DELETE ON tree BEGIN DELETE FROM log WHERE at < 5; INSERT INTO log (what) VALUES ('cut'); END;
      ${COUNT(90)} INSERT INTO tree SELECT i, CASE WHEN i > 1 THEN i / 2 END, 'node ' || i FROM n;
      CREATE VIEW paths AS WITH RECURSIVE p(id, path) AS (SELECT id, name FROM tree WHERE parent IS NULL
        UNION ALL SELECT t.id, p.path || '/' || t.name FROM tree t JOIN p ON t.parent = p.id) SELECT * FROM p;
      CREATE VIEW deep AS SELECT count(*) AS nodes, max(length(path)) AS longest FROM paths;`,
  },
  {
    name: 'autovacuum with a free list',
    sql: `PRAGMA page_size = 512; PRAGMA auto_vacuum = INCREMENTAL;
      CREATE TABLE big (id INTEGER PRIMARY KEY, body BLOB); CREATE TABLE gone (x);
      ${COUNT(30)} INSERT INTO big SELECT i, zeroblob(i * 200) FROM n;
      ${COUNT(200)} INSERT INTO gone SELECT 'row ' || i FROM n;
      DELETE FROM big WHERE id % 3 = 0; DROP TABLE gone;`,
  },
  {
    name: 'UTF-16',
    sql: `PRAGMA encoding = 'UTF-16le'; PRAGMA page_size = 1024; PRAGMA application_id = 0x48454144; PRAGMA user_version = 7;
      CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT COLLATE NOCASE UNIQUE);
      ${COUNT(150)} INSERT INTO words SELECT i, 'wörd ' || i || char(128512) FROM n;
      DELETE FROM words WHERE id BETWEEN 40 AND 90; ANALYZE;`,
  },
  {
    name: 'large pages',
    sql: `PRAGMA page_size = 4096;
      CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX i ON t (length(b), b DESC);
      ${COUNT(500)} INSERT INTO t SELECT i, printf('%.*c', i % 60, 'x') FROM n;`,
  },
];

/** Questions for the mutation of rules that the grammar of generated queries hardly ever asks: by hand, each with what it is after. */

export interface HandMade {
  setup: string;
  sql: string;
}

const FOLDED = `
  CREATE TABLE a(id INTEGER PRIMARY KEY, x TEXT COLLATE NOCASE, y TEXT, p INTEGER, s TEXT);
  CREATE TABLE b(id INTEGER PRIMARY KEY, k TEXT, n TEXT COLLATE NOCASE, v INTEGER);
  INSERT INTO a VALUES (1, 'A', 'a', 1, 'p'), (2, 'b', 'B', 1, 'q');
  INSERT INTO b VALUES (1, 'a', 'A', 1), (2, 'A', 'a', 2), (3, 'B', 'b', 3);`;

const NUMBERS = `
  CREATE TABLE a(id INTEGER PRIMARY KEY, x INTEGER, s TEXT);
  CREATE TABLE b(id INTEGER PRIMARY KEY, k INTEGER, v INTEGER);
  INSERT INTO a VALUES (1, 1, 'p'), (2, 1, 'q');
  INSERT INTO b VALUES (1, 1, 5), (2, 1, 6);`;

export const HAND_MADE: Readonly<Record<string, readonly HandMade[]>> = {
  'push-keys': [
    // The join folds case, IN would not.
    {
      setup: FOLDED,
      sql: 'SELECT a.id, g.n FROM a JOIN (SELECT k, count(*) AS n FROM b GROUP BY k) AS g ON a.x = g.k WHERE a.p = 1',
    },
  ],
  'eager-aggregation': [
    // The join tells apart what the groups would not.
    { setup: FOLDED, sql: 'SELECT a.s, count(*) AS c FROM b JOIN a ON a.y = b.n GROUP BY a.s' },
    // The sum of a group may be too great for 64 bits where the other rows of the join make up for it.
    { setup: NUMBERS, sql: 'SELECT sum(b.v) AS t FROM b JOIN a ON a.id = b.k' },
    { setup: NUMBERS, sql: 'SELECT a.s, sum(b.v) AS t FROM b JOIN a ON a.x = b.k GROUP BY a.s' },
  ],
  'window-for-self-join': [
    // In the order of the table the sum is too great on the way, in that of the window it is not.
    {
      setup: `
        CREATE TABLE b(id INTEGER PRIMARY KEY, o INTEGER NOT NULL, v INTEGER);
        INSERT INTO b VALUES (1, 1, 9223372036854775807), (2, 3, 9223372036854775807), (3, 2, -9223372036854775807);`,
      sql: 'SELECT b.id, (SELECT sum(u.v) FROM b AS u WHERE u.o <= b.o) AS t FROM b',
    },
  ],
  'late-lookup': [
    // Without a row id of a name of its own, any column may be taken for one.
    {
      setup: `
        CREATE TABLE t(k INTEGER NOT NULL, a INTEGER NOT NULL, c TEXT, PRIMARY KEY (a, k));
        CREATE TABLE u(a INTEGER NOT NULL, d TEXT);
        INSERT INTO t VALUES (1, 1, 'p'), (1, 2, 'q'), (2, 1, 'r');`,
      sql: 'SELECT * FROM t ORDER BY a, k LIMIT 10 OFFSET 3',
    },
  ],
  'prefix-range': [
    // In UTF-16 'AŤ' lies between 'Ad' and 'Ae'.
    {
      setup: `PRAGMA encoding = 'UTF-16le'; CREATE TABLE t(v TEXT); INSERT INTO t VALUES ('Ada'), ('A\u0164a'), ('b');`,
      sql: "SELECT v FROM t WHERE substr(v, 1, 2) = 'Ad'",
    },
  ],
};

/** What the rules about groups, first rows and windows rest on, broken; and what they would write if they lacked one care. */
import { describeCareless, describePreconditions } from './broken.ts';

const SCHEMA = `
  CREATE TABLE a(id INTEGER PRIMARY KEY, k INTEGER, o INTEGER, v INTEGER, s TEXT);
  CREATE TABLE b(id INTEGER PRIMARY KEY, o INTEGER NOT NULL, v INTEGER, s TEXT);
  INSERT INTO a VALUES (1, 1, 1, 5, 'p'), (2, 1, 2, 6, 'q'), (3, 2, 1, NULL, 'p'), (4, 2, 4, 5, 'r');
  INSERT INTO b VALUES (1, 1, 5, 'p'), (2, 1, 6, 'q'), (3, 2, 7, 'q');`;

const FIRST = 'SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY k ORDER BY o) AS n FROM a) WHERE n = 1';
const RUNNING = 'SELECT id, (SELECT count(*) FROM a AS u WHERE u.k = a.k AND u.o <= a.o) AS n FROM a';

describePreconditions(
  SCHEMA,
  {
    'a first row in the group of NULL': {
      rule: 'row-number-one',
      breaking: "INSERT INTO a VALUES (9, NULL, 1, 1, 'z')",
      sql: FIRST,
      claim: /a\.k is never NULL/,
    },
    'a first row of which the place is NULL': {
      rule: 'row-number-one',
      breaking: "INSERT INTO a VALUES (9, 1, NULL, 1, 'z')",
      sql: FIRST,
      claim: /a\.o is never NULL/,
    },
    'a running total in the group of NULL': {
      rule: 'window-for-self-join',
      breaking: "INSERT INTO a VALUES (9, NULL, 1, 1, 'z')",
      sql: RUNNING,
      claim: /a\.k is never NULL/,
    },
    'a running total up to NULL': {
      rule: 'window-for-self-join',
      breaking: "INSERT INTO a VALUES (9, 1, NULL, 1, 'z')",
      sql: RUNNING,
      claim: /a\.o is never NULL/,
    },
  },
  {
    'two first rows': {
      rule: 'row-number-one',
      breaking: "INSERT INTO a VALUES (9, 1, 1, 1, 'z')",
      sql: FIRST,
      claim: /no two rows of a share k, o/,
    },
    'a running total that is too great on the way': {
      rule: 'window-for-self-join',
      breaking: "INSERT INTO b VALUES (7, 8, 9e18, 'z'), (8, 9, 9e18, 'z'), (9, 9, -9e18, 'z')",
      sql: 'SELECT id, (SELECT sum(u.v) FROM b AS u WHERE u.o >= b.o) AS n FROM b',
      claim: /b\.v is an integer below 2\^31/,
    },
  },
);

describeCareless(SCHEMA, [
  [
    'extremes that leave no row where there is none',
    'SELECT min(v) AS l, max(v) AS h FROM a WHERE k = 1',
    'SELECT x.v AS l, y.v AS h FROM (SELECT v FROM a WHERE k = 1 ORDER BY v LIMIT 1) AS x, (SELECT v FROM a WHERE k = 1 ORDER BY v DESC LIMIT 1) AS y',
  ],
  ['groups as DISTINCT of less', 'SELECT k FROM a GROUP BY k, o', 'SELECT DISTINCT k FROM a'],
  [
    'a key dropped of what a LEFT JOIN may not find',
    'SELECT a.k, b.s, count(*) AS n FROM a LEFT JOIN b ON b.id = a.k AND a.o > 0 GROUP BY a.k, b.s',
    'SELECT a.k, b.s, count(*) AS n FROM a LEFT JOIN b ON b.id = a.k AND a.o > 0 GROUP BY a.k',
  ],
  ['the first of all, not of each group', FIRST, 'SELECT id FROM a WHERE o IN (SELECT min(o) FROM a)'],
  ['the first of any group', FIRST, 'SELECT id FROM a WHERE o IN (SELECT min(o) FROM a GROUP BY k)'],
  [
    'a search that finds no NULL',
    'SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY k ORDER BY id) AS n FROM a) WHERE n = 1',
    'SELECT id FROM a WHERE id IN (SELECT (SELECT id FROM a WHERE k = g.k ORDER BY id LIMIT 1) FROM (SELECT DISTINCT k FROM a) AS g)',
  ],
  [
    'a condition asked before the numbers',
    'SELECT id FROM (SELECT id, v, row_number() OVER (PARTITION BY k ORDER BY id) AS n FROM a) WHERE n = 1 AND v = 5',
    'SELECT id FROM a WHERE v = 5 AND id IN (SELECT min(id) FROM a WHERE v = 5 GROUP BY k)',
  ],
  [
    'a window that tells ties apart',
    'SELECT id, (SELECT count(*) FROM b AS u WHERE u.o <= b.o) AS n FROM b',
    'SELECT id, count(*) OVER (ORDER BY o, id) AS n FROM b',
  ],
  [
    'a window that holds the ties',
    'SELECT id, (SELECT count(*) FROM b AS u WHERE u.o < b.o) AS n FROM b',
    'SELECT id, count(*) OVER (ORDER BY o) AS n FROM b',
  ],
  [
    'a window over some of the rows',
    'SELECT id, (SELECT count(*) FROM b AS u WHERE u.o <= b.o) AS n FROM b WHERE v = 5',
    'SELECT id, count(*) OVER (ORDER BY o) AS n FROM b WHERE v = 5',
  ],
  [
    'a join that drops the first row',
    'SELECT x.id, count(*) AS n FROM b AS x JOIN b AS y ON y.o < x.o GROUP BY x.id',
    'SELECT id, count(*) OVER (ORDER BY o GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS n FROM b',
  ],
  [
    'NULL counted among distinct values',
    'SELECT k, count(DISTINCT v) AS n FROM a GROUP BY k',
    'SELECT k, count(*) AS n FROM (SELECT DISTINCT k, v FROM a) GROUP BY k',
  ],
  [
    'groups lost with their NULL',
    'SELECT k, count(DISTINCT v) AS n FROM a GROUP BY k',
    'SELECT k, count(v) AS n FROM (SELECT DISTINCT k, v FROM a WHERE v IS NOT NULL) GROUP BY k',
  ],
  [
    'a plus before what is compared outside',
    'SELECT id FROM a WHERE s IN (SELECT DISTINCT o FROM b WHERE v > 0)',
    'SELECT id FROM a WHERE s IN (SELECT DISTINCT +o FROM b WHERE v > 0)',
  ],
]);

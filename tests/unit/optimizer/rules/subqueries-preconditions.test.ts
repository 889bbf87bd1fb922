/**
 * Each thing that a rule about subqueries rests on: a row that breaks it makes the rewritten text wrong, and the guards see that it does not
 * hold; and what a rule that forgot one of its cares would write is caught, though the data at hand show nothing.
 */
import { describeCareless, describePreconditions, type Broken } from './broken.ts';

const SCHEMA = `
  CREATE TABLE a(id INTEGER PRIMARY KEY, x INTEGER, s TEXT, n TEXT COLLATE NOCASE);
  CREATE TABLE b(id INTEGER PRIMARY KEY, k INTEGER, v INTEGER, s TEXT, n TEXT COLLATE NOCASE);
  CREATE TABLE c(id INTEGER PRIMARY KEY, k INTEGER, v INTEGER) STRICT;
  INSERT INTO a VALUES (1, 1, 'p', 'p'), (2, 2, 'q', 'q'), (3, 7, 'r', 'r');
  INSERT INTO b VALUES (1, 1, 5, 'p', 'p'), (2, 2, 6, 'q', 'q'), (3, 2, 7, 'q', 'q');
  INSERT INTO c VALUES (1, 1, 5), (2, 2, 6), (3, 1, 7);`;

const CASES: Record<string, Broken> = {
  'a NULL in the list of NOT IN': {
    rule: 'in-subquery',
    breaking: "INSERT INTO b VALUES (9, NULL, 1, 'z', 'z')",
    sql: 'SELECT id FROM a WHERE id NOT IN (SELECT k FROM b)',
    claim: /b\.k is never NULL/,
  },
  'a NULL before NOT IN': {
    rule: 'in-subquery',
    breaking: "INSERT INTO a VALUES (9, NULL, 'z', 'z')",
    sql: 'SELECT id FROM a WHERE x NOT IN (SELECT id FROM b)',
    claim: /a\.x is never NULL/,
  },
  'a NULL that is no missing match': {
    rule: 'anti-join',
    breaking: 'INSERT INTO b VALUES (9, 3, NULL, NULL, NULL)',
    sql: 'SELECT a.id FROM a LEFT JOIN b ON b.k = a.id WHERE b.v IS NULL',
    claim: /b\.v is never NULL/,
  },
  'a reference to nothing': {
    rule: 'join-elimination',
    breaking: "INSERT INTO b VALUES (9, 99, 1, 'z', 'z')",
    sql: 'SELECT b.id FROM b JOIN a ON a.id = b.k',
    claim: /each b\.k is one of a\.id, or NULL/,
  },
};

/** No small database holds values of which a sum is too great. */
const TOO_GREAT: Broken = {
  rule: 'eager-aggregation',
  breaking: 'INSERT INTO c VALUES (4, 1, 9e18), (5, 2, -9e18), (6, 1, 9e18)',
  sql: 'SELECT sum(c.v) AS n FROM c JOIN a ON a.id = c.k',
  claim: /c\.v is an integer below 2\^31/,
};

describePreconditions(SCHEMA, CASES, { 'a sum that is too great on the way': TOO_GREAT });

/** What each rule would write if it lacked one care. */
describeCareless(SCHEMA, [
  [
    'exists-to-in without a look at collations',
    'SELECT id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.n = a.s)',
    'SELECT id FROM a WHERE a.s IN (SELECT b.n FROM b)',
  ],
  [
    'exists-to-in where NULL is not false',
    'SELECT id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.x) IS NOT NULL',
    'SELECT id FROM a WHERE (a.x IN (SELECT b.k FROM b)) IS NOT NULL',
  ],
  [
    'NOT IN without IS NOT NULL',
    'SELECT id FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.k = a.id)',
    'SELECT id FROM a WHERE a.id NOT IN (SELECT b.k FROM b)',
  ],
  [
    'NOT IN without the rows that are NULL',
    'SELECT id FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.id = a.x)',
    'SELECT id FROM a WHERE a.x NOT IN (SELECT b.id FROM b)',
  ],
  [
    'exists-to-in of more than links',
    'SELECT id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.x AND b.v > a.id)',
    'SELECT id FROM a WHERE a.x IN (SELECT b.k FROM b)',
  ],
  [
    'a join without DISTINCT',
    'SELECT a.id FROM a WHERE a.x IN (SELECT b.k FROM b)',
    'SELECT a.id FROM a JOIN (SELECT b.k AS picked FROM b) AS picked WHERE a.x = picked.picked',
  ],
  [
    'anti-join of a condition elsewhere',
    'SELECT a.id FROM a LEFT JOIN b ON b.k = a.x WHERE b.id IS NULL OR b.v = 5',
    'SELECT a.id FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.k = a.x)',
  ],
  [
    'count without coalesce',
    'SELECT id, (SELECT count(*) FROM b WHERE b.k = a.x) AS n FROM a',
    'SELECT id, g.n FROM a LEFT JOIN (SELECT b.k AS k, count(*) AS n FROM b GROUP BY b.k) AS g ON g.k = a.x',
  ],
  [
    'groups as an inner join',
    'SELECT id, (SELECT max(b.v) FROM b WHERE b.k = a.x) AS n FROM a',
    'SELECT a.id, g.n FROM a JOIN (SELECT b.k AS k, max(b.v) AS n FROM b GROUP BY b.k) AS g ON g.k = a.x',
  ],
  [
    'groups of a link that is no equality',
    'SELECT id, (SELECT count(*) FROM b WHERE b.k <= a.x) AS n FROM a',
    'SELECT id, coalesce(g.n, 0) AS n FROM a LEFT JOIN (SELECT b.k AS k, count(*) AS n FROM b GROUP BY b.k) AS g ON g.k <= a.x',
  ],
  [
    'groups by text of what is compared as numbers',
    'SELECT id, (SELECT max(b.v) FROM b WHERE b.s = a.x) AS n FROM a',
    'SELECT id, g.n FROM a LEFT JOIN (SELECT b.s AS k, max(b.v) AS n FROM b GROUP BY b.s) AS g ON g.k = a.x',
  ],
  [
    'lateral without EXISTS',
    'SELECT a.id, g.n FROM a JOIN (SELECT k, max(v) AS n FROM b GROUP BY k) AS g ON g.k = a.x',
    'SELECT a.id, (SELECT max(v) FROM b WHERE k = a.x) AS n FROM a',
  ],
  [
    'lateral count of a LEFT JOIN',
    'SELECT a.id, g.n FROM a LEFT JOIN (SELECT k, count(*) AS n FROM b GROUP BY k) AS g ON g.k = a.x',
    'SELECT a.id, (SELECT count(*) FROM b WHERE k = a.x) AS n FROM a',
  ],
  [
    'lateral without HAVING',
    'SELECT a.id, g.n FROM a JOIN (SELECT k, count(*) AS n FROM b GROUP BY k HAVING count(*) > 1) AS g ON g.k = a.x',
    'SELECT a.id, (SELECT count(*) FROM b WHERE k = a.x) AS n FROM a WHERE EXISTS (SELECT 1 FROM b WHERE k = a.x)',
  ],
  [
    'keys pushed to the side that a LEFT JOIN keeps',
    "SELECT g.k, g.n FROM (SELECT k, count(*) AS n FROM b GROUP BY k) AS g LEFT JOIN a ON g.k = a.x AND a.s = 'p'",
    "SELECT g.k, g.n FROM (SELECT k, count(*) AS n FROM b WHERE k IN (SELECT x FROM a WHERE s = 'p') GROUP BY k) AS g LEFT JOIN a ON g.k = a.x AND a.s = 'p'",
  ],
  [
    'an extreme of the wrong side',
    'SELECT id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.x AND b.v > a.id)',
    'SELECT id FROM a WHERE a.id < (SELECT min(b.v) FROM b WHERE b.k = a.x)',
  ],
  [
    'one extreme for <>',
    'SELECT id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.x AND b.v <> a.id)',
    'SELECT id FROM a WHERE a.id <> (SELECT max(b.v) FROM b WHERE b.k = a.x)',
  ],
  [
    'NOT over an extreme',
    'SELECT id FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.k = a.x AND b.v > a.id)',
    'SELECT id FROM a WHERE NOT a.id < (SELECT max(b.v) FROM b WHERE b.k = a.x)',
  ],
  [
    'a semi-join that drops DISTINCT',
    'SELECT DISTINCT a.s FROM a JOIN b ON b.k = a.x',
    'SELECT a.s FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.x)',
  ],
  [
    'a semi-join under a count',
    'SELECT count(a.s) AS n FROM a JOIN b ON b.k = a.x',
    'SELECT count(a.s) AS n FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.x)',
  ],
  [
    'one filter for all totals',
    'SELECT (SELECT count(*) FROM b WHERE v > 5) AS m, (SELECT count(*) FROM b WHERE k > 1) AS n',
    'SELECT count(*) AS m, count(*) FILTER (WHERE k > 1) AS n FROM b WHERE v > 5',
  ],
  [
    'early counts without coalesce',
    'SELECT count(*) AS n FROM b JOIN a ON a.id = b.k',
    'SELECT sum(p.n) AS n FROM (SELECT k, count(*) AS n FROM b GROUP BY k) AS p JOIN a ON a.id = p.k',
  ],
  [
    'early counts counted',
    'SELECT a.s, count(*) AS n FROM b JOIN a ON a.id = b.k GROUP BY a.s',
    'SELECT a.s, count(p.n) AS n FROM (SELECT k, count(*) AS n FROM b GROUP BY k) AS p JOIN a ON a.id = p.k GROUP BY a.s',
  ],
  [
    'early counts of distinct values',
    'SELECT a.s, count(DISTINCT b.v) AS n FROM b JOIN a ON a.id = b.k GROUP BY a.s',
    'SELECT a.s, sum(p.n) AS n FROM (SELECT k, count(DISTINCT v) AS n FROM b GROUP BY k) AS p JOIN a ON a.id = p.k GROUP BY a.s',
  ],
  ['a join that doubles, taken away', 'SELECT a.id FROM a JOIN b ON b.k = a.id', 'SELECT a.id FROM a'],
  [
    'a join that drops NULL, taken away',
    'SELECT b.v FROM b JOIN a ON a.id = b.k WHERE b.id > 0',
    'SELECT b.v FROM b WHERE b.id > 0',
  ],
  [
    'a self-join by less than a key',
    'SELECT p.id, q.v FROM b AS p JOIN b AS q ON p.k = q.k',
    'SELECT p.id, p.v FROM b AS p',
  ],
]);

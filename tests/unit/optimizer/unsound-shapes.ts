/** What the rules about order, doubles, unions and LIMIT would write without one of their cares. Small databases show each. */
import type { Unsound } from './unsound-rewrites.ts';

const REWRITES: readonly [name: string, original: string, rewritten: string][] = [
  [
    'DISTINCT dropped beside a key that a join doubles',
    'SELECT DISTINCT a.id, a.s FROM a JOIN b ON b.k = a.x',
    'SELECT a.id, a.s FROM a JOIN b ON b.k = a.x',
  ],
  ['DISTINCT dropped beside what may be NULL', 'SELECT DISTINCT x FROM a', 'SELECT x FROM a'],
  [
    'DISTINCT dropped beside the key that a LEFT JOIN leaves NULL',
    'SELECT DISTINCT b.id FROM a LEFT JOIN b ON b.k = a.x',
    'SELECT b.id FROM a LEFT JOIN b ON b.k = a.x',
  ],
  ['count(DISTINCT) to count()', 'SELECT count(DISTINCT x) AS n FROM a', 'SELECT count(x) AS n FROM a'],
  [
    'UNION ALL of arms that share rows',
    'SELECT id, x FROM a WHERE x < 2 UNION SELECT id, x FROM a WHERE x > 0',
    'SELECT id, x FROM a WHERE x < 2 UNION ALL SELECT id, x FROM a WHERE x > 0',
  ],
  [
    'UNION ALL of arms that double their own',
    'SELECT x FROM a WHERE x = 1 UNION SELECT x FROM a WHERE x = 2',
    'SELECT x FROM a WHERE x = 1 UNION ALL SELECT x FROM a WHERE x = 2',
  ],
  [
    'UNION ALL of arms that differ in what is not shown',
    "SELECT y FROM a WHERE s = 'p' UNION SELECT y FROM a WHERE s = 'q'",
    "SELECT y FROM a WHERE s = 'p' UNION ALL SELECT y FROM a WHERE s = 'q'",
  ],
  [
    'UNION ALL of 1 and 01',
    'SELECT 1 AS k, id FROM a UNION SELECT 01, id FROM b',
    'SELECT 1 AS k, id FROM a UNION ALL SELECT 01, id FROM b',
  ],
  [
    'keys found in another order',
    'SELECT * FROM a ORDER BY y, id LIMIT 1 OFFSET 1',
    'SELECT a.* FROM (SELECT id AS k FROM a ORDER BY y DESC, id LIMIT 1 OFFSET 1) AS p CROSS JOIN a ON a.id = p.k ORDER BY y, id',
  ],
  [
    'keys found without the condition',
    'SELECT * FROM a WHERE y > 0 ORDER BY y, id LIMIT 1 OFFSET 1',
    'SELECT a.* FROM (SELECT id AS k FROM a ORDER BY y, id LIMIT 1 OFFSET 1) AS p CROSS JOIN a ON a.id = p.k WHERE y > 0 ORDER BY y, id',
  ],
  [
    'keys cut before a join that doubles',
    'SELECT a.id, b.id AS i FROM a LEFT JOIN b ON b.k = a.x ORDER BY a.id, b.id LIMIT 1',
    'SELECT a.id, b.id AS i FROM (SELECT id AS k FROM a ORDER BY id LIMIT 1) AS p CROSS JOIN a ON a.id = p.k LEFT JOIN b ON b.k = a.x ORDER BY a.id, b.id',
  ],
  [
    'two subqueries that are not quite the same, made one',
    'SELECT p.n FROM (SELECT x, count(*) AS n FROM a GROUP BY x) AS p WHERE p.n < (SELECT max(n) FROM (SELECT x, count(y) + (x IS NULL) AS n FROM a GROUP BY x))',
    'WITH w AS (SELECT x, count(*) AS n FROM a GROUP BY x) SELECT p.n FROM w AS p WHERE p.n < (SELECT max(n) FROM w)',
  ],
  [
    'an OR of which one side lost what it asks',
    'SELECT id FROM a WHERE (x = 1 AND y = 1) OR (x = 1 AND y = 2)',
    'SELECT id FROM a WHERE x = 1 AND y = 1',
  ],
  [
    'what one side alone asks, taken out of an OR',
    'SELECT id FROM a WHERE (x = 1 AND y = 1) OR y = 2',
    'SELECT id FROM a WHERE x = 1 AND (y = 1 OR y = 2)',
  ],
];

export const UNSOUND_SHAPES: readonly Unsound[] = [
  ...REWRITES.map(([name, original, rewritten]): Unsound => ({ name, original, rewritten, guard: 'small-worlds' })),
  {
    name: 'another number beside a LIMIT that moved',
    original: 'SELECT * FROM a ORDER BY y, id LIMIT 10 OFFSET 5000',
    rewritten:
      'SELECT a.* FROM (SELECT id AS k FROM a ORDER BY y, id LIMIT 11 OFFSET 5000) AS p CROSS JOIN a ON a.id = p.k ORDER BY y, id',
    guard: 'preconditions',
  },
];

/** Databases that are made for a query must be worth more than chance: most give it a result, and each of its conditions shows on some. */
import { expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { touchedTables } from '../../../src/optimizer/guards/domains.ts';
import { likelyWorlds } from '../../../src/optimizer/guards/likely-worlds.ts';
import { mutantsOf } from '../../../src/optimizer/guards/mutants.ts';
import { Noticed } from '../../../src/optimizer/guards/noticed.ts';
import { outcomeOf } from '../../../src/optimizer/guards/outcome.ts';
import { Worlds } from '../../../src/optimizer/guards/worlds.ts';
import { readSchema } from '../../../src/optimizer/read-schema.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { sandboxWith } from './sandbox.ts';

const read = await loadReader();
const data = sandboxWith(`
  CREATE TABLE part(id INTEGER PRIMARY KEY, name TEXT NOT NULL, brand TEXT NOT NULL, size INTEGER NOT NULL);
  CREATE TABLE supply(part INTEGER NOT NULL, supplier INTEGER NOT NULL, cost INTEGER, stock INTEGER, PRIMARY KEY (part, supplier));
  CREATE TABLE supplier(id INTEGER PRIMARY KEY, name TEXT UNIQUE, nation TEXT CHECK (nation IN ('north', 'south')), phone TEXT);
  CREATE TABLE line(part INTEGER NOT NULL, supplier INTEGER NOT NULL, count INTEGER NOT NULL, shipped TEXT);
  CREATE VIEW costs AS SELECT part, cost FROM supply WHERE cost IS NOT NULL;`);
const schema = readSchema(data);

/** How many of the databases give something, of how many, and the conditions that none shows. */
function worth(sql: string): { telling: number; made: number; missing: string[] } {
  const result = read(sql);
  if (!result.ok) throw new Error(result.reason);
  const touched = touchedTables(result.select, schema, []);
  if (typeof touched === 'string') throw new Error(touched);
  const random = createRandom(1);
  const worlds = new Worlds(touched, schema, data.scratch(), random);
  const made = likelyWorlds(result.select, schema, worlds, [], random, Infinity);
  const noticed = new Noticed(worlds.sandbox, [], mutantsOf(result.select, schema));
  const keyOn = (world: (typeof made)[number]): string => {
    worlds.fill(world);
    const outcome = outcomeOf(worlds.sandbox, sql, []);
    return 'error' in outcome ? outcome.error : outcome.key;
  };
  const nothing = keyOn(touched.map(() => []));
  let telling = 0;
  for (const world of made) {
    if (keyOn(world) !== nothing) telling++;
    noticed.look(null);
  }
  worlds.sandbox.close();
  return { telling, made: made.length, missing: noticed.missing };
}

it.each([
  "SELECT p.id FROM part AS p JOIN supply AS s ON s.part = p.id JOIN supplier AS u ON u.id = s.supplier WHERE p.brand = 'B#23' AND u.nation = 'south' AND s.stock > 5000",
  "SELECT g.part, g.total FROM (SELECT part, sum(count) AS total FROM line WHERE shipped >= '1994-01-01' AND shipped < '1995-01-01' GROUP BY part) AS g JOIN part AS p ON p.id = g.part WHERE g.total > 700 AND p.name LIKE 'forest%'",
  "WITH dear AS (SELECT part AS k, cost AS c FROM supply WHERE stock = 77), big AS (SELECT id, size FROM part WHERE brand = 'B#12') SELECT b.id FROM dear AS d JOIN big AS b ON b.id = d.k WHERE d.c BETWEEN 900 AND 950 AND b.size = 41",
  "SELECT name FROM supplier WHERE id IN (SELECT supplier FROM supply WHERE part IN (SELECT id FROM part WHERE name LIKE 'forest%') AND stock > (SELECT 0.5 * sum(count) FROM line WHERE line.part = supply.part AND line.supplier = supply.supplier AND shipped > '1994-01-01'))",
  "SELECT p.id FROM part AS p JOIN supply AS s ON s.part = p.id WHERE p.size = 15 AND p.name LIKE '%BRASS' AND s.cost = (SELECT min(o.cost) FROM supply AS o JOIN supplier AS u ON u.id = o.supplier WHERE o.part = p.id AND u.nation = 'north')",
  "SELECT substr(phone, 1, 2) AS code, count(*) FROM supplier AS u WHERE substr(phone, 1, 2) IN ('13', '31') AND NOT EXISTS (SELECT 1 FROM line WHERE line.supplier = u.id AND line.count > 300) GROUP BY code",
  "SELECT part FROM line WHERE supplier NOT IN (SELECT supplier FROM supply WHERE stock = 4 AND cost > 800) AND shipped = '2001-02-03'",
  'SELECT part, count(*) AS n FROM line WHERE supplier = 812 GROUP BY part HAVING count(*) > 1 AND max(count) > 600',
  "SELECT p.id FROM part AS p LEFT JOIN line AS l ON l.part = p.id AND l.count > 300 WHERE l.part IS NULL AND p.brand = 'B#23'",
  'SELECT part FROM supply WHERE cost = 812 INTERSECT SELECT part FROM line WHERE count = 77',
  "SELECT count FROM line JOIN supply USING (part, supplier) WHERE cost = 812 AND shipped LIKE '%-05-%' AND shipped LIKE '1996%'",
  "SELECT id FROM part WHERE (brand = 'B#12' AND size BETWEEN 51 AND 55 OR brand = 'B#23' AND size BETWEEN 61 AND 70) AND name NOT LIKE 'MEDIUM%'",
])('%s', (sql) => {
  const { telling, made, missing } = worth(sql);
  expect(made).toBeGreaterThan(50);
  expect(telling).toBeGreaterThan(made / 5);
  expect(missing).toEqual([]);
});

it('fills what stands behind a view', () => {
  expect(worth('SELECT cost FROM costs').telling).toBeGreaterThan(20);
});

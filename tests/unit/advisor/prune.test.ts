import { describe, expect, it } from 'vitest';
import { prune } from '../../../src/advisor/prune.ts';
import { readWorkload } from '../../../src/advisor/read-workload.ts';
import { WhatIf } from '../../../src/advisor/what-if.ts';
import { workloadOf } from '../../../src/advisor/workload.ts';
import { readSchema } from '../../../src/optimizer/read-schema.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';
import { read } from './support.ts';

/** 25 nations, 1,000 suppliers, 20,000 offers: a nation's 40 suppliers make 800 of them. */
const OFFERS = `
  CREATE TABLE nations(id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE suppliers(id INTEGER PRIMARY KEY, nation_id INTEGER, name TEXT);
  CREATE TABLE offers(part_id INTEGER, supplier_id INTEGER, price INTEGER, note TEXT, PRIMARY KEY(part_id, supplier_id));
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25) INSERT INTO nations SELECT i, 'nation ' || i FROM n;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    INSERT INTO suppliers SELECT i, 1 + i % 25, 'supplier ' || i FROM n;
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19999)
    INSERT INTO offers SELECT i / 4, 1 + (i * 7) % 1000, i, 'a note that nobody reads ' || i FROM n;`;

/** Of the three tables each way from one to the next must be there, or the planner begins at the large end. */
const BY_NATION = `SELECT o.part_id, sum(o.price) FROM offers o, suppliers s, nations n
  WHERE o.supplier_id = s.id AND s.nation_id = n.id AND n.name = 'nation 7' GROUP BY o.part_id`;

describe('what is worth building', () => {
  it('is found where three indexes are worth something only together', () => {
    const data = sandboxWith(OFFERS);
    const schema = readSchema(data);
    const whatIf = new WhatIf(data, schema, null);
    const { queries } = readWorkload(workloadOf([{ sql: BY_NATION }]).queries, schema, data, read);
    const statements = queries.map(({ uses }) => ({ weight: 1, texts: [{ sql: BY_NATION, uses }] }));
    const steps = prune(statements, [], schema, whatIf, 1e9, () => 60_000);
    let step = steps.next();
    while (!step.done) step = steps.next();
    const { survivors, best } = step.value;
    const leads = survivors
      .filter(({ number }) => best[0]?.includes(number))
      .map(({ candidate: { table, parts } }) => `${table} ${parts[0] ?? ''}`);
    expect(leads.sort()).toEqual(['nations name', 'offers supplier_id', 'suppliers nation_id']);
    whatIf.close();
    data.close();
  });
});

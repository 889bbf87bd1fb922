import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ddlOf, type IndexCandidate } from '../../../src/advisor/candidates.ts';
import { IndexRack } from '../../../src/advisor/rack.ts';
import { rowsPerKey } from '../../../src/advisor/sample.ts';
import { planKey } from '../../../src/advisor/trials.ts';
import { statisticsOf, WhatIf } from '../../../src/advisor/what-if.ts';
import { readSchema } from '../../../src/optimizer/read-schema.ts';
import type { Sandbox } from '../../../src/optimizer/sandbox.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';
import { SHOP } from './support.ts';

const QUERIES = [
  "SELECT name FROM customers WHERE city = 'city 5'",
  "SELECT id FROM orders WHERE paid = 1 AND day > 'day 3' ORDER BY day LIMIT 5",
  'SELECT c.name, o.day FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.paid = 1 ORDER BY o.day',
  'SELECT customer_id, count(*) FROM orders GROUP BY customer_id',
  'SELECT name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)',
  'SELECT count(DISTINCT customer_id) FROM orders WHERE day > 1',
  'SELECT min(day), max(day) FROM orders',
];
const columns = { customers: ['name', 'city', 'note'], orders: ['customer_id', 'day', 'paid'] };
const candidate = fc.constantFrom(...(Object.keys(columns) as (keyof typeof columns)[])).chain((table) =>
  fc.record({
    table: fc.constant(table),
    parts: fc.shuffledSubarray(columns[table], { minLength: 1 }),
    where: fc.constantFrom(null, null, table === 'orders' ? 'paid = 1' : 'city IS NOT NULL'),
    reason: fc.constant(''),
  }),
);

describe('the hypothetical plan', () => {
  it('is the real one, whatever the indexes', () => {
    const data = sandboxWith(SHOP);
    const schema = readSchema(data);
    fc.assert(
      fc.property(fc.array(candidate, { minLength: 1, maxLength: 4 }), (candidates: IndexCandidate[]) => {
        const ddls = candidates.map((one, index) => ddlOf(one, `advised_${index}`));
        const real = sandboxWith(`${SHOP} ${ddls.join('; ')}; ANALYZE;`);
        const whatIf = new WhatIf(data, schema, null);
        const numbers = candidates.map(({ table, parts, where }, index) =>
          whatIf.add({ table, name: `advised_${index}`, ddl: ddls[index] ?? '' }, parts, where),
        );
        // What ANALYZE found out in the real one.
        for (const [, index, stat] of statisticsOf(real)) {
          const number = index === null ? undefined : numbers[Number(index.replace('advised_', ''))];
          if (number != null) whatIf.rack.setStatistics(number, stat);
        }
        for (const sql of QUERIES)
          expect(
            planKey(
              whatIf.plan(
                sql,
                numbers.flatMap((number) => number ?? []),
              ),
            ),
          ).toBe(planKey(real.plan(sql)));
        whatIf.close();
        real.close();
      }),
      { numRuns: 12, seed: 3 },
    );
  });

  it('rests on statistics that a sample comes close to', () => {
    const data = sandboxWith(SHOP);
    const whatIf = new WhatIf(data, readSchema(data), null);
    const sample = whatIf.sample('orders');
    // 9,000 rows, three of each customer, 365 days (24.66 rows, rounded up), two kinds of paid; 24.66 / 2 of day and paid.
    expect(sample?.statistics(['paid'], null)).toBe('9000 4500');
    expect(sample?.statistics(['day'], null)).toBe('9000 25');
    expect(sample?.share(['paid = 1'])).toBeCloseTo(0.5, 1);
    const perCustomer = Number(sample?.statistics(['customer_id'], null)?.split(' ')[1]);
    expect(perCustomer).toBeGreaterThanOrEqual(2);
    expect(perCustomer).toBeLessThanOrEqual(5);
    whatIf.close();
  });

  it('counts rows per key as ANALYZE does', () => {
    // Rounded up; two become one where nearly all keys differ.
    expect([rowsPerKey(10, 3), rowsPerKey(10, 10), rowsPerKey(1000, 990), rowsPerKey(1000, 600)]).toEqual([4, 1, 1, 2]);
  });
});

describe('the rack', () => {
  const sql = "SELECT name FROM customers WHERE city = 'city 5'";
  const inOrder = (sandbox: Sandbox): string[] => sandbox.run(sql, [], null).rows().map(String).sort();
  it('shows and hides built indexes without building them again', () => {
    const sandbox = sandboxWith(`${SHOP} ANALYZE;`);
    const rack = new IndexRack(sandbox);
    const build = (name: string, parts: string): number =>
      rack.build({ table: 'customers', name, ddl: `CREATE INDEX ${name} ON customers(${parts})` }, null);
    const [plain, covering] = [build('plain', 'city'), build('covering', 'city, name')];
    const rows = inOrder(sandbox);
    const planWith = (numbers: number[]): string => {
      rack.show(numbers);
      // 30 of 3,000 customers live in a city, whatever the plan.
      expect(inOrder(sandbox)).toEqual(rows);
      expect(rows.length).toBe(30);
      return planKey(sandbox.plan(sql));
    };
    expect(planWith([])).toBe('SCAN customers');
    expect(planWith([plain])).toBe('SEARCH customers USING INDEX plain (city=?)');
    expect(planWith([covering])).toBe('SEARCH customers USING COVERING INDEX covering (city=?)');
    expect(planWith([plain, covering])).toContain('covering');
    expect(planWith([])).toBe('SCAN customers');
    rack.show([plain, covering]);
    expect(sandbox.run('PRAGMA integrity_check', [], null).rows()).toEqual([['ok']]);
    expect(rack.statisticsOf(plain)).toBe('3000 30');
    sandbox.close();
  });

  it('takes statistics away and brings them back', () => {
    const sandbox = sandboxWith(`${SHOP} ANALYZE;`);
    const rack = new IndexRack(sandbox);
    const number = rack.build({ table: 'customers', name: 'i', ddl: 'CREATE INDEX i ON customers(city)' }, null);
    const known = (): number => sandbox.run('SELECT * FROM sqlite_stat1', [], null).rowCount;
    rack.show([number]);
    const before = known();
    rack.show([number], []);
    expect(known()).toBe(0);
    rack.show([number], ['orders']);
    expect(known()).toBe(1);
    rack.show([number], null);
    expect(known()).toBe(before);
    sandbox.close();
  });
});

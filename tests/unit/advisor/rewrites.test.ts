/** Rewrites beside indexes: what leans on what, and that nothing is lost by asking for them. Time is counted in steps. */
import { describe, expect, it } from 'vitest';
import type { AdviceProgress, WorkloadAdvice } from '../../../src/optimizer/advice.ts';
import { advised, SHOP } from './support.ts';

/** No index serves a condition on one table or another; the arms of a UNION have one each. */
const EITHER =
  "SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.day = 'day 7' OR c.city = 'city 5'";
/** With an index on orders(customer_id) there is nothing left to rewrite. */
const WITHOUT_ORDERS =
  "SELECT id, name FROM customers WHERE city = 'city 5' AND NOT EXISTS (SELECT 1 FROM orders WHERE customer_id = customers.id AND paid = 7)";

function advice(
  setup: string,
  texts: readonly string[],
  withRewrites: boolean,
): { advice: WorkloadAdvice; told: AdviceProgress[] } {
  const told: AdviceProgress[] = [];
  const { advice: found, data } = advised(setup, { statements: texts.map((sql) => ({ sql })), withRewrites }, (step) =>
    told.push(step),
  );
  data.close();
  return { advice: found, told };
}

describe('rewrites beside indexes', () => {
  it('finds the indexes that only a rewrite can use', () => {
    const { advice: found } = advice(SHOP, [EITHER], true);
    const [statement] = found.statements;
    expect(statement?.rewrite?.ruleIds).toContain('or-to-union');
    expect(statement?.gain?.equalRows).toBe(true);
    expect(found.indexes.map(({ table }) => table)).toContain('orders');
    // Every order before, and then some 25 of that day and 90 of that city.
    expect(statement?.gain?.ratio).toBeGreaterThan(10);
  });

  it('are looked for once indexes are chosen, where a statement still takes time', () => {
    const { told, advice: found } = advice(SHOP, [EITHER, WITHOUT_ORDERS], true);
    const stages = told.map(({ stage }) => stage);
    expect(stages.indexOf('rewriting')).toBeGreaterThan(stages.indexOf('choosing'));
    const lookedAt = told.filter(({ stage }) => stage === 'rewriting').map((one) => one.told);
    expect(lookedAt).toHaveLength(1);
    expect(lookedAt[0]).toContain('select o.id from orders o');
    expect(found.statements.find(({ sql }) => sql === WITHOUT_ORDERS)?.rewrite).toBeNull();
  });

  it('are worth no less than the indexes by themselves', () => {
    const texts = [EITHER, WITHOUT_ORDERS, 'SELECT count(*) > 0 AS any_paid FROM orders WHERE customer_id = 77'];
    const [plain, joint] = [false, true].map((withRewrites) => advice(SHOP, texts, withRewrites).advice.totals);
    expect(joint?.afterMs ?? Infinity).toBeLessThanOrEqual((plain?.afterMs ?? 0) * 1.01);
    expect(joint?.slower).toBe(0);
  });

  it('are not looked for where the rows show that no two plans need give the same sum', () => {
    const setup = `${SHOP}
      CREATE TABLE prices(id INTEGER PRIMARY KEY, order_id INTEGER, price NUMERIC);
      INSERT INTO prices SELECT id, id, id * 0.1 FROM orders;`;
    const sum =
      'SELECT sum(price) AS total FROM prices WHERE EXISTS (SELECT 1 FROM orders WHERE orders.id = order_id AND paid = 1) AND id > 5';
    const { told } = advice(setup, [sum], true);
    expect(told.map(({ stage }) => stage)).not.toContain('rewriting');
  });
});

/** A small shop whose counts can be reckoned by hand, and the advisor over it. */
import { adviseWorkload } from '../../../src/advisor/advise-workload.ts';
import type { AdviceProgress, AdviceRequest, WorkloadAdvice } from '../../../src/optimizer/advice.ts';
import { readSchema } from '../../../src/optimizer/read-schema.ts';
import type { Sandbox } from '../../../src/optimizer/sandbox.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';

export const read = await loadReader();

/** 3,000 customers in 100 cities; 9,000 orders, three a customer, of 365 days, half of them paid. */
export const SHOP = `
  CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT, city TEXT, note TEXT);
  CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER, day TEXT, paid INTEGER);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
    INSERT INTO customers SELECT i, 'name ' || i, 'city ' || (i % 100), 'a longer text that is not read ' || i FROM n;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
    INSERT INTO orders SELECT i, 1 + i % 3000, 'day ' || (i % 365), i % 2 FROM n;`;

/** What a step of SQLite's machine takes in the time of these tests, in which nothing else does. */
const MS_PER_STEP = 5e-5;

/** Time that is counted in steps, the same on every machine and at any load: of several sandboxes, which take turns. */
function timedBySteps(...sandboxes: Sandbox[]): Sandbox[] {
  let nowMs = 0;
  const timed = (inner: Sandbox): Sandbox => ({
    run: (sql, parameters, deadlineMs) => {
      const run = inner.run(sql, parameters, deadlineMs);
      const elapsedMs = (run.vmSteps ?? 0) * MS_PER_STEP;
      nowMs += elapsedMs;
      return { ...run, elapsedMs };
    },
    execute: (sql) => inner.execute(sql),
    explain: (sql) => inner.explain(sql),
    plan: (sql) => inner.plan(sql),
    columnNames: (sql) => inner.columnNames(sql),
    dropPageCache: () => inner.dropPageCache(),
    scratch: () => timed(inner.scratch()),
    nowMs: () => nowMs,
    close: () => inner.close(),
  });
  return sandboxes.map(timed);
}

/** Advice on a database made by `setup`. `onProgress` sees each step. */
export function advised(
  setup: string,
  request: Partial<AdviceRequest> & Pick<AdviceRequest, 'statements'>,
  onProgress: (told: AdviceProgress, data: Sandbox) => void = () => {},
): { advice: WorkloadAdvice; data: Sandbox } {
  const [data, fork] = timedBySteps(sandboxWith(setup), sandboxWith(setup));
  try {
    const whole = { budgetBytes: null, budgetMs: 60_000, withRewrites: false, ...request };
    const steps = adviseWorkload(whole, { data, fork, read, schema: readSchema(data) });
    for (;;) {
      const step = steps.next();
      if (step.done) return { advice: step.value, data };
      onProgress(step.value, data);
    }
  } finally {
    fork.close();
  }
}

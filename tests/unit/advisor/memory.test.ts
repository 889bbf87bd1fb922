/** What goes wrong on the copy while indexes are built there, or written to. */
import { expect, it } from 'vitest';
import { adviseWorkload } from '../../../src/advisor/advise-workload.ts';
import type { WorkloadAdvice } from '../../../src/optimizer/advice.ts';
import { readSchema } from '../../../src/optimizer/read-schema.ts';
import type { Sandbox } from '../../../src/optimizer/sandbox.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';
import { read, SHOP } from './support.ts';

const BY_CITY = "SELECT name FROM customers WHERE city = 'city 5'";
const BY_CUSTOMER = 'SELECT day, paid FROM orders WHERE customer_id = 77';

/** Advice in which `onRun` sees each statement of the copy before it runs, and may throw. */
function advisedOn(onRun: (sql: string, deadlineMs: number | null) => void): { advice: WorkloadAdvice; data: Sandbox } {
  const [data, copy] = [sandboxWith(SHOP), sandboxWith(SHOP)];
  const fork: Sandbox = {
    run: (sql, parameters, deadlineMs) => {
      onRun(sql, deadlineMs);
      return copy.run(sql, parameters, deadlineMs);
    },
    execute: (sql) => copy.execute(sql),
    explain: (sql) => copy.explain(sql),
    plan: (sql) => copy.plan(sql),
    columnNames: (sql) => copy.columnNames(sql),
    dropPageCache: () => copy.dropPageCache(),
    scratch: () => copy.scratch(),
    nowMs: () => copy.nowMs(),
    close: () => copy.close(),
  };
  try {
    const request = { statements: [{ sql: BY_CITY }, { sql: BY_CUSTOMER }], budgetBytes: null, budgetMs: 60_000 };
    const tools = { data, fork, read, schema: readSchema(data) };
    const steps = adviseWorkload({ ...request, withRewrites: false }, tools);
    for (;;) {
      const step = steps.next();
      if (step.done) return { advice: step.value, data };
    }
  } finally {
    fork.close();
  }
}

it.each([0, 1])('says when memory runs out after %i indexes, tries no more, and advises what it has', (most) => {
  let tried = 0;
  const { advice, data } = advisedOn((sql) => {
    if (/^CREATE INDEX/.test(sql) && ++tried > most) throw new Error('out of memory');
  });
  expect(tried).toBe(most + 1);
  expect(advice.candidates.built).toBe(most);
  expect(advice.indexes.length).toBeLessThanOrEqual(most);
  expect(advice.notes.join(' ')).toMatch(/There was not enough memory to build \w+: the advice is made with what was/);
  for (const { gain } of advice.statements) expect(gain?.equalRows).toBe(true);
  data.close();
});

it('passes on what SQLite says of a single index, and goes on', () => {
  let tried = 0;
  const { advice, data } = advisedOn((sql) => {
    if (/^CREATE INDEX/.test(sql) && ++tried === 1) throw new Error('no such collation');
  });
  expect(advice.notes.join(' ')).toContain('could not be built: no such collation.');
  expect(advice.candidates.built).toBeGreaterThan(0);
  data.close();
});

it('writes with a limit, for a trigger may take for ever', () => {
  const limits: (number | null)[] = [];
  const { advice, data } = advisedOn((sql, deadlineMs) => {
    if (/^DELETE FROM "(?:customers|orders)"/.test(sql)) limits.push(deadlineMs);
  });
  expect(advice.indexes.length).toBeGreaterThan(0);
  expect(limits.length).toBeGreaterThan(0);
  expect(limits).not.toContain(null);
  data.close();
});

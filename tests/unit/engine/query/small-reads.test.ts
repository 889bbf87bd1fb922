/** Reads by key that wait are given to a worker a few at a time; nothing else is. */
import { afterEach, expect, it } from 'vitest';
import { openLab, type Lab } from '../../../../bench/lab.ts';
import type { RunRequest } from '../../../../src/database/protocol.ts';
import { rowsOf } from '../../../../src/database/rows/columns.ts';

const POINT = 'SELECT id FROM customers WHERE id = ?';

let lab: Lab;
afterEach(() => lab.stop());

/** How many jobs a worker held at most while so many were asked for in one tick, and what they brought. */
async function heldAtMost(sql: string, count: number): Promise<{ held: number; rows: unknown[] }> {
  let held = 0;
  lab.wire.listener = (_moment, { method, argument }) => {
    if (method !== 'run' || (argument as RunRequest).sql !== sql) return false;
    held = Math.max(held, ...lab.engine.dispatcher.reports().map(({ running }) => running));
    return false;
  };
  const scripts = await Promise.all(
    Array.from({ length: count }, (_, at) => lab.call.execute({ sql, parameters: [at + 1], cache: false })),
  );
  return { held, rows: scripts.map(({ outcomes, error }) => error?.code ?? rowsOf(outcomes[0].result!)[0][0]) };
}

it('reads by key that are known to take few steps', async () => {
  lab = await openLab({ change: { optimizer: { enabled: false }, scaler: { minWorkers: 1, maxWorkers: 1 } } });
  const numbers = Array.from({ length: 50 }, (_, at) => at + 1);
  // Nobody knows yet what it costs.
  expect((await heldAtMost(POINT, 1)).held).toBe(1);
  expect(await heldAtMost(POINT, 50)).toEqual({ held: 4, rows: numbers });
  const range = 'SELECT count(*) FROM customers WHERE id <= ?';
  const recursion = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) SELECT ?1 FROM n';
  for (const sql of [range, recursion]) {
    await heldAtMost(sql, 1);
    expect(await heldAtMost(sql, 20)).toEqual({ held: 1, rows: numbers.slice(0, 20) });
  }
  await lab.call.settings({ change: { simulatedWaitMs: 1 } });
  expect(await heldAtMost(POINT, 10)).toEqual({ held: 1, rows: numbers.slice(0, 10) });
});

it('one that is given up does not take the others with it', async () => {
  lab = await openLab({ change: { optimizer: { enabled: false }, scaler: { minWorkers: 1, maxWorkers: 1 } } });
  await heldAtMost(POINT, 1);
  const before = [...lab.engine.fleet.workers];
  const cancels: (() => void)[] = [];
  const calls = Array.from({ length: 12 }, (_, at) =>
    lab.call.execute({ sql: POINT, parameters: [at + 1], cache: false }, { cancelWith: (stop) => cancels.push(stop) }),
  );
  let asked = 0;
  lab.wire.listener = (moment) => {
    // Three stand behind the one that runs: two of them go.
    if (moment === 'asked' && ++asked === 5) for (const at of [3, 4]) cancels[at]();
    return false;
  };
  const outcomes = await Promise.all(calls);
  const told = outcomes.map(({ outcomes: [one], error }) => error?.code ?? rowsOf(one.result!)[0][0]);
  expect(told.filter((_, at) => at !== 3 && at !== 4)).toEqual([1, 2, 3, 6, 7, 8, 9, 10, 11, 12]);
  for (const at of [3, 4]) expect(['cancelled', at + 1]).toContain(told[at]);
  expect(lab.engine.fleet.workers).toEqual(before);
});

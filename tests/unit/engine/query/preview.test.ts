/** Previews: what is shown is labelled and counted, and neither the cache nor a file ever has it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLab, type Lab } from '../../../../bench/lab.ts';
import type { ExecuteRequest, ScriptOutcome } from '../../../../src/engine/protocol.ts';

const ALL = 'SELECT id, status FROM orders';
const STAR = "SELECT * FROM orders WHERE status = 'paid'";
const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';

let lab: Lab;
let orders = 0;
beforeAll(async () => {
  lab = await openLab();
  orders = await count('SELECT count(*) FROM orders');
});
afterAll(() => lab.stop());

const run = (request: ExecuteRequest): Promise<ScriptOutcome> => lab.call.execute(request);
const count = async (sql: string): Promise<number> =>
  (await run({ sql, cache: false })).outcomes[0].result!.columns[0].numbers[0];
const saved = async (sql: string): Promise<string[]> => {
  const { file } = await lab.call.exportRows({ what: { sql }, format: 'csv' });
  return (await file.text()).trim().split(/\r?\n/);
};

it('the first rows of all, counted; the answer is still to the question', async () => {
  expect(orders).toBeGreaterThan(1000);
  const { outcomes, preview, notes } = await run({ sql: ALL, preview: 'limit-rows' });
  const label = `Preview: the first 1,000 of ${orders.toLocaleString('en')} rows`;
  expect(preview).toMatchObject({ ruleId: 'limit-rows', sql: `${ALL} LIMIT 1000`, label, shown: 1000, total: orders });
  expect(notes[0]).toBe(`${label}.`);
  expect(outcomes).toMatchObject([{ sql: ALL, cacheHit: false, result: { rowCount: 1000 } }]);
  expect(outcomes[0].reasons.cache).toBe('A preview is never stored');
});

it('says where they are all, and where they could not be counted', async () => {
  const few = await run({ sql: `${ALL} WHERE id <= ?`, parameters: [7], preview: 'limit-rows' });
  expect(few.preview).toMatchObject({ label: 'Preview: all 7 rows, which are fewer than 1,000', shown: 7, total: 7 });
  const endless = await run({ sql: ENDLESS, preview: 'limit-rows' });
  expect(endless.preview).toMatchObject({ shown: 1000, total: null });
  expect(endless.preview?.label).toContain('could not be counted within 1 s');
});

it('nothing of it is cached, nor taken from the cache, nor saved', async () => {
  for (const [sql, preview, columns] of [
    [ALL, 'limit-rows', 2],
    [STAR, 'narrow-columns', null],
  ] as const) {
    const before = (await lab.call.cacheStats({})).size;
    const shown = await run({ sql, preview });
    expect((await lab.call.cacheStats({})).size).toBe(before);
    const whole = await run({ sql });
    expect(whole.preview).toBeNull();
    expect(whole.outcomes[0].cacheHit).toBe(false);
    const rows = whole.outcomes[0].result!;
    // The whole is cached now: a preview is no part of it, and the whole stays whole.
    expect((await run({ sql, preview })).outcomes[0].cacheHit).toBe(false);
    expect((await run({ sql })).outcomes[0]).toMatchObject({ cacheHit: true, result: { rowCount: rows.rowCount } });
    // A file is made of the question that the answer names.
    const lines = await saved(shown.outcomes[0].sql);
    expect(lines.length).toBe(rows.rowCount + 1);
    expect(lines[0].split(',').length).toBe(columns ?? rows.names.length);
  }
});

it('of fewer columns tells what they gain, as it was measured', async () => {
  const { preview, outcomes } = await run({ sql: STAR, preview: 'narrow-columns' });
  expect(preview?.label).toMatch(/^Preview: 2 of \d+ columns, (?:[\d.]+ times as fast|no faster) when measured$/);
  expect(preview?.measurement?.ratioInterval[0]).toBeLessThanOrEqual(preview?.measurement?.ratioWarm ?? 0);
  expect(outcomes[0].result?.names).toEqual(['id', 'status']);
});

it('is never what the optimizer works on', async () => {
  expect(lab.engine.optimizer.verdict(`${ALL} LIMIT 1000`)).toBeUndefined();
  expect(lab.engine.optimizer.verdict(`SELECT count(*) FROM (${ALL})`)).toBeUndefined();
});

it('runs as typed what no preview can be made of, and says that it is none', async () => {
  const { preview, outcomes } = await run({ sql: `${ALL} LIMIT 3`, preview: 'limit-rows' });
  expect(preview).toBeNull();
  expect(outcomes[0].result?.rowCount).toBe(3);
});

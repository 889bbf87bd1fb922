import { afterAll, describe, expect, it } from 'vitest';
import { openLab } from '../../../bench/lab.ts';
import type { AdviceProgress } from '../../../src/engine/protocol.ts';

const lab = await openLab();
afterAll(() => lab.stop());

const STATEMENTS = [
  { sql: 'SELECT id, status FROM orders WHERE customer_id = 77' },
  { sql: "SELECT count(*) FROM events WHERE type = 'support'" },
];
const run = (sql: string, parameters?: Record<string, number>) => lab.call.execute({ sql, parameters });

describe('advice through the engine', () => {
  it('tells how far it is, can be applied, and undone', async () => {
    const told: AdviceProgress[] = [];
    const advice = await lab.call.adviseWorkload(
      { statements: STATEMENTS, withRewrites: false },
      { onProgress: (progress) => told.push(progress as AdviceProgress) },
    );
    expect(told.map(({ stage }) => stage)).toContain('building');
    expect(advice.indexes.length).toBeGreaterThan(0);
    const indexes = async (): Promise<number> => {
      const { outcomes } = await run("SELECT name FROM sqlite_schema WHERE type = 'index'");
      return outcomes[0]?.result?.rowCount ?? -1;
    };
    expect(await indexes()).toBe(0);
    const { error, undo } = await run(advice.applySql);
    expect(error).toBeNull();
    expect(await indexes()).toBe(advice.indexes.length);
    await lab.call.restorePoint({ id: undo?.id ?? -1 });
    expect(await indexes()).toBe(0);
  });

  it('reads a pasted text', async () => {
    const statements = STATEMENTS.map(({ sql }) => `${sql};`).join('\n-- and\n');
    const advice = await lab.call.adviseWorkload({ statements, withRewrites: false });
    expect(advice.statements.map(({ sql }) => sql).sort()).toEqual(STATEMENTS.map(({ sql }) => sql).sort());
  });

  it('takes the statements that were seen, with their values', async () => {
    for (const id of [5, 6]) await run('SELECT total_cents FROM orders WHERE customer_id = :id', { ':id': id });
    const advice = await lab.call.adviseWorkload({ statements: null, withRewrites: false });
    const seen = advice.statements.find(({ sql }) => sql.includes(':id'));
    expect(seen?.samples).toBe(2);
    expect(seen?.frequency).toBe(2);
  });

  it('ends when it is cancelled', async () => {
    let cancel = (): void => {};
    const asked = lab.call.adviseWorkload(
      { statements: STATEMENTS, withRewrites: false },
      { onProgress: () => cancel(), cancelWith: (given) => (cancel = given) },
    );
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  });
});

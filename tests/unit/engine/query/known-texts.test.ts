/** What one worker has found a text to be is told to each other one, once, and not asked of SQLite again. */
import { expect, it } from 'vitest';
import { openLab } from '../../../../bench/lab.ts';
import type { RunRequest } from '../../../../src/database/protocol.ts';
import { rowsOf } from '../../../../src/database/rows/columns.ts';

const SQL = 'SELECT count(*) AS n FROM products WHERE id < 10';

it('goes with the first run on each other worker, and anew after the schema has changed', async () => {
  const lab = await openLab({
    change: { scaler: { minWorkers: 3, maxWorkers: 3 }, cache: { enabled: false }, optimizer: { enabled: false } },
  });
  try {
    const told: (string | null)[] = [];
    lab.wire.listener = (moment, { method, argument }) => {
      const { sql, known } = argument as RunRequest;
      if (moment !== 'asked' || method !== 'run' || sql !== SQL) return false;
      told.push(known ? known.historyId : null);
      if (known) expect(known.classification.tablesRead).toEqual(['products']);
      return false;
    };
    const ask = async (): Promise<void> => {
      for (let time = 0; time < 12; time++) {
        const { outcomes } = await lab.call.execute({ sql: SQL });
        expect(rowsOf(outcomes[0].result!)).toEqual([[9]]);
      }
    };
    await ask();
    const first = told.filter((one) => one !== null).length;
    // Nobody knew it at first; each worker is told at most once, the first of them perhaps as well.
    expect(told[0]).toBeNull();
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(3);
    await lab.call.execute({ sql: 'CREATE TABLE more (x)' });
    told.length = 0;
    await ask();
    expect(told[0]).toBeNull();
    expect(told.filter((one) => one !== null).length).toBeGreaterThan(0);
    expect(told.filter((one) => one !== null).length).toBeLessThanOrEqual(3);
  } finally {
    lab.stop();
  }
});

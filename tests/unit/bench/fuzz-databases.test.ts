import { describe, expect, it } from 'vitest';
import { DATABASE_SEEDS } from '../../../bench/fuzz/database-seeds.ts';
import { mutate } from '../../../bench/fuzz/mutate-database.ts';
import { inProcess } from '../../../bench/fuzz/run-databases.ts';
import { createRandom } from '../../../src/core/random.ts';
import { databaseWith, sqlite } from '../database/support.ts';

const quiet = (): void => {};

describe('damaged database files', () => {
  it('are answered, all of them, and leave a lab that works', async () => {
    const report = await inProcess({ first: 0, count: 150, seed: 7 }, quiet);
    expect(report).toMatchObject({ hung: 0, unforeseen: 0, wrongAfterwards: 0, workersLost: 0, failures: [] });
    expect(report.opened + report.refused).toBe(150);
    // Of each kind enough to mean something.
    expect(Math.min(report.opened, report.refused, report.toldDamaged)).toBeGreaterThan(15);
  }, 120_000);

  it('depend on seed and number alone, and differ from what they were made of', async () => {
    const module = await sqlite();
    const [one, other] = DATABASE_SEEDS.slice(0, 2).map(({ sql }) => databaseWith(module, sql));
    let changed = 0;
    for (let number = 0; number < 50; number++) {
      const [first, again] = [1, 2].map(() => mutate(one, other, createRandom(`1/${number}`)));
      expect([again.changes, Buffer.compare(again.bytes, first.bytes)]).toEqual([first.changes, 0]);
      if (Buffer.compare(first.bytes, one) !== 0) changed++;
    }
    expect(changed).toBeGreaterThan(40);
  });

  it('are made of sound ones', async () => {
    const module = await sqlite();
    for (const { name, sql } of DATABASE_SEEDS) {
      const database = new module.raw.Database();
      database.run(sql);
      const [check] = (database as unknown as { exec(sql: string): { values: unknown[][] }[] }).exec(
        'PRAGMA integrity_check',
      );
      expect([name, check.values]).toEqual([name, [['ok']]]);
      database.close();
    }
  });
});

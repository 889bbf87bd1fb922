/**
 * Workers die while the data goes back in time, takes an import in, is folded or opened anew. Whatever was told to be done is
 * done, what was refused is not, and log, primary and replicas hold the same bytes.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { checksumOf } from '../../../../src/core/checksum.ts';
import { createRandom } from '../../../../src/core/random.ts';
import { rowsOf } from '../../../../src/database/rows/columns.ts';
import { openLab, type Lab } from '../../../../bench/lab.ts';

let lab: Lab;
afterEach(() => lab.stop());

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function ready(): Promise<void> {
  for (;;) {
    const { workers } = await lab.call.watch({ perSecond: 0 });
    const all = workers.filter(({ state }) => state === 'ready').length === 3;
    if (all && lab.engine.fleet.primary?.report) return;
    await turn();
  }
}

async function content(): Promise<string> {
  const { outcomes, error } = await lab.call.execute({ sql: 'SELECT a FROM mine ORDER BY a', cache: false });
  if (error) throw new Error(error.message);
  return rowsOf(outcomes[0].result!).flat().join();
}

describe('workers that die around points in time, imports and folds', () => {
  it.each([1, 2])('leave one state everywhere, the one that was told (seed %i)', async (seed) => {
    lab = await openLab({
      seed,
      change: { scaler: { minWorkers: 3, maxWorkers: 3 }, optimizer: { enabled: false } },
    });
    await lab.call.execute({ sql: 'CREATE TABLE mine (a REAL, b TEXT)' });
    await ready();
    const random = createRandom(`kills ${seed}`);
    const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)];
    const kill = async (): Promise<void> => {
      for (let turns = random.below(6); turns > 0; turns--) await turn();
      const { workers, primary } = lab.engine.fleet;
      const victim = random.below(2) === 0 ? primary : pick(workers.length > 0 ? workers : [null]);
      if (!victim || victim.gone) return;
      if (random.below(2) === 0) lab.engine.dispatcher.kill(victim.index, 'the test');
      else lab.workers.find((worker) => worker === victim.handle)?.fail('the test');
    };
    const states = new Map<number, string>();
    let present = await content();
    const withRows = (rows: readonly number[]): string =>
      [...present.split(',').filter((row) => row !== ''), ...rows.map(String)]
        .sort((one, other) => Number(one) - Number(other))
        .join();
    for (let step = 1; step <= 30; step++) {
      const killing = random.below(2) === 0 ? kill() : Promise.resolve();
      const before = present;
      const choice = random.below(10);
      if (choice < 5) {
        const more = pick(['', 'VACUUM', 'CREATE INDEX IF NOT EXISTS i ON mine (a)', 'DROP INDEX IF EXISTS i']);
        const sql = `INSERT INTO mine VALUES (${step}, hex(randomblob(2000))); ${more}`;
        const { error, undo } = await lab.call.execute({ sql });
        expect(['worker-lost', undefined]).toContain(error?.code);
        if (!error) present = withRows([step]);
        if (undo) states.set(undo.id, before);
      } else if (choice < 8) {
        const { points } = await lab.call.pointsInTime({});
        const known = points.filter(({ id }) => states.has(id));
        if (known.length > 0) {
          const { id } = pick(known);
          await lab.call.restorePoint({ id });
          present = states.get(id)!;
          const [newest] = (await lab.call.pointsInTime({})).points;
          if (newest.name.startsWith('before going back')) states.set(newest.id, before);
        }
      } else if (choice === 8) {
        const folding = lab.engine.plane.fold();
        while (!folding.next().done) await turn();
      } else {
        const file = new Blob([`a,b\n${step + 0.25},x\n${step + 0.5},y\n`]);
        const { reading, table } = await lab.call.previewImport({ file, name: 'mine.csv', reading: {} });
        const plan = { reading, table, mode: 'append' as const, into: 'open' as const };
        const { point } = await lab.call.importFile({ file, name: 'mine.csv', plan });
        present = withRows([step + 0.25, step + 0.5]);
        if (point) states.set(point.id, before);
      }
      await killing;
      if (random.below(4) === 0) {
        await ready();
        expect(await content()).toBe(present);
        const wanted = checksumOf(lab.engine.plane.file());
        const digests = await Promise.all(lab.engine.fleet.workers.map(({ calls }) => calls.call.digest({})));
        expect(digests.map(({ checksum }) => checksum)).toEqual(digests.map(() => wanted));
      }
    }
    await ready();
    expect(await content()).toBe(present);
  });
});

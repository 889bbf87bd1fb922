/** A trap of WebAssembly in a database worker: what it says afterwards may be wrong, so it must go, and be told. */
import { afterEach, describe, expect, it } from 'vitest';
import { endingAtTraps, isTrap } from '../../../src/database/sqlite/broken.ts';
import { rowsOf } from '../../../src/database/rows/columns.ts';
import { loadSqlite } from '../../../src/database/sqlite/sqlite-module.ts';
import type { DatabaseWorker } from '../../../src/engine/data/database-worker.ts';
import { openLab, type Lab } from '../../../bench/lab.ts';

const INSERT = 'INSERT INTO mine VALUES (1)';
const labs: Lab[] = [];
afterEach(() => {
  for (const opened of labs.splice(0)) opened.stop();
});

/** A lab whose pool is full, and how to make the next statement of one worker trap. */
async function labToBreak(): Promise<{ lab: Lab; trapNext(times?: number, text?: string): void; trapped(): number }> {
  const lab = await openLab({ change: { scaler: { minWorkers: 5, maxWorkers: 5 }, cache: { enabled: false } } });
  labs.push(lab);
  await lab.call.execute({ sql: 'CREATE TABLE mine (a)' });
  // From now on its text is known, and goes straight to the primary.
  await lab.call.execute({ sql: INSERT });
  await untilReady(lab, 5);
  const { raw, u8 } = await loadSqlite({ module: null, wasmUrl: '', cancelCell: null });
  const textOf = raw as unknown as { _sqlite3_sql(statement: number): number };
  /** Spares and newcomers run statements of their own meanwhile: only those with this in their text trap. */
  let among = '';
  const isMeant = (statement: number): boolean => {
    const start = textOf._sqlite3_sql(statement);
    return Buffer.from(u8().subarray(start, start + 200))
      .toString('latin1')
      .includes(among);
  };
  let left = 0;
  let trapped = 0;
  const step = raw._sqlite3_step.bind(raw);
  raw._sqlite3_step = (statement) => {
    if (left === 0 || !isMeant(statement)) return step(statement);
    left--;
    trapped++;
    throw new WebAssembly.RuntimeError('memory access out of bounds');
  };
  restores.push(() => (raw._sqlite3_step = step));
  const trapNext = (times = 1, text = 'mine'): void => {
    left = times;
    among = text;
  };
  return { lab, trapNext, trapped: () => trapped };
}
const restores: (() => void)[] = [];
afterEach(() => {
  for (const restore of restores.splice(0)) restore();
});

async function untilReady({ call }: Lab, count: number): Promise<void> {
  while ((await call.getPerformanceSummary({})).scalingStatus.ready < count) await new Promise(setImmediate);
}

const count = async ({ call }: Lab): Promise<unknown> => {
  const { outcomes, error } = await call.execute({ sql: 'SELECT count(*) FROM mine' });
  return error ?? rowsOf(outcomes[0].result!)[0][0];
};

describe('a worker in which SQLite traps', () => {
  it('while it reads: is ended and replaced, and another one answers', async () => {
    const { lab, trapNext, trapped } = await labToBreak();
    const before = new Set(lab.engine.fleet.workers);
    trapNext();
    expect(await count(lab)).toBe(1);
    expect(trapped()).toBe(1);
    const gone = [...before].filter(({ gone }) => gone);
    expect(gone).toHaveLength(1);
    await untilReady(lab, 5);
    expect(lab.engine.fleet.workers).not.toContain(gone[0]);
  });

  it('wherever it reads: it is told, with the reason', async () => {
    const { lab, trapNext } = await labToBreak();
    // Newcomers may meet the text too, when they are warmed up: not so many as are asked, but all that are.
    trapNext(Infinity);
    expect(await count(lab)).toMatchObject({
      code: 'worker-lost',
      message: expect.stringMatching(/Each worker.*memory access out of bounds.*nothing was changed/),
    });
    trapNext(0);
    expect(await count(lab)).toBe(1);
  });

  it('while it writes: nothing is written, it is told, and a replica takes over', async () => {
    const { lab, trapNext } = await labToBreak();
    const { primary } = lab.engine.fleet;
    trapNext();
    const { error } = await lab.call.execute({ sql: INSERT });
    expect(error).toMatchObject({
      code: 'worker-lost',
      message: expect.stringMatching(/nothing was written.*memory access out of bounds/),
    });
    expect(primary!.gone).toBe(true);
    expect(await count(lab)).toBe(1);
    await lab.call.execute({ sql: INSERT });
    expect(await count(lab)).toBe(2);
  });

  it('while nobody waits for it: is found when it is asked how it is', async () => {
    const { lab, trapNext } = await labToBreak();
    const replica = lab.engine.fleet.workers.find((worker) => worker !== lab.engine.fleet.primary)!;
    trapNext(1, '');
    await expect(replica.calls.call.describe({ sql: 'SELECT 1' })).rejects.toMatchObject({ code: 'worker-broken' });
    expect(replica.gone).toBe(false);
    lab.engine.fleet.pollHealth();
    while (!replica.gone) await new Promise(setImmediate);
    await untilReady(lab, 5);
    expect(await count(lab)).toBe(1);
  });

  it('as a helper: an import and an opening are answered, and it is not the next spare', async () => {
    const { lab, trapNext } = await labToBreak();
    const { call, engine } = lab;
    const file = new Blob(['a,b\n1,2\n']);
    const { reading, table } = await call.previewImport({ file, name: 't.csv', reading: {} });
    const helpers = new Set<DatabaseWorker>();
    const { withHelper } = engine.fleet;
    engine.fleet.withHelper = (use, limitMs) =>
      withHelper.call(
        engine.fleet,
        (worker) => {
          helpers.add(worker);
          return use(worker);
        },
        limitMs,
      ) as ReturnType<typeof use>;
    const plan = { reading, table, mode: 'create', into: 'open' } as const;
    trapNext(Infinity, '');
    const importing = call.importFile({ file, name: 't.csv', plan });
    await expect(importing).rejects.toMatchObject({
      code: 'import',
      message: expect.stringMatching(/memory access out of bounds.*Nothing was imported/),
    });
    const bytes = engine.plane.file();
    await expect(call.openFile({ name: 'mine.sqlite', bytes })).rejects.toMatchObject({
      code: 'not-opened',
      message: expect.stringMatching(/mine\.sqlite could not be opened.*memory access out of bounds/),
    });
    trapNext(0);
    expect(helpers.size).toBe(2);
    expect([...helpers].map(({ gone }) => gone)).toEqual([true, true]);
    expect((await call.importFile({ file, name: 't.csv', plan })).report.rows).toBe(1);
    // Workers that were started while everything trapped may have failed too; the lab starts others by itself.
    await expect.poll(() => count(lab), { timeout: 60_000 }).toBe(1);
  });
});

describe('handlers that end at traps', () => {
  it('answer every later call with the same error, whatever it is', async () => {
    let fault: Error | null = null;
    const handlers = endingAtTraps({
      now: () => {
        if (fault) throw fault;
        return 1;
      },
      later: async () => {
        await Promise.resolve();
        if (fault) throw fault;
        return 2;
      },
    });
    expect([handlers.now(), await handlers.later()]).toEqual([1, 2]);
    fault = new Error('a plain bug');
    expect(() => handlers.now()).toThrow('a plain bug');
    await expect(handlers.later()).rejects.toThrow('a plain bug');
    fault = new WebAssembly.RuntimeError('unreachable');
    await expect(handlers.later()).rejects.toMatchObject({ code: 'worker-broken' });
    fault = null;
    expect(() => handlers.now()).toThrow(/broke down.*unreachable/);
  });

  it('know a real trap, and a stack that overflows', () => {
    // (module (func (export "trap") unreachable))
    const bytes = Uint8Array.of(
      ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 116, 114, 97, 112, 0, 0],
      ...[10, 5, 1, 3, 0, 0, 11],
    );
    const { trap } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as { trap(): void };
    const thrownBy = (work: () => void): unknown => {
      try {
        work();
      } catch (error) {
        return error;
      }
      return null;
    };
    const overflow = (): number => overflow() + 1;
    expect(isTrap(thrownBy(trap))).toBe(true);
    expect(isTrap(thrownBy(overflow))).toBe(true);
    expect([new Error('no such table'), 'unreachable', null].map(isTrap)).toEqual([false, false, false]);
  });
});

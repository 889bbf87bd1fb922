import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openLab, type Lab } from '../../../bench/lab.ts';
import { rowsOf } from '../../../src/database/rows/columns.ts';
import { StepsTaken } from '../../../src/engine/query/steps-taken.ts';
import type { RunProgress } from '../../../src/engine/protocol.ts';

/** Some hundred milliseconds on a quick machine, and told of at least once. */
const LONG = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000)
SELECT count(*) FROM n`;
const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ change: { optimizer: { enabled: false }, scaler: { minWorkers: 1, maxWorkers: 1 } } });
});
afterAll(() => lab.stop());

describe('a long run', () => {
  it('tells how far it is, and from its second time on how far it was when it ended', async () => {
    const first: RunProgress[] = [];
    const ask = (told: RunProgress[]) =>
      lab.call.execute({ sql: LONG, cache: false }, { onProgress: (report) => told.push(report as RunProgress) });
    const answer = await ask(first);
    const steps = answer.outcomes[0].work.vmSteps!;
    expect(first.length).toBeGreaterThan(0);
    expect(first[0]).toMatchObject({ rows: 0, vmStepsBefore: null, statementIndex: 0 });
    expect(first[0].elapsedMs).toBeGreaterThanOrEqual(200);
    expect(first[0].vmSteps).toBeGreaterThan(10_000);
    expect(first.at(-1)!.vmSteps).toBeLessThanOrEqual(steps + 2000);
    const again: RunProgress[] = [];
    await ask(again);
    expect(again[0].vmStepsBefore).toBe(steps);
  });

  it('is told to everybody who waits for it', async () => {
    const told: number[][] = [[], []];
    await Promise.all(
      told.map((heard) =>
        lab.call.execute(
          { sql: `${LONG} -- shared` },
          { onProgress: (report) => heard.push((report as RunProgress).vmSteps!) },
        ),
      ),
    );
    // The first time its text is met the second one is not on the same flight yet: so once more, known by now.
    await lab.call.cacheClear({});
    told.forEach((heard) => heard.splice(0));
    await Promise.all(
      told.map((heard) =>
        lab.call.execute(
          { sql: `${LONG} -- shared` },
          { onProgress: (report) => heard.push((report as RunProgress).vmSteps!) },
        ),
      ),
    );
    expect(told[0].length).toBeGreaterThan(0);
    expect(told[1]).toEqual(told[0]);
  });

  it('of a script says which statement it is at', async () => {
    const told: RunProgress[] = [];
    const sql = `CREATE TEMP TABLE few (x); ${LONG}; DROP TABLE temp.few`;
    await lab.call.execute({ sql }, { onProgress: (report) => told.push(report as RunProgress) });
    expect(new Set(told.map(({ statementIndex }) => statementIndex))).toEqual(new Set([1]));
    const reads: RunProgress[] = [];
    await lab.call.execute(
      { sql: `SELECT 1; ${LONG}`, cache: false },
      { onProgress: (report) => reads.push(report as RunProgress) },
    );
    expect(new Set(reads.map(({ statementIndex }) => statementIndex))).toEqual(new Set([1]));
  });
});

describe('a run that is stopped at its deadline', () => {
  it('says after how long, and that reading changed nothing', async () => {
    const { error } = await lab.call.execute({ sql: ENDLESS, deadlineMs: 50 });
    expect(error).toMatchObject({ code: 'deadline', message: expect.stringContaining('Stopped after 50 ms') });
    expect(error!.message).toContain('nothing was changed');
  });

  it('says what was kept of a script, and what was not', async () => {
    const { error } = await lab.call.execute({
      sql: `CREATE TABLE kept (x); INSERT INTO kept VALUES (1); INSERT INTO kept ${ENDLESS}`,
      deadlineMs: 400,
    });
    expect(error).toMatchObject({ code: 'deadline', statementIndex: 2 });
    expect(error!.message).toContain('Stopped after 400 ms, the limit that is set, in statement 3.');
    expect(error!.message).toContain('2 statements before it had been committed and stay');
    const { outcomes } = await lab.call.execute({ sql: 'SELECT count(*) FROM kept' });
    expect(outcomes[0].result!.columns[0].numbers[0]).toBe(1);
  });

  it('rolls back what BEGIN opened, and says so', async () => {
    const { error } = await lab.call.execute({
      sql: `BEGIN; CREATE TABLE gone (x); INSERT INTO gone ${ENDLESS}; COMMIT`,
      deadlineMs: 50,
    });
    expect(error!.message).toContain('Its transaction was rolled back. Nothing of it was kept.');
    const { error: missing } = await lab.call.execute({ sql: 'SELECT * FROM gone' });
    expect(missing!.code).toBe('sql');
  });
});

describe('steps taken', () => {
  it('are kept by text and history, so many and no more', () => {
    const taken = new StepsTaken();
    taken.note('h', 'SELECT 1', [7]);
    taken.note('h', 'a; b', [null, 3]);
    expect([taken.before('h', 'SELECT 1'), taken.before('h', 'a; b', 0), taken.before('h', 'a; b', 1)]).toEqual([
      7,
      null,
      3,
    ]);
    expect(taken.before('other', 'SELECT 1')).toBeNull();
    for (let text = 0; text < 1000; text++) taken.note('h', `SELECT ${text} + 1`, [text]);
    expect([taken.before('h', 'SELECT 1'), taken.before('h', 'SELECT 999 + 1')]).toEqual([null, 999]);
    taken.note('other', 'x', [1]);
    expect(taken.before('h', 'SELECT 999 + 1')).toBeNull();
  });
});

describe('a write that waits for its turn', () => {
  /** Holds the turnstile: `standing` resolves as soon as a write stands in it, `end` lets it through. */
  function holdTurnstile() {
    const { turnstile } = lab.engine;
    let end = (): void => {};
    const held = turnstile.alone(() => new Promise<void>((resolve) => (end = resolve)));
    const standing = new Promise<void>((resolve) => {
      const passing = vi.spyOn(turnstile, 'pass').mockImplementation((...asked) => {
        passing.mockRestore();
        resolve();
        return turnstile.pass(...asked);
      });
    });
    return {
      standing,
      end: () => {
        end();
        return held;
      },
    };
  }

  it('is stopped at its deadline, and nothing of it is written', async () => {
    await lab.call.execute({ sql: 'CREATE TABLE waited (a)' });
    const { end } = holdTurnstile();
    const sql = 'INSERT INTO waited VALUES (1)';
    const { error } = await lab.call.execute({ sql, deadlineMs: 50 });
    expect(error).toMatchObject({ code: 'deadline', message: expect.stringContaining('Nothing was written') });
    await end();
    const { outcomes } = await lab.call.execute({ sql: 'SELECT count(*) FROM waited' });
    expect(rowsOf(outcomes[0].result!)).toEqual([[0]]);
  });

  it('has what is left of its time', async () => {
    const { standing, end } = holdTurnstile();
    const writing = lab.call.execute({ sql: `INSERT INTO waited ${ENDLESS}`, deadlineMs: 1200 });
    await standing;
    await lab.engine.timers.delay(600);
    await end();
    const letIn = performance.now();
    const { error } = await writing;
    // The whole of its time, were the clock begun anew after the wait.
    expect(performance.now() - letIn).toBeLessThan(1200);
    expect(error).toMatchObject({ code: 'deadline', message: expect.stringContaining('Stopped after 1.2 s') });
  });

  it('has what is left of its time when a worker is free, and no more', async () => {
    await lab.call.settings({ change: { simulatedWaitMs: 700 } });
    const busy = lab.call.execute({ sql: 'SELECT 1', cache: false });
    const began = performance.now();
    const { error } = await lab.call.execute({ sql: ENDLESS, deadlineMs: 1000 });
    // Were its clock begun anew after 0.7 s, the pool would give it up late, and its worker would be ended.
    expect(performance.now() - began).toBeLessThan(1700);
    expect(error).toMatchObject({ code: 'deadline' });
    expect((await busy).error).toBeNull();
    await lab.call.settings({ change: { simulatedWaitMs: 0 } });
  });

  it('is stopped while there is no primary to run it', async () => {
    const { report } = lab.engine.fleet.primary!;
    lab.engine.fleet.primary!.report = null;
    const { error } = await lab.call.execute({ sql: 'INSERT INTO waited VALUES (3)', deadlineMs: 30 });
    expect(error).toMatchObject({ code: 'deadline', message: expect.stringContaining('it was not begun') });
    lab.engine.fleet.primary!.report = report;
  });

  it('tells of the wait', async () => {
    const { standing, end } = holdTurnstile();
    const writing = lab.call.execute({ sql: 'INSERT INTO waited VALUES (2)' });
    await standing;
    const stood = performance.now();
    await lab.engine.timers.delay(20);
    const waitedMs = performance.now() - stood;
    await end();
    const { outcomes, error } = await writing;
    expect(error).toBeNull();
    expect(outcomes[0].work.queueMs).toBeGreaterThanOrEqual(waitedMs);
  });
});

/** The tiers with the real engine: what runs, and what does not any more, when the data, the schema or the settings move. */
import { afterEach, describe, expect, it } from 'vitest';
import { openLab, type Lab, type LabOptions } from '../../../../bench/lab.ts';
import { createRandom } from '../../../../src/core/random.ts';
import { rowsOf } from '../../../../src/database/rows/columns.ts';
import type { OptimizeReport } from '../../../../src/optimizer/protocol.ts';
import type { OptimizeProgress, QueryOutcome } from '../../../../src/engine/protocol.ts';
import { createMemoryStore } from '../../../../src/platform/memory-store.ts';
import { reportOf } from './support.ts';

/** Right only while no v is NULL: a wrong answer shows at once. */
const SQL = 'SELECT count(v) AS n FROM t';
const PROVED = 'SELECT count(*) AS n FROM t';
const NEVER_NULL = { claim: 't.v is never NULL', by: 'rows', table: 't', holds: 'v IS NOT NULL' } as const;
const SET_UP = 'CREATE TABLE t(id INTEGER PRIMARY KEY, v INTEGER); INSERT INTO t(v) VALUES (1), (2), (3)';

/** Against hanging only. */
const WAIT = { timeout: 60_000 };

const labs: Lab[] = [];
afterEach(() => labs.splice(0).forEach((lab) => lab.stop()));

async function open(options: LabOptions = {}): Promise<Lab> {
  const lab = await openLab(options);
  labs.push(lab);
  return lab;
}

async function ask(lab: Lab, sql: string): Promise<QueryOutcome> {
  const { outcomes, error } = await lab.call.execute({ sql, cache: false });
  if (error) throw new Error(error.message);
  return outcomes.at(-1)!;
}

function onRows({ engine }: Lab, more: Partial<OptimizeReport> = {}): OptimizeReport {
  const report = reportOf(SQL, PROVED, { restsOn: ['t'], version: engine.plane.version, ...more });
  if (report.chosen) Object.assign(report.chosen, { preconditions: [NEVER_NULL], grade: 'data' });
  return report;
}

const n = ({ result }: QueryOutcome): unknown => rowsOf(result!)[0]?.[0];

async function withVerdict(options: LabOptions = {}): Promise<Lab> {
  const lab = await open(options);
  await ask(lab, SET_UP);
  lab.engine.optimizer.verdicts.settle(SQL, onRows(lab));
  return lab;
}

describe('a proof that rests on rows', () => {
  it('is run, is not from the commit of a write to its table on, and is looked at again', async () => {
    const lab = await withVerdict();
    expect(await ask(lab, SQL)).toMatchObject({ optimizationsApplied: ['count-to-exists'] });
    await ask(lab, 'INSERT INTO t(v) VALUES (4)');
    const stale = await ask(lab, SQL);
    expect(stale.optimizationsApplied).toEqual([]);
    expect(stale.reasons.rewrite).toBe('Runs as typed: t was written, on whose rows the proof rests');
    expect(n(stale)).toBe(4);
    lab.engine.optimizer.begin();
    // The rows are looked at again behind some later run, and the proof need not be made again.
    await expect.poll(async () => (await ask(lab, SQL)).optimizationsApplied, WAIT).toHaveLength(1);
    expect(lab.engine.optimizer.verdict(SQL)).toMatchObject({ state: 'proved', report: { elapsedMs: 2 } });
    // Now it does not hold any more, and never will again without another proof.
    await ask(lab, 'INSERT INTO t(v) VALUES (NULL)');
    expect(n(await ask(lab, SQL))).toBe(4);
    await expect
      .poll(async () => (await ask(lab, SQL), lab.engine.optimizer.verdict(SQL)?.state), WAIT)
      .toBe('unchanged');
    expect(n(await ask(lab, SQL))).toBe(4);
  });

  it('is not run after a write to another table either if that cannot be told, but is after one that can', async () => {
    const lab = await withVerdict();
    await ask(lab, 'UPDATE orders SET status = status WHERE id = 1');
    expect((await ask(lab, SQL)).optimizationsApplied).toHaveLength(1);
    lab.engine.optimizer.verdicts.noteWrite(null, lab.engine.plane.version.logNumber + 1);
    expect((await ask(lab, SQL)).optimizationsApplied).toEqual([]);
  });

  it('goes with the schema, with statistics, and with the history', async () => {
    const lab = await withVerdict();
    const { optimizer } = lab.engine;
    await ask(lab, 'CREATE INDEX t_v ON t(v)');
    expect(optimizer.verdict(SQL)).toBeUndefined();
    optimizer.verdicts.settle(SQL, onRows(lab));
    await ask(lab, 'ANALYZE');
    expect(optimizer.verdict(SQL)).toBeUndefined();
    const point = await lab.call.makePoint({ name: 'before' });
    await ask(lab, 'INSERT INTO t(v) VALUES (NULL)');
    optimizer.verdicts.settle(SQL, onRows(lab));
    await lab.call.restorePoint({ id: point.id });
    expect(optimizer.verdict(SQL)).toBeUndefined();
  });

  it('is never run on other rows, however reads and writes meet', async () => {
    const lab = await withVerdict({ change: { scaler: { minWorkers: 3, maxWorkers: 3 } } });
    const random = createRandom(8);
    let rewritten = 0;
    for (let round = 0; round < 40; round++) {
      // Each write moves the number of NULLs between 0 and 1; a verdict is given again whenever there is none.
      const verdict = lab.engine.optimizer.verdict(SQL);
      const [nulls] = rowsOf((await ask(lab, 'SELECT count(*) - count(v) FROM t')).result!)[0] ?? [];
      if (verdict?.state !== 'proved' && nulls === 0) lab.engine.optimizer.verdicts.settle(SQL, onRows(lab));
      const reads = (count: number): Promise<QueryOutcome>[] => Array.from({ length: count }, () => ask(lab, SQL));
      const before = reads(random.below(4));
      const write = ask(lab, nulls === 0 ? 'INSERT INTO t(v) VALUES (NULL)' : 'DELETE FROM t WHERE v IS NULL');
      const outcomes = await Promise.all([...before, ...reads(random.below(4)), write.then(() => ask(lab, SQL))]);
      for (const outcome of outcomes) {
        expect(n(outcome), outcome.reasons.rewrite).toBe(3);
        rewritten += outcome.optimizationsApplied.length;
      }
    }
    // Some of them did run rewritten, or nothing was tried.
    expect(rewritten).toBeGreaterThan(10);
  });
});

describe('a proof', () => {
  it('is not used while the optimizer is switched off, one of its rules is, or a PRAGMA changes what texts mean', async () => {
    const lab = await withVerdict();
    const applied = async (): Promise<string[]> => (await ask(lab, SQL)).optimizationsApplied;
    await lab.call.settings({ change: { optimizer: { enabled: false } } });
    expect(await applied()).toEqual([]);
    expect((await ask(lab, SQL)).reasons.rewrite).toBe('Runs as typed: the optimizer is switched off');
    await lab.call.settings({ change: { optimizer: { enabled: true } } });
    expect(await applied()).toHaveLength(1);
    await ask(lab, 'PRAGMA cache_size = -4000');
    expect(await applied()).toHaveLength(1);
    await ask(lab, 'PRAGMA case_sensitive_like = ON');
    expect((await ask(lab, SQL)).reasons.rewrite).toContain('proofs are made without PRAGMA case_sensitive_like');
    const other = await withVerdict();
    await other.call.settings({ change: { optimizer: { disabledRules: ['in-subquery'] } } });
    expect((await ask(other, SQL)).optimizationsApplied).toHaveLength(1);
    await other.call.settings({ change: { optimizer: { disabledRules: ['in-subquery', 'count-to-exists'] } } });
    expect((await ask(other, SQL)).optimizationsApplied).toEqual([]);
  });

  it('that found nothing says why, in words that others end with a full stop', async () => {
    const lab = await open();
    const { optimizer } = lab.engine;
    optimizer.verdicts.settle('SELECT 1 AS one', reportOf('SELECT 1 AS one', null));
    expect((await ask(lab, 'SELECT 1 AS one')).reasons.rewrite).toBe('Runs as typed: no rule applies');
  });

  it('that is slower in practice is dropped, with a word in the log', async () => {
    const lab = await withVerdict();
    const { optimizer } = lab.engine;
    for (let run = 0; run < 30 && optimizer.verdict(SQL)?.state === 'proved'; run++) {
      const rewritten = optimizer.textFor(SQL) !== null;
      optimizer.ran(SQL, [], rewritten, rewritten ? 40 : 8);
    }
    const outcome = await ask(lab, SQL);
    expect(outcome.optimizationsApplied).toEqual([]);
    expect(outcome.reasons.rewrite).toContain('slower in practice: 40 ms against 8 ms');
    expect((await lab.call.events({ limit: 5 })).map(({ message }) => message).join()).toContain('slower in practice');
    expect((await lab.call.ruleRecords({})).find(({ ruleId }) => ruleId === 'count-to-exists')).toMatchObject({
      dropped: 1,
      runs: 10,
    });
  });

  it('survives a reload: by the schema over later writes, on rows at the same version only', async () => {
    const store = createMemoryStore();
    const first = await withVerdict({ store });
    const bySchema = 'SELECT count(id) AS n FROM t';
    first.engine.optimizer.verdicts.settle(
      bySchema,
      reportOf(bySchema, PROVED, { version: first.engine.plane.version }),
    );
    await first.engine.vault.save();
    await first.engine.keptVerdicts.flush();
    first.stop();
    const second = await open({ store });
    const { optimizer } = second.engine;
    expect((await ask(second, SQL)).optimizationsApplied).toHaveLength(1);
    await ask(second, 'INSERT INTO t(v) VALUES (NULL)');
    expect(n(await ask(second, SQL))).toBe(3);
    // Kept as it was before the write: after the reload the rows are others than those that were looked at.
    await second.engine.vault.save();
    second.stop();
    const third = await open({ store });
    expect(third.engine.optimizer.verdict(bySchema)?.state).toBe('proved');
    expect(third.engine.optimizer.verdict(SQL)?.state).toBe('stale');
    expect(n(await ask(third, SQL))).toBe(3);
    expect((await ask(third, bySchema)).optimizationsApplied).toHaveLength(1);
    await ask(third, 'CREATE INDEX t_v ON t(v)');
    await third.engine.vault.save();
    third.stop();
    const fourth = await open({ store });
    expect(fourth.engine.optimizer.verdict(bySchema)).toBeUndefined();
    expect(optimizer.verdict(bySchema)?.state).toBe('proved');
  });

  it('of a sample that nobody has changed survives too; of another sample nothing does', async () => {
    const store = createMemoryStore();
    const sql = 'SELECT count(id) AS n FROM orders';
    const first = await open({ store });
    first.engine.optimizer.verdicts.settle(sql, reportOf(sql, 'SELECT count(*) AS n FROM orders'));
    await first.engine.keptVerdicts.flush();
    first.stop();
    // A newer program does not believe what an older one has proved.
    const newer = await open({ store, build: 'newer' });
    expect(newer.engine.optimizer.verdict(sql)).toBeUndefined();
    newer.stop();
    const second = await open({ store });
    expect(second.engine.optimizer.verdict(sql)?.state).toBe('proved');
    await second.call.openSample({ sample: { name: 'shop', size: 'S', seed: 2 }, fresh: true });
    expect(second.engine.optimizer.verdict(sql)).toBeUndefined();
    await second.engine.keptVerdicts.restore();
    expect(second.engine.optimizer.verdict(sql)).toBeUndefined();
  });
});

describe('somebody who waits', () => {
  const FASTER = "SELECT (SELECT count(*) FROM orders WHERE status <> 'nothing') > 0 AS any_order";
  // In one process a word goes one station further at each breath of the proof: to be stopped it must be a long one.
  const LONG = 'SELECT (SELECT count(*) FROM events AS e WHERE e.customer_id = c.id) FROM customers AS c WHERE id < 40';

  it('for a proof sees the suggestion, then the guards, and gets it even for a text seen for the first time', async () => {
    const lab = await open();
    let told: OptimizeProgress[] = [];
    const prove = (): Promise<OptimizeReport> => {
      told = [];
      return lab.call.optimize({ sql: FASTER }, { onProgress: (one) => told.push(one as OptimizeProgress) });
    };
    let report = await prove();
    // On a loaded machine the time for a proof may run out before there is one: until there is.
    await expect.poll(async () => (report = report.chosen ? report : await prove()).chosen, WAIT).not.toBeNull();
    expect(told[0]).toMatchObject({ stage: 'proposed', attempts: [expect.objectContaining({ outcome: 'proposed' })] });
    const guards = told.flatMap((one) => (one.stage === 'guard' ? [one.verdict.guard] : []));
    expect(guards.slice(0, 3)).toEqual(['round-trip', 'reparse', 'preconditions']);
    expect(report.chosen?.ruleIds).toEqual(report.ruleIds);
    expect((await lab.call.ruleRecords({})).find(({ ruleId }) => ruleId === report.ruleIds[0])?.chosen).toBe(1);
    const fresh = await open();
    const { outcomes } = await fresh.call.execute({ sql: FASTER, optimized: true });
    // Proved within two seconds, or it says that it is not yet: on a loaded machine either may be.
    const [{ optimizationsApplied, reasons }] = outcomes;
    if (optimizationsApplied.length === 0) expect(reasons.rewrite).toMatch(/still running|takes only/);
    else expect(reasons.rewrite).toMatch(/^Proved up to a stated bound/);
  });

  it('comes before the background, whose proof is taken up again', async () => {
    const lab = await open();
    const { optimizer } = lab.engine;
    optimizer.begin();
    optimizer.ran(FASTER, [], false, 5);
    await expect.poll(() => optimizer.verdict(FASTER)?.state, WAIT).not.toBe('waiting');
    const plan = await lab.call.plan({ sql: 'SELECT 1' });
    expect(plan).toBeDefined();
    await expect.poll(() => optimizer.verdict(FASTER)?.state, WAIT).toMatch(/proved|unchanged/);
  });

  it('and leaves some rules out gets an answer that is used for nothing else', async () => {
    const lab = await open();
    const report = await lab.call.optimize({ sql: FASTER, without: ['count-to-exists'] });
    expect(report.ruleIds).not.toContain('count-to-exists');
    expect(lab.engine.optimizer.verdict(FASTER)).toBeUndefined();
  });

  it('beside others may leave, and the others get the proof', async () => {
    const lab = await open();
    let cancel = (): void => {};
    const leaves = lab.call.optimize({ sql: FASTER }, { cancelWith: (stop) => (cancel = stop) });
    const stays = lab.call.optimize({ sql: FASTER }, { onProgress: () => cancel() });
    await expect(leaves).rejects.toMatchObject({ code: 'cancelled' });
    expect((await stays).sql).toBe(FASTER);
    expect(lab.engine.optimizer.verdict(FASTER)?.state).toMatch(/proved|unchanged/);
  });

  it('and comes later hears what was told before', async () => {
    const lab = await open();
    const heard: OptimizeProgress[] = [];
    const cancels: (() => void)[] = [];
    const ask = (onProgress: (told: unknown) => void): Promise<unknown> =>
      lab.call
        .optimize({ sql: LONG }, { onProgress, cancelWith: (stop) => cancels.push(stop) })
        .catch((error: unknown) => error);
    const later: Promise<unknown>[] = [];
    const first = ask((told) => {
      // Past the suggestions.
      if ((told as OptimizeProgress).stage === 'proposed' || later.length > 0) return;
      const second = ask((one) => {
        heard.push(one as OptimizeProgress);
        cancels.forEach((cancel) => cancel());
      });
      later.push(second);
    });
    expect(await first).toMatchObject({ code: 'cancelled' });
    await Promise.all(later);
    expect(heard[0]).toMatchObject({ stage: 'proposed' });
  });

  it('of something that waited for its turn may leave, and it waits again', async () => {
    const lab = await open();
    const { optimizer } = lab.engine;
    optimizer.ran(FASTER, [], false, 5);
    expect(optimizer.verdict(FASTER)?.state).toBe('waiting');
    let cancel = (): void => {};
    const proof = lab.call.optimize({ sql: FASTER }, { cancelWith: (stop) => (cancel = stop) });
    cancel();
    await expect(proof).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => optimizer.verdict(FASTER)?.state).toBe('waiting');
    optimizer.begin();
    await expect.poll(() => optimizer.verdict(FASTER)?.state, { timeout: 30_000 }).toMatch(/proved|unchanged/);
  });

  it('and comes while a proof of the same text is being stopped gets one of its own', async () => {
    const lab = await open();
    const { optimizer } = lab.engine;
    let stop = (): void => {};
    const second: Promise<OptimizeReport>[] = [];
    const signal = { cancelled: false, onCancel: (action: () => void) => void (stop = action) };
    const first = optimizer.optimize(LONG, [], {
      signal,
      onProgress: () => {
        if (second.length > 0) return;
        stop();
        second.push(optimizer.optimize(LONG, []));
      },
    });
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(await Promise.all(second)).toMatchObject([{ sql: LONG }]);
    expect(optimizer.verdict(LONG)?.state).toMatch(/proved|unchanged/);
  });

  it('may leave: the proof is cancelled and nothing is remembered', async () => {
    const lab = await open();
    let cancel = (): void => {};
    const proof = lab.call.optimize(
      { sql: LONG },
      { cancelWith: (stop) => (cancel = stop), onProgress: () => cancel() },
    );
    await expect(proof).rejects.toMatchObject({ code: 'cancelled' });
    expect(lab.engine.optimizer.verdict(LONG)).toBeUndefined();
  });
});

describe('a study', () => {
  it('shows both results of a wrong rewrite, and nothing of it is used', async () => {
    const lab = await open();
    await ask(lab, `${SET_UP}, (NULL)`);
    const study = await lab.call.study({ sql: SQL, rewrittenSql: PROVED });
    expect(study).toMatchObject({
      label: expect.stringContaining('For study only'),
      original: { rows: [['3']], failure: null },
      rewritten: { rows: [['4']], failure: null },
      difference: 'a row appears that the original does not give, or more often',
    });
    expect(study.measurement?.pairs).toBeGreaterThan(1);
    expect(lab.engine.optimizer.verdict(SQL)).toBeUndefined();
    expect(n(await ask(lab, SQL))).toBe(3);
  });

  it('may need tables of its own, which the data never gets', async () => {
    const lab = await open();
    const asked = { sql: SQL, setup: SET_UP };
    const study = await lab.call.study({ ...asked, rewrittenSql: 'SELECT count(v) AS n FROM t WHERE 1' });
    expect(study).toMatchObject({ original: { rows: [['3']] }, rewritten: { rows: [['3']] }, difference: null });
    const { planBefore } = await lab.call.optimize(asked);
    expect(planBefore).toMatchObject([{ kind: 'scan' }]);
    expect(lab.engine.optimizer.verdict(SQL)).toBeUndefined();
    await expect(ask(lab, SQL)).rejects.toThrow('no such table');
  });

  it('tells whether SQLite makes the same program of both', async () => {
    const lab = await open();
    const sql = 'SELECT name FROM customers WHERE id = 5 OR id = 7';
    const same = await lab.call.study({ sql, rewrittenSql: 'SELECT name FROM customers WHERE id IN (5, 7)' });
    expect(same.sameProgram).toBe(true);
    expect(same.original.program.length).toBeGreaterThan(5);
    const other = await lab.call.study({ sql, rewrittenSql: 'SELECT name FROM customers WHERE id IN (5, 8)' });
    expect(other.sameProgram).toBe(false);
  });

  it('refuses what does not just read, and tells what SQLite refuses', async () => {
    const lab = await open();
    await expect(lab.call.study({ sql: 'SELECT 1', rewrittenSql: 'DELETE FROM orders' })).rejects.toMatchObject({
      code: 'refused',
    });
    const study = await lab.call.study({ sql: 'SELECT 1', rewrittenSql: 'SELECT nosuch FROM orders' });
    expect(study).toMatchObject({
      rewritten: { failure: expect.stringContaining('no such column') },
      measurement: null,
    });
  });
});

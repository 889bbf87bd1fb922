/** A text that nobody knows yet, asked many times at once: what it turns out to be decides whether one run serves all. */
import { afterEach, describe, expect, it } from 'vitest';
import { openLab, type Lab, type LabOptions } from '../../../../bench/lab.ts';
import type { RunRequest } from '../../../../src/database/protocol.ts';
import { rowsOf } from '../../../../src/database/rows/columns.ts';
import type { ExecuteRequest, QueryOutcome, ScriptOutcome } from '../../../../src/engine/protocol.ts';

const COUNT = 'SELECT count(*) FROM orders WHERE customer_id < 40';

let lab: Lab;
/** Texts that workers were asked to run, and units that the primary was. */
let asked: { method: string; sql: string }[];
/** Called when a worker is asked: for what is to happen just then. */
let onAsked: (method: string, sql: string) => void;
afterEach(() => lab.stop());

async function open(change: LabOptions['change'] = {}): Promise<void> {
  lab = await openLab({ change: { optimizer: { enabled: false }, ...change } });
  asked = [];
  onAsked = () => {};
  lab.wire.listener = (moment, { method, argument }) => {
    if (moment !== 'asked' || (method !== 'run' && method !== 'unit')) return false;
    const { sql } = argument as RunRequest;
    asked.push({ method, sql });
    onAsked(method, sql);
    return false;
  };
}

const times = (method: string, sql: string): number =>
  asked.filter((one) => one.method === method && one.sql === sql).length;

async function run(sql: string, request: Omit<ExecuteRequest, 'sql'> = {}): Promise<QueryOutcome> {
  const { outcomes, error } = await lab.call.execute({ sql, ...request });
  if (error) throw new Error(error.message);
  return outcomes[outcomes.length - 1];
}

const many = (count: number, sql: string, request: Omit<ExecuteRequest, 'sql'> = {}): Promise<ScriptOutcome[]> =>
  Promise.all(Array.from({ length: count }, () => lab.call.execute({ sql, ...request })));

const answersOf = (scripts: ScriptOutcome[]): string[] =>
  scripts.map(({ outcomes, error }) =>
    error
      ? `${error.code}: ${error.message}`
      : JSON.stringify(rowsOf(outcomes[outcomes.length - 1].result!), (_key, value: unknown) =>
          typeof value === 'bigint' ? String(value) : value,
        ),
  );

/** Cancels a call that was made, when told to. */
function cancellable(sql: string): { outcome: Promise<ScriptOutcome>; cancel(): void } {
  let cancel = (): void => {};
  const outcome = lab.call.execute({ sql }, { cancelWith: (stop) => (cancel = stop) });
  return { outcome, cancel: () => cancel() };
}

describe('a query that may be stored', () => {
  it('runs once for twenty, who are told so and counted', async () => {
    await open();
    const queries = lab.engine.monitoring.totals.queries;
    const scripts = await many(20, COUNT);
    const [answer, ...others] = new Set(answersOf(scripts));
    expect([times('run', COUNT), others, Number(JSON.parse(answer)[0][0]) > 0]).toEqual([1, [], true]);
    const reasons = scripts.map(({ outcomes: [{ reasons }] }) => reasons.cache);
    expect(reasons[0]).toBe('First time that this text is seen');
    expect(new Set(reasons.slice(1))).toEqual(new Set(['The same query was already running: its answer served both']));
    const { joined, misses, hits, evictionsByCause } = await lab.call.cacheStats({});
    expect({ joined, misses, hits, replaced: evictionsByCause.replaced }).toEqual({
      joined: 19,
      misses: 20,
      hits: 0,
      replaced: 0,
    });
    expect(lab.engine.monitoring.totals.queries - queries).toBe(20);
  });

  it('is told apart by its parameters, by name and by number, and by how many rows were asked for', async () => {
    await open();
    const sql = 'SELECT typeof(?1), ?1 UNION ALL SELECT 1, 2';
    const values = [1, 1.5, '1', null, new Uint8Array([0x31]), 2n ** 60n];
    const scripts = await Promise.all(
      [...values, ...values].map((value) => lab.call.execute({ sql, parameters: [value] })),
    );
    const kinds = scripts.map(({ outcomes: [{ result }] }) => rowsOf(result!)[0][0]);
    const expected = ['integer', 'real', 'text', 'null', 'blob', 'integer'];
    expect(kinds).toEqual([...expected, ...expected]);
    expect(times('run', sql)).toBe(6);
    const limited = 'SELECT id FROM products';
    const [few, more] = await Promise.all([run(limited, { rowLimit: 2 }), run(limited, { rowLimit: 3 })]);
    expect([few.result!.rowCount, more.result!.rowCount, times('run', limited)]).toEqual([2, 3, 2]);
    const named = 'SELECT :a AS one, :b AS other';
    const pairs = await Promise.all([
      run(named, { parameters: { ':a': 1, ':b': 2 } }),
      run(named, { parameters: { ':a': 2, ':b': 1 } }),
    ]);
    expect(pairs.map(({ result }) => rowsOf(result!))).toEqual([[[1, 2]], [[2, 1]]]);
  });

  it('gives all of them their rows, also when there are too many to be stored', async () => {
    await open();
    const sql = 'SELECT id, hex(zeroblob(200)) AS note FROM orders';
    const script = `${sql}; SELECT random()`;
    const check = (scripts: ScriptOutcome[]): void => {
      for (const { outcomes } of scripts) {
        const rows = rowsOf(outcomes[0].result!);
        expect([rows.length, String(rows[499][1]).length]).toEqual([500, 400]);
      }
    };
    check(await many(5, sql, { rowLimit: 500 }));
    expect(times('run', sql)).toBe(1);
    // Its statements are known from now on. The page has the rows of the first while the script is still at its second statement.
    await run(script, { rowLimit: 500 });
    const before = times('run', sql);
    check((await Promise.all([many(1, sql, { rowLimit: 500 }), many(3, script, { rowLimit: 500 })])).flat());
    expect(times('run', sql) - before).toBe(1);
  });

  it('is not shared by a read that came after a write', async () => {
    await open({ scaler: { minWorkers: 2, maxWorkers: 2 } });
    await run('CREATE TABLE mine (a); INSERT INTO mine VALUES (1)');
    const sql = 'SELECT sum(a) AS total FROM mine';
    let written: Promise<unknown> | null = null;
    let late: Promise<QueryOutcome> | null = null;
    const held = new Promise<void>((resolve) => {
      onAsked = (_method, text) => {
        if (text !== sql || written) return;
        // The first is on its way: a write is acknowledged, and only then the same is asked again.
        written = run('INSERT INTO mine VALUES (10)').then(() => {
          late = run(sql);
          resolve();
        });
      };
    });
    const early = await run(sql, { rowLimit: 7 });
    await held;
    expect([[[1]], [[11]]]).toContainEqual(rowsOf(early.result!));
    expect(rowsOf((await late!).result!)).toEqual([[11]]);
  });

  it('runs for each by itself where the cache is not to be asked', async () => {
    await open();
    await many(3, COUNT, { cache: false });
    expect(times('run', COUNT)).toBe(3);
    await lab.call.settings({ change: { cache: { enabled: false } } });
    await many(3, `${COUNT} AND id > 1`);
    expect([times('run', `${COUNT} AND id > 1`), (await lab.call.cacheStats({})).joined]).toEqual([3, 0]);
  });
});

describe('what turns out to be something else', () => {
  it('is written as often as it was asked for, in that order', async () => {
    await open({ scaler: { minWorkers: 3, maxWorkers: 3 } });
    await run('CREATE TABLE mine (n INTEGER PRIMARY KEY, a)');
    const sql = 'INSERT INTO mine (a) SELECT count(*) + 1 FROM mine RETURNING a';
    const scripts = await many(20, sql);
    expect(answersOf(scripts)).toEqual(Array.from({ length: 20 }, (_, index) => `[[${index + 1}]]`));
    expect(times('unit', sql)).toBe(20);
    expect(rowsOf((await run('SELECT count(*), max(a) FROM mine')).result!)).toEqual([[20, 20]]);
    expect((await lab.call.cacheStats({})).joined).toBe(0);
  });

  it('rolls the dice for each', async () => {
    await open();
    const sql = 'SELECT random() FROM orders LIMIT 1';
    const scripts = await many(20, sql);
    expect([new Set(answersOf(scripts)).size, times('run', sql)]).toEqual([20, 20]);
    expect((await lab.call.cacheStats({})).joined).toBe(0);
  });

  it('is asked of the primary where its own temporary objects are', async () => {
    await open({ scaler: { minWorkers: 2, maxWorkers: 2 } });
    await run('CREATE TEMP TABLE own (a)');
    const write = 'INSERT INTO own VALUES ((SELECT count(*) FROM own)) RETURNING a';
    expect(answersOf(await many(4, write))).toEqual(['[[0]]', '[[1]]', '[[2]]', '[[3]]']);
    expect(new Set(answersOf(await many(4, 'SELECT count(*) FROM own')))).toEqual(new Set(['[[4]]']));
    expect((await lab.call.cacheStats({})).joined).toBe(0);
  });

  it('is each statement of a script, those that may be stored shared', async () => {
    await open();
    const script = `${COUNT}; SELECT random()`;
    const scripts = await many(5, script);
    expect(new Set(answersOf(scripts)).size).toBe(5);
    expect([times('run', script), times('run', COUNT)]).toEqual([1, 1]);
  });
});

describe('the first of those who ask', () => {
  it('may leave: the others get their rows from the one run', async () => {
    await open();
    const first = cancellable(COUNT);
    const others = many(3, COUNT);
    first.cancel();
    expect((await first.outcome).error).toMatchObject({ code: 'cancelled' });
    expect(new Set(answersOf(await others)).size).toBe(1);
    expect(times('run', COUNT)).toBe(1);
  });

  it('may leave what turns out to be a write: the others are written', async () => {
    await open();
    await run('CREATE TABLE mine (a)');
    const sql = 'INSERT INTO mine VALUES ((SELECT count(*) FROM mine)) RETURNING a';
    const first = cancellable(sql);
    const others = many(3, sql);
    first.cancel();
    expect((await first.outcome).error).toMatchObject({ code: 'cancelled' });
    expect(answersOf(await others)).toEqual(['[[0]]', '[[1]]', '[[2]]']);
  });

  it('fails as all do, and nothing of that is kept', async () => {
    await open();
    const sql = "SELECT json_extract(x, '$') FROM mine";
    expect(new Set(answersOf(await many(5, sql)))).toEqual(new Set(['sql: no such table: mine']));
    await run("CREATE TABLE mine (x); INSERT INTO mine VALUES ('{')");
    const before = times('run', sql);
    expect(new Set(answersOf(await many(5, sql)))).toEqual(new Set(['sql: malformed JSON']));
    expect(times('run', sql) - before).toBe(1);
    await run("UPDATE mine SET x = '2'");
    expect(new Set(answersOf(await many(5, sql)))).toEqual(new Set(['[[2]]']));
  });

  it('may lose its worker: the others get their rows all the same', async () => {
    await open({ scaler: { minWorkers: 2, maxWorkers: 2 } });
    let killed = false;
    lab.wire.listener = (moment, { method, argument }, worker) => {
      if (moment !== 'answered' || method !== 'run' || (argument as RunRequest).sql !== COUNT || killed) return false;
      killed = true;
      lab.workers.find((one) => one === worker)?.fail('killed by the test');
      return true;
    };
    const answers = answersOf(await many(5, COUNT));
    expect([killed, new Set(answers).size, answers[0].startsWith('[[')]).toEqual([true, 1, true]);
  });
});

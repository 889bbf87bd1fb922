import { afterEach, describe, expect, it } from 'vitest';
import { rowsOf } from '../../../src/database/rows/columns.ts';
import type { QueryOutcome } from '../../../src/engine/protocol.ts';
import { createMemoryStore } from '../../../src/platform/memory-store.ts';
import { openLab, type Lab, type LabOptions } from '../../../bench/lab.ts';

const labs: Lab[] = [];
async function lab(options?: LabOptions): Promise<Lab> {
  const opened = await openLab(options);
  labs.push(opened);
  return opened;
}
afterEach(() => {
  for (const opened of labs.splice(0)) opened.stop();
});

async function one(
  { call }: Lab,
  sql: string,
  parameters?: Parameters<Lab['call']['execute']>[0]['parameters'],
): Promise<QueryOutcome> {
  const { outcomes, error } = await call.execute({ sql, parameters });
  if (error) throw new Error(`${error.code}: ${error.message}`);
  return outcomes.at(-1)!;
}

const rows = (outcome: QueryOutcome) => rowsOf(outcome.result!);

describe('a query', () => {
  it('misses at first, then hits, with the same rows', async () => {
    const opened = await lab();
    const sql = 'SELECT city, count(*) FROM customers GROUP BY city ORDER BY city';
    const first = await one(opened, sql);
    const second = await one(opened, sql);
    expect([first.cacheHit, second.cacheHit]).toEqual([false, true]);
    expect(await opened.call.cacheStats({})).toMatchObject({ hits: 1, misses: 1, hitRatio: 0.5 });
    expect(rows(second)).toEqual(rows(first));
    expect(second.worker).toBeNull();
    expect(second.stages.map((stage) => stage.id)).toEqual(['query', 'cache', 'rewrite', 'balancer', 'worker', 'rows']);
  });

  it('hits across spellings, and wears the names of the text that asked', async () => {
    const opened = await lab();
    await one(opened, 'SELECT count(*) FROM customers');
    // The other spelling is classified by running it once; from then on it finds the same entry.
    await one(opened, 'select   COUNT(*)\nfrom Customers -- all of them');
    const hit = await one(opened, 'select   COUNT(*)\nfrom Customers -- all of them');
    expect(hit.cacheHit).toBe(true);
    expect(hit.result!.names).toEqual(['COUNT(*)']);
  });

  it('is never answered from before a write', async () => {
    const opened = await lab();
    const sql = 'SELECT count(*) FROM products';
    const before = rows(await one(opened, sql))[0][0] as number;
    await one(opened, sql);
    const write = await one(opened, 'DELETE FROM products WHERE id = (SELECT max(id) FROM products)');
    expect(write.durability).toBe('memory');
    const after = await one(opened, sql);
    expect(after.cacheHit).toBe(false);
    expect(rows(after)[0][0]).not.toBe(before);
  });

  it('keeps entries of tables that a write did not touch', async () => {
    const opened = await lab();
    await one(opened, 'SELECT count(*) FROM customers');
    await one(opened, 'DELETE FROM events WHERE id < 10');
    expect((await one(opened, 'SELECT count(*) FROM customers')).cacheHit).toBe(true);
  });

  it('with random() in it is not stored, and says why', async () => {
    const opened = await lab();
    await one(opened, 'SELECT random()');
    const again = await one(opened, 'SELECT random()');
    expect(again.cacheHit).toBe(false);
    expect(again.stages[1].label).toBe('not stored');
    expect(again.reasons.cache).toMatch(/random/);
  });

  it('that asks for the time is not stored', async () => {
    const opened = await lab();
    await one(opened, "SELECT date('now')");
    expect((await one(opened, "SELECT date('now')")).cacheHit).toBe(false);
  });

  it('tells missing parameters by name', async () => {
    const opened = await lab();
    const { error } = await opened.call.execute({ sql: 'SELECT * FROM customers WHERE id = :id' });
    expect(error).toMatchObject({ code: 'parameters' });
    expect(error!.message).toContain(':id');
  });

  it('with different parameters has different entries', async () => {
    const opened = await lab();
    const sql = 'SELECT id FROM customers WHERE id = ?';
    await one(opened, sql, [1]);
    const other = await one(opened, sql, [2]);
    expect(other.cacheHit).toBe(false);
    expect(rows(other)).toEqual([[2]]);
    expect((await one(opened, sql, [1])).cacheHit).toBe(true);
  });
});

describe('limits and switches', () => {
  it('cut a hit to the rows that were asked for, and say so', async () => {
    const opened = await lab();
    const sql = 'SELECT id FROM customers ORDER BY id';
    await one(opened, sql);
    const { outcomes } = await opened.call.execute({ sql, rowLimit: 3 });
    expect(outcomes[0].cacheHit).toBe(true);
    expect(rows(outcomes[0])).toEqual([[1], [2], [3]]);
    expect(outcomes[0].notes.join()).toMatch(/first 3 rows/);
    expect((await one(opened, sql)).result!.rowCount).toBeGreaterThan(3);
  });

  it('do not store an answer that was cut', async () => {
    const opened = await lab();
    const sql = 'SELECT id FROM products ORDER BY id';
    await opened.call.execute({ sql, rowLimit: 2 });
    expect((await one(opened, sql)).result!.rowCount).toBeGreaterThan(2);
  });

  it('of foreign keys bring cascades: what they delete leaves the cache', async () => {
    const opened = await lab();
    await opened.call.execute({
      sql: `CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES parent(id) ON DELETE CASCADE);
            INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (1, 1), (2, 2), (3, 2)`,
    });
    const children = async () => rows(await one(opened, 'SELECT count(*) FROM child'))[0][0];
    await one(opened, 'DELETE FROM parent WHERE id = 99'); // known from now on, without cascades
    expect(await children()).toBe(3);
    await one(opened, 'PRAGMA foreign_keys = ON');
    await one(opened, 'DELETE FROM parent WHERE id = 2');
    expect(await children()).toBe(1);
  });
});

describe('equal queries at the same time', () => {
  it('share one execution', async () => {
    const opened = await lab();
    const sql = 'SELECT count(*) FROM events e JOIN customers c ON c.id = e.customer_id';
    await one(opened, sql); // classified from now on
    await opened.call.cacheClear({});
    const done = () => opened.engine.dispatcher.totals().done;
    const before = done();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => one(opened, sql)));
    expect(done() - before).toBe(1);
    expect(new Set(outcomes.map((outcome) => JSON.stringify(rows(outcome)))).size).toBe(1);
    expect(outcomes.filter((outcome) => outcome.stages[1].label === 'joined')).toHaveLength(19);
  });

  it('are not disturbed when one of them is cancelled', async () => {
    const opened = await lab();
    const sql = 'SELECT count(*) FROM events e JOIN customers c ON c.id = e.customer_id';
    await one(opened, sql);
    await opened.call.cacheClear({});
    let cancel = (): void => {};
    const first = opened.call.execute({ sql }, { cancelWith: (stop) => (cancel = stop) });
    const second = one(opened, sql);
    cancel();
    expect((await first).error).toMatchObject({ code: 'cancelled' });
    expect(rows(await second)).toHaveLength(1);
  });

  it('do not share with one that set out before a write', async () => {
    const opened = await lab();
    const sql = 'SELECT count(*) FROM events';
    const before = rows(await one(opened, sql))[0][0] as number;
    await opened.call.cacheClear({});
    const early = one(opened, sql);
    await one(opened, 'DELETE FROM events WHERE id <= 7');
    expect(rows(await one(opened, sql))[0][0]).toBe(before - 7);
    await early;
  });
});

describe('a script', () => {
  it('that only reads gives every result', async () => {
    const opened = await lab();
    const { outcomes } = await opened.call.execute({ sql: 'SELECT 1; SELECT 2;\nSELECT 3' });
    expect(outcomes.map((outcome) => rows(outcome)[0][0])).toEqual([1, 2, 3]);
  });

  it('that writes runs as one unit on the primary, and its later reads see its writes', async () => {
    const opened = await lab();
    const { outcomes, error } = await opened.call.execute({
      sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text); INSERT INTO notes (text) VALUES (?); SELECT * FROM notes',
      parameters: [[], ['first'], []],
    });
    expect(error).toBeNull();
    expect(rows(outcomes[2])).toEqual([[1, 'first']]);
    expect(new Set(outcomes.map((outcome) => outcome.worker)).size).toBe(1);
  });

  it('with an open transaction at its end is rolled back, and says so', async () => {
    const opened = await lab();
    const { notes } = await opened.call.execute({
      sql: 'BEGIN; DELETE FROM customers; SELECT count(*) FROM customers',
    });
    expect(notes.join(' ')).toMatch(/rolled back/);
    expect(rows(await one(opened, 'SELECT count(*) FROM customers'))[0][0]).toBeGreaterThan(0);
  });

  it('stops at the statement that fails, and keeps what was committed before it', async () => {
    const opened = await lab();
    const { outcomes, error } = await opened.call.execute({
      sql: 'CREATE TABLE kept (a); INSERT INTO kept VALUES (1); INSERT INTO nowhere VALUES (1); INSERT INTO kept VALUES (2)',
    });
    expect(outcomes).toHaveLength(2);
    expect(error).toMatchObject({ statementIndex: 2, code: 'sql' });
    expect(rows(await one(opened, 'SELECT * FROM kept'))).toEqual([[1]]);
  });

  it('of nothing says what to do', async () => {
    const opened = await lab();
    const { error } = await opened.call.execute({ sql: '  -- nothing\n' });
    expect(error!.message).toMatch(/no statement.*SELECT 1/i);
  });
});

describe('the pool', () => {
  const three = { scaler: { minWorkers: 3, maxWorkers: 4 } };

  async function ready(opened: Lab, count: number): Promise<void> {
    for (;;) {
      const { workers } = await opened.call.watch({ perSecond: 0 });
      if (workers.filter((worker) => worker.state === 'ready').length >= count) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  it('shows every replica what the primary wrote', async () => {
    const opened = await lab({ change: three });
    await ready(opened, 3);
    await one(opened, 'UPDATE customers SET name = random() WHERE id <= 5');
    const read = () =>
      opened.call.execute({ sql: 'SELECT id, name FROM customers WHERE id <= 5 ORDER BY id', cache: false });
    const answers = await Promise.all(Array.from({ length: 9 }, read));
    const names = answers.map(({ outcomes }) => JSON.stringify(rows(outcomes[0])));
    expect(new Set(names).size).toBe(1);
    expect(new Set(answers.map(({ outcomes }) => outcomes[0].worker)).size).toBeGreaterThan(1);
  });

  it('goes on with another primary when the first one dies, without losing a committed write', async () => {
    const opened = await lab({ change: three });
    await ready(opened, 3);
    await one(opened, 'CREATE TABLE survivors (id INTEGER PRIMARY KEY)');
    await one(opened, 'INSERT INTO survivors VALUES (1)');
    const { workers } = await opened.call.watch({ perSecond: 0 });
    const primary = workers.find((worker) => worker.role === 'primary')!;
    await opened.call.killWorker({ name: primary.name });
    await one(opened, 'INSERT INTO survivors VALUES (2)');
    expect(rows(await one(opened, 'SELECT id FROM survivors ORDER BY id'))).toEqual([[1], [2]]);
    await ready(opened, 3);
  });

  it('answers reads that were on a worker when it died', async () => {
    const opened = await lab({ change: three });
    await ready(opened, 3);
    const pending = Promise.all(
      Array.from({ length: 12 }, (_, index) => one(opened, `SELECT ${index}, count(*) FROM events`)),
    );
    opened.workers[1].fail('pulled the plug');
    const outcomes = await pending;
    expect(outcomes.map((outcome) => rows(outcome)[0][0])).toEqual(Array.from({ length: 12 }, (_, index) => index));
  });

  it('stops a runaway query at its deadline and goes on', async () => {
    const opened = await lab();
    const { error } = await opened.call.execute({
      sql: 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n',
      deadlineMs: 100,
    });
    expect(error).toMatchObject({ code: 'deadline' });
    expect(rows(await one(opened, 'SELECT 1'))).toEqual([[1]]);
  });

  it('refuses more than its queue may hold, in words', async () => {
    const opened = await lab({ change: { balancer: { queueDepthMax: 1 } } });
    const all = await Promise.all(
      Array.from({ length: 6 }, (_, index) => opened.call.execute({ sql: `SELECT ${index}, count(*) FROM events` })),
    );
    const refused = all.filter(({ error }) => error?.code === 'queue-full');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0].error!.message).toMatch(/queue is full/i);
  });
});

describe('what is kept', () => {
  it('comes back after a reload, file, writes and warm cache', async () => {
    const store = createMemoryStore();
    const opened = await lab({ store });
    await one(opened, 'CREATE TABLE mine (a)');
    await one(opened, 'INSERT INTO mine VALUES (9007199254740993)');
    await one(opened, 'SELECT * FROM mine');
    await opened.engine.vault.save();
    await opened.engine.savedCache.flush();
    expect((await one(opened, 'DELETE FROM mine WHERE 0')).durability).not.toBeUndefined();
    await opened.engine.vault.save();
    opened.stop();

    const again = await lab({ store });
    expect(rows(await one(again, 'SELECT * FROM mine'))).toEqual([[9007199254740993n]]);
  });

  it('is not opened in safe mode, and is still there afterwards', async () => {
    const store = createMemoryStore();
    const opened = await lab({ store });
    await one(opened, 'CREATE TABLE mine (a)');
    await opened.engine.vault.save();
    opened.stop();
    const safe = await lab({ store, safe: true });
    await expect(one(safe, 'SELECT * FROM mine')).rejects.toThrow(/no such table/);
    safe.stop();
    expect(rows(await one(await lab({ store }), 'SELECT count(*) FROM mine'))).toEqual([[0]]);
  });

  it('is safe from what safe mode writes', async () => {
    const store = createMemoryStore();
    const opened = await lab({ store });
    await one(opened, 'CREATE TABLE mine (a)');
    await opened.engine.vault.save();
    opened.stop();
    const safe = await lab({ store, safe: true });
    expect((await one(safe, 'CREATE TABLE other (a)')).durability).toBe('memory');
    await safe.engine.vault.save();
    safe.stop();
    expect(rows(await one(await lab({ store }), 'SELECT count(*) FROM mine'))).toEqual([[0]]);
  });

  it('is saved before other content takes its place', async () => {
    const store = createMemoryStore();
    const opened = await lab({ store });
    await one(opened, 'CREATE TABLE mine (a)');
    await opened.call.openSample({ sample: { name: 'shop', size: 'S', seed: 2 }, fresh: true });
    await new Promise((resolve) => setTimeout(resolve, 0));
    opened.stop();
    expect(rows(await one(await lab({ store }), 'SELECT count(*) FROM mine'))).toEqual([[0]]);
  });

  it('exports a file that opens again with the same rows', async () => {
    const opened = await lab();
    await one(opened, "INSERT INTO customers (id, name) VALUES (999999, 'Exported')").catch(() => null);
    const sum = rows(await one(opened, 'SELECT count(*), max(id) FROM customers'));
    const { bytes } = await opened.call.exportFile({});
    await opened.call.openFile({ name: 'copy.sqlite', bytes });
    expect(rows(await one(opened, 'SELECT count(*), max(id) FROM customers'))).toEqual(sum);
    expect(rows(await one(opened, 'PRAGMA integrity_check'))).toEqual([['ok']]);
  });

  it('survives a file that is no database', async () => {
    const opened = await lab();
    const before = rows(await one(opened, 'SELECT count(*) FROM customers'));
    const bytes = new TextEncoder().encode('this is not a database, just text '.repeat(200));
    await expect(opened.call.openFile({ name: 'notes.txt', bytes })).rejects.toMatchObject({ code: 'not-a-database' });
    expect(rows(await one(opened, 'SELECT count(*) FROM customers'))).toEqual(before);
  });
});

describe('settings', () => {
  it('are refused in words that name field, rule and value', async () => {
    const opened = await lab();
    const wrong = [
      [{ scaler: { minWorkers: 5, maxWorkers: 2 } }, /minWorkers.*maxWorkers.*5.*2/],
      [{ cache: { capacityBytes: 0 } }, /capacityBytes.*got 0/],
      [{ cache: { capacityBytes: NaN } }, /capacityBytes.*got NaN/],
      [{ simulatedWaitMs: -1 }, /simulatedWaitMs.*got -1/],
    ] as const;
    for (const [change, message] of wrong) {
      await expect(opened.call.settings({ change })).rejects.toThrow(message);
    }
  });

  it('switch the cache strategy live without losing entries', async () => {
    const opened = await lab();
    await one(opened, 'SELECT count(*) FROM customers');
    for (const strategy of ['lru', 'lfu', 'ttl', 'adaptive'] as const) {
      await opened.call.settings({ change: { cache: { strategy } } });
      expect((await one(opened, 'SELECT count(*) FROM customers')).cacheHit).toBe(true);
    }
  });
});

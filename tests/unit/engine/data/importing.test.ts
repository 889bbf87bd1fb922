import { afterEach, describe, expect, it } from 'vitest';
import { rowsOf } from '../../../../src/database/rows/columns.ts';
import type { ImportPlan } from '../../../../src/engine/protocol.ts';
import { openLab, type Lab } from '../../../../bench/lab.ts';
import { runRequest } from '../../database/support.ts';

const labs: Lab[] = [];
async function lab(): Promise<Lab> {
  const opened = await openLab();
  labs.push(opened);
  return opened;
}
afterEach(() => {
  for (const opened of labs.splice(0)) opened.stop();
});

const rows = async ({ call }: Lab, sql: string) => {
  const { outcomes, error } = await call.execute({ sql, cache: false });
  if (error) throw new Error(error.message);
  return rowsOf(outcomes.at(-1)!.result!);
};

async function planOf({ call }: Lab, file: Blob, name: string, change: Partial<ImportPlan> = {}): Promise<ImportPlan> {
  const { reading, table } = await call.previewImport({ file, name, reading: {} });
  return { reading, table, mode: 'create', into: 'open', ...change };
}

const csv = (count: number) =>
  new Blob([`id,word\n${Array.from({ length: count }, (_, index) => `${index},word ${index}`).join('\n')}\n`]);

describe('an import', () => {
  it('is on every replica at once, is one write, and can be undone', async () => {
    const opened = await lab();
    const { call, engine } = opened;
    await call.settings({ change: { scaler: { minWorkers: 3, maxWorkers: 3 } } });
    await call.execute({ sql: 'CREATE TABLE words (id, word); SELECT count(*) FROM words' });
    expect(await rows(opened, 'SELECT count(*) FROM words')).toEqual([[0]]);
    const before = engine.plane.version.logNumber;
    const plan = await planOf(opened, csv(1000), 'words.csv', { mode: 'append' });
    const { report, database, point } = await call.importFile({ file: csv(1000), name: 'words.csv', plan });
    expect([report.rows, database.version.logNumber]).toEqual([1000, before + 1]);
    expect(await rows(opened, 'SELECT count(*), sum(id) FROM words')).toEqual([[1000, 499_500]]);
    for (const { calls } of engine.fleet.workers) {
      const reply = await calls.call.run(runRequest('SELECT count(*) FROM words'));
      expect(reply.kind === 'rows' && rowsOf(reply.result)).toEqual([[1000]]);
    }
    expect(engine.fleet.workers.length).toBeGreaterThan(1);
    await call.execute({ sql: "INSERT INTO words VALUES (-1, 'after')" });
    expect(await rows(opened, 'SELECT count(*) FROM words')).toEqual([[1001]]);
    await call.restorePoint({ id: point!.id });
    expect(await rows(opened, 'SELECT count(*) FROM words')).toEqual([[0]]);
  });

  it('lets reads go on and makes writes wait, and loses none of them', async () => {
    const opened = await lab();
    const { call, engine } = opened;
    await call.execute({ sql: 'CREATE TABLE log (n)' });
    // What holds everybody else off does not hold reads off.
    expect(await engine.turnstile.alone(() => rows(opened, 'SELECT count(*) FROM log'))).toEqual([[0]]);
    const file = csv(20_000);
    const plan = await planOf(opened, file, 'words.csv');
    const order: string[] = [];
    const importing = call.importFile({ file, name: 'words.csv', plan }).then(() => order.push('import'));
    const writing = call.execute({ sql: 'INSERT INTO log VALUES (1)' }).then(() => order.push('write'));
    await Promise.all([importing, writing]);
    expect(order).toEqual(['import', 'write']);
    expect(await rows(opened, 'SELECT (SELECT count(*) FROM words), (SELECT count(*) FROM log)')).toEqual([
      [20_000, 1],
    ]);
  });

  it('leaves nothing behind when it is cancelled, fails, or its worker dies', async () => {
    const opened = await lab();
    const { call, engine, workers } = opened;
    // Of several pieces, so that a cancel or a death comes between two.
    const file = csv(150_000);
    const plan = await planOf(opened, file, 'words.csv');
    const { version } = engine.plane;
    await expect(
      call.importFile(
        { file, name: 'words.csv', plan },
        {
          cancelWith: (cancel) => {
            queueMicrotask(cancel);
          },
        },
      ),
    ).rejects.toMatchObject({ code: 'cancelled' });
    const dying = call.importFile(
      { file, name: 'words.csv', plan },
      {
        onProgress: () => {
          const used = new Set(engine.fleet.workers.map(({ handle }) => handle));
          for (const worker of workers) if (!used.has(worker)) worker.fail('out of memory, for the test');
        },
      },
    );
    await expect(dying).rejects.toThrow(/The worker that read the file died/);
    const unique = await planOf(opened, new Blob(['id\n1\n']), 'a.csv', { mode: 'append', table: 'nowhere' });
    await expect(call.importFile({ file: new Blob(['id\n1\n']), name: 'a.csv', plan: unique })).rejects.toThrow(
      /no table named nowhere/,
    );
    expect(engine.plane.version).toEqual(version);
    expect(await rows(opened, "SELECT count(*) FROM sqlite_schema WHERE name = 'words'")).toEqual([[0]]);
    const { report } = await call.importFile({ file: csv(3), name: 'words.csv', plan });
    expect(report.rows).toBe(3);
  });

  it('and the way back take the place of a temporary table of the same name, and say so', async () => {
    const opened = await lab();
    const { call, engine } = opened;
    await call.settings({ change: { scaler: { minWorkers: 2, maxWorkers: 2 } } });
    const everywhere = async (sql: string) => {
      const replies = await Promise.all(engine.fleet.workers.map(({ calls }) => calls.call.run(runRequest(sql))));
      return [...new Set(replies.map((reply) => JSON.stringify(reply.kind === 'rows' && rowsOf(reply.result))))];
    };
    const notesOf = async (sql: string) => (await call.execute({ sql, cache: false })).notes;
    await call.execute({ sql: "CREATE TEMP TABLE words (id, word); INSERT INTO words VALUES (1, 'temporary')" });
    const plan = await planOf(opened, csv(1), 'words.csv');
    const { report } = await call.importFile({ file: csv(1), name: 'words.csv', plan });
    const dropped = expect.stringMatching(/The temporary (words|z) was dropped: the database has/) as string;
    expect(report.notes).toContainEqual(dropped);
    expect(await everywhere('SELECT word FROM words')).toEqual(['[["word 0"]]']);
    expect(await notesOf('SELECT * FROM words')).toEqual([dropped]);
    expect(await notesOf("UPDATE words SET word = 'x'")).toEqual([]);
    expect(await everywhere('SELECT word FROM words')).toEqual(['[["x"]]']);
    await call.execute({ sql: "CREATE TABLE z (a); INSERT INTO z VALUES ('main')" });
    const point = await call.makePoint({ name: 'with z' });
    await call.execute({ sql: 'DROP TABLE z' });
    await call.execute({ sql: "CREATE TEMP TABLE z (a); INSERT INTO z VALUES ('temporary')" });
    await call.restorePoint({ id: point.id });
    expect(await everywhere('SELECT a FROM z')).toEqual(['[["main"]]']);
    expect(await notesOf('SELECT * FROM z')).toEqual([dropped]);
  });

  it('makes a new database, named after the file', async () => {
    const opened = await lab();
    const { call } = opened;
    const script = new Blob(["CREATE TABLE a (x); INSERT INTO a VALUES ('y'); CREATE INDEX i ON a (x);"]);
    const plan = await planOf(opened, script, 'notes.2024.sql', { into: 'new' });
    const { database, point } = await call.importFile({ file: script, name: 'notes.2024.sql', plan });
    expect(database.source).toEqual({ type: 'file', name: 'notes.2024.sqlite' });
    expect(point).toBeNull();
    expect(await rows(opened, 'SELECT x, (SELECT count(*) FROM sqlite_schema) FROM a')).toEqual([['y', 2]]);
    expect(await rows(opened, 'PRAGMA integrity_check')).toEqual([['ok']]);
    const nothing = new Blob(['SELECT 1;']);
    const empty = await planOf(opened, nothing, 'nothing.sql', { into: 'new' });
    await expect(call.importFile({ file: nothing, name: 'nothing.sql', plan: empty })).rejects.toThrow(/made no table/);
    expect(await rows(opened, 'SELECT x FROM a')).toEqual([['y']]);
  });
});

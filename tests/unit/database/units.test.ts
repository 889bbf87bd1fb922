import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { rowsOf } from '../../../src/database/rows/columns.ts';
import type { PageRecord, Snapshot, SqlValue, UnitReply, UnitRequest } from '../../../src/database/protocol.ts';
import { byteLengthOf, foldRecords, materialize } from '../../../src/database/file/records.ts';
import { emptyDatabase } from '../../../src/database/file/snapshot-file.ts';
import { HARD_SCHEMA, randomUpkeep, randomWrite } from './random-sql.ts';
import { databaseWith, openOn, runRequest, snapshotOf, sqlite, startServer, unitRequest } from './support.ts';

type Server = Awaited<ReturnType<typeof startServer>>;

let base: Uint8Array;
let primary: Server;
let replica: Server;
let log: PageRecord[];

beforeAll(async () => {
  base = databaseWith(await sqlite(), HARD_SCHEMA);
  primary = await startServer();
  replica = await startServer();
});

afterEach(() => vi.restoreAllMocks());

beforeEach(async () => {
  log = [];
  await primary.attach({ snapshot: snapshotOf(base), role: 'primary', epoch: 1, pragmas: [] });
  await replica.attach({ snapshot: snapshotOf(base), role: 'replica', epoch: 1, pragmas: [] });
});

/** Runs a unit as the engine does: numbers the record, keeps it, sends it on. */
async function unit(sql: string, more: Partial<UnitRequest> = {}): Promise<UnitReply> {
  const reply = await primary.unit(unitRequest(sql, more));
  if (reply.record) {
    log.push({ ...reply.record, logNumber: log.length + 1 });
    await replica.apply({ records: log.slice(-1) });
  }
  if (reply.pragmas.length > 0) await replica.setPragmas({ pragmas: reply.pragmas });
  return reply;
}

async function rows(server: Server, sql: string): Promise<SqlValue[][]> {
  const reply = await server.run(runRequest(sql));
  if (reply.kind !== 'rows') throw new Error(`${sql} was sent elsewhere`);
  return rowsOf(reply.result);
}

const snapshot = (): Snapshot => ({ ...snapshotOf(base), records: log });

describe('a unit', () => {
  it('commits statement by statement unless it says BEGIN', async () => {
    const reply = await unit(
      'INSERT INTO apart VALUES (3); INSERT INTO nosuch VALUES (1); INSERT INTO apart VALUES (4)',
    );
    expect(reply.error).toMatchObject({ statementIndex: 1, code: 'sql', message: 'no such table: nosuch' });
    expect(reply.error?.detail?.start).toBe(42); // 30 characters to the second statement, 12 more to the name
    expect(reply.rolledBack).toBe(false);
    expect(reply.record?.tablesWritten).toEqual(['apart']);
    expect(await rows(replica, 'SELECT v FROM apart')).toEqual([[1], [2], [3]]);
  });

  it('rolls back what BEGIN left open, on an error and at the end, and says so', async () => {
    const failed = await unit(
      "INSERT INTO apart VALUES (3); BEGIN; DELETE FROM apart; INSERT INTO flat VALUES (1, 'x', 0); SELECT 1",
    );
    expect(failed).toMatchObject({ rolledBack: true, error: { statementIndex: 3, code: 'sql' } });
    // The first stood alone and stays; BEGIN and DELETE went with their transaction.
    expect(failed.statements.map((statement) => statement.rolledBack)).toEqual([false, true, true]);
    expect(failed.record?.tablesWritten).toEqual(['apart']);
    const open = await unit('BEGIN; DELETE FROM apart');
    expect(open).toMatchObject({ rolledBack: true, error: null, record: null });
    expect(await rows(replica, 'SELECT count(*) FROM apart')).toEqual([[3]]);
    expect(await rows(primary, 'SELECT count(*) FROM apart')).toEqual([[3]]);
  });

  it('asks SQLite whether a transaction is open: OR ROLLBACK ends one, OR FAIL commits half a statement', async () => {
    const ended = await unit("BEGIN; DELETE FROM apart; INSERT OR ROLLBACK INTO flat VALUES (9, 'n', 0), (1, 'x', 0)");
    expect(ended).toMatchObject({ rolledBack: true, record: null });
    const half = await unit("INSERT OR FAIL INTO flat VALUES (9, 'n', 0), (1, 'x', 0)");
    expect(half).toMatchObject({ rolledBack: false, error: { code: 'sql' } });
    expect(half.record?.tablesWritten).toEqual(['flat']);
    expect(await rows(replica, "SELECT count(*) FROM flat WHERE b = 'n'")).toEqual([[1]]);
  });

  it('keeps savepoints that were released and drops those that were not', async () => {
    const reply = await unit(
      'SAVEPOINT a; INSERT INTO apart VALUES (3); SAVEPOINT b; DELETE FROM apart; ROLLBACK TO b; RELEASE a; SAVEPOINT c; DELETE FROM apart',
    );
    expect(reply).toMatchObject({ rolledBack: true, error: null });
    expect(await rows(replica, 'SELECT sum(v) FROM apart')).toEqual([[6]]);
  });

  it('classifies a statement after the ones before it ran', async () => {
    const reply = await unit('CREATE TABLE fresh (a, b); INSERT INTO fresh VALUES (1, 2); SELECT * FROM fresh');
    expect(reply.statements.map(({ classification }) => classification.kind)).toEqual(['schema', 'write', 'read']);
    expect(rowsOf(reply.statements[2].result!)).toEqual([[1, 2]]);
    expect(reply.record?.tablesWritten).toEqual(['fresh', 'sqlite_schema']);
    expect(await rows(replica, 'SELECT * FROM fresh')).toEqual([[1, 2]]);
  });

  it('gives rows of RETURNING, counts of changes, and parameters to each statement', async () => {
    const reply = await unit(
      'INSERT INTO apart VALUES (?), (?) RETURNING v; DELETE FROM apart WHERE v > :low; SELECT ?',
      {
        parameters: [[5, 6], { ':low': 1 }, ['x']],
      },
    );
    expect(rowsOf(reply.statements[0].result!)).toEqual([[5], [6]]);
    expect(reply.statements.map(({ rowsChanged }) => rowsChanged)).toEqual([2, 3, 0]);
    expect(rowsOf(reply.statements[2].result!)).toEqual([['x']]);
  });

  it('a missing parameter stops it, and is named', async () => {
    const reply = await unit('INSERT INTO apart VALUES (:amount)');
    expect(reply.error).toMatchObject({ code: 'parameters', message: expect.stringContaining(':amount') });
    expect(reply.record).toBeNull();
  });

  it('hands settings on to the replicas, and honours them at once', async () => {
    const reply = await unit('PRAGMA foreign_keys = ON; DELETE FROM parent WHERE id = 1');
    expect(reply.pragmas).toEqual(['PRAGMA foreign_keys = ON']);
    // With keys enforced the DELETE cascades; classified with the setting of before, child would be missing.
    expect(reply.record?.tablesWritten).toEqual(expect.arrayContaining(['child', 'grandchild', 'parent']));
    expect(await rows(replica, 'PRAGMA foreign_keys')).toEqual([[1]]);
  });

  it.each([
    ["ATTACH 'x' AS y", 'one database'],
    ['PRAGMA journal_mode = WAL', 'journal'],
    ['PRAGMA locking_mode = EXCLUSIVE', 'NORMAL'],
    ["VACUUM INTO 'x'", 'file system'],
    ['PRAGMA nonsense = 1', 'not available'],
  ])('refuses %s with a reason', async (sql, reason) => {
    expect((await unit(sql)).error).toMatchObject({ code: 'refused', message: expect.stringContaining(reason) });
  });

  it('refuses a temporary table that would hide one of the database', async () => {
    const reply = await unit('CREATE TEMP TABLE apart (other); SELECT * FROM apart');
    expect(reply.error).toMatchObject({ code: 'refused', message: expect.stringContaining('apart') });
    expect(await rows(primary, 'SELECT v FROM apart')).toEqual([[1], [2]]);
  });

  it('drops temporary tables and views that a record from outside would have stand behind them', async () => {
    await unit('CREATE TEMP TABLE Words (a); CREATE TEMP VIEW v AS SELECT 1; CREATE TEMP TABLE draft AS SELECT 5 AS a');
    // Made on a replica, as an import is made on a fork.
    await replica.promote({ epoch: 2, logNumber: log.length });
    const sql = "CREATE TABLE words (a); INSERT INTO words VALUES ('main'); CREATE TABLE V (a)";
    const { record } = await replica.unit(unitRequest(sql, { epoch: 2 }));
    const reply = await primary.apply({ records: [{ ...record!, logNumber: log.length + 1 }] });
    expect(reply.displaced.sort()).toEqual(['Words', 'v']);
    expect(await rows(primary, 'SELECT * FROM words')).toEqual([['main']]);
    expect(await rows(primary, 'SELECT count(*) FROM v')).toEqual([[0]]);
    expect(await rows(primary, 'SELECT a FROM draft')).toEqual([[5]]);
  });

  it('tells which temporary objects PRAGMA temp_store removed, and no others', async () => {
    await unit('CREATE TEMP TABLE draft (a); CREATE TEMP TABLE other (a)');
    const reply = await unit('DROP TABLE other; PRAGMA foreign_keys = 1; PRAGMA temp_store = 2');
    expect([reply.temporary, reply.temporaryEmptied]).toEqual([[], ['draft']]);
    const rolledBack = await unit('BEGIN; CREATE TEMP TABLE gone (a); ROLLBACK; PRAGMA foreign_keys = 0');
    expect([rolledBack.temporary, rolledBack.temporaryEmptied]).toEqual([[], []]);
    const again = await unit('PRAGMA temp_store = 1; PRAGMA temp_store = 2; CREATE TEMP TABLE late (a)');
    expect([again.temporary, again.temporaryEmptied]).toEqual([[], ['late']]);
  });

  it('is not run for another epoch, nor by a replica', async () => {
    await expect(primary.unit(unitRequest('DELETE FROM apart', { epoch: 2 }))).rejects.toMatchObject({
      code: 'stale-epoch',
    });
    await expect(replica.unit(unitRequest('DELETE FROM apart'))).rejects.toMatchObject({ code: 'stale-epoch' });
    await replica.promote({ epoch: 2, logNumber: log.length });
    expect((await replica.unit(unitRequest('DELETE FROM apart', { epoch: 2 }))).record?.epoch).toBe(2);
  });

  it('is cancelled inside BEGIN with nothing left of it', async () => {
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const server = await startServer(cell);
    await server.attach({ snapshot: snapshotOf(base), role: 'primary', epoch: 1, pragmas: [] });
    // The look before each of the three statements finds nothing; those while the third runs find the cancel.
    let looks = 0;
    vi.spyOn(Atomics, 'load').mockImplementation((() => (looks++ < 3 ? 0 : 7)) as unknown as typeof Atomics.load);
    Atomics.store(cell, 0, 7);
    const endless = 'WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) INSERT INTO apart SELECT i FROM r';
    const reply = await server.unit(unitRequest(`BEGIN; DELETE FROM apart; ${endless}`, { cancelValue: 7 }));
    expect(reply).toMatchObject({ rolledBack: true, record: null, error: { code: 'cancelled', statementIndex: 2 } });
    expect(await rows(server, 'SELECT count(*) FROM apart')).toEqual([[2]]);
  });

  it('of many short statements heeds its deadline between them, and keeps what was committed before', async () => {
    const reply = await unit('INSERT INTO apart VALUES (0);'.repeat(5000), { deadlineMs: 1 });
    expect(reply.error?.code).toBe('deadline');
    expect(reply.error!.statementIndex).toBe(reply.statements.length);
    expect(await rows(replica, 'SELECT count(*) FROM apart')).toEqual([[2 + reply.statements.length]]);
  });

  it('with a NUL in its second statement keeps and tells the first', async () => {
    const reply = await unit("INSERT INTO apart VALUES (3); SELECT 'a\0b'");
    expect(reply.error).toMatchObject({ statementIndex: 1, code: 'sql', detail: { start: 39, end: 40 } });
    expect(await rows(replica, 'SELECT count(*) FROM apart')).toEqual([[3]]);
  });

  it('sets everywhere what SQLite passes over inside a transaction', async () => {
    await unit('BEGIN; PRAGMA foreign_keys = ON; COMMIT');
    expect([await rows(primary, 'PRAGMA foreign_keys'), await rows(replica, 'PRAGMA foreign_keys')]).toEqual([
      [[1]],
      [[1]],
    ]);
  });
});

describe('the shape of the file', () => {
  const shape = async (server: Server): Promise<SqlValue[]> => {
    const asked = ['PRAGMA page_size', 'PRAGMA auto_vacuum', 'PRAGMA encoding', 'PRAGMA page_count'];
    return (await Promise.all(asked.map((sql) => rows(server, sql)))).map(([[value]]) => value);
  };
  const equal = async (): Promise<void> => {
    expect(await shape(replica)).toEqual(await shape(primary));
    expect(await rows(replica, 'SELECT * FROM both_views')).toEqual(await rows(primary, 'SELECT * FROM both_views'));
    expect(await rows(replica, 'PRAGMA integrity_check')).toEqual([['ok']]);
  };

  it.each([512, 1024, 8192, 65536])('VACUUM takes a page size of %d to every replica', async (size) => {
    const before = await rows(primary, 'SELECT * FROM parent');
    // Only VACUUM acts on it, also when it is another unit, and written with quotes.
    await unit(`PRAGMA "page_size" = ${size}; CREATE TEMP TABLE mine AS SELECT 5 AS five`);
    expect((await shape(replica))[0]).toBe(4096);
    const { error, record } = await unit('VACUUM -- now');
    expect(error).toBeNull();
    expect(record).toMatchObject({ pageSize: 4096, tablesWritten: null });
    expect((await shape(replica))[0]).toBe(size);
    await equal();
    expect(await rows(replica, 'SELECT * FROM parent')).toEqual(before);
    expect(await rows(primary, 'SELECT five FROM mine')).toEqual([[5]]);
    const whole = materialize(snapshot());
    expect(whole.length).toBe(size * Number((await shape(replica))[3]));
    expect(byteLengthOf(snapshot())).toBe(whole.length);
    // The heir goes on with the same pages, and back again.
    await replica.promote({ epoch: 2, logNumber: log.length });
    const { record: next } = await replica.unit(
      unitRequest('DELETE FROM child; PRAGMA page_size = 4096; VACUUM', { epoch: 2 }),
    );
    await primary.apply({ records: [{ ...next!, logNumber: log.length + 1 }] });
    expect((await shape(primary))[0]).toBe(4096);
    await equal();
  });

  it('changes with auto_vacuum, which the heir keeps up', async () => {
    await unit('PRAGMA auto_vacuum = FULL; VACUUM');
    expect((await shape(replica))[1]).toBe(1);
    await replica.promote({ epoch: 2, logNumber: log.length });
    const fill = 'WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 900)';
    const sql = `CREATE TABLE wide AS ${fill} SELECT printf('%.300c', 'x') AS x FROM r; DELETE FROM wide WHERE rowid < 800`;
    const { record } = await replica.unit(unitRequest(sql, { epoch: 2 }));
    await primary.apply({ records: [{ ...record!, logNumber: log.length + 1 }] });
    expect(await rows(primary, 'PRAGMA freelist_count')).toEqual([[0]]);
    await equal();
  });

  it('is free while there is no table: page size, auto_vacuum and encoding hold at once', async () => {
    const empty = emptyDatabase(await sqlite());
    base = empty;
    await primary.attach({ snapshot: snapshotOf(empty), role: 'primary', epoch: 1, pragmas: [] });
    await replica.attach({ snapshot: snapshotOf(empty), role: 'replica', epoch: 1, pragmas: [] });
    expect(await rows(replica, 'SELECT count(*) FROM sqlite_schema')).toEqual([[0]]);
    await unit("PRAGMA page_size = 1024; PRAGMA auto_vacuum = 2; PRAGMA encoding = 'UTF-16be'");
    await unit("CREATE TABLE words (w); INSERT INTO words VALUES ('grün'), ('🚀')");
    expect((await shape(replica)).slice(0, 3)).toEqual([1024, 2, 'UTF-16be']);
    expect(await rows(replica, 'SELECT w, hex(w) FROM words')).toEqual(
      await rows(primary, 'SELECT w, hex(w) FROM words'),
    );
    await replica.promote({ epoch: 2, logNumber: log.length });
    const { record } = await replica.unit(unitRequest("INSERT INTO words VALUES ('äöü')", { epoch: 2 }));
    await primary.apply({ records: [{ ...record!, logNumber: log.length + 1 }] });
    expect(await rows(primary, 'SELECT max(rowid), hex(w) FROM words')).toEqual([[3, '00E400F600FC']]);
    base = databaseWith(await sqlite(), HARD_SCHEMA);
  });

  it('a VACUUM that cannot run leaves it as it was', async () => {
    const { error } = await unit('PRAGMA page_size = 1024; BEGIN; VACUUM; COMMIT');
    expect(error?.message).toContain('cannot VACUUM from within a transaction');
    expect((await shape(primary))[0]).toBe(4096);
    await equal();
  });
});

describe('replicas', () => {
  it.each(['first', 'second'])(
    'equal the primary after every record: random units, seed %s',
    async (seed) => {
      const random = createRandom(seed);
      for (let round = 0; round < 15; round++) {
        const statements = Array.from({ length: 1 + random.below(4) }, () =>
          random.below(6) === 0 ? randomUpkeep(random) : randomWrite(random),
        );
        const script = statements.join('; ');
        const kind = random.below(4);
        await unit(kind === 0 ? `BEGIN; ${script}; COMMIT` : kind === 1 ? `BEGIN; ${script}; ROLLBACK` : script);
        for (const sql of [
          'SELECT name, sql FROM sqlite_schema',
          'SELECT * FROM parent',
          'SELECT * FROM counted',
          'SELECT * FROM both_views',
        ]) {
          expect(await rows(replica, sql)).toEqual(await rows(primary, sql));
        }
      }
      expect(await rows(replica, 'PRAGMA integrity_check')).toEqual([['ok']]);
      expect((await replica.health({})).version).toEqual((await primary.health({})).version);
      // The log is the database: laid over the base it gives a sound file with the same rows, folded at any point or not.
      const whole = materialize(snapshot());
      const middle = Math.floor(log.length / 2);
      const folded = foldRecords({ ...snapshot(), records: log.slice(0, middle) });
      expect(materialize({ ...folded, records: log.slice(middle) })).toEqual(whole);
      const opened = openOn(await sqlite(), whole);
      expect(opened.query('PRAGMA integrity_check')).toEqual([['ok']]);
      expect(opened.query('SELECT * FROM parent')).toEqual(await rows(primary, 'SELECT * FROM parent'));
      opened.close();
    },
    30_000,
  );

  it('see random() and now as the primary wrote them', async () => {
    await unit("INSERT INTO counted (v) SELECT random() || strftime('%f', 'now') FROM parent");
    expect(await rows(replica, 'SELECT v FROM counted')).toEqual(await rows(primary, 'SELECT v FROM counted'));
  });

  it('refuse a record out of order, and take their own primary record twice', async () => {
    const { record } = await primary.unit(unitRequest('DELETE FROM apart'));
    await expect(replica.apply({ records: [{ ...record!, logNumber: 2 }] })).rejects.toMatchObject({
      code: 'record-gap',
    });
    await primary.apply({ records: [{ ...record!, logNumber: 1 }] });
    expect((await primary.health({})).version.logNumber).toBe(1);
    // It must not become the primary either.
    await expect(replica.promote({ epoch: 2, logNumber: 1 })).rejects.toMatchObject({ code: 'record-gap' });
  });

  it('read new statistics after ANALYZE', async () => {
    await unit('CREATE INDEX apart_v ON apart (v); ANALYZE');
    expect(await rows(replica, "SELECT stat FROM sqlite_stat1 WHERE idx = 'apart_v'")).toEqual([['2 1']]);
    expect((await replica.health({})).schemaCookie).toBe((await primary.health({})).schemaCookie);
  });

  it('send on what is not theirs, and say what it holds', async () => {
    const elsewhere = async (sql: string): Promise<(string | undefined)[]> => {
      const reply = await replica.run(runRequest(sql));
      return reply.kind === 'elsewhere' ? reply.statements.map(({ classification }) => classification?.kind) : ['here'];
    };
    expect(await elsewhere('DELETE FROM apart')).toEqual(['write']);
    expect(await elsewhere('SELECT 1; SELECT 2')).toEqual(['read', 'read']);
    expect(await elsewhere('SELECT last_insert_rowid()')).toEqual(['read']);
    expect(await elsewhere('SELECT * FROM maybe_temporary')).toEqual([undefined]);
    expect(await elsewhere('SELECT 1;')).toEqual(['here']);
    expect(await elsewhere('EXPLAIN DELETE FROM apart')).toEqual(['here']);
    await expect(replica.run(runRequest('SELEC 1'))).rejects.toMatchObject({
      code: 'sql',
      detail: { start: 0, end: 5 },
    });
    await expect(replica.run(runRequest(' -- nothing'))).rejects.toMatchObject({ code: 'sql' });
  });

  it('run a proved text under the names of the text that was asked, at exactly the version that it was sent for', async () => {
    const proved = async (by: number, historyId?: string) => {
      const { version } = await replica.health({});
      const at = { historyId: historyId ?? version.historyId, logNumber: version.logNumber + by };
      return replica.run(
        runRequest('SELECT v AS asked FROM apart', { proved: { sql: 'SELECT v + 0 FROM apart', at } }),
      );
    };
    expect(await proved(0)).toMatchObject({
      kind: 'rows',
      result: { names: ['asked'] },
      classification: { tablesRead: ['apart'] },
      rewritten: true,
    });
    const asTyped = { kind: 'rows', result: { names: ['asked'] }, rewritten: false };
    expect(await proved(-1)).toMatchObject(asTyped);
    expect(await proved(1)).toMatchObject(asTyped);
    expect(await proved(0, 'another')).toMatchObject(asTyped);
  });

  it('say whether a statement asked for the time', async () => {
    const asked = async (sql: string): Promise<boolean> => {
      const reply = await replica.run(runRequest(sql));
      return reply.kind === 'rows' && reply.readClock;
    };
    expect(await asked("SELECT date('now')")).toBe(true);
    expect(await asked("SELECT datetime('2020-01-01', 'localtime')")).toBe(true);
    expect(await asked("SELECT date('2020-01-01', '+1 day')")).toBe(false);
    expect(await asked("SELECT date('now') WHERE 0")).toBe(false);
  });

  it('stop a runaway query at its deadline and go on', async () => {
    const endless = 'WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r';
    await expect(replica.run(runRequest(endless, { deadlineMs: 30 }))).rejects.toMatchObject({ code: 'deadline' });
    expect(await rows(replica, 'SELECT count(*) FROM apart')).toEqual([[2]]);
    await unit('DELETE FROM apart');
    expect(await rows(replica, 'SELECT count(*) FROM apart')).toEqual([[0]]);
  });
});

it('lays a record in shared memory where threads may share, and else in memory that can be handed over', async () => {
  const sharing = await startServer(new Int32Array(new SharedArrayBuffer(4)));
  await sharing.attach({ snapshot: snapshotOf(base), role: 'primary', epoch: 1, pragmas: [] });
  const sql = 'CREATE TABLE shared_or_not (x)';
  const [shared, own] = [await sharing.unit(unitRequest(sql)), await primary.unit(unitRequest(sql))];
  expect(shared.record!.pages.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(own.record!.pages.buffer).toBeInstanceOf(ArrayBuffer);
  expect([...shared.record!.pages]).toEqual([...own.record!.pages]);
});

/** A running worker that is attached to other data goes on with its connection: nothing may show that it was not a new one. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { PagedFile } from '../../../src/database/file/paged-file.ts';
import { takeRecord } from '../../../src/database/file/records.ts';
import type { AttachRequest, Snapshot } from '../../../src/database/protocol.ts';
import { rowsOf } from '../../../src/database/rows/columns.ts';
import { runRead } from '../../../src/database/rows/read.ts';
import { calibrate } from '../../../src/database/sqlite/internals.ts';
import { Session } from '../../../src/database/session.ts';
import { runUnit } from '../../../src/database/unit.ts';
import type { SqliteModule } from '../../../src/database/sqlite/sqlite-module.ts';
import { HARD_SCHEMA, randomRead, randomUpkeep, randomWrite } from './random-sql.ts';
import { databaseWith, openOn, runRequest, snapshotOf, sqlite, startServer, unitRequest } from './support.ts';

let module: SqliteModule;

beforeAll(async () => {
  module = await sqlite();
});

const replicaOf = (snapshot: Snapshot, more: Partial<AttachRequest> = {}): AttachRequest => ({
  snapshot,
  role: 'replica',
  epoch: 1,
  pragmas: [],
  ...more,
});

/** What a statement gives: rows, that it belongs elsewhere, or its error. */
function answerOf(session: Session, sql: string): unknown {
  try {
    const reply = runRead(session, runRequest(sql), {});
    return reply.kind === 'rows' ? [rowsOf(reply.result), reply.classification] : reply;
  } catch (error) {
    return String(error);
  }
}

const LOOK = [
  'PRAGMA integrity_check',
  'SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid',
  'PRAGMA page_count',
  'PRAGMA freelist_count',
  'PRAGMA encoding',
  'PRAGMA auto_vacuum',
  'PRAGMA page_size',
  'PRAGMA cache_size',
  'PRAGMA journal_mode',
  'PRAGMA user_version',
  'SELECT name FROM temp.sqlite_schema',
];

function expectAsNew(session: Session, request: AttachRequest, statements: readonly string[]): void {
  const fresh = new Session(module, request);
  try {
    for (const sql of [...statements, ...LOOK])
      expect([sql, answerOf(session, sql)]).toEqual([sql, answerOf(fresh, sql)]);
    expect(session.version).toEqual(fresh.version);
    expect(session.pragmas).toEqual(fresh.pragmas);
    expect(session.connection.schemaCookie()).toBe(fresh.connection.schemaCookie());
    const [moved, opened] = [session, fresh].map(({ connection }) => connection.file.toBytes());
    expect(Buffer.compare(moved, opened)).toBe(0);
  } finally {
    fresh.connection.close();
  }
}

/** Bases that SQLite could take for one another (equal counters and sizes), grown ones, and ones with records on top. */
function manySnapshots(seed: number): Snapshot[] {
  const random = createRandom(seed);
  const snapshots: Snapshot[] = [];
  for (let one = 0; one < 10; one++) {
    const base = databaseWith(
      module,
      `${HARD_SCHEMA} UPDATE parent SET size = ${one}; CREATE ${one % 2 ? 'TABLE' : 'VIEW'} other AS SELECT ${one} AS x`,
    );
    const writer = openOn(module, base);
    const records: Snapshot['records'] = [];
    const snapshot = snapshotOf(base, `history ${one}`);
    for (let unit = 0; unit < random.below(4) * 3; unit++) {
      try {
        writer.exec(random.below(4) === 0 ? randomUpkeep(random) : randomWrite(random));
      } catch {
        // Constraints fail as they may.
      }
      writer.file.markCommitted();
      const record = takeRecord(writer.file, 1, { tablesWritten: null }, (bytes) => new Uint8Array(bytes));
      if (record) records.push({ ...record, logNumber: records.length + 1 });
    }
    writer.close();
    snapshots.push({ ...snapshot, records });
  }
  return snapshots;
}

it.each(['PRAGMA auto_vacuum = FULL', 'EXPLAIN PRAGMA auto_vacuum = FULL', 'PRAGMA main.auto_vacuum(2)'])(
  'VACUUM heeds no %s that was asked of the former database',
  (sql) => {
    const before = new Session(module, replicaOf(snapshotOf(databaseWith(module, 'CREATE TABLE before (x)'))));
    answerOf(before, sql);
    const after = new Session(module, replicaOf(snapshotOf(databaseWith(module, 'CREATE TABLE after (x)'))), before);
    expect(after.connection).toBe(before.connection);
    after.promote(2, 0);
    expect(runUnit(after, unitRequest('VACUUM', { epoch: 2 }), null).error).toBeNull();
    expect(after.connection.number('PRAGMA auto_vacuum')).toBe(0);
    after.connection.close();
  },
);

it('gives what a new connection gives, over any sequence of databases, statements and records', () => {
  const random = createRandom(11);
  const snapshots = manySnapshots(5);
  let session = new Session(module, replicaOf(snapshots[0]));
  const { connection } = session;
  const opened = module.files.size;
  for (let step = 0; step < 30; step++) {
    const whole = snapshots[random.below(snapshots.length)];
    // Often with records left to come, as the log brings them.
    const kept = random.below(whole.records.length + 1);
    const snapshot = { ...whole, records: whole.records.slice(0, kept) };
    session = new Session(module, replicaOf(snapshot), session);
    const statements = Array.from({ length: 4 }, () => randomRead(random));
    expectAsNew(session, replicaOf(snapshot), [...statements, 'SELECT * FROM other', 'INSERT INTO apart VALUES (1)']);
    session.apply(whole.records.slice(kept));
    expectAsNew(session, replicaOf(whole), statements);
  }
  // It was one connection all along, and the only one left.
  expect(session.connection).toBe(connection);
  expect(module.files.size).toBe(opened);
  session.connection.close();
  expect(module.files.size).toBe(opened - 1);
});

describe('another file', () => {
  const rows = `CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (1, 'é'), (2, 'zwei')`;
  const first = (): Session => {
    const session = new Session(module, replicaOf(snapshotOf(databaseWith(module, 'CREATE TABLE before (x)'))));
    expect(answerOf(session, 'SELECT * FROM before')).not.toEqual([]);
    return session;
  };
  const withByte = (bytes: Uint8Array, places: Record<number, number>): Uint8Array => {
    const copy = bytes.slice();
    for (const [at, value] of Object.entries(places)) copy[Number(at)] = value;
    return copy;
  };
  const shaped = (pragma: string): Uint8Array => {
    const raw = new module.raw.Database();
    raw.run(`${pragma}; ${rows}`);
    const bytes = raw.export();
    raw.close();
    return bytes;
  };

  it.each([
    ['of the same shape', true, () => databaseWith(module, rows)],
    ['in WAL mode', true, () => withByte(databaseWith(module, rows), { 18: 2, 19: 2 })],
    ['without a page count', true, () => withByte(databaseWith(module, rows), { 28: 0, 29: 0, 30: 0, 31: 0 })],
    ['in UTF-16', false, () => shaped("PRAGMA encoding = 'UTF-16le'")],
    ['with smaller pages', false, () => shaped('PRAGMA page_size = 1024')],
    ['with larger pages', false, () => shaped('PRAGMA page_size = 16384')],
    ['with auto-vacuum', false, () => shaped('PRAGMA auto_vacuum = INCREMENTAL')],
    ['that only later versions may write', false, () => withByte(databaseWith(module, rows), { 18: 3 })],
    ['of no bytes', false, () => new Uint8Array(0)],
  ])('%s: the same connection or not (%s), the same answers, there and back', (_what, moves, make) => {
    let session = first();
    const request = replicaOf({ ...snapshotOf(make()), pageSize: 16384 });
    const { connection } = session;
    session = new Session(module, request, session);
    expect(session.connection === connection).toBe(moves);
    const statements = [
      'SELECT * FROM t',
      "SELECT id FROM t WHERE name = 'é'",
      'SELECT * FROM before',
      'SELECT upper(name) FROM t',
    ];
    expectAsNew(session, request, statements);
    const back = replicaOf(snapshotOf(databaseWith(module, 'CREATE TABLE before (x)')));
    session = new Session(module, back, session);
    expectAsNew(session, back, statements);
    session.connection.close();
  });

  it('that SQLite does not notice is opened anew', () => {
    const session = first();
    const noticed = vi.spyOn(PagedFile.prototype, 'isNoticed', 'get').mockReturnValue(false);
    const request = replicaOf(snapshotOf(databaseWith(module, rows)));
    const next = new Session(module, request, session);
    noticed.mockRestore();
    expect(next.connection).not.toBe(session.connection);
    expectAsNew(next, request, ['SELECT * FROM t']);
    next.connection.close();
  });

  it('with the counters of the one before is taken for it where nothing tells SQLite', () => {
    const session = first();
    const reading = vi.spyOn(PagedFile.prototype, 'subarray').mockImplementation(function (
      this: PagedFile,
      begin,
      end,
    ) {
      return this.read(begin, end - begin);
    });
    const noticed = vi.spyOn(PagedFile.prototype, 'isNoticed', 'get').mockReturnValue(true);
    const next = new Session(module, replicaOf(snapshotOf(databaseWith(module, 'CREATE TABLE after (x)'))), session);
    expect(next.connection).toBe(session.connection);
    expect(answerOf(next, 'SELECT * FROM before')).not.toContain('no such table');
    for (const spy of [reading, noticed]) spy.mockRestore();
    next.connection.close();
  });

  it('that is broken is refused with the same words, and the worker serves on', async () => {
    const whole = databaseWith(module, rows);
    const schemaAt = Buffer.from(whole).indexOf('CREATE TABLE t');
    const broken = [
      withByte(whole, { [schemaAt + 1]: 0x21 }),
      withByte(whole, { 100: 7 }),
      withByte(whole, { 0: 7 }),
      whole.slice(0, 3000),
    ];
    for (const base of broken) {
      const request = replicaOf({ ...snapshotOf(base), historyId: 'broken' });
      const alone = await startServer();
      const refusal = await alone.attach(request).catch((error: unknown) => error);
      const server = await startServer();
      await server.attach(replicaOf(snapshotOf(whole)));
      const later = await server.attach(request).catch((error: unknown) => error);
      expect(later).toEqual(refusal);
      expect(refusal).toHaveProperty('code', 'not-a-database');
      await expect(server.run(runRequest('SELECT 1'))).rejects.toMatchObject({ code: 'not-attached' });
      await server.attach(replicaOf(snapshotOf(whole)));
      const reply = await server.run(runRequest('SELECT name FROM t WHERE id = 2'));
      expect(reply.kind === 'rows' && rowsOf(reply.result)).toEqual([['zwei']]);
    }
  });

  it('with a gap in its log is refused, and nothing stays open', () => {
    const session = first();
    const open = module.files.size;
    const snapshot = snapshotOf(databaseWith(module, rows));
    const [record] = manySnapshots(3).flatMap(({ records }) => records);
    const gapped = { ...snapshot, records: [{ ...record, logNumber: 7 }] };
    expect(() => new Session(module, replicaOf(gapped), session)).toThrow(
      expect.objectContaining({ code: 'record-gap' }),
    );
    expect(module.files.size).toBe(open - 1);
    expect(module.names.size).toBe(module.files.size);
  });
});

it('does so as well where the search for journals could not be hooked', () => {
  module.imports.useLookUp(null, 0, () => false);
  try {
    const snapshots = manySnapshots(6).slice(0, 4);
    let session = new Session(module, replicaOf(snapshots[0]));
    for (const snapshot of snapshots) {
      session = new Session(module, replicaOf(snapshot), session);
      expectAsNew(session, replicaOf(snapshot), ['SELECT * FROM other', 'SELECT * FROM family ORDER BY 1, 2']);
    }
    session.connection.close();
  } finally {
    calibrate(module);
  }
  expect(module.imports.hasLookUp).toBe(true);
});

describe('what the connection held before', () => {
  const base = (): Uint8Array => databaseWith(module, `CREATE TABLE t (x); INSERT INTO t VALUES ('A'), ('a')`);
  const LIKE = 'PRAGMA case_sensitive_like = ON';
  const ORDER = 'PRAGMA reverse_unordered_selects = ON';
  const ASKED = ["SELECT x FROM t WHERE x LIKE 'a'", 'SELECT x FROM t', 'PRAGMA reverse_unordered_selects'];

  it.each([
    ['none, then some', [], [LIKE], true],
    ['the same', [LIKE, ORDER], [LIKE, ORDER], true],
    ['more', [LIKE], [LIKE, ORDER], true],
    ['others', [LIKE], [ORDER], false],
    ['none any more', [LIKE, ORDER], [], false],
    ['a page size', ['PRAGMA page_size = 8192'], ['PRAGMA page_size = 8192'], false],
  ])('settings: %s', (_what, before, after, moves) => {
    const former = new Session(module, replicaOf(snapshotOf(base()), { pragmas: before }));
    for (const sql of ASKED) answerOf(former, sql);
    const request = replicaOf(snapshotOf(base()), { pragmas: after });
    const session = new Session(module, request, former);
    expect(session.connection === former.connection).toBe(moves);
    expectAsNew(session, request, ASKED);
    session.connection.close();
  });

  it("a primary's temporary tables and counts are gone, whatever it becomes", async () => {
    for (const role of ['primary', 'replica'] as const) {
      const server = await startServer();
      await server.attach(replicaOf(snapshotOf(base()), { role: 'primary' }));
      await server.unit(unitRequest("CREATE TEMP TABLE t (x); INSERT INTO temp.t VALUES ('hidden')"));
      await server.attach(replicaOf(snapshotOf(base()), { role }));
      const reply = await server.run(runRequest('SELECT x FROM t ORDER BY x'));
      expect(reply.kind === 'rows' && rowsOf(reply.result)).toEqual([['A'], ['a']]);
      await server.attach(replicaOf(snapshotOf(base()), { role: 'primary' }));
      const changes = await server.run(runRequest('SELECT changes(), total_changes(), last_insert_rowid()'));
      expect(changes.kind === 'rows' && rowsOf(changes.result)).toEqual([[0, 0, 0]]);
    }
  });

  it('a replica that became the primary is not gone on from', () => {
    const former = new Session(module, replicaOf(snapshotOf(base())));
    former.promote(2, 0);
    former.connection.exec("CREATE TEMP TABLE t (x); INSERT INTO temp.t VALUES ('hidden')");
    const session = new Session(module, replicaOf(snapshotOf(base())), former);
    expectAsNew(session, replicaOf(snapshotOf(base())), ASKED);
    expect(session.connection).not.toBe(former.connection);
    session.connection.close();
  });

  it('as a primary it writes as a new one does', async () => {
    const records = await Promise.all(
      [true, false].map(async (served) => {
        const server = await startServer();
        if (served) await server.attach(replicaOf(snapshotOf(databaseWith(module, 'CREATE TABLE other (y)'))));
        await server.attach(replicaOf(snapshotOf(base()), { role: 'primary' }));
        const { record } = await server.unit(unitRequest('INSERT INTO t VALUES (3); CREATE TABLE u (y); DROP TABLE t'));
        return record;
      }),
    );
    expect(records[0]).toEqual(records[1]);
    expect(records[0]).not.toBeNull();
  });
});

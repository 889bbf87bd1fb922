/** A read keeps the pages that it began with, however many records reach its worker before it ends. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Transfer } from '../../../src/core/rpc.ts';
import { createDatabaseServer } from '../../../src/database/database-server.ts';
import { exportRows } from '../../../src/database/export/export-rows.ts';
import type { PageRecord, RunReply, Snapshot, SqlValue } from '../../../src/database/protocol.ts';
import { rowsOf } from '../../../src/database/rows/columns.ts';
import { Session } from '../../../src/database/session.ts';
import type { SqliteModule } from '../../../src/database/sqlite/sqlite-module.ts';
import { runUnit } from '../../../src/database/unit.ts';
import { compiledModule, databaseWith, runRequest, snapshotOf, sqlite, unitRequest } from './support.ts';

const ROWS = 9000;
/** Each changes pages all over the table, its shape, or where its pages lie. */
const WRITES = [
  "UPDATE t SET note = 'changed'",
  'DELETE FROM t WHERE id % 2 = 0',
  'ALTER TABLE t ADD COLUMN late DEFAULT 1; CREATE INDEX t_note ON t (note)',
  'VACUUM',
  'DROP TABLE t',
];

let module: SqliteModule;
let snapshot: Snapshot;
let records: PageRecord[];

beforeEach(async () => {
  module = await sqlite();
  const base = databaseWith(
    module,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT);
    INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
    SELECT i, printf('%.200c', 'x') || i FROM n`,
  );
  snapshot = snapshotOf(base);
  const primary = new Session(module, { snapshot, role: 'primary', epoch: 1, pragmas: [] });
  records = WRITES.map((sql, index) => {
    const { record, error } = runUnit(primary, unitRequest(sql), null);
    expect(error).toBeNull();
    return { ...record!, logNumber: index + 1 };
  });
  primary.connection.close();
});

const attachment = () => ({ snapshot: { ...snapshot, records: [] }, role: 'replica' as const, epoch: 1, pragmas: [] });

describe('a read in steps', () => {
  it('is of one state, while its worker lays records over the same base between them', async () => {
    const attached = new Session(module, attachment());
    const own = new Session(module, attachment());
    let arrived = 0;
    const { file, rows } = await exportRows(own, { table: 't' }, 'ndjson', {
      rowsWritten: async () => {
        if (arrived < records.length) attached.apply([records[arrived++]]);
        await Promise.resolve();
      },
    });
    // All came before its end, the last of them with no table any more.
    expect(arrived).toBe(records.length);
    expect(() => attached.connection.query('SELECT * FROM t')).toThrow('no such table');
    expect(rows).toBe(ROWS);
    const lines = (await file.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      Array.from({ length: ROWS }, (_, index) => ({ id: index + 1, note: 'x'.repeat(200) + (index + 1) })),
    );
    own.connection.close();
    attached.connection.close();
  });
});

describe('a read that has run and waits', () => {
  it('answers with its rows and their version, whatever came meanwhile; the next one sees that', async () => {
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    const server = createDatabaseServer({ sleep: () => gate });
    const quiet = { progress: () => {}, signal: { cancelled: false, onCancel: () => {} } };
    await server.warm({ module: compiledModule(), wasmUrl: '', cancelCell: null }, quiet);
    await server.attach(attachment(), quiet);
    const read = async (sql: string, simulatedWaitMs: number): Promise<RunReply & { kind: 'rows' }> => {
      const answer = await server.run(runRequest(sql, { simulatedWaitMs }), quiet);
      const reply = answer instanceof Transfer ? answer.value : answer;
      if (reply.kind !== 'rows') throw new Error('sent elsewhere');
      return reply;
    };
    const sql = 'SELECT count(*), min(note), max(note) FROM t';
    const before = `${'x'.repeat(200)}1`;
    const waiting = read(sql, 5);
    await server.apply({ records: records.slice(0, 2) }, quiet);
    const next: SqlValue[][] = rowsOf((await read(sql, 0)).result);
    expect(next).toEqual([[ROWS / 2, 'changed', 'changed']]);
    go();
    const { result, version } = await waiting;
    expect(rowsOf(result)).toEqual([[ROWS, before, `${'x'.repeat(200)}999`]]);
    expect(version.logNumber).toBe(0);
  });
});

/** A worker that is told what another one has found a text to be does not ask SQLite again, where that holds here too. */
import { expect, it, vi } from 'vitest';
import type { AttachRequest, Classification, RunReply } from '../../../../src/database/protocol.ts';
import { rowsOf } from '../../../../src/database/rows/columns.ts';
import { Connection } from '../../../../src/database/connection.ts';
import { databaseWith, runRequest, snapshotOf, sqlite, startServer, unitRequest } from '../support.ts';

const SETUP = "CREATE TABLE t (x, y); INSERT INTO t VALUES (1, 'one'), (2, 'two')";

async function attached(role: AttachRequest['role'] = 'replica', setup = SETUP): ReturnType<typeof startServer> {
  const server = await startServer();
  const snapshot = snapshotOf(databaseWith(await sqlite(), setup));
  await server.attach({ snapshot, role, epoch: 1, pragmas: [] });
  return server;
}

function rowsIn(reply: RunReply): { rows: unknown; classification: Classification } {
  if (reply.kind !== 'rows') throw new Error('it was not run');
  return { rows: rowsOf(reply.result), classification: reply.classification };
}

it.each([
  'SELECT y FROM t WHERE x = 2',
  ';; SELECT y FROM t WHERE x = 2 ; -- the end',
  '/* first */ WITH one AS (SELECT 1 AS x) SELECT t.y FROM t JOIN one USING (x);',
  'EXPLAIN SELECT x FROM t',
  'PRAGMA user_version',
])('%s: answers as if it had asked, without asking', async (sql) => {
  const first = rowsIn(await (await attached()).run(runRequest(sql)));
  const second = await attached();
  const [explained, inspected] = [vi.spyOn(Connection.prototype, 'explain'), vi.spyOn(Connection.prototype, 'inspect')];
  const known = { classification: first.classification, historyId: 'history' };
  const told = rowsIn(await second.run(runRequest(sql, { known })));
  expect([explained, inspected].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  for (const spy of [explained, inspected]) spy.mockRestore();
  expect(told).toEqual(first);
  expect(await second.describe({ sql })).toEqual(await (await attached()).describe({ sql }));
});

it('what was found elsewhere is believed of the same schema of the same history only', async () => {
  const sql = 'SELECT y FROM t WHERE x = 2';
  const first = rowsIn(await (await attached()).run(runRequest(sql)));
  const wrong = { ...first.classification, tablesRead: ['lies'] };
  const asked = async (server: Awaited<ReturnType<typeof attached>>, known: object): Promise<string[]> =>
    rowsIn(await server.run(runRequest(sql, { known: { classification: wrong, historyId: 'history', ...known } })))
      .classification.tablesRead;
  expect(await asked(await attached(), {})).toEqual(['lies']);
  expect(await asked(await attached(), { historyId: 'another' })).toEqual(['t']);
  const other = { ...wrong, schemaCookie: wrong.schemaCookie + 1 };
  expect(await asked(await attached(), { classification: other })).toEqual(['t']);
  // What it found itself stands.
  const own = await attached();
  await own.run(runRequest(sql));
  expect(await asked(own, {})).toEqual(['t']);
  // Settings and records make it ask again.
  const later = await attached();
  await asked(later, {});
  await later.setPragmas({ pragmas: ['PRAGMA case_sensitive_like = ON'] });
  expect(rowsIn(await later.run(runRequest(sql))).classification.tablesRead).toEqual(['t']);
  const primary = await attached('primary');
  const { record } = await primary.unit(unitRequest('CREATE TABLE u (z)'));
  const behind = await attached();
  await asked(behind, {});
  await behind.apply({ records: [{ ...record!, logNumber: 1 }] });
  expect(await asked(behind, {})).toEqual(['t']);
});

it('a primary asks always: it alone has temporary objects and schemas that are rolled back', async () => {
  const sql = 'SELECT x FROM t';
  const first = rowsIn(await (await attached()).run(runRequest(sql)));
  const known = { classification: { ...first.classification, tablesRead: ['lies'] }, historyId: 'history' };
  const reply = rowsIn(await (await attached('primary')).run(runRequest(sql, { known })));
  expect(reply).toEqual(first);
});

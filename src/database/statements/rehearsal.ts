/**
 * What a spare worker does while it waits: it attaches to a database of its own and reads from it, some times over, so that the
 * code of that way is compiled when a replica is wanted, and a connection is open to go on from.
 */
import { Connection } from '../connection.ts';
import type { AttachRequest, RunRequest } from '../protocol.ts';
import { PagedFile } from '../file/paged-file.ts';
import { runRead } from '../rows/read.ts';
import { Session } from '../session.ts';
import { emptyDatabase } from '../file/snapshot-file.ts';
import type { SqliteModule } from '../sqlite/sqlite-module.ts';

/** Expressions of patterns are compiled at their second use, functions a little later. */
const ROUNDS = 5;
const TABLE = `CREATE TABLE entry (id INTEGER PRIMARY KEY, name TEXT, amount REAL);
  CREATE INDEX entry_name ON entry (name);
  INSERT INTO entry VALUES (1, 'one', 1.5), (2, 'two', NULL)`;
const READ =
  "SELECT id, amount, length(name) AS letters FROM entry WHERE name = printf('%s', 'two') ORDER BY id LIMIT 10";

/** Realms that have done it: in one process all workers share their code. */
let done = false;

/** The session that is open at the end; null where it was done before. */
export function rehearse(module: SqliteModule): Session | null {
  if (done) return null;
  done = true;
  const connection = new Connection(module, new PagedFile(emptyDatabase(module)));
  connection.exec(TABLE);
  const base = connection.file.toBytes();
  connection.close();
  const snapshot = { historyId: 'rehearsal', logNumber: 0, pageSize: 4096, base, records: [] };
  const attach: AttachRequest = { snapshot, role: 'replica', epoch: 0, pragmas: [] };
  const limits = { deadlineMs: null, rowLimit: null, cancelValue: null };
  const read: RunRequest = { sql: READ, parameters: [], ...limits, simulatedWaitMs: 0, proved: null };
  let session: Session | null = null;
  for (let round = 0; round < ROUNDS; round++) {
    session = new Session(module, attach, session);
    runRead(session, read, {});
  }
  return session;
}

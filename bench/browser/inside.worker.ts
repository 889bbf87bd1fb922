/**
 * The product's database worker with the measures that lie beside it in one thread: the bare step loop of sql.js, and point
 * reads by us and by the official sqlite-wasm in turn.
 */
import { invariant } from '../../src/core/errors.ts';
import { serve } from '../../src/core/rpc.ts';
import { createDatabaseServer } from '../../src/database/database-server.ts';
import { NativeConnection, RC } from '../../src/database/sqlite/native.ts';
import type { DatabaseApi } from '../../src/database/protocol.ts';
import { loadSqlite } from '../../src/database/sqlite/sqlite-module.ts';
import { portOf } from '../../src/platform/ports.ts';
import { forkTimes, type ForkReport } from '../forks.ts';
import { shipAgainstReplay, type ReplicationReport } from '../replication.ts';
import { pointReadsInside, type InsideReadsReport } from './inside-point-reads.ts';

export interface InsideApi extends DatabaseApi {
  /** A plain sql.js database in this worker, tuned as a replica is. `warm` comes first. */
  openPlain(request: { bytes: Uint8Array }): void;
  /** Steps to the last row and reads nothing: the least that any way of reading rows takes. */
  stepLoop(request: { sql: string }): { rows: number };
  /** The schema read anew, the query compiled and run to its end, in the plain database: milliseconds, in the worker. */
  schemaAndRead(request: { sql: string }): { ms: number };
  pointReads(request: { bytes: Uint8Array; reads: number; rounds: number }): InsideReadsReport;
  replication(request: { rounds: number }): ReplicationReport;
  forks(request: { megabytes: number; rounds: number }): ForkReport;
}

declare const self: DedicatedWorkerGlobalScope;

let plain: NativeConnection | null = null;

const loaded = () => loadSqlite({ module: null, wasmUrl: '', cancelCell: null });

serve<InsideApi>(portOf(self), {
  ...createDatabaseServer(),
  openPlain: async ({ bytes }) => {
    const module = await loaded();
    plain = new NativeConnection(module, new module.raw.Database(bytes).db);
    plain.exec('PRAGMA cache_size=-65536; BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1');
  },
  stepLoop: ({ sql }) => {
    invariant(plain, 'openPlain comes first');
    const statement = plain.prepare(sql);
    let rows = 0;
    while (plain.module.raw._sqlite3_step(statement) === RC.row) rows++;
    plain.finalize(statement);
    return { rows };
  },
  schemaAndRead: ({ sql }) => {
    invariant(plain, 'openPlain comes first');
    const start = performance.now();
    plain.exec('COMMIT; PRAGMA writable_schema=RESET; BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1');
    const statement = plain.prepare(sql);
    const code = plain.drain(statement);
    plain.finalize(statement);
    invariant(code === RC.done, 'the query runs to its end');
    return { ms: performance.now() - start };
  },
  replication: async ({ rounds }) => shipAgainstReplay(await loaded(), rounds),
  forks: async ({ megabytes, rounds }) => forkTimes(await loaded(), megabytes, rounds),
  pointReads: async ({ bytes, reads, rounds }) => pointReadsInside(await loaded(), bytes, reads, rounds),
});

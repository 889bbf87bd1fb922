/**
 * The optimizer worker's side of `OptimizerApi`: one connection on its own pages of the data, which follows the log of records
 * and is never written to; trials that write get a fork each.
 */
import { AppError } from '../core/errors.ts';
import type { Handlers } from '../core/rpc.ts';
import { Connection } from '../database/connection.ts';
import { openFork } from '../database/file/fork.ts';
import type { PageRecord, Snapshot, Version } from '../database/protocol.ts';
import { checkOrder, foldRecords } from '../database/file/records.ts';
import { fileFromSnapshot } from '../database/file/snapshot-file.ts';
import { loadSqlite, type SqliteModule } from '../database/sqlite/sqlite-module.ts';
import { loadNodeSqlParser } from '../sql/parse/node-sql-parser.ts';
import type { Reader } from '../sql/parse/reader.ts';
import type { Advisor } from './advisor-port.ts';
import { ConnectionSandbox } from './connection-sandbox.ts';
import { Optimizer } from './optimize.ts';
import { plainPlan } from './plain-plan.ts';
import type { OptimizerApi } from './protocol.ts';

/** Records beyond this are folded into a new base, so that a fork stays cheap. */
const RECORDS_MAX = 500;

interface Attached {
  snapshot: Snapshot;
  connection: Connection;
  sandbox: ConnectionSandbox;
  optimizer: Optimizer;
  schemaCookie: number;
}

/** Handlers for one worker, real or in process. Errors: `not-warm`, `not-attached`, and those of the single calls. */
export function createOptimizerServer(advisor: Advisor): Handlers<OptimizerApi> {
  let sqlite: SqliteModule | null = null;
  let reader: Promise<Reader> | null = null;
  let attached: Attached | null = null;

  const loaded = (): SqliteModule => {
    if (!sqlite) throw new AppError('not-warm', 'SQLite is not loaded in the optimizer yet: call warm first.');
    return sqlite;
  };
  const held = (): Attached => {
    if (!attached) throw new AppError('not-attached', 'The optimizer holds no database yet: attach one first.');
    return attached;
  };
  /** The parser is a chunk of its own, loaded when the first text is to be read. */
  const read = (): Promise<Reader> => {
    reader ??= loadNodeSqlParser();
    return reader.catch((error: unknown) => {
      reader = null;
      throw new AppError('parser-load', `The SQL parser could not be loaded: ${String(error)}. Reload the page.`);
    });
  };
  const open = (snapshot: Snapshot, text: Reader): Attached => {
    const connection = new Connection(loaded(), fileFromSnapshot(loaded(), snapshot));
    connection.hold();
    const sandbox = new ConnectionSandbox(connection);
    return {
      snapshot,
      connection,
      sandbox,
      optimizer: new Optimizer(sandbox, text),
      schemaCookie: connection.schemaCookie(),
    };
  };
  /** Lays the records over the file between two read transactions. */
  const follow = (now: Attached, records: readonly PageRecord[], text: Reader): void => {
    const fresh = records.filter((record) => record.logNumber > versionOf(now.snapshot).logNumber);
    checkOrder(fresh, versionOf(now.snapshot).logNumber);
    if (fresh.length === 0) return;
    now.connection.release();
    for (const record of fresh) now.connection.file.applyPages(record);
    now.connection.hold();
    const longer = { ...now.snapshot, records: [...now.snapshot.records, ...fresh] };
    now.snapshot = longer.records.length > RECORDS_MAX ? foldRecords(longer) : longer;
    now.schemaCookie = now.connection.schemaCookie();
    // What was learnt about the schema and its sizes may no longer hold.
    now.optimizer = new Optimizer(now.sandbox, text);
  };

  return {
    async warm(request) {
      const startMs = performance.now();
      sqlite ??= await loadSqlite(request);
      return { warmMs: performance.now() - startMs };
    },
    async attach({ snapshot }) {
      const text = await read();
      attached?.connection.close();
      attached = null;
      attached = open(snapshot, text);
      return { version: versionOf(snapshot) };
    },
    async apply({ records }) {
      const text = await read(); // first: an attach that came before waits for it too
      follow(held(), records, text);
      return { version: versionOf(held().snapshot) };
    },
    async optimize({ sql, parameters, disabledRules, budgetMs }) {
      const { optimizer, snapshot, schemaCookie } = held();
      const report = optimizer.optimize(sql, parameters, { disabledRules, budgetMs });
      return { ...report, schemaCookie, version: versionOf(snapshot) };
    },
    async preview({ sql, ruleId }) {
      return held().optimizer.preview(sql, ruleId);
    },
    async advise({ sql }) {
      const { optimizer, sandbox } = held();
      const text = (await read())(sql);
      return text.ok ? advisor.advise(sql, text.select, optimizer.schema, sandbox) : [];
    },
    tryIndex({ sql, parameters, ddl, budgetMs }) {
      const { snapshot, sandbox } = held();
      const fork = openFork(loaded(), snapshot);
      try {
        return advisor.tryIndex(sql, parameters, ddl, budgetMs, sandbox, new ConnectionSandbox(fork.connection));
      } finally {
        fork.close();
      }
    },
    plan({ sql }) {
      return plainPlan(held().sandbox.plan(sql));
    },
  };
}

function versionOf(snapshot: Snapshot): Version {
  return { historyId: snapshot.historyId, logNumber: snapshot.logNumber + snapshot.records.length };
}

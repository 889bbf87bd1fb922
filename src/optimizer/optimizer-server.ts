/**
 * The optimizer worker's side of `OptimizerApi`: one connection on its own pages of the data, which follows the log of records
 * and is never written to; trials that write get a fork each. One call at a time: a proof lets messages in between its steps, so that
 * it can be cancelled, but the data does not move under it.
 */
import { AppError } from '../core/errors.ts';
import type { CallContext, Handlers } from '../core/rpc.ts';
import { Connection } from '../database/connection.ts';
import { openFork } from '../database/file/fork.ts';
import type { PageRecord, Snapshot, Version } from '../database/protocol.ts';
import { checkOrder, foldRecords } from '../database/file/records.ts';
import { fileFromSnapshot } from '../database/file/snapshot-file.ts';
import { loadSqlite, type SqliteModule } from '../database/sqlite/sqlite-module.ts';
import { loadReader } from '../sql/parse/readers.ts';
import type { Reader } from '../sql/parse/reader.ts';
import type { Schema } from '../sql/schema.ts';
import type { Advisor } from './advisor-port.ts';
import { ConnectionSandbox } from './connection-sandbox.ts';
import { Optimizer } from './optimize.ts';
import { plainPlan } from './plain-plan.ts';
import type { OptimizerApi } from './protocol.ts';
import { study } from './study.ts';

/** Records beyond this are folded into a new base, so that a fork stays cheap. */
const RECORDS_MAX = 500;
/** A proof looks for messages this often, between two steps. */
const BREATHE_EVERY_MS = 25;

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
  /** What the cancel cell holds when the job that runs is to stop. */
  let job: number | null = null;
  let last: Promise<unknown> = Promise.resolve();

  /** After all that was asked before. */
  const inTurn = <Argument, Reply>(
    work: (argument: Argument, context: CallContext) => Reply | Promise<Reply>,
  ): ((argument: Argument, context: CallContext) => Promise<Reply>) => {
    return (argument, context) => {
      const done = last.then(() => work(argument, context));
      last = done.catch(() => {});
      return done;
    };
  };
  const isStopped = (): boolean => {
    const cell = sqlite?.cancelCell;
    return job !== null && cell != null && Atomics.load(cell, 0) === job;
  };
  const loaded = (): SqliteModule => {
    if (!sqlite) throw new AppError('not-warm', 'SQLite is not loaded in the optimizer yet: call warm first.');
    return sqlite;
  };
  const held = (): Attached => {
    if (!attached) throw new AppError('not-attached', 'The optimizer holds no database yet: attach one first.');
    return attached;
  };
  /** The parsers are chunks of their own, loaded when the first text is to be read. */
  const read = (): Promise<Reader> => {
    reader ??= loadReader();
    return reader.catch((error: unknown) => {
      reader = null;
      throw new AppError('parser-load', `The SQL parser could not be loaded: ${String(error)}. Reload the page.`);
    });
  };
  const open = (snapshot: Snapshot, text: Reader): Attached => {
    const connection = new Connection(loaded(), fileFromSnapshot(loaded(), snapshot));
    connection.hold();
    const sandbox = new ConnectionSandbox(connection, isStopped);
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
  /** The data, or a copy of its own with what a text needs besides. Errors: `sql`. */
  const standIn = async (setup: string | null): Promise<Pick<Attached, 'optimizer'> & { close(): void }> => {
    const { snapshot, optimizer } = held();
    if (setup === null) return { optimizer, close: () => {} };
    const fork = openFork(loaded(), snapshot);
    try {
      const own = new ConnectionSandbox(fork.connection, isStopped);
      own.execute(setup);
      return { optimizer: new Optimizer(own, await read()), close: () => fork.close() };
    } catch (error) {
      fork.close();
      throw error;
    }
  };

  return {
    async warm(request) {
      const startMs = performance.now();
      sqlite ??= await loadSqlite(request);
      return { warmMs: performance.now() - startMs };
    },
    attach: inTurn(async ({ snapshot }) => {
      const text = await read();
      attached?.connection.close();
      attached = null;
      attached = open(snapshot, text);
      return { version: versionOf(snapshot) };
    }),
    apply: inTurn(async ({ records }) => {
      follow(held(), records, await read());
      return { version: versionOf(held().snapshot) };
    }),
    optimize: inTurn(async ({ sql, parameters, cancelValue, setup, ...options }, context) => {
      const { snapshot, schemaCookie } = held();
      const { optimizer, close } = await standIn(setup);
      job = cancelValue;
      try {
        const report = await stepByStep(optimizer.steps(sql, parameters, options), context, isStopped);
        const restsOn = wholeTables(report.restsOn, optimizer.schema);
        return { ...report, restsOn, schemaCookie, version: versionOf(snapshot) };
      } finally {
        job = null;
        close();
      }
    }),
    reverify: inTurn(({ preconditions, budgetMs }) => {
      const { optimizer, snapshot } = held();
      const version = versionOf(snapshot);
      const facts = preconditions.map((one) => optimizer.tools.facts.check(one, budgetMs));
      const evidence = facts.map((fact) => `${fact.evidence}.`).join(' ');
      return { holds: facts.every((fact) => fact.holds), evidence, version };
    }),
    study: inTurn(async ({ sql, parameters, rewrittenSql, budgetMs, setup }) => {
      const { optimizer, close } = await standIn(setup);
      try {
        const found = study(sql, rewrittenSql, parameters, budgetMs, optimizer.tools);
        return { ...found, version: versionOf(held().snapshot) };
      } finally {
        close();
      }
    }),
    preview: inTurn(({ sql, ruleId, parameters }) => held().optimizer.preview(sql, ruleId, parameters)),
    advise: inTurn(async ({ sql, parameters }) => {
      const { optimizer, sandbox } = held();
      return advisor.advise(sql, parameters, optimizer.schema, sandbox, await read());
    }),
    adviseWorkload: inTurn(async ({ cancelValue, ...request }, context) => {
      const { optimizer, sandbox: data, snapshot, schemaCookie } = held();
      const text = await read();
      const copy = openFork(loaded(), snapshot);
      job = cancelValue;
      try {
        const fork = new ConnectionSandbox(copy.connection, isStopped);
        const steps = advisor.adviseWorkload(request, { data, fork, read: text, schema: optimizer.schema });
        return { ...(await stepByStep(steps, context, isStopped)), schemaCookie, version: versionOf(snapshot) };
      } finally {
        job = null;
        copy.close();
      }
    }),
    tryIndex: inTurn(({ sql, parameters, ddl, budgetMs }) => {
      const { snapshot, sandbox } = held();
      const fork = openFork(loaded(), snapshot);
      try {
        return advisor.tryIndex(sql, parameters, ddl, budgetMs, sandbox, new ConnectionSandbox(fork.connection));
      } finally {
        fork.close();
      }
    }),
    plan: inTurn(({ sql }) => plainPlan(held().sandbox.plan(sql))),
  };
}

/** Tells each step. Error `cancelled` between two of them. */
async function stepByStep<Result>(
  steps: Generator<unknown, Result>,
  context: CallContext,
  isStopped: () => boolean,
): Promise<Result> {
  let breathedMs = performance.now();
  for (;;) {
    const step = steps.next();
    if (performance.now() - breathedMs > BREATHE_EVERY_MS) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      breathedMs = performance.now();
    }
    // What was found while it was being stopped may be the stop's own doing.
    // Thrown into the proof, so that it puts away what it has opened.
    if (context.signal.cancelled || isStopped()) steps.throw(new AppError('cancelled', 'The proof was stopped.'));
    if (step.done) return step.value;
    context.progress(step.value);
  }
}

/** By their names in the schema. For a view, or what is not known, all tables stand: a write to any may matter. */
function wholeTables(names: readonly string[], schema: Schema): string[] {
  const infos = names.map((name) => schema.table(name));
  const known = infos.every((info) => info?.kind === 'table') ? infos : schema.tables;
  return [...new Set(known.flatMap((info) => (info ? [info.name] : [])))].sort();
}

function versionOf(snapshot: Snapshot): Version {
  return { historyId: snapshot.historyId, logNumber: snapshot.logNumber + snapshot.records.length };
}

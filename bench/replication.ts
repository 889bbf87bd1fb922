/** What it costs a replica to take a write as pages, beside running the statement again. The same in Node and in a worker. */
import type { PageRecord, Snapshot } from '../src/database/protocol.ts';
import { Session } from '../src/database/session.ts';
import { emptyDatabase } from '../src/database/file/snapshot-file.ts';
import type { SqliteModule } from '../src/database/sqlite/sqlite-module.ts';
import { runUnit } from '../src/database/unit.ts';
import { median, rounded } from './figures.ts';
import { mayShare } from './shared-memory.ts';

export interface ReplicationReport {
  /** Rows of one write. */
  rows: number;
  rounds: number;
  /** Rows at the end of the table, as they are entered. */
  appended: ShippedWrite;
  /** The same rows into a table with an index in another order: nearly every row changes a page of its own. */
  scattered: ShippedWrite;
}

export interface ShippedWrite {
  /** Pages that one write changed. */
  pages: number;
  /** Median milliseconds: the record's message, and the replica's taking it up to its next read. */
  shipMs: number;
  /** Median milliseconds: the statement run on the replica, up to its next read. */
  replayMs: number;
  /** The replayed by the shipped. */
  ratio: number;
}

const ROWS = 1000;
const ROWS_BEFORE = 100_000;
/** A replica has followed for a while. */
const WARM_UP_ROUNDS = 10;
const TABLE = 'CREATE TABLE entry (id INTEGER PRIMARY KEY, kind INTEGER, amount REAL, note TEXT, at TEXT)';

const write = (from: number, count: number): string =>
  `INSERT INTO entry WITH RECURSIVE r(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM r WHERE i < ${from + count - 1})
   SELECT i, i * 7919 % 1000, i / 3.0, printf('note %d of many', i), datetime(i, 'unixepoch') FROM r`;

/**
 * Two replicas take the same `rounds` writes of 1,000 rows, in turns, after some that do not count; what they hold afterwards
 * is compared. Where memory is shared a record lies in it from the start, and its message is a reference.
 */
export function shipAgainstReplay(loaded: SqliteModule, rounds: number): ReplicationReport {
  const cancelCell = mayShare() ? new Int32Array(new SharedArrayBuffer(4)) : null;
  const module = { ...loaded, cancelCell };
  return {
    rows: ROWS,
    rounds,
    appended: compare(module, rounds, 'CREATE INDEX entry_at ON entry (at)'),
    scattered: compare(module, rounds, 'CREATE INDEX entry_kind ON entry (kind)'),
  };
}

function compare(module: SqliteModule, rounds: number, index: string): ShippedWrite {
  const snapshot: Snapshot = { historyId: 'h', logNumber: 0, pageSize: 4096, base: emptyDatabase(module), records: [] };
  const open = (role: 'primary' | 'replica'): Session => new Session(module, { snapshot, role, epoch: 1, pragmas: [] });
  const [primary, shipped, replayed] = [open('primary'), open('replica'), open('replica')];
  let logNumber = 0;
  let last = 0;
  const commit = (sql: string): PageRecord => {
    const unit = { sql, parameters: [], deadlineMs: null, rowLimit: null, cancelValue: null, epoch: 1 };
    const { record, error } = runUnit(primary, unit, null);
    if (error || !record) throw new Error(error?.message ?? 'the write changed nothing');
    return { ...record, logNumber: ++logNumber };
  };
  const read = ({ connection }: Session): void => {
    connection.query('SELECT note FROM entry WHERE id = ?', [last]);
  };
  const ship = (record: PageRecord): void => {
    shipped.apply([structuredClone(record)]);
    read(shipped);
  };
  const replay = (sql: string): void => {
    replayed.connection.release();
    replayed.connection.run(sql);
    replayed.connection.hold();
    read(replayed);
  };
  try {
    for (const sql of [TABLE, index, write(1, ROWS_BEFORE)]) {
      const record = commit(sql);
      shipped.apply([record]);
      replayed.connection.release();
      replayed.connection.run(sql);
    }
    const shipMs: number[] = [];
    const replayMs: number[] = [];
    const pages: number[] = [];
    for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
      const sql = write(ROWS_BEFORE + 1 + round * ROWS, ROWS);
      last = ROWS_BEFORE + (round + 1) * ROWS;
      const record = commit(sql);
      const turns = [() => shipMs.push(timed(() => ship(record))), () => replayMs.push(timed(() => replay(sql)))];
      for (const turn of round % 2 ? turns : turns.reverse()) turn();
      pages.push(record.pageNumbers.length);
      if (round < WARM_UP_ROUNDS) for (const list of [shipMs, replayMs, pages]) list.length = 0;
    }
    const sums = [shipped, replayed].map(({ connection }) =>
      connection.query('SELECT count(*), sum(kind), max(at) FROM entry').join(),
    );
    if (sums[0] !== sums[1]) throw new Error(`the replicas differ: ${sums.join(' and ')}`);
    return {
      pages: median(pages),
      shipMs: rounded(median(shipMs)),
      replayMs: rounded(median(replayMs)),
      ratio: rounded(median(replayMs) / median(shipMs)),
    };
  } finally {
    for (const session of [primary, shipped, replayed]) session.connection.close();
  }
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

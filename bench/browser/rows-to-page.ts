/** 100,000 rows of six columns from a worker to the page: ours as columns, the peer's as arrays of values. */
import { cellAt, rowsOf } from '../../src/database/columns.ts';
import type { ResultColumns, RunRequest } from '../../src/database/protocol.ts';
import { median } from '../figures.ts';
import { startDatabase, startEngine, startPeer } from './workers.ts';

export interface RowsReport {
  rows: number;
  /** From the call to the message on the page, medians. */
  columnsMs: number;
  engineMs: number;
  peerMs: number;
  /** Time of the page's thread: reading the message and decoding the first rows of it. */
  firstRowsMs: number;
  /** The peer's: reading its message is decoding all of it. */
  peerReadMs: number;
  differences: number;
}

const ROWS = 100_000;
/** What a grid shows at most. */
const FIRST_ROWS = 80;
const WARM_UP_ROUNDS = 2;
const PAUSE_MS = 150;
const SQL = 'SELECT id, amount, price, name, city, discount FROM sample';
const MAKE = `
CREATE TABLE sample (id INTEGER PRIMARY KEY, amount INTEGER, price REAL, name TEXT, city TEXT, discount REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
INSERT INTO sample SELECT i, i * 7919 % 100003, i * 0.37, 'customer ' || i,
  CASE i % 5 WHEN 0 THEN 'Berlin' WHEN 1 THEN 'Paris' WHEN 2 THEN 'Porto' WHEN 3 THEN 'Turku' ELSE 'Vienna' END,
  CASE WHEN i % 3 = 0 THEN NULL ELSE i / 7.0 END FROM n;`;

/** How a database worker is asked; no limits, no waits. */
export function plainRun(sql: string): RunRequest {
  return {
    sql,
    parameters: [],
    deadlineMs: null,
    rowLimit: null,
    cancelValue: null,
    simulatedWaitMs: 0,
    provedSql: null,
  };
}

export async function rowsToPage(rounds: number): Promise<RowsReport> {
  const peer = await startPeer();
  await peer.call.run({ sql: MAKE });
  const base = await peer.call.export({});
  const database = await startDatabase();
  const snapshot = { historyId: 'rows', logNumber: 0, pageSize: 4096, base, records: [] };
  await database.call.attach({ snapshot, role: 'replica', epoch: 1, pragmas: [] });
  const engine = await startEngine();
  await engine.call.openFile({ name: 'rows.sqlite', bytes: base.slice() });

  const columns: number[] = [];
  const throughEngine: number[] = [];
  const arrays: number[] = [];
  const firstRows: number[] = [];
  const peerRead: number[] = [];
  let found: (string | undefined)[] = [];
  const ways = [
    async () => {
      const start = performance.now();
      const reply = await database.call.run(plainRun(SQL));
      columns.push(database.last.readAtMs - start);
      if (reply.kind !== 'rows') throw new Error('the query was not run as one that reads');
      const since = performance.now();
      decode(reply.result, FIRST_ROWS);
      firstRows.push(database.last.readMs + performance.now() - since);
      return () => JSON.stringify(rowsOf(reply.result));
    },
    async () => {
      const start = performance.now();
      const { outcomes } = await engine.call.execute({ sql: SQL, cache: false });
      throughEngine.push(engine.last.readAtMs - start);
      return () => JSON.stringify(outcomes[0]?.result && rowsOf(outcomes[0].result));
    },
    async () => {
      const start = performance.now();
      const [result] = await peer.call.exec({ sql: SQL });
      arrays.push(peer.last.readAtMs - start);
      peerRead.push(peer.last.readMs);
      return () => JSON.stringify(result?.values);
    },
  ];
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    // There and back: what one leaves to be collected must not always meet the same next one.
    for (const way of round % 2 === 0 ? ways : [...ways].reverse()) {
      const shown = await way();
      if (round === 0) found = [...found, shown()];
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  for (const one of [peer, database, engine]) one.end();
  return {
    rows: ROWS,
    columnsMs: warm(columns),
    engineMs: warm(throughEngine),
    peerMs: warm(arrays),
    firstRowsMs: warm(firstRows),
    peerReadMs: warm(peerRead),
    differences: new Set(found).size - 1,
  };
}

function warm(times: readonly number[]): number {
  return median(times.slice(WARM_UP_ROUNDS));
}

/** As a grid does: every cell of its first rows. */
function decode(result: ResultColumns, rows: number): number {
  let cells = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < result.columns.length; column++) {
      if (cellAt(result, row, column) !== undefined) cells++;
    }
  }
  return cells;
}

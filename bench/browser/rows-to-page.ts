/**
 * 100,000 rows of six columns from a worker to the page: ours as columns; sql.js and the official sqlite-wasm as arrays of
 * values; and the bare step loop, which reads none of them.
 */
import { cellAt, rowsOf } from '../../src/database/rows/columns.ts';
import type { ResultColumns, RunRequest } from '../../src/database/protocol.ts';
import { median } from '../figures.ts';
import { MAKE_SAMPLE, READ_SAMPLE, SAMPLE_ROWS } from './sample-rows.ts';
import { startEngine, startInside, startOfficial, startPeer } from './workers.ts';

export interface RowsReport {
  rows: number;
  /** From the call to the message on the page, medians. */
  columnsMs: number;
  engineMs: number;
  peerMs: number;
  officialMs: number;
  /** Nothing but stepping, in the worker whose columns are measured, there and back. */
  stepLoopMs: number;
  /** Time of the page's thread: reading the message and decoding the first rows of it. */
  firstRowsMs: number;
  /** The peers': reading their message is decoding all of it. */
  peerReadMs: number;
  officialReadMs: number;
  differences: number;
}

/** What a grid shows at most. */
const FIRST_ROWS = 80;
const WARM_UP_ROUNDS = 2;
const PAUSE_MS = 150;

/** How a database worker is asked; no limits, no waits. */
export function plainRun(sql: string): RunRequest {
  return {
    sql,
    parameters: [],
    deadlineMs: null,
    rowLimit: null,
    cancelValue: null,
    simulatedWaitMs: 0,
    proved: null,
  };
}

export async function rowsToPage(rounds: number): Promise<RowsReport> {
  const peer = await startPeer();
  await peer.call.run({ sql: MAKE_SAMPLE });
  const base = await peer.call.export({});
  const inside = await startInside();
  const snapshot = { historyId: 'rows', logNumber: 0, pageSize: 4096, base, records: [] };
  await inside.call.attach({ snapshot, role: 'replica', epoch: 1, pragmas: [] });
  await inside.call.openPlain({ bytes: base });
  const official = await startOfficial();
  await official.call.open({ bytes: base });
  const engine = await startEngine();
  await engine.call.openFile({ name: 'rows.sqlite', bytes: base.slice() });

  const times = { columns: [] as number[], engine: [] as number[], peer: [] as number[], official: [] as number[] };
  const stepLoop: number[] = [];
  const firstRows: number[] = [];
  const peerRead: number[] = [];
  const officialRead: number[] = [];
  const found = new Set<string>();
  const ways = [
    async () => {
      const start = performance.now();
      const reply = await inside.call.run(plainRun(READ_SAMPLE));
      times.columns.push(inside.last.readAtMs - start);
      if (reply.kind !== 'rows') throw new Error('the query was not run as one that reads');
      const since = performance.now();
      decode(reply.result, FIRST_ROWS);
      firstRows.push(inside.last.readMs + performance.now() - since);
      return () => rowsOf(reply.result);
    },
    async () => {
      const start = performance.now();
      const { rows } = await inside.call.stepLoop({ sql: READ_SAMPLE });
      stepLoop.push(inside.last.readAtMs - start);
      if (rows !== SAMPLE_ROWS) throw new Error(`the step loop saw ${rows} rows`);
      return null;
    },
    async () => {
      const start = performance.now();
      const { outcomes } = await engine.call.execute({ sql: READ_SAMPLE, cache: false });
      times.engine.push(engine.last.readAtMs - start);
      return () => outcomes[0]?.result && rowsOf(outcomes[0].result);
    },
    async () => {
      const start = performance.now();
      const [result] = await peer.call.exec({ sql: READ_SAMPLE });
      times.peer.push(peer.last.readAtMs - start);
      peerRead.push(peer.last.readMs);
      return () => result?.values;
    },
    async () => {
      const start = performance.now();
      const values = await official.call.exec({ sql: READ_SAMPLE });
      times.official.push(official.last.readAtMs - start);
      officialRead.push(official.last.readMs);
      return () => values;
    },
  ];
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    // There and back: what one leaves to be collected must not always meet the same next one.
    for (const way of round % 2 === 0 ? ways : [...ways].reverse()) {
      const shown = await way();
      if (round === 0 && shown) found.add(JSON.stringify(shown()));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  for (const one of [peer, inside, official, engine]) one.end();
  return {
    rows: SAMPLE_ROWS,
    columnsMs: warm(times.columns),
    engineMs: warm(times.engine),
    peerMs: warm(times.peer),
    officialMs: warm(times.official),
    stepLoopMs: warm(stepLoop),
    firstRowsMs: warm(firstRows),
    peerReadMs: warm(peerRead),
    officialReadMs: warm(officialRead),
    differences: found.size - 1,
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

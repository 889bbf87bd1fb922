/**
 * A runaway statement is stopped by its deadline or by its cancel, with one worker, so that the next query cannot go elsewhere.
 * Whether the connection lived on shows in a temporary table: it is the connection's own, and gone with it.
 */
import { rowsOf } from '../../src/database/rows/columns.ts';
import { median } from '../figures.ts';
import { MEASURED_ALONE } from '../point-reads.ts';
import { startEngine, startPeer } from './workers.ts';

export interface StopReport {
  isolated: boolean;
  /** From the cancel, or from the deadline, to the end of the call. */
  goneMs: number;
  /** From there to the answer of the next query, for which the same worker or its successor is needed. */
  usableMs: number;
  /** Rounds after which the same connection was still there. */
  alive: number;
  rounds: number;
  /** Stops that ended in another way than asked for, and queries that failed afterwards. */
  failures: number;
}

/** Reads the temporary table, so that it runs on the primary; never ends by itself. */
const RUNAWAY = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
SELECT count(*) FROM n, mine`;
/** Time to be surely running, and for a spare to be warm. */
const BEFORE_STOP_MS = 1000;

/** About 10 MB: what a successor has to be given. */
const TEN_MB = `CREATE TABLE customers (id INTEGER PRIMARY KEY, note TEXT NOT NULL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
INSERT INTO customers SELECT i, printf('%.480c', 'x') FROM n;`;

export async function stopRunaway(how: 'cancel' | 'deadline', rounds: number): Promise<StopReport> {
  const maker = await startPeer();
  await maker.call.run({ sql: TEN_MB });
  const bytes = await maker.call.export({});
  maker.end();
  const engine = await startEngine();
  await engine.call.settings({ change: MEASURED_ALONE });
  await engine.call.openFile({ name: 'customers.sqlite', bytes });
  const next = () => engine.call.execute({ sql: 'SELECT count(*) FROM customers', cache: false });
  const gone: number[] = [];
  const usable: number[] = [];
  let alive = 0;
  let failures = 0;
  for (let round = 0; round < rounds; round++) {
    const mark = await engine.call.execute({
      sql: `DROP TABLE IF EXISTS temp.mine; CREATE TEMP TABLE mine AS SELECT ${round} AS round`,
    });
    if (mark.error) failures++;
    await next();
    let cancel = (): void => {};
    const request = { sql: RUNAWAY, ...(how === 'deadline' ? { deadlineMs: BEFORE_STOP_MS } : {}) };
    let stopAtMs = performance.now() + BEFORE_STOP_MS;
    const running = engine.call.execute(request, { cancelWith: (stop) => (cancel = stop) });
    if (how === 'cancel') {
      await new Promise((resolve) => setTimeout(resolve, BEFORE_STOP_MS));
      stopAtMs = performance.now();
      cancel();
    }
    const wanted = how === 'cancel' ? 'cancelled' : 'deadline';
    if ((await running).error?.code !== wanted) failures++;
    gone.push(performance.now() - stopAtMs);
    const { outcomes, error } = await next();
    if (error !== null || Number(outcomes[0]?.result && rowsOf(outcomes[0].result)[0]?.[0]) !== 20_000) failures++;
    usable.push(performance.now() - stopAtMs);
    const own = await engine.call.execute({ sql: 'SELECT round FROM mine', cache: false });
    const [result] = own.outcomes;
    if (result?.result && Number(rowsOf(result.result)[0]?.[0]) === round) alive++;
  }
  engine.end();
  return { isolated: crossOriginIsolated, goneMs: median(gone), usableMs: median(usable), alive, rounds, failures };
}

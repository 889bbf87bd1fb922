/** Many small queries asked in one tick against one after the other, through the engine, without the result cache. */
import { rowsOf } from '../../src/database/rows/columns.ts';
import type { ScriptOutcome } from '../../src/engine/protocol.ts';
import { median } from '../figures.ts';
import { MEASURED_ALONE } from '../point-reads.ts';
import { startEngine } from './workers.ts';

export interface ManyQueriesReport {
  queries: number;
  /** Medians, queries per second. */
  togetherPerS: number;
  inTurnPerS: number;
  differences: number;
}

const SQL = 'SELECT id FROM customers WHERE id = ?';
/** The smallest shop has 2,000 customers. */
const CUSTOMERS = 2000;
const WARM_UP_ROUNDS = 2;

export async function manyQueries(queries: number, rounds: number): Promise<ManyQueriesReport> {
  const engine = await startEngine();
  await engine.call.settings({ change: MEASURED_ALONE });
  const keys = Array.from({ length: queries }, (_, at) => 1 + ((at * 7919) % CUSTOMERS));
  const ask = (key: number) => engine.call.execute({ sql: SQL, parameters: [key], cache: false });
  let differences = 0;
  const check = ({ outcomes }: ScriptOutcome, key: number): void => {
    if (!outcomes[0]?.result || Number(rowsOf(outcomes[0].result)[0]?.[0]) !== key) differences++;
  };
  const ways = {
    together: async () => (await Promise.all(keys.map(ask))).forEach((answer, at) => check(answer, keys[at])),
    inTurn: async () => {
      for (const key of keys) check(await ask(key), key);
    },
  };
  const rates = { together: [] as number[], inTurn: [] as number[] };
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    for (const name of ['together', 'inTurn'] as const) {
      const start = performance.now();
      await ways[name]();
      if (round >= WARM_UP_ROUNDS) rates[name].push((queries / (performance.now() - start)) * 1000);
    }
  }
  engine.end();
  return { queries, togetherPerS: median(rates.together), inTurnPerS: median(rates.inTurn), differences };
}

/**
 * The whole engine under a sqllogictest file, cache on: each query is asked twice, so that the second answer is the cache's
 * wherever the statement may be stored, and both must agree.
 */
import { cellAt, CELL } from '../src/database/rows/columns.ts';
import type { ResultColumns } from '../src/database/protocol.ts';
import type { Cell } from '../src/optimizer/sandbox.ts';
import type { Executor } from './commands/sqllogictest.ts';
import { openLab } from './lab.ts';

export interface EngineExecutor extends Executor {
  /** Queries that were asked twice, and how many second answers were hits. */
  readonly asked: { queries: number; hits: number };
  stop(): void;
}

/** Rewrites are `inner`'s to find: it runs every statement too, and its database keeps step with the engine's. */
export async function engineExecutor(inner: Executor, emptyDatabase: Uint8Array): Promise<EngineExecutor> {
  const lab = await openLab({
    change: { scaler: { minWorkers: 2, maxWorkers: 2 }, optimizer: { enabled: false } },
  });
  await lab.call.openFile({ name: 'logic.sqlite', bytes: emptyDatabase.slice() });
  const asked = { queries: 0, hits: 0 };
  return {
    asked,
    stop: () => lab.stop(),
    async execute(sql) {
      const { error } = await lab.engine.run({ sql }, null);
      try {
        await inner.execute(sql);
      } catch (cause) {
        if (!error) throw new Error('the engine ran what SQLite refuses', { cause });
      }
      if (error) throw error.cause;
    },
    async query(sql) {
      const first = await lab.engine.executeOptimizedQuery(sql);
      const second = await lab.engine.executeOptimizedQuery(sql);
      asked.queries++;
      if (second.cacheHit) asked.hits++;
      const [before, after] = [cellsOf(first.result), cellsOf(second.result)];
      if (shown(before) !== shown(after)) throw new Error('the second answer differs from the first');
      return after;
    },
    rewritesOf: (sql) => inner.rewritesOf(sql),
  };
}

/** Integers as bigint: the storage class decides how a value is written. */
function cellsOf(result: ResultColumns | null): Cell[][] {
  return Array.from({ length: result?.rowCount ?? 0 }, (_row, row) =>
    (result?.columns ?? []).map((data, column): Cell => {
      const value = result === null ? null : cellAt(result, row, column);
      return data.classes[row] === CELL.integer ? BigInt(value as number) : value;
    }),
  );
}

function shown(rows: Cell[][]): string {
  return JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? `integer ${value}` : value));
}

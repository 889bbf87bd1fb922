/**
 * A hit of the result cache against an execution, from `executeOptimizedQuery` to its outcome: the same point reads one
 * after the other, both kinds interleaved so that a busy moment of the machine meets both.
 */
import { DEFAULT_CACHE_SETTINGS } from '../src/cache/settings.ts';
import { rowsOf } from '../src/database/rows/columns.ts';
import type { Engine } from '../src/engine/engine.ts';
import type { SettingsChange } from '../src/engine/protocol.ts';
import { median, rounded } from './figures.ts';

export interface PointReadReport {
  /** Different reads, each by its own key. */
  requests: number;
  rounds: number;
  /** Medians over the rounds of the mean time of a request, in microseconds. */
  hitUs: number;
  executedUs: number;
  /** executedUs / hitUs. */
  ratio: number;
  /** Answers of the cache whose rows were not those of an execution. */
  staleRows: number;
  /** Requests of the cached side that were no hit; 0, or the figure means nothing. */
  missed: number;
}

const SQL = 'SELECT * FROM orders WHERE id = ?';
/** Requests of one kind before the other kind has its turn. */
const TURN = 1000;

/**
 * One worker, and neither optimizer nor scaler at work beside it: in one process they would count as execution. Entries
 * live for an hour, so that none expires on a slow machine.
 */
export const MEASURED_ALONE: SettingsChange = {
  scaler: { minWorkers: 1, maxWorkers: 1 },
  optimizer: { enabled: false },
  cache: { ttlMs: { ...DEFAULT_CACHE_SETTINGS.ttlMs, point: 3_600_000 } },
};

/** The engine must hold the sample shop, whose smallest size has 12,000 orders. */
export async function pointReads(engine: Engine, requests: number, rounds: number): Promise<PointReadReport> {
  const { nowMs } = engine.platform;
  const ask = (id: number, cache: boolean) => engine.executeOptimizedQuery(SQL, [id], { cache });
  let staleRows = 0;
  let missed = 0;
  // Fills the cache, and warms both ways up.
  for (let id = 1; id <= requests; id++) await ask(id, true);
  for (let id = 1; id <= requests; id++) {
    const [hit, executed] = [await ask(id, true), await ask(id, false)];
    const shown = JSON.stringify(hit.result && rowsOf(hit.result));
    if (shown !== JSON.stringify(executed.result && rowsOf(executed.result)) || hit.result?.rowCount !== 1) staleRows++;
    if (!hit.cacheHit) missed++;
  }
  const hitUs: number[] = [];
  const executedUs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    let hitMs = 0;
    let executedMs = 0;
    for (let first = 1; first <= requests; first += TURN) {
      const last = Math.min(requests, first + TURN - 1);
      const start = nowMs();
      for (let id = first; id <= last; id++) if (!(await ask(id, true)).cacheHit) missed++;
      const middle = nowMs();
      for (let id = first; id <= last; id++) await ask(id, false);
      hitMs += middle - start;
      executedMs += nowMs() - middle;
    }
    hitUs.push((hitMs / requests) * 1000);
    executedUs.push((executedMs / requests) * 1000);
  }
  const [hit, executed] = [median(hitUs), median(executedUs)];
  return {
    requests,
    rounds,
    hitUs: rounded(hit),
    executedUs: rounded(executed),
    ratio: rounded(executed / hit),
    staleRows,
    missed,
  };
}

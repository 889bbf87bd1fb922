/** `window.headroom`: the engine for programs and for the browser's console, in the names of the README. */
import type {
  CacheEntryReport,
  CacheStatistics,
  EngineClient,
  ExecuteRequest,
  Parameters,
  PerformanceSummary,
  QueryOutcome,
} from '../engine/client.ts';
import { AppError } from '../core/errors.ts';

const ENTRIES_SHOWN = 1000;

export interface HeadroomApi {
  /** Runs one statement (of several, answers for the last) with the optimizer's proof waited for; throws what SQLite says. */
  executeOptimizedQuery(
    sql: string,
    parameters?: Parameters,
    options?: Omit<ExecuteRequest, 'sql' | 'parameters'>,
  ): Promise<QueryOutcome>;
  getPerformanceSummary(): Promise<PerformanceSummary>;
  cache: {
    getStats(): Promise<CacheStatistics>;
    clear(): Promise<CacheStatistics>;
    /** By key, by table, or by a pattern in the text. */
    invalidate(what: { key?: string; table?: string; pattern?: string }): Promise<{ removed: number }>;
    entries(limit?: number): Promise<CacheEntryReport[]>;
  };
}

export function createConsoleApi(client: EngineClient): HeadroomApi {
  const { call } = client;
  return {
    executeOptimizedQuery: async (sql, parameters, options) => {
      const { outcomes, error } = await call.execute({ sql, parameters, optimized: true, ...options });
      if (error) throw new AppError(error.code, error.message, error.detail);
      const last = outcomes.at(-1);
      if (!last) throw new AppError('empty', 'There is no statement in this text.');
      return last;
    },
    getPerformanceSummary: () => call.getPerformanceSummary({}),
    cache: {
      getStats: () => call.cacheStats({}),
      clear: () => call.cacheClear({}),
      invalidate: (what) => call.cacheInvalidate(what),
      entries: (limit = ENTRIES_SHOWN) => call.cacheEntries({ limit }),
    },
  };
}

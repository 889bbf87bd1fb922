/** What statements come to inside the engine, before it is put into words for the page. */
import type { Purpose } from '../../cache/store/entry.ts';
import { AppError, fromWireError, toWireError } from '../../core/errors.ts';
import type {
  Classification,
  Parameters,
  ResultColumns,
  StatementSpan,
  Version,
  Work,
} from '../../database/protocol.ts';

/** What one statement came to, before it is put into words for the page. */
export interface Ran {
  kind: 'ran';
  sql: string;
  /** As bound; not known of the parts of a unit. */
  parameters?: Parameters;
  span: { start: number; end: number };
  classification: Classification;
  result: ResultColumns | null;
  /** True when somebody else holds the same result too (the cache, another waiter): the page must get a copy. */
  shared: boolean;
  cache: CacheFinding;
  rewrite: RewriteFinding;
  /** Null for a hit. */
  pool: { worker: string; attempts: number; queueMs: number; serviceMs: number; pickReason: string } | null;
  work: Work | null;
  rowsChanged: number;
  /** Its transaction was rolled back: nothing of it was kept. */
  rolledBack?: boolean;
  version: Version;
  timings: { classifyMs: number; cacheMs: number; rewriteMs: number; totalMs: number };
  notes: string[];
}

/** The text does not just read: these are its statements. */
export interface Elsewhere {
  kind: 'elsewhere';
  statements: StatementSpan[];
  /** Of `Classifications` before the worker was asked. */
  stamp: number;
}

export type CacheFinding =
  /** `partOf`: of which other answer it is a part, in words; null for one that is itself in the cache. `staleMs`: its time has been over for so long, and it is being refreshed; null while it is not over. */
  | { state: 'hit'; ageMs: number; costMs: number; decodeMs: number; staleMs: number | null; partOf: string | null }
  /** For teaching only: rows that a write has overtaken. */
  | { state: 'older'; ageMs: number; overtakenMs: number }
  /** Nobody waits for it: what was served already is computed anew. */
  | { state: 'behind'; purpose: Purpose }
  | { state: 'joined' }
  | { state: 'miss' | 'off'; reason: string };

export interface RewriteFinding {
  ruleIds: string[];
  reason: string;
}

export interface ScriptRan {
  ran: Ran[];
  error: { cause: AppError; statementIndex: number; span: { start: number; end: number } } | null;
  notes: string[];
  /** Of a script that committed something: the point in time before it; null when none is kept. */
  undoPoint?: number | null;
}

/** Milliseconds that a worker was busy with a statement. */
export function busyOf(work: Work): number {
  return work.prepareMs + work.executeMs + work.simulatedWaitMs;
}

export function asAppError(error: unknown): AppError {
  return error instanceof AppError ? error : fromWireError(toWireError(error));
}

/** Every statement once as it is. Quick ones first get their time; what is stopped then shares what is left, and counts at its deadline. */
import { messageOf, type Sandbox } from '../optimizer/sandbox.ts';
import type { ReadQuery } from './read-workload.ts';
import { timeOf, type Timing } from './trials.ts';
import type { WorkloadQuery } from './workload.ts';

export interface MeasuredQuery extends ReadQuery {
  /** Of each sample. */
  before: Timing[];
  /** Their mean. */
  beforeMs: number;
}

export interface Baseline {
  measured: MeasuredQuery[];
  refused: { query: WorkloadQuery; why: string }[];
  /** Time ran out for so many. */
  left: number;
}

/** In the first round all have at least this much. */
const LIMIT_MS_MIN = 15;
/** Of the time, what the first round may take if all of them are stopped. */
const FIRST_SHARE = 0.5;
/** Less than so many times as long is not worth another run. */
const LONGER = 1.5;

export function* runAsTheyAre(
  queries: readonly ReadQuery[],
  data: Sandbox,
  budgetMs: number,
): Generator<{ done: number }, Baseline> {
  const endMs = data.nowMs() + budgetMs;
  const left = (): number => endMs - data.nowMs();
  const refused: Baseline['refused'] = [];
  const found = new Map<ReadQuery, Timing[]>();
  const samples = queries.reduce((sum, query) => sum + query.samples.length, 0);
  const run = (query: ReadQuery, limitMs: number): void => {
    try {
      found.set(
        query,
        query.samples.map((sample) => timeOf(data, sample, limitMs)),
      );
    } catch (error) {
      found.delete(query);
      refused.push({ query, why: messageOf(error) });
    }
  };
  let late = 0;
  for (const [done, query] of queries.entries()) {
    yield { done };
    if (left() <= 0) late++;
    else run(query, Math.max(LIMIT_MS_MIN, (budgetMs * FIRST_SHARE) / samples));
  }
  const stopped = [...found].filter(([, timings]) => timings.some((one) => one.stopped)).map(([query]) => query);
  for (const [index, query] of stopped.entries()) {
    const share = left() / (stopped.length - index) / query.samples.length;
    const before = Math.max(...(found.get(query) ?? []).map(({ ms }) => ms));
    yield { done: queries.length };
    if (share > before * LONGER) run(query, share);
  }
  const measured = queries.flatMap((query) => {
    const before = found.get(query);
    return before ? [{ ...query, before, beforeMs: before.reduce((sum, { ms }) => sum + ms, 0) / before.length }] : [];
  });
  return { measured, refused, left: late };
}

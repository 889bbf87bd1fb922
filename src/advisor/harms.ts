/**
 * What would have made a statement slower: each index by itself, and statistics by themselves. All of it was measured while the set was
 * chosen. An index that is advised in spite of that harms no more, beside the others; the rest was left out, and this says why.
 */
import type { Harm } from '../optimizer/advice.ts';
import { difference } from '../optimizer/equal.ts';
import type { Sandbox } from '../optimizer/sandbox.ts';
import type { Reader } from '../sql/parse/reader.ts';
import type { Schema } from '../sql/schema.ts';
import type { BuiltIndex } from './build.ts';
import { FLOOR_MS, SLOWER_MAX, type Problem } from './choose.ts';
import { plusColumnTexts } from './plus-column.ts';
import type { ReadQuery } from './read-workload.ts';
import type { Trials } from './trials.ts';

/** Times closer than this may be noise. */
const LOSS_MS_MIN = 0.3;
const HARMS_MAX = 20;
const LIMIT_MS = 1000;

export interface HarmTools {
  trials: Trials;
  rackNumbers(set: readonly number[]): number[];
  data: Sandbox;
  read: Reader;
  schema: Schema;
}

export function harmsOf(
  queries: readonly (ReadQuery & { beforeMs: number })[],
  built: readonly BuiltIndex[],
  set: readonly number[],
  problem: Problem,
  tools: HarmTools,
): Harm[] {
  const found: Harm[] = [];
  queries.forEach((query, statement) => {
    const { fingerprint, samples, beforeMs } = query;
    const [sample] = samples;
    if (!sample) return;
    const lossOf = (numbers: readonly number[]): number | null => {
      const afterMs = problem.costOf(statement, numbers);
      const ratio = Math.max(afterMs, FLOOR_MS) / Math.max(beforeMs, FLOOR_MS);
      return ratio > SLOWER_MAX && afterMs - beforeMs > LOSS_MS_MIN ? 1 / ratio : null;
    };
    const statistics = lossOf([]);
    if (statistics !== null) {
      const told = `Statistics alone make it slower: with ANALYZE the planner takes another plan. The indexes advised keep it fast.`;
      const remedy = lossOf(set) === null ? 'covering' : 'none';
      found.push({ fingerprint, sql: sample.sql, ratio: statistics, cause: 'ANALYZE', remedy, told });
    }
    const touched = problem.statements[statement]?.touched ?? [];
    for (const number of touched) {
      const index = built[number];
      const ratio = index ? lossOf([number]) : null;
      if (!index || ratio === null || statistics !== null) continue;
      found.push({ fingerprint, sql: sample.sql, ratio, cause: index.name, ...remedyOf(query, number, set, tools) });
    }
  });
  return found.sort((a, b) => a.ratio - b.ratio).slice(0, HARMS_MAX);
}

function remedyOf(
  { samples: [sample], beforeMs }: ReadQuery & { beforeMs: number },
  number: number,
  set: readonly number[],
  { trials, rackNumbers, data, read, schema }: HarmTools,
): Pick<Harm, 'remedy' | 'told'> {
  const slower = 'The planner would take it for this statement, which is slower with it';
  if (set.includes(number))
    return { remedy: 'covering', told: `${slower}; beside the other indexes advised it does not.` };
  for (const sql of sample ? plusColumnTexts(sample.sql, schema, read) : []) {
    try {
      const text = { sql, parameters: sample?.parameters ?? [] };
      const { ms, stopped } = trials.timing(text, LIMIT_MS, rackNumbers([number]), true);
      if (stopped || ms > beforeMs * SLOWER_MAX || !sample) continue;
      const equal = difference(
        data.run(sample.sql, sample.parameters, LIMIT_MS),
        data.run(sql, text.parameters, LIMIT_MS),
        { kind: 'none' },
      );
      if (equal === null)
        return {
          remedy: 'plus-column',
          told: `${slower}: it was left out. With a + before the column the planner leaves it alone: ${sql}`,
        };
    } catch {
      // The next one may do.
    }
  }
  return { remedy: 'left-out', told: `${slower}: it was left out.` };
}

/**
 * What would have made a statement slower: each index by itself, and statistics by themselves. All of it was measured while the set was
 * chosen. An index that is advised in spite of that harms no more, beside the others; the rest was left out, and this says why.
 */
import type { Harm } from '../optimizer/advice.ts';
import { difference } from '../optimizer/equal.ts';
import type { Sandbox } from '../optimizer/sandbox.ts';
import type { Reader } from '../sql/parse/reader.ts';
import type { Schema } from '../sql/schema.ts';
import type { MeasuredQuery } from './baseline.ts';
import type { BuiltIndex } from './build.ts';
import { SLOWER_MAX } from './choose.ts';
import type { MeasuredChoice } from './measured-choice.ts';
import { plusColumnTexts } from './plus-column.ts';

/** Times closer than this may be noise. */
const LOSS_MS_MIN = 0.3;
const HARMS_MAX = 20;
const LIMIT_MS = 1000;

export interface HarmTools {
  data: Sandbox;
  read: Reader;
  schema: Schema;
  /** For finding out what is not known yet. */
  leftMs(): number;
}

/** The worst of each statement, worst first. */
export function harmsOf(
  queries: readonly MeasuredQuery[],
  built: readonly BuiltIndex[],
  set: readonly number[],
  choice: MeasuredChoice,
  tools: HarmTools,
): Harm[] {
  const { leftMs } = tools;
  const found = queries.flatMap((query, statement): Harm[] => {
    const { fingerprint, beforeMs } = query;
    const [sample] = query.samples;
    const touched = choice.problem.statements[statement]?.touched ?? [];
    const lossOf = (items: readonly number[]): number => {
      const loss = choice.lossOf(statement, items, leftMs()) ?? 1;
      return loss > SLOWER_MAX && (loss - 1) * beforeMs > LOSS_MS_MIN ? loss : 1;
    };
    const statistics = touched.filter((item) => item >= built.length);
    const byStatistics = statistics.length > 0 ? lossOf(statistics) : 1;
    if (!sample) return [];
    const common = { fingerprint, sql: sample.sql, remedySql: null };
    if (byStatistics > 1) {
      const isMended = lossOf(set.filter((item) => touched.includes(item))) === 1;
      const told = `With statistics of all its tables the planner takes another plan, which is slower${isMended ? '; what is advised avoids that' : ''}.`;
      const remedy = isMended ? 'left-out' : 'none';
      return [{ ...common, ratio: 1 / byStatistics, cause: 'ANALYZE', remedy, told }];
    }
    const [worst] = touched
      .filter((item) => item < built.length)
      .map((item) => ({ item, loss: lossOf([item, ...statistics]) }))
      .sort((a, b) => b.loss - a.loss);
    if (!worst || worst.loss === 1) return [];
    const cause = built[worst.item]?.name ?? '';
    return [
      { ...common, ratio: 1 / worst.loss, cause, ...remedyOf(query, worst.item, statistics, set, choice, tools) },
    ];
  });
  return found.sort((a, b) => a.ratio - b.ratio).slice(0, HARMS_MAX);
}

function remedyOf(
  { samples: [sample], beforeMs }: MeasuredQuery,
  item: number,
  statistics: readonly number[],
  set: readonly number[],
  choice: MeasuredChoice,
  { data, read, schema }: HarmTools,
): Pick<Harm, 'remedy' | 'told' | 'remedySql'> {
  const slower = 'By itself the planner would take it for this statement, which is slower with it';
  if (set.includes(item))
    return { remedy: 'covering', told: `${slower}; beside the other indexes advised it does not.`, remedySql: null };
  for (const sql of sample ? plusColumnTexts(sample.sql, schema, read) : []) {
    try {
      const text = { sql, parameters: sample?.parameters ?? [] };
      const { ms, stopped } = choice.timing(text, LIMIT_MS, [item, ...statistics]);
      if (stopped || ms > beforeMs * SLOWER_MAX || !sample) continue;
      const [typed, plus] = [sample.sql, sql].map((one) => data.run(one, text.parameters, LIMIT_MS));
      if (!typed || !plus || difference(typed, plus, { kind: 'none' }) !== null) continue;
      const told = `${slower}: it was left out. With a + before the column, which gives the same rows here, the planner leaves it alone.`;
      return { remedy: 'plus-column', told, remedySql: sql };
    } catch {
      // The next one may do.
    }
  }
  return { remedy: 'left-out', told: `${slower}: it was left out.`, remedySql: null };
}

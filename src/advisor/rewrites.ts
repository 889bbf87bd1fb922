/**
 * Rewrites beside indexes. Before anything is built, what the rules propose is planned for, so that an index that only a rewrite can use is
 * built too; with the indexes there, the optimizer proves what it can on the very copy that has them.
 */
import { Optimizer } from '../optimizer/optimize.ts';
import { prepare } from '../optimizer/prepare.ts';
import { byPromise, Proposals } from '../optimizer/proposals.ts';
import { PROVED_RULES } from '../optimizer/rules/registry.ts';
import type { PlannedText } from './prune.ts';
import type { IndexRack } from './rack.ts';
import { plannedText, type ReadQuery } from './read-workload.ts';
import type { AdvisorTools } from './tools.ts';
import type { SampleText } from './workload.ts';

/** Proved texts for all samples of a statement; null when there is none. */
export type ProvedTexts = { samples: SampleText[]; ruleIds: string[]; interval: [number, number] } | null;

const PREPARE_MS = 500;
const PROOF_MS_MAX = 2500;
const PROOF_MS_MIN = 60;
/** What takes less has nothing to gain that is felt. */
const FAST_ENOUGH_MS = 0.3;

/** Unproved: for planning alone. */
export function proposedTexts(query: ReadQuery, { data, read, schema }: AdvisorTools, max: number): PlannedText[] {
  const [sample] = query.samples;
  if (!sample) return [];
  const { tools } = new Optimizer(data, read);
  const prepared = prepare(sample.sql, sample.parameters, PREPARE_MS, tools);
  if (typeof prepared === 'string') return [];
  return [...new Proposals(prepared, PROVED_RULES, tools.costs).first()]
    .sort(byPromise)
    .slice(0, max)
    .flatMap(({ statement }) => plannedText(statement.sql, sample, schema, read) ?? []);
}

export class RewriteStage {
  readonly #tools: AdvisorTools;
  readonly #rack: IndexRack;
  #left: number;

  constructor(tools: AdvisorTools, rack: IndexRack, statements: number) {
    this.#tools = tools;
    this.#rack = rack;
    this.#left = statements;
  }

  /** With these indexes to be seen; `leftMs` for all that are still to come. */
  prove(query: ReadQuery, indexes: readonly number[], leftMs: number): ProvedTexts {
    const budgetMs = Math.min(PROOF_MS_MAX, Math.max(PROOF_MS_MIN, (3 * leftMs) / Math.max(1, this.#left--)));
    this.#rack.show(indexes);
    const optimizer = new Optimizer(this.#rack.sandbox, this.#tools.read);
    const samples: SampleText[] = [];
    let ruleIds: string[] = [];
    let interval: [number, number] = [1, 1];
    for (const { sql, parameters } of query.samples) {
      const options = { budgetMs: budgetMs / query.samples.length, fastEnoughMs: FAST_ENOUGH_MS };
      const { provedSql, chosen } = optimizer.optimize(sql, parameters, options);
      if (provedSql === null || !chosen) return null;
      samples.push({ sql: provedSql, parameters });
      ({ ruleIds } = chosen);
      interval = chosen.measurement?.ratioInterval ?? interval;
    }
    return { samples, ruleIds, interval };
  }
}

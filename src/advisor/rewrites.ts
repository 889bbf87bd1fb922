/**
 * Rewrites beside indexes. Before anything is built, what the rules propose is planned for, so that an index that only a rewrite can use is
 * built too. Once indexes are chosen, the optimizer proves what it can of the statements that still take time, on the very copy that has
 * the indexes; then the choice is made again, and what it was without rewrites is where it begins.
 */
import { Optimizer } from '../optimizer/optimize.ts';
import { isRefutedByRows, prepare } from '../optimizer/prepare.ts';
import { byPromise, Proposals } from '../optimizer/proposals.ts';
import { PROVED_RULES } from '../optimizer/rules/registry.ts';
import type { PlannedText } from './prune.ts';
import type { MeasuredChoice } from './measured-choice.ts';
import type { IndexRack } from './rack.ts';
import { plannedText, type ReadQuery } from './read-workload.ts';
import type { AdvisorTools } from './tools.ts';
import type { SampleText } from './workload.ts';

/** Proved texts for all samples of a statement; null when there is none. */
export type ProvedTexts = { samples: SampleText[]; ruleIds: string[]; interval: [number, number] } | null;

const PREPARE_MS = 500;
/** A row that refutes is soon found where there are such; to see that there are none can wait for the proof. */
const REFUTE_MS = 30;
const PROOF_MS_MIN = 100;
/** What takes less has nothing to gain that is felt. */
const FAST_ENOUGH_MS = 0.5;
/** Of the time that is left for each proof, what one may take: most are soon over. */
const SHARES = 2;
/** Texts that rules propose are planned for, as many as promise most. */
const PROPOSALS_MAX = 2;

export class RewriteStage {
  readonly #tools: AdvisorTools;
  readonly #rack: IndexRack;
  readonly #optimizer: Optimizer;

  constructor(tools: AdvisorTools, rack: IndexRack) {
    this.#tools = tools;
    this.#rack = rack;
    this.#optimizer = new Optimizer(tools.data, tools.read);
  }

  /** Unproved: for planning alone. */
  propose(query: ReadQuery): PlannedText[] {
    const [sample] = query.samples;
    if (!sample) return [];
    const { tools } = this.#optimizer;
    const prepared = prepare(sample.sql, sample.parameters, PREPARE_MS, tools);
    if (typeof prepared === 'string' || isRefutedByRows(prepared, REFUTE_MS)) return [];
    return [...new Proposals(prepared, PROVED_RULES, tools.costs).first()]
      .filter(({ sameProgram }) => !sameProgram)
      .sort(byPromise)
      .slice(0, PROPOSALS_MAX)
      .flatMap(({ statement }) => plannedText(statement.sql, sample, this.#tools.schema, this.#tools.read) ?? []);
  }

  /** Of these statements, those first that take most with the set; the choice may lean on what is proved. True when something was. */
  *proveFor(
    choice: MeasuredChoice,
    set: readonly number[],
    open: readonly { query: ReadQuery; statement: number }[],
    leftMs: () => number,
  ): Generator<ReadQuery, boolean> {
    const slow = open
      .map((one) => ({ ...one, ms: choice.msWith(one.statement, set) }))
      .filter(({ ms }) => ms >= FAST_ENOUGH_MS)
      .sort((a, b) => b.query.frequency * b.ms - a.query.frequency * a.ms);
    let found = false;
    for (const [position, { query, statement }] of slow.entries()) {
      if (leftMs() <= 0) break;
      yield query;
      choice.show([...new Set([...set, ...choice.bestOf(statement)])]);
      const proved = this.#prove(query, (SHARES * leftMs()) / (slow.length - position));
      if (proved) choice.leanOn(statement, proved);
      found ||= proved !== null;
    }
    return found;
  }

  /** With what the planner is shown. */
  #prove(query: ReadQuery, budgetMs: number): ProvedTexts {
    const optimizer = new Optimizer(this.#rack.sandbox, this.#tools.read);
    const samples: SampleText[] = [];
    let ruleIds: string[] = [];
    let interval: [number, number] = [1, 1];
    for (const { sql, parameters } of query.samples) {
      const options = {
        budgetMs: Math.max(PROOF_MS_MIN, budgetMs / query.samples.length),
        fastEnoughMs: FAST_ENOUGH_MS,
      };
      const { provedSql, chosen } = optimizer.optimize(sql, parameters, options);
      if (provedSql === null || !chosen) return null;
      samples.push({ sql: provedSql, parameters });
      ({ ruleIds } = chosen);
      interval = chosen.measurement?.ratioInterval ?? interval;
    }
    return { samples, ruleIds, interval };
  }
}

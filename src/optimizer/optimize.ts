/**
 * From a text to a proved faster one: rules propose, trials on the fork rank, guards decide. Told step by step, so that a first suggestion
 * is there within milliseconds and whoever runs this may stop between two steps.
 */
import type { Reader } from '../sql/parse/reader.ts';
import type { Schema } from '../sql/schema.ts';
import type { Parameters } from '../database/protocol.ts';
import { Facts } from './guards/facts.ts';
import { inMs } from './guards/faster.ts';
import { GUARDS, RIGHTNESS_GUARDS } from './guards/registry.ts';
import { closeSuite } from './guards/suite.ts';
import { plainPlan } from './plain-plan.ts';
import { askSecondReader, GUARD_MS_MIN, isRefutedByRows, prepare, type Prepared, type Tools } from './prepare.ts';
import { byPromise, Proposals, type Proposal } from './proposals.ts';
import type { OptimizeProgress, OptimizeReport, PreviewText, RewriteAttempt, Trial } from './protocol.ts';
import { preview } from './previews.ts';
import { attemptOf, notApplicable, prove } from './prove.ts';
import { readSchema } from './read-schema.ts';
import { PROVED_RULES } from './rules/registry.ts';
import type { Rule } from './rules/rule.ts';
import type { Sandbox } from './sandbox.ts';
import { ranked, search, tryOriginal, type Tried } from './search.ts';
import { StatementCosts } from './statement-cost.ts';

/** Rewrites that are taken through all guards. */
const PROOFS_MAX = 6;
/** Of the time left, what one run of the text as typed may take: without its result there is no proof. */
const ORIGINAL_SHARE = 0.6;
/** Of the time left after that, what trials may take. */
const SEARCH_SHARE = 0.4;
/** Where all proposals are wanted, so many are built upon, and so many proved. */
const BEGINNINGS_MAX = 8;
const ALL_MAX = 40;
/** Rules whose work is in the text: their program is the same by design. */
const WRITES_OUT: ReadonlySet<string> = new Set(['star-to-columns']);

export type Report = Omit<OptimizeReport, 'version' | 'schemaCookie'>;

export interface OptimizeOptions {
  disabledRules?: readonly string[];
  budgetMs: number;
  /** A text that takes less is left alone: what could be gained is not worth the work. */
  fastEnoughMs?: number;
  /** False proves rightness alone, to run every proved rewrite. */
  mustBeFaster?: boolean;
  /** Other rules than the registered ones: for tests of the guards. */
  rules?: readonly Rule[];
}

type Steps<Result> = Generator<OptimizeProgress, Result>;

export class Optimizer {
  readonly #sandbox: Sandbox;
  readonly #read: Reader;
  #tools: (Tools & { costs: StatementCosts }) | null = null;

  constructor(sandbox: Sandbox, read: Reader) {
    this.#sandbox = sandbox;
    this.#read = read;
  }

  get schema(): Schema {
    return this.tools.schema;
  }

  /** What is known of the data as it is now. */
  get tools(): Tools & { costs: StatementCosts } {
    if (this.#tools) return this.#tools;
    const sandbox = this.#sandbox;
    const schema = readSchema(sandbox);
    const facts = new Facts(sandbox, schema);
    return (this.#tools = { sandbox, read: this.#read, schema, facts, costs: new StatementCosts(sandbox, schema) });
  }

  /** Never throws for what is in the text: it then runs as typed, with the reason. */
  optimize(sql: string, parameters: Parameters, options: OptimizeOptions): Report {
    const steps = this.steps(sql, parameters, options);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  /** The same, told as it goes on. */
  *steps(sql: string, parameters: Parameters, options: OptimizeOptions): Steps<Report> {
    const startMs = this.#sandbox.nowMs();
    const since = (): number => this.#sandbox.nowMs() - startMs;
    const attempts: RewriteAttempt[] = [];
    let analysisMs = 0;
    const report = (unchangedReason: string | null, chosen: RewriteAttempt | null): Report => ({
      sql,
      provedSql: chosen?.rewrittenSql ?? null,
      ruleIds: chosen?.ruleIds ?? [],
      restsOn: chosen?.restsOn ?? [],
      chosen,
      attempts,
      unchangedReason,
      planBefore: this.#plan(sql),
      planAfter: chosen?.rewrittenSql ? this.#plan(chosen.rewrittenSql) : null,
      analysisMs,
      elapsedMs: since(),
    });
    const prepared = prepare(sql, parameters, options.budgetMs, this.tools);
    analysisMs = since();
    if (typeof prepared === 'string') return report(prepared, null);

    try {
      const rules = (options.rules ?? PROVED_RULES).filter((rule) => !options.disabledRules?.includes(rule.id));
      const proposals = new Proposals(prepared, rules, this.tools.costs);
      const first: Proposal[] = [];
      for (const one of proposals.first()) {
        if (first.length === 0) {
          analysisMs = since();
          yield proposed([one], analysisMs);
        }
        first.push(one);
      }
      first.sort(byPromise);
      if (first.length === 0) analysisMs = since();
      if (first.length !== 1) yield proposed(first, analysisMs);
      const misread = askSecondReader(prepared);
      if (misread !== null) {
        attempts.push(...first.map((one) => attemptOf(one, null, 'refused', `The text may be misread: ${misread}.`)));
        return report(`Runs as typed: ${misread}.`, null);
      }
      const deadlineMs = startMs + options.budgetMs;
      if (options.mustBeFaster === false) yield* this.#proveAll(proposals, first, prepared, deadlineMs, attempts);
      else if (first.length > 0) {
        const reason = yield* this.#proveBest(
          proposals,
          first,
          prepared,
          deadlineMs,
          options.fastEnoughMs ?? 0,
          attempts,
        );
        if (reason !== null) return report(reason, null);
      }
      attempts.push(...rules.filter((rule) => !proposals.applied.has(rule.id)).map((rule) => notApplicable(rule.id)));
      const chosen = bestOf(attempts);
      return report(chosen ? null : reasonOf(attempts), chosen);
    } finally {
      closeSuite(prepared.context);
    }
  }

  /** Adds what became of each proposal; answers why there was nothing to find out, or null. */
  *#proveBest(
    proposals: Proposals,
    first: readonly Proposal[],
    prepared: Prepared,
    deadlineMs: number,
    fastEnoughMs: number,
    attempts: RewriteAttempt[],
  ): Steps<string | null> {
    const nowMs = (): number => this.#sandbox.nowMs();
    const decided = (attempt: RewriteAttempt): OptimizeProgress => {
      attempts.push(attempt);
      return { stage: 'decided', attempt };
    };
    if (isRefutedByRows(prepared, prepared.context.guardBudgetMs)) {
      for (const one of first) yield decided(yield* prove(one, null, prepared, GUARDS, deadlineMs));
      return null;
    }
    const limitMs = Math.max(GUARD_MS_MIN, (deadlineMs - nowMs()) * ORIGINAL_SHARE);
    const original = tryOriginal(prepared, limitMs);
    if (typeof original === 'string') {
      for (const one of first) yield decided(attemptOf(one, null, 'refused', original));
      return null;
    }
    if (original.ms < fastEnoughMs) {
      for (const one of first)
        yield decided(attemptOf(one, null, 'not-tried', `The text as typed takes only ${inMs(original.ms)}.`));
      return `Runs as typed: it takes only ${inMs(original.ms)}, so that a rewrite could gain nothing that is felt.`;
    }
    const tried: Tried[] = [];
    for (const one of search(proposals, first, prepared, original, nowMs() + (deadlineMs - nowMs()) * SEARCH_SHARE)) {
      tried.push(one);
      const { ruleIds, statement } = one.proposal;
      yield { stage: 'tried', ruleIds: [...ruleIds], rewrittenSql: statement.sql, trial: one.trial };
    }
    const { worth, not } = ranked(tried, original);
    let best: RewriteAttempt | null = null;
    for (const [index, { proposal, trial }] of worth.entries()) {
      if (index >= PROOFS_MAX)
        yield decided(attemptOf(proposal, trial, 'not-tried', `${PROOFS_MAX} more promising ones came before it.`));
      else if (best?.trial && trial && !mayBeat(trial, best.trial))
        yield decided(attemptOf(proposal, trial, 'not-faster', 'A proved rewrite took fewer steps and less time.'));
      else {
        const attempt: RewriteAttempt = yield* prove(proposal, trial, prepared, GUARDS, deadlineMs);
        yield decided(attempt);
        if (attempt.outcome === 'proved') best = bestOf([...(best ? [best] : []), attempt]);
      }
    }
    for (const { one, reason } of not)
      yield decided(attemptOf(one.proposal, one.trial, one.trial ? 'not-faster' : 'not-tried', reason));
    return null;
  }

  /** Rightness of all that the rules propose, alone and after one another. */
  *#proveAll(
    proposals: Proposals,
    first: readonly Proposal[],
    prepared: Prepared,
    deadlineMs: number,
    attempts: RewriteAttempt[],
  ): Steps<void> {
    const isOwn = (one: Proposal): boolean => !one.sameProgram || WRITES_OUT.has(one.ruleIds.at(-1) ?? '');
    const all = [...first, ...first.slice(0, BEGINNINGS_MAX).flatMap((one) => proposals.next(one))];
    for (const proposal of all.filter(isOwn).slice(0, ALL_MAX)) {
      const attempt = yield* prove(proposal, null, prepared, RIGHTNESS_GUARDS, deadlineMs);
      attempts.push(attempt);
      yield { stage: 'decided', attempt };
    }
  }

  /** The text of an opt-in rule that changes the result, with its label; null when the rule does not apply. */
  preview(sql: string, ruleId: string, parameters: Parameters = []): PreviewText | null {
    return preview(sql, ruleId, parameters, this.tools);
  }

  #plan(sql: string): Report['planBefore'] {
    try {
      return plainPlan(this.#sandbox.plan(sql));
    } catch {
      return [];
    }
  }
}

/** What rules propose, before anything is proved. */
function proposed(some: readonly Proposal[], analysisMs: number): OptimizeProgress {
  const attempts = some.map((one) => attemptOf(one, null, 'proposed', `Proposed: ${one.rewrite.note}.`));
  return { stage: 'proposed', analysisMs, attempts };
}

/** Whether one that took this in its trial may still turn out faster than the best. */
function mayBeat(trial: Trial, best: Trial): boolean {
  const fewerSteps = trial.steps !== null && best.steps !== null && trial.steps < best.steps * 0.9;
  return fewerSteps || trial.ms < best.ms * 0.9;
}

/** The proved attempt with the greatest gain; null when there is none. */
function bestOf(attempts: readonly RewriteAttempt[]): RewriteAttempt | null {
  const gain = (one: RewriteAttempt): number => one.measurement?.ratioWarm ?? 1;
  return attempts
    .filter(({ outcome }) => outcome === 'proved')
    .reduce<RewriteAttempt | null>((best, one) => (best && gain(best) >= gain(one) ? best : one), null);
}

/** Why nothing came of it, from the attempt that got furthest. */
function reasonOf(attempts: readonly RewriteAttempt[]): string {
  const tried = attempts.filter((one) => one.outcome !== 'not-applicable');
  if (tried.length === 0) return 'Runs as typed: no rule applies.';
  const rank = (one: RewriteAttempt): number => one.verdicts.length * 2 + (one.outcome === 'refused' ? 1 : 0);
  const furthest = tried.reduce((best, one) => (rank(one) > rank(best) ? one : best));
  return `Runs as typed: ${tried.length === 1 ? 'one rewrite was' : `${tried.length} rewrites were`} tried (${furthest.ruleId}: ${furthest.reason})`;
}

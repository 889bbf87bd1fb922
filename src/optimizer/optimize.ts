/**
 * From a text to a proved faster one: rules propose, plans rank, a single run sorts out what cannot win, guards decide.
 * Best first (Pearl 1984) over at most three rules in a row, each step proved against the text as typed.
 */
import { quoted } from '../core/sql-name.ts';
import type { Select } from '../sql/ast.ts';
import type { Reader } from '../sql/parse/reader.ts';
import { printSelect } from '../sql/print.ts';
import type { Schema } from '../sql/schema.ts';
import { visit } from '../sql/walk.ts';
import { foldCase } from '../sql/tokens.ts';
import type { Parameters } from '../database/protocol.ts';
import { programOf } from './bytecode.ts';
import { undetermined } from './determined.ts';
import { Facts } from './guards/facts.ts';
import { inMs } from './guards/faster.ts';
import type { Candidate, GuardContext, Statement } from './guards/guard.ts';
import { GUARDS, RIGHTNESS_GUARDS } from './guards/registry.ts';
import { checkRoundTrip } from './guards/round-trip.ts';
import { withNames } from './names.ts';
import { normalise } from './normalise.ts';
import { plainPlan } from './plain-plan.ts';
import { planCost } from './plan-cost.ts';
import type { OptimizeReport, RewriteAttempt, Verdict } from './protocol.ts';
import { readSchema } from './read-schema.ts';
import { PREVIEW_RULES, PROVED_RULES } from './rules/registry.ts';
import { restsOn, type Precondition, type Rewrite, type Rule } from './rules/rule.ts';
import { isDeadline, messageOf, type Sandbox } from './sandbox.ts';

/** Rules in a row. */
const DEPTH_MAX = 3;
/** Rewrites that are taken through all guards in one round. */
const PROOFS_MAX = 4;
const REWRITES_MAX = 40;
/** Of the whole budget, what one guard may take. */
const GUARD_SHARE = 0.25;
const GUARD_MS_MIN = 100;
/** Of the time left, what one run of the text as typed may take: without its result there is no proof. */
const ORIGINAL_SHARE = 0.6;

export type Report = Omit<OptimizeReport, 'version' | 'schemaCookie'>;

export interface OptimizeOptions {
  disabledRules?: readonly string[];
  budgetMs: number;
  /** False proves rightness alone, to run every proved rewrite. */
  mustBeFaster?: boolean;
  /** Other rules than the registered ones: for tests of the guards. */
  rules?: readonly Rule[];
}

/** What a text reads as, with all that the guards want; or why it stays as typed. */
interface Prepared {
  statement: Statement;
  context: GuardContext;
  roundTrip: Verdict;
}

export class Optimizer {
  readonly #sandbox: Sandbox;
  readonly #read: Reader;
  #schema: Schema | null = null;
  #facts: Facts | null = null;
  readonly #rowCounts = new Map<string, number | null>();

  constructor(sandbox: Sandbox, read: Reader) {
    this.#sandbox = sandbox;
    this.#read = read;
  }

  get schema(): Schema {
    return (this.#schema ??= readSchema(this.#sandbox));
  }

  /** Never throws for what is in the text: it then runs as typed, with the reason. */
  optimize(sql: string, parameters: Parameters, options: OptimizeOptions): Report {
    const startMs = this.#sandbox.nowMs();
    const attempts: RewriteAttempt[] = [];
    const report = (unchangedReason: string | null, best: Proved | null): Report => ({
      sql,
      provedSql: best?.sql ?? null,
      ruleIds: best?.ruleIds ?? [],
      restsOn: restsOn(best?.preconditions ?? []),
      attempts,
      unchangedReason,
      planBefore: this.#plan(sql),
      planAfter: best ? this.#plan(best.sql) : null,
      elapsedMs: this.#sandbox.nowMs() - startMs,
    });
    const prepared = this.#prepare(sql, parameters, options.budgetMs);
    if (typeof prepared === 'string') return report(prepared, null);

    const deadlineMs = startMs + options.budgetMs;
    const rules = (options.rules ?? PROVED_RULES).filter((rule) => !options.disabledRules?.includes(rule.id));
    let best: Proved | null = null;
    for (let depth = 0; depth < DEPTH_MAX; depth++) {
      const from: Statement = best ? { sql: best.sql, select: best.select } : prepared.statement;
      const found = this.#round(from, prepared, rules, deadlineMs, options.mustBeFaster ?? true, attempts, best);
      if (!found) break;
      best = found;
      if (options.mustBeFaster === false || this.#sandbox.nowMs() > deadlineMs) break;
    }
    return report(best ? null : reasonOf(attempts), best);
  }

  /** The text of an opt-in rule that changes the result, with its label; null when the rule does not apply. */
  preview(sql: string, ruleId: string): { sql: string; label: string } | null {
    const rule = PREVIEW_RULES.find((one) => one.id === ruleId);
    const read = this.#read(sql);
    if (!rule || !read.ok) return null;
    const names = this.#sandbox.columnNames(sql);
    if (!checkRoundTrip(sql, read.select, names, this.#sandbox).pass) return null;
    const [rewrite] = rule.apply(read.select, { schema: this.schema, names });
    return rewrite ? { sql: printSelect(rewrite.select), label: `Preview: ${rewrite.note}` } : null;
  }

  #plan(sql: string): Report['planBefore'] {
    try {
      return plainPlan(this.#sandbox.plan(sql));
    } catch {
      return [];
    }
  }

  #prepare(sql: string, parameters: Parameters, budgetMs: number): Prepared | string {
    try {
      const refused = this.#read(sql);
      if (!refused.ok) return `Runs as typed: ${refused.reason}.`;
      const names = this.#sandbox.columnNames(sql);
      const numbered = normalise(sql, this.schema, this.#sandbox);
      if (this.#sandbox.columnNames(numbered).join('\n') !== names.join('\n')) {
        return 'Runs as typed: its columns are named after its parameters.';
      }
      const read = this.#read(numbered);
      if (!read.ok) return `Runs as typed: ${read.reason}.`;
      const { schema } = this;
      const system = namesSystemTable(read.select, schema);
      if (system) return `Runs as typed: ${system} is not among the tables whose meaning is known.`;
      const left = undetermined(read.select, schema);
      if (left) return `Runs as typed: ${left}.`;
      const roundTrip = checkRoundTrip(numbered, read.select, names, this.#sandbox);
      if (!roundTrip.pass) return `Runs as typed: ${roundTrip.evidence}`;
      const guardBudgetMs = Math.max(GUARD_MS_MIN, budgetMs * GUARD_SHARE);
      const context: GuardContext = {
        sandbox: this.#sandbox,
        schema,
        read: this.#read,
        parameters,
        names,
        facts: (this.#facts ??= new Facts(this.#sandbox, schema)),
        guardBudgetMs,
        originalRun: null,
        measurement: null,
      };
      return { statement: { sql: numbered, select: read.select }, context, roundTrip };
    } catch (error) {
      return `Runs as typed: ${messageOf(error)}.`;
    }
  }

  /** One rule on top of `from`; answers the best proved rewrite that beats the best so far. */
  #round(
    from: Statement,
    prepared: Prepared,
    rules: readonly Rule[],
    deadlineMs: number,
    mustBeFaster: boolean,
    attempts: RewriteAttempt[],
    bestSoFar: Proved | null,
  ): Proved | null {
    const proposals = this.#propose(from, prepared, rules, attempts, bestSoFar);
    let [best, proofs] = [null as Proved | null, 0];
    for (const proposal of mustBeFaster ? this.#sortOut(proposals, prepared, attempts, deadlineMs) : proposals) {
      if (proofs >= PROOFS_MAX && mustBeFaster) break;
      proofs++;
      const { attempt, statement } = this.#prove(proposal, prepared, mustBeFaster, deadlineMs);
      attempts.push(attempt);
      if (attempt.outcome !== 'proved') continue;
      const ratio = attempt.measurement?.ratioWarm ?? 1;
      const toBeat = best?.ratio ?? (bestSoFar ? bestSoFar.ratio * STEP_GAIN_MIN : 0);
      if (ratio <= toBeat) continue;
      const { preconditions } = proposal.rewrite;
      best = { ...statement, ratio, ruleIds: [...(bestSoFar?.ruleIds ?? []), ...proposal.ruleIds], preconditions };
    }
    return best;
  }

  #propose(
    from: Statement,
    prepared: Prepared,
    rules: readonly Rule[],
    attempts: RewriteAttempt[],
    bestSoFar: Proved | null,
  ): Proposal[] {
    const { context } = prepared;
    const seen = new Set<string>([prepared.statement.sql, from.sql]);
    const costBefore = this.#cost(from);
    const program = this.#programKey(prepared.statement.sql);
    const proposals: Proposal[] = [];
    const apply = (rule: Rule, base: Select, earlier: Proposal | null): number => {
      const rewrites = rule.apply(base, { schema: context.schema, names: context.names }).slice(0, REWRITES_MAX);
      for (const rewrite of rewrites) {
        const statement = this.#named(rewrite, context.names);
        if (seen.has(statement.sql)) continue;
        seen.add(statement.sql);
        const score = costBefore / this.#cost(statement);
        // Of a rewrite built upon another, all that either needs must hold.
        const before = earlier?.rewrite.preconditions ?? bestSoFar?.preconditions ?? [];
        const preconditions = [...before, ...rewrite.preconditions];
        const note = earlier ? `${earlier.rewrite.note}, then ${rewrite.note}` : rewrite.note;
        const ruleIds = [...(earlier?.ruleIds ?? []), rule.id];
        if (this.#programKey(statement.sql) !== program || WRITES_OUT.has(rule.id)) {
          proposals.push({ ruleIds, rewrite: { select: statement.select, preconditions, note }, statement, score });
        } else attempts.push(attemptOf(rule.id, statement.sql, 'not-faster', SAME_PROGRAM));
      }
      return rewrites.length;
    };
    for (const rule of rules) {
      const count = apply(rule, from.select, null);
      if (count === 0 && bestSoFar === null)
        attempts.push(attemptOf(rule.id, null, 'not-applicable', 'The rule does not apply.'));
    }
    // What one rule makes, another may improve: count to EXISTS to IN. Orders of joins are ends, not beginnings.
    for (const first of proposals.filter((one) => !ENDS.has(one.ruleIds[0] ?? '')).slice(0, BEGINNINGS_MAX)) {
      for (const rule of rules)
        if (!first.ruleIds.includes(rule.id) && !ENDS.has(rule.id)) apply(rule, first.statement.select, first);
    }
    return proposals.sort((a, b) => b.score - a.score).slice(0, REWRITES_MAX);
  }

  /** With the old column names, where the rewrite would change them. */
  #named(rewrite: Rewrite, names: readonly string[]): Statement {
    const statement = { sql: printSelect(rewrite.select), select: rewrite.select };
    try {
      const select = withNames(rewrite.select, this.#sandbox.columnNames(statement.sql), names);
      return select && select !== rewrite.select ? { sql: printSelect(select), select } : statement;
    } catch {
      // The reparse guard will say what SQLite says.
      return statement;
    }
  }

  /** Runs each proposal once: what is no faster than the text as typed need not be proved. The quickest come first. */
  #sortOut(
    proposals: readonly Proposal[],
    prepared: Prepared,
    attempts: RewriteAttempt[],
    deadlineMs: number,
  ): Proposal[] {
    const { context, statement } = prepared;
    const { sandbox, parameters } = context;
    const quickest: { proposal: Proposal; elapsedMs: number }[] = [];
    if (proposals.length === 0) return [];
    const shareMs = Math.max(GUARD_MS_MIN, (deadlineMs - sandbox.nowMs()) * ORIGINAL_SHARE);
    let originalMs: number;
    try {
      context.originalRun ??= sandbox.run(statement.sql, parameters, shareMs);
      // The first run also fills the page cache.
      originalMs = Math.min(
        context.originalRun.elapsedMs,
        context.originalRun.elapsedMs < shareMs / 8
          ? sandbox.run(statement.sql, parameters, shareMs).elapsedMs
          : Infinity,
      );
    } catch (error) {
      if (!isDeadline(error)) {
        attempts.push(
          ...proposals.map((one) =>
            attemptOf(lastOf(one), one.statement.sql, 'refused', `The text as typed fails: ${messageOf(error)}.`),
          ),
        );
        return [];
      }
      const reason = `Not enough evidence: the text as typed did not finish within ${Math.round(shareMs)} ms, so nothing can be compared with it.`;
      attempts.push(...proposals.map((one) => attemptOf(lastOf(one), one.statement.sql, 'refused', reason, one.score)));
      return [];
    }
    const endMs = sandbox.nowMs() + shareMs / 2;
    for (const proposal of proposals) {
      const limitMs = Math.max(
        1,
        Math.min(originalMs, (quickest[0]?.elapsedMs ?? Infinity) * 2, Math.max(GUARD_MS_MIN, endMs - sandbox.nowMs())),
      );
      const late = sandbox.nowMs() > endMs && quickest.length > 0;
      const elapsedMs = late ? null : this.#quickest(proposal.statement.sql, context, limitMs);
      if (elapsedMs !== null && elapsedMs < originalMs) quickest.push({ proposal, elapsedMs });
      else {
        const reason = late
          ? 'Time ran out before it could be tried.'
          : `One run ${elapsedMs === null ? `was stopped after ${inMs(limitMs)}${quickest.length > 0 && limitMs < originalMs ? ', another rewrite being quicker' : ''}` : `took ${inMs(elapsedMs)}`}, the text as typed took ${inMs(originalMs)}.`;
        attempts.push(attemptOf(lastOf(proposal), proposal.statement.sql, 'not-faster', reason, proposal.score));
      }
      quickest.sort((a, b) => a.elapsedMs - b.elapsedMs);
    }
    return quickest.map((one) => one.proposal);
  }

  /** The better of two runs; null when it fails or takes too long. */
  #quickest(sql: string, { sandbox, parameters }: GuardContext, limitMs: number): number | null {
    try {
      const first = sandbox.run(sql, parameters, limitMs * 2).elapsedMs;
      return Math.min(first, sandbox.run(sql, parameters, limitMs * 2).elapsedMs);
    } catch {
      return null;
    }
  }

  #prove(
    proposal: Proposal,
    prepared: Prepared,
    mustBeFaster: boolean,
    deadlineMs: number,
  ): { attempt: RewriteAttempt; statement: Statement } {
    const { context, statement: original } = prepared;
    const { rewrite, statement, score } = proposal;
    context.measurement = null;
    const verdicts: Verdict[] = [prepared.roundTrip];
    const candidate: Candidate = { original, rewritten: statement, rewrite };
    let refusal: Verdict | null = null;
    for (const guard of mustBeFaster ? GUARDS : RIGHTNESS_GUARDS) {
      if (guard.id === 'round-trip') continue;
      if (context.sandbox.nowMs() > deadlineMs) {
        refusal = {
          guard: guard.id,
          pass: false,
          evidence: 'Time ran out before this guard was asked.',
          counterexample: null,
        };
      } else refusal = asked(guard.check(candidate, context), verdicts);
      if (refusal) break;
    }
    if (refusal && !verdicts.includes(refusal)) verdicts.push(refusal);
    const attempt: RewriteAttempt = {
      ruleId: lastOf(proposal),
      rewrittenSql: statement.sql,
      verdicts,
      measurement: context.measurement,
      restsOn: restsOn(rewrite.preconditions),
      score,
      outcome: refusal ? (refusal.guard === 'faster' ? 'not-faster' : 'refused') : 'proved',
      reason: refusal ? refusal.evidence : `Proved: ${rewrite.note}.`,
    };
    return { attempt, statement };
  }

  #programKey(sql: string): string {
    try {
      return programOf(this.#sandbox, sql).join('\n');
    } catch {
      return sql;
    }
  }

  #cost({ sql, select }: Statement): number {
    const labels = new Map<string, string>();
    visit(select, {
      source: ({ table, alias }) => {
        if (table.kind === 'table') labels.set(foldCase(alias ?? table.name), table.name);
      },
    });
    try {
      return planCost(this.#sandbox.plan(sql), (label) => this.#rowCount(labels.get(foldCase(label)) ?? label));
    } catch {
      return 1;
    }
  }

  /** The highest row id stands for the count: it costs nothing. */
  #rowCount(name: string): number | null {
    const table = this.schema.table(name);
    if (!table || table.kind !== 'table') return null;
    const known = this.#rowCounts.get(table.name);
    if (known !== undefined) return known;
    let count: number | null = null;
    try {
      const column = table.withoutRowid ? 'count(*)' : 'max(rowid)';
      count = Number(this.#sandbox.run(`SELECT ${column} FROM ${quoted(table.name)}`, [], null).rows()[0]?.[0] ?? 0);
    } catch {
      // A table whose rowid is hidden by a column: nothing is known.
    }
    this.#rowCounts.set(table.name, count);
    return count;
  }
}

/** A further rule must add this much to what was gained before. */
const STEP_GAIN_MIN = 1.1;

const SAME_PROGRAM = 'SQLite compiles both to the same program: it does this itself.';
/** Rules whose work is in the text: their program is the same by design. */
const WRITES_OUT: ReadonlySet<string> = new Set(['star-to-columns']);
/** Rules after which no other is tried in the same round. */
const ENDS: ReadonlySet<string> = new Set(['join-order', 'star-to-columns']);
const BEGINNINGS_MAX = 8;

interface Proposal {
  ruleIds: string[];
  rewrite: Rewrite;
  statement: Statement;
  score: number;
}

interface Proved extends Statement {
  ratio: number;
  ruleIds: string[];
  preconditions: readonly Precondition[];
}

function lastOf(proposal: Proposal): string {
  return proposal.ruleIds.at(-1) ?? '';
}

/** Notes the verdict; answers it when it refuses. */
function asked(verdict: Verdict, verdicts: Verdict[]): Verdict | null {
  verdicts.push(verdict);
  return verdict.pass ? null : verdict;
}

function attemptOf(
  ruleId: string,
  rewrittenSql: string | null,
  outcome: RewriteAttempt['outcome'],
  reason: string,
  score = 1,
): RewriteAttempt {
  return { ruleId, rewrittenSql, verdicts: [], measurement: null, restsOn: [], score, outcome, reason };
}

/** Why nothing came of it, from the attempt that got furthest. */
function reasonOf(attempts: readonly RewriteAttempt[]): string {
  const tried = attempts.filter((one) => one.outcome !== 'not-applicable');
  if (tried.length === 0) return 'Runs as typed: no rule applies.';
  const rank = (one: RewriteAttempt): number => one.verdicts.length * 2 + (one.outcome === 'refused' ? 1 : 0);
  const furthest = tried.reduce((best, one) => (rank(one) > rank(best) ? one : best));
  return `Runs as typed: ${tried.length === 1 ? 'one rewrite was' : `${tried.length} rewrites were`} tried (${furthest.ruleId}: ${furthest.reason})`;
}

/** A table that the schema does not know: sqlite_schema, a PRAGMA function, a temporary table. */
function namesSystemTable(select: Select, schema: Schema): string | null {
  let found: string | null = null;
  const ctes = new Set<string>();
  visit(select, { query: (query) => query.ctes.forEach((cte) => ctes.add(foldCase(cte.name))) });
  visit(select, {
    table: (table) => {
      if (table.kind === 'table' && table.schema === null && ctes.has(foldCase(table.name))) return;
      if (
        table.kind === 'function' ||
        !schema.table(table.name) ||
        (table.schema !== null && foldCase(table.schema) !== 'main')
      )
        found = table.name;
    },
  });
  return found;
}

/** What rules make of a text, and of what other rules made of it: none of it proved, no two of the same program. */
import type { Statement } from './guards/guard.ts';
import type { Prepared } from './prepare.ts';
import type { Rewrite, Rule } from './rules/rule.ts';
import type { StatementCosts } from './statement-cost.ts';
import { written } from './written.ts';

/** Of one rule on one text. */
const REWRITES_MAX = 40;
/** What only steers SQLite's plan comes last: the orders of an order would be tried for ever. */
const ENDS: ReadonlySet<string> = new Set(['join-order', 'index-order']);

/** A sequence of rules and the text that it comes to. */
export interface Proposal {
  ruleIds: readonly string[];
  /** Preconditions and notes of the whole sequence. */
  rewrite: Rewrite;
  statement: Statement;
  /** The original's plan cost over this one's. */
  expectedGain: number;
  /** SQLite compiles it to the original's program: it cannot be faster, but another rule may go on from it. */
  sameProgram: boolean;
}

export class Proposals {
  readonly #prepared: Prepared;
  readonly #rules: readonly Rule[];
  readonly #costs: StatementCosts;
  /** Of the text as typed; found out with the first proposal, for most texts have none. */
  #before: { cost: number; program: string } | null = null;
  readonly #texts: Set<string>;
  readonly #programs: Set<string>;
  /** Rules that propose something for the text as typed. */
  readonly applied = new Set<string>();

  constructor(prepared: Prepared, rules: readonly Rule[], costs: StatementCosts) {
    const { statement } = prepared;
    this.#prepared = prepared;
    this.#rules = rules;
    this.#costs = costs;
    this.#texts = new Set([statement.sql]);
    this.#programs = new Set();
  }

  /** What the rules make of the text as typed, in the order of the rules: the first one is there at once. */
  first(): Generator<Proposal> {
    return this.#from(this.#prepared.statement, null);
  }

  /** What they make of a proposal, the most promising first; a rule comes once in a sequence. Of a long text those alone that time allows. */
  next(earlier: Proposal, endMs = Infinity): Proposal[] {
    const { sandbox } = this.#prepared.context;
    const found: Proposal[] = [];
    for (const one of this.#from(earlier.statement, earlier)) {
      found.push(one);
      if (sandbox.nowMs() > endMs) break;
    }
    return found.sort(byPromise);
  }

  *#from(base: Statement, earlier: Proposal | null): Generator<Proposal> {
    const { schema, names } = this.#prepared.context;
    if (earlier?.ruleIds.some((id) => ENDS.has(id))) return;
    for (const rule of this.#rules) {
      if (earlier?.ruleIds.includes(rule.id)) continue;
      for (const rewrite of rule.apply(base.select, { schema, names }).slice(0, REWRITES_MAX)) {
        if (!earlier) this.applied.add(rule.id);
        const proposal = this.#proposal(rule.id, rewrite, earlier);
        if (proposal) yield proposal;
      }
    }
  }

  /** Null for what was met before. */
  #proposal(ruleId: string, rewrite: Rewrite, earlier: Proposal | null): Proposal | null {
    const { context, editor, statement: original } = this.#prepared;
    const statement = written(rewrite.select, editor, context);
    if (this.#texts.has(statement.sql)) return null;
    this.#texts.add(statement.sql);
    const program = this.#costs.programKey(statement.sql);
    const before = (this.#before ??= {
      cost: this.#costs.of(original),
      program: this.#costs.programKey(original.sql),
    });
    const sameProgram = program === before.program;
    if (!sameProgram && this.#programs.has(program)) return null;
    this.#programs.add(program);
    return {
      ruleIds: [...(earlier?.ruleIds ?? []), ruleId],
      rewrite: {
        select: statement.select,
        // Of a rewrite built upon another, all that either needs must hold.
        preconditions: [...(earlier?.rewrite.preconditions ?? this.#prepared.needs), ...rewrite.preconditions],
        note: earlier ? `${earlier.rewrite.note}, then ${rewrite.note}` : rewrite.note,
      },
      statement,
      expectedGain: sameProgram ? 1 : before.cost / this.#costs.of(statement),
      sameProgram,
    };
  }
}

export function byPromise(a: Proposal, b: Proposal): number {
  return b.expectedGain - a.expectedGain;
}

/** What every guard is given and answers. A guard passes or refuses, and tells in one sentence what that rests on. */
import type { Select } from '../../sql/ast.ts';
import type { Reader } from '../../sql/parse/reader.ts';
import type { Schema } from '../../sql/schema.ts';
import type { Parameters } from '../../database/protocol.ts';
import type { Counterexample, GuardId, Measurement, Verdict } from '../protocol.ts';
import type { Rewrite } from '../rules/rule.ts';
import type { Facts } from './facts.ts';
import type { Suite } from './suite.ts';
import type { Run, Sandbox } from '../sandbox.ts';

/** A text and its tree. */
export interface Statement {
  sql: string;
  select: Select;
}

/** A rewrite that awaits its verdicts. */
export interface Candidate {
  original: Statement;
  rewritten: Statement;
  rewrite: Rewrite;
}

export interface GuardContext {
  sandbox: Sandbox;
  schema: Schema;
  read: Reader;
  parameters: Parameters;
  /** Result names of the original. */
  names: readonly string[];
  /** What the data of the fork says to claims about it. */
  facts: Facts;
  /** Time that one guard may take. */
  guardBudgetMs: number;
  /** The result of the original on the fork, once some guard has run it. */
  originalRun: Run | null;
  /** Small databases for this query, once some guard has made them, or why there are none. Whoever made the context closes it. */
  suite: Suite | string | null;
  /** Set by the last guard. */
  measurement: Measurement | null;
}

export interface Guard {
  id: GuardId;
  check(candidate: Candidate, context: GuardContext): Verdict;
}

export function pass(guard: GuardId, evidence: string): Verdict {
  return { guard, pass: true, evidence, counterexample: null };
}

export function refuse(guard: GuardId, evidence: string, counterexample: Counterexample | null = null): Verdict {
  return { guard, pass: false, evidence, counterexample };
}

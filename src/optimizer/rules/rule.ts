/** A rule proposes; guards decide. Rules are pure: a tree and the schema in, other trees out, nothing changed. */
import type { Select } from '../../sql/ast.ts';
import type { Schema } from '../../sql/schema.ts';
import type { RuleId } from '../catalogue.ts';

export interface RuleContext {
  schema: Schema;
  /** Result names of the query as SQLite gives them. */
  names: readonly string[];
}

export interface Rewrite {
  select: Select;
  /** What must hold for it, with what the schema says to it. */
  preconditions: readonly Precondition[];
  /** What was done, in a few words. */
  note: string;
}

export interface Precondition {
  claim: string;
  /** By the schema; nothing else counts as a proof yet. */
  proved: boolean;
}

export interface Rule {
  id: RuleId;
  /** Empty when the rule does not apply. */
  apply(query: Select, context: RuleContext): readonly Rewrite[];
}

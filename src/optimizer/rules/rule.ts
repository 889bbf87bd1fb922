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
  /** Parts that did not change are the very objects of the query: edits of the person's own text depend on it. */
  select: Select;
  /** What must hold for it, each with what proves it. */
  preconditions: readonly Precondition[];
  /** What was done, in a few words. */
  note: string;
}

/**
 * What a rewrite needs to be true, as a clause ("orders.customer_id is never NULL"), and what shows that it is. A rule asks the schema
 * first; what that leaves open it may state about the data, which is then looked at. A rewrite that rests on data is good for exactly
 * the versions of the tables that were looked at.
 */
export type Precondition =
  /** Keys, NOT NULL, STRICT, CHECK, the row id: SQLite lets nothing else in. */
  | { claim: string; by: 'schema' }
  /** `holds`: an SQL expression over the table's columns, TRUE of every row. Small worlds leave out rows of which it is not. */
  | { claim: string; by: 'rows'; table: string; holds: string }
  /** `sql` gives one row with one column, 1 when it holds; `tables` are all that it reads. Small worlds where it does not hold are skipped. */
  | { claim: string; by: 'query'; sql: string; tables: readonly string[] }
  /** Neither the schema nor a look at the data can show it: the preconditions guard refuses. */
  | { claim: string; by: 'nothing' };

export interface Rule {
  id: RuleId;
  /** Empty when the rule does not apply. */
  apply(query: Select, context: RuleContext): readonly Rewrite[];
}

/** A claim that the schema proves, or nothing does. */
export function bySchema(claim: string, proved: boolean): Precondition {
  return { claim, by: proved ? 'schema' : 'nothing' };
}

/** The tables whose rows were looked at: a rewrite that needs these holds at their present versions only. */
export function restsOn(preconditions: readonly Precondition[]): string[] {
  const tables = preconditions.flatMap((one) =>
    one.by === 'rows' ? [one.table] : one.by === 'query' ? one.tables : [],
  );
  return [...new Set(tables)].sort();
}

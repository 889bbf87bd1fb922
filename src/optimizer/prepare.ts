/** From a text to all that rules and guards want of it, or to the reason why it runs as typed. One reader is enough for suggestions. */
import { foldCase } from '../sql/tokens.ts';
import type { Select } from '../sql/ast.ts';
import type { TextEditor } from '../sql/edit/edit.ts';
import type { Reader } from '../sql/parse/reader.ts';
import type { Schema } from '../sql/schema.ts';
import { sameTree } from '../sql/shapes.ts';
import { visit } from '../sql/walk.ts';
import type { Parameters } from '../database/protocol.ts';
import { determinacy } from './determined.ts';
import type { Facts } from './guards/facts.ts';
import type { GuardContext, Statement } from './guards/guard.ts';
import { checkRoundTrip } from './guards/round-trip.ts';
import { normalise } from './normalise.ts';
import type { Verdict } from './protocol.ts';
import type { Precondition } from './rules/rule.ts';
import { messageOf, type Sandbox } from './sandbox.ts';
import { editorOf } from './written.ts';

/** Of the whole budget, what one guard may take. */
const GUARD_SHARE = 0.25;
export const GUARD_MS_MIN = 100;

/** What a text reads as, with all that the guards want. */
export interface Prepared {
  statement: Statement;
  /** What must be true of the rows for its result to be determined: every rewrite of it rests on this. */
  needs: readonly Precondition[];
  context: GuardContext;
  roundTrip: Verdict;
  /** Null when the text was read without places. */
  editor: TextEditor | null;
}

export interface Tools {
  sandbox: Sandbox;
  read: Reader;
  schema: Schema;
  facts: Facts;
}

export function prepare(sql: string, parameters: Parameters, budgetMs: number, tools: Tools): Prepared | string {
  const { sandbox, read, schema, facts } = tools;
  try {
    const typed = read(sql, 'quick');
    if (!typed.ok) return `Runs as typed: ${typed.reason}.`;
    const names = sandbox.columnNames(sql);
    const numbered = normalise(sql, schema, sandbox);
    if (numbered !== sql && sandbox.columnNames(numbered).join('\n') !== names.join('\n')) {
      return 'Runs as typed: its columns are named after its parameters.';
    }
    const again = numbered === sql ? typed : read(numbered, 'quick');
    if (!again.ok) return `Runs as typed: ${again.reason}.`;
    const { select } = again;
    const system = namesSystemTable(select, schema);
    if (system) return `Runs as typed: it reads ${system}, which is not among the tables whose meaning is known.`;
    const { reason, needs } = determinacy(select, schema);
    if (reason) return `Runs as typed: ${reason}.`;
    const roundTrip = checkRoundTrip(numbered, select, names, sandbox);
    if (!roundTrip.pass) return `Runs as typed: ${roundTrip.evidence}`;
    const guardBudgetMs = Math.max(GUARD_MS_MIN, budgetMs * GUARD_SHARE);
    const seen = { originalRun: null, suite: null, measurement: null };
    const context: GuardContext = { sandbox, schema, read, parameters, names, facts, guardBudgetMs, ...seen };
    return { statement: { sql: numbered, select }, needs, context, roundTrip, editor: editorOf(again) };
  } catch (error) {
    return `Runs as typed: ${messageOf(error)}.`;
  }
}

/**
 * Asks the reader that was left out while there was nothing to suggest: its opinion must be the same before anything is proved. Adds what
 * it says to the round trip's evidence; answers the reason why the text runs as typed after all, or null.
 */
export function askSecondReader(prepared: Prepared): string | null {
  const { statement, context, roundTrip } = prepared;
  const both = context.read(statement.sql);
  if (!both.ok) return both.reason;
  if (!sameTree(both.select, statement.select)) return 'it reads as another tree when it is read again';
  const told = both.alone === undefined ? 'Two readers read it alike.' : `One reader alone reads it; ${both.alone}.`;
  prepared.roundTrip = { ...roundTrip, evidence: `${roundTrip.evidence} ${told}` };
  return null;
}

/**
 * Whether some row already shows the result not to be determined, as where REAL values are added up: then nothing can be proved of any
 * rewrite, and none needs to be run. Claims that take a query of their own are left to the guards.
 */
export function isRefutedByRows({ needs, context: { facts } }: Prepared, budgetMs: number): boolean {
  return needs.some((need) => need.by === 'rows' && facts.refutes(need, budgetMs));
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

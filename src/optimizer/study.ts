/** A rewrite beside its original, right or not, faster or not: for looking at. Both run on the fork; their rows go nowhere else. */
import { AppError } from '../core/errors.ts';
import type { Parameters } from '../database/protocol.ts';
import { programOf } from './bytecode.ts';
import { difference, orderCheckOf } from './equal.ts';
import { plainPlan } from './plain-plan.ts';
import type { Tools } from './prepare.ts';
import type { StudyReport, StudySide } from './protocol.ts';
import { race } from './race.ts';
import { cellSql, messageOf, type Run, type Sandbox } from './sandbox.ts';

const ROWS_SHOWN = 50;
const LABEL = 'For study only: run on a copy of the data, whether right or not. Never used, stored or saved.';

/** Errors: `refused` for a text that does not just read. */
export function study(
  sql: string,
  rewrittenSql: string,
  parameters: Parameters,
  budgetMs: number,
  { sandbox, read, schema }: Pick<Tools, 'sandbox' | 'read' | 'schema'>,
): Omit<StudyReport, 'version'> {
  const typed = read(sql);
  // The fork is shared with proofs: nothing may be written to it.
  for (const one of [typed, read(rewrittenSql)])
    if (!one.ok) throw new AppError('refused', `Only queries that can be read are compared here: ${one.reason}.`);
  const shareMs = budgetMs / 4;
  const original = sideOf(sql, parameters, shareMs, sandbox);
  const rewritten = sideOf(rewrittenSql, parameters, shareMs, sandbox);
  const both = original.run && rewritten.run ? { before: original.run, after: rewritten.run } : null;
  const order = typed.ok && both ? orderCheckOf(typed.select, schema) : ({ kind: 'none' } as const);
  const measured = (): StudyReport['measurement'] => {
    try {
      return race(sandbox, sql, rewrittenSql, parameters, budgetMs / 2, original.side.ms).measurement;
    } catch {
      return null; // one of them did not come to its end
    }
  };
  return {
    label: LABEL,
    original: original.side,
    rewritten: rewritten.side,
    difference: both ? difference(both.before, both.after, order) : 'one of them gave no result',
    measurement: both ? measured() : null,
    sameProgram: original.side.program.length > 0 && isSame(original.side.program, rewritten.side.program),
  };
}

function sideOf(
  sql: string,
  parameters: Parameters,
  limitMs: number,
  sandbox: Sandbox,
): { side: StudySide; run: Run | null } {
  const none: StudySide = {
    sql,
    names: [],
    rowCount: 0,
    rows: [],
    ms: null,
    steps: null,
    plan: [],
    program: [],
    failure: null,
  };
  try {
    const [plan, program] = [plainPlan(sandbox.plan(sql)), programOf(sandbox, sql)];
    const run = sandbox.run(sql, parameters, limitMs);
    const { names, rowCount, elapsedMs: ms, vmSteps: steps } = run;
    const rows = run.rows().slice(0, ROWS_SHOWN);
    return {
      side: { ...none, plan, program, names, rowCount, ms, steps, rows: rows.map((row) => row.map(cellSql)) },
      run,
    };
  } catch (error) {
    return { side: { ...none, failure: messageOf(error) }, run: null };
  }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, index) => line === other[index]);
}

/** Index advice for one statement: candidates, pruned by what the planner would do with each. What it brings is for `tryIndex` to measure. */
import type { IndexAdvice } from '../optimizer/protocol.ts';
import { planCost } from '../optimizer/plan-cost.ts';
import { plainPlan } from '../optimizer/plain-plan.ts';
import type { Sandbox } from '../optimizer/sandbox.ts';
import type { Select } from '../sql/ast.ts';
import type { Schema } from '../sql/schema.ts';
import { foldCase } from '../sql/tokens.ts';
import { visit } from '../sql/walk.ts';
import { ddlOf, indexCandidates } from './candidates.ts';
import { WhatIf } from './what-if.ts';

/** What a person is shown at most. */
const ADVICE_MAX = 4;
/** An index must lower the plan's price by this much to be worth a trial. */
const GAIN_MIN = 1.2;
/** What a lookup costs that need not go to the table. */
const COVERING_SHARE = 0.6;
/** Columns that only cover must pay for the bytes that they add. */
const COST_PER_COLUMN = 1.1;

/** The indexes that SQLite would use, dearest plan saved first. Empty when none would help. */
export function adviseIndexes(sql: string, select: Select, schema: Schema, data: Sandbox): IndexAdvice[] {
  // The name tells the columns: one that is there already is no advice.
  const indexesThere = new Set(
    data
      .run("SELECT name FROM sqlite_schema WHERE type = 'index'", [], null)
      .rows()
      .map(([name]) => foldCase(String(name))),
  );
  const candidates = indexCandidates(select, schema).filter(
    (candidate) => !indexesThere.has(foldCase(nameIn(ddlOf(candidate, schema)))),
  );
  if (candidates.length === 0) return [];
  const whatIf = new WhatIf(data, schema);
  try {
    const labels = new Map<string, string>();
    visit(select, {
      source: ({ table, alias }) => {
        if (table.kind === 'table') labels.set(foldCase(alias ?? table.name), table.name);
      },
    });
    const rowsOf = (label: string): number | null => {
      const table = schema.table(labels.get(foldCase(label)) ?? label);
      return table?.kind === 'table' ? whatIf.rowCount(table.name) : null;
    };
    const planBefore = whatIf.plan(sql, null);
    const costBefore = planCost(planBefore, rowsOf);
    const found = candidates.flatMap((candidate) => {
      const ddl = ddlOf(candidate, schema);
      const planAfter = whatIf.plan(sql, { ...candidate, ddl });
      const name = ` INDEX ${nameIn(ddl)} `;
      const used = planAfter.some(({ detail }) => `${detail} `.includes(name));
      const foundBy = (detail: string): number | null =>
        detail.includes(name)
          ? whatIf.rowsFound(candidate, detail.split('=?').length - 1, /[<>]\?/.test(detail))
          : null;
      const covers = planAfter.some(({ detail }) => `${detail} `.includes(`COVERING${name}`));
      const cost = planCost(planAfter, rowsOf, foundBy) * (covers ? COVERING_SHARE : 1);
      if (!used || costBefore / cost < GAIN_MIN) return [];
      return [{ candidate, ddl, planAfter, weight: cost * COST_PER_COLUMN ** candidate.columns.length }];
    });
    return found
      .sort((a, b) => a.weight - b.weight)
      .slice(0, ADVICE_MAX)
      .map(({ candidate, ddl, planAfter }) => ({
        id: `${candidate.table}(${candidate.columns.join(',')})`,
        ddl,
        table: candidate.table,
        columns: candidate.columns,
        reason: candidate.reason,
        planBefore: plainPlan(planBefore),
        planAfter: plainPlan(planAfter),
      }));
  } finally {
    whatIf.close();
  }
}

function nameIn(ddl: string): string {
  return (/INDEX (\S+) ON/.exec(ddl)?.[1] ?? '').replaceAll('`', '');
}

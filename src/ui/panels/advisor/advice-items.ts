/** A workload's advice as cards: an index, statistics or a rewrite, each with the statements that it touches and the harm that it does. */
import { quoted } from '../../../core/sql-name.ts';
import type {
  AdvisedIndex,
  Harm,
  SchemaReport,
  SchemaFinding,
  StatementAdvice,
  WorkloadAdvice,
} from '../../../engine/protocol.ts';
import type { Change } from '../../state/advisor.svelte.ts';

interface ItemBase {
  /** Its SQL: what is ignored is known by it. */
  id: string;
  title: string;
  why: string;
  statements: StatementAdvice[];
  harms: Harm[];
}

export type AdviceItem =
  | (ItemBase & { kind: 'index'; change: Change; index: AdvisedIndex })
  | (ItemBase & { kind: 'statistics'; change: Change })
  | (ItemBase & { kind: 'rewrite'; rewrite: NonNullable<StatementAdvice['rewrite']> });

/** Indexes by what they save in all, then statistics, which count the new indexes too, then rewrites. */
export function itemsOf(
  { statements, indexes, analyze, harms, undoSql }: WorkloadAdvice,
  ruleTitle: (ruleId: string) => string = (ruleId) => ruleId,
): AdviceItem[] {
  const harmOf = (cause: string): Harm[] => harms.filter((harm) => harm.cause === cause);
  const items = indexes
    .map((index): AdviceItem => {
      const sql = `${index.ddl};`;
      return {
        kind: 'index',
        id: index.ddl,
        title: `${index.table} (${index.parts.join(', ')})${index.where === null ? '' : ` where ${index.where}`}`,
        why: index.reason,
        statements: byTimeSaved(statements.filter((one) => one.indexes.includes(index.name))),
        harms: harmOf(index.name),
        index,
        change: { sql, undoSql: `DROP INDEX IF EXISTS ${quoted(index.name)};`, index: index.name, isBuilt: true },
      };
    })
    .sort((a, b) => savedMs(b.statements) - savedMs(a.statements));
  if (analyze) {
    const forget = undoSql.includes('sqlite_stat1') ? 'DROP TABLE IF EXISTS sqlite_stat1;' : '';
    items.push({
      kind: 'statistics',
      id: analyze.ddl,
      title: 'Statistics for the planner',
      why: analyze.reason,
      statements: byTimeSaved(statements.filter((one) => one.indexes.length === 0 && hasOtherPlan(one))),
      harms: harmOf('ANALYZE'),
      change: { sql: `${analyze.ddl};`, undoSql: forget, index: null, isBuilt: true },
    });
  }
  for (const statement of byTimeSaved(statements.filter(({ rewrite }) => rewrite !== null))) {
    const { rewrite } = statement;
    if (!rewrite) continue;
    items.push({
      kind: 'rewrite',
      id: rewrite.sql,
      title: rewrite.ruleIds.map(ruleTitle).join(', then '),
      why: 'Proved on your data to give the same rows. It changes the query, not the database: put it into your program.',
      statements: [statement],
      harms: [],
      rewrite,
    });
  }
  return items;
}

/** How a finding is mended and taken back; null where nothing here could take it back. */
export function changeOf({ kind, name, ddl }: SchemaFinding, schema: SchemaReport | null): Change | null {
  if (kind === 'no-statistics')
    return { sql: ddl, undoSql: 'DROP TABLE IF EXISTS sqlite_stat1;', index: null, isBuilt: true };
  const made = schema?.tables.flatMap(({ indexes }) => indexes).find((index) => index.name === name)?.sql;
  return made ? { sql: ddl, undoSql: `${made};`, index: name, isBuilt: false } : null;
}

export function savedMs(statements: readonly StatementAdvice[]): number {
  return statements.reduce(
    (sum, { gain, frequency }) => sum + (gain ? frequency * (gain.beforeMs - gain.afterMs) : 0),
    0,
  );
}

/** Those that gain most first, as often as each runs; what was not measured last. */
export function byTimeSaved(statements: readonly StatementAdvice[]): StatementAdvice[] {
  return [...statements].sort(
    (a, b) => savedMs([b]) - savedMs([a]) || Number(a.gain === null) - Number(b.gain === null),
  );
}

function hasOtherPlan({ planBefore, planAfter, rewrite }: StatementAdvice): boolean {
  const told = (plan: StatementAdvice['planBefore']): string => plan.map(({ detail }) => detail).join('\n');
  return rewrite === null && told(planBefore) !== told(planAfter);
}

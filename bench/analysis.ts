/** How long it takes from a text to its first suggestion, or to knowing that there is none: once cold, then warm. Nothing is proved. */
import { Optimizer } from '../src/optimizer/optimize.ts';
import type { Sandbox } from '../src/optimizer/sandbox.ts';
import type { Reader } from '../src/sql/parse/reader.ts';
import { median, rounded } from './figures.ts';
import type { Corpus } from './sql-corpora.ts';

export interface AnalysisReport {
  queries: number;
  /** Each text for the first time in this process, in the order of the corpus: little of the program is compiled yet. */
  cold: Times;
  /** Each text's median of `rounds` more; and the least, which is what a machine that does nothing else takes. */
  warm: Times;
  undisturbed: Times;
  rounds: number;
  perQuery: AnalysisOfQuery[];
}

interface Times {
  medianMs: number;
  p95Ms: number;
  maxMs: number;
}

interface AnalysisOfQuery {
  name: string;
  coldMs: number;
  warmMs: number;
  leastMs: number;
  /** What was suggested first; null for nothing. */
  rule: string | null;
}

const BUDGET_MS = 8000;

export function measureAnalysis(
  corpora: readonly Corpus[],
  open: () => Sandbox,
  reader: Reader,
  rounds: number,
): AnalysisReport {
  const perQuery: AnalysisOfQuery[] = [];
  for (const { name: corpus, setup, queries } of corpora) {
    const sandbox = open();
    for (const statement of setup) sandbox.execute(statement);
    const optimizer = new Optimizer(sandbox, reader);
    const cold = queries.map(({ sql }) => firstOf(optimizer, sql));
    const warm = Array.from({ length: rounds }, () => queries.map(({ sql }) => firstOf(optimizer, sql).ms));
    queries.forEach(({ name }, index) => {
      const times = warm.map((round) => round[index]);
      const { ms, rule } = cold[index];
      const [coldMs, warmMs, leastMs] = [ms, median(times), Math.min(...times)].map(rounded);
      perQuery.push({ name: `${corpus}/${name}`, coldMs, warmMs, leastMs, rule });
    });
    sandbox.close();
  }
  const over = (of: (one: AnalysisOfQuery) => number): Times => timesOf(perQuery.map(of));
  return {
    queries: perQuery.length,
    cold: over(({ coldMs }) => coldMs),
    warm: over(({ warmMs }) => warmMs),
    undisturbed: over(({ leastMs }) => leastMs),
    rounds,
    perQuery,
  };
}

/** Until the first step is told. */
function firstOf(optimizer: Optimizer, sql: string): { ms: number; rule: string | null } {
  const steps = optimizer.steps(sql, [], { budgetMs: BUDGET_MS });
  const { value, done } = steps.next();
  if (done) return { ms: value.analysisMs, rule: null };
  steps.return(value as never);
  if (value.stage !== 'proposed') throw new Error(`the first step told is ${value.stage}`);
  return { ms: value.analysisMs, rule: value.attempts[0]?.ruleId ?? null };
}

function timesOf(values: readonly number[]): Times {
  const sorted = [...values].sort((a, b) => a - b);
  const p95Ms = sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)];
  return { medianMs: rounded(median(sorted)), p95Ms, maxMs: sorted[sorted.length - 1] };
}

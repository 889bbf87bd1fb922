/** What the index advisor is asked and answers. Times in ms for one run; sizes in bytes. Types alone. */
import type { Parameters } from '../database/protocol.ts';
import type { PlanLine } from './protocol.ts';

/** A statement as it was seen. Those that differ in their values alone become one, judged over all the values given. */
export interface WorkloadStatement {
  sql: string;
  parameters?: Parameters;
  /** How often it runs, beside the others; 1 where nothing is said. */
  frequency?: number;
}

export interface AdviceRequest {
  statements: readonly WorkloadStatement[];
  /** Indexes may take so many bytes; null for as many as the data with the indexes that it has. */
  budgetBytes: number | null;
  budgetMs: number;
  /** Looks for rewrites too, once the indexes are there. */
  withRewrites: boolean;
}

/** How far advice is. `fraction` 0..1. */
export interface AdviceProgress {
  stage: 'reading' | 'running' | 'planning' | 'building' | 'choosing' | 'rewriting' | 'checking';
  fraction: number;
  /** What is done right now, in a few words. */
  told: string;
}

/** before / after, by turns on two forks. 1 with no pairs where the plan stays the same. */
export interface MeasuredGain {
  beforeMs: number;
  afterMs: number;
  ratio: number;
  /** Holds the true median in `coverage` (0..1) of all cases. */
  interval: [low: number, high: number];
  coverage: number;
  pairs: number;
  beforeSteps: number | null;
  afterSteps: number | null;
  /** Before it was stopped at its deadline and counts as that: the gain is at least this. */
  isAtLeast: boolean;
  /** The rows were compared and are the same; null where there was nothing to compare with. */
  equalRows: boolean | null;
}

/** One of the workload's statements, with what the advice does to it. */
export interface StatementAdvice {
  fingerprint: string;
  /** The first text given, and its values. */
  sql: string;
  parameters: Parameters;
  frequency: number;
  /** Sets of values that it was judged with. */
  samples: number;
  /** Names of advised indexes that its plan uses. */
  indexes: string[];
  planBefore: PlanLine[];
  planAfter: PlanLine[];
  /** Null where it was not run, for the reason in `note`. */
  gain: MeasuredGain | null;
  /** Proved on the data with the indexes; null where it stays as typed. */
  rewrite: StatementRewrite | null;
  note: string | null;
}

export interface StatementRewrite {
  sql: string;
  ruleIds: string[];
  /** What the rewrite gains beside the indexes: with them as typed / with them rewritten. */
  ratio: number;
  interval: [low: number, high: number];
}

export interface AdvisedIndex {
  name: string;
  ddl: string;
  table: string;
  /** Key parts in order. */
  parts: string[];
  where: string | null;
  /** One sentence: what it is good for. */
  reason: string;
  bytes: number;
  buildMs: number;
  /** Microseconds that it adds to each row written to its table; null where that could not be measured. */
  writeUsPerRow: number | null;
  /** Fingerprints of the statements whose plan uses it. */
  usedBy: string[];
}

/** Something that was found to make a statement slower, or would have, and what was done about it. */
export interface Harm {
  fingerprint: string;
  sql: string;
  /** before / after: below 1. */
  ratio: number;
  /** What does it: an index, statistics. */
  cause: string;
  remedy: 'left-out' | 'covering' | 'plus-column' | 'none';
  /** The text that does not suffer, where there is one. */
  remedySql: string | null;
  /** One sentence. */
  told: string;
}

/** What is wrong with the indexes and statistics that are there. */
export interface SchemaFinding {
  kind: 'duplicate' | 'prefix' | 'unused' | 'no-statistics';
  /** The index or the table. */
  name: string;
  told: string;
  /** What mends it, as SQL. */
  ddl: string;
}

export interface WorkloadAdvice {
  statements: StatementAdvice[];
  indexes: AdvisedIndex[];
  /** Null where ANALYZE is not advised, for the reason in `notes`. */
  analyze: { ddl: string; reason: string } | null;
  harms: Harm[];
  findings: SchemaFinding[];
  /** All of it in one script, and back again. */
  applySql: string;
  undoSql: string;
  /** For one's own SQLite: what is advised, with plans and times before and after. */
  checkSql: string;
  totals: {
    /** Each statement as often as its frequency says. */
    beforeMs: number;
    afterMs: number;
    ratioTotal: number;
    ratioGeometric: number;
    /** Statements that became slower than 0.9 of before. */
    slower: number;
    indexBytes: number;
    dataBytes: number;
  };
  candidates: { considered: number; built: number };
  /** Plans of the empty copy that were the real ones. */
  fidelity: { plans: number; equal: number };
  /** What was left out and why, what was counted at its deadline. */
  notes: string[];
  elapsedMs: number;
}

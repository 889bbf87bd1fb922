/**
 * What the engine and the optimizer worker say to each other. The worker holds a private fork of the data:
 * nothing it tries can reach the person's rows.
 */
import type { PageRecord, Parameters, PlanNode, Snapshot, Version } from '../database/protocol.ts';
import type { WarmRequest } from '../database/protocol.ts';
import type { AdviceRequest, WorkloadAdvice } from './advice.ts';

export type * from './advice.ts';

export type GuardId = 'round-trip' | 'reparse' | 'preconditions' | 'small-worlds' | 'this-data' | 'faster';

export interface Verdict {
  guard: GuardId;
  pass: boolean;
  /** One plain sentence with the numbers it rests on. */
  evidence: string;
  /** For a refusal, the smallest database that tells original and rewritten apart. */
  counterexample: Counterexample | null;
}

/** Values are SQL that gives them with their storage class. */
export interface Counterexample {
  tables: ShownRows[];
  /** As bound, in the order of SQLite's numbers. */
  parameters: string[];
  original: ShownRows | { error: string };
  rewritten: ShownRows | { error: string };
  /** All of it to run: the tables with their rows, then both texts. */
  sql: string;
}

/** A small table, or a small result. */
export interface ShownRows {
  name: string;
  columns: string[];
  rows: string[][];
}

/** Interleaved A/B of two texts on the fork. Times in ms for one run, medians. */
export interface Measurement {
  originalMs: number;
  rewrittenMs: number;
  /** original / rewritten, median of the pairs: warm, and after the page cache was dropped. */
  ratioWarm: number;
  ratioCold: number;
  /** Where the true median of the warm ratios lies in `coverage` (0..1) of all cases, whatever their spread. */
  ratioInterval: [low: number, high: number];
  coverage: number;
  confidence: Confidence;
  /** Warm pairs, and all. */
  pairs: number;
  runs: number;
  /** Lowest and highest ratio seen, warm pair by pair. */
  ratioRange: [number, number];
  originalSteps: number | null;
  rewrittenSteps: number | null;
  /** What the medians are taken from. */
  samples: { warm: Samples; cold: Samples };
  /** The original was stopped at least once, and counted as if it had ended then: it takes longer than is told. */
  originalStopped: boolean;
}

/** Times of one run in ms, of as many samples of each text. */
export interface Samples {
  count: number;
  original: Spread;
  rewritten: Spread;
}

export interface Spread {
  lowMs: number;
  medianMs: number;
  highMs: number;
}

/** That the rewrite is worth it, from the number of pairs and their spread. `share`: 0..1. */
export interface Confidence {
  words: 'high' | 'moderate' | 'low';
  share: number;
}

/**
 * What a rewrite rests on besides its agreement with the original on small worlds and on this data: nothing more (`worlds`), what the
 * schema proves (`schema`), or what was seen in the rows now (`data`).
 */
export type ProofGrade = 'worlds' | 'schema' | 'data';

/** A claim that a rewrite needs, as the rule states it; SQL to look again where it is about the data. */
export type PreconditionReport =
  | { claim: string; by: 'schema' | 'nothing' }
  | { claim: string; by: 'rows'; table: string; holds: string }
  | { claim: string; by: 'query'; sql: string; tables: readonly string[] };

export interface RewriteAttempt {
  /** The last rule of the sequence. */
  ruleId: string;
  /** The whole sequence, in order. */
  ruleIds: string[];
  /** Null when the rule does not apply. */
  rewrittenSql: string | null;
  verdicts: Verdict[];
  /** Of the race: the gain with its interval and confidence. */
  measurement: Measurement | null;
  /** One run on the fork, by which it was ranked; null when there was none, or it was stopped. */
  trial: Trial | null;
  grade: ProofGrade;
  preconditions: PreconditionReport[];
  /** Tables whose rows the proof looked at: the rewrite holds at their present versions only. Empty when the schema proves it for good. */
  restsOn: string[];
  /** Before measuring, from the plans: 1 means none. */
  expectedGain: number;
  /** `proposed`: not decided yet, in progress reports alone. `not-tried`: others were more promising, or time ran out. */
  outcome: 'proved' | 'refused' | 'not-faster' | 'not-applicable' | 'not-tried' | 'proposed' | 'preview';
  reason: string;
}

/** `steps` of SQLite's machine; null where they cannot be counted. */
export interface Trial {
  ms: number;
  steps: number | null;
}

/** What became of one statement. `provedSql` is set only when all six guards passed. */
export interface OptimizeReport {
  sql: string;
  provedSql: string | null;
  /** The sequence that leads to `provedSql`. */
  ruleIds: string[];
  /** Tables at whose present versions alone `provedSql` may run in place of `sql`; empty when it always may. */
  restsOn: string[];
  /** The attempt that was taken, one of `attempts`; null when none was. */
  chosen: RewriteAttempt | null;
  attempts: RewriteAttempt[];
  /** Why the text stays as typed, in plain words; null when rewritten. */
  unchangedReason: string | null;
  schemaCookie: number;
  version: Version;
  planBefore: PlanLine[];
  planAfter: PlanLine[] | null;
  /** Reading the text and applying the rules, until there was a first suggestion, or it was clear that there is none. */
  analysisMs: number;
  elapsedMs: number;
}

/** How far a proof is, told while it goes on. */
export type OptimizeProgress =
  /** What the rules propose for the text as typed, nothing of it proved: the first suggestion as soon as there is one, then all, the most promising first. */
  | { stage: 'proposed'; analysisMs: number; attempts: RewriteAttempt[] }
  /** One sequence was run once on the fork. */
  | { stage: 'tried'; ruleIds: string[]; rewrittenSql: string; trial: Trial | null }
  /** A guard has spoken on one of them. */
  | { stage: 'guard'; ruleIds: string[]; rewrittenSql: string; verdict: Verdict }
  /** One is decided. */
  | { stage: 'decided'; attempt: RewriteAttempt };

/** A node of a query plan in SQLite's words and in plain words. */
export interface PlanLine extends PlanNode {
  depth: number;
  kind: 'scan' | 'search' | 'sort' | 'other';
  plain: string;
}

export interface IndexAdvice {
  id: string;
  ddl: string;
  table: string;
  columns: string[];
  /** One plain sentence: which predicate it serves. */
  reason: string;
  planBefore: PlanLine[];
  /** From an empty clone with statistics: what the plan would be. */
  planAfter: PlanLine[];
}

/** A trial on a fork: both times measured, rows compared, nothing of the person's changed. */
export interface IndexTrial {
  ddl: string;
  beforeMs: number;
  afterMs: number;
  ratio: number;
  runs: number;
  beforeSteps: number | null;
  afterSteps: number | null;
  equalRows: boolean;
  planBefore: PlanLine[];
  planAfter: PlanLine[];
  buildMs: number;
  bytesAdded: number;
}

/** One card of the catalogue. `before` and `after` are whole texts over the example tables. */
export type RuleDescription = { id: string; family: RuleFamily } & RuleText;

export type RuleFamily = 'predicates' | 'subqueries' | 'shape';

export type RuleText = {
  title: string;
  /** One sentence: what it does and why that is faster. */
  summary: string;
  before: string;
  after: string;
  /** What the example needs besides the sample shop, as SQL: a table, or the index for which the rewrite makes a way. */
  setup?: string;
} & (
  | {
      /** 'proved' rewrites run once all guards passed; 'preview' changes the result and is opt-in; 'advice' is for the person to apply. */
      mode: 'proved' | 'preview' | 'advice';
      /** A text that it must leave alone, and why. */
      refuses: { sql: string; why: string };
    }
  | {
      /** 'sqlite': SQLite compiles both texts to the same program by itself. 'left-out': not built, and the measurement that says why. */
      mode: 'sqlite' | 'left-out';
      /** What was seen or measured, in one or two sentences. */
      evidence: string;
    }
);

/** A preview's text, with the label that stands wherever its rows are shown. */
export interface PreviewText {
  sql: string;
  label: string;
  /** Rows at most; null where the rule does not limit them. */
  limit: number | null;
  /** Counts the rows of the query itself. */
  countSql: string;
  /** Of fewer columns: how much faster they are, measured on the fork; null where that was not measured. */
  measurement: Measurement | null;
}

/** An original beside a rewrite that need not be proved, nor right. For looking at: `label` stands wherever it is shown, nothing of it is used. */
export interface StudyReport {
  label: string;
  original: StudySide;
  rewritten: StudySide;
  /** Null when the results are equal on this data; the first difference, in words. */
  difference: string | null;
  /** Both by turns; null when one of them did not come to its end. */
  measurement: Measurement | null;
  /** SQLite compiles both texts to the very same program. */
  sameProgram: boolean;
  version: Version;
}

export interface StudySide {
  sql: string;
  names: string[];
  rowCount: number;
  /** The first rows, each value as SQL that gives it with its storage class. */
  rows: string[][];
  ms: number | null;
  steps: number | null;
  plan: PlanLine[];
  /** SQLite's program, an instruction each, without addresses. */
  program: string[];
  /** Why there is no result; null when there is. */
  failure: string | null;
}

/** What the optimizer worker serves, one call at a time. Errors as in the database worker, and `cancelled`. */
export interface OptimizerApi {
  warm(request: WarmRequest): { warmMs: number };
  attach(request: { snapshot: Snapshot }): { version: Version };
  apply(request: { records: PageRecord[] }): { version: Version };
  /** Reports `OptimizeProgress`. Can be cancelled: at once where memory is shared and `cancelValue` is written to the cell, else between two steps. */
  optimize(request: {
    sql: string;
    parameters: Parameters;
    disabledRules: string[];
    budgetMs: number;
    /** A text that takes less is left alone; 0 for none. */
    fastEnoughMs: number;
    cancelValue: number | null;
    /** SQL that makes what the text needs besides the data, on a copy of its own. */
    setup: string | null;
  }): OptimizeReport;
  /** Whether what a proof rests on holds of the data as it is now. Far less work than the proof. */
  reverify(request: { preconditions: PreconditionReport[]; budgetMs: number }): {
    holds: boolean;
    evidence: string;
    version: Version;
  };
  study(request: {
    sql: string;
    parameters: Parameters;
    rewrittenSql: string;
    budgetMs: number;
    setup: string | null;
  }): StudyReport;
  /** Opt-in previews (LIMIT injection, dropping columns): text and label, never applied to cache or export. */
  preview(request: { sql: string; ruleId: string; parameters: Parameters }): PreviewText | null;
  advise(request: { sql: string; parameters: Parameters }): IndexAdvice[];
  /** Reports `AdviceProgress`. Can be cancelled, as `optimize`. */
  adviseWorkload(request: AdviceRequest & { cancelValue: number | null }): WorkloadAdvice & {
    schemaCookie: number;
    version: Version;
  };
  tryIndex(request: { sql: string; parameters: Parameters; ddl: string; budgetMs: number }): IndexTrial;
  plan(request: { sql: string }): PlanLine[];
}

/**
 * What the page and the engine worker say to each other. The page never runs SQL: it asks, and gets outcomes and snapshots.
 * All times are milliseconds from the engine's monotonic clock unless a name says otherwise; ratios are 0..1.
 */
import type { ScalerSettings } from '../autoscaler/settings.ts';
import type { PickerName } from '../balancer/settings.ts';
import type { CacheSettings } from '../cache/settings.ts';
import type { WireError } from '../core/errors.ts';
import type {
  Calibrated,
  Classification,
  Parameters,
  QueryClass,
  ResultColumns,
  SampleRequest,
  SchemaReport,
  SqlErrorDetail,
  SqlValue,
  StatementSpan,
  Version,
} from '../database/protocol.ts';
import type { QueueMode } from '../pool/settings.ts';
import type {
  AdvisedIndex,
  AdviceProgress,
  Confidence,
  Harm,
  IndexAdvice,
  IndexTrial,
  MeasuredGain,
  Measurement,
  OptimizeProgress,
  OptimizeReport,
  PlanLine,
  ProofGrade,
  RewriteAttempt,
  RuleDescription,
  SchemaFinding,
  StatementAdvice,
  StudyReport,
  WorkloadAdvice,
  WorkloadStatement,
} from '../optimizer/protocol.ts';
import type { RuleRecord } from './rewriting/rule-records.ts';
import type { ReplayedSize, ReplayedTrace, ReplayProgress, ReplayRequest, ReplaySize } from '../simulator/protocol.ts';
import type { SimulationReport } from '../simulator/report.ts';
import type {
  CacheCurve,
  CacheEntryReport,
  CacheFilter,
  CacheFindRequest,
  CacheFound,
  CacheReport,
  CacheShelfReport,
  CacheStatistics,
  EntryId,
} from './cache-protocol.ts';
import type {
  DatabaseInfo,
  ExportReply,
  ExportRequest,
  ForeignKeyReport,
  ImportFileRequest,
  ImportPreview,
  ImportReport,
  PointInTime,
  PointsInTime,
  PreviewRequest,
  StorageCensus,
} from './data-protocol.ts';
import type {
  EngineSnapshot,
  EventReport,
  HistoryReport,
  LoadReport,
  LoadSettings,
  PerformanceSummary,
  ScaleDecisionReport,
  StatementReport,
} from './monitor-protocol.ts';

export type * from './cache-protocol.ts';
export type * from './data-protocol.ts';
export type * from './monitor-protocol.ts';

export type {
  CacheSettings,
  Calibrated,
  ScalerSettings,
  Classification,
  AdvisedIndex,
  AdviceProgress,
  Harm,
  IndexAdvice,
  IndexTrial,
  MeasuredGain,
  SchemaFinding,
  StatementAdvice,
  WorkloadAdvice,
  WorkloadStatement,
  Confidence,
  Measurement,
  OptimizeProgress,
  OptimizeReport,
  Parameters,
  PlanLine,
  ProofGrade,
  QueryClass,
  ReplayedSize,
  ReplayedTrace,
  ReplayProgress,
  ReplayRequest,
  ReplaySize,
  ResultColumns,
  RewriteAttempt,
  RuleDescription,
  RuleRecord,
  SampleRequest,
  SchemaReport,
  SimulationReport,
  SqlErrorDetail,
  SqlValue,
  StatementSpan,
  StudyReport,
  Version,
  WireError,
};

/** The stations of the ribbon, in order. */
export type StageId = 'query' | 'cache' | 'rewrite' | 'balancer' | 'worker' | 'rows';

export interface StageReport {
  id: StageId;
  /** Null when the query did not pass this station. */
  ms: number | null;
  /** Two or three words for under the station: `hit`, `miss`, `proved`, `P2C: w2`, `120 rows`. */
  label: string;
  /** One plain sentence with the inputs: why. */
  reason: string;
  /** Colour of the station. */
  tone: 'good' | 'watch' | 'bad' | 'write' | 'plain';
}

/** One statement's answer. `executionTimeMs` is the engine's time from request to outcome, measured. */
export interface QueryOutcome {
  sql: string;
  /** Offsets of the statement in the script that was sent. */
  span: { start: number; end: number };
  /** Null for statements that return no columns. */
  result: ResultColumns | null;
  /** For `wholeCell`, while the engine still keeps the result; null when nothing was cut. */
  resultId: number | null;
  executionTimeMs: number;
  cacheHit: boolean;
  /** Ids of the rules whose proved rewrite ran; empty when it ran as typed. */
  optimizationsApplied: string[];
  stages: StageReport[];
  reasons: { cache: string; rewrite: string; worker: string };
  /** Name of the worker (`w2`) that ran it; null for a cache hit. */
  worker: string | null;
  attempts: number;
  work: {
    vmSteps: number | null;
    rows: number;
    rowsChanged: number;
    queueMs: number;
    executeMs: number;
    simulatedWaitMs: number;
  };
  /** Null for reads. `memory`: committed, not yet saved; `stored`: saved in this browser. */
  durability: 'memory' | 'stored' | null;
  version: Version;
  kind: Classification['kind'];
  queryClass: QueryClass;
  /** In the teaching mode `olderRows` alone: these rows are older than the data, and this sentence must stand beside them. Else null. */
  olderRows: string | null;
  /** Plain sentences to show beside the result: rolled back, row limit, volatile... */
  notes: string[];
}

/** A script's answers, in order; `error` when a statement failed: those after it were not run. */
export interface ScriptOutcome {
  outcomes: QueryOutcome[];
  error:
    | (WireError & { statementIndex: number; span: { start: number; end: number }; position: SqlErrorDetail | null })
    | null;
  notes: string[];
  /** Set when rows of a preview are shown in place of the query's own; its label stands first among the notes. */
  preview: PreviewReport | null;
  /** The state of the data before this script, when it wrote something that can be undone. */
  undo: PointInTime | null;
}

/** What was run in place of the query, for somebody who asked to see less. Never cached; a file is saved from the query itself. */
export interface PreviewReport {
  ruleId: string;
  /** The text that was run; the outcome's `sql` is the query. */
  sql: string;
  /** Begins with `Preview:`, and stands wherever the rows do. */
  label: string;
  shown: number;
  /** Rows of the query itself, counted; null when that took too long. */
  total: number | null;
  /** How much faster fewer columns are, on a copy; null where that was not measured. */
  measurement: Measurement | null;
}

/** Rows that an answer brings at most, unless told otherwise. */
export const ROW_LIMIT_DEFAULT = 1_000_000;

export interface ExecuteRequest {
  sql: string;
  /** By statement index; or one set for a single statement. */
  parameters?: Parameters | Parameters[];
  /** Waits up to 2 s for the proof, then runs as typed and says so. */
  optimized?: boolean;
  /** Off: neither reads nor fills the cache. Default on. */
  cache?: boolean;
  /** Rows shown at most; the rest is said. Default: 1,000,000. */
  rowLimit?: number;
  deadlineMs?: number;
  /** Opt-in previews by rule id (LIMIT injection): labelled, never cached. */
  preview?: string | null;
}

export interface BootRequest {
  /** Opens this, instead of what was kept; for links. */
  sample: SampleRequest | null;
  /** `?safe`: opens without restoring. */
  safe: boolean;
  wasmUrl: string;
  /** Cores of this machine, for the hint about workers above it. */
  cores: number;
}

export interface BootReport {
  database: DatabaseInfo;
  /** True when the person's own data or file was brought back. */
  restored: boolean;
  /** Messages for the page: a damaged store, a fallback path. */
  notices: Notice[];
  settings: EngineSettings;
}

export interface Notice {
  id: string;
  tone: 'info' | 'watch' | 'bad';
  message: string;
}

// ---- settings -------------------------------------------------------------------------------------------------------

export interface EngineSettings {
  cache: CacheSettings;
  balancer: BalancerSettings;
  scaler: ScalerSettings;
  optimizer: { enabled: boolean; disabledRules: string[] };
  /** A simulated I/O wait per query, ms; 0 is off. Labelled wherever it counts. */
  simulatedWaitMs: number;
  deadlineMs: number | null;
}

export interface BalancerSettings {
  picker: PickerName;
  queueMode: QueueMode;
  queueDepthMax: number;
}

export type SettingsChange = {
  [Part in keyof EngineSettings]?: EngineSettings[Part] extends object
    ? Partial<EngineSettings[Part]>
    : EngineSettings[Part];
};

/** What the engine worker serves. Progress reports are `{fraction, stage}`. Events: `snapshot` (EngineSnapshot), `notice` (Notice), `event` (EventReport). */
export interface EngineApi {
  boot(request: BootRequest): BootReport;
  // data
  openSample(request: { sample: SampleRequest; fresh: boolean }): DatabaseInfo;
  /** Opens nothing: an error `not-a-database` where `openFile` would refuse the file for its beginning or its length alone. */
  checkFile(request: { file: Blob; name: string }): void;
  openFile(request: { name: string; bytes: Uint8Array; wal?: Uint8Array }): DatabaseInfo;
  exportFile(request: Record<string, never>): { name: string; bytes: Uint8Array };
  schema(request: Record<string, never>): SchemaReport;
  /** Pages by table and index, counted in the file. */
  census(request: Record<string, never>): StorageCensus;
  /** Whether foreign keys are enforced, and true in the data. */
  checkForeignKeys(request: Record<string, never>): ForeignKeyReport;
  previewImport(request: PreviewRequest): ImportPreview;
  /** Reports `ImportProgress`. A cancelled or failed import leaves nothing behind. Writes wait while it lasts; reads go on. */
  importFile(request: ImportFileRequest): { report: ImportReport; database: DatabaseInfo; point: PointInTime | null };
  exportRows(request: ExportRequest): ExportReply;
  // points in time
  pointsInTime(request: Record<string, never>): PointsInTime;
  makePoint(request: { name: string }): PointInTime;
  /** Back to how the data was; a point "before going back" is made first, so that this can be undone too. */
  restorePoint(request: { id: number }): DatabaseInfo;
  dropPoint(request: { id: number }): PointsInTime;
  /** In a tab that only reads: saves in the other tab, makes that one read-only, and goes on here with what is kept. */
  takeOver(request: Record<string, never>): BootReport;
  /** What the browser answered to `navigator.storage.persist()`, which only a page may ask. */
  storagePersistence(request: { persisted: boolean }): void;
  // queries; cancel by the call's own cancel
  /** Reports `RunProgress`. */
  execute(request: ExecuteRequest): ScriptOutcome;
  describe(request: { sql: string }): StatementSpan[];
  wholeCell(request: { resultId: number; row: number; column: number }): { value: SqlValue };
  plan(request: { sql: string }): PlanLine[];
  // optimizer
  /**
   * Proves now, whatever the verdict so far; reports `OptimizeProgress`: the first suggestion unproved, then trials, guards and decisions one by
   * one. Can be cancelled. `without` leaves rules out for this asker alone, `setup` is SQL that is run before, on a copy: then nothing of it is
   * used for queries.
   */
  optimize(request: { sql: string; parameters?: Parameters; without?: string[]; setup?: string }): OptimizeReport;
  /** A rewrite beside its original, proved or not: results and times of both, on a copy. Nothing of it is used, stored or saved. Error `refused`. */
  study(request: { sql: string; parameters?: Parameters; rewrittenSql: string; setup?: string }): StudyReport;
  /** What became of each rule's proposals on this database so far; rules that never proposed anything are not in it. */
  ruleRecords(request: Record<string, never>): RuleRecord[];
  advise(request: { sql: string; parameters?: Parameters }): IndexAdvice[];
  /** Also of ANALYZE. */
  tryIndex(request: { sql: string; parameters?: Parameters; ddl: string }): IndexTrial;
  /**
   * Indexes, statistics and rewrites for a workload, measured on a copy; reports `AdviceProgress`, can be cancelled. `statements`: a text is
   * read statement by statement; null takes those seen since the data was opened. To apply it, run its `applySql`: the outcome's `undo` is
   * the way back. Errors: `no-statements`, `schema-changed`.
   */
  adviseWorkload(request: {
    statements: WorkloadStatement[] | string | null;
    /** Null, or left out: as many bytes as the data. */
    budgetBytes?: number | null;
    withRewrites: boolean;
  }): WorkloadAdvice;
  rules(request: Record<string, never>): RuleDescription[];
  statements(request: Record<string, never>): StatementReport[];
  // cache
  cacheEntries(request: { limit: number }): CacheEntryReport[];
  cacheShelf(request: { limit: number }): CacheShelfReport;
  cacheFind(request: CacheFindRequest): CacheFound;
  /** Null when it has left. */
  cacheEntry(request: { id: EntryId }): CacheEntryReport | null;
  cacheClear(request: Record<string, never>): CacheStatistics;
  /** One entry by its key, or all that meet the filter; without either, none. */
  cacheInvalidate(request: { key?: string } & CacheFilter): { removed: number };
  cacheStats(request: Record<string, never>): CacheStatistics;
  /** For once a second: what snapshots are too small for. */
  cacheReport(request: Record<string, never>): CacheReport;
  cacheCurve(request: Record<string, never>): CacheCurve;
  /** Counts begin anew; what is stored stays. */
  cacheResetStatistics(request: Record<string, never>): CacheStatistics;
  // cluster
  startLoad(request: LoadSettings): LoadReport;
  stopLoad(request: Record<string, never>): LoadReport | null;
  setWorkers(request: { count: number }): void;
  /** Ends one worker on purpose, for teaching failover. */
  killWorker(request: { name: string }): void;
  scaleLog(request: { limit: number }): ScaleDecisionReport[];
  // monitor
  watch(request: { perSecond: number }): EngineSnapshot;
  history(request: Record<string, never>): HistoryReport;
  events(request: { limit: number }): EventReport[];
  getPerformanceSummary(request: Record<string, never>): PerformanceSummary;
  // settings and storage
  settings(request: { change: SettingsChange | null }): EngineSettings;
  /** Small page state kept between visits (editor text, parameters, open page). */
  keepPageState(request: { state: unknown }): void;
  pageState(request: Record<string, never>): { state: unknown };
  /** Data, cache and settings exactly as after the first open. */
  startAgain(request: { sample: SampleRequest }): BootReport;
  resetEverything(request: Record<string, never>): void;
  // simulated
  simulate(request: { scenario: unknown; seed: number }): SimulationReport;
  /** All strategies over a recorded or generated trace; reports `ReplayProgress`. */
  replayTrace(request: ReplayRequest): ReplayedTrace;
}

/** What the engine tells the page about how it is doing: workers, scaler, health, load, history, and each statement's record. */
import type { Calibrated } from '../database/protocol.ts';
import type { Confidence, GuardId, ProofGrade } from '../optimizer/protocol.ts';
import type { CacheStatistics } from './cache-protocol.ts';
import type { DatabaseInfo } from './data-protocol.ts';

export interface WorkerSnapshot {
  name: string;
  role: 'primary' | 'replica' | 'spare';
  state: 'starting' | 'ready' | 'draining' | 'ejected' | 'lost';
  outstanding: number;
  waiting: number;
  done: number;
  errors: number;
  /** Busy time over elapsed, last 5 s. */
  utilization: number;
  heapBytes: number;
  privatePageBytes: number;
  startMs: number | null;
  /** What it runs now, shortened; null when idle. */
  current: string | null;
  /** Null before it has reported. */
  calibrated: Calibrated | null;
}

export interface ScaleDecisionReport {
  atMs: number;
  desired: number;
  ready: number;
  action: 'up' | 'down' | 'hold' | 'replace';
  reason: string;
  inputs: Record<string, number | null>;
}

export interface EventReport {
  atMs: number;
  /** Milliseconds since 1970, for display only. */
  wallMs: number;
  kind: 'worker' | 'scaler' | 'cache' | 'write' | 'optimizer' | 'alert' | 'storage' | 'load' | 'failover';
  tone: 'info' | 'watch' | 'bad' | 'good';
  message: string;
}

export interface HealthReport {
  /** 100 minus the deductions, never below 0. */
  score: number;
  deductions: { name: string; points: number; reading: string; why: string }[];
  /** Names of the parts that nothing was measured for; they cost nothing. */
  unmeasured: string[];
}

export interface AlertReport {
  id: string;
  title: string;
  state: 'ok' | 'pending' | 'firing';
  /** The threshold rule in words with its numbers. */
  rule: string;
  value: number | null;
  sinceMs: number | null;
}

export interface LoadSettings {
  shape: 'steady' | 'ramp' | 'spike' | 'wave';
  ratePerS: number;
  peakPerS: number;
  durationMs: number;
  /** Share of writes, to the generator's own table. */
  writeShare: number;
  zipfExponent: number;
  seed: number;
}

export interface LoadReport {
  settings: LoadSettings;
  running: boolean;
  elapsedMs: number;
  sent: number;
  done: number;
  failed: number;
  refused: number;
}

/** Sent at most 10 times a second while something listens. */
export interface EngineSnapshot {
  atMs: number;
  workers: WorkerSnapshot[];
  queueDepth: number;
  desiredWorkers: number;
  cores: number;
  cache: CacheStatistics;
  /** Over the last 5 seconds; null where nothing was measured. */
  window: {
    queriesPerS: number;
    p50Ms: number | null;
    p95Ms: number | null;
    p99Ms: number | null;
    hitRatio: number | null;
    errorRatio: number | null;
  };
  health: HealthReport;
  alerts: AlertReport[];
  lastPicks: { atMs: number; worker: string; reason: string }[];
  load: LoadReport | null;
  database: DatabaseInfo;
  scaler: { enabled: boolean; cooldownUntilMs: number | null; last: ScaleDecisionReport | null };
}

/** Ten minutes of history, a point a second: aligned columns as uPlot wants them. NaN is "nothing measured". */
export interface HistoryReport {
  /** Engine clock, ms. */
  timesMs: Float64Array;
  /** Wall clock of the last point, for axis labels. */
  lastWallMs: number;
  series: Record<SeriesName, Float64Array>;
  /** Utilization per worker name. */
  workers: Record<string, Float64Array>;
}

export type SeriesName =
  | 'queriesPerS'
  | 'p50Ms'
  | 'p95Ms'
  | 'p99Ms'
  | 'hitRatio'
  | 'queueDepth'
  | 'readyWorkers'
  | 'desiredWorkers'
  | 'utilization'
  | 'errorsPerS'
  | 'cacheMs'
  | 'queueMs'
  | 'executeMs';

export interface StatementReport {
  fingerprint: string;
  /** A text as it was sent. */
  sample: string;
  count: number;
  hits: number;
  totalMs: number;
  meanMs: number;
  p95Ms: number | null;
  rows: number;
  /** What the optimizer found; null while it has not looked. */
  optimization: StatementOptimization | null;
}

export interface StatementOptimization {
  /**
   * `running`: looked at now, or soon. `proved`: the rewritten text runs. `stale`: a table that the proof rests on was written, so it runs as typed
   * until that is looked at again. `dropped`: proved, and slower in practice. `unchanged`: nothing better was found.
   */
  state: 'running' | 'proved' | 'stale' | 'dropped' | 'unchanged';
  ruleIds: string[];
  provedSql: string | null;
  reason: string;
  /** Of `unchanged`: the guard that refused the rewrite which got furthest; null where none got so far. */
  refusedBy: GuardId | null;
  grade: ProofGrade | null;
  /** Tables whose rows the proof rests on. */
  restsOn: string[];
  /** From the plan, before anything was measured. */
  expectedGain: number | null;
  /** Original / rewritten as measured on the fork, with its interval and confidence. */
  gain: number | null;
  gainInterval: [low: number, high: number] | null;
  /** The text as typed was stopped before its end: the gain is at least so much. */
  gainIsLeast: boolean;
  confidence: Confidence | null;
  /** Medians of the latest runs in the pool of either text; null where there were none. */
  practice: { typedMs: number | null; rewrittenMs: number | null } | null;
}

export interface PerformanceSummary {
  performanceMetrics: EngineSnapshot['window'] & { queries: number; totalMs: number; rewritten: number };
  cacheStatistics: CacheStatistics;
  systemMetrics: {
    workers: number;
    cores: number;
    heapBytes: number;
    pageBytes: number;
    isolated: boolean;
    queueDepth: number;
  };
  scalingStatus: {
    enabled: boolean;
    ready: number;
    desired: number;
    min: number;
    max: number;
    last: ScaleDecisionReport | null;
  };
  health: HealthReport;
  alerts: AlertReport[];
}

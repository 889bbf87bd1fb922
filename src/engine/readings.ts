/** The engine's state as readings: for the scaler, the monitor, the page and programs. Nothing is changed here. */
import type { ScaleDecision } from '../autoscaler/scaler.ts';
import { EJECTED, READY } from '../pool/worker-table.ts';
import type { WorkerReport } from '../pool/dispatcher.ts';
import type { Parameters } from '../database/protocol.ts';
import type { GuardId, RewriteAttempt, Verdict } from '../optimizer/protocol.ts';
import type { Engine } from './engine.ts';
import type { PoolReading } from './monitoring.ts';
import type {
  DatabaseInfo,
  EngineSnapshot,
  PerformanceSummary,
  ScaleDecisionReport,
  StatementReport,
  WorkerSnapshot,
  WorkloadStatement,
} from './protocol.ts';

const LABEL_LENGTH = 80;

/** Wasm heaps and private pages of all workers; null before any has reported. */
export function memoryBytes(engine: Engine): number | null {
  const reports = engine.fleet.workers.flatMap((worker) => (worker.report ? [worker.report] : []));
  if (reports.length === 0) return null;
  return reports.reduce((sum, report) => sum + report.heapBytes + report.privatePageBytes, 0);
}

export function poolReading(engine: Engine): PoolReading {
  const { dispatcher, scaling, settings, platform } = engine;
  const { utilization } = scaling;
  const bytes = memoryBytes(engine);
  return {
    queueDepth: dispatcher.waiting,
    readyWorkers: readyWorkers(engine),
    desiredWorkers: scaling.desired,
    ejectedWorkers: dispatcher.workers.countIn(EJECTED),
    utilization: utilization.ofPool(),
    memoryRatio: bytes === null ? null : bytes / settings.scaler.memoryBudgetBytes,
    unsavedMs: engine.unsavedSinceMs === null ? 0 : platform.nowMs() - engine.unsavedSinceMs,
    workers: dispatcher
      .reports()
      .map(({ worker }) => ({ name: `w${worker}`, utilization: utilization.ofWorker(worker) })),
  };
}

export function readyWorkers(engine: Engine): number {
  return engine.dispatcher.workers.countIn(READY);
}

export function databaseInfo(engine: Engine): DatabaseInfo {
  const { version } = engine.plane;
  const changed = version.logNumber > engine.openedAtLog;
  return {
    source: engine.source,
    bytes: engine.plane.byteLength,
    version,
    changed,
    // An untouched sample can be made again from its seed.
    unsaved: (changed || engine.source.type === 'file') && !engine.isStored,
    ...engine.opened,
    storage: engine.vault.state,
    isolated: engine.platform.isolated,
    readOnly: engine.readOnly,
  };
}

export function snapshotOf(engine: Engine): EngineSnapshot {
  const { monitoring, scaling, dispatcher, platform } = engine;
  return {
    atMs: platform.nowMs(),
    workers: dispatcher.reports().map((report) => workerSnapshot(engine, report)),
    queueDepth: dispatcher.waiting,
    desiredWorkers: scaling.desired,
    cores: platform.cores,
    cache: engine.cache.statistics(),
    window: monitoring.window(),
    health: monitoring.health,
    alerts: monitoring.alerts,
    lastPicks: [...engine.picks].reverse(),
    load: engine.load.report,
    database: databaseInfo(engine),
    scaler: {
      enabled: engine.settings.scaler.enabled,
      cooldownUntilMs: scaling.cooldownUntilMs,
      last: scaling.lastDecision && decisionReport(scaling.lastDecision),
    },
  };
}

function workerSnapshot(engine: Engine, report: WorkerReport): WorkerSnapshot {
  const worker = engine.fleet.worker(report.worker);
  const label = worker?.current?.replace(/\s+/g, ' ').trim() ?? null;
  return {
    name: `w${report.worker}`,
    role: worker?.role ?? 'replica',
    state: report.state === 'absent' ? 'lost' : report.state,
    outstanding: report.outstanding,
    waiting: report.waiting,
    done: report.done,
    errors: report.queryErrors + report.failures,
    utilization: engine.scaling.utilization.ofWorker(report.worker) ?? 0,
    heapBytes: worker?.report?.heapBytes ?? 0,
    privatePageBytes: worker?.report?.privatePageBytes ?? 0,
    startMs: worker?.startMs ?? null,
    calibrated: worker?.report?.calibrated ?? null,
    current: label && label.length > LABEL_LENGTH ? `${label.slice(0, LABEL_LENGTH)}…` : label,
  };
}

export function performanceSummary(engine: Engine): PerformanceSummary {
  const { monitoring, scaling, settings, platform } = engine;
  const reports = engine.fleet.workers.map((worker) => worker.report);
  return {
    performanceMetrics: { ...monitoring.window(), ...monitoring.totals },
    cacheStatistics: engine.cache.statistics(),
    systemMetrics: {
      workers: engine.fleet.workers.length,
      cores: platform.cores,
      heapBytes: reports.reduce((sum, report) => sum + (report?.heapBytes ?? 0), 0),
      pageBytes: reports.reduce((sum, report) => sum + (report?.privatePageBytes ?? 0), 0),
      isolated: platform.isolated,
      queueDepth: engine.dispatcher.waiting,
    },
    scalingStatus: {
      enabled: settings.scaler.enabled,
      ready: readyWorkers(engine),
      desired: scaling.desired,
      min: settings.scaler.minWorkers,
      max: settings.scaler.maxWorkers,
      last: scaling.lastDecision && decisionReport(scaling.lastDecision),
    },
    health: monitoring.health,
    alerts: monitoring.alerts,
  };
}

export function decisionReport(decision: ScaleDecision): ScaleDecisionReport {
  const { atMs, desired, action, reason, inputs } = decision;
  return { atMs, desired, ready: inputs.ready ?? 0, action, reason, inputs };
}

export function statementReports(engine: Engine): StatementReport[] {
  return engine.monitoring.statements
    .ranking()
    .map((totals) => ({ ...totals, optimization: optimizationOf(engine, totals.sample) }));
}

/** The workload so far, for advice. */
export function seenStatements(engine: Engine): WorkloadStatement[] {
  return engine.monitoring.statements
    .workload()
    .map(({ text, parameters, frequency }) => ({ sql: text, parameters: parameters as Parameters, frequency }));
}

function optimizationOf({ optimizer }: Engine, sql: string): StatementReport['optimization'] {
  const verdict = optimizer.verdict(sql);
  if (!verdict) return null;
  const report = 'report' in verdict ? verdict.report : null;
  const chosen = report?.chosen ?? null;
  const race = chosen?.measurement ?? null;
  return {
    state: verdict.state === 'waiting' ? 'running' : verdict.state,
    ruleIds: report?.ruleIds ?? [],
    provedSql: report?.provedSql ?? null,
    reason: 'reason' in verdict ? verdict.reason : (chosen?.reason ?? ''),
    refusedBy: verdict.state === 'unchanged' ? refusedBy(report?.attempts ?? []) : null,
    grade: chosen?.grade ?? null,
    restsOn: report?.restsOn ?? [],
    expectedGain: chosen?.expectedGain ?? null,
    gain: race?.ratioWarm ?? null,
    gainInterval: race?.ratioInterval ?? null,
    gainIsLeast: race?.originalStopped ?? false,
    confidence: race?.confidence ?? null,
    practice: optimizer.verdicts.practice(sql),
  };
}

/** The guard that stopped the attempt which passed the most. */
function refusedBy(attempts: readonly RewriteAttempt[]): GuardId | null {
  const most = attempts.reduce<readonly Verdict[]>(
    (best, { verdicts }) => (verdicts.length > best.length ? verdicts : best),
    [],
  );
  return most.find(({ pass }) => !pass)?.guard ?? null;
}

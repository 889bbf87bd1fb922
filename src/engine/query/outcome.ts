/** What a statement came to, in words and stations for the page. Nothing is computed here that was not measured. */
import type { CacheFinding, Ran } from './ran.ts';
import type { QueryOutcome, StageReport } from '../protocol.ts';

/**
 * One statement's outcome; `resultId` and `durability` are the engine's to know. Words take longer than a hit of the cache:
 * `stages` and `reasons` are composed when they are read, and `plainOutcome` makes what can cross to another thread.
 */
export class Outcome implements QueryOutcome {
  readonly #ran: Ran;
  readonly sql: string;
  readonly span: QueryOutcome['span'];
  readonly result: QueryOutcome['result'];
  readonly resultId: number | null;
  readonly executionTimeMs: number;
  readonly cacheHit: boolean;
  readonly optimizationsApplied: string[];
  readonly worker: string | null;
  readonly attempts: number;
  readonly work: QueryOutcome['work'];
  readonly durability: QueryOutcome['durability'];
  readonly version: QueryOutcome['version'];
  readonly kind: QueryOutcome['kind'];
  readonly queryClass: QueryOutcome['queryClass'];
  readonly olderRows: string | null;
  readonly notes: string[];

  constructor(ran: Ran, resultId: number | null, durability: QueryOutcome['durability']) {
    this.#ran = ran;
    this.sql = ran.sql;
    this.span = ran.span;
    this.result = ran.result;
    this.resultId = resultId;
    this.executionTimeMs = ran.timings.totalMs;
    this.cacheHit = ran.cache.state === 'hit';
    this.optimizationsApplied = ran.rewrite.ruleIds;
    this.worker = ran.pool?.worker ?? null;
    this.attempts = ran.pool?.attempts ?? 0;
    this.work = {
      vmSteps: ran.work?.vmSteps ?? null,
      rows: ran.result?.rowCount ?? 0,
      rowsChanged: ran.rowsChanged,
      queueMs: ran.pool?.queueMs ?? 0,
      executeMs: ran.work ? ran.work.prepareMs + ran.work.executeMs : 0,
      simulatedWaitMs: ran.work?.simulatedWaitMs ?? 0,
    };
    this.durability = durability;
    this.version = ran.version;
    this.kind = ran.classification.kind;
    this.queryClass = ran.classification.queryClass;
    this.olderRows = ran.cache.state === 'older' ? `${olderRows(ran.cache)}.` : null;
    this.notes = ran.notes;
  }

  get stages(): StageReport[] {
    return stagesOf(this.#ran);
  }

  get reasons(): QueryOutcome['reasons'] {
    const { cache, rewrite, pool } = this.#ran;
    return {
      cache: cacheReason(cache),
      rewrite: rewrite.reason,
      worker: pool?.pickReason ?? 'No worker was needed',
    };
  }
}

/** The outcome as plain data with all its words, and with `result` in place of its own. */
export function plainOutcome(outcome: QueryOutcome, result: QueryOutcome['result']): QueryOutcome {
  const { stages, reasons } = outcome;
  return { ...outcome, stages, reasons, result };
}

function stagesOf(ran: Ran): StageReport[] {
  const { timings, pool, work } = ran;
  const writes = ran.classification.tablesWritten.length > 0 || ran.classification.kind === 'schema';
  const rows = ran.result?.rowCount ?? 0;
  const executeMs = work ? work.prepareMs + work.executeMs : null;
  const waited = work && work.simulatedWaitMs > 0 ? ` and waited ${work.simulatedWaitMs} ms of simulated I/O` : '';
  const steps = work?.vmSteps == null ? '' : ` in ${counted(work.vmSteps)} steps of SQLite's machine`;
  return [
    {
      id: 'query',
      ms: timings.classifyMs,
      label: ran.classification.kind === 'read' ? ran.classification.queryClass : ran.classification.kind,
      reason: classReason(ran),
      tone: writes ? 'write' : 'plain',
    },
    cacheStage(ran),
    {
      id: 'rewrite',
      ms: pool && !writes ? timings.rewriteMs : null,
      label: ran.rewrite.ruleIds.length > 0 ? 'proved' : 'as typed',
      reason: ran.rewrite.reason,
      tone: ran.rewrite.ruleIds.length > 0 ? 'good' : 'plain',
    },
    {
      id: 'balancer',
      ms: pool?.queueMs ?? null,
      label: pool ? pool.worker : 'not needed',
      reason: pool ? pool.pickReason : 'The cache answered, so no worker was picked',
      tone: 'plain',
    },
    {
      id: 'worker',
      ms: executeMs,
      label: pool ? (pool.attempts > 1 ? `try ${pool.attempts}` : 'ran') : 'not needed',
      reason: pool
        ? `${pool.worker} worked ${shown(executeMs)}${steps}${waited}`
        : 'The cache answered, so nothing was executed',
      tone: writes ? 'write' : 'plain',
    },
    {
      id: 'rows',
      ms: pool && executeMs !== null ? Math.max(0, pool.serviceMs - executeMs - (work?.simulatedWaitMs ?? 0)) : 0,
      label: ran.result ? `${counted(rows)} ${rows === 1 ? 'row' : 'rows'}` : `${counted(ran.rowsChanged)} changed`,
      reason: ran.result
        ? `${counted(rows)} rows in ${ran.result.columns.length} columns, sent as typed arrays`
        : `${counted(ran.rowsChanged)} rows were inserted, updated or deleted`,
      tone: 'plain',
    },
  ];
}

function cacheStage(ran: Ran): StageReport {
  const { state } = ran.cache;
  const labels = {
    hit: 'hit',
    older: 'older rows',
    joined: 'joined',
    behind: 'refresh',
    miss: 'miss',
    off: 'not stored',
  };
  return {
    id: 'cache',
    ms: state === 'off' ? null : ran.timings.cacheMs,
    label: labels[state],
    reason: cacheReason(ran.cache),
    tone: state === 'hit' || state === 'joined' ? 'good' : state === 'older' ? 'watch' : 'plain',
  };
}

function cacheReason(finding: CacheFinding): string {
  if (finding.state === 'hit') {
    const decoded = finding.decodeMs > 0 ? `, unpacked in ${shown(finding.decodeMs)}` : '';
    const stale =
      finding.staleMs === null
        ? ''
        : `; its time was over ${shown(finding.staleMs)} ago, so it is being refreshed behind this answer`;
    const stored = finding.partOf ? `${finding.partOf}, stored` : 'Stored';
    return `${stored} ${shown(finding.ageMs)} ago, when it took ${shown(finding.costMs)}; nothing that it rests on was written since${stale}${decoded}`;
  }
  if (finding.state === 'older') return olderRows(finding);
  if (finding.state === 'behind') return 'Computed anew behind an answer that was served already';
  if (finding.state === 'joined') return 'The same query was already running: its answer served both';
  return finding.reason;
}

function classReason(ran: Ran): string {
  const { tablesRead, tablesWritten, kind } = ran.classification;
  const reads = tablesRead.length > 0 ? `reads ${tablesRead.join(', ')}` : 'reads no table';
  const writes = tablesWritten.length > 0 ? `; writes ${tablesWritten.join(', ')}` : '';
  return kind === 'read' ? `SQLite's bytecode says it ${reads}${writes}` : `A ${kind} statement; it ${reads}${writes}`;
}

function olderRows({ ageMs, overtakenMs }: { ageMs: number; overtakenMs: number }): string {
  return `Teaching mode: these rows are from ${shown(ageMs)} ago, and a write overtook them ${shown(overtakenMs)} ago; the query runs again behind them`;
}

const COUNTS = new Intl.NumberFormat('en');

function counted(count: number): string {
  return COUNTS.format(count);
}

/** Three significant digits, with the unit that reads best. */
function shown(ms: number | null): string {
  if (ms === null) return 'an unmeasured time';
  if (ms >= 1000) return `${Number((ms / 1000).toPrecision(3))} s`;
  return ms < 0.001
    ? 'under 1 µs'
    : ms < 0.1
      ? `${Number((ms * 1000).toPrecision(3))} µs`
      : `${Number(ms.toPrecision(3))} ms`;
}

/**
 * Where everything measured comes together: series, statements, alerts, health and events, from what queries report as
 * they end and from one reading of the pool a second.
 */
import { Alerts } from '../monitor/alerts.ts';
import { EventLog } from '../monitor/events.ts';
import { assessHealth } from '../monitor/health.ts';
import type { Readings } from '../monitor/readings.ts';
import { Series, type WindowReport } from '../monitor/series.ts';
import { Statements } from '../monitor/statements.ts';
import { WorkerSeries } from '../monitor/worker-series.ts';
import { fingerprint } from '../sql/fingerprint.ts';
import type { AlertReport, EventReport, HealthReport, HistoryReport } from './protocol.ts';
import type { Ran } from './query/ran.ts';

/** What the engine reads off the pool and the store once a second. */
export interface PoolReading {
  queueDepth: number;
  readyWorkers: number;
  desiredWorkers: number;
  ejectedWorkers: number;
  utilization: number | null;
  memoryRatio: number | null;
  unsavedMs: number | null;
  workers: { name: string; utilization: number | null }[];
}

const LOST_WINDOW_MS = 30_000;
/** A text that SQLite refuses, a value that is missing, a run that was cancelled: the engine did its part. */
const ASKERS_FAULTS: ReadonlySet<string> = new Set(['sql', 'parameters', 'empty', 'refused', 'cancelled']);
/** Fingerprints by text: computing one takes longer than a cache hit. */
const FINGERPRINTS_MAX = 2000;

export class Monitoring {
  readonly series = new Series();
  readonly statements = new Statements();
  readonly events = new EventLog<EventReport>();
  readonly #workerSeries = new WorkerSeries(this.series.timeline);
  readonly #alerts = new Alerts();
  readonly #fingerprints = new Map<string, string>();
  readonly #lostAtMs: number[] = [];
  readonly #wallMs: () => number;
  readonly #nowMs: () => number;
  readonly #onEvent: (event: EventReport) => void;
  #health: HealthReport = { score: 100, deductions: [], unmeasured: [] };
  #queries = 0;
  #totalMs = 0;
  #rewritten = 0;

  constructor(options: { nowMs(): number; wallMs(): number; onEvent(event: EventReport): void }) {
    this.#nowMs = options.nowMs;
    this.#wallMs = options.wallMs;
    this.#onEvent = options.onEvent;
  }

  /** A statement ended with an answer. */
  ran(ran: Ran): void {
    const nowMs = this.#nowMs();
    const { totalMs, cacheMs } = ran.timings;
    this.#queries++;
    this.#totalMs += totalMs;
    if (ran.rewrite.ruleIds.length > 0) this.#rewritten++;
    const { series } = this;
    series.count('queries', 1, nowMs);
    series.observe('latencyMs', totalMs, nowMs);
    if (ran.cache.state !== 'off') {
      series.count(ran.cache.state === 'miss' ? 'misses' : 'hits', 1, nowMs);
      series.observe('cacheMs', cacheMs, nowMs);
    }
    if (ran.pool) {
      series.observe('queueMs', ran.pool.queueMs, nowMs);
      if (ran.work) series.observe('executeMs', ran.work.prepareMs + ran.work.executeMs, nowMs);
    }
    this.statements.record({
      fingerprint: this.#fingerprintOf(ran.sql),
      text: ran.sql,
      parameters: ran.parameters,
      hit: ran.cache.state === 'hit',
      ms: totalMs,
      rows: ran.result?.rowCount ?? 0,
    });
  }

  /** A statement ended with an error of this code; one that its asker is at fault for says nothing of the engine's health. */
  failed(code: string): void {
    const nowMs = this.#nowMs();
    this.#queries++;
    this.series.count('queries', 1, nowMs);
    if (!ASKERS_FAULTS.has(code)) this.series.count('errors', 1, nowMs);
  }

  workerLost(): void {
    this.#lostAtMs.push(this.#nowMs());
  }

  event(kind: EventReport['kind'], tone: EventReport['tone'], message: string): void {
    const event: EventReport = { atMs: this.#nowMs(), wallMs: this.#wallMs(), kind, tone, message };
    this.events.push(event);
    this.#onEvent(event);
  }

  /** Once a second: gauges, alerts, health. */
  tick(reading: PoolReading): void {
    const nowMs = this.#nowMs();
    const { series } = this;
    series.tick(nowMs);
    series.gauge('queueDepth', reading.queueDepth, nowMs);
    series.gauge('readyWorkers', reading.readyWorkers, nowMs);
    series.gauge('desiredWorkers', reading.desiredWorkers, nowMs);
    series.gauge('utilization', reading.utilization, nowMs);
    for (const worker of reading.workers) {
      if (worker.utilization !== null) this.#workerSeries.set(worker.name, worker.utilization, nowMs);
    }
    while (this.#lostAtMs.length > 0 && nowMs - this.#lostAtMs[0] > LOST_WINDOW_MS) this.#lostAtMs.shift();
    const window = this.window();
    const readings: Readings = {
      p95Ms: window.p95Ms,
      errorRatio: window.errorRatio,
      utilization: reading.utilization,
      queueDepth: reading.queueDepth,
      readyWorkers: reading.readyWorkers,
      desiredWorkers: reading.desiredWorkers,
      ejectedWorkers: reading.ejectedWorkers,
      workersLost: this.#lostAtMs.length,
      memoryRatio: reading.memoryRatio,
      unsavedMs: reading.unsavedMs,
    };
    for (const { to, message } of this.#alerts.evaluate(readings, nowMs)) {
      this.event('alert', to === 'firing' ? 'bad' : 'good', message);
    }
    const { score, deductions, unmeasured } = assessHealth(readings);
    this.#health = { score, deductions, unmeasured };
  }

  window(): WindowReport {
    return this.series.window(this.#nowMs()).report();
  }

  get health(): HealthReport {
    return this.#health;
  }

  get alerts(): AlertReport[] {
    return this.#alerts.report();
  }

  get totals(): { queries: number; totalMs: number; rewritten: number } {
    return { queries: this.#queries, totalMs: this.#totalMs, rewritten: this.#rewritten };
  }

  history(): HistoryReport {
    const { timesMs, series } = this.series.columns();
    const last = timesMs.at(-1);
    const lastWallMs = last === undefined ? this.#wallMs() : this.#wallMs() - (this.#nowMs() - last);
    return { timesMs, lastWallMs, series, workers: this.#workerSeries.columns() };
  }

  fingerprintOf(sql: string): string {
    return this.#fingerprintOf(sql);
  }

  #fingerprintOf(sql: string): string {
    let known = this.#fingerprints.get(sql);
    if (known === undefined) {
      known = fingerprint(sql);
      if (this.#fingerprints.size >= FINGERPRINTS_MAX) this.#fingerprints.clear();
      this.#fingerprints.set(sql, known);
    }
    return known;
  }
}

/** A simulated run as the page shows it: columns for the charts, marks, and its figures in rows. Pure. */
import type { PickerName } from '../../../balancer/settings.ts';
import type { SimulationReport } from '../../../engine/protocol.ts';
import { SIMULATED_WORKERS_MAX, type Scenario } from '../../../simulator/settings.ts';
import type { ChartMark } from '../../charts/columns.ts';
import { formatCompact, formatCount, formatMs, formatPercent } from '../../format.ts';

/** One figure of a run, in words. */
export interface RunFigure {
  id: string;
  label: string;
  text: string;
  why: string;
}

export function runFigures(report: SimulationReport): RunFigure[] {
  const { totals, latencyMs, waitMs } = report;
  return [
    { id: 'requests', label: 'Requests', text: formatCount(report.requests), why: 'Arrivals, accepted or refused.' },
    { id: 'done', label: 'Answered', text: formatCount(totals.done), why: 'Requests that got their answer.' },
    {
      id: 'refused',
      label: 'Refused',
      text: formatCount(totals.refused),
      why: 'The queue was full when they arrived.',
    },
    {
      id: 'failed',
      label: 'Failed',
      text: formatCount(totals.failed + totals.deadline + totals.lost),
      why: 'Answered with a failure, too late, or lost with their worker.',
    },
    { id: 'retried', label: 'Retried', text: formatCount(totals.retried), why: 'Reads that were sent a second time.' },
    { id: 'mean', label: 'Mean latency', text: formatMs(latencyMs.mean), why: 'Waiting and service together.' },
    { id: 'p50', label: 'p50', text: formatMs(latencyMs.p50), why: 'Half of the answers took no longer.' },
    { id: 'p95', label: 'p95', text: formatMs(latencyMs.p95), why: '95 of 100 answers took no longer.' },
    { id: 'p99', label: 'p99', text: formatMs(latencyMs.p99), why: '99 of 100 answers took no longer.' },
    { id: 'wait', label: 'Mean wait', text: formatMs(waitMs.mean), why: 'Time in the queue, without service.' },
    {
      id: 'utilization',
      label: 'Utilization',
      text: formatPercent(report.utilization),
      why: 'Busy time over the time that workers were there.',
    },
    {
      id: 'virtual',
      label: 'Virtual time',
      text: formatMs(report.virtualMs),
      why: 'How long the run lasted on its own clock.',
    },
    { id: 'events', label: 'Events', text: formatCompact(report.events), why: 'Arrivals, ends of work and timers.' },
    {
      id: 'hash',
      label: 'Event hash',
      text: report.hash,
      why: 'Fingerprint of all events: the same scenario and seed give the same hash in every browser and in Node.',
    },
  ];
}

const DECISION_TONES = { up: 'good', down: 'watch', replace: 'bad', hold: 'info' } as const;

/** Scale decisions and what befell workers, at seconds since the start. */
export function runMarks(report: SimulationReport): ChartMark[] {
  const decisions = report.decisions
    .filter((decision) => decision.action !== 'hold')
    .map((decision) => ({ x: decision.atMs / 1000, label: decision.reason, tone: DECISION_TONES[decision.action] }));
  const losses = report.workerEvents
    .filter((event) => event.state === 'lost' || event.state === 'ejected')
    .map((event) => ({
      x: event.atMs / 1000,
      label: `${event.worker} ${event.state}: ${event.reason}`,
      tone: 'bad' as const,
    }));
  return [...decisions, ...losses].sort((left, right) => left.x - right.x);
}

/** Null becomes NaN, which the charts draw as a gap. */
export function gaps(values: readonly (number | null)[]): number[] {
  return values.map((value) => value ?? NaN);
}

/** What the page changes of a scenario. */
export interface ScenarioChange {
  workers: number;
  picker: PickerName;
  /** Multiplies the load with the workers. */
  keepLoadPerWorker: boolean;
}

/** The scenario with another size and picker; a scaler's bounds grow in proportion, within what can be simulated. */
export function scenarioWith(scenario: Scenario, change: ScenarioChange): Scenario {
  const factor = change.workers / scenario.workers;
  const scaled = (count: number): number => Math.max(1, Math.min(SIMULATED_WORKERS_MAX, Math.round(count * factor)));
  const loadFactor = change.keepLoadPerWorker ? factor : 1;
  return {
    ...scenario,
    workers: change.workers,
    balancer: { ...scenario.balancer, picker: change.picker },
    load: {
      ...scenario.load,
      ratePerS: scenario.load.ratePerS * loadFactor,
      peakPerS: scenario.load.peakPerS * loadFactor,
    },
    scaler: scenario.scaler && {
      ...scenario.scaler,
      minWorkers: Math.min(change.workers, scaled(scenario.scaler.minWorkers)),
      maxWorkers: Math.max(change.workers, scaled(scenario.scaler.maxWorkers)),
    },
  };
}

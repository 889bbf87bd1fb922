/** What the simulator worker serves. */
import type { ReplayReport } from '../cache/traces/replay.ts';
import type { GeneratedTraceRequest } from '../workload/traces.ts';
import type { SimulationReport } from './report.ts';

export interface SimulationRequest {
  /** A scenario as parsed JSON, its omitted fields taken from the defaults; checked before it runs. */
  scenario: unknown;
  seed: number;
}

/** Sent while a run goes on. */
export interface SimulationProgress {
  /** Share of the plan's time that has passed, 0..1. */
  fraction: number;
  stage: 'simulating';
}

export interface ReplayRequest {
  /** A trace's text, plain or gzip; or what to make. */
  trace: { type: 'file'; bytes: Uint8Array } | ({ type: 'generated' } & GeneratedTraceRequest);
  /** Entries, or bytes where the trace has sizes. Null: a tenth of its distinct keys, or of their bytes. */
  capacity: number | null;
}

/** Sent while a replay goes on. */
export interface ReplayProgress {
  fraction: number;
  stage: 'reading' | 'replaying' | 'optimum';
  /** So far; null before the first request. */
  soFar: ReplayReport | null;
}

export interface ReplayedTrace extends ReplayReport {
  /**
   * What no strategy could pass: Bélády's clairvoyant optimum where all entries count as one. Null where it cannot be told, or not
   * in a reasonable time.
   */
  optimalHitRatio: number | null;
}

export interface SimulatorApi {
  /** Errors: `bad-scenario` with every problem named, `cancelled`. */
  run(request: SimulationRequest): SimulationReport;
  /** Every strategy over one trace. Errors: `bad-trace` with line or field named, `cancelled`. */
  replay(request: ReplayRequest): ReplayedTrace;
}

/** What the simulator worker serves. */
import type { ReplayReport } from '../cache/traces/replay.ts';
import type { GeneratedTraceRequest } from '../workload/settings.ts';
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
  /** One replay each, at most `REPLAY_SIZES_MAX`; results come smallest first. */
  sizes: ReplaySize[];
}

/**
 * Room of a cache: a share (0..1) of all that the trace asks for, keys or their bytes; so many of the trace's own unit, entries or
 * bytes; or bytes, for a trace with sizes alone.
 */
export type ReplaySize = { share: number } | { capacity: number } | { bytes: number };

/** Sent while a replay goes on. */
export interface ReplayProgress {
  /** Of all sizes together. */
  fraction: number;
  stage: 'reading' | 'making' | 'replaying' | 'optimum';
  /** The size that is being replayed, from 1, and of how many; 0 while the trace is read or made. */
  size: number;
  sizes: number;
  /** Of this size, so far; null before the first request. */
  soFar: ReplayReport | null;
}

export interface ReplayedTrace {
  requests: number;
  unique: number;
  unit: ReplayReport['unit'];
  /** What a cache that never evicts would hold in the end, in `unit`. */
  footprint: number;
  /** What it would hit, 0..1: all but the first request for each key. */
  unboundedHitRatio: number;
  /** The smallest first. */
  sizes: ReplayedSize[];
}

export interface ReplayedSize extends ReplayReport {
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

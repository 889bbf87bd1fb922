/** What the simulator worker serves. */
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

export interface SimulatorApi {
  /** Errors: `bad-scenario` with every problem named, `cancelled`. */
  run(request: SimulationRequest): SimulationReport;
}

import type { Readings } from '../../../src/monitor/readings.ts';

/** A system at rest, everything measured. */
export const quiet: Readings = {
  p95Ms: 2,
  errorRatio: 0,
  utilization: 0.1,
  queueDepth: 0,
  readyWorkers: 2,
  desiredWorkers: 2,
  ejectedWorkers: 0,
  workersLost: 0,
  memoryRatio: 0.1,
  unsavedMs: 0,
};

/** A system that has not measured anything yet. */
export const unmeasured: Readings = {
  p95Ms: null,
  errorRatio: null,
  utilization: null,
  queueDepth: null,
  readyWorkers: null,
  desiredWorkers: null,
  ejectedWorkers: null,
  workersLost: null,
  memoryRatio: null,
  unsavedMs: null,
};

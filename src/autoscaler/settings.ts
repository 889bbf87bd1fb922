/** Settings of the auto-scaler: the bound of each signal, how many workers, and how long it keeps quiet after a change. */
import { rangeProblems, type Ranges } from '../core/range.ts';

export interface ScalerSettings {
  /** Off: the number of workers stays as set by hand; lost ones are still replaced. */
  enabled: boolean;
  minWorkers: number;
  maxWorkers: number;
  /** Busy time over elapsed time, 0..1; above it the pool grows. */
  cpuRatioMax: number;
  /** Memory over its budget, 0..1. */
  memoryRatioMax: number;
  memoryBudgetBytes: number;
  /** Average response, wait and service together. */
  responseMsMax: number;
  /** Waiting jobs. */
  queueDepthMax: number;
  /** Quiet time after added workers are ready, before more are added. */
  cooldownUpMs: number;
  /** How long all signals must stay under half their bounds before a worker leaves. */
  cooldownDownMs: number;
}

const MIB = 1024 * 1024;

export const scalerDefaults: ScalerSettings = {
  enabled: true,
  minWorkers: 1,
  maxWorkers: 4,
  cpuRatioMax: 0.7,
  memoryRatioMax: 0.8,
  memoryBudgetBytes: 512 * MIB,
  responseMsMax: 2_000,
  queueDepthMax: 100,
  cooldownUpMs: 3_000,
  cooldownDownMs: 10_000,
};

/** The most real workers; the simulator passes ranges of its own. */
export const WORKERS_LIMIT = 32;

export const scalerRanges: Ranges<ScalerSettings> = {
  minWorkers: { min: 1, max: WORKERS_LIMIT, integer: true },
  maxWorkers: { min: 1, max: WORKERS_LIMIT, integer: true },
  cpuRatioMax: { min: 0.05, max: 1 },
  memoryRatioMax: { min: 0.05, max: 1 },
  memoryBudgetBytes: { min: 16 * MIB, max: 64 * 1024 * MIB },
  responseMsMax: { min: 1, max: 600_000 },
  queueDepthMax: { min: 1, max: 1_000_000, integer: true },
  cooldownUpMs: { min: 0, max: 3_600_000 },
  cooldownDownMs: { min: 0, max: 3_600_000 },
};

/** Every problem in plain words; empty when the settings may be used. `ranges` may widen the number of workers. */
export function scalerProblems(settings: ScalerSettings, ranges: Ranges<ScalerSettings> = scalerRanges): string[] {
  const problems = rangeProblems(settings, ranges);
  if (settings.minWorkers > settings.maxWorkers) {
    problems.push(`minWorkers must not be above maxWorkers, got ${settings.minWorkers} above ${settings.maxWorkers}`);
  }
  return problems;
}

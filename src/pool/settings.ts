/** Settings of the pool: how jobs wait, how long, and when a silent worker is given up. */
import { choiceProblem, rangeProblems, type Ranges } from '../core/range.ts';

export const queueModes = ['shared', 'per-worker'] as const;
/** One queue for all, taken by whoever is free; or a queue at each worker, chosen on arrival. */
export type QueueMode = (typeof queueModes)[number];

export interface PoolSettings {
  queueMode: QueueMode;
  /** Waiting jobs in all queues together; a job that would wait beyond this is refused. */
  queueDepthMax: number;
  /** Jobs that a worker runs at the same time. */
  concurrency: number;
  /** How often a retryable job may be sent in all, the first time included. */
  attemptsMax: number;
  /** An idle worker silent for this long is ejected, for three times as long is given up; null: no heartbeats are expected. */
  heartbeatTimeoutMs: number | null;
}

export const poolDefaults: PoolSettings = {
  queueMode: 'shared',
  queueDepthMax: 10_000,
  concurrency: 1,
  attemptsMax: 2,
  heartbeatTimeoutMs: null,
};

export const poolRanges: Ranges<PoolSettings> = {
  queueDepthMax: { min: 0, max: 100_000_000, integer: true },
  concurrency: { min: 1, max: 64, integer: true },
  attemptsMax: { min: 1, max: 5, integer: true },
  heartbeatTimeoutMs: { min: 50, max: 600_000, nullable: true },
};

/** Every problem in plain words; empty when the settings may be used. */
export function poolProblems(settings: PoolSettings): string[] {
  const problems = rangeProblems(settings, poolRanges);
  const choice = choiceProblem('queueMode', settings.queueMode, queueModes);
  if (choice) problems.unshift(choice);
  return problems;
}

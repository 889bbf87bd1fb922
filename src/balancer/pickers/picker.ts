/** The contract of all pickers: choose one of the eligible workers, and be able to say why. */
import type { Random } from '../../core/ports.ts';
import type { WorkerView } from '../worker-view.ts';

export interface Picker {
  /** One of the eligible workers; called only when there is at least one. */
  pick(workers: WorkerView, nowMs: number, random: Random): number;
  /** How a run on `worker` ended, for pickers that weigh failures. */
  report?(worker: number, failed: boolean): void;
  /** The reason of the last pick in a plain phrase; composed only when somebody reads it. */
  explain(): string;
}

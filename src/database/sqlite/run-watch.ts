/**
 * The watch over a run: while SQLite works it looks at the clock and at the cancel flag, stops the run where it must, and tells
 * how far it is. SQLite calls it every few thousand steps; where that callback is out of reach it is asked between rows.
 */
import { AppError } from '../../core/errors.ts';
import type { WorkProgress } from '../protocol.ts';

/** VM steps between two looks: some ten microseconds. */
export const LOOK_INTERVAL_STEPS = 2000;
/** Between two tellings of progress. */
const TELL_INTERVAL_MS = 200;

export interface RunLimits {
  /** From the start of this run; null for none. */
  deadlineMs?: number | null;
  /** True stops the run with error `cancelled`. */
  isCancelled?: (() => boolean) | null;
  /** Told about five times a second, from within the run. */
  onProgress?: ((progress: WorkProgress) => void) | null;
}

export class RunWatch {
  /** Rows read so far. */
  rows = 0;
  /** Read since, and not yet added: asked when somebody is told. */
  ahead: { readonly rows: number } | null = null;
  stopped: 'deadline' | 'cancelled' | null = null;
  /** Whether each look stands for so many VM steps. */
  readonly #countsSteps: boolean;
  #begunMs = 0;
  #deadlineAtMs = Infinity;
  #tellAtMs = Infinity;
  #looks = 0;
  #isCancelled: (() => boolean) | null = null;
  #onProgress: ((progress: WorkProgress) => void) | null = null;

  constructor(countsSteps: boolean) {
    this.#countsSteps = countsSteps;
  }

  begin({ deadlineMs, isCancelled, onProgress }: RunLimits, nowMs: number): void {
    this.rows = 0;
    this.stopped = null;
    this.#looks = 0;
    this.#begunMs = nowMs;
    this.#deadlineAtMs = deadlineMs == null ? Infinity : nowMs + deadlineMs;
    this.#isCancelled = isCancelled ?? null;
    this.#onProgress = onProgress ?? null;
    this.#tellAtMs = this.#onProgress ? nowMs + TELL_INTERVAL_MS : Infinity;
  }

  /** No limits: for what the connection runs for itself. */
  off(): void {
    this.begin({}, 0);
  }

  /** True when the run must stop. */
  look(): boolean {
    this.#looks++;
    if (this.#isCancelled?.()) this.stopped = 'cancelled';
    else if (this.#deadlineAtMs !== Infinity || this.#tellAtMs !== Infinity) this.#lookAtClock();
    return this.stopped !== null;
  }

  #lookAtClock(): void {
    const nowMs = performance.now();
    if (nowMs > this.#deadlineAtMs) this.stopped = 'deadline';
    else if (nowMs >= this.#tellAtMs) {
      this.#tellAtMs = nowMs + TELL_INTERVAL_MS;
      const vmSteps = this.#countsSteps ? this.#looks * LOOK_INTERVAL_STEPS : null;
      this.#onProgress?.({ rows: this.rows + (this.ahead?.rows ?? 0), vmSteps, elapsedMs: nowMs - this.#begunMs });
    }
  }

  /** Why the run was stopped. */
  get error(): AppError {
    return this.stopped === 'cancelled'
      ? new AppError('cancelled', 'The statement was cancelled while it ran.')
      : new AppError('deadline', 'The statement was stopped: it ran longer than its deadline allows.');
  }
}

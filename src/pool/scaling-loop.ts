/**
 * The scaling loop: at a fixed pace it reads the pool, asks the scaler, and starts or drains workers until the pool has as many
 * as wanted. Lost workers are replaced by the same step, because they are simply missing. It keeps a log of its decisions.
 */
import { ThresholdScaler, type ScaleDecision } from '../autoscaler/scaler.ts';
import type { ScaleSignals } from '../autoscaler/signals.ts';
import type { ScalerSettings } from '../autoscaler/settings.ts';
import type { Scheduler } from '../core/ports.ts';
import { RingBuffer } from '../core/ring-buffer.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { WorkerIndex } from './fleet.ts';
import { Utilization } from './utilization.ts';
import { EJECTED, READY, STARTING } from './worker-table.ts';

export const EVALUATION_INTERVAL_MS = 500;
/** CPU and response are averages over this many evaluations: 5 seconds. */
const WINDOW_EVALUATIONS = 10;
const LOG_CAPACITY = 200;
const EVALUATION_TIMER = 0;

export interface ScalingLoopOptions {
  dispatcher: Dispatcher;
  /** Timers of its own: handle them with `onTimer`. */
  scheduler: Scheduler;
  settings: ScalerSettings;
  /** Bytes held by all workers together; null when unknown. */
  memoryBytes?: () => number | null;
  /** Workers that must stay (the primary) answer false. */
  mayDrain?: (worker: WorkerIndex) => boolean;
  /** Every evaluation, the ones that change nothing included. */
  onDecision?: (decision: ScaleDecision) => void;
}

export class ScalingLoop {
  readonly utilization: Utilization;
  readonly #dispatcher: Dispatcher;
  readonly #scheduler: Scheduler;
  readonly #scaler: ThresholdScaler;
  readonly #memoryBytes: () => number | null;
  readonly #mayDrain: (worker: WorkerIndex) => boolean;
  readonly #onDecision: (decision: ScaleDecision) => void;
  readonly #log = new RingBuffer<ScaleDecision>(LOG_CAPACITY);
  readonly #answered = new RingBuffer<{ done: number; latencySumMs: number }>(WINDOW_EVALUATIONS + 1);
  #settings: ScalerSettings;
  #last: ScaleDecision | null = null;
  #running = false;

  constructor(options: ScalingLoopOptions) {
    this.#dispatcher = options.dispatcher;
    this.#scheduler = options.scheduler;
    this.#settings = options.settings;
    this.#scaler = new ThresholdScaler(options.settings);
    this.#memoryBytes = options.memoryBytes ?? (() => null);
    this.#mayDrain = options.mayDrain ?? (() => true);
    this.#onDecision = options.onDecision ?? (() => {});
    this.utilization = new Utilization(options.dispatcher.workers, WINDOW_EVALUATIONS);
  }

  /** Starts the first workers at once, then evaluates every half second until `stop`. */
  begin(): void {
    if (this.#running) return;
    this.#running = true;
    this.#evaluate();
  }

  stop(): void {
    this.#running = false;
    this.#scheduler.cancel(EVALUATION_TIMER);
  }

  onTimer(handle: number): void {
    if (handle === EVALUATION_TIMER && this.#running) this.#evaluate();
  }

  configure(settings: ScalerSettings): void {
    this.#settings = settings;
    this.#scaler.configure(settings);
    this.#reconcile();
  }

  /** Sets the number of workers by hand, inside min and max; the scaler goes on from there. */
  setWorkers(count: number): void {
    this.#scaler.setTarget(count);
    this.#reconcile();
  }

  /** Brings the pool to the target now instead of at the next evaluation: after a loss, nobody should wait for that. */
  replaceMissing(): void {
    this.#reconcile();
  }

  get desired(): number {
    return this.#scaler.target;
  }

  get lastDecision(): ScaleDecision | null {
    return this.#last;
  }

  /** When the scaler may grow again; null when nothing holds it back. */
  get cooldownUntilMs(): number | null {
    return this.#scaler.cooldownUntilMs(this.#scheduler.nowMs());
  }

  /** The decisions worth reading, oldest first: every change, and of equal holds in a row only the first. */
  log(limit = LOG_CAPACITY): ScaleDecision[] {
    return this.#log.latest(limit);
  }

  #evaluate(): void {
    const nowMs = this.#scheduler.nowMs();
    this.utilization.sample(nowMs);
    const totals = this.#dispatcher.totals();
    this.#answered.push({ done: totals.done, latencySumMs: totals.latencySumMs });
    const decision = this.#scaler.decide(this.#signals(), nowMs);
    const last = this.#last;
    this.#last = decision;
    if (last === null || decision.action !== 'hold' || last.action !== 'hold') this.#log.push(decision);
    this.#onDecision(decision);
    this.#reconcile();
    if (this.#running) this.#scheduler.after(EVALUATION_INTERVAL_MS, EVALUATION_TIMER);
  }

  #signals(): ScaleSignals {
    const table = this.#dispatcher.workers;
    const newest = this.#answered.fromEnd(0)!;
    const oldest = this.#answered.fromEnd(this.#answered.length - 1)!;
    const done = newest.done - oldest.done;
    const bytes = this.#memoryBytes();
    return {
      ready: table.countIn(READY) + table.countIn(EJECTED),
      starting: table.countIn(STARTING),
      cpuRatio: this.utilization.ofPool(this.#dispatcher.settings.pool.concurrency),
      memoryRatio: bytes === null ? null : bytes / this.#settings.memoryBudgetBytes,
      responseMs: done > 0 ? (newest.latencySumMs - oldest.latencySumMs) / done : null,
      queueDepth: this.#dispatcher.waiting,
    };
  }

  #reconcile(): void {
    const table = this.#dispatcher.workers;
    const target = this.#scaler.target;
    let present = table.countIn(READY) + table.countIn(EJECTED) + table.countIn(STARTING);
    while (present < target) {
      if (this.#dispatcher.start() === -1) return;
      present++;
    }
    while (present > target) {
      const worker = this.#leastUseful();
      if (worker === -1) return;
      this.#dispatcher.drain(worker);
      present--;
    }
  }

  /** Who leaves first: one still starting, then the least busy, of equals the newest slot. */
  #leastUseful(): WorkerIndex {
    const table = this.#dispatcher.workers;
    let found = -1;
    let foundLoad = Infinity;
    for (let worker = 0; worker < table.capacity; worker++) {
      const state = table.state[worker];
      if (state !== READY && state !== STARTING && state !== EJECTED) continue;
      if (!this.#mayDrain(worker)) continue;
      const load = state === STARTING ? -1 : table.outstanding[worker];
      if (load <= foundLoad) {
        found = worker;
        foundLoad = load;
      }
    }
    return found;
  }
}

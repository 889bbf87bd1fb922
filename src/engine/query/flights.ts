/**
 * Equal queries share one execution, whoever asked for it first: all hear of its progress, one's cancel does not disturb the
 * others, and it is stopped when nobody waits for it any more.
 */
import { SingleFlight, type Seat } from '../../cache/single-flight.ts';
import type { CancelSignal } from '../../core/rpc.ts';
import type { RunProgress } from '../protocol.ts';
import type { Asker } from './asker.ts';
import { readCancelled } from './stopped.ts';

/** A refresh that takes longer is given up; the entry leaves when its time is quite over, refreshed or not. */
export const REFRESH_MS_MAX = 10_000;
/** One that failed is not tried again at once. */
const REFRESH_PAUSE_MS = 5000;

export interface FlightsOptions {
  nowMs(): number;
  /** Does something once after a while, unless the returned function is called before. */
  once(delayMs: number, action: () => void): () => void;
}

export class Flights {
  readonly #options: FlightsOptions;
  readonly #flights = new SingleFlight<unknown, RunProgress>();
  /** By flight: until when no other refresh of it begins. */
  readonly #refreshing = new Map<string, number>();

  constructor(options: FlightsOptions) {
    this.#options = options;
  }

  /** A seat on the execution under `key` that set out after the last write acknowledged by now; launched, at once, when there is none. */
  join<Value>(
    key: string,
    lastWrite: number,
    asker: Asker,
    launch: (everybody: Asker) => Promise<Value>,
  ): Omit<Seat<Value>, 'leave'> {
    const seat = this.#flights.join(
      key,
      lastWrite,
      (tell) => {
        const signal = new StopSignal();
        return { result: launch({ signal, progress: tell }), cancel: () => signal.cancel() };
      },
      (report) => asker.progress(report),
    );
    asker.signal?.onCancel(() => seat.leave(readCancelled()));
    return seat as Seat<Value>;
  }

  /** The same for a refresh that nobody waits for: one at a time, and not for longer than a bound. Whoever misses meanwhile joins it. */
  refreshBehind(key: string, lastWrite: number, launch: (everybody: Asker) => Promise<unknown>): void {
    const { nowMs, once } = this.#options;
    const begunMs = nowMs();
    if (begunMs < (this.#refreshing.get(key) ?? -Infinity)) return;
    for (const [other, untilMs] of this.#refreshing) if (untilMs <= begunMs) this.#refreshing.delete(other);
    this.#refreshing.set(key, begunMs + REFRESH_MS_MAX);
    const signal = new StopSignal();
    const disarm = once(REFRESH_MS_MAX, () => signal.cancel());
    this.join(key, lastWrite, { signal, progress: () => {} }, launch).result.then(
      () => {
        disarm();
        this.#refreshing.delete(key);
      },
      () => {
        disarm();
        this.#refreshing.set(key, nowMs() + REFRESH_PAUSE_MS);
      },
    );
  }
}

class StopSignal implements CancelSignal {
  cancelled = false;
  readonly #listeners: (() => void)[] = [];

  onCancel(listener: () => void): void {
    if (this.cancelled) listener();
    else this.#listeners.push(listener);
  }

  cancel(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    for (const listener of this.#listeners) listener();
  }
}

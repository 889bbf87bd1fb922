/**
 * Single flight: equal misses share one execution. A read joins a flight only if the flight set out after the last write that was
 * acknowledged before the read arrived; else it starts a newer flight, and later reads join that one.
 */

/** What carries out a flight; `cancel` is called when nobody waits for it any more. */
export interface Launched<Value> {
  result: Promise<Value>;
  cancel(): void;
}

export interface Seat<Value> {
  /** Settles as the flight does, or rejects with the reason given to `leave`. */
  result: Promise<Value>;
  /** True for the read that started the flight. */
  first: boolean;
  /** Nobody else has taken a seat so far, not even one who left. */
  readonly alone: boolean;
  /** This read waits no longer; the others are not disturbed. The flight is cancelled when the last one leaves. */
  leave(reason: Error): void;
}

/** Hears how far a flight is. */
export type FlightListener<Report> = (report: Report) => void;

interface Flight<Value, Report> {
  launched: Launched<Value>;
  /** One for every seat that is still taken. */
  listeners: Set<FlightListener<Report>>;
  startedAfter: number;
  waiting: number;
  seats: number;
  landed: boolean;
}

export class SingleFlight<Value, Report = never> {
  readonly #flights = new Map<string, Flight<Value, Report>>();

  /** Flights in the air that can still be joined. */
  get size(): number {
    return this.#flights.size;
  }

  /**
   * A seat on a flight for `key` that set out after write `afterLogNumber` (the last one acknowledged by now).
   * `launch` runs, at once, only when there is none; what it is given tells every seat's `listener` of progress.
   */
  join(
    key: string,
    afterLogNumber: number,
    launch: (tell: FlightListener<Report>) => Launched<Value>,
    listener: FlightListener<Report> = () => {},
  ): Seat<Value> {
    const flying = this.#flights.get(key);
    if (flying !== undefined && flying.startedAfter >= afterLogNumber) return this.#seat(key, flying, false, listener);
    const listeners = new Set<FlightListener<Report>>();
    const launched = launch((report) => listeners.forEach((each) => each(report)));
    const flight = { launched, listeners, startedAfter: afterLogNumber, waiting: 0, seats: 0, landed: false };
    this.#flights.set(key, flight);
    const land = (): void => {
      flight.landed = true;
      this.#forget(key, flight);
    };
    flight.launched.result.then(land, land);
    return this.#seat(key, flight, true, listener);
  }

  #seat(key: string, flight: Flight<Value, Report>, first: boolean, listener: FlightListener<Report>): Seat<Value> {
    let seated = true;
    let reject: (reason: Error) => void = () => {};
    flight.waiting++;
    flight.seats++;
    // A function of its own: two seats may have the same listener.
    const hears: FlightListener<Report> = (report) => listener(report);
    flight.listeners.add(hears);
    const left = new Promise<never>((_resolve, refuse) => {
      reject = refuse;
    });
    return {
      result: Promise.race([flight.launched.result, left]),
      first,
      get alone() {
        return flight.seats === 1;
      },
      leave: (reason) => {
        if (!seated || flight.landed) return;
        seated = false;
        flight.listeners.delete(hears);
        reject(reason);
        if (--flight.waiting > 0) return;
        this.#forget(key, flight);
        flight.launched.cancel();
      },
    };
  }

  /** A newer flight under the same key stays. */
  #forget(key: string, flight: Flight<Value, Report>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}

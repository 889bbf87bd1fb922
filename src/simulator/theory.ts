/**
 * Closed forms that a simulation must meet. Times are in units of one mean service; `load` is the utilization of a worker, 0..1.
 * Erlang (1917) for one shared queue; Mitzenmacher (2001) for the power of d choices with infinitely many workers.
 */
import { log, pow } from '../core/math.ts';

/** Mean time in an M/M/1 system, waiting and service. */
export function mm1Time(load: number): number {
  return 1 / (1 - load);
}

/** The time that a share `q` of the requests to an M/M/1 system stays below: times there are exponential. */
export function mm1Quantile(load: number, q: number): number {
  return -log(1 - q) * mm1Time(load);
}

/** Erlang's C: the chance that a request to M/M/c must wait. */
export function erlangC(workers: number, load: number): number {
  const offered = workers * load;
  let blocking = 1;
  for (let worker = 1; worker <= workers; worker++) blocking = (offered * blocking) / (worker + offered * blocking);
  return blocking / (1 - load * (1 - blocking));
}

/** Mean time in M/M/c with one shared queue, waiting and service. */
export function mmcTime(workers: number, load: number): number {
  return 1 + erlangC(workers, load) / (workers * (1 - load));
}

/** Share of workers with at least `length` requests, waiting or running, under the best of `choices`. */
export function lengthShare(choices: number, load: number, length: number): number {
  // load ^ (1 + d + d^2 + ... ), `length` terms: (d^length - 1) / (d - 1), and `length` for one choice.
  let exponent = 0;
  for (let term = 0; term < length; term++) exponent = 1 + choices * exponent;
  return pow(load, exponent);
}

/** Mean time in the system under the best of `choices`, for infinitely many workers. */
export function powerOfChoicesTime(choices: number, load: number): number {
  let sum = 0;
  for (let length = 1; length < 100_000; length++) {
    const share = lengthShare(choices, load, length);
    sum += share;
    if (share < 1e-16 * sum) break;
  }
  return sum / load; // Little's law, per worker: L = load * T
}

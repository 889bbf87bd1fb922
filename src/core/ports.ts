/**
 * The ports through which pure code meets the outside: time, chance and measurements.
 * Real implementations live in `platform/`; the simulator brings its own, in virtual time.
 */

/** Milliseconds on a monotonic clock that starts anywhere. Absent time is `null`, never 0. */
export type Milliseconds = number;

/** Timers by number, so that a simulated request needs no closure of its own. */
export interface Scheduler {
  nowMs(): Milliseconds;
  /** Calls the owner back with `handle` after `delayMs`. A handle is the caller's to choose and may be armed once at a time. */
  after(delayMs: Milliseconds, handle: number): void;
  cancel(handle: number): void;
}

/** A seeded source of chance. `fork` gives an independent stream, so that a new consumer never shifts an old one. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, bound); `bound` is a positive integer up to 2^32. */
  below(bound: number): number;
  fork(label: string): Random;
}

/** Where pure coordinators report what they saw; the monitor listens on the other side. */
export interface SampleSink {
  observe(metric: string, value: number, nowMs: Milliseconds): void;
  count(metric: string, amount: number, nowMs: Milliseconds): void;
}

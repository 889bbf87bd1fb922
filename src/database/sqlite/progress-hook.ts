/**
 * The one function by which SQLite asks, while it works, whether it may go on; it is told which connection asks. A function for
 * wasm to call is compiled as a module of its own: to make one for each connection would cost as much as opening it.
 */
import type { Internals } from './internals.ts';
import { LOOK_INTERVAL_STEPS, type RunWatch } from './run-watch.ts';
import type { RawSqlite } from './sqlite-module.ts';

export class ProgressHook {
  readonly #raw: RawSqlite;
  readonly #words: () => Int32Array;
  readonly #watches = new Map<number, RunWatch>();
  #function = 0;

  /** `words` gives the wasm memory as it lies now. */
  constructor(raw: RawSqlite, words: () => Int32Array) {
    this.#raw = raw;
    this.#words = words;
  }

  /** From now on `watch` is asked while statements of connection `db` work. */
  connect(db: number, watch: RunWatch, places: NonNullable<Internals['progress']>): void {
    this.#function ||= this.#raw.addFunction((asking) => (this.#watches.get(asking)?.look() ? 1 : 0), 'ii');
    this.#watches.set(db, watch);
    const words = this.#words();
    words[(db + places.callback) >> 2] = this.#function;
    words[(db + places.argument) >> 2] = db;
    words[(db + places.interval) >> 2] = LOOK_INTERVAL_STEPS;
  }

  /** Before the connection is closed. */
  disconnect(db: number): void {
    this.#watches.delete(db);
  }
}

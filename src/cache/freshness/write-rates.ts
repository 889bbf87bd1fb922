/**
 * How often each table is written: a count of writes that fades exponentially, over the time it stands for. From it times to live are
 * learned; no truth rests on it.
 */
import type { Tables } from './table-versions.ts';

/** Writes this long ago count by 1/e. */
const MEMORY_MS = 180_000;
/** A rate is told only after so long: two writes in the first second are no 120 a minute. */
const WATCHED_MS_MIN = 10_000;

interface Writes {
  /** Faded to `lastMs`. */
  count: number;
  lastMs: number;
}

export class WriteRates {
  readonly #byTable = new Map<string, Writes>();
  /** Those that may have touched any table; and all there were. */
  #ofAny: Writes = { count: 0, lastMs: -Infinity };
  #all: Writes = { count: 0, lastMs: -Infinity };
  #sinceMs: number | null = null;

  /** Watching begins with the first call after making or `clear`. */
  watch(nowMs: number): void {
    this.#sinceMs ??= nowMs;
  }

  /** A write that touched these tables; null: it may have touched any. */
  note(tables: Tables, nowMs: number): void {
    this.watch(nowMs);
    add(this.#all, nowMs);
    if (tables === null) add(this.#ofAny, nowMs);
    else {
      for (const table of tables) {
        let writes = this.#byTable.get(table);
        if (writes === undefined) this.#byTable.set(table, (writes = { count: 0, lastMs: nowMs }));
        add(writes, nowMs);
      }
    }
  }

  /** Writes a minute to these tables together, lately; null until they have been watched for ten seconds. */
  perMinute(tables: Tables, nowMs: number): number | null {
    const watchedMs = this.watchedMs(nowMs);
    if (watchedMs < WATCHED_MS_MIN) return null;
    let count = 0;
    if (tables === null) count = faded(this.#all, nowMs);
    else if (tables.length > 0) {
      count = faded(this.#ofAny, nowMs);
      for (const table of tables) count += faded(this.#byTable.get(table), nowMs);
    }
    return (60_000 * count) / (MEMORY_MS * (1 - Math.exp(-watchedMs / MEMORY_MS)));
  }

  /** Since the last write to any of these tables; since watching began where there was none. */
  quietMs(tables: Tables, nowMs: number): number {
    let lastMs = tables === null ? this.#all.lastMs : this.#ofAny.lastMs;
    for (const table of tables ?? []) lastMs = Math.max(lastMs, this.#byTable.get(table)?.lastMs ?? -Infinity);
    return Math.min(this.watchedMs(nowMs), Math.max(0, nowMs - lastMs));
  }

  watchedMs(nowMs: number): number {
    return this.#sinceMs === null ? 0 : Math.max(0, nowMs - this.#sinceMs);
  }

  /** Other data: what was learned is of no use. */
  clear(): void {
    this.#byTable.clear();
    this.#ofAny = { count: 0, lastMs: -Infinity };
    this.#all = { count: 0, lastMs: -Infinity };
    this.#sinceMs = null;
  }

  /** The clock was moved back to `nowMs`: nothing lies later. */
  clampTo(nowMs: number): void {
    for (const writes of [...this.#byTable.values(), this.#ofAny, this.#all]) {
      writes.lastMs = Math.min(writes.lastMs, nowMs);
    }
    if (this.#sinceMs !== null) this.#sinceMs = Math.min(this.#sinceMs, nowMs);
  }
}

function add(writes: Writes, nowMs: number): void {
  writes.count = faded(writes, nowMs) + 1;
  writes.lastMs = nowMs;
}

function faded(writes: Writes | undefined, nowMs: number): number {
  if (writes === undefined || writes.count === 0) return 0;
  return writes.count * Math.exp(Math.min(0, writes.lastMs - nowMs) / MEMORY_MS);
}

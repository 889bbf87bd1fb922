/**
 * For teaching only: what a write has dropped, kept for a moment so that "serve stale, then refresh" can be shown. Off unless a person
 * switches it on; whoever serves from here must label the answer and count it nowhere.
 */

/** Older than this, rows are not shown even for a lesson. */
export const OLDER_ROWS_MS_MAX = 60_000;
/** Of the capacity; what is kept here is charged like everything else, and gives way first. */
const SHARE_MAX = 1 / 8;
const ENTRIES_MAX = 64;

export interface Older<Value> {
  value: Value;
  /** When it was computed, and when a write overtook it. */
  writtenMs: number;
  overtakenMs: number;
  bytes: number;
}

export class OlderRows<Value> {
  /** In order of leaving. */
  readonly #kept = new Map<string, Older<Value>>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  keep(key: string, older: Older<Value>, capacityBytes: number): void {
    this.remove(key);
    if (older.bytes > capacityBytes * SHARE_MAX) return;
    this.#kept.set(key, older);
    this.#bytes += older.bytes;
    while (this.#kept.size > ENTRIES_MAX || this.#bytes > capacityBytes * SHARE_MAX) this.removeOldest();
  }

  get(key: string, nowMs: number): Older<Value> | null {
    const older = this.#kept.get(key);
    if (older === undefined) return null;
    if (Math.abs(nowMs - older.overtakenMs) <= OLDER_ROWS_MS_MAX) return older;
    this.remove(key);
    return null;
  }

  remove(key: string): void {
    if (this.#kept.size === 0) return;
    const older = this.#kept.get(key);
    if (older === undefined) return;
    this.#kept.delete(key);
    this.#bytes -= older.bytes;
  }

  /** False when there is none. */
  removeOldest(): boolean {
    for (const key of this.#kept.keys()) {
      this.remove(key);
      return true;
    }
    return false;
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }
}

/**
 * What the primary's connection alone holds and takes with it when it is lost: temporary objects, and what SQLite remembers of
 * the connection's own writes. Everything else is on every replica. Whoever writes next is told, once.
 */
export class PrimaryState {
  /** Temporary tables, views and triggers of the present primary. */
  #temporary: readonly string[] = [];
  #hasRun = false;
  #lost: readonly string[] | null = null;

  /** A unit ran, and these temporary objects are there after it. */
  ran(temporary: readonly string[]): void {
    this.#temporary = temporary;
    this.#hasRun = true;
    // From now on the connection has writes of its own to remember.
    if (this.#lost?.length === 0) this.#lost = null;
  }

  /** The primary is gone; returns the temporary objects that went with it. */
  lose(): readonly string[] {
    const temporary = this.#temporary;
    if (this.#hasRun) this.#lost = [...(this.#lost ?? []), ...temporary];
    this.#temporary = [];
    this.#hasRun = false;
    return temporary;
  }

  /** Other content was opened: what was there before is nobody's concern any more. */
  reset(): void {
    this.#temporary = [];
    this.#hasRun = false;
    this.#lost = null;
  }

  /** What to tell after a loss; `dependsOnIt` when a statement asked for what the connection remembers. Told once. */
  tell(dependsOnIt: boolean): string[] {
    const lost = this.#lost;
    if (!lost || (lost.length === 0 && !dependsOnIt)) return [];
    this.#lost = null;
    const gone = lost.length > 0 ? `${lost.join(', ')} (temporary) went with it, and ` : '';
    return [
      `Another worker took over as the primary since your last write: ${gone}last_insert_rowid(), changes() and total_changes() begin at 0.`,
    ];
  }
}

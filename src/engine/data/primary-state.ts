/**
 * What the primary's connection alone holds and takes with it when it is lost: temporary objects, and what SQLite remembers of
 * the connection's own writes. Everything else is on every replica. Whoever writes next is told, once.
 */
export class PrimaryState {
  /** Temporary tables, views and triggers of the present primary. */
  #temporary: readonly string[] = [];
  #hasRun = false;
  #lost: readonly string[] | null = null;
  #displaced: string[] = [];

  get temporary(): readonly string[] {
    return this.#temporary;
  }

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
    this.#displaced = [];
  }

  /** These gave way to tables of the same name, which an import or the way back brought. */
  displace(names: readonly string[]): void {
    this.#temporary = this.#temporary.filter((name) => !names.includes(name));
    this.#displaced.push(...names);
  }

  /** What to tell whoever asks next, whatever it is. Told once. */
  news(): string[] {
    return this.#displaced.splice(0).map(displacedNote);
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

export function displacedNote(name: string): string {
  return `The temporary ${name} was dropped: the database has a ${name} of its own now, and only one of them can be seen everywhere.`;
}

export function emptiedNote(names: readonly string[]): string {
  return `${names.join(', ')} (temporary) went with the setting: SQLite empties its temporary store when PRAGMA temp_store changes.`;
}

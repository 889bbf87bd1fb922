/**
 * What the primary's connection alone holds and takes with it when it is lost: temporary objects, what SQLite remembers of the
 * connection's own writes, and a setting that waits for its VACUUM. Everything else is on every replica. Whoever writes next is
 * told, once.
 */
import type { UnitReply } from '../../database/protocol.ts';

export class PrimaryState {
  /** Temporary tables, views and triggers of the present primary. */
  #temporary: readonly string[] = [];
  /** A PRAGMA auto_vacuum that waits for its VACUUM. */
  #waiting: string | null = null;
  #hasRun = false;
  #lost: readonly string[] | null = null;
  #lostWaiting: string | null = null;
  #displaced: string[] = [];

  get temporary(): readonly string[] {
    return this.#temporary;
  }

  /** A unit ran, and left this to the connection. */
  ran({ temporary, waitsForVacuum }: Pick<UnitReply, 'temporary' | 'waitsForVacuum'>): void {
    this.#temporary = temporary;
    this.#waiting = waitsForVacuum;
    this.#hasRun = true;
    // From now on the connection has writes of its own to remember.
    if (this.#lost?.length === 0 && this.#lostWaiting === null) this.#lost = null;
  }

  /** The primary is gone; returns the temporary objects that went with it. */
  lose(): readonly string[] {
    const temporary = this.#temporary;
    if (this.#hasRun) this.#lost = [...(this.#lost ?? []), ...temporary];
    this.#lostWaiting = this.#waiting ?? this.#lostWaiting;
    this.#temporary = [];
    this.#waiting = null;
    this.#hasRun = false;
    return temporary;
  }

  /** Other content was opened: what was there before is nobody's concern any more. */
  reset(): void {
    this.#temporary = [];
    this.#waiting = null;
    this.#hasRun = false;
    this.#lost = null;
    this.#lostWaiting = null;
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
    const waiting = this.#lostWaiting;
    if (!lost || (lost.length === 0 && waiting === null && !dependsOnIt)) return [];
    this.#lost = null;
    this.#lostWaiting = null;
    const gone = lost.length > 0 ? `${lost.join(', ')} (temporary) went with it, and ` : '';
    const again =
      waiting === null
        ? ''
        : ` ${waiting} still waited for a VACUUM and is forgotten: run it again before the next VACUUM.`;
    return [
      `Another worker took over as the primary since your last write: ${gone}last_insert_rowid(), changes() and total_changes() begin at 0.${again}`,
    ];
  }
}

export function displacedNote(name: string): string {
  return `The temporary ${name} was dropped: the database has a ${name} of its own now, and only one of them can be seen everywhere.`;
}

export function emptiedNote(names: readonly string[]): string {
  return `${names.join(', ')} (temporary) went with the setting: SQLite empties its temporary store when PRAGMA temp_store changes.`;
}

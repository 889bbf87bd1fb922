/**
 * What a database worker holds once it is attached: a connection on the snapshot's pages, its role, the version that it has
 * applied, and the settings that it shares with the others.
 */
import { AppError } from '../core/errors.ts';
import { Classifier } from './statements/classifier.ts';
import { Connection } from './connection.ts';
import type { AttachRequest, PageRecord, Version } from './protocol.ts';
import { checkOrder } from './file/records.ts';
import { fileFromSnapshot } from './file/snapshot-file.ts';
import type { SqliteModule } from './sqlite/sqlite-module.ts';
import { dropShadows, temporaryObjects } from './schema/temporary.ts';

export class Session {
  readonly connection: Connection;
  readonly classifier: Classifier;
  #role: AttachRequest['role'];
  #epoch: number;
  #version: Version;
  #pragmas: string[] = [];
  /** Temporary tables, views and triggers of this connection. */
  temporary: string[] = [];
  /** A PRAGMA auto_vacuum that only the next VACUUM heeds: until then this connection alone knows it. */
  waitsForVacuum: string | null = null;

  /** `former` is what the worker held before: its connection goes on with the new data where it can, and is closed where not. */
  constructor(module: SqliteModule, request: AttachRequest, former: Session | null = null) {
    const { snapshot, role, epoch, pragmas } = request;
    this.connection = connectionFor(module, request, former);
    this.classifier = new Classifier(this.connection);
    this.#role = role;
    this.#epoch = epoch;
    this.#version = { historyId: snapshot.historyId, logNumber: snapshot.logNumber + snapshot.records.length };
    if (this.connection === former?.connection) this.#pragmas.push(...former.pragmas);
    const further = pragmas.slice(this.#pragmas.length);
    if (further.length > 0) this.setPragmas(further);
    this.connection.hold();
  }

  get role(): AttachRequest['role'] {
    return this.#role;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get version(): Version {
    return { ...this.#version };
  }

  /** Settings in force, in the order in which they were made. */
  get pragmas(): readonly string[] {
    return this.#pragmas;
  }

  /**
   * Lays records over the file between two read transactions. A record of its own comes back unneeded. Returns the temporary
   * tables and views that had to give way. Error `record-gap`.
   */
  apply(records: readonly PageRecord[], historyId = this.#version.historyId): string[] {
    const { logNumber } = this.#version;
    const fresh = records.filter((record) => !(this.#madeHere(record) && record.logNumber <= logNumber));
    checkOrder(fresh, logNumber);
    this.connection.release();
    for (const record of fresh) this.connection.file.applyPages(record);
    const displaced = this.temporary.length > 0 ? this.#dropShadows() : [];
    // Begins by reading a table, which makes SQLite notice a moved schema cookie; EXPLAIN alone would not.
    this.connection.hold();
    // A primary that gets records has gone back in time, or had an import.
    if (this.#role === 'primary' && fresh.length > 0 && this.waitsForVacuum === null)
      this.connection.forgetAutoVacuum();
    this.#version = { historyId, logNumber: logNumber + fresh.length };
    return displaced;
  }

  #dropShadows(): string[] {
    const displaced = dropShadows(this.connection);
    if (displaced.length > 0) this.classifier.forget();
    this.temporary = temporaryObjects(this.connection);
    return displaced;
  }

  /** This primary made a record: its pages are here already, and the engine will give it the next number. */
  noteOwnRecord(): void {
    this.#version.logNumber++;
  }

  #madeHere(record: PageRecord): boolean {
    return this.#role === 'primary' && record.epoch === this.#epoch;
  }

  /** Error `record-gap` for a replica that has not come as far as the log: it must not write. */
  promote(epoch: number, logNumber: number): void {
    if (this.#version.logNumber < logNumber) {
      throw new AppError(
        'record-gap',
        `This worker has come to record ${this.#version.logNumber} of ${logNumber} only.`,
      );
    }
    this.#role = 'primary';
    this.#epoch = epoch;
  }

  /** Error `stale-epoch` for a request made for another primary. */
  checkPrimary(epoch: number): void {
    if (this.#role === 'primary' && epoch === this.#epoch) return;
    const present = this.#role === 'primary' ? `epoch ${this.#epoch}` : 'a replica';
    throw new AppError(
      'stale-epoch',
      `This worker is ${present}; the write was meant for epoch ${epoch} and was not run.`,
    );
  }

  setPragmas(pragmas: readonly string[]): void {
    this.connection.release(); // some settings are ignored inside a transaction
    for (const pragma of pragmas) this.connection.run(pragma);
    this.noteSettings(pragmas);
  }

  noteSettings(pragmas: readonly string[]): void {
    this.#pragmas.push(...pragmas);
    if (pragmas.length > 0) this.classifier.forget();
  }

  /** Opens again after MEMFS replaced our file, with the same settings. */
  reopen(): void {
    this.connection.reopen();
    this.waitsForVacuum = null;
    for (const pragma of this.#pragmas) this.connection.run(pragma);
    this.classifier.forget();
  }
}

function connectionFor(module: SqliteModule, { snapshot, pragmas }: AttachRequest, former: Session | null): Connection {
  let moved = false;
  try {
    const file = fileFromSnapshot(module, snapshot);
    // A primary's connection may hold temporary tables and counts of changes.
    const isPlain = former?.role === 'replica' && former.pragmas.every((pragma, index) => pragma === pragmas[index]);
    moved = isPlain && former.connection.moveTo(file);
    return moved ? former!.connection : new Connection(module, file, { held: true });
  } finally {
    if (!moved) former?.connection.close();
  }
}

/**
 * A private, writable copy of a snapshot for trials: nothing that happens in it can reach the person's rows, and it costs
 * only the pages that it writes. `discard` puts it back to the snapshot.
 */
import { Connection } from '../connection.ts';
import { fileFromSnapshot } from './snapshot-file.ts';
import type { Snapshot } from '../protocol.ts';
import type { SqliteModule } from '../sqlite/sqlite-module.ts';

export class Fork {
  readonly #module: SqliteModule;
  #snapshot: Snapshot;
  #connection: Connection;

  constructor(module: SqliteModule, snapshot: Snapshot) {
    this.#module = module;
    this.#snapshot = snapshot;
    this.#connection = new Connection(module, fileFromSnapshot(module, snapshot));
  }

  /** Read and write with it at will; another one after `discard` and `moveTo`. */
  get connection(): Connection {
    return this.#connection;
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Forgets all that was written, temporary objects and settings included. */
  discard(): void {
    this.#connection.close();
    this.#connection = new Connection(this.#module, fileFromSnapshot(this.#module, this.#snapshot));
  }

  /** The same, on newer content. */
  moveTo(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.discard();
  }

  close(): void {
    this.#connection.close();
  }
}

/** Opens a fork of a snapshot; close it when done. */
export function openFork(module: SqliteModule, snapshot: Snapshot): Fork {
  return new Fork(module, snapshot);
}

/**
 * The one place where the person's data lives: an immutable base, the log of page records on top, and the epoch of
 * the primary that may extend it. A write is committed when `append` has taken its record, and not before.
 */
import { AppError } from '../core/errors.ts';
import type { PageRecord, Snapshot, Version } from '../database/protocol.ts';
import { foldRecords, materialize, schemaCookieOf } from '../database/records.ts';

/** Records are folded into a new base above this many bytes, so that a new replica attaches in bounded time. */
export const RECORD_BYTES_MAX = 32 * 1024 * 1024;
export const RECORD_COUNT_MAX = 2000;

export interface DataPlaneOptions {
  newId(): string;
  /** True where bytes may lie in shared memory, visible to every worker without a copy. */
  shared: boolean;
}

export class DataPlane {
  readonly #options: DataPlaneOptions;
  #snapshot: Snapshot | null = null;
  #recordBytes = 0;
  #epoch = 1;
  #schemaCookie = 0;

  constructor(options: DataPlaneOptions) {
    this.#options = options;
  }

  /** Opens other content: a new history, never to be confused with an older one. */
  open(bytes: Uint8Array, pageSize: number): Version {
    return this.restore({
      historyId: this.#options.newId(),
      logNumber: 0,
      pageSize,
      base: bytes,
      records: [],
    });
  }

  /**
   * Opens what was kept: same history, same log number, so that a kept cache may still be good. A new epoch begins, so that
   * what a primary still writes to the former content is refused.
   */
  restore(snapshot: Snapshot): Version {
    this.#epoch++;
    this.#snapshot = {
      ...snapshot,
      base: this.#share(snapshot.base),
      records: snapshot.records.map((record) => ({ ...record, pages: this.#share(record.pages) })),
    };
    this.#recordBytes = snapshot.records.reduce((sum, record) => sum + record.pages.byteLength, 0);
    this.#schemaCookie = schemaCookieOf(snapshot);
    return this.version;
  }

  get snapshot(): Snapshot {
    if (!this.#snapshot) throw new AppError('no-database', 'No database is open yet.');
    return this.#snapshot;
  }

  get isOpen(): boolean {
    return this.#snapshot !== null;
  }

  get version(): Version {
    const { historyId, logNumber, records } = this.snapshot;
    return { historyId, logNumber: logNumber + records.length };
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Bytes of the database file as it stands. */
  get byteLength(): number {
    const { base, records, pageSize } = this.snapshot;
    const last = records.at(-1);
    return last ? last.pageCount * last.pageSize : Math.max(base.byteLength, pageSize);
  }

  get schemaCookie(): number {
    return this.#schemaCookie;
  }

  /** A new primary: records of the former epoch are dropped from now on. */
  nextEpoch(): number {
    return ++this.#epoch;
  }

  /** Takes a record into the log and numbers it: the moment of commit. A retired epoch's record is refused. */
  append(record: PageRecord): PageRecord {
    if (record.epoch !== this.#epoch) {
      throw new AppError('stale-epoch', 'The write came from a worker that is no longer the primary; it was dropped.');
    }
    const numbered = { ...record, logNumber: this.version.logNumber + 1, pages: this.#share(record.pages) };
    this.snapshot.records.push(numbered);
    this.#recordBytes += numbered.pages.byteLength;
    this.#schemaCookie = numbered.schemaCookie;
    return numbered;
  }

  get wantsFold(): boolean {
    return this.#recordBytes > RECORD_BYTES_MAX || this.snapshot.records.length > RECORD_COUNT_MAX;
  }

  /** Folds the log into a new base. Replicas keep the base they have; the version does not change. */
  fold(): void {
    this.#snapshot = foldRecords(this.snapshot, (byteLength) => this.#allocate(byteLength));
    this.#recordBytes = 0;
  }

  /** The database as a file, exactly as SQLite would have written it. */
  file(): Uint8Array {
    return materialize(this.snapshot);
  }

  #allocate(byteLength: number): Uint8Array {
    return new Uint8Array(this.#options.shared ? new SharedArrayBuffer(byteLength) : new ArrayBuffer(byteLength));
  }

  #share(bytes: Uint8Array): Uint8Array {
    if (!this.#options.shared || bytes.buffer instanceof SharedArrayBuffer) return bytes;
    const shared = this.#allocate(bytes.byteLength);
    shared.set(bytes);
    return shared;
  }
}

/**
 * The one place where the person's data lives: an immutable base, the log of page records on top, the points in time that
 * can be gone back to, and the epoch of the primary that may extend it. A write is committed when `append` has taken its
 * record, and not before.
 */
import { AppError } from '../../core/errors.ts';
import { overlayPageSize } from '../../database/file/file-header.ts';
import type { PageRecord, Snapshot, Version } from '../../database/protocol.ts';
import { byteLengthOf, foldInSteps, materialize, schemaCookieOf } from '../../database/file/records.ts';
import { FirstPage } from './first-page.ts';
import { PageView } from './page-view.ts';
import { UndoPages, type Point } from './undo-pages.ts';

/** Records are folded into a new base above this many bytes, so that a new replica attaches in bounded time. */
export const RECORD_BYTES_MAX = 32 * 1024 * 1024;
export const RECORD_COUNT_MAX = 2000;

export interface DataPlaneOptions {
  newId(): string;
  /** True where bytes may lie in shared memory, visible to every worker without a copy. */
  shared: boolean;
}

/** All that makes up an open database. */
export interface Content {
  snapshot: Snapshot;
  /** Stays from the opening on, whatever becomes of the history: what is kept in the browser goes by it. */
  lineId: string;
  points: UndoPages;
}

export class DataPlane {
  readonly #options: DataPlaneOptions;
  #content: Content | null = null;
  #pages = new PageView(new Uint8Array(0), 1, []);
  #recordBytes = 0;
  #epoch = 1;
  #schemaCookie = 0;

  constructor(options: DataPlaneOptions) {
    this.#options = options;
  }

  /** Opens other content: a new history, never to be confused with an older one. `filePageSize` is SQLite's. */
  open(bytes: Uint8Array, filePageSize: number): Version {
    const { newId } = this.#options;
    const pageSize = overlayPageSize(filePageSize);
    const snapshot = { historyId: newId(), logNumber: 0, pageSize, base: bytes, records: [] };
    return this.restore({ snapshot, lineId: newId(), points: new UndoPages() });
  }

  /**
   * Opens what was kept: same history, same log number, so that a kept cache may still be good. A new epoch begins, so that
   * what a primary still writes to the former content is refused.
   */
  restore(content: Content): Version {
    const { base, records, pageSize } = content.snapshot;
    // For all of it there may be no memory: then what was open stays, and its primary too.
    const snapshot = {
      ...content.snapshot,
      base: this.#share(base),
      records: records.map((record) => ({ ...record, pages: this.#share(record.pages) })),
    };
    this.#epoch++;
    this.#content = { ...content, snapshot };
    this.#pages = new PageView(snapshot.base, pageSize, snapshot.records);
    this.#recordBytes = pageBytes(snapshot.records);
    this.#schemaCookie = schemaCookieOf(snapshot);
    return this.version;
  }

  get content(): Content {
    if (!this.#content) throw new AppError('no-database', 'No database is open yet.');
    return this.#content;
  }

  get snapshot(): Snapshot {
    return this.content.snapshot;
  }

  get points(): UndoPages {
    return this.content.points;
  }

  get isOpen(): boolean {
    return this.#content !== null;
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
    return byteLengthOf(this.snapshot);
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
    return this.#take(this.#noted(record));
  }

  /**
   * All that takes memory, and so all that can fail: until it is done nothing has changed, but that the newest point may hold
   * images which it did not need yet.
   */
  #noted(record: PageRecord): PageRecord {
    const numbered = { ...record, logNumber: this.version.logNumber + 1, pages: this.#share(record.pages) };
    this.points.note(numbered, this.#pages.pageCount, (page) => this.#pages.read(page));
    return numbered;
  }

  #take(numbered: PageRecord): PageRecord {
    this.snapshot.records.push(numbered);
    this.#pages.lay(numbered);
    this.#recordBytes += numbered.pages.byteLength;
    this.#schemaCookie = numbered.schemaCookie;
    return numbered;
  }

  // ---- points in time ----

  /** The data as it stands becomes a point in time. */
  mark(name: string, automatic: boolean, wallMs: number): Point {
    const { logNumber } = this.version;
    return this.points.mark({ name, automatic, wallMs, logNumber, pageCount: this.#pages.pageCount });
  }

  /**
   * The record that brings the data back to a point; null when it stands there already, error `no-such-point`. Its first page
   * bears a change counter and a schema cookie that are not those of now, or SQLite would take new pages for cached ones.
   */
  recordOfWayBack(id: number): Omit<PageRecord, 'epoch'> | null {
    const { pageCount, images } = this.points.wayBack(id);
    if (images.size === 0) return null;
    const { pageSize } = this.snapshot;
    if (!images.has(1)) images.set(1, this.#pages.read(1));
    const numbers = [...images.keys()].sort((one, other) => one - other);
    const pages = new Uint8Array(numbers.length * pageSize);
    numbers.forEach((page, index) => pages.set(images.get(page)!, index * pageSize));
    const first = new FirstPage(pages);
    // Whatever came before: each connection has gone through all records, and compares with the last.
    const present = new FirstPage(this.#pages.read(1));
    first.changeCounter = after(present.changeCounter);
    first.schemaCookie = after(present.schemaCookie);
    const pageNumbers = Uint32Array.from(numbers);
    return {
      logNumber: 0,
      pageSize,
      pageCount,
      pageNumbers,
      pages,
      tablesWritten: null,
      schemaCookie: first.schemaCookie,
    };
  }

  /**
   * Takes such a record as the first of a new history: nothing of the former one holds any more, while base, log and points go
   * on; what a primary still writes to it is refused.
   */
  goBack(record: Omit<PageRecord, 'epoch'>): PageRecord {
    const numbered = this.#noted({ ...record, epoch: this.#epoch + 1 });
    this.#epoch++;
    this.#content = { ...this.content, snapshot: { ...this.snapshot, historyId: this.#options.newId() } };
    return this.#take(numbered);
  }

  // ---- folding ----

  get wantsFold(): boolean {
    return this.#recordBytes > RECORD_BYTES_MAX || this.snapshot.records.length > RECORD_COUNT_MAX;
  }

  /**
   * Folds the log up to a record (by default all of it) into a new base, in steps between which the engine lives on; later
   * records stay records. Replicas keep the base they have; the version does not change. Other content that is opened meanwhile
   * ends it.
   */
  *fold(through = this.version.logNumber): Generator<void> {
    const { lineId } = this.content;
    const { base, records, ...rest } = this.snapshot;
    const folded = through - rest.logNumber;
    const steps = foldInSteps({ ...rest, base, records: records.slice(0, folded) }, (byteLength) =>
      this.#allocate(byteLength),
    );
    let step = steps.next();
    for (; !step.done; step = steps.next()) {
      yield;
      if (this.content.lineId !== lineId || this.snapshot.base !== base) return;
    }
    const { snapshot } = this;
    const left = snapshot.records.slice(folded);
    const logNumber = snapshot.logNumber + folded;
    this.#content = { ...this.content, snapshot: { ...snapshot, logNumber, base: step.value, records: left } };
    this.#pages = new PageView(step.value, snapshot.pageSize, left);
    this.#recordBytes = pageBytes(left);
  }

  /** The database as a file, exactly as SQLite would have written it. */
  file(): Uint8Array {
    return materialize(this.snapshot);
  }

  /** Memory for pages: shared where that is possible. */
  allocate(byteLength: number): Uint8Array {
    return this.#allocate(byteLength);
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

function pageBytes(records: readonly PageRecord[]): number {
  return records.reduce((sum, record) => sum + record.pages.byteLength, 0);
}

/** The next one of a counter of 31 bits; SQLite only asks whether it is another. */
function after(count: number): number {
  return (count % 0x7fffffff) + 1;
}

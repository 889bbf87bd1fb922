/**
 * What every sample's generator stands on: an empty database, raw inserts, one transaction, and now and then a pause in which
 * progress is told and a cancel can arrive.
 */
import { AppError } from '../../core/errors.ts';
import { NativeConnection } from '../sqlite/native.ts';
import { PagedFile } from '../file/paged-file.ts';
import { emptyDatabase } from '../file/snapshot-file.ts';
import type { SqliteModule } from '../sqlite/sqlite-module.ts';
import { BulkInsert } from '../rows/bulk-insert.ts';

export interface SampleControl {
  /** Told now and then: share done (0..1) and what is being made. */
  progress(report: { fraction: number; stage: string }): void;
  /** Lets messages in, so that a cancel can arrive. */
  pause(): Promise<void>;
  isCancelled(): boolean;
}

/** Rows between two looks at the clock. */
export const CHUNK_ROWS = 2000;
/** Time between two pauses. */
const PAUSE_EVERY_MS = 60;

/**
 * Runs `schema`, lets `fill` insert, and gives the database file. `rowsTotal` is about what `fill` will make, for the progress.
 * Error `cancelled`, which leaves nothing behind.
 */
export async function buildSample(
  module: SqliteModule,
  schema: string,
  rowsTotal: number,
  control: SampleControl,
  fill: (builder: SampleBuilder) => Promise<void>,
): Promise<Uint8Array> {
  const file = new PagedFile(emptyDatabase(module));
  const database = new module.raw.Database(file);
  const native = new NativeConnection(module, database.db);
  const builder = new SampleBuilder(module, native, rowsTotal, control);
  try {
    native.exec(`PRAGMA cache_size = -4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN; ${schema}`);
    await fill(builder);
    builder.free();
    native.exec('COMMIT');
    return file.drainToBytes();
  } finally {
    builder.free();
    native.free();
    database.close();
  }
}

export class SampleBuilder {
  readonly #module: SqliteModule;
  readonly #native: NativeConnection;
  readonly #rowsTotal: number;
  readonly #control: SampleControl;
  readonly #inserts = new Set<BulkInsert>();
  #rows = 0;
  #pausedAtMs = performance.now();

  constructor(module: SqliteModule, native: NativeConnection, rowsTotal: number, control: SampleControl) {
    this.#module = module;
    this.#native = native;
    this.#rowsTotal = rowsTotal;
    this.#control = control;
  }

  /** Rows go into `table` through what this gives; it is freed when the sample is done or given up. */
  into(table: string, columnCount: number): BulkInsert {
    const insert = new BulkInsert(this.#module, this.#native, table, columnCount);
    this.#inserts.add(insert);
    return insert;
  }

  /** So many rows more were made. Call it every `CHUNK_ROWS` or so. */
  async made(rows: number, stage: string): Promise<void> {
    this.#rows += rows;
    if (performance.now() - this.#pausedAtMs < PAUSE_EVERY_MS) return;
    this.#control.progress({ fraction: Math.min(1, this.#rows / this.#rowsTotal), stage });
    await this.#control.pause();
    if (this.#control.isCancelled()) throw new AppError('cancelled', 'Making the sample was cancelled.');
    this.#pausedAtMs = performance.now();
  }

  free(): void {
    for (const insert of this.#inserts) insert.free();
    this.#inserts.clear();
  }
}

/**
 * The worker that holds the optimizer: started when first needed, attached to the data, kept level with the log, and ended when it says
 * nothing for too long. Calls reach it in the order in which they are made, and it does one at a time.
 */
import { AppError, toWireError } from '../../core/errors.ts';
import { connect, type Caller, type Connection, type WorkerHandle } from '../../core/rpc.ts';
import type { PageRecord, Snapshot } from '../../database/protocol.ts';
import type { OptimizerApi } from '../../optimizer/protocol.ts';

/**
 * What it does has budgets far below this. What SQLite does within one instruction no budget stops: on a damaged file that leads it
 * in circles only the end of its worker does.
 */
export const SILENT_MS_MAX = 30_000;

export interface OptimizerWorkerOptions {
  spawn(): WorkerHandle;
  module(): Promise<WebAssembly.Module | null>;
  wasmUrl(): string;
  snapshot(): Snapshot;
  /** Whether memory can be shared with it, so that a statement stops in the middle. */
  isolated: boolean;
  /** Does something once after a while, unless the returned function is called before. */
  once(delayMs: number, action: () => void): () => void;
  /** It said nothing for too long and was ended. */
  onSilent(): void;
}

export class OptimizerWorker {
  readonly #options: OptimizerWorkerOptions;
  #worker: Promise<{ calls: Connection<OptimizerApi> }> | null = null;
  #end: (message: string) => void = () => {};
  #attached = false;
  /** Others who ask meanwhile wait for it too: the worker answers attach only when the data is open. */
  #attaching: Promise<unknown> = Promise.resolve();
  /** Questions without an answer so far, and the end of the patience with them, put off by every answer. */
  #asked = 0;
  #disarm: () => void = () => {};
  /** Where isolated: writing a job's number here stops that job. */
  readonly #cancelCell: Int32Array | null;
  #nextJob = 1;

  constructor(options: OptimizerWorkerOptions) {
    this.#options = options;
    this.#cancelCell = options.isolated ? new Int32Array(new SharedArrayBuffer(4)) : null;
  }

  /** Makes one call; a worker that says nothing at all for too long is ended, and with it all that was asked. */
  async ask<Reply>(call: (api: Caller<OptimizerApi>) => Promise<Reply>): Promise<Reply> {
    const { calls } = await this.#ready();
    return this.#inTime(call(calls.call));
  }

  /** The number of a job that `stop` can end. */
  newJob(): number {
    const job = this.#nextJob;
    this.#nextJob = (job % 0x7ffffffe) + 1;
    return job;
  }

  /** Ends what a job runs right now; its call must be cancelled as well. */
  stop(job: number): void {
    if (this.#cancelCell) Atomics.store(this.#cancelCell, 0, job);
  }

  /** It told how far it is: patience begins anew. */
  heard(): void {
    this.#putOff();
  }

  /** A committed record. */
  apply(record: PageRecord): void {
    if (!this.#attached) return;
    void this.#worker
      ?.then(({ calls }) => calls.call.apply({ records: [record] }))
      .catch((error: unknown) => this.#end(toWireError(error).message));
  }

  /** Other content: it attaches anew before its next job. */
  detach(): void {
    this.#attached = false;
  }

  /** Ends the worker; the next question starts another. */
  end(reason: string): void {
    this.#end(reason);
  }

  async #inTime<Reply>(reply: Promise<Reply>): Promise<Reply> {
    this.#asked++;
    this.#putOff();
    try {
      return await reply;
    } finally {
      this.#asked--;
      this.#putOff();
    }
  }

  #putOff(): void {
    this.#disarm();
    if (this.#asked === 0) return;
    this.#disarm = this.#options.once(SILENT_MS_MAX, () => {
      this.#options.onSilent();
      this.#end(
        `it gave no answer for ${SILENT_MS_MAX / 1000} seconds. The file may be damaged in a way that leads in circles: PRAGMA integrity_check tells. Statements run as typed.`,
      );
    });
  }

  async #ready(): Promise<{ calls: Connection<OptimizerApi> }> {
    this.#worker ??= this.#spawn();
    const worker = await this.#worker;
    if (!this.#attached) {
      // Before the await: records that arrive while it attaches must follow the snapshot in the worker's inbox.
      this.#attached = true;
      const snapshot = this.#options.snapshot();
      // Its own list: a record appended before this message leaves is sent by itself.
      const whole = { ...snapshot, records: [...snapshot.records] };
      this.#attaching = this.#inTime(worker.calls.call.attach({ snapshot: whole }));
    }
    try {
      await this.#attaching;
    } catch (error) {
      this.#attached = false; // the next question tries again
      throw error;
    }
    return worker;
  }

  async #spawn(): Promise<{ calls: Connection<OptimizerApi> }> {
    const handle = this.#options.spawn();
    const calls = connect<OptimizerApi>(handle.port);
    const end = (message: string): void => {
      handle.terminate();
      this.#worker = null;
      this.#attached = false;
      calls.lost(new AppError('worker-lost', `The optimizer stopped: ${message}`));
    };
    handle.onFailure(end);
    this.#end = end;
    try {
      const module = await this.#options.module();
      await calls.call.warm({ module, wasmUrl: this.#options.wasmUrl(), cancelCell: this.#cancelCell });
    } catch (error) {
      end(toWireError(error).message);
      throw error;
    }
    return { calls };
  }
}

/**
 * Workers with SQLite loaded and no data: one is kept as the spare, so that the next start costs no loading, and helpers
 * outside the pool (samples, files, exports) are taken from here and come back.
 */
export interface WarmWorker {
  /** It was ended, or died: of no use to anybody. */
  gone: boolean;
  readonly handle: { terminate(): void };
}

export class WarmWorkers<Worker extends WarmWorker> {
  readonly #warm: (isSpare: boolean) => Promise<Worker>;
  #spare: Promise<Worker> | null = null;
  #keepsSpare = false;

  /** `warm` starts a worker; `isSpare` when nobody waits for it yet. */
  constructor(warm: (isSpare: boolean) => Promise<Worker>) {
    this.#warm = warm;
  }

  /** From now on one worker always waits. Not before the first result: it would slow that one down. */
  keepSpare(): void {
    this.#keepsSpare = true;
    this.warmOne();
  }

  /** After one was taken: another in its place, once spares are kept. */
  keepOne(): void {
    if (this.#keepsSpare) this.warmOne();
  }

  warmOne(): void {
    if (this.#spare) return;
    // Before the first result there is nothing to spare: it would take time from that one.
    const warming = this.#warm(this.#keepsSpare);
    this.#spare = warming;
    warming.catch(() => {
      if (this.#spare === warming) this.#spare = null;
    });
  }

  /** The spare, or a new one. */
  async take(): Promise<Worker> {
    const pending = this.#spare;
    this.#spare = null;
    const worker = await (pending ?? this.#warm(false));
    // Whoever died while it was the spare is found out here: nobody counted on it before.
    return worker.gone ? this.#warm(false) : worker;
  }

  /** Hands one to `use`; afterwards it is the spare again, unless there is one by now or it was ended. */
  async lend<Result>(use: (worker: Worker) => Promise<Result>): Promise<Result> {
    const worker = await this.take();
    try {
      return await use(worker);
    } finally {
      // It has done nothing that a later replica could see.
      if (!this.#spare && !worker.gone) this.#spare = Promise.resolve(worker);
      else worker.handle.terminate();
      this.keepOne();
    }
  }

  end(): void {
    this.#keepsSpare = false;
    void this.#spare?.then((worker) => worker.handle.terminate()).catch(() => {});
    this.#spare = null;
  }
}

/**
 * Who may change the data, and when. Units of writes pass side by side, for the primary puts them in order; what replaces or
 * extends the data as a whole (an import, going back to a point in time, opening another database) passes alone.
 * First come, first served: somebody who waits to be alone is not overtaken.
 */
import { AppError } from '../../core/errors.ts';
import type { CancelSignal } from '../../core/rpc.ts';

interface Waiting {
  alone: boolean;
  enter: () => void;
}

/** Arms whatever ends a wait: it may call `giveUp`. Returns what disarms it. */
export type Patience = (giveUp: (error: AppError) => void) => () => void;

export class Turnstile {
  #inside = 0;
  #aloneInside = false;
  #waiting: Waiting[] = [];

  /** Together with others of its kind. Error `cancelled` when the signal comes while it waits; that of `patience` when it ends. */
  pass<Result>(
    work: () => Promise<Result>,
    signal: CancelSignal | null = null,
    patience: Patience | null = null,
  ): Promise<Result> {
    return this.#through(false, work, signal, patience);
  }

  /** When nobody else is inside, and nobody enters before it is done. Error `cancelled` as above. */
  alone<Result>(work: () => Promise<Result>, signal: CancelSignal | null = null): Promise<Result> {
    return this.#through(true, work, signal, null);
  }

  async #through<Result>(
    alone: boolean,
    work: () => Promise<Result>,
    signal: CancelSignal | null,
    patience: Patience | null,
  ): Promise<Result> {
    if (this.#waiting.length > 0 || !this.#isFreeFor(alone)) await this.#wait(alone, signal, patience);
    else this.#enter(alone);
    try {
      return await work();
    } finally {
      this.#inside--;
      this.#aloneInside = false;
      this.#letIn();
    }
  }

  #wait(alone: boolean, signal: CancelSignal | null, patience: Patience | null): Promise<void> {
    return new Promise((resolve, reject) => {
      let disarm = (): void => {};
      const waiting: Waiting = {
        alone,
        enter: () => {
          disarm();
          resolve();
        },
      };
      const leave = (error: AppError): void => {
        const place = this.#waiting.indexOf(waiting);
        if (place < 0) return;
        this.#waiting.splice(place, 1);
        disarm();
        reject(error);
        this.#letIn();
      };
      this.#waiting.push(waiting);
      disarm = patience?.(leave) ?? disarm;
      signal?.onCancel(() =>
        leave(new AppError('cancelled', 'Cancelled while it waited for its turn: nothing was done.')),
      );
    });
  }

  #letIn(): void {
    for (let next = this.#waiting[0]; next && this.#isFreeFor(next.alone); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#enter(next.alone);
      next.enter();
    }
  }

  #isFreeFor(alone: boolean): boolean {
    return alone ? this.#inside === 0 : !this.#aloneInside;
  }

  #enter(alone: boolean): void {
    this.#inside++;
    this.#aloneInside = alone;
  }
}

/**
 * Something the engine is asked for again and again while a page shows it: history, statements, entries, logs.
 * Nothing is asked while nobody looks, the tab is hidden, or an answer is still on its way.
 */
import { createSubscriber } from 'svelte/reactivity';
import { AppError } from '../../core/errors.ts';

export class Polled<Value> {
  readonly #ask: () => Promise<Value>;
  readonly #subscribe: () => void;
  #value: Value | null = null;
  #failure: string | null = null;
  #asking: Promise<void> | null = null;
  /** Something changed while an answer was on its way. */
  #again = false;
  #update = (): void => {};

  constructor(ask: () => Promise<Value>, everyMs: number) {
    this.#ask = ask;
    this.#subscribe = createSubscriber((update) => {
      this.#update = update;
      void this.refresh();
      const timer = setInterval(() => {
        if (!document.hidden && this.#asking === null) void this.refresh();
      }, everyMs);
      return () => clearInterval(timer);
    });
  }

  /** The latest answer; null before the first. Reading it in a template keeps it coming. */
  get value(): Value | null {
    this.#subscribe();
    return this.#value;
  }

  /** Why the last question failed, in plain words; null when it did not. */
  get failure(): string | null {
    this.#subscribe();
    return this.#failure;
  }

  /** Asks now, as after a change; resolves when an answer to a question asked from now on is here. */
  async refresh(): Promise<void> {
    this.#again = this.#asking !== null;
    await (this.#asking ??= this.#askUntilCurrent());
  }

  async #askUntilCurrent(): Promise<void> {
    do {
      this.#again = false;
      try {
        this.#value = await this.#ask();
        this.#failure = null;
      } catch (error) {
        this.#failure = error instanceof AppError ? error.message : String(error);
      }
    } while (this.#again);
    this.#asking = null;
    this.#update();
  }
}

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
  #asking = false;
  #update = (): void => {};

  constructor(ask: () => Promise<Value>, everyMs: number) {
    this.#ask = ask;
    this.#subscribe = createSubscriber((update) => {
      this.#update = update;
      void this.refresh();
      const timer = setInterval(() => {
        if (!document.hidden) void this.refresh();
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

  /** Asks now, as after a change. */
  async refresh(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      this.#value = await this.#ask();
      this.#failure = null;
    } catch (error) {
      this.#failure = error instanceof AppError ? error.message : String(error);
    }
    this.#asking = false;
    this.#update();
  }
}

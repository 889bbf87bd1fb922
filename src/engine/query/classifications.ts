/**
 * What is known of statement texts: their classification, or how a script splits. Keyed by text, schema cookie and
 * history, so that nothing outlives the schema it was taken from. Bounded; the oldest go first.
 */
import type { Classification, StatementSpan } from '../../database/protocol.ts';

export const KNOWN_TEXTS_MAX = 5000;

/** A single statement, or a text that must be split first. */
export type KnownText =
  { type: 'statement'; classification: Classification } | { type: 'script'; spans: StatementSpan[] };

export class Classifications {
  #known = new Map<string, KnownText>();
  #schemaCookie = -1;
  #historyId = '';
  /** Moves whenever everything is forgotten. */
  #stamp = 0;

  /** Forgets everything when the schema or the history has moved. */
  at(schemaCookie: number, historyId: string): this {
    if (schemaCookie !== this.#schemaCookie || historyId !== this.#historyId) {
      this.forget();
      this.#schemaCookie = schemaCookie;
      this.#historyId = historyId;
    }
    return this;
  }

  forget(): void {
    this.#known.clear();
    this.#stamp++;
  }

  /** What was learnt from a worker holds only if this is still what it was when the worker was asked. */
  get stamp(): number {
    return this.#stamp;
  }

  get(sql: string): KnownText | undefined {
    return this.#known.get(sql);
  }

  set(sql: string, known: KnownText): void {
    if (this.#known.size >= KNOWN_TEXTS_MAX && !this.#known.has(sql)) {
      const oldest = this.#known.keys().next();
      if (!oldest.done) this.#known.delete(oldest.value);
    }
    this.#known.set(sql, known);
  }
}

/**
 * How many VM steps texts took when they last ran to their end: the only ground for saying how far a run is. An estimate,
 * since parameters and data may be others by now. Bounded; the oldest go first.
 */

const TEXTS_MAX = 1000;
/** Longer ones are scripts that hardly come twice. */
const TEXT_LENGTH_MAX = 16_384;

export class StepsTaken {
  readonly #steps = new Map<string, readonly (number | null)[]>();
  #historyId = '';

  /** Of each statement of a text, in order. Another history is other data: nothing of the former one is told. */
  note(historyId: string, text: string, steps: readonly (number | null)[]): void {
    if (historyId !== this.#historyId) {
      this.#steps.clear();
      this.#historyId = historyId;
    }
    if (text.length > TEXT_LENGTH_MAX) return;
    // The newest stand last.
    this.#steps.delete(text);
    this.#steps.set(text, steps);
    if (this.#steps.size <= TEXTS_MAX) return;
    const oldest = this.#steps.keys().next();
    if (!oldest.done) this.#steps.delete(oldest.value);
  }

  before(historyId: string, text: string, statementIndex = 0): number | null {
    return historyId === this.#historyId ? (this.#steps.get(text)?.[statementIndex] ?? null) : null;
  }
}

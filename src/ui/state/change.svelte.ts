/** Applies a change at once and keeps the engine's answer when it refuses one: a message for beside the control. */
import { AppError } from '../../core/errors.ts';

export class Changes {
  #refusal = $state.raw<string | null>(null);
  #busy = $state(0);

  /** Why the last change was refused, in the engine's words; null when it was taken. */
  get refusal(): string | null {
    return this.#refusal;
  }

  get busy(): boolean {
    return this.#busy > 0;
  }

  /** Resolves to what `act` gives, or to null when it was refused. */
  async make<Value>(act: () => Promise<Value>): Promise<Value | null> {
    this.#busy++;
    try {
      const value = await act();
      this.#refusal = null;
      return value;
    } catch (error) {
      this.#refusal = error instanceof AppError || error instanceof Error ? error.message : String(error);
      return null;
    } finally {
      this.#busy--;
    }
  }
}

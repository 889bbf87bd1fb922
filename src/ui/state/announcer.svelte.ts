/** What a screen reader is told: one polite live region in App, one sentence at a time. */
class Announcer {
  #message = $state.raw('');

  get message(): string {
    return this.#message;
  }

  /** An equal sentence is spoken again: a no-break space makes it new. */
  say(message: string): void {
    this.#message = message === this.#message ? `${message}\u00a0` : message;
  }
}

export const announcer = new Announcer();

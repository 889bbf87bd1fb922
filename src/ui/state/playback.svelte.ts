/** Pause and resume of what moves on a page. While paused the page keeps what it last showed; the engine goes on. */
export class Playback {
  #paused = $state(false);

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#paused = true;
  }

  toggle(): void {
    this.#paused = !this.#paused;
  }

  /** A reader of the newest value of `read`, or of the last one before the pause. Use it in a `$derived`. */
  readonly hold = <Value>(read: () => Value): (() => Value) => {
    let kept: { value: Value } | null = null;
    return () => {
      if (!this.#paused || kept === null) kept = { value: read() };
      return kept.value;
    };
  };

  /** Space pauses, unless something that uses the key itself has the focus. */
  readonly onkeydown = (event: KeyboardEvent): void => {
    if (event.key !== ' ' || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    const target = event.target as HTMLElement | null;
    if (target?.closest('button, a, input, select, textarea, summary, tr, [contenteditable="true"]')) return;
    event.preventDefault();
    this.toggle();
  };
}

/** Colours for canvases: resolved once per theme, with a signal that says when to paint again. */
import { createSubscriber } from 'svelte/reactivity';
import { tokenColour } from '../components/token.ts';

class ChartTheme {
  readonly #resolved = new Map<string, string>();
  #generation = 0;

  readonly #subscribe = createSubscriber((update) => {
    const changed = (): void => {
      this.#resolved.clear();
      this.#generation++;
      update();
    };
    const attributes = new MutationObserver(changed);
    attributes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', changed);
    return () => {
      attributes.disconnect();
      dark.removeEventListener('change', changed);
    };
  });

  /** Grows with every change of theme: read it in an effect to run again. */
  get generation(): number {
    this.#subscribe();
    return this.#generation;
  }

  /** The colour of a token such as `series-1`, as `rgb(...)`. */
  colour(token: string): string {
    let colour = this.#resolved.get(token);
    if (colour === undefined) {
      colour = tokenColour(token);
      this.#resolved.set(token, colour);
    }
    return colour;
  }
}

export const chartTheme = new ChartTheme();

/** Which page is open: the fragment `#/lab?key=value`. No server takes part, so any static host will do. */
import { createSubscriber } from 'svelte/reactivity';

class Route {
  readonly #subscribe = createSubscriber((update) => {
    window.addEventListener('hashchange', update);
    return () => window.removeEventListener('hashchange', update);
  });

  /** The whole fragment without `#`. */
  get fragment(): string {
    this.#subscribe();
    return window.location.hash.slice(1);
  }

  /** First segment, `lab` when there is none. */
  get page(): string {
    return /^\/([a-z-]+)/.exec(this.fragment)?.[1] ?? 'lab';
  }

  get query(): URLSearchParams {
    const at = this.fragment.indexOf('?');
    return new URLSearchParams(at < 0 ? '' : this.fragment.slice(at + 1));
  }

  /** Changes the address without a step in the history. */
  replace(fragment: string): void {
    window.history.replaceState(null, '', `#${fragment}`);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  }

  go(fragment: string): void {
    window.location.hash = fragment;
  }
}

export const route = new Route();

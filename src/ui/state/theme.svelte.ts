/** Light, dark, or as the system says. Kept between visits where the browser lets us. */
const KEY = 'headroom-theme';
export const THEMES = ['system', 'light', 'dark'] as const;
export type ThemeName = (typeof THEMES)[number];

class Theme {
  #name = $state.raw<ThemeName>('system');

  get name(): ThemeName {
    return this.#name;
  }

  /** Reads what was kept; call once before the first paint. */
  restore(): void {
    this.#show(THEMES.find((name) => name === read()) ?? 'system');
  }

  choose(name: ThemeName): void {
    this.#show(name);
    try {
      // As on a first visit: nothing chosen, nothing kept.
      if (name === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, name);
    } catch {
      // Private windows may refuse storage; the theme then lasts as long as the page.
    }
  }

  #show(name: ThemeName): void {
    this.#name = name;
    if (name === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = name;
  }

  next(): void {
    this.choose(THEMES[(THEMES.indexOf(this.#name) + 1) % THEMES.length] ?? 'system');
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export const theme = new Theme();

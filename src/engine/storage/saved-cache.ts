/** Keeps the cache over a reload: written behind, at most once in a while, tied to the exact version of the data. */
import { CachePersistence, type CacheStore } from '../../cache/persistence.ts';
import type { KeyValueStore } from '../../core/store.ts';
import type { CachedResult, QueryCache } from '../query/query-cache.ts';
import type { Timers } from '../timers.ts';

const FLUSH_DELAY_MS = 2000;
const PREFIX = 'cache/';

export interface SavedCacheOptions {
  cache: QueryCache;
  store: KeyValueStore;
  timers: Timers;
  nowMs(): number;
  wallMs(): number;
  /** Whether the data at its present version lies in the store. */
  isDataStored(): boolean;
}

export class SavedCache {
  readonly #options: SavedCacheOptions;
  readonly #persistence: CachePersistence<CachedResult>;
  readonly #timer: { arm(delayMs: number): void; cancel(): void };
  #armed = false;
  #owned = false;

  constructor(options: SavedCacheOptions) {
    this.#options = options;
    this.#persistence = new CachePersistence(options.cache.store, storeUnder(options.store, PREFIX), isCachedResult);
    this.#timer = options.timers.define(() => {
      this.#armed = false;
      void this.flush();
    });
  }

  /** Brings back what was saved for exactly this version of the data. A store that fails gives an empty cache, never an error. */
  async restore(owned: boolean): Promise<void> {
    this.#owned = owned;
    try {
      await this.#persistence.load(this.#options.nowMs(), this.#options.wallMs());
    } catch {
      // The vault has told the person already that nothing can be kept here.
    }
  }

  /** Another tab has the store: nothing is saved here any more. */
  letGo(): void {
    this.#owned = false;
  }

  noteChange(): void {
    if (!this.#owned || this.#armed || !this.#options.cache.store.settings.persist) return;
    this.#armed = true;
    this.#timer.arm(FLUSH_DELAY_MS);
  }

  /**
   * Never ahead of the data: were the newest writes lost with the tab, other writes would take their log numbers, and what
   * was saved here would pass for rows of those.
   */
  async flush(): Promise<void> {
    if (!this.#owned || !this.#options.cache.store.settings.persist) return;
    if (!this.#options.isDataStored()) return;
    try {
      await this.#persistence.flush(this.#options.nowMs(), this.#options.wallMs());
    } catch {
      // A cache that is not saved is a slower start, not a loss; it is tried again with the next change.
    }
  }
}

/** The part of the store under a prefix, as the cache wants it. */
function storeUnder(store: KeyValueStore, prefix: string): CacheStore {
  return {
    load: async () => {
      const keys = (await store.keys()).filter((key) => key.startsWith(prefix));
      const values = await store.getMany(keys);
      return new Map(keys.map((key, index) => [key.slice(prefix.length), values[index]]));
    },
    save: (records) => store.setMany([...records].map(([name, value]) => [prefix + name, value])),
  };
}

function isCachedResult(value: unknown): value is CachedResult {
  return typeof value === 'object' && value !== null && 'result' in value && 'version' in value && 'rows' in value;
}

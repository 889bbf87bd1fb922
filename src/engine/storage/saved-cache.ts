/** Keeps the cache over a reload: written behind, at most once in a while, tied to the exact version of the data. */
import { CachePersistence, type CacheStore, type LoadReport } from '../../cache/persistence/persistence.ts';
import { toWireError } from '../../core/errors.ts';
import type { Expected, KeyValueStore } from '../../core/store.ts';
import type { SavedCacheState } from '../protocol.ts';
import type { QueryMeaning } from '../query/classifications.ts';
import type { CachedResult, QueryCache } from '../query/query-cache.ts';
import type { Timers } from '../timers.ts';

const FLUSH_DELAY_MS = 2000;
/** Uses alone, without a new entry, change what a strategy knows: that may wait longer. */
const USES_DELAY_MS = 10_000;
const PREFIX = 'cache/';

export interface SavedCacheOptions {
  cache: QueryCache;
  store: KeyValueStore;
  timers: Timers;
  nowMs(): number;
  wallMs(): number;
  /** Whether the data at its present version lies in the store. */
  isDataStored(): boolean;
  /** What the store must hold for a save to be this tab's; none before anything was read from it. */
  guard(): Expected;
  /** What is in the cache again, by text. */
  onRestored(sql: string, meaning: QueryMeaning): void;
  /** What the person should know: kept only in part, or not at all. */
  onEvent(tone: 'info' | 'watch', message: string): void;
}

export class SavedCache {
  readonly #options: SavedCacheOptions;
  readonly #persistence: CachePersistence<CachedResult>;
  readonly #timer: { arm(delayMs: number): void; cancel(): void };
  readonly #usesTimer: { arm(delayMs: number): void; cancel(): void };
  #armed = false;
  #usesArmed = false;
  #owned = false;
  #flushing: Promise<unknown> = Promise.resolve();
  #state: Omit<SavedCacheState, 'owned' | 'dataStored'> = {
    savedAtMs: null,
    entries: 0,
    bytes: 0,
    leftOut: 0,
    problem: null,
    restored: null,
  };

  constructor(options: SavedCacheOptions) {
    this.#options = options;
    this.#persistence = new CachePersistence(
      options.cache.store,
      storeUnder(options.store, PREFIX, options.guard),
      isCachedResult,
    );
    this.#timer = options.timers.define(() => {
      this.#armed = false;
      void this.flush();
    });
    this.#usesTimer = options.timers.define(() => {
      this.#usesArmed = false;
      void this.flush();
    });
  }

  get state(): SavedCacheState {
    return { ...this.#state, owned: this.#owned, dataStored: this.#options.isDataStored() };
  }

  /** Brings back what was saved for exactly this version of the data. A store that fails gives an empty cache, never an error. */
  async restore(owned: boolean): Promise<void> {
    this.#owned = owned;
    try {
      const { cache, nowMs, wallMs, onRestored, onEvent } = this.#options;
      const report = await this.#persistence.load(nowMs(), wallMs());
      const { restored, dropped, reason } = report;
      this.#state = { ...this.#state, restored: { entries: restored, dropped, reason } };
      const lost = lossOf(report);
      if (lost) onEvent(lost.tone, lost.message);
      cache.store.forEachSlot((slot) => {
        const value = cache.store.valueIn(slot);
        if (value) onRestored(cache.store.textIn(slot), value.query);
      });
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

  /** An entry was used. */
  noteUse(): void {
    if (this.#usesArmed || !this.#owned || !this.#options.cache.store.settings.persist) return;
    this.#usesArmed = true;
    this.#usesTimer.arm(USES_DELAY_MS);
  }

  /**
   * Never ahead of the data: were the newest writes lost with the tab, other writes would take their log numbers, and what
   * was saved here would pass for rows of those.
   */
  flush(): Promise<void> {
    const flushing = this.#flush();
    this.#flushing = Promise.allSettled([this.#flushing, flushing]);
    return flushing;
  }

  /** Whatever was on its way to the store is there, or could not be put there. */
  async ended(): Promise<void> {
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    if (!this.#owned || !this.#options.cache.store.settings.persist) return;
    if (!this.#options.isDataStored()) return;
    const { nowMs, wallMs } = this.#options;
    try {
      const { saved, leftOut, bytes, written } = await this.#persistence.flush(nowMs(), wallMs());
      if (!written) return;
      if (leftOut > 0 && this.#state.leftOut === 0) this.#options.onEvent('watch', noRoom(saved, leftOut));
      this.#state = { ...this.#state, savedAtMs: wallMs(), entries: saved, bytes, leftOut, problem: null };
    } catch (error) {
      // A cache that is not saved is a slower start, not a loss; it is tried again with the next change.
      const { code, message } = causeOf(error);
      // Another tab has the store by now: the vault tells the person.
      if (code === 'storage-taken') this.#owned = false;
      else if (this.#state.problem === null) this.#options.onEvent('watch', message);
      this.#state = { ...this.#state, problem: message };
    }
  }
}

/** What a person who expects a warm cache should know; null where it is as it was left, or the data has moved on. */
function lossOf({
  restored,
  dropped,
  damaged,
  reason,
}: LoadReport): { tone: 'info' | 'watch'; message: string } | null {
  if (reason === 'other-format') {
    const message = 'What another version of this page had stored of the cache was dropped: it starts empty.';
    return { tone: 'info', message };
  }
  if (reason === 'damaged')
    return { tone: 'watch', message: 'What was stored of the cache is damaged and was dropped: it starts empty.' };
  if (damaged === 0) return null;
  const message = `${damaged} of ${restored + dropped} stored results were damaged and were dropped.`;
  return { tone: 'watch', message };
}

function noRoom(saved: number, leftOut: number): string {
  const all = saved + leftOut;
  return saved === 0
    ? 'This browser has no room for stored results: the cache starts empty after a reload.'
    : `This browser has room for ${saved} of ${all} stored results: those that would leave last are kept over a reload.`;
}

/** The store's own error, where the cache's names it. */
function causeOf(error: unknown): { code: string; message: string } {
  const { code, message, detail } = toWireError(error);
  const cause = (detail as { code?: string } | null | undefined)?.code;
  return { code: cause ?? code, message };
}

/** The part of the store under a prefix, as the cache wants it. */
function storeUnder(store: KeyValueStore, prefix: string, guard: () => Expected): CacheStore {
  return {
    load: async () => {
      const keys = (await store.keys()).filter((key) => key.startsWith(prefix));
      const values = await store.getMany(keys);
      return new Map(keys.map((key, index) => [key.slice(prefix.length), values[index]]));
    },
    // In the same transaction as the look at who owns the store: a late save of a former owner is refused by it.
    save: (records) =>
      store.setMany(
        [...records].map(([name, value]) => [prefix + name, value]),
        [],
        guard(),
      ),
  };
}

function isCachedResult(value: unknown): value is CachedResult {
  if (typeof value !== 'object' || value === null) return false;
  return ['query', 'result', 'version', 'rows', 'parameters'].every((name) => name in value);
}

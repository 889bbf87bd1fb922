/** The entries that the Cache page lists: what they are filtered by, which one is marked, and the dropping of one, of those found, of all. */
import { tick } from 'svelte';
import type { CacheEntryReport, CacheFindRequest, CacheFound, EngineClient, EntryId } from '../../engine/client.ts';
import { formatBytes, formatRows } from '../format.ts';
import { announcer } from './announcer.svelte.ts';
import { Changes } from './change.svelte.ts';
import { Polled } from './polled.svelte.ts';

const SHOWN = 500;
const EVERY_MS = 1000;

export type EntryFilter = Required<Omit<CacheFindRequest, 'limit' | 'including'>>;

interface Options {
  client: EngineClient;
  /** Bytes of all entries. */
  entryBytes: () => number;
  /** After something was dropped. */
  ondropped: () => Promise<unknown>;
}

export class CacheListing {
  readonly #options: Options;
  readonly #asked: Polled<CacheFound>;
  readonly #changes = new Changes();
  #filter = $state.raw<EntryFilter>({ pattern: '', table: '', sortBy: 'rank', descending: true });
  #chosen = $state.raw<EntryId | null>(null);
  #dropped = $state.raw('');

  constructor(options: Options) {
    this.#options = options;
    this.#asked = new Polled(
      () => options.client.call.cacheFind({ ...this.#wanted(), limit: SHOWN, including: this.#chosen }),
      EVERY_MS,
    );
  }

  /** Null before the first answer. */
  get found(): CacheFound | null {
    return this.#asked.value;
  }
  get filter(): EntryFilter {
    return this.#filter;
  }
  set filter(filter: EntryFilter) {
    this.#filter = filter;
    void this.#asked.refresh();
  }
  /** The entry whose row is marked, in the list and on the shelf. */
  get chosen(): EntryId | null {
    return this.#chosen;
  }
  set chosen(id: EntryId | null) {
    this.#chosen = id;
  }
  /** What was dropped last, in words. */
  get dropped(): string {
    return this.#dropped;
  }
  /** Why nothing could be dropped; null when it could. */
  get refusal(): string | null {
    return this.#changes.refusal;
  }

  /** Marks an entry and sees to it that it is listed, past a filter that hides it; false when it has left. */
  async choose(id: EntryId): Promise<boolean> {
    this.#chosen = id;
    await this.#asked.refresh();
    if (!this.#lists(id)) {
      this.#filter = { ...this.#filter, pattern: '', table: '' };
      await tick();
      await this.#asked.refresh();
    }
    if (this.#lists(id)) return true;
    announcer.say('This entry has left the cache.');
    return false;
  }

  dropOne(entry: CacheEntryReport): void {
    const { call } = this.#options.client;
    void this.#drop(() => call.cacheInvalidate({ key: entry.key }), entry.sql.slice(0, 80), entry.bytes);
  }

  dropFound(): void {
    const { call } = this.#options.client;
    const { pattern, table } = this.#wanted();
    const words = [pattern && `“${pattern}” in the text`, table && `reading ${table}`].filter(Boolean).join(', ');
    const bytes = this.#asked.value?.matching.bytes ?? 0;
    void this.#drop(() => call.cacheInvalidate({ pattern, table }), words, bytes);
  }

  clear(): void {
    const { call } = this.#options.client;
    const clearing = async (): Promise<{ removed: number }> => {
      // An empty pattern is in every text: so the number is of those that were there at that moment.
      const answer = await call.cacheInvalidate({ pattern: '' });
      await call.cacheClear({});
      return answer;
    };
    void this.#drop(clearing, 'the cache is empty', this.#options.entryBytes());
  }

  async #drop(act: () => Promise<{ removed: number }>, what: string, bytes: number): Promise<void> {
    const answer = await this.#changes.make(act);
    if (!answer) return;
    this.#dropped =
      answer.removed === 0
        ? `Nothing was dropped: ${what} had left already.`
        : `Dropped ${formatRows(answer.removed, 'entry', 'entries')}, ${formatBytes(bytes)}: ${what}.`;
    await Promise.all([this.#asked.refresh(), this.#options.ondropped()]);
  }

  /** What the list and the dropping of what it finds both mean. */
  #wanted(): Omit<CacheFindRequest, 'limit'> {
    const { pattern, table, sortBy, descending } = this.#filter;
    return { pattern: pattern.trim() || undefined, table: table || undefined, sortBy, descending };
  }

  #lists(id: EntryId): boolean {
    return this.#asked.value?.entries.some((entry) => entry.id === id) ?? false;
  }
}

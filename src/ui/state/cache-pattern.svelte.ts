/**
 * A pattern of real queries, asked one after the other through the cache, with room for some of them only: what a strategy is good at can
 * be watched, and is counted for each strategy that was in force meanwhile.
 */
import type { CacheSettings, EngineClient, SettingsChange } from '../../engine/client.ts';

/** Room is made for so many of the queries. */
export const ROOM = 10;
const PER_S = 10;
/** A pattern that nobody stops ends by itself. */
const REQUESTS_MAX = 1200;
/** All parameters have three digits, so that all entries weigh the same. */
const FIRST = 100;
const SQL = 'SELECT ?1 AS pattern';

export interface Pattern {
  label: string;
  about: string;
  /** Requests of one round: which query each of them is. `round` counts from 0. */
  round: (round: number) => number[];
}

const upTo = (count: number, first = 0): number[] => Array.from({ length: count }, (_, index) => first + index);

export const PATTERNS = {
  loop: {
    label: 'Loop',
    about: `12 queries round and round, with room for ${ROOM}. LRU and FIFO always drop just what will be asked next.`,
    round: () => upTo(12),
  },
  scan: {
    label: 'Scan',
    about: `5 favourites asked twice, then 12 queries that never come again, with room for ${ROOM}. LRU lets the scan push the favourites out.`,
    round: (round) => [...upTo(5), ...upTo(5), ...upTo(12, 5 + ((round * 12) % 880))],
  },
} as const satisfies Record<string, Pattern>;
export type PatternName = keyof typeof PATTERNS;

export interface PatternTally {
  strategy: CacheSettings['strategy'];
  requests: number;
  hits: number;
}

interface Options {
  client: EngineClient;
  settings: () => CacheSettings | null;
  change: (change: SettingsChange) => Promise<void>;
}

export class CachePattern {
  readonly #options: Options;
  #running = $state.raw<PatternName | null>(null);
  #tallies = $state.raw<PatternTally[]>([]);
  #problem = $state.raw<string | null>(null);
  #stopping = false;

  constructor(options: Options) {
    this.#options = options;
  }

  get running(): PatternName | null {
    return this.#running;
  }

  /** Of this run, in the order in which the strategies came. The first round after a switch is not counted: what it finds is another's. */
  get tallies(): readonly PatternTally[] {
    return this.#tallies;
  }

  get problem(): string | null {
    return this.#problem;
  }

  stop(): void {
    this.#stopping = true;
  }

  /** Empties the cache, makes it small, asks until stopped, and gives the capacity back. */
  async start(name: PatternName): Promise<void> {
    const before = this.#options.settings();
    if (this.#running !== null || before === null) return;
    if (!before.enabled) {
      this.#problem = 'The cache is switched off. Switch it on in the settings, then start again.';
      return;
    }
    this.#running = name;
    this.#stopping = false;
    this.#problem = null;
    this.#tallies = [];
    let smallBytes = before.capacityBytes;
    try {
      await this.#options.client.call.cacheClear({});
      smallBytes = await this.#roomFor(ROOM);
      await this.#options.change({ cache: { capacityBytes: smallBytes } });
      await this.#askRounds(PATTERNS[name]);
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
    } finally {
      // A capacity that the person has set meanwhile is theirs.
      if (this.#options.settings()?.capacityBytes === smallBytes)
        await this.#options.change({ cache: { capacityBytes: before.capacityBytes } }).catch(() => undefined);
      this.#running = null;
    }
  }

  /** By what one of them weighs, and hardly more, so that a strategy that sets some of its room aside sets aside that of one entry. */
  async #roomFor(count: number): Promise<number> {
    const { call } = this.#options.client;
    await this.#ask(FIRST);
    const { entries } = await call.cacheFind({ limit: 1, pattern: SQL });
    if (entries.length === 0)
      throw new Error('The first query of the pattern was not stored. Is the capacity too small?');
    return Math.ceil(entries[0].bytes * (count + 0.05));
  }

  async #askRounds({ round }: Pattern): Promise<void> {
    let requests = 0;
    for (let rounds = 0; !this.#stopping && requests < REQUESTS_MAX; rounds++) {
      const { strategy } = this.#options.settings()!;
      const settled = rounds > 0 && this.#tallies.at(-1)?.strategy === strategy;
      if (!settled)
        this.#tallies = [
          ...this.#tallies.filter((tally) => tally.strategy !== strategy),
          { strategy, requests: 0, hits: 0 },
        ];
      for (const query of round(rounds)) {
        if (this.#stopping) return;
        const [hit] = await Promise.all([this.#ask(FIRST + query), pause(1000 / PER_S)]);
        requests++;
        if (settled && this.#options.settings()?.strategy === strategy) this.#count(hit);
      }
    }
  }

  async #ask(query: number): Promise<boolean> {
    const { outcomes, error } = await this.#options.client.call.execute({ sql: SQL, parameters: [query] });
    if (error) throw new Error(error.message);
    return outcomes[0].cacheHit;
  }

  #count(hit: boolean): void {
    const last = this.#tallies[this.#tallies.length - 1];
    const counted = { ...last, requests: last.requests + 1, hits: last.hits + (hit ? 1 : 0) };
    this.#tallies = [...this.#tallies.slice(0, -1), counted];
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

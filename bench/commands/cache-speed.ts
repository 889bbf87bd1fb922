/**
 * Time of one request to each strategy beside lru-cache and mnemonist's LRUMap, interleaved in one process. A request looks a key up
 * and, when it is not there, stores a value under it; all see the same keys in the same order, and LRU's hit ratios must agree.
 *
 * What each side does. `map`: a Map that never evicts. `lruMap` and `lruCache`: recency and a count of entries. `lruCacheTtlSize`: also a
 * time to live, read from a clock that stands still within a run (it is asked again by a timer, which does not fire meanwhile), and a sum
 * of sizes; no statistics. Ours with `intKeys`: a strategy's own lists over hashes. Ours with `sqlKeys`: all that the product does with a
 * request: time to live by rules with jitter and a timer wheel, exact bytes, freshness and readers by table, statistics by class, table
 * and reason, the history that a strategy learns from, the latest departures; and, where `Compared` is said, the comparison of all
 * strategies on a sample of the keys.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { requirePeers } from '../peers.ts';
import { list, number, UsageError, type Command, type OptionValues, type Progress } from '../command.ts';
import { createRandom } from '../../src/core/random.ts';
import { STRATEGY_NAMES, type StrategyName } from '../../src/cache/catalogue.ts';
import { STRATEGY_REGISTRY } from '../../src/cache/strategies/registry.ts';
import { KeyTable } from '../../src/cache/keys/key-table.ts';
import { ResultCache } from '../../src/cache/result-cache.ts';
import { DEFAULT_CACHE_SETTINGS } from '../../src/cache/settings.ts';
import { ShadowCache } from '../../src/cache/strategies/shadows.ts';
import { SlotLists } from '../../src/cache/structures/slot-lists.ts';

/** Gets a key and, when it is not there, sets it; true for a hit. */
type Request<Key> = (key: Key, at: number) => boolean;

interface Contestant<Key> {
  name: string;
  start(): Request<Key>;
}

interface Plain<Key> {
  get(key: Key): unknown;
  set(key: Key, value: unknown): unknown;
}

interface SpeedReport {
  seed: number;
  requests: number;
  capacity: number;
  unique: number;
  rounds: number;
  /** Best round of each, CPU time of this process over the number of requests; read them as ratios to `map` or to a peer. */
  nsPerRequest: { intKeys: Record<string, number>; sqlKeys: Record<string, number> };
  hitRatio: { intKeys: Record<string, number>; sqlKeys: Record<string, number> };
}

export const command: Command = {
  name: 'cache-speed',
  summary: 'Nanoseconds per request of each strategy, beside lru-cache and mnemonist’s LRUMap.',
  options: [
    { name: 'requests', type: 'number', default: 500_000, help: 'requests per round' },
    { name: 'capacity', type: 'number', default: 1000, help: 'entries held' },
    { name: 'unique', type: 'number', default: 10_000, help: 'distinct keys, Zipf 0.99' },
    { name: 'rounds', type: 'number', default: 7, help: 'interleaved rounds, of which the best counts' },
    { name: 'seed', type: 'number', default: 1, help: 'seed of the stream of keys' },
    { name: 'only', type: 'list', help: 'contestants by name; all unless told' },
  ],
  run: (options, progress) => Promise.resolve(run(options, progress)),
};

function run(options: OptionValues, progress: Progress): SpeedReport {
  const [requests, capacity, unique, rounds] = ['requests', 'capacity', 'unique', 'rounds'].map((name) =>
    positive(options, name),
  );
  const seed = number(options, 'seed');
  const peers = requirePeers(progress);
  const keys = zipfKeys(seed, unique, requests);
  const texts = Array.from(
    keys,
    (key) => `select name, city from customers where id = ${key} and city <> 'x' order by name limit 10`,
  );
  const ints = Array.from(keys);
  const only = list(options, 'only');
  const race = <Key>(label: string, stream: () => readonly Key[], contestants: Contestant<Key>[]) => {
    const chosen = contestants.filter(({ name }) => only.length === 0 || only.includes(name));
    return compare(label, stream, chosen, rounds, progress);
  };
  const intKeys = race('int keys', () => ints, [...plainContestants<number>(peers, capacity), ...strategies(capacity)]);
  // Separate strings for each run, as they arrive from a page: nobody has looked at them, and the hash of none is known.
  const arrived = () => structuredClone(texts);
  const sqlKeys = race('sql keys', arrived, [
    ...plainContestants<string>(peers, capacity),
    { name: 'keysAlone', start: () => keysAlone(capacity) },
    ...resultCaches(capacity),
  ]);
  return {
    seed,
    requests,
    capacity,
    unique,
    rounds,
    nsPerRequest: { intKeys: intKeys.ns, sqlKeys: sqlKeys.ns },
    hitRatio: { intKeys: intKeys.ratio, sqlKeys: sqlKeys.ratio },
  };
}

function plainContestants<Key>(peers: NodeJS.Require, capacity: number): Contestant<Key>[] {
  const { LRUCache } = peers('lru-cache') as { LRUCache: new (options: object) => Plain<Key> };
  const LRUMap = peers('mnemonist/lru-map') as new (capacity: number) => Plain<Key>;
  const over = (create: () => Plain<Key>) => (): Request<Key> => {
    const cache = create();
    return (key) => {
      if (cache.get(key) !== undefined) return true;
      cache.set(key, 1);
      return false;
    };
  };
  return [
    { name: 'map', start: over(() => new Map<Key, unknown>()) },
    { name: 'lruCache', start: over(() => new LRUCache({ max: capacity })) },
    {
      name: 'lruCacheTtlSize',
      start: over(() => new LRUCache({ maxSize: capacity * 100, ttl: 60_000, sizeCalculation: () => 100 })),
    },
    { name: 'lruMap', start: over(() => new LRUMap(capacity)) },
  ];
}

/** The strategies' own bookkeeping, with keys as hashes. */
function strategies(capacity: number): Contestant<number>[] {
  return STRATEGY_NAMES.map((name) => ({
    name,
    start: () => {
      const cache = new ShadowCache(STRATEGY_REGISTRY[name].create(), capacity);
      return (key, at) => cache.access(key, 1, 1, at);
    },
  }));
}

/** What finds and remembers keys, under LRU, and nothing else: the floor under what follows. */
function keysAlone(capacity: number): Request<string> {
  const keys = new KeyTable();
  const used = new SlotLists(1);
  const ids = new Int32Array(capacity);
  return (key) => {
    const found = keys.find(key);
    if (found >= 0) {
      used.moveFirst(0, found);
      return true;
    }
    let slot = keys.size;
    if (slot === capacity) {
      slot = used.last(0);
      used.remove(slot);
      keys.leave(ids[slot], 'evicted');
    }
    ids[slot] = keys.hold(key, slot);
    used.addFirst(0, slot);
    return false;
  };
}

/** The whole result cache, called as the query path calls it; with the strategies compared, as they are unless switched off, where it is said. */
function resultCaches(capacity: number): Contestant<string>[] {
  return STRATEGY_NAMES.flatMap((strategy) => [
    { name: strategy, start: () => resultCache(capacity, strategy, false) },
    { name: `${strategy}Compared`, start: () => resultCache(capacity, strategy, true) },
  ]);
}

function resultCache(capacity: number, strategy: StrategyName, compareStrategies: boolean): Request<string> {
  const version = { historyId: 'bench', logNumber: 0 };
  // Each entry is charged 1,000 bytes with its key, so that `capacity` of them fit.
  const settings = { ...DEFAULT_CACHE_SETTINGS, strategy, compareStrategies, capacityBytes: capacity * 1000 };
  const cache = new ResultCache<number>(settings, version, createRandom(1));
  const tables = ['customers'];
  return (key, at) => {
    const nowMs = at / 1000;
    const slot = cache.find(key, nowMs);
    if (slot >= 0) return cache.valueIn(slot) !== undefined;
    cache.miss(key, 'point', tables, nowMs);
    const bytes = 1000 - 2 * key.length;
    cache.put(key, { value: at, bytes, text: key, queryClass: 'point', tables, version, costMs: 1 }, nowMs);
    return false;
  };
}

function compare<Key>(
  label: string,
  keys: () => readonly Key[],
  contestants: Contestant<Key>[],
  rounds: number,
  progress: Progress,
) {
  const ns: Record<string, number> = {};
  const ratio: Record<string, number> = {};
  const collectGarbage = garbageCollector();
  for (let round = 1; round <= rounds; round++) {
    progress(`${label}, round ${round} of ${rounds}`);
    for (const { name, start } of contestants) {
      const request = start();
      const stream = keys();
      let hits = 0;
      // What the bench itself and the run before left behind: else whoever makes objects first would pay for moving and clearing it.
      collectGarbage();
      const before = process.cpuUsage();
      for (let at = 0; at < stream.length; at++) if (request(stream[at], at)) hits++;
      const { user, system } = process.cpuUsage(before);
      const spent = Math.round(((user + system) * 1000) / stream.length);
      ns[name] = Math.min(ns[name] ?? Infinity, spent);
      ratio[name] = hits / stream.length;
    }
  }
  return { ns, ratio };
}

/** Node shows it only when asked by a flag, which may be set while it runs. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void;
  return () => {
    for (let time = 0; time < 2; time++) collect({ type: 'minor' });
  };
}

function positive(options: OptionValues, name: string): number {
  const value = number(options, name);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new UsageError(`--${name} must be a whole number of 1 or more, got ${value}.`);
  return value;
}

/** Keys 0 to `unique` - 1; the k-th is asked for in proportion to k^-0.99. */
function zipfKeys(seed: number, unique: number, requests: number): Uint32Array {
  const random = createRandom(seed);
  const cumulative = new Float64Array(unique);
  let total = 0;
  for (let key = 0; key < unique; key++) cumulative[key] = total += (key + 1) ** -0.99;
  return Uint32Array.from({ length: requests }, () => {
    const wanted = random.next() * total;
    let low = 0;
    let high = unique - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

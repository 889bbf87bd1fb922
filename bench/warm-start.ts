/**
 * What a reload costs the cache: one engine asks on, another is closed, opened again over what was saved, and asks the same. A third
 * starts with the same data and an empty cache, to show how much there was to lose.
 */
import type { StrategyName } from '../src/cache/catalogue.ts';
import { createRandom } from '../src/core/random.ts';
import type { KeyValueStore } from '../src/core/store.ts';
import { createMemoryStore } from '../src/platform/memory-store.ts';
import { ZipfSampler } from '../src/workload/zipf.ts';
import { openLab, type Lab } from './lab.ts';
import { MEASURED_ALONE } from './point-reads.ts';
import { manyQueries, shuffled } from './skewed-reads.ts';

export interface WarmStart {
  strategy: StrategyName;
  /** In the cache when the page was closed, and what came back. */
  entries: number;
  restored: number;
  /** Over the first reads after the reload, 0 to 1. */
  hitRatio: { stayed: number; reloaded: number; cold: number };
  /** Percentage points that the reload cost; negative when it was a gain. */
  lostPoints: number;
}

const TABLES = 10;
const ROWS = 200;
const WRITE_EVERY = 1000;

/** `before` requests, a reload, then `after` requests; the cache has room for about a quarter of the queries. */
export async function warmStart(
  strategy: StrategyName,
  before: number,
  after: number,
  seed: number,
  capacityBytes: number,
): Promise<WarmStart> {
  const requests = stream(before + after, seed);
  const store = createMemoryStore();
  const change = { ...MEASURED_ALONE, cache: { ...MEASURED_ALONE.cache, strategy, capacityBytes } };
  const stays = await openLab({ seed, store, change });
  try {
    for (let table = 0; table < TABLES; table++) {
      const fill = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) SELECT i, 0 FROM n`;
      const make = `CREATE TABLE t${table} (id INTEGER PRIMARY KEY, v INTEGER NOT NULL); INSERT INTO t${table} ${fill}`;
      await stays.call.execute({ sql: make });
    }
    await stays.call.cacheClear({});
    await hitsOf(stays, requests.slice(0, before));
    const entries = stays.engine.cache.store.size;
    await stays.engine.vault.save();
    await stays.engine.savedCache.flush();
    const [kept, bare] = [await copyOf(store), await copyOf(store, (key) => !key.startsWith('cache/'))];
    const rest = requests.slice(before);
    const stayed = await hitsOf(stays, rest);
    const [reloaded, restored] = await hitsOver(kept, rest, seed);
    const [cold] = await hitsOver(bare, rest, seed);
    const lostPoints = 100 * (stayed - reloaded);
    return { strategy, entries, restored, hitRatio: { stayed, reloaded, cold }, lostPoints };
  } finally {
    stays.stop();
  }
}

/** Texts: mostly reads, by Zipf's law, each in one of three spellings. */
function stream(count: number, seed: number): string[] {
  const random = createRandom(seed);
  const queries = shuffled(manyQueries(), random.fork('queries'));
  const ranks = new ZipfSampler(queries.length, 1);
  return Array.from({ length: count }, (_, at) => {
    if (at % WRITE_EVERY === WRITE_EVERY - 1)
      return `UPDATE t${random.below(TABLES)} SET v = v + 1 WHERE id = ${1 + random.below(ROWS)}`;
    const { spellings } = queries[ranks.next(random)];
    return spellings[random.below(spellings.length)];
  });
}

async function hitsOf(lab: Lab, requests: readonly string[]): Promise<number> {
  let [hits, reads] = [0, 0];
  for (const sql of requests) {
    const { cacheHit } = await lab.engine.executeOptimizedQuery(sql);
    if (sql.startsWith('UPDATE')) continue;
    reads++;
    if (cacheHit) hits++;
  }
  return hits / reads;
}

/** Opens a page over the store, settings and all; also how much was in its cache then. */
async function hitsOver(store: KeyValueStore, requests: readonly string[], seed: number): Promise<[number, number]> {
  const lab = await openLab({ seed, store });
  try {
    const restored = lab.engine.cache.store.size;
    return [await hitsOf(lab, requests), restored];
  } finally {
    lab.stop();
  }
}

async function copyOf(from: KeyValueStore, isWanted: (key: string) => boolean = () => true): Promise<KeyValueStore> {
  const copy = createMemoryStore();
  const keys = (await from.keys()).filter(isWanted);
  const values = await from.getMany(keys);
  await copy.setMany(keys.map((key, at) => [key, values[at]]));
  return copy;
}

/** What the engine asks of its world, answered in one Node process: no threads, a store in memory, a seed for all chance. */
import type { Random, Scheduler } from '../core/ports.ts';
import { createRandom } from '../core/random.ts';
import type { Port, WorkerHandle } from '../core/rpc.ts';
import type { KeyValueStore } from '../core/store.ts';
import { inlineWorker, type Serving } from './inline-fleet.ts';
import { createMemoryStore } from './memory-store.ts';
import { onlyTab, type Tabs } from './tab-lock.ts';
import { createSystemScheduler, systemClock } from './system-clock.ts';

export interface InlineOptions {
  seed: number;
  /** SQLite, compiled: all "workers" here share it, and one realm. */
  module: WebAssembly.Module;
  serveDatabase: Serving;
  serveOptimizer(port: Port): void;
  serveSimulator(port: Port): void;
  /** Hand in the same store again to play a reload. */
  store?: KeyValueStore;
  /** Other engines over the same store; by default there are none. */
  tabs?: Tabs;
  /** Shared memory works in Node too; off to take the plain path. */
  isolated?: boolean;
  /** Another one plays a newer program. */
  build?: string;
  /** Sees every database worker as it is spawned: to make one fail on purpose. */
  onSpawn?: (worker: WorkerHandle & { fail(message: string): void }) => void;
}

export interface InlineWorld {
  nowMs(): number;
  wallMs(): number;
  createScheduler(onTimer: (handle: number) => void): Scheduler;
  random: Random;
  newId(): string;
  spawnDatabase(): WorkerHandle;
  spawnOptimizer(): WorkerHandle;
  spawnSimulator(): WorkerHandle;
  compileModule(): Promise<WebAssembly.Module>;
  isolated: boolean;
  store: KeyValueStore;
  tabs: Tabs;
  estimate(): Promise<{ usageBytes: number; quotaBytes: number } | null>;
  cores: number;
  build: string;
}

export function inlineWorld(options: InlineOptions): InlineWorld {
  let ids = 0;
  return {
    ...systemClock,
    createScheduler: createSystemScheduler,
    random: createRandom(options.seed),
    newId: () => `${systemClock.wallMs()}-${options.seed}-${++ids}`,
    spawnDatabase: () => {
      const worker = inlineWorker(options.serveDatabase);
      options.onSpawn?.(worker);
      return worker;
    },
    spawnOptimizer: () => inlineWorker(options.serveOptimizer),
    spawnSimulator: () => inlineWorker(options.serveSimulator),
    compileModule: () => Promise.resolve(options.module),
    isolated: options.isolated ?? true,
    store: options.store ?? createMemoryStore(),
    tabs: options.tabs ?? onlyTab(),
    estimate: () => Promise.resolve(null),
    cores: 1,
    build: options.build ?? 'inline',
  };
}

/** What the engine asks of its world, answered by a browser's worker. The workers' addresses are the entry point's to give. */
import { createRandom } from '../core/random.ts';
import type { Random, Scheduler } from '../core/ports.ts';
import type { KeyValueStore } from '../core/store.ts';
import { createIndexedDbStore } from './store.ts';
import { createSystemScheduler, systemClock } from './system-clock.ts';
import { browserTabs, type Tabs } from './tab-lock.ts';

export interface BrowserWorld {
  nowMs(): number;
  wallMs(): number;
  createScheduler(onTimer: (handle: number) => void): Scheduler;
  random: Random;
  newId(): string;
  compileModule(wasmUrl: string): Promise<WebAssembly.Module | null>;
  isolated: boolean;
  store: KeyValueStore;
  tabs: Tabs;
  estimate(): Promise<{ usageBytes: number; quotaBytes: number } | null>;
  cores: number;
  build: string;
}

export function browserWorld(): BrowserWorld {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
  return {
    ...systemClock,
    createScheduler: createSystemScheduler,
    random: createRandom(seed),
    newId,
    compileModule,
    isolated: globalThis.crossOriginIsolated === true && typeof SharedArrayBuffer === 'function',
    store: createIndexedDbStore(),
    tabs: browserTabs('headroom-data', newId),
    estimate,
    cores: navigator.hardwareConcurrency || 1,
    // The file's name bears a hash of it, and it names its workers' files, which bear theirs.
    build: self.location.pathname,
  };
}

const newId = (): string => crypto.randomUUID();

async function estimate(): Promise<{ usageBytes: number; quotaBytes: number } | null> {
  // Absent on plain http, and where the browser tells nobody.
  const storage = navigator.storage as StorageManager | undefined;
  const { usage, quota } = (await storage?.estimate?.()) ?? {};
  return usage === undefined || quota === undefined ? null : { usageBytes: usage, quotaBytes: quota };
}

/** Streaming needs the right MIME type, which not every static host sends; bytes always work. */
async function compileModule(wasmUrl: string): Promise<WebAssembly.Module | null> {
  try {
    return await WebAssembly.compileStreaming(fetch(wasmUrl));
  } catch {
    const response = await fetch(wasmUrl);
    return response.ok ? WebAssembly.compile(await response.arrayBuffer()) : null;
  }
}

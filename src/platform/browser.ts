/** What the engine asks of its world, answered by a browser's worker. The workers' addresses are the entry point's to give. */
import { createRandom } from '../core/random.ts';
import type { Random, Scheduler } from '../core/ports.ts';
import type { KeyValueStore } from '../core/store.ts';
import { createIndexedDbStore } from './store.ts';
import { createSystemScheduler, systemClock } from './system-clock.ts';
import { holdLock } from './tab-lock.ts';

export interface BrowserWorld {
  nowMs(): number;
  wallMs(): number;
  createScheduler(onTimer: (handle: number) => void): Scheduler;
  random: Random;
  newId(): string;
  compileModule(wasmUrl: string): Promise<WebAssembly.Module | null>;
  isolated: boolean;
  store: KeyValueStore;
  claimStore(): Promise<{ owned: boolean; message: string }>;
  cores: number;
}

export function browserWorld(): BrowserWorld {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
  return {
    ...systemClock,
    createScheduler: createSystemScheduler,
    random: createRandom(seed),
    newId: () => crypto.randomUUID(),
    compileModule,
    isolated: globalThis.crossOriginIsolated === true && typeof SharedArrayBuffer === 'function',
    store: createIndexedDbStore(),
    claimStore: () => holdLock('headroom-data'),
    cores: navigator.hardwareConcurrency || 1,
  };
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

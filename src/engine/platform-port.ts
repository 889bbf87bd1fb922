/** What the engine asks of the world around it: time, chance, threads, memory and a store. Handed in by whoever starts it. */
import type { Random, Scheduler } from '../core/ports.ts';
import type { WorkerHandle } from '../core/rpc.ts';
import type { KeyValueStore } from '../core/store.ts';

export interface EnginePlatform {
  nowMs(): number;
  /** Milliseconds since 1970, for display and for what outlives the page. */
  wallMs(): number;
  /** Every coordinator gets timers of its own. */
  createScheduler(onTimer: (handle: number) => void): Scheduler;
  random: Random;
  /** 128 random bits as text, never seeded: a new history must not repeat an old one's name. */
  newId(): string;
  spawnDatabase(): WorkerHandle;
  spawnOptimizer(): WorkerHandle;
  spawnSimulator(): WorkerHandle;
  /** Compiles SQLite once for all workers; null where modules cannot be posted. */
  compileModule(wasmUrl: string): Promise<WebAssembly.Module | null>;
  /** True where SharedArrayBuffer may be used (cross-origin isolated). */
  isolated: boolean;
  store: KeyValueStore;
  /** Asks to be the one tab that saves; false when another tab is. */
  claimStore(): Promise<{ owned: boolean; message: string }>;
  cores: number;
}

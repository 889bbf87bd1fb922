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
  tabs: Tabs;
  /** What the site keeps in this browser and how much it may; null where the browser does not tell. */
  estimate(): Promise<{ usageBytes: number; quotaBytes: number } | null>;
  cores: number;
  /** Another one after every change of the program, its workers' included: what an older one has proved a newer one need not believe. */
  build: string;
}

/** Tabs of this page over one store: one of them owns it and saves. */
export interface Tabs {
  /** Asks to be the owner; never waits. `message` is what to tell the person, or empty. */
  claim(): Promise<{ owned: boolean; message: string }>;
  /**
   * Becomes the owner: asks the present one to save and let go, and takes the store from one that does not answer within two
   * seconds (it is frozen, or busy). True when it answered.
   */
  takeOver(): Promise<boolean>;
  /** What other tabs want, and do. Called once. */
  listen(listeners: TabListeners): void;
  /** Tells the others that everything kept is about to be removed. */
  tellReset(): void;
}

export interface TabListeners {
  /** Another tab asks for the store: resolves when everything is saved. */
  onAsked(): Promise<void>;
  /** The store was taken without asking. */
  onTaken(): void;
  onReset(): void;
}

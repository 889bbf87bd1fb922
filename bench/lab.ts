/** A whole engine in this process, for tests and measurements: real SQLite, real pool, no threads. */
import { readFile } from 'node:fs/promises';
import { connect, serve, type Caller, type Port } from '../src/core/rpc.ts';
import type { KeyValueStore } from '../src/core/store.ts';
import { createDatabaseServer } from '../src/database/database-server.ts';
import type { DatabaseApi } from '../src/database/protocol.ts';
import { engineHandlers } from '../src/engine/api.ts';
import { Engine } from '../src/engine/engine.ts';
import type { EngineApi, SettingsChange } from '../src/engine/protocol.ts';
import { indexAdvisor } from '../src/advisor/advisor.ts';
import { createOptimizerServer } from '../src/optimizer/optimizer-server.ts';
import type { OptimizerApi } from '../src/optimizer/protocol.ts';
import { linkedPorts } from '../src/platform/inline-fleet.ts';
import { createMemoryStore } from '../src/platform/memory-store.ts';
import { inlineWorld } from '../src/platform/inline-world.ts';
import type { Tabs } from '../src/platform/tab-lock.ts';
import { tap, type Listener, type MortalWorker } from './ambush.ts';

const WASM_PATH = 'node_modules/sql.js/dist/sql-wasm.wasm';
let compiled: Promise<WebAssembly.Module> | null = null;

export interface Lab {
  engine: Engine;
  call: Caller<EngineApi>;
  /** Every database worker spawned so far, to fail one on purpose. */
  workers: MortalWorker[];
  /** Hears of every call to a database worker, and may end the worker there. */
  wire: { listener: Listener };
  stop(): void;
}

export interface LabOptions {
  seed?: number;
  store?: KeyValueStore;
  isolated?: boolean;
  /** Other labs over the same store. */
  tabs?: Tabs;
  change?: SettingsChange;
  safe?: boolean;
  /** Of the program, to play a newer one. */
  build?: string;
}

/** A store in which the sample lies: making it takes most of a second, and most labs just want some data. */
let prepared: Promise<KeyValueStore> | null = null;

async function preparedStore(): Promise<KeyValueStore> {
  prepared ??= (async () => {
    const store = createMemoryStore();
    const lab = await openLab({ store });
    await lab.engine.vault.save();
    lab.stop();
    return store;
  })();
  const [from, copy] = [await prepared, createMemoryStore()];
  const keys = await from.keys();
  const values = await from.getMany(keys);
  await copy.setMany(keys.map((key, index) => [key, values[index]]));
  return copy;
}

/** Opens a lab over its own copy of the sample shop, or over `store` (an empty one makes the sample anew). */
export async function openLab(options: LabOptions = {}): Promise<Lab> {
  const workers: Lab['workers'] = [];
  const wire: Lab['wire'] = { listener: () => false };
  compiled ??= readFile(WASM_PATH).then((bytes) => WebAssembly.compile(bytes));
  const world = inlineWorld({
    module: await compiled,
    seed: options.seed ?? 1,
    store: options.store ?? (await preparedStore()),
    isolated: options.isolated,
    tabs: options.tabs,
    build: options.build,
    serveDatabase: (port: Port) => {
      let close = (): void => {};
      serve<DatabaseApi>(port, createDatabaseServer({ onOpen: (given) => (close = given) }));
      return () => close();
    },
    serveOptimizer: (port: Port) => serve<OptimizerApi>(port, createOptimizerServer(indexAdvisor)),
    // The simulator needs no engine; it is tested and measured by itself.
    serveSimulator: () => {},
    onSpawn: (worker) => {
      tap(worker, (...heard) => wire.listener(...heard));
      workers.push(worker);
    },
  });
  const engine = new Engine(world);
  const ports = linkedPorts();
  engine.attach(serve<EngineApi>(ports.far, engineHandlers(engine)));
  const { call } = connect<EngineApi>(ports.near);
  await call.boot({ sample: null, safe: options.safe ?? false, wasmUrl: WASM_PATH, cores: 1 });
  if (options.change) await call.settings({ change: options.change });
  return {
    engine,
    call,
    workers,
    wire,
    stop: () => {
      engine.stop();
      ports.cut();
    },
  };
}

/** A whole engine in this process, for tests: real SQLite, real pool, no threads. */
import { connect, serve, type Caller, type Port, type WorkerHandle } from '../../../src/core/rpc.ts';
import type { KeyValueStore } from '../../../src/core/store.ts';
import { createDatabaseServer } from '../../../src/database/database-server.ts';
import type { DatabaseApi } from '../../../src/database/protocol.ts';
import { engineHandlers } from '../../../src/engine/api.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { EngineApi, SettingsChange } from '../../../src/engine/protocol.ts';
import { createOptimizerServer } from '../../../src/optimizer/optimizer-server.ts';
import type { OptimizerApi } from '../../../src/optimizer/protocol.ts';
import { linkedPorts } from '../../../src/platform/inline-fleet.ts';
import { inlineWorld } from '../../../src/platform/inline-world.ts';
import { createSimulatorServer } from '../../../src/simulator/simulator-server.ts';
import type { SimulatorApi } from '../../../src/simulator/protocol.ts';

export const WASM_PATH = 'node_modules/sql.js/dist/sql-wasm.wasm';

export interface Lab {
  engine: Engine;
  call: Caller<EngineApi>;
  /** Every database worker spawned so far, to fail one on purpose. */
  workers: (WorkerHandle & { fail(message: string): void })[];
  stop(): void;
}

export interface LabOptions {
  seed?: number;
  store?: KeyValueStore;
  isolated?: boolean;
  change?: SettingsChange;
  safe?: boolean;
}

export async function openLab(options: LabOptions = {}): Promise<Lab> {
  const workers: Lab['workers'] = [];
  const world = inlineWorld({
    seed: options.seed ?? 1,
    store: options.store,
    isolated: options.isolated,
    serveDatabase: (port: Port) => serve<DatabaseApi>(port, createDatabaseServer()),
    serveOptimizer: (port: Port) => serve<OptimizerApi>(port, createOptimizerServer()),
    serveSimulator: (port: Port) => serve<SimulatorApi>(port, createSimulatorServer()),
    onSpawn: (worker) => workers.push(worker),
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
    stop: () => {
      engine.stop();
      ports.cut();
    },
  };
}

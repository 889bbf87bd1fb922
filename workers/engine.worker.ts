/** The engine worker: the engine in a browser's worker, with nested workers for the databases, the optimizer and the simulator. */
import { serve } from '../src/core/rpc.ts';
import { engineHandlers } from '../src/engine/api.ts';
import { Engine } from '../src/engine/engine.ts';
import type { EngineApi } from '../src/engine/protocol.ts';
import { browserWorld } from '../src/platform/browser.ts';
import { handleOf, portOf } from '../src/platform/ports.ts';

const engine = new Engine({
  ...browserWorld(),
  spawnDatabase: () =>
    handleOf(new Worker(new URL('./database.worker.ts', import.meta.url), { type: 'module', name: 'database' })),
  spawnOptimizer: () =>
    handleOf(new Worker(new URL('./optimizer.worker.ts', import.meta.url), { type: 'module', name: 'optimizer' })),
  spawnSimulator: () =>
    handleOf(new Worker(new URL('./simulator.worker.ts', import.meta.url), { type: 'module', name: 'simulator' })),
});

engine.attach(serve<EngineApi>(portOf(self), engineHandlers(engine)));

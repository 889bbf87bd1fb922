/** The product's engine in its worker, with a few calls more that measure it from inside. */
import { connect, serve, type WorkerHandle } from '../../src/core/rpc.ts';
import { engineHandlers } from '../../src/engine/api.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { EngineApi } from '../../src/engine/protocol.ts';
import { browserWorld } from '../../src/platform/browser.ts';
import { linkedPorts } from '../../src/platform/inline-fleet.ts';
import { handleOf, portOf } from '../../src/platform/ports.ts';
import { tap } from '../ambush.ts';
import { chaos, type ChaosLab, type ChaosReport } from '../chaos.ts';
import { pointReads, type PointReadReport } from '../point-reads.ts';

export interface MeasuredEngineApi extends EngineApi {
  chaos(request: { trials: number; seed: number; emptyDatabase: Uint8Array }): ChaosReport;
  pointReads(request: { requests: number; rounds: number }): PointReadReport;
}

declare const self: DedicatedWorkerGlobalScope;

const workers: ChaosLab['workers'] = [];
const wire: ChaosLab['wire'] = { listener: () => false };

/** A real worker that can be made to fail: it is terminated, and its owner hears of it as of any other failure. */
function spawnDatabase(): WorkerHandle {
  // The address must stand in the call: only so it is built as a worker.
  const handle = handleOf(new Worker(new URL('../../workers/database.worker.ts', import.meta.url), { type: 'module' }));
  let failed: (message: string) => void = () => {};
  const mortal = {
    ...handle,
    onFailure: (listener: (message: string) => void) => {
      failed = listener;
      handle.onFailure(listener);
    },
    fail: (message: string) => {
      handle.terminate();
      failed(message);
    },
  };
  tap(mortal, (...heard) => wire.listener(...heard));
  workers.push(mortal);
  return mortal;
}

const engine = new Engine({
  ...browserWorld(),
  spawnDatabase,
  spawnOptimizer: () =>
    handleOf(new Worker(new URL('../../workers/optimizer.worker.ts', import.meta.url), { type: 'module' })),
  spawnSimulator: () =>
    handleOf(new Worker(new URL('../../workers/simulator.worker.ts', import.meta.url), { type: 'module' })),
});

engine.attach(
  serve<MeasuredEngineApi>(portOf(self), {
    ...engineHandlers(engine),
    chaos: ({ trials, seed, emptyDatabase }) => {
      const { near, far } = linkedPorts();
      serve<EngineApi>(far, engineHandlers(engine));
      const { call } = connect<EngineApi>(near);
      return chaos({ engine, call, workers, wire }, emptyDatabase, trials, seed, () => {});
    },
    pointReads: ({ requests, rounds }) => pointReads(engine, requests, rounds),
  }),
);

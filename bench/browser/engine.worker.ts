/** The product's engine in its worker, with a few calls more that measure it from inside. */
import { serve } from '../../src/core/rpc.ts';
import { engineHandlers } from '../../src/engine/api.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { EngineApi } from '../../src/engine/protocol.ts';
import { browserWorld } from '../../src/platform/browser.ts';
import { handleOf, portOf } from '../../src/platform/ports.ts';
import { pointReads, type PointReadReport } from '../point-reads.ts';

export interface MeasuredEngineApi extends EngineApi {
  pointReads(request: { requests: number; rounds: number }): PointReadReport;
}

declare const self: DedicatedWorkerGlobalScope;

const engine = new Engine({
  ...browserWorld(),
  spawnDatabase: () =>
    handleOf(new Worker(new URL('../../workers/database.worker.ts', import.meta.url), { type: 'module' })),
  spawnOptimizer: () =>
    handleOf(new Worker(new URL('../../workers/optimizer.worker.ts', import.meta.url), { type: 'module' })),
  spawnSimulator: () =>
    handleOf(new Worker(new URL('../../workers/simulator.worker.ts', import.meta.url), { type: 'module' })),
});

engine.attach(
  serve<MeasuredEngineApi>(portOf(self), {
    ...engineHandlers(engine),
    pointReads: ({ requests, rounds }) => pointReads(engine, requests, rounds),
  }),
);

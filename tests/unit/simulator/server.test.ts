import { describe, expect, it } from 'vitest';
import type { AppError } from '../../../src/core/errors.ts';
import { connect, serve, type Port } from '../../../src/core/rpc.ts';
import type { SimulationProgress, SimulatorApi } from '../../../src/simulator/protocol.ts';
import { readScenario, SIMULATED_WORKERS_MAX } from '../../../src/simulator/settings.ts';
import { createSimulatorServer } from '../../../src/simulator/simulator-server.ts';

const scenario = { workers: 4, load: { shape: 'steady', ratePerS: 200, durationMs: 300_000 } };

/** A server behind a real message channel, as in its worker. */
function start() {
  const { port1, port2 } = new MessageChannel();
  const portOf = (end: MessagePort): Port => ({
    postMessage: (message) => end.postMessage(message),
    listen: (onMessage) => (end.onmessage = ({ data }: MessageEvent) => onMessage(data)),
  });
  serve<SimulatorApi>(
    portOf(port1),
    createSimulatorServer({
      pause: () => new Promise((resolve) => setImmediate(resolve)),
      gunzip: () => Promise.reject(new Error('not gzip')),
    }),
  );
  const { call } = connect<SimulatorApi>(portOf(port2));
  return { call, close: () => port1.close() };
}

describe('the simulator server', () => {
  it('runs a scenario, tells progress, and answers with a report that survives cloning', async () => {
    const { call, close } = start();
    const fractions: number[] = [];
    const report = await call.run(
      { scenario, seed: 4 },
      { onProgress: (progress) => fractions.push((progress as SimulationProgress).fraction) },
    );
    expect(report).toMatchObject({ world: 'simulated', seed: 4, totals: { waiting: 0, running: 0 } });
    expect(fractions.length).toBeGreaterThan(0);
    expect(fractions).toEqual([...fractions].sort((left, right) => left - right));
    close();
  });

  it('stops when it is told to', async () => {
    const { call, close } = start();
    let stop = (): void => {};
    const running = call.run(
      { scenario, seed: 4 },
      { cancelWith: (cancel) => (stop = cancel), onProgress: () => stop() },
    );
    await expect(running).rejects.toMatchObject({ code: 'cancelled' } satisfies Partial<AppError>);
    close();
  });

  it('refuses a bad scenario and a bad seed, in words', async () => {
    const { call, close } = start();
    await expect(call.run({ scenario: { workers: 0 }, seed: 1 })).rejects.toThrow(
      'workers must be an integer in [1, 1000], got 0',
    );
    await expect(call.run({ scenario, seed: -1 })).rejects.toThrow(
      'seed must be an integer in [0, 4294967295], got -1',
    );
    close();
  });
});

describe('readScenario', () => {
  it('takes the defaults for what is left out', () => {
    expect(readScenario({ name: 'x' })).toMatchObject({ name: 'x', workers: 4, scaler: null, faults: [] });
    expect(readScenario({ scaler: { maxWorkers: SIMULATED_WORKERS_MAX } }).scaler?.maxWorkers).toBe(1_000);
  });

  it.each([
    [null, 'the scenario must be an object, got null'],
    [{ worker: 3 }, 'there is no field worker; known are name, workers'],
    [{ load: { rate: 3 } }, 'there is no field load.rate; known are'],
    [{ service: { kind: 'normal' } }, "service.kind must be one of exponential, constant, two-kinds, got 'normal'"],
    [{ service: { kind: 'constant', meanMs: 0 } }, 'service.meanMs must be a number in'],
    [
      { balancer: { picker: 'magic' } },
      "balancer.picker must be one of round-robin, smooth-weighted-round-robin, p2c, got 'magic'",
    ],
    [{ pool: { concurrency: 2 } }, 'pool.concurrency must be 1 in a simulation, got 2'],
    [{ scaler: { minWorkers: 9, maxWorkers: 4 } }, 'scaler.minWorkers must not be above maxWorkers, got 9 above 4'],
    [{ workers: 9, scaler: {} }, "workers must be between the scaler's 1 and 4, got 9"],
    [{ faults: [{ kind: 'flood' }] }, "faults[0].kind must be one of kill, slow, fail, got 'flood'"],
    [{ faults: {} }, 'faults must be a list, got {}'],
    [{ deadlineMs: 'soon' }, "deadlineMs must be a number in [1, 86400000] or null, got 'soon'"],
  ])('refuses %j', (value, message) => {
    expect(() => readScenario(value)).toThrow(message);
  });
});

/** Runs simulations on request, in slices, so that a cancel is heard and progress is told. */
import { AppError } from '../core/errors.ts';
import { rangeProblem } from '../core/range.ts';
import type { Handlers } from '../core/rpc.ts';
import type { SimulationProgress, SimulatorApi } from './protocol.ts';
import { replayTrace, type ReplayTools } from './replay-server.ts';
import { Simulation } from './run.ts';
import { readScenario } from './settings.ts';

/** Some tens of milliseconds of work. */
const EVENTS_PER_SLICE = 50_000;

export function createSimulatorServer(tools: ReplayTools): Handlers<SimulatorApi> {
  const { pause } = tools;
  return {
    run: async ({ scenario, seed }, context) => {
      const problem = rangeProblem('seed', seed, { min: 0, max: 4_294_967_295, integer: true });
      if (problem) throw new AppError('bad-scenario', `The scenario cannot be run: ${problem}.`);
      const simulation = new Simulation(readScenario(scenario), seed);
      while (simulation.advance(EVENTS_PER_SLICE)) {
        context.progress({ fraction: simulation.fraction, stage: 'simulating' } satisfies SimulationProgress);
        await pause();
        if (context.signal.cancelled) throw new AppError('cancelled', 'The simulation was stopped.');
      }
      return simulation.report();
    },
    replay: (request, context) => replayTrace(request, tools, context),
  };
}

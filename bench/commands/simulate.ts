/** One scenario through the simulator, in one thread: its report, the hash of its events, and how fast it ran. */
import { AppError } from '../../src/core/errors.ts';
import { Simulation } from '../../src/simulator/run.ts';
import { readScenario, type Scenario } from '../../src/simulator/settings.ts';
import { number, text, UsageError, type Command } from '../command.ts';
import { readJson } from '../files.ts';

const EVENTS_PER_SLICE = 1_000_000;

export const command: Command = {
  name: 'simulate',
  summary: 'one scenario: report, event hash, simulated requests per second',
  options: [
    {
      name: 'scenario',
      type: 'string',
      required: true,
      help: 'a scenario as JSON; ours lie in src/simulator/scenarios',
    },
    { name: 'seed', type: 'number', default: 1, help: 'seed of all chance, 0 to 4294967295' },
    { name: 'repeat', type: 'number', default: 1, help: 'runs; the fastest one is told, 1 to 100' },
  ],
  run(options, progress) {
    const seed = number(options, 'seed');
    const repeat = number(options, 'repeat');
    if (!(Number.isInteger(seed) && seed >= 0 && seed <= 4_294_967_295)) {
      throw new UsageError(`--seed must be an integer in [0, 4294967295], got ${seed}.`);
    }
    if (!(Number.isInteger(repeat) && repeat >= 1 && repeat <= 100)) {
      throw new UsageError(`--repeat must be an integer in [1, 100], got ${repeat}.`);
    }
    const scenario = checked(readJson(text(options, 'scenario')));
    const runs = Array.from({ length: repeat }, (_, index) => {
      const run = timed(scenario, seed);
      progress(`run ${index + 1} of ${repeat}: ${Math.round(run.requestsPerSecond)} requests per second`);
      return run;
    });
    const best = runs.reduce((fastest, run) => (run.requestsPerSecond > fastest.requestsPerSecond ? run : fastest));
    const { report, requestsPerSecond, requestsPerCpuSecond } = best;
    return Promise.resolve({
      hash: report.hash,
      seed,
      requests: report.requests,
      requestsPerSecond,
      requestsPerCpuSecond,
      report,
    });
  },
};

function timed(scenario: Scenario, seed: number) {
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const simulation = new Simulation(scenario, seed);
  while (simulation.advance(EVENTS_PER_SLICE));
  const report = simulation.report();
  const seconds = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  return { report, requestsPerSecond: report.requests / seconds, requestsPerCpuSecond: report.requests / cpuSeconds };
}

function checked(document: unknown): Scenario {
  try {
    return readScenario(document);
  } catch (error) {
    throw error instanceof AppError ? new UsageError(error.message) : error;
  }
}

/**
 * Simulation against theory: a queueing model run over several seeds through the same dispatcher as everything else, its mean time
 * in the system compared with a known value at three standard errors, taken from the seeds.
 */
import { createRandom } from '../core/random.ts';
import { Simulation } from './run.ts';
import { readScenario, type Scenario } from './settings.ts';
import { lengthShare } from './theory.ts';

export interface QueueingModel {
  workers: number;
  /** Utilization of a worker, 0..1. */
  load: number;
  /** `shared`: M/M/c. A number: a queue per worker, the shortest of so many. */
  queue: 'shared' | number;
}

export interface Comparison {
  expected: number;
  got: number;
  standardError: number;
  /** Difference over standard error. */
  deviations: number;
  inside: boolean;
}

/** The mean service time of the runs, so that results are in units of it. */
const SERVICE_MS = 10;
const STANDARD_ERRORS = 3;
/** An M/M/1 queue forgets its start in about 4 / (1 - load)^2 mean service times; five times that leaves nothing to see. */
const RELAXATIONS = 5;
const WARM_UP_SERVICES = 20;
const LENGTH_MAX = 100_000;

/** Mean time in the system of one run, in mean service times, over about `requests` requests after the warm-up. */
export function meanTime(model: QueueingModel, requests: number, seed: number): number {
  const ratePerMs = (model.workers * model.load) / SERVICE_MS;
  const warmUp = warmUpRequests(model);
  const simulation = new Simulation(scenarioOf(model, warmUp / ratePerMs, (warmUp + requests) / ratePerMs), seed);
  if (model.queue !== 'shared' && model.workers > 1) simulation.prefill(steadyLengths(model, model.queue, seed));
  while (simulation.advance(1_000_000));
  return simulation.report().latencyMs.mean! / SERVICE_MS;
}

/** Compares the mean over `seeds` runs with `expected`; `tolerance` is a relative difference that is accepted in any case. */
export function compare(
  model: QueueingModel,
  expected: number,
  seeds: readonly number[],
  requests: number,
  tolerance = 0,
): Comparison {
  const means = seeds.map((seed) => meanTime(model, requests, seed));
  const got = means.reduce((sum, mean) => sum + mean, 0) / means.length;
  const variance = means.reduce((sum, mean) => sum + (mean - got) * (mean - got), 0) / (means.length - 1);
  const standardError = Math.sqrt(variance / means.length);
  const difference = Math.abs(got - expected);
  const inside = difference <= STANDARD_ERRORS * standardError || difference <= tolerance * expected;
  return { expected, got, standardError, deviations: difference / standardError, inside };
}

function warmUpRequests(model: QueueingModel): number {
  const services = WARM_UP_SERVICES * model.workers * model.load;
  // Queues per worker start in the steady state of the theory; they need only find their own.
  if (model.queue !== 'shared' && model.workers > 1) return Math.ceil(services);
  const idle = 1 - model.load;
  return Math.ceil(services + (RELAXATIONS * 4) / (idle * idle));
}

function scenarioOf(model: QueueingModel, warmUpMs: number, durationMs: number): Scenario {
  const ratePerS = (1000 * model.workers * model.load) / SERVICE_MS;
  return readScenario({
    name: 'check',
    workers: model.workers,
    load: { shape: 'steady', ratePerS, durationMs },
    service: { kind: 'exponential', meanMs: SERVICE_MS },
    pool: { queueMode: model.queue === 'shared' ? 'shared' : 'per-worker', queueDepthMax: 100_000_000 },
    balancer: { picker: 'p2c', choices: model.queue === 'shared' ? 2 : model.queue },
    warmUpMs,
  });
}

/** Queue lengths drawn from the theory's steady state: at a load of 0.99 a cold start would take 40,000 services to forget. */
function steadyLengths(model: QueueingModel, choices: number, seed: number): Int32Array {
  const random = createRandom(seed).fork('lengths');
  return Int32Array.from({ length: model.workers }, () => {
    const drawn = random.next();
    let length = 0;
    while (length < LENGTH_MAX && drawn < lengthShare(choices, model.load, length + 1)) length++;
    return length;
  });
}

/** A scenario: everything that a simulated run depends on, besides its seed. Read from JSON, with the defaults of each part. */
import { scalerDefaults, scalerProblems, scalerRanges, type ScalerSettings } from '../autoscaler/settings.ts';
import { balancerDefaults, balancerProblems, type BalancerSettings } from '../balancer/settings.ts';
import { AppError } from '../core/errors.ts';
import { choiceProblem, rangeProblem, rangeProblems, shown, type Ranges } from '../core/range.ts';
import { poolDefaults, poolProblems, type PoolSettings } from '../pool/settings.ts';
import { loadDefaults, loadProblems, type LoadPlan } from '../workload/settings.ts';

/** How long a request takes a worker. `two-kinds`: most are short, some long: where a queue per worker hurts. */
export type ServiceTime =
  | { kind: 'exponential'; meanMs: number }
  | { kind: 'constant'; meanMs: number }
  | { kind: 'two-kinds'; shortMs: number; longMs: number; longShare: number };

export const serviceKinds = ['exponential', 'constant', 'two-kinds'] as const;

/** Something that goes wrong at `atMs` with the first `workers` workers that are there. */
export interface Fault {
  /** `kill`: gone at once. `slow`: takes `factor` times as long. `fail`: answers with a failure, in a tenth of the time. */
  kind: 'kill' | 'slow' | 'fail';
  atMs: number;
  workers: number;
  /** How long `slow` and `fail` last. */
  durationMs: number;
  factor: number;
}

export const faultKinds = ['kill', 'slow', 'fail'] as const;

export interface Scenario {
  name: string;
  /** Workers at the start; without a scaler, throughout. */
  workers: number;
  /** From asking for a worker to its first job. The workers of the start are ready at once. */
  startDelayMs: number;
  load: LoadPlan;
  service: ServiceTime;
  pool: PoolSettings;
  balancer: BalancerSettings;
  /** Null: nobody watches, lost workers stay lost. */
  scaler: ScalerSettings | null;
  deadlineMs: number | null;
  /** Requests that arrive earlier do not count in the report's latencies. */
  warmUpMs: number;
  faults: Fault[];
}

export const SIMULATED_WORKERS_MAX = 1_000;
const FAULTS_MAX = 16;

/** Writes only where a scenario says so: they all go to one worker. */
const simulatedLoad: LoadPlan = { ...loadDefaults, writeShare: 0 };

const scenarioDefaults: Omit<Scenario, 'name'> = {
  workers: 4,
  startDelayMs: 500,
  load: simulatedLoad,
  service: { kind: 'exponential', meanMs: 10 },
  pool: poolDefaults,
  balancer: balancerDefaults,
  scaler: null,
  deadlineMs: null,
  warmUpMs: 0,
  faults: [],
};

const count = { min: 1, max: SIMULATED_WORKERS_MAX, integer: true };
const duration = { min: 0, max: 86_400_000 };

const scenarioRanges: Ranges<Scenario> = {
  workers: count,
  startDelayMs: duration,
  deadlineMs: { min: 1, max: 86_400_000, nullable: true },
  warmUpMs: duration,
};
const faultRanges: Ranges<Fault> = {
  atMs: duration,
  workers: count,
  durationMs: duration,
  factor: { min: 1, max: 1_000 },
};
const simulatedScalerRanges: Ranges<ScalerSettings> = { ...scalerRanges, minWorkers: count, maxWorkers: count };

/** A scenario from parsed JSON; throws `AppError('bad-scenario')` with every problem named. */
export function readScenario(value: unknown): Scenario {
  const given = record(value, 'the scenario');
  checkNames(given, ['name', ...Object.keys(scenarioDefaults)], '');
  const scenario: Scenario = {
    ...scenarioDefaults,
    ...given,
    name: typeof given.name === 'string' ? given.name : 'unnamed',
    load: merged(simulatedLoad, given.load, 'load'),
    service: (given.service === undefined ? scenarioDefaults.service : record(given.service, 'service')) as ServiceTime,
    pool: merged(poolDefaults, given.pool, 'pool'),
    balancer: merged(balancerDefaults, given.balancer, 'balancer'),
    scaler: given.scaler === undefined || given.scaler === null ? null : merged(scalerDefaults, given.scaler, 'scaler'),
    faults: list(given.faults ?? [], 'faults').map((fault, index) =>
      merged<Fault>({ kind: 'kill', atMs: 0, workers: 1, durationMs: 0, factor: 1 }, fault, `faults[${index}]`),
    ),
  };
  const problems = scenarioProblems(scenario);
  if (problems.length > 0) {
    throw new AppError('bad-scenario', `The scenario cannot be run: ${problems.join('; ')}.`, problems);
  }
  return scenario;
}

/** Every problem in plain words; empty when the scenario may be run. */
export function scenarioProblems(scenario: Scenario): string[] {
  const problems = [
    ...rangeProblems(scenario, scenarioRanges),
    ...loadProblems(scenario.load).map((problem) => `load.${problem}`),
    ...serviceProblems(scenario.service).map((problem) => `service.${problem}`),
    ...poolProblems(scenario.pool).map((problem) => `pool.${problem}`),
    ...balancerProblems(scenario.balancer).map((problem) => `balancer.${problem}`),
  ];
  if (scenario.pool.concurrency !== 1) {
    problems.push(`pool.concurrency must be 1 in a simulation, got ${scenario.pool.concurrency}`);
  }
  if (scenario.scaler) {
    problems.push(...scalerProblems(scenario.scaler, simulatedScalerRanges).map((problem) => `scaler.${problem}`));
    const { minWorkers, maxWorkers } = scenario.scaler;
    if (scenario.workers < minWorkers || scenario.workers > maxWorkers) {
      problems.push(`workers must be between the scaler's ${minWorkers} and ${maxWorkers}, got ${scenario.workers}`);
    }
  }
  if (scenario.faults.length > FAULTS_MAX) {
    problems.push(`faults must be at most ${FAULTS_MAX}, got ${scenario.faults.length}`);
  }
  scenario.faults.forEach((fault, index) => {
    const found = [choiceProblem('kind', fault.kind, faultKinds), ...rangeProblems(fault, faultRanges)];
    for (const problem of found) if (problem) problems.push(`faults[${index}].${problem}`);
  });
  return problems;
}

function serviceProblems(service: ServiceTime): string[] {
  const time = { min: 0.000_001, max: 3_600_000 };
  const choice = choiceProblem('kind', service.kind, serviceKinds);
  if (choice) return [choice];
  const found =
    service.kind === 'two-kinds'
      ? [
          rangeProblem('shortMs', service.shortMs, time),
          rangeProblem('longMs', service.longMs, time),
          rangeProblem('longShare', service.longShare, { min: 0, max: 1 }),
        ]
      : [rangeProblem('meanMs', service.meanMs, time)];
  return found.filter((problem) => problem !== null);
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new AppError('bad-scenario', `The scenario cannot be run: ${what} must be an object, got ${shown(value)}.`);
}

function list(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw new AppError('bad-scenario', `The scenario cannot be run: ${what} must be a list, got ${shown(value)}.`);
}

/** The defaults with the given fields over them; a misspelt field is an error, not a silent default. */
function merged<Part extends object>(defaults: Part, value: unknown, what: string): Part {
  if (value === undefined) return defaults;
  const given = record(value, what);
  checkNames(given, Object.keys(defaults), `${what}.`);
  return { ...defaults, ...given };
}

function checkNames(given: Record<string, unknown>, known: readonly string[], prefix: string): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const message = `The scenario cannot be run: there is no field ${prefix}${unknown}; known are ${known.join(', ')}.`;
  throw new AppError('bad-scenario', message);
}

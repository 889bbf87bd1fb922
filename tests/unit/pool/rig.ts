/** A dispatcher on a fleet that does what the test says, in a time that the test moves. */
import { balancerDefaults, type BalancerSettings } from '../../../src/balancer/settings.ts';
import { createRandom } from '../../../src/core/random.ts';
import { Dispatcher, type SettledStatus } from '../../../src/pool/dispatcher.ts';
import type { Fleet, RunOutcome } from '../../../src/pool/fleet.ts';
import { poolDefaults, type PoolSettings } from '../../../src/pool/settings.ts';
import { VirtualClock } from '../../../src/simulator/clock.ts';

export interface Rig {
  dispatcher: Dispatcher;
  clock: VirtualClock;
  /** What the fleet was told, e.g. `send w0 j1`, `drain w0`, and what came of jobs and workers, e.g. `j1 done w0`. */
  log: string[];
  settled: Map<number, { status: SettledStatus; worker: number; attempts: number; waitMs: number; serviceMs: number }>;
  /** Starts workers and makes them ready. */
  ready(count: number): void;
  submit(over?: { retryable?: boolean; small?: boolean; pinned?: number; deadlineMs?: number | null }): number | string;
  done(worker: number, outcome?: RunOutcome): void;
  /** Done with a certain one of its jobs. */
  answer(worker: number, job: number): void;
  /** Moves time, ringing the timers on the way. */
  passMs(ms: number): void;
  runningOn(worker: number): number;
}

export function createRig(
  over: { pool?: Partial<PoolSettings>; balancer?: Partial<BalancerSettings>; workersMax?: number } = {},
): Rig {
  const clock = new VirtualClock();
  const log: string[] = [];
  const settled: Rig['settled'] = new Map();
  const workersMax = over.workersMax ?? 8;
  const running = new Map<number, number>();
  const taken = new Set<number>();
  const fleet: Fleet = {
    start() {
      for (let worker = 0; worker < workersMax; worker++) {
        if (taken.has(worker)) continue;
        taken.add(worker);
        return worker;
      }
      return -1;
    },
    send(worker, job) {
      running.set(worker, job);
      log.push(`send w${worker} j${job}`);
    },
    drain(worker) {
      taken.delete(worker);
      log.push(`drain w${worker}`);
    },
    kill(worker) {
      taken.delete(worker);
      log.push(`kill w${worker}`);
    },
  };
  const dispatcher: Dispatcher = new Dispatcher({
    fleet,
    scheduler: clock.scheduler((handle) => dispatcher.onTimer(handle)),
    random: createRandom('rig'),
    workersMax,
    pool: { ...poolDefaults, ...over.pool },
    balancer: { ...balancerDefaults, picker: 'round-robin', ...over.balancer },
    onSettled: (job, status, worker, attempts, waitMs, serviceMs) => {
      log.push(`j${job} ${status} w${worker}`);
      settled.set(job, { status, worker, attempts, waitMs, serviceMs });
    },
    onWorkerChange: (worker, state) => log.push(`w${worker} ${state}`),
  });
  return {
    dispatcher,
    clock,
    log,
    settled,
    ready(count) {
      for (let started = 0; started < count; started++) dispatcher.onReady(dispatcher.start());
      log.length = 0;
    },
    submit: (submission = {}) => dispatcher.submit({ retryable: true, pinned: -1, deadlineMs: null, ...submission }),
    done: (worker, outcome = 'ok') => dispatcher.onDone(worker, running.get(worker)!, outcome, 1),
    answer: (worker, job) => dispatcher.onDone(worker, job, 'ok', 1),
    passMs(ms) {
      const endMs = clock.nowMs + ms;
      while (clock.nextTimerMs <= endMs) clock.ring();
      clock.nowMs = endMs;
    },
    runningOn: (worker) => running.get(worker)!,
  };
}

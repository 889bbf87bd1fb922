/**
 * A discrete-event simulation in virtual time of the very dispatcher, pickers, health and scaling loop that serve real workers.
 * Three sources of events, merged by time: workers that end a run (one pending event each), timers, and the next arrival, which never
 * enters a queue of events. At equal times a run ends before a timer rings before a request arrives.
 * Arrivals, service times and choices have streams of chance of their own, so that two runs which differ in one policy see
 * the same requests.
 */
import { createRandom } from '../core/random.ts';
import type { Random, Scheduler } from '../core/ports.ts';
import { RingBuffer } from '../core/ring-buffer.ts';
import { Histogram } from '../monitor/histogram.ts';
import { Dispatcher, type SettledStatus, type Submission } from '../pool/dispatcher.ts';
import { ScalingLoop } from '../pool/scaling-loop.ts';
import { DRAINING, EJECTED, READY, type WorkerState } from '../pool/worker-table.ts';
import { Arrivals } from '../workload/arrivals.ts';
import { VirtualClock } from './clock.ts';
import { EventHash } from './event-hash.ts';
import { quantilesOf, type SimulationReport, type SimulationSeries, type WorkerEvent } from './report.ts';
import { serviceTimes } from './service-time.ts';
import type { Scenario } from './settings.ts';
import { SimFleet } from './sim-fleet.ts';

const SERIES_POINTS = 200;
const SAMPLE_TIMER = 0;
const WORKER_EVENTS_MAX = 200;
/** After the last arrival a run may go on for as long again and this much more; what still waits then is reported as waiting. */
const DRAIN_LIMIT_MS = 60_000;

/** Kinds of events in the hash. */
const ARRIVAL = 1;
const WORKER = 2;
const TIMER = 3;

export class Simulation {
  readonly dispatcher: Dispatcher;
  readonly loop: ScalingLoop | null;
  readonly #scenario: Scenario;
  readonly #seed: number;
  readonly #clock = new VirtualClock();
  readonly #fleet: SimFleet;
  readonly #arrivals: Arrivals;
  readonly #drawService: () => number;
  readonly #kindRandom: Random;
  readonly #hash = new EventHash();
  readonly #latency = new Histogram();
  readonly #wait = new Histogram();
  readonly #recent = new Histogram();
  readonly #workerEvents = new RingBuffer<WorkerEvent>(WORKER_EVENTS_MAX);
  readonly #read: Submission;
  readonly #write: Submission;
  readonly #sampler: Scheduler;
  readonly #faultTimers: Scheduler;
  readonly #intervalMs: number;
  readonly #series: SimulationSeries = {
    timesMs: [],
    offeredPerS: [],
    donePerS: [],
    queueDepth: [],
    desiredWorkers: [],
    readyWorkers: [],
    p95Ms: [],
  };
  #nextArrivalMs: number;
  #requests = 0;
  #events = 0;
  #finished = false;
  #requestsBefore = 0;
  #doneBefore = 0;
  /** Integrals over time, taken at each sample and change of the pool: job-time run, and worker-time there. */
  #presentMs = 0;
  #presentSinceMs = 0;
  #present = 0;
  #busyMs = 0;

  constructor(scenario: Scenario, seed: number) {
    this.#scenario = scenario;
    this.#seed = seed;
    const random = createRandom(seed);
    const workersMax = scenario.scaler ? scenario.scaler.maxWorkers + scenario.workers : scenario.workers;
    this.#fleet = new SimFleet(this.#clock, random.fork('faults'), workersMax, scenario.startDelayMs);
    const dispatcherTimers = this.#clock.scheduler((handle) => this.dispatcher.onTimer(handle));
    this.dispatcher = new Dispatcher({
      fleet: this.#fleet,
      scheduler: dispatcherTimers,
      random: random.fork('choices'),
      workersMax,
      pool: scenario.pool,
      balancer: scenario.balancer,
      onSettled: (_job, status, worker, _attempts, waitMs, serviceMs) =>
        this.#onSettled(status, worker, waitMs, serviceMs),
      onWorkerChange: (worker, state, reason) => this.#onWorkerChange(worker, state, reason),
    });
    this.#fleet.attach(this.dispatcher);
    this.#arrivals = new Arrivals(scenario.load, random.fork('arrivals'));
    this.#drawService = serviceTimes(scenario.service, random.fork('service'));
    this.#kindRandom = random.fork('kind');
    this.#read = { retryable: true, pinned: -1, deadlineMs: scenario.deadlineMs };
    this.#write = { retryable: false, pinned: -1, deadlineMs: scenario.deadlineMs };
    this.#intervalMs = scenario.load.durationMs / SERIES_POINTS;
    this.#sampler = this.#clock.scheduler(() => this.#sample());
    this.#faultTimers = this.#clock.scheduler((handle) => this.#onFault(handle));
    this.#nextArrivalMs = this.#arrivals.next();
    this.loop = this.#startPool(workersMax);
    this.#sampler.after(this.#intervalMs, SAMPLE_TIMER);
    scenario.faults.forEach((fault, index) => this.#faultTimers.after(fault.atMs, 2 * index));
  }

  /** Virtual time, ms from the start. */
  get nowMs(): number {
    return this.#clock.nowMs;
  }

  /** How much of the plan's time has passed, 0..1. */
  get fraction(): number {
    return this.#finished ? 1 : Math.min(1, this.#clock.nowMs / this.#scenario.load.durationMs);
  }

  /** Gives worker w the first `lengths[w]` jobs at time 0: a start from a known state, for checks against theory. */
  prefill(lengths: Int32Array): void {
    while (this.#fleet.nextEventMs === 0) this.#fleet.step(); // the first workers become ready
    for (let worker = 0; worker < lengths.length; worker++) {
      for (let job = 0; job < lengths[worker]; job++) {
        this.#write.pinned = worker;
        this.#fleet.setService(this.dispatcher.nextJob, this.#drawService());
        this.dispatcher.submit(this.#write);
      }
    }
  }

  /** Runs up to `eventsMax` events; false when the run is over. Call it in slices to stay able to cancel. */
  advance(eventsMax: number): boolean {
    const clock = this.#clock;
    const fleet = this.#fleet;
    const hash = this.#hash;
    for (let count = 0; count < eventsMax && !this.#finished; count++) {
      const workerMs = fleet.nextEventMs;
      const timerMs = clock.nextTimerMs;
      const arrivalMs = this.#nextArrivalMs;
      if (workerMs <= timerMs && workerMs <= arrivalMs) {
        clock.nowMs = workerMs;
        const worker = fleet.nextWorker;
        hash.add(workerMs, WORKER, worker, fleet.jobOf(worker));
        fleet.step();
      } else if (timerMs <= arrivalMs) {
        hash.add(timerMs, TIMER, clock.ring(), -1);
      } else {
        clock.nowMs = arrivalMs;
        hash.add(arrivalMs, ARRIVAL, 0, this.#arrive());
        this.#nextArrivalMs = this.#arrivals.next();
      }
      this.#events++;
      if (this.#nextArrivalMs === Infinity) this.#checkEnd();
    }
    return !this.#finished;
  }

  report(): SimulationReport {
    this.#countPresence();
    return {
      world: 'simulated',
      scenario: this.#scenario.name,
      seed: this.#seed,
      hash: this.#hash.hex,
      virtualMs: this.#clock.nowMs,
      requests: this.#requests,
      events: this.#events,
      totals: this.dispatcher.totals(),
      latencyMs: quantilesOf(this.#latency),
      waitMs: quantilesOf(this.#wait),
      utilization: this.#presentMs > 0 ? this.#busyMs / this.#presentMs : null,
      series: this.#series,
      decisions: this.loop ? this.loop.log() : [],
      workerEvents: this.#workerEvents.latest(),
    };
  }

  /** The first workers are asked for at time 0, when starting costs nothing. */
  #startPool(workersMax: number): ScalingLoop | null {
    const scaler = this.#scenario.scaler;
    if (!scaler) {
      for (let worker = 0; worker < workersMax; worker++) this.dispatcher.start();
      return null;
    }
    const timers = this.#clock.scheduler((handle) => loop.onTimer(handle));
    const loop = new ScalingLoop({ dispatcher: this.dispatcher, scheduler: timers, settings: scaler });
    loop.setWorkers(this.#scenario.workers);
    loop.begin();
    return loop;
  }

  /** A request arrives; returns its job, or -1 when it was refused. */
  #arrive(): number {
    this.#requests++;
    const dispatcher = this.dispatcher;
    this.#fleet.setService(dispatcher.nextJob, this.#drawService());
    const writeShare = this.#scenario.load.writeShare;
    let submission = this.#read;
    if (writeShare > 0 && this.#kindRandom.next() < writeShare) {
      submission = this.#write;
      submission.pinned = this.#primary();
    }
    const job = dispatcher.submit(submission);
    return typeof job === 'number' ? job : -1;
  }

  /** Writes go to one worker: the first that is there. */
  #primary(): number {
    const state = this.dispatcher.workers.state;
    for (let worker = 0; worker < state.length; worker++) {
      if (state[worker] === READY || state[worker] === EJECTED) return worker;
    }
    return -1;
  }

  #onSettled(status: SettledStatus, worker: number, waitMs: number, serviceMs: number): void {
    this.#busyMs += serviceMs;
    if (status === 'done') {
      const latencyMs = waitMs + serviceMs;
      this.#recent.record(latencyMs);
      if (this.#clock.nowMs - latencyMs >= this.#scenario.warmUpMs) {
        this.#latency.record(latencyMs);
        this.#wait.record(waitMs);
      }
    } else if (worker !== -1 && (status === 'deadline' || status === 'cancelled')) this.#fleet.stopRun(worker);
  }

  #onWorkerChange(worker: number, state: WorkerState, reason: string): void {
    this.#countPresence();
    if (this.#clock.nowMs > 0)
      this.#workerEvents.push({ atMs: this.#clock.nowMs, worker: `w${worker}`, state, reason });
  }

  #countPresence(): void {
    const table = this.dispatcher.workers;
    this.#presentMs += this.#present * (this.#clock.nowMs - this.#presentSinceMs);
    this.#presentSinceMs = this.#clock.nowMs;
    this.#present = table.countIn(READY) + table.countIn(DRAINING) + table.countIn(EJECTED);
  }

  #sample(): void {
    const series = this.#series;
    const done = this.dispatcher.totals().done;
    const perS = 1000 / this.#intervalMs;
    series.timesMs.push(this.#clock.nowMs);
    series.offeredPerS.push((this.#requests - this.#requestsBefore) * perS);
    series.donePerS.push((done - this.#doneBefore) * perS);
    series.queueDepth.push(this.dispatcher.waiting);
    series.readyWorkers.push(this.dispatcher.workers.countIn(READY));
    series.desiredWorkers.push(this.loop ? this.loop.desired : this.#scenario.workers);
    series.p95Ms.push(this.#recent.quantile(0.95));
    this.#requestsBefore = this.#requests;
    this.#doneBefore = done;
    this.#recent.clear();
    this.#sampler.after(this.#intervalMs, SAMPLE_TIMER);
  }

  /** Timer 2k begins fault k; timer 2k+1 ends it, and every worker is normal again. */
  #onFault(handle: number): void {
    const fault = this.#scenario.faults[handle >> 1];
    const state = this.dispatcher.workers.state;
    if (handle % 2 === 1) {
      for (let worker = 0; worker < state.length; worker++) this.#fleet.disturb(worker, 1, 0);
      return;
    }
    let left = fault.workers;
    for (let worker = 0; worker < state.length && left > 0; worker++) {
      if (state[worker] !== READY && state[worker] !== EJECTED) continue;
      left--;
      if (fault.kind === 'kill') this.#fleet.crash(worker);
      else if (fault.kind === 'slow') this.#fleet.disturb(worker, fault.factor, 0);
      else this.#fleet.disturb(worker, 1, 1);
    }
    if (fault.kind !== 'kill') this.#faultTimers.after(fault.durationMs, handle + 1);
  }

  #checkEnd(): void {
    const limitMs = 2 * this.#scenario.load.durationMs + DRAIN_LIMIT_MS;
    if (this.dispatcher.unsettled === 0 || this.#clock.nowMs > limitMs) {
      this.#finished = true;
      this.loop?.stop();
    }
  }
}

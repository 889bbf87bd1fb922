import { describe, expect, it } from 'vitest';
import { scenarioCatalogue } from '../../../src/simulator/catalogue.ts';
import { Simulation } from '../../../src/simulator/run.ts';
import { readScenario, type Scenario } from '../../../src/simulator/settings.ts';

function run(scenario: Scenario, seed = 1) {
  const simulation = new Simulation(scenario, seed);
  while (simulation.advance(100_000));
  return simulation.report();
}

/** A scenario with its time divided, faults and all. */
function short(scenario: Scenario, divisor = 10): Scenario {
  return {
    ...scenario,
    load: { ...scenario.load, durationMs: scenario.load.durationMs / divisor },
    warmUpMs: scenario.warmUpMs / divisor,
    faults: scenario.faults.map((fault) => ({
      ...fault,
      atMs: fault.atMs / divisor,
      durationMs: fault.durationMs / divisor,
    })),
  };
}

const names = Object.keys(scenarioCatalogue) as (keyof typeof scenarioCatalogue)[];

describe('every scenario', () => {
  it.each(names.filter((name) => name !== 'steady'))(
    '%s: jobs in = settled + waiting + running at every step',
    (name) => {
      const simulation = new Simulation(short(scenarioCatalogue[name].scenario, 30), 3);
      let steps = 0;
      while (simulation.advance(1)) {
        const totals = simulation.dispatcher.totals();
        const settled = totals.done + totals.failed + totals.deadline + totals.lost + totals.cancelled;
        if (totals.submitted !== settled + totals.waiting + totals.running) {
          expect.fail(`after ${steps} events: ${JSON.stringify(totals)}`);
        }
        steps++;
      }
      const { totals, requests, events } = simulation.report();
      expect(events).toBeGreaterThan(steps);
      expect(totals).toMatchObject({ waiting: 0, running: 0 });
      expect(totals.submitted + totals.refused).toBe(requests);
    },
  );

  it.each(names.filter((name) => name !== 'steady'))('%s: one seed, one hash; another seed, another hash', (name) => {
    const scenario = short(scenarioCatalogue[name].scenario, 30);
    const hash = run(scenario, 1).hash;
    expect(run(scenario, 1).hash).toBe(hash);
    expect(run(scenario, 2).hash).not.toBe(hash);
  });
});

describe('Simulation', () => {
  it('replays a known run to the bit', () => {
    // Computed once; every engine must come to the same, because no function of the engine's own takes part.
    expect(run(short(scenarioCatalogue['worker-failure'].scenario), 7).hash).toBe('461e6c26');
  });

  it('obeys Little’s law: requests in the system over time are arrivals times time in it', () => {
    const scenario = readScenario({
      workers: 3,
      load: { shape: 'steady', ratePerS: 200, durationMs: 20_000, writeShare: 0 },
      service: { kind: 'exponential', meanMs: 12 },
    });
    const simulation = new Simulation(scenario, 5);
    let [area, sinceMs, inSystem] = [0, 0, 0];
    let running = true;
    while (running) {
      running = simulation.advance(1);
      const nowMs = simulation.nowMs;
      area += inSystem * (nowMs - sinceMs);
      sinceMs = nowMs;
      inSystem = simulation.dispatcher.unsettled;
    }
    const { latencyMs, totals } = simulation.report();
    expect(area / (latencyMs.mean! * totals.done)).toBeCloseTo(1, 9);
  });

  it('gives two policies the same requests', () => {
    const p2c = run(short(scenarioCatalogue.p2c.scenario));
    const roundRobin = run(short(scenarioCatalogue['round-robin'].scenario));
    expect(roundRobin.requests).toBe(p2c.requests);
    // Theory at 0.9: 2.614 mean services of 10 ms with two choices, 5.227 in turn over 100 workers.
    expect(p2c.latencyMs.mean!).toBeGreaterThan(25);
    expect(p2c.latencyMs.mean!).toBeLessThan(28);
    expect(roundRobin.latencyMs.mean!).toBeGreaterThan(42);
    expect(roundRobin.latencyMs.mean!).toBeLessThan(58);
  });

  it('adds workers in a spike and lets them go', () => {
    const { series, decisions, totals } = run(scenarioCatalogue.spike.scenario);
    const most = Math.max(...series.readyWorkers);
    expect(most).toBeGreaterThanOrEqual(12); // 1,000 a second of 10 ms at 70 % need 14.3
    expect(series.readyWorkers.at(-1)).toBeLessThan(most);
    expect(decisions.map((decision) => decision.action)).toEqual(expect.arrayContaining(['up', 'down']));
    expect(totals.done).toBe(totals.submitted);
    expect(new Set(Object.values(series).map((column: readonly unknown[]) => column.length)).size).toBe(1);
  });

  it('survives failing workers: replaces, ejects, retries, and loses only what may not run twice', () => {
    const { totals, workerEvents } = run(scenarioCatalogue['worker-failure'].scenario);
    const states = workerEvents.map((event) => event.state);
    expect(states.filter((state) => state === 'lost')).toHaveLength(3);
    expect(states).toContain('ejected');
    expect(totals.retried).toBeGreaterThan(0);
    expect(totals.done / totals.submitted).toBeGreaterThan(0.95);
  });

  it('stops what has passed its deadline, and the worker goes on', () => {
    const { totals, utilization } = run(
      readScenario({
        workers: 1,
        deadlineMs: 50,
        load: { shape: 'steady', ratePerS: 100, durationMs: 10_000 },
        service: { kind: 'constant', meanMs: 20 },
      }),
    );
    expect(totals.deadline).toBeGreaterThan(200); // twice the load that it can bear
    expect(totals.done).toBeGreaterThan(200);
    expect(utilization).toBeGreaterThan(0.95);
  });

  it('ends although nobody is left to do the work', () => {
    const report = run(
      readScenario({
        workers: 2,
        load: { shape: 'steady', ratePerS: 50, durationMs: 2_000 },
        faults: [{ kind: 'kill', atMs: 500, workers: 2 }],
      }),
    );
    expect(report.totals.waiting).toBeGreaterThan(50);
    expect(report.virtualMs).toBeLessThan(70_000);
  });
});

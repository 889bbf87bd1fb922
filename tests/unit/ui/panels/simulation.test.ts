import { describe, expect, it } from 'vitest';
import { scenarioCatalogue } from '../../../../src/simulator/catalogue.ts';
import { Simulation } from '../../../../src/simulator/run.ts';
import { scenarioProblems, SIMULATED_WORKERS_MAX } from '../../../../src/simulator/settings.ts';
import { gaps, runFigures, runMarks, scenarioWith } from '../../../../src/ui/panels/cluster/simulation.ts';

describe('a scenario of another size', () => {
  it('stays one that can be run, from one worker to the most', () => {
    for (const { scenario } of Object.values(scenarioCatalogue)) {
      for (const workers of [1, 3, scenario.workers, SIMULATED_WORKERS_MAX]) {
        for (const keepLoadPerWorker of [true, false]) {
          const changed = scenarioWith(scenario, { workers, picker: 'round-robin', keepLoadPerWorker });
          expect(scenarioProblems(changed)).toEqual([]);
        }
      }
    }
  });

  it('gets as much load per worker as before, or the same load', () => {
    const { scenario } = scenarioCatalogue.spike;
    const workers = scenario.workers * 3;
    const grown = scenarioWith(scenario, { workers, picker: 'p2c', keepLoadPerWorker: true });
    expect(grown.load.ratePerS / workers).toBeCloseTo(scenario.load.ratePerS / scenario.workers, 9);
    expect(grown.scaler!.maxWorkers).toBe(scenario.scaler!.maxWorkers * 3);
    const same = scenarioWith(scenario, { workers, picker: 'p2c', keepLoadPerWorker: false });
    expect(same.load).toEqual(scenario.load);
  });

  it('is untouched when nothing is asked for', () => {
    const { scenario } = scenarioCatalogue.steady;
    const picker = scenario.balancer.picker;
    expect(scenarioWith(scenario, { workers: scenario.workers, picker, keepLoadPerWorker: true })).toEqual(scenario);
  });
});

describe('a run in words', () => {
  it('has its figures and the marks of what changed the pool', () => {
    const { scenario } = scenarioCatalogue['worker-failure'];
    const short = { ...scenario, load: { ...scenario.load, durationMs: 20_000 } };
    const simulation = new Simulation(short, 5);
    while (simulation.advance(10_000));
    const report = simulation.report();
    const figures = new Map(runFigures(report).map((figure) => [figure.id, figure.text]));
    expect(figures.get('hash')).toBe(report.hash);
    expect(Number(figures.get('requests')!.replaceAll(',', ''))).toBe(report.requests);
    const marks = runMarks(report);
    expect(marks.some((mark) => mark.tone === 'bad' && mark.label.includes('lost'))).toBe(true);
    expect(marks.map((mark) => mark.x)).toEqual(marks.map((mark) => mark.x).sort((left, right) => left - right));
  });

  it('draws what was not measured as a gap', () => {
    expect(gaps([1, null, 0])).toEqual([1, NaN, 0]);
  });
});

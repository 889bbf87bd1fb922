/** The race on a clock of its own: what each text takes is given, so every figure can be reckoned by hand. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { faster, lossOf } from '../../../src/optimizer/guards/faster.ts';
import type { Candidate, GuardContext } from '../../../src/optimizer/guards/guard.ts';
import { race } from '../../../src/optimizer/race.ts';
import type { Sandbox } from '../../../src/optimizer/sandbox.ts';

/** A sandbox in which the text `a` takes what `costs.a` answers, given whether the page cache is empty. */
function timed(costs: Record<string, (cold: boolean, run: number) => number>) {
  let [now, cold] = [0, false];
  const ran: string[] = [];
  const sandbox = {
    run(sql: string, _parameters: unknown, deadlineMs: number | null) {
      const ms = costs[sql]?.(cold, ran.filter((one) => one === sql).length) ?? 0;
      cold = false;
      ran.push(sql);
      if (deadlineMs !== null && ms > deadlineMs) {
        now += deadlineMs;
        throw new AppError('deadline', 'too long');
      }
      now += ms;
      return { elapsedMs: ms, vmSteps: ms * 100, names: [], rowCount: 0, rows: () => [] };
    },
    dropPageCache: () => void (cold = true),
    nowMs: () => now,
  } as unknown as Sandbox;
  return { sandbox, ran };
}

describe('the race', () => {
  it('is over as soon as the interval says so: six pairs of ten to one', () => {
    const { sandbox } = timed({ a: () => 20, b: () => 2 });
    const { measurement, stopped } = race(sandbox, 'a', 'b', [], 10_000, null);
    expect(measurement).toMatchObject({
      originalMs: 20,
      rewrittenMs: 2,
      ratioWarm: 10,
      ratioInterval: [10, 10],
      coverage: 1 - 2 / 64,
      ratioCold: 10,
      pairs: 6,
      runs: 11,
      originalSteps: 2000,
      rewrittenSteps: 200,
    });
    expect(stopped).toBe(false);
    expect(lossOf(measurement)).toBeNull();
  });

  it('goes on while the interval allows for both, and then keeps the original', () => {
    // By turns half and twice as fast: the median says 1.25, the interval from 0.5 to 2.
    const { sandbox } = timed({ a: () => 10, b: (_cold, run) => (run % 2 === 1 ? 5 : 20) });
    const { measurement } = race(sandbox, 'a', 'b', [], 10_000, null);
    expect(measurement.pairs).toBe(25);
    expect(measurement.ratioInterval).toEqual([0.5, 2]);
    expect(measurement.ratioWarm).toBe(2);
    expect(measurement.samples.warm).toEqual({
      count: 25,
      original: { lowMs: 10, medianMs: 10, highMs: 10 },
      rewritten: { lowMs: 5, medianMs: 5, highMs: 20 },
    });
    expect(lossOf(measurement)).toBe('The gain is not certain');
  });

  it('keeps the original below 1.1 times, and where an empty page cache makes it slower', () => {
    const slight = race(timed({ a: () => 10.5, b: () => 10 }).sandbox, 'a', 'b', [], 10_000, null).measurement;
    expect(slight.ratioWarm).toBeCloseTo(1.05, 10);
    expect(lossOf(slight)).toBe('No gain');
    const costs = { a: () => 10, b: (cold: boolean) => (cold ? 12 : 2) };
    const cold = race(timed(costs).sandbox, 'a', 'b', [], 10_000, null).measurement;
    expect(cold.ratioCold).toBeCloseTo(10 / 12, 10);
    expect(lossOf(cold)).toBe('Slower once the page cache is empty');
  });

  it('stops a slow original at 20 times the rewritten time, and asks more of few pairs', () => {
    const { sandbox, ran } = timed({ a: () => 60_000, b: () => 100 });
    const { measurement, stopped } = race(sandbox, 'a', 'b', [], 4_000, 60_000);
    expect(stopped).toBe(true);
    // Two pairs fill half of the budget.
    expect(measurement).toMatchObject({ ratioWarm: 20, pairs: 2, coverage: 0.5, originalMs: 2000 });
    expect(measurement.originalStopped).toBe(true);
    expect(measurement.confidence.words).toBe('low');
    expect(lossOf(measurement)).toBeNull();
    expect(lossOf({ ...measurement, ratioWarm: 1.4, ratioInterval: [1.4, 1.4] })).toBe('The gain is not certain');
    expect(ran.filter((one) => one === 'a').length).toBe(4);
  });

  it('lets quick texts run several times for one sample', () => {
    const { sandbox, ran } = timed({ a: () => 0.5, b: () => 0.1 });
    const { measurement } = race(sandbox, 'a', 'b', [], 1000, null);
    expect(measurement.rewrittenMs).toBeCloseTo(0.1, 10);
    // A warm-up, ten runs for each of six samples, five cold ones; of the other two runs a sample.
    expect(ran.filter((one) => one === 'b').length).toBe(1 + 60 + 5);
    expect(ran.filter((one) => one === 'a').length).toBe(1 + 12 + 5);
  });

  it('is run twice for a small gain, and the lesser one counts', () => {
    const check = (costs: Parameters<typeof timed>[0]) => {
      const { sandbox, ran } = timed(costs);
      const context = { sandbox, parameters: [], guardBudgetMs: 10_000, originalRun: null, measurement: null };
      const candidate = { original: { sql: 'a' }, rewritten: { sql: 'b' } };
      const verdict = faster.check(candidate as unknown as Candidate, context as unknown as GuardContext);
      return { pass: verdict.pass, runs: ran.length };
    };
    // A warm-up of each, six warm pairs, five cold ones.
    expect(check({ a: () => 30, b: () => 10 })).toEqual({ pass: true, runs: 24 });
    expect(check({ a: () => 15, b: () => 10 })).toEqual({ pass: true, runs: 48 });
    // Of the first race by chance alone: its twelve runs of the original took half as long again.
    expect(check({ a: (_cold, run) => (run < 12 ? 15 : 10), b: () => 10 })).toMatchObject({ pass: false });
  });

  it('refuses a rewritten text that does not end', () => {
    const { sandbox } = timed({ a: () => 10, b: () => 5000 });
    expect(() => race(sandbox, 'a', 'b', [], 1000, null)).toThrow('too long');
  });
});

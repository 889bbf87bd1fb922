import { describe, expect, it } from 'vitest';
import { PowerOfChoices } from '../../../src/balancer/pickers/power-of-choices.ts';
import { pickers } from '../../../src/balancer/pickers/registry.ts';
import { RoundRobin } from '../../../src/balancer/pickers/round-robin.ts';
import { SmoothWeighted } from '../../../src/balancer/pickers/smooth-weighted.ts';
import { balancerDefaults, balancerProblems, pickerNames } from '../../../src/balancer/settings.ts';
import type { WorkerView } from '../../../src/balancer/worker-view.ts';
import { createRandom } from '../../../src/core/random.ts';

/** A view of `loads.length` workers; those named in `eligible` may be picked. */
function view(loads: number[], eligible = loads.map((_, worker) => worker), weights = loads.map(() => 1)): WorkerView {
  const eligiblePosition = new Int32Array(loads.length).fill(-1);
  eligible.forEach((worker, position) => (eligiblePosition[worker] = position));
  return {
    capacity: loads.length,
    eligible: Int32Array.from(eligible),
    eligibleCount: eligible.length,
    eligiblePosition,
    outstanding: Int32Array.from(loads),
    weight: Int32Array.from(weights),
  };
}

const random = createRandom('pickers');

describe('round robin', () => {
  it('takes the eligible workers in turn, whatever their order in the set', () => {
    const picker = new RoundRobin();
    const workers = view([0, 0, 0, 0], [3, 0, 2]);
    expect([1, 2, 3, 4, 5].map(() => picker.pick(workers))).toEqual([0, 2, 3, 0, 2]);
    expect(picker.explain()).toBe('Round robin: w2, the next after w0');
  });
});

describe('smooth weighted round robin', () => {
  it('deals weights 5, 1, 1 as NGINX does', () => {
    // credits after each pick: (-2,1,1) (-4,2,2) (1,-4,3) (-1,-3,4) (4,-2,-2) (2,-1,-1) (0,0,0)
    const picker = new SmoothWeighted();
    const workers = view([0, 0, 0], [0, 1, 2], [5, 1, 1]);
    const picks = Array.from({ length: 14 }, () => 'abc'[picker.pick(workers)]).join('');
    expect(picks).toBe('aabacaaaabacaa');
  });

  it('lets a failed worker recover by one step a pick', () => {
    // A failure takes w0's effective weight from 3 to 0; it then grows by 1 a pick: its credits stay below w1's for two picks.
    // pick 1: credits 0, 1 -> w1 (0,0); pick 2: effective 1, 1: credits 1, 1 -> w0, first of equals (-1,1); pick 3: 2, 1: (1,2) -> w1.
    const picker = new SmoothWeighted();
    const workers = view([0, 0], [0, 1], [3, 1]);
    picker.pick(workers); // w0: credits (3,1) -> (-1,1)
    picker.pick(workers); // credits (2,2) -> w0 (-2,2)
    picker.pick(workers); // credits (1,3) -> w1 (1,-1)
    picker.pick(workers); // credits (4,0) -> w0 (0,0): all as at the start
    picker.report(0, true);
    expect([1, 2, 3].map(() => picker.pick(workers))).toEqual([1, 0, 1]);
  });
});

describe('power of choices', () => {
  it('takes the less busy of two, and says against whom', () => {
    const picker = new PowerOfChoices(2);
    expect(picker.pick(view([3, 0]), 0, random)).toBe(1);
    expect(picker.explain()).toBe('P2C: w1, 0 waiting or running, against 3 at w0');
    expect(picker.pick(view([3, 0, 9], [2]), 0, random)).toBe(2);
    expect(picker.explain()).toBe('P2C: w2, the only one free to be picked');
  });

  it('draws two distinct workers, every pair equally often', () => {
    // Loads 0 < 1 < 2: w0 wins its 2 of 3 pairs, w1 one, w2 none, because a pair is never twice the same worker.
    const picker = new PowerOfChoices(2);
    const counts = [0, 0, 0];
    const draws = 30_000;
    for (let draw = 0; draw < draws; draw++) counts[picker.pick(view([0, 1, 2]), 0, random)]++;
    expect(counts[2]).toBe(0);
    expect(Math.abs(counts[0] / draws - 2 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / draws));
  });

  it('spreads evenly over equal workers', () => {
    for (const choices of [1, 2, 3]) {
      const picker = new PowerOfChoices(choices);
      const counts = [0, 0, 0, 0, 0];
      const draws = 20_000;
      for (let draw = 0; draw < draws; draw++) counts[picker.pick(view([1, 1, 1, 1, 1]), 0, random)]++;
      for (const count of counts) expect(Math.abs(count / draws - 0.2)).toBeLessThan(5 * Math.sqrt(0.16 / draws));
    }
  });

  it('with as many choices as workers takes the least busy of all', () => {
    const picker = new PowerOfChoices(16);
    for (let draw = 0; draw < 100; draw++) expect(picker.pick(view([4, 3, 2, 1, 5]), 0, random)).toBe(3);
    expect(picker.explain()).toBe('Best of 16: w3, 1 waiting or running, against 2 at the best of 4 others, w2');
  });
});

describe('every picker', () => {
  it.each(pickerNames)('%s picks only eligible workers and explains itself', (name) => {
    const picker = pickers[name](balancerDefaults);
    expect(picker.explain()).toMatch(/no pick yet/);
    for (let draw = 0; draw < 200; draw++) {
      const eligible = [0, 1, 2, 3, 4, 5].filter((worker) => worker === draw % 6 || random.next() < 0.5);
      expect(eligible).toContain(picker.pick(view([1, 2, 0, 4, 1, 1], eligible), draw, random));
    }
    expect(picker.explain()).toMatch(/w\d/);
  });
});

describe('settings', () => {
  it('name what is wrong', () => {
    expect(balancerProblems(balancerDefaults)).toEqual([]);
    expect(balancerProblems({ ...balancerDefaults, ejectBaseMs: 5_000, ejectMaxMs: 100, choices: 0 })).toEqual([
      'choices must be an integer in [1, 16], got 0',
      'ejectBaseMs must not be above ejectMaxMs, got 5000 above 100',
    ]);
  });
});

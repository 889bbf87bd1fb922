/** Settings of the balancer: which picker chooses, and when a worker that fails is set aside. */
import { choiceProblem, rangeProblems, type Ranges } from '../core/range.ts';

export const pickerNames = ['round-robin', 'smooth-weighted-round-robin', 'p2c'] as const;
export type PickerName = (typeof pickerNames)[number];

export interface BalancerSettings {
  picker: PickerName;
  /** How many workers `p2c` draws and compares: 2 is the power of two choices, 1 is plain random. */
  choices: number;
  /** Worker failures in a row after which a worker is ejected. Query errors never count. */
  ejectAfterErrors: number;
  /** The first ejection lasts this long, the n-th n times as long ... */
  ejectBaseMs: number;
  /** ... but never longer than this. */
  ejectMaxMs: number;
  /** At most this share of the workers is ejected at a time, 0..1. */
  maxEjectedShare: number;
}

export const balancerDefaults: BalancerSettings = {
  picker: 'p2c',
  choices: 2,
  ejectAfterErrors: 3,
  ejectBaseMs: 2_000,
  ejectMaxMs: 60_000,
  maxEjectedShare: 0.5,
};

export const balancerRanges: Ranges<BalancerSettings> = {
  choices: { min: 1, max: 16, integer: true },
  ejectAfterErrors: { min: 1, max: 100, integer: true },
  ejectBaseMs: { min: 10, max: 600_000 },
  ejectMaxMs: { min: 10, max: 3_600_000 },
  maxEjectedShare: { min: 0, max: 1 },
};

/** Every problem in plain words; empty when the settings may be used. */
export function balancerProblems(settings: BalancerSettings): string[] {
  const problems = rangeProblems(settings, balancerRanges);
  const choice = choiceProblem('picker', settings.picker, pickerNames);
  if (choice) problems.unshift(choice);
  if (settings.ejectBaseMs > settings.ejectMaxMs) {
    problems.push(`ejectBaseMs must not be above ejectMaxMs, got ${settings.ejectBaseMs} above ${settings.ejectMaxMs}`);
  }
  return problems;
}

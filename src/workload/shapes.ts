/** Load shapes: the rate of arrivals as a pure function of time. */
import { sineOfTurns } from '../core/math.ts';
import type { LoadPlan, ShapeName } from './settings.ts';

const SPIKE_FROM = 0.25;
const SPIKE_TO = 0.5;
const WAVES = 3;

/** Requests per second at a share (0..1) of the plan's time. */
const shapes = {
  steady: (plan) => plan.ratePerS,
  ramp: (plan, share) => plan.ratePerS + (plan.peakPerS - plan.ratePerS) * share,
  spike: (plan, share) => (share >= SPIKE_FROM && share < SPIKE_TO ? plan.peakPerS : plan.ratePerS),
  // A wave begins at its lowest point: the sine is moved back a quarter turn.
  wave: (plan, share) =>
    plan.ratePerS + ((plan.peakPerS - plan.ratePerS) * (1 + sineOfTurns(WAVES * share - 0.25))) / 2,
} as const satisfies Record<ShapeName, (plan: LoadPlan, share: number) => number>;

/** Requests per second at `elapsedMs`; 0 before the plan begins and after it ends. */
export function rateAt(plan: LoadPlan, elapsedMs: number): number {
  if (elapsedMs < 0 || elapsedMs >= plan.durationMs) return 0;
  return shapes[plan.shape](plan, elapsedMs / plan.durationMs);
}

/** A rate that the plan never exceeds. */
export function highestRate(plan: LoadPlan): number {
  return plan.shape === 'steady' ? plan.ratePerS : Math.max(plan.ratePerS, plan.peakPerS);
}

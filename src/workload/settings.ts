/** A load plan: how many requests, when, of what kind. The same plan drives the load generator and the simulator. */
import { choiceProblem, rangeProblems, type Ranges } from '../core/range.ts';
import type { GeneratedTraceName } from './catalogue.ts';

export const shapeNames = ['steady', 'ramp', 'spike', 'wave'] as const;
export type ShapeName = (typeof shapeNames)[number];

export interface LoadPlan {
  shape: ShapeName;
  /** Requests per second at the start (steady: throughout). */
  ratePerS: number;
  /** Requests per second at the most; not used by `steady`. */
  peakPerS: number;
  durationMs: number;
  /** Share of writes, 0..1. */
  writeShare: number;
  /** How uneven the keys are: 0 is uniform, 1 is Zipf's law. */
  zipfExponent: number;
  seed: number;
}

export const loadDefaults: LoadPlan = {
  shape: 'spike',
  ratePerS: 20,
  peakPerS: 200,
  durationMs: 60_000,
  writeShare: 0.05,
  zipfExponent: 0.9,
  seed: 1,
};

export const loadRanges: Ranges<LoadPlan> = {
  ratePerS: { min: 0.01, max: 10_000_000 },
  peakPerS: { min: 0.01, max: 10_000_000 },
  durationMs: { min: 100, max: 86_400_000 },
  writeShare: { min: 0, max: 1 },
  zipfExponent: { min: 0, max: 4 },
  seed: { min: 0, max: 4_294_967_295, integer: true },
};

/** Every problem in plain words; empty when the plan may be used. */
export function loadProblems(plan: LoadPlan): string[] {
  const problems = rangeProblems(plan, loadRanges);
  const choice = choiceProblem('shape', plan.shape, shapeNames);
  if (choice) problems.unshift(choice);
  if (plan.shape !== 'steady' && plan.ratePerS > plan.peakPerS) {
    problems.push(`ratePerS must not be above peakPerS, got ${plan.ratePerS} above ${plan.peakPerS}`);
  }
  return problems;
}

/** A stream of requests to be made from a seed. */
export interface GeneratedTraceRequest {
  kind: GeneratedTraceName;
  requests: number;
  /** Distinct keys of its main part. */
  unique: number;
  seed: number;
}

export const traceDefaults: GeneratedTraceRequest = { kind: 'loop', requests: 200_000, unique: 2000, seed: 1 };

export const traceRanges = {
  requests: { min: 1000, max: 5_000_000, integer: true },
  unique: { min: 10, max: 1_000_000, integer: true },
  seed: { min: 0, max: 4_294_967_295, integer: true },
} satisfies Ranges<Omit<GeneratedTraceRequest, 'kind'>>;

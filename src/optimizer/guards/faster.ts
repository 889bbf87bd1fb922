/**
 * Is it worth it? Both texts run by turns on the fork, warm and after the page cache was dropped, because single samples lie and a loaded
 * machine slows both alike. Below 1.1 times, or losing in either, the original stays.
 */
import type { Measurement } from '../protocol.ts';
import { isDeadline, type Sandbox } from '../sandbox.ts';
import type { Parameters } from '../../database/protocol.ts';
import { pass, refuse, type Guard } from './guard.ts';

/** Least gain that is worth another text. */
export const GAIN_MIN = 1.1;
const WARM_PAIRS = 7;
const COLD_PAIRS = 3;
/** Fewer pairs than this prove nothing, however slow the text. */
const PAIRS_MIN = 2;
/** A slow original is stopped at so many times the rewritten text's time, and counts as that. */
const STOP_AT_RATIO = 20;
const STOP_AT_MS_MIN = 50;

export const faster: Guard = {
  id: 'faster',
  check({ original, rewritten }, context) {
    const { sandbox, parameters, guardBudgetMs, originalRun } = context;
    let measured: Race;
    try {
      measured = race(sandbox, original.sql, rewritten.sql, parameters, guardBudgetMs, originalRun?.elapsedMs ?? null);
    } catch (error) {
      if (!isDeadline(error)) throw error;
      return refuse('faster', `The rewritten text did not finish within ${Math.round(guardBudgetMs)} ms.`);
    }
    const { stopped } = measured;
    // Stopped runs have no count; the one that gave the result has.
    const measurement = {
      ...measured.measurement,
      originalSteps: measured.measurement.originalSteps ?? originalRun?.vmSteps ?? null,
    };
    context.measurement = measurement;
    const { originalMs, rewrittenMs, ratioWarm, ratioCold, runs, originalSteps, rewrittenSteps } = measurement;
    const steps =
      originalSteps !== null && rewrittenSteps !== null
        ? `, ${originalSteps.toLocaleString('en')} VM steps to ${rewrittenSteps.toLocaleString('en')}`
        : '';
    const least = stopped ? ', stopped at its deadline and counted as that' : '';
    const told =
      `${inMs(originalMs)} to ${inMs(rewrittenMs)} (${times(ratioWarm)} warm, ${times(ratioCold)} with an empty page cache, ` +
      `${runs} runs each by turns${least})${steps}`;
    if (ratioWarm < GAIN_MIN) return refuse('faster', `No gain: ${told}.`);
    if (ratioCold < 1) return refuse('faster', `Slower once the page cache is empty: ${told}.`);
    return pass('faster', `${told}.`);
  },
};

interface Race {
  measurement: Measurement;
  /** The original ran into its deadline at least once. */
  stopped: boolean;
}

/**
 * Times both texts by turns. Errors: `deadline` when the rewritten text does not finish within the budget.
 * @param knownMs how long the original is known to take, which spares slow runs
 */
export function race(
  sandbox: Sandbox,
  original: string,
  rewritten: string,
  parameters: Parameters,
  budgetMs: number,
  knownMs: number | null,
): Race {
  const startMs = sandbox.nowMs();
  const left = (): number => budgetMs - (sandbox.nowMs() - startMs);
  let stopped = false;
  let originalSteps: number | null = null;
  const timeRewritten = (): number => sandbox.run(rewritten, parameters, budgetMs).elapsedMs;
  const timeOriginal = (stopAtMs: number): number => {
    try {
      const run = sandbox.run(original, parameters, stopAtMs);
      originalSteps = run.vmSteps;
      return run.elapsedMs;
    } catch (error) {
      if (!isDeadline(error)) throw error;
      stopped = true;
      return stopAtMs;
    }
  };

  const warmUp = sandbox.run(rewritten, parameters, budgetMs);
  const stopAtMs = Math.min(budgetMs, Math.max(STOP_AT_MS_MIN, STOP_AT_RATIO * warmUp.elapsedMs));
  if (knownMs === null || knownMs < stopAtMs) timeOriginal(stopAtMs);
  const pairs = (count: number, shareMs: number, before: () => void): [number, number][] => {
    const times: [number, number][] = [];
    const endMs = sandbox.nowMs() + shareMs;
    for (let index = 0; index < count; index++) {
      if (times.length >= PAIRS_MIN && sandbox.nowMs() > endMs) break;
      const one = (run: () => number): number => {
        before();
        return run();
      };
      // Who goes first alternates, so that neither always profits from the other's pages.
      if (index % 2 === 0) {
        const a = one(() => timeOriginal(stopAtMs));
        times.push([a, one(timeRewritten)]);
      } else {
        const b = one(timeRewritten);
        times.push([one(() => timeOriginal(stopAtMs)), b]);
      }
    }
    return times;
  };
  const warm = pairs(WARM_PAIRS, left() / 2, () => {});
  const cold = pairs(COLD_PAIRS, left(), () => sandbox.dropPageCache());
  const ratios = warm.map(([a, b]) => ratio(a, b));
  const [originalMs, rewrittenMs] = [median(warm.map(([a]) => a)), median(warm.map(([, b]) => b))];
  const measurement: Measurement = {
    originalMs,
    rewrittenMs,
    // Noise only ever adds time, so the quickest runs must show the gain too.
    ratioWarm: Math.min(ratio(originalMs, rewrittenMs), ratio(least(warm, 0), least(warm, 1))),
    ratioCold: ratio(median(cold.map(([a]) => a)), median(cold.map(([, b]) => b))),
    runs: warm.length + cold.length,
    ratioRange: [Math.min(...ratios), Math.max(...ratios)],
    originalSteps,
    rewrittenSteps: warmUp.vmSteps,
  };
  return { measurement, stopped };
}

/** A clock that stands still for a short run must not divide by zero. */
const RESOLUTION_MS = 0.005;

function ratio(a: number, b: number): number {
  return Math.max(a, RESOLUTION_MS) / Math.max(b, RESOLUTION_MS);
}

function least(pairs: readonly [number, number][], side: 0 | 1): number {
  return Math.min(...pairs.map((pair) => pair[side]));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** Three significant digits; below the clock's step there is nothing to tell apart. */
export function inMs(value: number): string {
  return value < RESOLUTION_MS ? `less than ${RESOLUTION_MS} ms` : `${Number(value.toPrecision(3))} ms`;
}

function times(value: number): string {
  return `${Number(value.toPrecision(3))}x`;
}

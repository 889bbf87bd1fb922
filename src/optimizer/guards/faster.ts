/** Is it worth it? Below 1.1 times, where the interval allows for a loss, or slower with an empty page cache, the original stays. */
import type { Measurement } from '../protocol.ts';
import { GAIN_MIN, race, RESOLUTION_MS, type Race } from '../race.ts';
import { isDeadline } from '../sandbox.ts';
import { pass, refuse, type Guard } from './guard.ts';

/** With fewer pairs than make an interval of 95 % (they are slow), each of them must show as much. */
const FEW_PAIRS_GAIN_MIN = 1.5;
/** A gain below this is raced twice, and the lesser one counts: a race that ends when it looks well may end by chance. */
const CONFIRMED_BELOW = 2;
/** Less than this with an empty page cache is a loss; what lies between is within what such few runs can tell. */
const COLD_MIN = 0.95;

export const faster: Guard = {
  id: 'faster',
  check({ original, rewritten }, context) {
    const { sandbox, parameters, guardBudgetMs, originalRun } = context;
    const raced = (): Race =>
      race(sandbox, original.sql, rewritten.sql, parameters, guardBudgetMs, originalRun?.elapsedMs ?? null);
    let measured: Race;
    try {
      measured = raced();
      if (lossOf(measured.measurement) === null && measured.measurement.ratioWarm < CONFIRMED_BELOW) {
        const again = raced();
        if (again.measurement.ratioWarm < measured.measurement.ratioWarm) measured = again;
      }
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
    const told = toldOf(measurement, stopped);
    const loss = lossOf(measurement);
    return loss === null ? pass('faster', `${told}.`) : refuse('faster', `${loss}: ${told}.`);
  },
};

/** Why the original stays; null when it does not. */
export function lossOf({ ratioWarm, ratioInterval: [low], coverage, ratioCold }: Measurement): string | null {
  if (ratioWarm < GAIN_MIN) return 'No gain';
  if (coverage < 0.95 ? low < FEW_PAIRS_GAIN_MIN : low < 1) return 'The gain is not certain';
  return ratioCold < COLD_MIN ? 'Slower once the page cache is empty' : null;
}

function toldOf(measurement: Measurement, stopped: boolean): string {
  const { originalMs, rewrittenMs, ratioWarm, ratioInterval, coverage, ratioCold, pairs, runs } = measurement;
  const { originalSteps, rewrittenSteps } = measurement;
  const steps =
    originalSteps !== null && rewrittenSteps !== null
      ? `, ${originalSteps.toLocaleString('en')} VM steps to ${rewrittenSteps.toLocaleString('en')}`
      : '';
  const least = stopped ? ', stopped at its deadline and counted as that' : '';
  const [low, high] = ratioInterval.map(times);
  return (
    `${inMs(originalMs)} to ${inMs(rewrittenMs)} (${times(ratioWarm)} warm, between ${low} and ${high} with ${Math.floor(coverage * 100)} % ` +
    `confidence, ${times(ratioCold)} with an empty page cache, ${pairs} and ${runs - pairs} pairs by turns${least})${steps}`
  );
}

/** Three significant digits; below the clock's step there is nothing to tell apart. */
export function inMs(value: number): string {
  return value < RESOLUTION_MS ? `less than ${RESOLUTION_MS} ms` : `${Number(value.toPrecision(3))} ms`;
}

function times(value: number): string {
  return `${Number(value.toPrecision(3))}x`;
}

/** What may be asked for as a sample: the one check for the engine, links and the worker that makes it. */
import { AppError } from '../../core/errors.ts';
import { choiceProblem, rangeProblem, shown } from '../../core/range.ts';
import type { SampleRequest } from '../protocol.ts';
import { SAMPLES, type SampleName } from './catalogue.ts';

/** Largest scale of the TPC-H-like data: about 1.2 million line items. */
export const TPCH_SCALE_MAX = 0.2;
export const SEED_RANGE = { min: 0, max: 2 ** 32 - 1, integer: true } as const;

/** The problem with a name, size and seed, naming the field under `path`; null when they can be made. */
export function sampleProblem(value: { name?: unknown; size?: unknown; seed?: unknown }, path: string): string | null {
  const names = Object.keys(SAMPLES) as SampleName[];
  const nameProblem = choiceProblem(`${path}.name`, value.name, names);
  if (nameProblem) return nameProblem;
  const name = value.name as SampleName;
  return sizeProblem(`${path}.size`, name, value.size) ?? rangeProblem(`${path}.seed`, value.seed, SEED_RANGE);
}

/** A fresh request with only known fields. Error `sample`, which names the field. */
export function checkSample(value: unknown): SampleRequest {
  const given = typeof value === 'object' && value !== null ? (value as Partial<SampleRequest>) : {};
  const problem = sampleProblem(given, 'sample');
  if (problem) throw new AppError('sample', `This sample cannot be made: ${problem}.`);
  const { name, size, seed } = given as SampleRequest;
  return { name, size, seed };
}

/** A scale as a size: at most six decimals, one spelling per number. */
export function tpchSize(scale: number): string {
  return scale.toFixed(6).replace(/0+$/, '');
}

function sizeProblem(field: string, name: SampleName, size: unknown): string | null {
  if (name !== 'tpch') {
    const sizes = SAMPLES[name].sizes.map(({ id }) => id);
    return choiceProblem(field, size, sizes);
  }
  // One spelling per scale, so that equal data have equal names.
  const scale = typeof size === 'string' && /^0\.\d{0,5}[1-9]$/.test(size) ? Number(size) : NaN;
  if (scale <= TPCH_SCALE_MAX) return null;
  return `${field} must be a scale above 0 and at most ${TPCH_SCALE_MAX}, written like '0.05', got ${shown(size)}`;
}

/** Streams made from a seed, each of a kind on which strategies differ. Not recorded from anywhere, and labelled so. */
import { AppError } from '../core/errors.ts';
import type { Random } from '../core/ports.ts';
import { createRandom } from '../core/random.ts';
import { rangeProblems } from '../core/range.ts';
import type { GeneratedTraceName } from './catalogue.ts';
import { traceRanges, type GeneratedTraceRequest } from './settings.ts';
import { ZipfSampler } from './zipf.ts';

const GENERATORS: Record<GeneratedTraceName, (keys: Uint32Array, unique: number, random: Random) => void> = {
  zipf,
  scan,
  loop,
  phases,
};

/** The key of each request. Throws AppError `bad-trace` that names every field out of its range. */
export function generateTrace(request: GeneratedTraceRequest): Uint32Array {
  const problems = rangeProblems(request, traceRanges);
  if (!Object.hasOwn(GENERATORS, request.kind))
    problems.push(`kind must be one of ${Object.keys(GENERATORS).join(', ')}, got ${String(request.kind)}`);
  if (problems.length > 0) throw new AppError('bad-trace', `The trace cannot be made: ${problems.join('; ')}.`);
  const keys = new Uint32Array(request.requests);
  GENERATORS[request.kind](keys, request.unique, createRandom(request.seed));
  return keys;
}

/** Rank k is asked for in proportion to 1/k. */
function zipf(keys: Uint32Array, unique: number, random: Random): void {
  const draw = zipfDraw(unique, random);
  for (let at = 0; at < keys.length; at++) keys[at] = draw();
}

/** The same, and now and then a run through keys that never come again: a report that reads everything once. */
function scan(keys: Uint32Array, unique: number, random: Random): void {
  const draw = zipfDraw(unique, random);
  const length = Math.max(1, Math.floor(unique / 2));
  let fresh = unique;
  let left = 0;
  for (let at = 0; at < keys.length; at++) {
    // On average as many requests between two scans as in four of them.
    if (left === 0 && random.below(length * 4) === 0) left = length;
    keys[at] = left > 0 ? fresh++ : draw();
    if (left > 0) left--;
  }
}

/** All keys in order, again and again: what a cache smaller than the loop has used last comes last. */
function loop(keys: Uint32Array, unique: number): void {
  for (let at = 0; at < keys.length; at++) keys[at] = at % unique;
}

/** Four parts: popular keys, a loop, other popular keys, then keys that come twice, soon, and never again. */
function phases(keys: Uint32Array, unique: number, random: Random): void {
  const part = Math.ceil(keys.length / 4);
  const popular = [zipfDraw(unique, random), zipfDraw(unique, random)];
  let fresh = unique * 3;
  const recent: number[] = [];
  for (let at = 0; at < keys.length; at++) {
    const phase = Math.floor(at / part);
    if (phase === 0) keys[at] = popular[0]();
    else if (phase === 1) keys[at] = unique + (at % unique);
    else if (phase === 2) keys[at] = 2 * unique + popular[1]();
    else if (recent.length > 20 && random.below(2) === 0)
      keys[at] = recent.splice(random.below(recent.length), 1)[0] ?? fresh++;
    else {
      recent.push(fresh);
      keys[at] = fresh++;
    }
  }
}

/** Zipf's law with exponent 1. */
function zipfDraw(unique: number, random: Random): () => number {
  const ranks = new ZipfSampler(unique, 1);
  // Ranks are spread over the keys, so that neighbouring keys are not equally popular.
  const order = Uint32Array.from({ length: unique }, (_, key) => key);
  for (let at = unique - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [order[at], order[other]] = [order[other], order[at]];
  }
  return () => order[ranks.next(random)];
}

/** Statements over several copies of one database, each set up in its own way, timed by turns: what slows the machine slows all alike. */
import { difference, type OrderCheck } from '../src/optimizer/equal.ts';
import { isDeadline, type Run, type Sandbox } from '../src/optimizer/sandbox.ts';
import { rounded } from './figures.ts';

export interface Variant {
  name: string;
  sandbox: Sandbox;
  /** The texts that it runs instead of those typed, by the name of the statement. */
  texts: ReadonlyMap<string, string>;
  indexBytes: number;
}

export interface Timed {
  name: string;
  /** Least of all rounds, in ms; at the deadline where it was stopped. */
  ms: number[];
  stopped: boolean[];
  /** The rows are those of the first variant; null where one of them did not end. */
  equal: (boolean | null)[];
}

export interface VariantReport {
  name: string;
  totalMs: number;
  /** The first variant over this one. */
  ratioTotal: number;
  ratioGeometric: number;
  /** Below 0.9 of the first, with the names. */
  slower: string[];
  atLeastTwice: number;
  indexBytes: number;
  wrong: string[];
}

/** Below this two times are not told apart, in ms. */
const FLOOR_MS = 0.01;
const SLOWER = 0.9;
/** And a loss must be more than the clock and a cache line, in ms. */
const LOSS_MS = 0.05;

/** Warm: the first run of each is not counted. One that was stopped is not run again. */
export function timeVariants(
  statements: readonly { name: string; sql: string; order: OrderCheck; isDetermined: boolean }[],
  variants: readonly Variant[],
  rounds: number,
  deadlineMs: number,
  progress: (line: string) => void,
): Timed[] {
  return statements.map(({ name, sql, order, isDetermined }) => {
    const ms = variants.map(() => Infinity);
    const stopped = variants.map(() => false);
    const runs: (Run | null)[] = variants.map(() => null);
    for (let round = 0; round <= rounds; round++) {
      for (const [index, variant] of variants.entries()) {
        if (stopped[index]) continue;
        try {
          const run = variant.sandbox.run(variant.texts.get(name) ?? sql, [], deadlineMs);
          if (round === 0) runs[index] = run;
          // What takes a second needs no warming up.
          if (round > 0 || run.elapsedMs > 1000) ms[index] = Math.min(ms[index] ?? Infinity, run.elapsedMs);
        } catch (error) {
          if (!isDeadline(error)) throw error;
          stopped[index] = true;
          ms[index] = deadlineMs;
        }
      }
    }
    const [first] = runs;
    const equal = runs.map((run) => (!first || !run || !isDetermined ? null : difference(first, run, order) === null));
    progress(`${name}: ${ms.map((one) => rounded(one)).join(' ')} ms`);
    return { name, ms, stopped, equal };
  });
}

export function reportVariants(timed: readonly Timed[], variants: readonly Variant[]): VariantReport[] {
  return variants.map(({ name, indexBytes }, index) => {
    const ratioOf = ({ ms }: Timed): number => Math.max(ms[0] ?? 0, FLOOR_MS) / Math.max(ms[index] ?? 0, FLOOR_MS);
    const total = (at: number): number => timed.reduce((sum, { ms }) => sum + (ms[at] ?? 0), 0);
    const isSlower = (one: Timed): boolean =>
      ratioOf(one) < SLOWER && (one.ms[index] ?? 0) - (one.ms[0] ?? 0) > LOSS_MS;
    return {
      name,
      totalMs: rounded(total(index)),
      ratioTotal: rounded(total(0) / total(index)),
      ratioGeometric: rounded(Math.exp(timed.reduce((sum, one) => sum + Math.log(ratioOf(one)), 0) / timed.length)),
      slower: timed.filter(isSlower).map((one) => `${one.name} ${rounded(ratioOf(one))}`),
      atLeastTwice: timed.filter((one) => ratioOf(one) >= 2).length,
      indexBytes,
      wrong: timed.filter(({ equal }) => equal[index] === false).map((one) => one.name),
    };
  });
}

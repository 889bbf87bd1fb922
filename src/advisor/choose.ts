/**
 * Which of the candidates to build, from what each statement takes with each set of them. Greedy by gain and by gain per byte, then
 * swaps until none helps; every set where there are few. Pure: a cost is asked for by set, and whoever answers has measured it.
 *
 * The price of a set is twice ln(total after / total before), plus the weighted mean of each statement's own ln(after / before): neither
 * one long report nor many short reads decide alone.
 */

export interface ChoiceStatement {
  /** How often it runs, beside the others. */
  weight: number;
  /** In ms, as it is without anything. */
  beforeMs: number;
  /** Numbers of the candidates that may matter to it. */
  touched: readonly number[];
}

export interface ChoiceCandidate {
  bytes: number;
  /** What keeping it costs in the time in which each statement runs as often as its weight says, in ms. */
  writeMs: number;
  /** Of having it at all. */
  price: number;
}

export interface Problem {
  statements: readonly ChoiceStatement[];
  candidates: readonly ChoiceCandidate[];
  budgetBytes: number;
  /** In ms, of a statement with a set of candidates; the set is in rising order, of those that touch it. */
  costOf(statement: number, set: readonly number[]): number;
  /** Of a set, the candidates that the statement's plan rests on: what harms it is among them. */
  restsOn(statement: number, set: readonly number[]): readonly number[];
  /** Asked between two sets: true ends the search with the best so far. */
  isLate(): boolean;
  /** Sets to begin with. */
  starts: readonly (readonly number[])[];
}

export interface Choice {
  set: number[];
  price: number;
  /** Every set within the budget was looked at. */
  isExact: boolean;
}

/** A statement may take so many times what it took before: beyond that it is harmed. */
export const SLOWER_MAX = 1 / 0.9;
/** Times below this are not told apart, in ms. */
export const FLOOR_MS = 0.02;
/** The load of the whole, beside how long each statement takes. */
const TOTAL_WEIGHT = 2;
/** A harmed statement weighs so much that no gain of others makes up for it. */
const HARM_PRICE = 100;
/** Least price of a set that harms one: no set is so dear otherwise. */
const HARMED = 5;
/** An index must pay for its bytes: the price of as many as the budget. */
const BYTES_PRICE = 0.05;
const EXACT_MAX = 8;

export function choose(problem: Problem): Choice {
  const price = pricer(problem);
  if (problem.candidates.length <= EXACT_MAX) {
    const exact = everySet(problem, price);
    if (exact) return exact;
  }
  const starts = problem.starts.length > 0 ? problem.starts : [[]];
  const better = (one: readonly number[], other: readonly number[]): readonly number[] =>
    price(one) <= price(other) ? one : other;
  // Whatever the time, what does harm is taken out of what it begins with.
  const start = starts.map((set) => lightened(problem, price, set)).reduce(better);
  const ends = [start, greedy(problem, price, start, false), greedy(problem, price, [], true)];
  const set = lightened(problem, price, swapped(problem, price, ends.reduce(better)));
  return { set: [...set].sort((a, b) => a - b), price: price(set), isExact: false };
}

/** What is left of a set when what harms a statement is taken out. */
export function harmless(problem: Problem, set: readonly number[]): number[] {
  return [...lightened(problem, pricer(problem), set)];
}

type Price = (set: readonly number[]) => number;

/** Infinite beyond the budget. */
export function pricer(problem: Problem): Price {
  const { statements, candidates, budgetBytes } = problem;
  const known = new Map<string, number>();
  const costs = new Map<string, number>();
  const weights = statements.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const before = statements.reduce((sum, { weight, beforeMs }) => sum + weight * Math.max(beforeMs, FLOOR_MS), 0) || 1;
  const costOf = (statement: number, set: readonly number[]): number => {
    const own = set.filter((number) => statements[statement]?.touched.includes(number));
    const key = `${statement}:${own.join(',')}`;
    const ms = costs.get(key) ?? problem.costOf(statement, own);
    costs.set(key, ms);
    return Math.max(ms, FLOOR_MS);
  };
  return (given) => {
    const set = [...given].sort((a, b) => a - b);
    const key = set.join(',');
    const told = known.get(key);
    if (told !== undefined) return told;
    const bytes = set.reduce((sum, number) => sum + (candidates[number]?.bytes ?? 0), 0);
    let price = Infinity;
    if (bytes <= budgetBytes) {
      let [total, logs, harm] = [0, 0, 0];
      statements.forEach(({ weight, beforeMs }, index) => {
        const after = costOf(index, set);
        const ratio = after / Math.max(beforeMs, FLOOR_MS);
        total += weight * after;
        logs += weight * Math.log(ratio);
        if (ratio > SLOWER_MAX) harm += HARM_PRICE * Math.log(ratio);
      });
      for (const number of set) total += candidates[number]?.writeMs ?? 0;
      const having = set.reduce((sum, number) => sum + (candidates[number]?.price ?? 0), 0);
      const keeping = (BYTES_PRICE * bytes) / Math.max(1, budgetBytes) + having;
      price = TOTAL_WEIGHT * Math.log(total / before) + logs / weights + harm + keeping;
    }
    known.set(key, price);
    return price;
  };
}

function everySet({ candidates, isLate }: Problem, price: Price): Choice | null {
  let best: number[] = [];
  for (let bits = 1; bits < 1 << candidates.length; bits++) {
    if (isLate()) return null;
    const set = candidates.flatMap((_, number) => ((bits >> number) & 1 ? [number] : []));
    if (price(set) < price(best)) best = set;
  }
  return { set: best, price: price(best), isExact: true };
}

/**
 * Adds what gains most, or most per byte. A gain seldom grows as others are added, so that only the one that promised most is looked at
 * again (Minoux 1978); what was turned down is asked once more at the end, since two indexes may be worth something only together.
 */
function greedy({ candidates, isLate }: Problem, price: Price, start: readonly number[], perByte: boolean): number[] {
  let set = [...start];
  for (let round = 0; round < 2; round++) {
    const open = candidates.flatMap((_, number) => (set.includes(number) ? [] : [{ number, gain: Infinity, at: -1 }]));
    while (open.length > 0 && !isLate()) {
      open.sort((a, b) => b.gain - a.gain);
      const [top] = open;
      if (!top || top.gain <= 0) break;
      if (top.at === set.length) {
        set = [...set, top.number];
        open.shift();
        continue;
      }
      const gain = price(set) - price([...set, top.number]);
      top.gain = perByte && gain > 0 ? gain / Math.max(1, candidates[top.number]?.bytes ?? 1) : gain;
      top.at = set.length;
    }
  }
  return set;
}

/**
 * Without what harms a statement. What harms is among what its plan rests on: to take out anything else would be to measure all other
 * statements anew for nothing. One goes where that helps, else all of them, so that there is always a way on that leaves the others theirs.
 */
function lightened(problem: Problem, price: Price, start: readonly number[]): readonly number[] {
  let set = start;
  for (;;) {
    if (price(set) < HARMED || price(set) === Infinity) return set;
    const harmed = harmedBy(problem, set);
    const harmOf = (one: readonly number[]): number =>
      harmed.reduce((sum, statement) => sum + Math.max(0, Math.log(ratioOf(problem, statement, one))), 0);
    const suspects = new Set(
      harmed.flatMap((statement) => problem.restsOn(statement, touching(problem, statement, set))),
    );
    if (suspects.size === 0) return set;
    const now = harmOf(set);
    const lighter = [...suspects].map((out) => set.filter((one) => one !== out)).filter((one) => harmOf(one) < now);
    set =
      lighter.length > 0
        ? lighter.reduce((one, other) => (price(other) < price(one) ? other : one))
        : set.filter((one) => !suspects.has(one));
  }
}

function harmedBy(problem: Problem, set: readonly number[]): number[] {
  return [...problem.statements.keys()].filter((statement) => ratioOf(problem, statement, set) > SLOWER_MAX);
}

function touching({ statements }: Problem, statement: number, set: readonly number[]): number[] {
  return set.filter((item) => statements[statement]?.touched.includes(item)).sort((a, b) => a - b);
}

/** After beside before: above 1 is a loss. */
function ratioOf(problem: Problem, statement: number, set: readonly number[]): number {
  const beforeMs = problem.statements[statement]?.beforeMs ?? 0;
  const afterMs = problem.costOf(statement, touching(problem, statement, set));
  return Math.max(afterMs, FLOOR_MS) / Math.max(beforeMs, FLOOR_MS);
}

/** One out, one in, or one for another that the same statements are touched by, as long as it gains. */
function swapped({ candidates, statements, isLate }: Problem, price: Price, start: readonly number[]): number[] {
  let set = [...start];
  const isLike = (one: number, other: number): boolean =>
    statements.every(({ touched }) => touched.includes(one) === touched.includes(other));
  for (;;) {
    const outside = candidates.flatMap((_, number) => (set.includes(number) ? [] : [number]));
    const without = (out: number): number[] => set.filter((one) => one !== out);
    const moves = [
      ...set.map(without),
      ...outside.map((into) => [...set, into]),
      ...set.flatMap((out) => outside.filter((into) => isLike(out, into)).map((into) => [...without(out), into])),
    ];
    const better = moves.find((move) => !isLate() && price(move) < price(set) - 1e-9);
    if (!better) return set;
    set = better;
  }
}

/** Rows of one table to build small worlds of, by what they are good for. */
import type { Random } from '../../core/ports.ts';
import type { Cell } from '../sandbox.ts';
import type { Domain, TouchedTable } from './domains.ts';
import type { StagedTable } from './staging.ts';
import { NASTY_VALUES, PLAIN_VALUES } from './values.ts';

/** Numbers of staged rows. */
export interface Pool {
  /** All over NULL, 0, 1 when `complete`. */
  plain: readonly number[];
  complete: boolean;
  /** Of what the query's own comparisons turn on. */
  likely: readonly number[];
  nasty: readonly number[];
  /** The person's own. */
  sampled: readonly number[];
}

const PLAIN_ROWS_MAX = 27;
const LIKELY_ROWS = 40;
const NASTY_ROWS_MAX = 100;

export function poolOf({ domains, samples }: TouchedTable, staged: StagedTable, random: Random): Pool {
  const combinations = PLAIN_VALUES.length ** domains.length;
  const complete = combinations <= PLAIN_ROWS_MAX;
  const made = (count: number, make: (at: number) => readonly Cell[]): number[] =>
    allowed(Array.from({ length: count }, (_, at) => make(at)));
  const allowed = (rows: readonly (readonly Cell[])[]): number[] => [
    ...new Set(staged.stage(rows).flatMap((id) => id ?? [])),
  ];
  return {
    plain: made(complete ? combinations : PLAIN_ROWS_MAX, (at) =>
      complete ? combination(at, domains.length) : domains.map(() => pick(PLAIN_VALUES, random)),
    ),
    complete,
    likely: made(LIKELY_ROWS, (at) => domains.map((domain) => likelyValue(domain, at % 2 === 0, random))),
    nasty: allowed(nastyRows(domains, random)),
    sampled: allowed(samples),
  };
}

/** Another value for a row that told something. */
export function variantValue(domain: Domain, random: Random): Cell {
  return random.below(2) === 0 ? nastyValue(domain, random) : likelyValue(domain, false, random);
}

export function pick<Value>(values: readonly Value[], random: Random): Value {
  const value = values[random.below(values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

function combination(number: number, columns: number): Cell[] {
  const cells: Cell[] = [];
  for (let at = 0, rest = number; at < columns; at++, rest = Math.floor(rest / PLAIN_VALUES.length)) {
    cells.push(PLAIN_VALUES[rest % PLAIN_VALUES.length] ?? null);
  }
  return cells;
}

/** Mostly what makes predicates true and joins meet; `focused` leaves less to chance, so that many joins meet at once. */
export function likelyValue(domain: Domain, focused: boolean, random: Random): Cell {
  const roll = random.below(20);
  if (domain.group && roll < (focused ? 17 : 8)) return domain.group.favourite;
  if (domain.likely.length > 0 && roll < (focused ? 19 : 15)) return pick(domain.likely, random);
  if (domain.column.affinity === 'TEXT' && roll < 18) return pick(['a', 'b', 'A'], random);
  return pick([null, 0n, 1n, 1n, 2n], random);
}

/** Each nasty value in each column once, as far as there is room, beside values that let it through the other conditions. */
function nastyRows(domains: readonly Domain[], random: Random): (readonly Cell[])[] {
  const rows = domains.flatMap((domain, at) =>
    [...new Set([...domain.odd, ...NASTY_VALUES])].map((value) =>
      domains.map((other) => likelyValue(other, true, random)).with(at, value),
    ),
  );
  if (rows.length <= NASTY_ROWS_MAX) return rows;
  return Array.from({ length: NASTY_ROWS_MAX }, () => pick(rows, random));
}

function nastyValue(domain: Domain, random: Random): Cell {
  const roll = random.below(8);
  if (roll < 2 && domain.likely.length > 0) return pick(domain.likely, random);
  return roll < 4 && domain.odd.length > 0 ? pick(domain.odd, random) : pick(NASTY_VALUES, random);
}

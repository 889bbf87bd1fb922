/**
 * Which databases are tried, in which order: such as were made for the query; all of at most two rows a table over NULL, 0, 1 where those are few
 * enough (the small-scope hypothesis, Jackson 2006; else a sample of them); then rows of the query's own literals, of the person's own data and
 * nasty ones, and more and more variants of those databases that told something, as fuzzers do with inputs that reach further.
 */
import type { Random } from '../../core/ports.ts';
import type { Parameters, SqlValue } from '../../database/protocol.ts';
import type { Needs } from './needs.ts';
import { valuesOf } from './outcome.ts';
import { pick, type Pool } from './pools.ts';
import { twinOf } from './staging.ts';
import { NASTY_VALUES, PLAIN_VALUES } from './values.ts';
import type { World, Worlds } from './worlds.ts';

const COMPLETE_MAX = 3_100;
const SAMPLED = 300;
/** Databases beside the complete ones and those made for the query. */
const TRIALS_MAX = 900;
const PARENTS_MAX = 60;
const ROWS_MAX = 5;

export interface Setting {
  world: World;
  parameters: Parameters;
}

export class Sequence {
  /** The number of databases that are all there are of their kind; null where those are only sampled. */
  readonly complete: number | null;
  readonly #worlds: Worlds;
  readonly #needs: Needs;
  readonly #pools: readonly Pool[];
  readonly #parameters: Parameters;
  readonly #random: Random;
  /** Databases that told something: others are made of them. */
  readonly #parents: World[] = [];

  constructor(worlds: Worlds, needs: Needs, parameters: Parameters, random: Random) {
    this.#worlds = worlds;
    this.#needs = needs;
    this.#parameters = parameters;
    this.#random = random;
    this.#pools = needs.pools();
    this.complete = completeCount(this.#pools);
  }

  /** This database told something; the newest take the place of some of the old. */
  learn(world: World): void {
    if (this.#parents.length < PARENTS_MAX) this.#parents.push(world);
    else this.#parents[this.#random.below(PARENTS_MAX)] = world;
  }

  *settings(likely: readonly World[]): Generator<Setting> {
    const [pools, random] = [this.#pools, this.#random];
    const given = (world: World): Setting => ({ world, parameters: this.#parameters });
    yield given(pools.map(() => []));
    for (const world of likely) yield given(this.#needs.allowed(world));
    if (pools.length > 0 && this.complete !== null)
      for (const world of everyWorld(pools.map((pool) => tablesOfTwo(pool.plain)))) yield given(world);
    // Each nasty row once, beside rows that it may well meet.
    for (const [index, pool] of pools.entries()) {
      for (const id of pool.nasty) {
        const others = pools.map((other) => draw(other.likely, other.plain, 2, random));
        yield given(others.with(index, [id, ...(others[index] ?? []).slice(0, random.below(2))]));
      }
    }
    const asked = valuesOf(this.#parameters).length > 0;
    for (let count = 0; count < TRIALS_MAX; count++) {
      const world = pools.length === 0 ? [] : this.#draw(count);
      // Half with the values at hand, half with others: the text may run with any.
      const other = asked && count % 2 === 1;
      if (!asked && pools.length === 0) return;
      yield other ? { world, parameters: redrawn(this.#parameters, random) } : given(world);
    }
  }

  #draw(count: number): World {
    const [random, pools] = [this.#random, this.#pools];
    if (this.complete === null && count < SAMPLED && count % 2 === 0)
      return pools.map((pool) => draw(pool.plain, pool.plain, 2, random));
    const roll = random.below(10);
    if (roll < 5 && this.#parents.length > 0) return this.#variant(pick(this.#parents, random));
    if (roll < 7) return pools.map((pool) => draw(pool.likely, pool.plain, 3, random));
    if (roll < 8) return pools.map((pool) => draw(pool.sampled, pool.likely, 3, random));
    return pools.map((pool) => draw(pool.nasty, pool.likely, 4, random));
  }

  /** The world with one row more, less, twice, or another, or with one value changed. */
  #variant(world: World): World {
    const random = this.#random;
    const table = random.below(world.length);
    const rows = world[table] ?? [];
    const pool = this.#pools[table];
    const kept = random.below(Math.max(1, rows.length));
    const id = rows[kept];
    const put = (changed: readonly number[]): World => world.with(table, changed);
    if (!pool) return world;
    const any = draw(pool.likely, pool.nasty, 1, random);
    if (id === undefined) return put(any);
    switch (random.below(6)) {
      case 0:
        return rows.length < ROWS_MAX ? put([...rows, ...any]) : world;
      case 1:
        return put(rows.toSpliced(kept, 1));
      case 2:
        return rows.length < ROWS_MAX ? put([...rows, twinOf(id)]) : world;
      case 3:
        return put([...rows.toSpliced(kept, 1), ...any]);
      default: {
        const changed = this.#worlds.variantOf(table, id, random);
        return changed === null || !this.#needs.allows(table, changed)
          ? put([...rows.toSpliced(kept, 1), ...any])
          : put(rows.with(kept, changed));
      }
    }
  }
}

/** Number of databases of at most two rows a table over the plain rows, or null when not all can be tried. */
function completeCount(pools: readonly Pool[]): number | null {
  let count = 1;
  for (const { plain, complete } of pools) {
    if (!complete) return null;
    // None, one, or two (equal ones too).
    count *= 1 + plain.length + (plain.length * (plain.length + 1)) / 2;
  }
  return count <= COMPLETE_MAX ? count : null;
}

/** All tables of at most two rows; of an equal pair the second is the staged copy. */
function tablesOfTwo(rows: readonly number[]): number[][] {
  const tables: number[][] = [[], ...rows.map((row) => [row])];
  rows.forEach((first, index) => {
    for (const second of rows.slice(index)) tables.push([first, second === first ? twinOf(second) : second]);
  });
  return tables;
}

function* everyWorld(choices: readonly number[][][]): Generator<World> {
  const total = choices.reduce((product, { length }) => product * length, 1);
  // Each number names one world; the empty one is known.
  for (let number = 1; number < total; number++) {
    let rest = number;
    yield choices.map((tables) => {
      const table = tables[rest % tables.length] ?? [];
      rest = Math.floor(rest / tables.length);
      return table;
    });
  }
}

function draw(from: readonly number[], otherwise: readonly number[], most: number, random: Random): number[] {
  const rows: number[] = [];
  const count = random.below(6) === 0 ? 0 : 1 + random.below(most);
  for (let index = 0; index < count; index++) {
    const source = from.length > 0 && (otherwise.length === 0 || random.below(6) > 0) ? from : otherwise;
    if (source.length === 0) break;
    const row = pick(source, random);
    rows.push(rows.includes(row) || random.below(2) === 0 ? twinOf(row) : row);
  }
  return rows;
}

/** The same parameters with other values, some of them the given ones. */
function redrawn(parameters: Parameters, random: Random): Parameters {
  const redraw = (value: SqlValue): SqlValue => {
    const roll = random.below(4);
    return roll === 0 ? pick(NASTY_VALUES, random) : roll === 1 ? pick(PLAIN_VALUES, random) : value;
  };
  if (Array.isArray(parameters)) return (parameters as readonly SqlValue[]).map(redraw);
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, redraw(value)]));
}

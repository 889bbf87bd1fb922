/**
 * The small databases on which all candidates of one query are tried, with what the query as typed gives on each; and whether they tell
 * anything about it. They come in this order: all of at most two rows a table over NULL, 0, 1 where those are few enough (the small-scope
 * hypothesis, Jackson 2006; else a sample of them), then rows of the query's own literals, of the person's own data and nasty ones, and
 * more and more variants of those databases that told something, as fuzzers do with inputs that reach further.
 */
import type { Random } from '../../core/ports.ts';
import { createRandom, hashText } from '../../core/random.ts';
import type { Parameters, SqlValue } from '../../database/protocol.ts';
import { printName } from '../../sql/print.ts';
import { restsOn, type Precondition } from '../rules/rule.ts';
import { isDeadline, messageOf, rowKey, type Run, type Sandbox } from '../sandbox.ts';
import { touchedTables } from './domains.ts';
import { isTrue } from './facts.ts';
import type { GuardContext, Statement } from './guard.ts';
import { mutantsOf, type Mutant } from './mutants.ts';
import { withSamples } from './samples.ts';
import { NASTY_VALUES, PLAIN_VALUES } from './values.ts';
import { pick, Worlds, type Pool, type World } from './worlds.ts';

const COMPLETE_MAX = 3_100;
const SAMPLED = 300;
/** Databases beside the complete ones. */
const TRIALS_MAX = 900;
/** A join of tables of four rows each is small; without its conditions it may not be. */
const RUN_MS_MAX = 100;
/** Databases in which conditions are left out, to see whether that shows. */
const MUTATED_MAX = 500;
/** After so many without a sign, conditions are also tried alone. */
const MUTATED_ALONE = 60;
const PARENTS_MAX = 60;
const ROWS_MAX = 5;

/** What a text gives on one database. `late`: nothing is known, the machine may have been busy. */
export type Outcome = { run: Run; key: string } | { error: string; late: boolean };

/** One database, the values bound, and what the query as typed gives there. */
export interface Trial {
  world: World;
  parameters: Parameters;
  before: Outcome;
}

export class Suite {
  readonly worlds: Worlds;
  readonly #statement: Statement;
  readonly #parameters: Parameters;
  readonly #mutants: readonly Mutant[];
  /** By preconditions: candidates that need the same share their trials. */
  readonly #trials = new Map<string, Trials>();

  private constructor(statement: Statement, parameters: Parameters, worlds: Worlds, mutants: readonly Mutant[]) {
    this.#statement = statement;
    this.#parameters = parameters;
    this.#mutants = mutants;
    this.worlds = worlds;
  }

  /** Or why there is none. */
  static of(statement: Statement, { schema, sandbox, parameters }: GuardContext): Suite | string {
    const touched = touchedTables(statement.select, schema, valuesOf(parameters));
    if (typeof touched === 'string') return `${touched}, which small databases cannot hold`;
    const scratch = sandbox.scratch();
    try {
      const random = createRandom(hashText(statement.sql, 0x811c9dc5));
      const worlds = new Worlds(withSamples(touched, sandbox), schema, scratch, random);
      return new Suite(statement, parameters, worlds, mutantsOf(statement.select, schema));
    } catch (error) {
      scratch.close();
      return `the schema cannot be set up on its own (${messageOf(error)})`;
    }
  }

  trialsFor(preconditions: readonly Precondition[]): Trials {
    // What is claimed of other tables has no bearing on these databases.
    const needed = preconditions.filter((one) => {
      const tables = restsOn([one]);
      return tables.length > 0 && tables.every((table) => this.worlds.has(table));
    });
    const key = JSON.stringify(needed);
    const known = this.#trials.get(key);
    if (known) return known;
    const trials = new Trials(this.#statement.sql, this.#parameters, this.worlds, needed, this.#mutants);
    this.#trials.set(key, trials);
    return trials;
  }

  close(): void {
    this.worlds.sandbox.close();
  }
}

export function closeSuite(context: GuardContext): void {
  if (context.suite instanceof Suite) context.suite.close();
  context.suite = null;
}

export class Trials {
  /** The number of databases that are all there are of their kind; null where those are only sampled. */
  readonly complete: number | null;
  /** Whose result the rows brought about. */
  telling = 0;
  failed = 0;
  /** Left out because they break what the rewrite needs. */
  skipped = 0;
  readonly #sql: string;
  readonly #parameters: Parameters;
  readonly #worlds: Worlds;
  readonly #needed: readonly Precondition[];
  readonly #pools: readonly Pool[];
  readonly #random: Random;
  readonly #made: Trial[] = [];
  readonly #source: Generator<{ world: World; parameters: Parameters }>;
  #emptyKey: string | null = null;
  /** Databases that told something: others are made of them. */
  readonly #parents: World[] = [];
  readonly #unnoticed: Set<Mutant>;
  readonly #mutantCount: number;
  #noticedByLeaving = 0;
  #mutated = 0;

  constructor(
    sql: string,
    parameters: Parameters,
    worlds: Worlds,
    needed: readonly Precondition[],
    mutants: readonly Mutant[],
  ) {
    this.#sql = sql;
    this.#parameters = parameters;
    this.#worlds = worlds;
    this.#needed = needed;
    this.#random = createRandom(hashText(sql, 0x01000193));
    this.#pools = poolsWhere(worlds, needed);
    this.#unnoticed = new Set(mutants);
    this.#mutantCount = mutants.length;
    this.complete = completeCount(this.#pools);
    this.#source = this.#sequence();
  }

  /** The trial of this number with its database filled, or null when there are no more. */
  at(number: number): Trial | null {
    const known = this.#made[number];
    if (known) {
      this.#worlds.fill(known.world);
      return known;
    }
    for (let next = this.#source.next(); !next.done; next = this.#source.next()) {
      const { world, parameters } = next.value;
      this.#worlds.fill(world);
      if (!this.isAllowed()) {
        this.skipped++;
        continue;
      }
      const trial = { world, parameters, before: outcomeOf(this.#worlds.sandbox, this.#sql, parameters) };
      this.#made.push(trial);
      this.#learn(trial);
      return trial;
    }
    return null;
  }

  /** Whether what the rewrite asks of the whole database holds of the one at hand. */
  isAllowed(): boolean {
    return this.#needed.every((one) => {
      if (one.by !== 'query') return true;
      const outcome = outcomeOf(this.#worlds.sandbox, one.sql, []);
      return !('error' in outcome) && isTrue(outcome.run.rows());
    });
  }

  /** Whether what the rewrite asks of rows holds of all at hand. */
  rowsAllowed(): boolean {
    const { sandbox } = this.#worlds;
    return this.#needed.every(
      (one) =>
        one.by !== 'rows' ||
        sandbox.run(`SELECT 1 FROM ${printName(one.table)} WHERE (${one.holds}) IS NOT TRUE LIMIT 1`, [], RUN_MS_MAX)
          .rowCount === 0,
    );
  }

  /** Conditions of which no database tells whether they are there. */
  get unnoticed(): string[] {
    return [...this.#unnoticed].map((one) => one.condition);
  }

  get mutants(): number {
    return this.#mutantCount;
  }

  /** The conditions exclude each other, yet each of them matters: an empty result is then what the query means. */
  get contradicts(): boolean {
    return this.#mutantCount >= 2 && this.#noticedByLeaving === this.#mutantCount;
  }

  #learn({ world, parameters, before }: Trial): void {
    if ('error' in before) {
      this.failed++;
      return;
    }
    if (parameters !== this.#parameters) return;
    this.#emptyKey ??= before.key;
    const tells = before.key !== this.#emptyKey;
    if (tells) this.telling++;
    const near = this.#mutate();
    if (tells || near) {
      // The newest take the place of some of the old.
      if (this.#parents.length < PARENTS_MAX) this.#parents.push(world);
      else this.#parents[this.#random.below(PARENTS_MAX)] = world;
    }
  }

  /** Leaves conditions out; whether it showed for some that had not been noticed before. */
  #mutate(): boolean {
    if (this.#unnoticed.size === 0 || this.#mutated >= MUTATED_MAX) return false;
    this.#mutated++;
    const differ = ([one, other]: readonly [string, string]): boolean => {
      const [a, b] = [one, other].map((sql) => outcomeOf(this.#worlds.sandbox, sql, this.#parameters));
      return a !== undefined && b !== undefined && !('error' in a) && !('error' in b) && a.key !== b.key;
    };
    let noticed = false;
    for (const mutant of this.#unnoticed) {
      const left = differ(mutant.left);
      const alone = !left && this.#mutated > MUTATED_ALONE && differ(mutant.alone);
      if (!left && !alone) continue;
      this.#unnoticed.delete(mutant);
      if (left) this.#noticedByLeaving++;
      noticed = true;
    }
    return noticed;
  }

  *#sequence(): Generator<{ world: World; parameters: Parameters }> {
    const given = (world: World): { world: World; parameters: Parameters } => ({ world, parameters: this.#parameters });
    const pools = this.#pools;
    yield given(pools.map(() => []));
    if (pools.length > 0 && this.complete !== null)
      for (const world of everyWorld(pools.map((pool) => tablesOfTwo(pool.plain)))) yield given(world);
    // Each nasty row once, beside rows that it may well meet.
    for (const [index, pool] of pools.entries()) {
      for (const id of pool.nasty) {
        const others = pools.map((other) => draw(other.likely, other.plain, 2, this.#random));
        yield given(others.with(index, [id, ...(others[index] ?? []).slice(0, this.#random.below(2))]));
      }
    }
    const asked = valuesOf(this.#parameters).length > 0;
    for (let count = 0; count < TRIALS_MAX; count++) {
      const world = pools.length === 0 ? [] : this.#draw(count);
      // Half with the values at hand, half with others: the text may run with any.
      const other = asked && count % 2 === 1;
      if (!asked && pools.length === 0) return;
      yield other ? { world, parameters: redrawn(this.#parameters, this.#random) } : given(world);
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
        return changed === null || !this.#isAllowedRow(table, changed)
          ? put([...rows.toSpliced(kept, 1), ...any])
          : put(rows.with(kept, changed));
      }
    }
  }

  #isAllowedRow(table: number, id: number): boolean {
    const name = this.#worlds.nameOf(table);
    return this.#needed.every(
      (one) =>
        one.by !== 'rows' ||
        one.table.toLowerCase() !== name.toLowerCase() ||
        (this.#worlds.rowHolds(name, one.holds, id) && this.#worlds.rowHolds(name, one.holds, twinOf(id))),
    );
  }
}

export function outcomeOf(sandbox: Sandbox, sql: string, parameters: Parameters): Outcome {
  try {
    const run = sandbox.run(sql, parameters, RUN_MS_MAX);
    return { run, key: run.rows().map(rowKey).sort().join('\n') };
  } catch (error) {
    return { error: messageOf(error), late: isDeadline(error) };
  }
}

export function valuesOf(parameters: Parameters): readonly SqlValue[] {
  return Array.isArray(parameters) ? (parameters as readonly SqlValue[]) : Object.values(parameters);
}

/** Rows are staged in pairs that are equal in all that the query looks at. */
function twinOf(id: number): number {
  return id % 2 === 1 ? id + 1 : id - 1;
}

/** The pools without rows that break what the rewrite asks of every row. */
function poolsWhere(worlds: Worlds, needed: readonly Precondition[]): Pool[] {
  const asked = needed.filter((one) => one.by === 'rows');
  return worlds.pools.map((pool, index) => {
    const mine = asked.filter((one) => one.table.toLowerCase() === worlds.nameOf(index).toLowerCase());
    if (mine.length === 0) return pool;
    const sets = mine.map((one) => worlds.rowsWhere(one.table, one.holds));
    const allowed = (id: number): boolean => sets.every((set) => set.has(id) && set.has(twinOf(id)));
    return {
      plain: pool.plain.filter(allowed),
      likely: pool.likely.filter(allowed),
      nasty: pool.nasty.filter(allowed),
      sampled: pool.sampled.filter(allowed),
      complete: pool.complete,
    };
  });
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

/**
 * Do both texts agree on every tiny database? All databases of at most two rows a table over NULL, 0 and 1 are tried (a seeded sample where
 * those are too many: the small-scope hypothesis of bounded checking, Jackson 2006), then ones drawn from the query's own literals,
 * then nasty ones. An agreement about nothing is none: too few telling results are refused.
 */
import type { Random } from '../../core/ports.ts';
import { createRandom, hashText } from '../../core/random.ts';
import type { Parameters, SqlValue } from '../../database/protocol.ts';
import type { Verdict } from '../protocol.ts';
import { difference, orderCheckOf, type OrderCheck } from '../equal.ts';
import { cellSql, messageOf, rowKey, type Run, type Sandbox } from '../sandbox.ts';
import { NASTY_VALUES, PLAIN_VALUES, touchedTables } from './domains.ts';
import { pass, refuse, type Candidate, type Guard, type GuardContext } from './guard.ts';
import { pick, Worlds, type Pool, type World } from './worlds.ts';

const COMPLETE_MAX = 3_100;
const SAMPLED = 600;
const LIKELY = 500;
const NASTY = 400;
/** Fewer worlds whose result differs from that on empty tables prove nothing. */
const TELLING_MIN = 8;

export const smallWorlds: Guard = {
  id: 'small-worlds',
  check(candidate, context) {
    const { original } = candidate;
    const bound = valuesOf(context.parameters);
    const tables = touchedTables(original.select, context.schema, bound);
    if (typeof tables === 'string')
      return refuse('small-worlds', `Not enough evidence: ${tables}, which small databases cannot hold.`);
    const random = createRandom(hashText(original.sql, 0x811c9dc5));
    const scratch = context.sandbox.scratch();
    try {
      const worlds = new Worlds(tables, context.schema, scratch, random);
      return compareAll(candidate, context, worlds, random);
    } catch (error) {
      return refuse(
        'small-worlds',
        `Not enough evidence: the schema cannot be set up on its own (${messageOf(error)}).`,
      );
    } finally {
      scratch.close();
    }
  },
};

function compareAll(
  { original, rewritten }: Candidate,
  context: GuardContext,
  worlds: Worlds,
  random: Random,
): Verdict {
  const startMs = context.sandbox.nowMs();
  const order = orderCheckOf(original.select, context.names);
  const compare = (world: World, parameters: Parameters): Comparison => {
    worlds.fill(world);
    return compareOn(worlds.sandbox, original.sql, rewritten.sql, parameters, order);
  };
  const emptyWorld = worlds.pools.map(() => []);
  const empty = compare(emptyWorld, context.parameters);
  if (empty.difference)
    return refused(empty.difference, emptyWorld, context.parameters, worlds, candidateSql(original, rewritten));

  const complete = completeCount(worlds.pools);
  let [tried, telling] = [1, 0];
  for (const world of sequence(worlds.pools, complete, random)) {
    if ((tried & 31) === 0 && context.sandbox.nowMs() - startMs > context.guardBudgetMs) {
      if (tried < SAMPLED)
        return refuse('small-worlds', `Not enough evidence: time ran out after ${tried} small databases.`);
      break;
    }
    // Half of the worlds with the values at hand, half with others: the text may run with any.
    const parameters = tried % 2 === 0 ? context.parameters : redrawn(context.parameters, random);
    const found = compare(world, parameters);
    tried++;
    if (found.difference) {
      const smallest = shrink(world, (one) => compare(one, parameters).difference !== null);
      const reason = compare(smallest, parameters).difference ?? found.difference;
      return refused(reason, smallest, parameters, worlds, candidateSql(original, rewritten));
    }
    if (found.key !== empty.key) telling++;
  }
  // A query without tables has one world. Otherwise a telling result is one that rows brought about.
  const enough = worlds.pools.length === 0 || telling >= TELLING_MIN;
  if (!enough) {
    return refuse(
      'small-worlds',
      `Not enough evidence: of ${tried} small databases only ${telling} gave a telling result.`,
    );
  }
  const scope = complete !== null ? `all ${complete} with at most 2 rows a table over NULL, 0, 1; ` : '';
  return pass(
    'small-worlds',
    `Equal on ${tried} small databases (${scope}literals, duplicates, storage classes); ${telling} gave a telling result.`,
  );
}

interface Comparison {
  difference: string | null;
  /** Stands for the original's result. */
  key: string;
}

function compareOn(
  sandbox: Sandbox,
  original: string,
  rewritten: string,
  parameters: Parameters,
  order: OrderCheck,
): Comparison {
  const before = attempt(sandbox, original, parameters);
  const after = attempt(sandbox, rewritten, parameters);
  if (typeof before === 'string' || typeof after === 'string') {
    const same = typeof before === typeof after;
    const message = typeof before === 'string' ? before : typeof after === 'string' ? after : '';
    return {
      difference: same ? null : `one of the two fails: ${message}`,
      key: 'error',
    };
  }
  const key = before.rows().map(rowKey).sort().join('\n');
  return { difference: difference(before, after, order), key };
}

function attempt(sandbox: Sandbox, sql: string, parameters: Parameters): Run | string {
  try {
    return sandbox.run(sql, parameters, null);
  } catch (error) {
    return messageOf(error);
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

function* sequence(pools: readonly Pool[], complete: number | null, random: Random): Generator<World> {
  if (pools.length === 0) return;
  if (complete !== null) yield* everyWorld(pools.map((pool) => tablesOfTwo(pool.plain)));
  else for (let count = 0; count < SAMPLED; count++) yield pools.map((pool) => draw(pool.plain, pool.plain, 2, random));
  // By turns, so that a time limit cuts both alike.
  for (let count = 0; count < Math.max(LIKELY, NASTY); count++) {
    if (count < LIKELY) yield pools.map((pool) => draw(pool.likely, pool.plain, 3, random));
    if (count < NASTY) yield pools.map((pool) => draw(pool.nasty, pool.likely, 4, random));
  }
}

/** All tables of at most two rows; of an equal pair the second is the staged copy. */
function tablesOfTwo(rows: readonly number[]): number[][] {
  const tables: number[][] = [[], ...rows.map((row) => [row])];
  rows.forEach((first, index) => {
    for (const second of rows.slice(index)) tables.push([first, second === first ? second + 1 : second]);
  });
  return tables;
}

function* everyWorld(choices: readonly number[][][]): Generator<World> {
  const sizes = choices.map((tables) => tables.length);
  const total = sizes.reduce((product, size) => product * size, 1);
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
  const count = random.below(5) === 0 ? 0 : 1 + random.below(most);
  for (let index = 0; index < count; index++) {
    const source = from.length > 0 && (otherwise.length === 0 || random.below(5) > 0) ? from : otherwise;
    if (source.length === 0) break;
    const row = pick(source, random);
    rows.push(rows.includes(row) || random.below(2) === 0 ? row + 1 : row);
  }
  return rows;
}

/** Leaves rows out for as long as the difference stays: a database from which no row can be taken. */
function shrink(world: World, differs: (world: World) => boolean): World {
  let smallest = world;
  for (let shrunk = true; shrunk;) {
    shrunk = false;
    for (let table = 0; table < smallest.length && !shrunk; table++) {
      for (let row = 0; row < (smallest[table]?.length ?? 0); row++) {
        const less = smallest.map((rows, index) => (index === table ? rows.filter((_, at) => at !== row) : rows));
        if (!differs(less)) continue;
        smallest = less;
        shrunk = true;
        break;
      }
    }
  }
  return smallest;
}

function candidateSql(original: Candidate['original'], rewritten: Candidate['rewritten']): string {
  return `-- original\n${original.sql};\n-- rewritten\n${rewritten.sql};`;
}

function refused(reason: string, world: World, parameters: Parameters, worlds: Worlds, texts: string): Verdict {
  const bound = valuesOf(parameters);
  const told = bound.length > 0 ? `\n-- parameters: ${bound.map((value) => cellSql(value)).join(', ')}` : '';
  return refuse(
    'small-worlds',
    `They differ on a small database: ${reason}.`,
    `${worlds.toSql(world)}${told}\n${texts}`,
  );
}

function valuesOf(parameters: Parameters): readonly SqlValue[] {
  return Array.isArray(parameters) ? (parameters as readonly SqlValue[]) : Object.values(parameters);
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

/** Proved rewrites on fresh databases, beside the text as typed and two oracles that do without it. */
import type { Random } from '../src/core/ports.ts';
import { difference, orderCheckOf, type OrderCheck } from '../src/optimizer/equal.ts';
import { Facts } from '../src/optimizer/guards/facts.ts';
import { readSchema } from '../src/optimizer/read-schema.ts';
import { isAggregated } from '../src/optimizer/determined.ts';
import type { Precondition } from '../src/optimizer/rules/rule.ts';
import { messageOf, rowKey, type Run, type Sandbox } from '../src/optimizer/sandbox.ts';
import { binary, isSimple, literal, not, type Core, type Expr } from '../src/sql/ast.ts';
import type { Reader } from '../src/sql/parse/reader.ts';
import type { Schema } from '../src/sql/schema.ts';
import { printSelect } from '../src/sql/print.ts';
import { someExpr } from '../src/sql/walk.ts';
import { fillTables, type Ingredients } from './generated-rows.ts';

export interface Pair {
  sql: string;
  rewritten: string;
  preconditions: readonly Precondition[];
}

export interface TripleCounts {
  /** (query, rewrite, database) that were compared. */
  triples: number;
  wrong: number;
  /** Of them, those with rows. */
  telling: number;
  /** Databases that break what a rewrite rests on: there it would not run. */
  outside: number;
  /** Answers of NoREC and of TLP. */
  oracleChecks: number;
}

export interface Wrong {
  by: 'original' | 'NoREC' | 'TLP';
  sql: string;
  rewritten: string;
  difference: string;
  setup: string;
}

/** Failures that are told in full. */
const TOLD_MAX = 20;
const RUN_MS_MAX = 2000;

/** What is known of a text before it runs. */
interface Asked {
  order: OrderCheck;
  oracles: Oracles | null;
}

export function tryTriples(
  open: () => Sandbox,
  setup: string,
  reader: Reader,
  pairs: readonly Pair[],
  from: Ingredients,
  databases: number,
  random: Random,
): { counts: TripleCounts; wrong: Wrong[] } {
  const counts: TripleCounts = { triples: 0, wrong: 0, telling: 0, outside: 0, oracleChecks: 0 };
  const wrong: Wrong[] = [];
  if (pairs.length === 0) return { counts, wrong };
  const sandbox = open();
  sandbox.execute(setup);
  const schema = readSchema(sandbox);
  const known = new Map<string, Asked>();
  for (const { sql } of pairs) if (!known.has(sql)) known.set(sql, askedOf(sql, reader, schema));
  for (let database = 0; database < databases; database++) {
    const inserts = fillTables(sandbox, schema, from, random);
    const facts = new Facts(sandbox, schema);
    const before = new Map<string, Run | string>();
    for (const { sql, rewritten, preconditions } of pairs) {
      const asked = known.get(sql);
      if (!asked) continue;
      if (!preconditions.every((one) => facts.check(one, RUN_MS_MAX).holds)) {
        counts.outside++;
        continue;
      }
      const original = before.get(sql) ?? attempt(sandbox, sql);
      before.set(sql, original);
      counts.triples++;
      if (typeof original !== 'string' && original.rowCount > 0) counts.telling++;
      const after = attempt(sandbox, rewritten);
      const fail = (by: Wrong['by'], found: string): void => {
        counts.wrong++;
        if (wrong.length < TOLD_MAX)
          wrong.push({ by, sql, rewritten, difference: found, setup: [setup, ...inserts].join(';\n') });
      };
      const found = compare(original, after, asked.order);
      if (found) fail('original', found);
      else if (asked.oracles && typeof after !== 'string') {
        for (const [by, said] of asOracles(asked.oracles, after, sandbox)) {
          counts.oracleChecks++;
          if (said) fail(by, said);
        }
      }
    }
  }
  sandbox.close();
  return { counts, wrong };
}

function attempt(sandbox: Sandbox, sql: string): Run | string {
  try {
    return sandbox.run(sql, [], RUN_MS_MAX);
  } catch (error) {
    return messageOf(error);
  }
}

function compare(before: Run | string, after: Run | string, order: OrderCheck): string | null {
  if (typeof before !== 'string' && typeof after !== 'string') return difference(before, after, order);
  if (typeof before === 'string' && typeof after === 'string') return null;
  return `one of the two fails: ${typeof before === 'string' ? before : typeof after === 'string' ? after : ''}`;
}

function askedOf(sql: string, reader: Reader, schema: Schema): Asked {
  const read = reader(sql);
  if (!read.ok) return { order: { kind: 'none' }, oracles: null };
  const { first } = read.select;
  const plain =
    isSimple(read.select) && !read.select.limit && !first.distinct && !isAggregated(first) && !hasWindow(first);
  return {
    order: orderCheckOf(read.select, schema),
    oracles:
      plain && first.where
        ? oraclesOf(first.where, (core) => printSelect({ ...read.select, first: core, orderBy: [] }), first)
        : null,
  };
}

function hasWindow(core: Core): boolean {
  return core.columns.some(({ expr }) => someExpr(expr, (part) => part.kind === 'call' && part.over !== null));
}

interface Oracles {
  /** One row for each row before the condition: whether it is true there. */
  isTrue: string;
  all: string;
  opposite: string;
  neither: string;
}

function oraclesOf(where: Expr, text: (core: Core) => string, core: Core): Oracles {
  const truth = binary('IS', where, literal('TRUE'));
  return {
    isTrue: text({ ...core, columns: [{ expr: truth, alias: 't' }], where: null }),
    all: text({ ...core, where: null }),
    opposite: text({ ...core, where: not(where) }),
    neither: text({ ...core, where: binary('IS', where, literal('NULL')) }),
  };
}

/** What each oracle has against the rows of the rewritten text; null for nothing. */
function asOracles(
  { isTrue, all, opposite, neither }: Oracles,
  rewritten: Run,
  sandbox: Sandbox,
): ['NoREC' | 'TLP', string | null][] {
  const answers: ['NoREC' | 'TLP', string | null][] = [];
  const truths = attempt(sandbox, isTrue);
  if (typeof truths !== 'string') {
    const expected = truths.rows().filter(([truth]) => truth === 1n).length;
    const said =
      expected === rewritten.rowCount ? null : `the condition is true of ${expected} rows, ${rewritten.rowCount} came`;
    answers.push(['NoREC', said]);
  }
  const [whole, no, unknown] = [all, opposite, neither].map((sql) => attempt(sandbox, sql));
  if (whole && no && unknown && typeof whole !== 'string' && typeof no !== 'string' && typeof unknown !== 'string') {
    const parts = [rewritten, no, unknown].flatMap((run) => run.rows().map(rowKey)).sort();
    const same = whole.rows().map(rowKey).sort().join('\n') === parts.join('\n');
    answers.push(['TLP', same ? null : 'with the rows of the opposite and of neither it does not make up all rows']);
  }
  return answers;
}

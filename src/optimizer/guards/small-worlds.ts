/**
 * Do both texts agree on every tiny database of the query's suite? An agreement about nothing is none: where too few results come from rows,
 * or some condition shows in none of them, the evidence is not enough. A difference is told by the smallest database that shows it.
 */
import type { Parameters } from '../../database/protocol.ts';
import { determinacy } from '../determined.ts';
import { difference, orderCheckOf, type OrderCheck } from '../equal.ts';
import type { Counterexample, ShownRows, Verdict } from '../protocol.ts';
import { cellSql, type Run } from '../sandbox.ts';
import { printExpr } from '../../sql/print.ts';
import { visit } from '../../sql/walk.ts';
import { conjunctsOf, disjunctsOf, type Select } from '../../sql/ast.ts';
import type { Schema } from '../../sql/schema.ts';
import type { Rewrite } from '../rules/rule.ts';
import { pass, refuse, type Candidate, type Guard, type GuardContext, type Statement } from './guard.ts';
import { shrink } from './shrink.ts';
import { outcomeOf, valuesOf, type Outcome } from './outcome.ts';
import { Suite } from './suite.ts';
import type { Trial, Trials } from './trials.ts';
import { parametersWithin, reachOf, withinReach } from './within-reach.ts';
import type { Rows } from './worlds.ts';

/** Databases below this number are too few when time runs out. */
const TRIED_MIN = 300;
/** Results that rows brought about: so many, and this share of all. */
const TELLING_MIN = 10;
const TELLING_SHARE_MIN = 0.01;

export const smallWorlds: Guard = {
  id: 'small-worlds',
  check(candidate, context) {
    const reach = reachOf(candidate.original, context.parameters);
    const reachable = (statement: Statement): Statement => withinReach(statement, reach, context);
    const [original, rewritten] = [reachable(candidate.original), reachable(candidate.rewritten)];
    const near = { ...context, parameters: parametersWithin(original, context.parameters, reach) };
    const suite = (context.suite ??= Suite.of(original, near));
    if (typeof suite === 'string') return refuse('small-worlds', `Not enough evidence: ${suite}.`);
    const rewrite = reach.size > 0 ? needingAsSmall(candidate, original, context.schema) : candidate.rewrite;
    const verdict = compareAll({ original, rewritten, rewrite }, near, suite);
    return reach.size > 0 && (verdict.pass || verdict.counterexample)
      ? { ...verdict, evidence: `${verdict.evidence} LIMIT and OFFSET had smaller numbers there.` }
      : verdict;
  },
};

/** The rewrite, resting on what makes the query with smaller numbers determined. */
function needingAsSmall({ original, rewrite }: Candidate, small: Statement, schema: Schema): Rewrite {
  const typed = new Set(determinacy(original.select, schema).needs.map((one) => JSON.stringify(one)));
  const others = rewrite.preconditions.filter((one) => !typed.has(JSON.stringify(one)));
  return { ...rewrite, preconditions: [...determinacy(small.select, schema).needs, ...others] };
}

function compareAll({ original, rewritten, rewrite }: Candidate, context: GuardContext, suite: Suite): Verdict {
  const startMs = context.sandbox.nowMs();
  const order = orderCheckOf(original.select, context.schema);
  const trials = suite.trialsFor(rewrite.preconditions);
  const compare = (before: Outcome, parameters: Parameters): string | null =>
    differenceOf(before, outcomeOf(suite.worlds.sandbox, rewritten.sql, parameters), order);

  let [tried, late] = [0, 0];
  for (let trial = trials.at(0); trial; trial = trials.at(tried)) {
    if ((tried & 31) === 31 && context.sandbox.nowMs() - startMs > context.guardBudgetMs) {
      if (tried < TRIED_MIN)
        return refuse('small-worlds', `Not enough evidence: time ran out after ${tried} small databases.`);
      break;
    }
    tried++;
    const after = outcomeOf(suite.worlds.sandbox, rewritten.sql, trial.parameters);
    if ('error' in after && after.late) late++;
    const found = differenceOf(trial.before, after, order);
    if (found === null) continue;
    const again = (rows: Rows, parameters: Parameters): string | null =>
      suite.worlds.fillRows(rows) && trials.needs.hold() && trials.needs.rowsHold()
        ? compare(outcomeOf(suite.worlds.sandbox, original.sql, parameters), parameters)
        : null;
    const smallest = smallestOf(trial, suite, context.parameters, again);
    const reason = again(smallest.rows, smallest.parameters) ?? found;
    return refuse(
      'small-worlds',
      `They differ on a small database: ${reason}.`,
      shown(smallest.parameters, suite, original.sql, rewritten.sql),
    );
  }
  const thin = thinness(tried, late, trials, rewritten.select);
  if (thin) return refuse('small-worlds', `Not enough evidence: ${thin}.`);
  return pass('small-worlds', evidenceOf(tried, trials));
}

function differenceOf(before: Outcome, after: Outcome, order: OrderCheck): string | null {
  if (!('error' in before) && !('error' in after)) return difference(before.run, after.run, order);
  if ('error' in before && 'error' in after) return null;
  if (('error' in before && before.late) || ('error' in after && after.late)) return null;
  return `one of the two fails: ${'error' in before ? before.error : 'error' in after ? after.error : ''}`;
}

function smallestOf(
  { world, parameters }: Trial,
  suite: Suite,
  given: Parameters,
  again: (rows: Rows, parameters: Parameters) => string | null,
): { rows: Rows; parameters: Parameters } {
  const rows = suite.worlds.rowsOf(world);
  const values = parameters !== given && again(rows, given) !== null ? given : parameters;
  return { rows: shrink(rows, (smaller) => again(smaller, values) !== null), parameters: values };
}

/** What the database holds still, with what both texts give there. */
function shown(parameters: Parameters, suite: Suite, original: string, rewritten: string): Counterexample {
  const { worlds } = suite;
  const bound = valuesOf(parameters).map((value) => cellSql(value));
  const told = bound.length > 0 ? `\n-- parameters: ${bound.join(', ')}` : '';
  const resultOf = (name: string, sql: string): Counterexample['original'] => {
    const outcome = outcomeOf(worlds.sandbox, sql, parameters);
    return 'error' in outcome ? { error: outcome.error } : shownRows(name, outcome.run);
  };
  return {
    tables: worlds.held().map(({ name, run }) => shownRows(name, run)),
    parameters: bound,
    original: resultOf('original', original),
    rewritten: resultOf('rewritten', rewritten),
    sql: `${worlds.toSql()}${told}\n-- original\n${original};\n-- rewritten\n${rewritten};`,
  };
}

function shownRows(name: string, run: Run): ShownRows {
  return { name, columns: run.names, rows: run.rows().map((row) => row.map(cellSql)) };
}

/** Why an agreement on these databases says too little, or null. */
function thinness(tried: number, late: number, trials: Trials, rewritten: Select): string | null {
  if (late > tried / 20) return `on ${late} of ${tried} small databases the rewritten text does not end`;
  if (trials.failed > tried / 2) return `on ${trials.failed} of ${tried} small databases the query fails`;
  // A query without tables has one database.
  const enough = trials.telling >= Math.max(TELLING_MIN, tried * TELLING_SHARE_MIN);
  if (!enough && !trials.noticed.contradicts && trials.complete !== 1)
    return `of ${tried} small databases only ${trials.telling} gave a telling result${trials.skipped > 0 ? ` (${trials.skipped} others break what the rewrite needs)` : ''}`;
  // A condition that the rewrite leaves as it is may matter nowhere.
  const unnoticed = trials.noticed.missing;
  const kept = unnoticed.length > 0 ? conditionsOf(rewritten) : null;
  const unseen = unnoticed.find((condition) => !kept?.has(condition));
  return unseen === undefined ? null : `in none of ${tried} small databases does it show whether "${unseen}" is asked`;
}

/** All conditions of a query, as texts. */
function conditionsOf(query: Select): Set<string> {
  const texts = new Set<string>();
  visit(query, {
    core: (core) => {
      for (const condition of [core.where, core.having, ...core.from.map((source) => source.on)])
        for (const conjunct of conjunctsOf(condition))
          for (const disjunct of disjunctsOf(conjunct)) texts.add(printExpr(disjunct));
    },
  });
  return texts;
}

function evidenceOf(tried: number, trials: Trials): string {
  const all =
    trials.complete !== null && trials.complete > 1 && tried >= trials.complete
      ? `all ${trials.complete.toLocaleString('en')} with at most 2 rows a table over NULL, 0, 1; `
      : '';
  const { count, missing } = trials.noticed;
  const conditions = count === 0 ? '' : `, and ${count - missing.length} of ${count} conditions show when left out`;
  const skipped = trials.skipped > 0 ? ` ${trials.skipped} others broke what the rewrite needs.` : '';
  return `Equal on ${tried.toLocaleString('en')} small databases (${all}literals, rows of this data, duplicates, storage classes); ${trials.telling.toLocaleString('en')} gave a telling result${conditions}.${skipped}`;
}

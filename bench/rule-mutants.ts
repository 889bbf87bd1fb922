/**
 * Mutation testing of the rules: each thing that a rewrite asks for is taken away, one at a time, and then some database must tell original and
 * rewritten apart. What neither the schema nor the rows need to be asked is left out of the rewrite's preconditions; what the schema proves is
 * claimed of a schema that does not. A mutant that no database kills is a precondition without need, or one that no query here puts to the test.
 */
import { createRandom } from '../src/core/random.ts';
import type { Random } from '../src/core/ports.ts';
import { difference, orderCheckOf } from '../src/optimizer/equal.ts';
import { Facts } from '../src/optimizer/guards/facts.ts';
import { smallWorlds } from '../src/optimizer/guards/small-worlds.ts';
import { closeSuite } from '../src/optimizer/guards/suite.ts';
import { prepare, type Prepared, type Tools } from '../src/optimizer/prepare.ts';
import { readSchema } from '../src/optimizer/read-schema.ts';
import type { Precondition, Rewrite, Rule } from '../src/optimizer/rules/rule.ts';
import type { Sandbox } from '../src/optimizer/sandbox.ts';
import { written } from '../src/optimizer/written.ts';
import type { Reader } from '../src/sql/parse/reader.ts';
import type { Schema } from '../src/sql/schema.ts';
import { visit } from '../src/sql/walk.ts';
import { liesAbout } from './lying-schema.ts';

/** A query on a database of its own. */
export interface Question {
  sql: string;
  sandbox: Sandbox;
}

export interface RuleMutant {
  rule: string;
  /** What was taken away, without the names of tables and columns; of the schema, what it lied about, and what was claimed because of that. */
  without: string;
  by: Precondition['by'];
  /** What the rule states of it among its preconditions; none where it asks the schema in silence. */
  claims: readonly string[];
  /** Rewrites that were tried without it. */
  tried: number;
  /** The first rewrite that some database told from its original; null when none did. */
  killed: { sql: string; rewritten: string; difference: string } | null;
}

export interface MutationReport {
  /** What rules state among their preconditions, without names; each is killed when one of its mutants is. */
  claims: { total: number; killed: number; survivors: string[] };
  mutants: number;
  killed: number;
  survivors: RuleMutant[];
  perMutant: RuleMutant[];
}

export interface MutationOptions {
  /** After so many tries without a difference a mutant has survived. */
  tries: number;
  budgetMs: number;
}

const RUN_MS_MAX = 500;
/** Of one rule on one query. */
const REWRITES_MAX = 8;

export class RuleMutants {
  readonly #reader: Reader;
  readonly #options: MutationOptions;
  readonly #mutants = new Map<string, RuleMutant>();

  constructor(reader: Reader, options: MutationOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  get report(): MutationReport {
    const perMutant = [...this.#mutants.values()];
    const survivors = perMutant.filter(({ killed }) => killed === null);
    const claims = new Map<string, boolean>();
    for (const { rule, claims: stated, killed } of perMutant)
      for (const claim of stated)
        claims.set(`${rule}: ${claim}`, claims.get(`${rule}: ${claim}`) === true || killed !== null);
    const left = [...claims].flatMap(([claim, killed]) => (killed ? [] : [claim]));
    return {
      claims: { total: claims.size, killed: claims.size - left.length, survivors: left },
      mutants: perMutant.length,
      killed: perMutant.length - survivors.length,
      survivors,
      perMutant,
    };
  }

  /** Tries all that the rule asks for on this query. */
  ask(rule: Rule, { sql, sandbox }: Question): void {
    const schema = readSchema(sandbox);
    const tools: Tools = { sandbox, read: this.#reader, schema, facts: new Facts(sandbox, schema) };
    const prepared = prepare(sql, [], this.#options.budgetMs, tools);
    if (typeof prepared === 'string') return;
    const { select } = prepared.statement;
    const { names } = prepared.context;
    try {
      const rewrites = rule.apply(select, { schema, names });
      for (const rewrite of rewrites.slice(0, REWRITES_MAX)) this.#withoutEach(rule, rewrite, prepared);
      const proved = new Set(rewrites.flatMap(({ preconditions }) => provedClaims(preconditions)));
      const texts = new Set(rewrites.map(keyOf));
      for (const lie of liesAbout(schema, tablesOf(prepared))) {
        const more = rule.apply(select, { schema: lie.schema, names }).filter((one) => !texts.has(keyOf(one)));
        for (const rewrite of more.slice(0, REWRITES_MAX)) {
          const claims = provedClaims(rewrite.preconditions);
          const fresh = claims.filter((one) => !proved.has(one));
          // Where the lie is within a claim that was there before, it may be any.
          const stated = [...new Set((fresh.length > 0 ? fresh : claims).map((one) => nameless(one, schema)))];
          const told = [lie.what, ...stated].join('; ');
          const rest = [...prepared.needs, ...rewrite.preconditions].filter(
            ({ by }) => by === 'rows' || by === 'query',
          );
          this.#try(this.#mutant(rule, told, 'schema', stated), rewrite, rest, prepared);
        }
      }
    } finally {
      closeSuite(prepared.context);
    }
  }

  #withoutEach(rule: Rule, rewrite: Rewrite, prepared: Prepared): void {
    const { schema } = prepared.context;
    for (const one of rewrite.preconditions) {
      if (one.by === 'schema') continue;
      const without = nameless(one.claim, schema);
      const all = [...prepared.needs, ...rewrite.preconditions];
      const rest = all.filter(({ claim }) => nameless(claim, schema) !== without);
      if (rest.some(({ by }) => by === 'nothing')) continue;
      this.#try(this.#mutant(rule, without, one.by, [without]), rewrite, rest, prepared);
    }
  }

  #mutant({ id }: Rule, without: string, by: Precondition['by'], claims: readonly string[]): RuleMutant {
    const key = `${id}: ${by === 'nothing' ? 'schema' : by}: ${without}`;
    const mutant = this.#mutants.get(key) ?? { rule: id, without, by, claims, tried: 0, killed: null };
    this.#mutants.set(key, mutant);
    return mutant;
  }

  #try(mutant: RuleMutant, rewrite: Rewrite, preconditions: readonly Precondition[], prepared: Prepared): void {
    if (mutant.killed || mutant.tried >= this.#options.tries) return;
    const { context, statement: original, editor } = prepared;
    const rewritten = written(rewrite.select, editor, context);
    if (rewritten.sql === original.sql) return;
    mutant.tried++;
    const found =
      onTheData(rewritten.sql, preconditions, prepared) ??
      inSmallWorlds({ original, rewritten, rewrite: { ...rewrite, preconditions } }, prepared);
    if (found !== null) mutant.killed = { sql: original.sql, rewritten: rewritten.sql, difference: found };
  }
}

function onTheData(
  sql: string,
  preconditions: readonly Precondition[],
  { context, statement }: Prepared,
): string | null {
  const { sandbox, facts, schema } = context;
  if (!preconditions.every((one) => facts.check(one, RUN_MS_MAX).holds)) return null;
  try {
    const before = (context.originalRun ??= sandbox.run(statement.sql, [], RUN_MS_MAX));
    return difference(before, sandbox.run(sql, [], RUN_MS_MAX), orderCheckOf(statement.select, schema));
  } catch {
    return null; // too slow, or it fails: small databases will tell
  }
}

function inSmallWorlds(candidate: Parameters<typeof smallWorlds.check>[0], { context }: Prepared): string | null {
  const { counterexample, evidence } = smallWorlds.check(candidate, context);
  return counterexample ? evidence : null;
}

function provedClaims(preconditions: readonly Precondition[]): string[] {
  return preconditions.flatMap((one) => (one.by === 'schema' ? [one.claim] : []));
}

function keyOf({ select, preconditions }: Rewrite): string {
  return JSON.stringify([select, preconditions]);
}

function tablesOf({ statement, context }: Prepared): string[] {
  const names = new Set<string>();
  visit(statement.select, { table: ({ name }) => void names.add(context.schema.table(name)?.name ?? '') });
  return [...names].filter((name) => name !== '');
}

/** The claim with `…` for expressions over what the schema gives names to, and for lists of them. */
function nameless(claim: string, schema: Schema): string {
  const names = schema.tables.flatMap((table) => [table.name, ...table.columns.map(({ name }) => name)]);
  const name = `(\\w+\\.)?\\b(${names.join('|')})\\b( \\|\\| '[^']*')?`;
  return claim
    .replaceAll(/[`"]/g, '')
    .replaceAll(new RegExp(name, 'g'), '…')
    .replaceAll(/…(, …)+/g, '…');
}

/** Asks generated questions for each rule; `questions` makes a number of them with its chance. */
export function mutateRules(
  rules: readonly Rule[],
  questions: (rule: Rule, random: Random) => Generator<Question>,
  reader: Reader,
  seed: number,
  options: MutationOptions,
  progress: (line: string) => void = () => {},
): MutationReport {
  const mutants = new RuleMutants(reader, options);
  for (const rule of rules) {
    for (const question of questions(rule, createRandom(seed).fork(rule.id))) mutants.ask(rule, question);
    const mine = mutants.report.perMutant.filter((one) => one.rule === rule.id);
    progress(`${rule.id}: ${mine.filter(({ killed }) => killed).length} of ${mine.length} killed`);
  }
  return mutants.report;
}

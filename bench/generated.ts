/**
 * Generated queries for each rule, every proved rewrite run on databases that no guard has seen: (query, rewrite, database) triples. Beside
 * the text as typed two oracles that need none are asked on the rewritten side: NoREC (Rigger and Su 2020), how many rows a condition should
 * let pass, and TLP (the same, 2020), that the rows of a condition, of its opposite and of neither make up all rows.
 */
import type { Random } from '../src/core/ports.ts';
import { createRandom } from '../src/core/random.ts';
import { RULE_CATALOGUE, EXAMPLE_SCHEMA } from '../src/optimizer/catalogue.ts';
import { Optimizer } from '../src/optimizer/optimize.ts';
import type { RewriteAttempt } from '../src/optimizer/protocol.ts';
import { PROVED_RULES } from '../src/optimizer/rules/registry.ts';
import { readSchema } from '../src/optimizer/read-schema.ts';
import type { Rule } from '../src/optimizer/rules/rule.ts';
import type { Schema } from '../src/sql/schema.ts';
import type { Sandbox } from '../src/optimizer/sandbox.ts';
import type { Reader } from '../src/sql/parse/reader.ts';
import { chance, oneOf, type GeneratedSchema } from './generated-parts.ts';
import { generateQuery, generateSchema } from './generated-queries.ts';
import { fillTables, ingredients, literalsOf, type Ingredients } from './generated-rows.ts';
import { mutated } from './mutated-examples.ts';
import type { Question } from './rule-mutants.ts';
import { HAND_MADE } from './rule-questions.ts';
import { tryTriples, type Pair, type TripleCounts, type Wrong } from './triples.ts';

export interface GeneratedOptions {
  queriesPerRule: number;
  /** On which every proved rewrite is run. */
  databases: number;
  seed: number;
  budgetMs: number;
  rules?: readonly Rule[];
}

interface RuleCounts extends TripleCounts {
  queries: number;
  /** Queries of which the rule made something. */
  proposed: number;
  /** Rewrites that were proved and run, and those that some guard refused. */
  applied: number;
  refused: number;
}

export interface GeneratedReport extends TripleCounts {
  seed: number;
  queriesPerRule: number;
  databases: number;
  perRule: Record<string, RuleCounts>;
  /** Refusals by guard. */
  perGuard: Record<string, number>;
  failures: (Wrong & { rule: string })[];
}

/** Queries that share a schema and its databases. */
const QUERIES_PER_SCHEMA = 20;

export function tryGenerated(
  open: () => Sandbox,
  reader: Reader,
  { queriesPerRule, databases, seed, budgetMs, rules = PROVED_RULES }: GeneratedOptions,
  progress: (line: string) => void = () => {},
): GeneratedReport {
  const report: GeneratedReport = {
    seed,
    queriesPerRule,
    databases,
    ...noTriples(),
    perRule: {},
    perGuard: {},
    failures: [],
  };
  for (const rule of rules) {
    const counts: RuleCounts = { queries: 0, proposed: 0, applied: 0, refused: 0, ...noTriples() };
    report.perRule[rule.id] = counts;
    const random = createRandom(seed).fork(rule.id);
    while (counts.queries < queriesPerRule) {
      const generated = chance(2, random) ? generateSchema(random, rule.id) : null;
      const setup = generated?.sql ?? EXAMPLE_SCHEMA;
      const sandbox = open();
      sandbox.execute(setup);
      const schema = readSchema(sandbox);
      const [pairs, from]: [Pair[], Ingredients] = [[], ingredients(generated)];
      for (let index = 0; index < QUERIES_PER_SCHEMA && counts.queries < queriesPerRule; index++) {
        counts.queries++;
        const sql = queryFor(rule.id, generated, schema, sandbox, random);
        from.literals.push(...literalsOf(sql));
        fillTables(sandbox, schema, from, random);
        // Now and then another rule may go on from what this one makes.
        const others = chance(5, random) ? [oneOf(PROVED_RULES, random)].filter((one) => one.id !== rule.id) : [];
        const trial = new Optimizer(sandbox, reader).optimize(sql, [], {
          budgetMs,
          mustBeFaster: false,
          rules: [rule, ...others],
        });
        const attempts = trial.attempts.filter((one) => one.rewrittenSql !== null);
        if (attempts.some((one) => one.ruleId === rule.id)) counts.proposed++;
        for (const attempt of attempts) {
          const refusal = attempt.verdicts.find((verdict) => !verdict.pass);
          if (refusal) report.perGuard[refusal.guard] = (report.perGuard[refusal.guard] ?? 0) + 1;
          counts[attempt.outcome === 'proved' ? 'applied' : 'refused']++;
          if (attempt.outcome === 'proved') pairs.push(pairOf(sql, attempt));
        }
      }
      sandbox.close();
      const found = tryTriples(open, setup, reader, pairs, from, databases, random);
      for (const total of [counts, report]) addTriples(total, found.counts);
      report.failures.push(...found.wrong.map((one) => ({ rule: rule.id, ...one })));
      progress(
        `${rule.id}: ${counts.queries} queries, ${counts.applied} rewrites proved, ${counts.triples} triples, ${counts.wrong} wrong; ${report.triples} in all`,
      );
    }
  }
  return report;
}

/** Queries for a rule, those by hand first, each on rows of its own; now and then in a database of another encoding. */
export function* questionsFor(rule: Rule, count: number, open: () => Sandbox, random: Random): Generator<Question> {
  for (const { setup, sql } of HAND_MADE[rule.id] ?? []) {
    const sandbox = open();
    sandbox.execute(setup);
    yield { sql, sandbox };
    sandbox.close();
  }
  for (let made = 0; made < count;) {
    const generated = chance(2, random) ? generateSchema(random, rule.id) : null;
    const sandbox = open();
    if (chance(6, random)) sandbox.execute("PRAGMA encoding = 'UTF-16le'");
    sandbox.execute(generated?.sql ?? EXAMPLE_SCHEMA);
    const [schema, from] = [readSchema(sandbox), ingredients(generated)];
    for (let index = 0; index < QUERIES_PER_SCHEMA && made < count; index++, made++) {
      const sql = queryFor(rule.id, generated, schema, sandbox, random);
      from.literals.push(...literalsOf(sql));
      fillTables(sandbox, schema, from, random);
      yield { sql, sandbox };
    }
    sandbox.close();
  }
}

function pairOf(sql: string, { rewrittenSql, preconditions }: RewriteAttempt): Pair {
  return { sql, rewritten: rewrittenSql ?? sql, preconditions };
}

/** From the grammar, or from the rule's own examples. */
function queryFor(
  rule: string,
  generated: GeneratedSchema | null,
  schema: Schema,
  sandbox: Sandbox,
  random: Random,
): string {
  if (generated) return generateQuery(rule, generated, random);
  const card = RULE_CATALOGUE.find((one) => one.id === rule);
  const accepts = (sql: string): boolean => {
    try {
      return sandbox.columnNames(sql).length > 0;
    } catch {
      return false;
    }
  };
  const examples = card
    ? [card.before, card.before, ...('refuses' in card ? [card.refuses.sql] : [])]
    : ['SELECT * FROM customers'];
  return mutated(oneOf(examples, random), schema, accepts, random);
}

export function noTriples(): TripleCounts {
  return { triples: 0, wrong: 0, telling: 0, outside: 0, oracleChecks: 0 };
}

function addTriples(total: TripleCounts, more: TripleCounts): void {
  total.triples += more.triples;
  total.wrong += more.wrong;
  total.telling += more.telling;
  total.outside += more.outside;
  total.oracleChecks += more.oracleChecks;
}

/**
 * Seeded schemas, rows and queries that lean towards what each rule looks for, to try every proved rewrite on data that the guards
 * have not seen. Values repeat, are NULL, and change their storage class.
 */
import type { Random } from '../src/core/ports.ts';
import { createRandom } from '../src/core/random.ts';
import type { Reader } from '../src/sql/parse/reader.ts';
import { difference, orderCheckOf } from '../src/optimizer/equal.ts';
import { Facts } from '../src/optimizer/guards/facts.ts';
import { Optimizer } from '../src/optimizer/optimize.ts';
import { PROVED_RULES } from '../src/optimizer/rules/registry.ts';
import { readSchema } from '../src/optimizer/read-schema.ts';
import type { Precondition, Rule } from '../src/optimizer/rules/rule.ts';
import { messageOf, type Sandbox } from '../src/optimizer/sandbox.ts';
import {
  chance,
  condition,
  oneOf,
  predicate,
  reachOf,
  select,
  tableOf,
  where,
  type GeneratedSchema,
  type GeneratedTable,
  type Generator,
} from './generated-parts.ts';
import { BREAKING, conditionQuery, conditionTable, isConditionRule } from './generated-predicates.ts';
import { SUBQUERY_GENERATORS } from './generated-subqueries.ts';

export interface GeneratedReport {
  seed: number;
  queriesPerRule: number;
  /** `applied` counts proved rewrites that were run, `wrong` those that gave another result on fresh rows. */
  perRule: Record<string, { queries: number; proposed: number; applied: number; wrong: number }>;
  failures: { rule: string; sql: string; rewritten: string; difference: string; setup: string }[];
}

/** Fresh fillings on which each proved rewrite is tried. */
const FILLINGS = 4;

export function tryGenerated(
  open: () => Sandbox,
  reader: Reader,
  queriesPerRule: number,
  seed: number,
  budgetMs: number,
  rules: readonly Rule[] = PROVED_RULES,
  progress: (line: string) => void = () => {},
): GeneratedReport {
  const report: GeneratedReport = { seed, queriesPerRule, perRule: {}, failures: [] };
  for (const rule of rules) {
    const counts = { queries: 0, proposed: 0, applied: 0, wrong: 0 };
    report.perRule[rule.id] = counts;
    const random = createRandom(seed).fork(rule.id);
    while (counts.queries < queriesPerRule) {
      const schema = generateSchema(random, rule.id);
      const sandbox = open();
      sandbox.execute(schema.sql);
      sandbox.execute(fill(schema, random));
      const optimizer = new Optimizer(sandbox, reader);
      // A schema serves for several queries.
      for (let index = 0; index < 20 && counts.queries < queriesPerRule; index++) {
        counts.queries++;
        const sql = generateQuery(rule.id, schema, random);
        const { attempts } = optimizer.optimize(sql, [], { budgetMs, mustBeFaster: false, rules: [rule] });
        const proposed = attempts.filter((one) => one.rewrittenSql !== null);
        if (proposed.length > 0) counts.proposed++;
        for (const { rewrittenSql, outcome, preconditions } of proposed) {
          if (outcome !== 'proved' || rewrittenSql === null) continue;
          counts.applied++;
          const wrong = tryOnFreshRows(open, schema, reader, sql, rewrittenSql, random, preconditions);
          if (wrong === null) continue;
          counts.wrong++;
          report.failures.push({ rule: rule.id, sql, rewritten: rewrittenSql, ...wrong });
        }
      }
      sandbox.close();
      progress(`${rule.id}: ${counts.queries} queries, ${counts.applied} rewrites run, ${counts.wrong} wrong`);
    }
  }
  return report;
}

function tryOnFreshRows(
  open: () => Sandbox,
  schema: GeneratedSchema,
  reader: Reader,
  sql: string,
  rewritten: string,
  random: Random,
  preconditions: readonly Precondition[],
): { difference: string; setup: string } | null {
  const read = reader(sql);
  for (let filling = 0; filling < FILLINGS; filling++) {
    const setup = `${schema.sql}\n${fill(schema, random)}`;
    const sandbox = open();
    try {
      sandbox.execute(setup);
      // A rewrite that rests on data is good where the data bears it out, and nowhere else.
      const facts = new Facts(sandbox, readSchema(sandbox));
      if (!preconditions.every((one) => facts.check(one, Infinity).holds)) continue;
      const names = sandbox.columnNames(sql);
      const order = read.ok ? orderCheckOf(read.select, names) : ({ kind: 'none' } as const);
      const found = difference(sandbox.run(sql, [], null), sandbox.run(rewritten, [], null), order);
      if (found) return { difference: found, setup };
    } catch (error) {
      return { difference: messageOf(error), setup };
    } finally {
      sandbox.close();
    }
  }
  return null;
}

const TYPES = ['INTEGER', 'INTEGER', 'INTEGER', 'TEXT', 'TEXT', 'REAL', 'NUMERIC', ''];

export function generateSchema(random: Random, rule = ''): GeneratedSchema {
  const tables: GeneratedTable[] = [];
  const statements: string[] = [];
  for (const name of ['ta', 'tb', 'tc']) {
    const columns: GeneratedTable['columns'] = [{ name: 'id', type: 'INTEGER PRIMARY KEY', nullable: false }];
    const count = 3 + random.below(3);
    const parts = ['id INTEGER PRIMARY KEY'];
    for (let index = 0; index < count; index++) {
      const type = oneOf(TYPES, random);
      const required = chance(3, random);
      // Some names occur in several tables, some in one.
      const column = chance(2, random) ? `k${index}` : `${name}${index}`;
      const collation = type === 'TEXT' && chance(8, random) ? ' COLLATE NOCASE' : '';
      const unique = required && chance(4, random) ? ' UNIQUE' : '';
      columns.push({ name: column, type, nullable: !required });
      parts.push(`${column} ${type}${required ? ' NOT NULL' : ''}${unique}${collation}`);
    }
    tables.push({ name, columns });
    statements.push(`CREATE TABLE ${name}(${parts.join(', ')});`);
    if (chance(3, random)) statements.push(`CREATE INDEX ${name}_i ON ${name}(${columns[1]?.name ?? 'id'});`);
  }
  if (isConditionRule(rule)) {
    const { sql, ...table } = conditionTable(random);
    tables.push(table);
    statements.push(sql);
  }
  return { sql: statements.join('\n'), tables };
}

/** INSERT statements with few distinct values; rows that break a constraint are left out. */
export function fill(schema: GeneratedSchema, random: Random): string {
  const inserts: string[] = [];
  for (const { name, columns } of schema.tables) {
    const rows = random.below(9);
    for (let row = 0; row < rows; row++) {
      const values = columns.map((column) =>
        column.name === 'id'
          ? String(random.below(8))
          : column.values
            ? drawn(column.values, random)
            : value(column.type, random),
      );
      inserts.push(`INSERT OR IGNORE INTO ${name} VALUES (${values.join(', ')});`);
    }
  }
  return inserts.join('\n');
}

function drawn(values: readonly string[], random: Random): string {
  if (chance(6, random)) return 'NULL';
  return chance(40, random) ? oneOf(BREAKING, random) : oneOf(values, random);
}

function value(type: string, random: Random): string {
  if (chance(5, random)) return 'NULL';
  if (chance(12, random))
    return oneOf(['-0.0', '1.0', "'1'", "'1.0'", "x'31'", '9007199254740993', '0.5', "''"], random);
  if (type === 'TEXT') return oneOf(["'a'", "'A'", "'b'", "'ab'", "'1'"], random);
  return String(random.below(4));
}

/** A query that the rule may well apply to. */
export function generateQuery(rule: string, schema: GeneratedSchema, random: Random): string {
  const condition = conditionQuery(rule, random);
  if (condition !== null) return condition;
  const make = GENERATORS[rule] ?? GENERATORS['star-to-columns'];
  return make ? make(schema, random) : 'SELECT 1';
}

const GENERATORS: Readonly<Record<string, Generator>> = {
  ...SUBQUERY_GENERATORS,
  'or-to-union': (schema, random) => {
    const reach = reachOf(schema, 2 + random.below(2), random);
    const sides = reach.tables.map(({ alias, table }) => condition(alias, table, random));
    if (chance(3, random)) sides.push(oneOf(sides, random).replace('=', '<'));
    const both = chance(3, random) ? [...reach.conditions, predicate(reach, random)] : reach.conditions;
    return select(reach, [...both, `(${sides.join(' OR ')})`], random);
  },
  'join-order': (schema, random) => select(reachOf(schema, 2 + random.below(3), random), null, random),
  'star-to-columns': (schema, random) => {
    const reach = reachOf(schema, 1 + random.below(3), random);
    const star = chance(3, random) ? `${oneOf(reach.tables, random).alias}.*` : '*';
    const inner = chance(4, random) ? `(SELECT * FROM ${tableOf(schema, random).name}) AS d` : null;
    if (inner) return `SELECT * FROM ${inner}${chance(2, random) ? ' WHERE d.id > 0' : ''}`;
    return `SELECT ${chance(5, random) ? 'DISTINCT ' : ''}${star} FROM ${reach.from}${where([...reach.conditions, predicate(reach, random)])}`;
  },
};

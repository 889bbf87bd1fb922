/**
 * Seeded schemas, rows and queries that lean towards what each rule looks for, to try every proved rewrite on data that the guards
 * have not seen. Values repeat, are NULL, and change their storage class.
 */
import type { Random } from '../src/core/ports.ts';
import { createRandom } from '../src/core/random.ts';
import type { Reader, ReadResult } from '../src/sql/parse/reader.ts';
import { difference, orderCheckOf } from '../src/optimizer/equal.ts';
import { Facts } from '../src/optimizer/guards/facts.ts';
import { Optimizer } from '../src/optimizer/optimize.ts';
import { readSchema } from '../src/optimizer/read-schema.ts';
import { PROVED_RULES } from '../src/optimizer/rules/registry.ts';
import type { Rule } from '../src/optimizer/rules/rule.ts';
import { messageOf, type Sandbox } from '../src/optimizer/sandbox.ts';
import { BREAKING, conditionQuery, conditionTable, isConditionRule } from './generated-predicates.ts';

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
        for (const { rewrittenSql, outcome } of proposed) {
          if (outcome !== 'proved' || rewrittenSql === null) continue;
          counts.applied++;
          const wrong = tryOnFreshRows(open, schema, reader, sql, rewrittenSql, random, rule);
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
  rule: Rule,
): { difference: string; setup: string } | null {
  const read = reader(sql);
  for (let filling = 0; filling < FILLINGS; filling++) {
    const setup = `${schema.sql}\n${fill(schema, random)}`;
    const sandbox = open();
    try {
      sandbox.execute(setup);
      const names = sandbox.columnNames(sql);
      if (!holdsHere(rule, read, names, sandbox)) continue;
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

/** A rewrite that rests on data is good where the data bears it out, and nowhere else. */
function holdsHere(rule: Rule, read: ReadResult, names: readonly string[], sandbox: Sandbox): boolean {
  const schema = readSchema(sandbox);
  const facts = new Facts(sandbox, schema);
  const needed = read.ok ? rule.apply(read.select, { schema, names }).flatMap((one) => one.preconditions) : [];
  return needed.every((one) => one.by === 'nothing' || facts.check(one, Infinity).holds);
}

interface GeneratedTable {
  name: string;
  /** `values`: what the column mostly holds, where its type does not say. */
  columns: { name: string; type: string; nullable: boolean; values?: readonly string[] }[];
}

export interface GeneratedSchema {
  sql: string;
  tables: GeneratedTable[];
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

interface Reach {
  /** `FROM` with its joins. */
  from: string;
  tables: { alias: string; table: GeneratedTable }[];
  conditions: string[];
}

/** A query that the rule may well apply to. */
export function generateQuery(rule: string, schema: GeneratedSchema, random: Random): string {
  const condition = conditionQuery(rule, random);
  if (condition !== null) return condition;
  const make = GENERATORS[rule] ?? GENERATORS['star-to-columns'];
  return make ? make(schema, random) : 'SELECT 1';
}

type Generator = (schema: GeneratedSchema, random: Random) => string;

const GENERATORS: Readonly<Record<string, Generator>> = {
  'count-to-exists': (schema, random) => {
    const reach = reachOf(schema, 1 + random.below(2), random);
    const inner = tableOf(schema, random);
    const counted = chance(3, random) ? `s.${columnName(inner, random)}` : '*';
    const distinct = counted !== '*' && chance(3, random) ? 'DISTINCT ' : '';
    const link = chance(4, random) ? '' : ` AND ${join('s', inner, reach, random)}`;
    const count = `(SELECT count(${distinct}${counted}) FROM ${inner.name} AS s WHERE ${condition('s', inner, random)}${link})`;
    const bound = oneOf(['> 0', '>= 1', '<> 0', '!= 0', '= 0', '< 1', '<= 0', '> 1', '= 1'], random);
    const asked = chance(4, random) ? `${bound.split(' ')[1] ?? '0'} < ${count}` : `${count} ${bound}`;
    if (chance(4, random))
      return `SELECT ${asked} AS found, ${columnsOf(reach, random)} FROM ${reach.from}${where(reach.conditions)}`;
    if (chance(6, random))
      return `SELECT count(*) ${bound} FROM ${reach.from}${where([...reach.conditions, predicate(reach, random)])}`;
    const placed = chance(3, random)
      ? `(${asked} OR ${predicate(reach, random)})`
      : chance(4, random)
        ? `NOT ${asked}`
        : asked;
    return select(reach, [...reach.conditions, placed], random);
  },
  'or-to-union': (schema, random) => {
    const reach = reachOf(schema, 2 + random.below(2), random);
    const sides = reach.tables.map(({ alias, table }) => condition(alias, table, random));
    if (chance(3, random)) sides.push(oneOf(sides, random).replace('=', '<'));
    const both = chance(3, random) ? [...reach.conditions, predicate(reach, random)] : reach.conditions;
    return select(reach, [...both, `(${sides.join(' OR ')})`], random);
  },
  'in-subquery': (schema, random) => {
    const reach = reachOf(schema, 1 + random.below(2), random);
    const inner = tableOf(schema, random);
    const outer = oneOf(reach.tables, random);
    const column = columnName(outer.table, random);
    const key =
      chance(2, random) && inner.columns.some(({ name }) => name === column) ? column : columnName(inner, random);
    const filter = chance(2, random) ? ` WHERE ${condition('s', inner, random)}` : '';
    const listed = `${outer.alias}.${column} ${chance(3, random) ? 'NOT IN' : 'IN'} (SELECT ${chance(4, random) ? 'DISTINCT ' : ''}s.${key} FROM ${inner.name} AS s${filter})`;
    const linked = `${chance(3, random) ? 'NOT ' : ''}EXISTS (SELECT ${oneOf(['1', '*', 's.id'], random)} FROM ${inner.name} AS s WHERE ${
      chance(2, random) ? `s.${key} = ${outer.alias}.${column}` : `${outer.alias}.${column} = s.${key}`
    }${filter.replace(' WHERE', ' AND')})`;
    const asked = chance(2, random) ? listed : linked;
    const placed = chance(8, random) ? `(${asked} OR ${predicate(reach, random)})` : asked;
    return select(
      reach,
      chance(2, random) ? [...reach.conditions, placed] : [...reach.conditions, predicate(reach, random), placed],
      random,
    );
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

/** Joined tables with aliases; conditions that belong to WHERE are apart. */
function reachOf(schema: GeneratedSchema, count: number, random: Random): Reach {
  const tables: Reach['tables'] = [];
  const reach: Reach = { from: '', tables, conditions: [] };
  for (let index = 0; index < count; index++) {
    const table = tableOf(schema, random);
    const alias = `x${index}`;
    const source = `${table.name} AS ${alias}`;
    if (index === 0) reach.from = source;
    else {
      const link = join(alias, table, reach, random);
      const extra = chance(4, random) ? ` AND ${condition(alias, table, random)}` : '';
      if (chance(3, random)) {
        reach.from += `, ${source}`;
        reach.conditions.push(link);
      } else if (chance(6, random)) reach.from += ` LEFT JOIN ${source} ON ${link}${extra}`;
      else reach.from += ` JOIN ${source} ON ${link}${extra}`;
    }
    tables.push({ alias, table });
  }
  // A comma after ON is beyond the reader: such texts run as typed.
  return reach;
}

function join(alias: string, table: GeneratedTable, reach: Reach, random: Random): string {
  const other = oneOf(reach.tables, random);
  return `${alias}.${columnName(table, random)} = ${other.alias}.${columnName(other.table, random)}`;
}

function select(reach: Reach, conditions: readonly string[] | null, random: Random): string {
  const all = conditions ?? (chance(3, random) ? reach.conditions : [...reach.conditions, predicate(reach, random)]);
  const tail = `FROM ${reach.from}${where(all)}`;
  if (chance(6, random)) return `SELECT count(*), max(${columnIn(reach, random)}) ${tail}`;
  if (chance(8, random)) {
    const key = columnIn(reach, random);
    return `SELECT ${key}, count(*) AS n ${tail} GROUP BY ${key}${chance(2, random) ? ' HAVING count(*) > 1' : ''}${chance(2, random) ? ' ORDER BY n DESC, 1' : ''}`;
  }
  const columns = columnsOf(reach, random);
  const order = chance(3, random)
    ? ` ORDER BY ${columns.split(', ')[0]?.split(' AS ')[0] ?? '1'}${chance(2, random) ? ' DESC' : ''}`
    : '';
  return `SELECT ${chance(6, random) ? 'DISTINCT ' : ''}${chance(6, random) && order === '' ? '*' : columns} ${tail}${order}`;
}

function columnsOf(reach: Reach, random: Random): string {
  const count = 1 + random.below(3);
  return Array.from({ length: count }, (_, index) => {
    const column = columnIn(reach, random);
    return chance(4, random) ? `${column} AS c${index}` : chance(5, random) ? `${column} || '-'` : column;
  }).join(', ');
}

function predicate(reach: Reach, random: Random): string {
  const { alias, table } = oneOf(reach.tables, random);
  const one = condition(alias, table, random);
  return chance(5, random) ? `(${one} OR ${condition(alias, table, random)})` : one;
}

function condition(alias: string, table: GeneratedTable, random: Random): string {
  const { name, type } = oneOf(table.columns, random);
  const column = `${alias}.${name}`;
  const literal =
    type === 'TEXT' ? oneOf(["'a'", "'A'", "'b'", "'1'", '1'], random) : oneOf(['0', '1', '2', '1.0', "'1'"], random);
  return oneOf(
    [
      `${column} = ${literal}`,
      `${column} = ${literal}`,
      `${column} <> ${literal}`,
      `${column} > ${literal}`,
      `${column} <= ${literal}`,
      `${column} IS NULL`,
      `${column} IS NOT NULL`,
      `${column} IN (${literal}, 0)`,
      `${column} BETWEEN 0 AND 2`,
      `NOT ${column} = ${literal}`,
      `${column} LIKE 'a%'`,
    ],
    random,
  );
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

function columnIn(reach: Reach, random: Random): string {
  const { alias, table } = oneOf(reach.tables, random);
  return `${alias}.${columnName(table, random)}`;
}

function columnName(table: GeneratedTable, random: Random): string {
  return oneOf(table.columns, random).name;
}

function tableOf(schema: GeneratedSchema, random: Random): GeneratedTable {
  return oneOf(schema.tables, random);
}

function oneOf<Value>(values: readonly Value[], random: Random): Value {
  const value = values[random.below(values.length)];
  if (value === undefined) throw new Error('nothing to choose from');
  return value;
}

/** True once in `times`. */
function chance(times: number, random: Random): boolean {
  return random.below(times) === 0;
}

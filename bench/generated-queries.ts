/** Seeded schemas and queries that lean towards what each rule looks for. */
import type { Random } from '../src/core/ports.ts';
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
import { GROUP_GENERATORS } from './generated-groups.ts';
import { conditionQuery, conditionTable, isConditionRule } from './generated-predicates.ts';
import { SHAPE_GENERATORS } from './generated-shapes.ts';
import { SUBQUERY_GENERATORS } from './generated-subqueries.ts';

const TYPES = ['INTEGER', 'INTEGER', 'INTEGER', 'TEXT', 'TEXT', 'REAL', 'NUMERIC', ''];

export function generateSchema(random: Random, rule: string): GeneratedSchema {
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
    const [first] = tables;
    if (first && chance(3, random)) {
      parts.push(`ref INTEGER REFERENCES ${first.name}(id)`);
      columns.push({ name: 'ref', type: 'INTEGER', nullable: true });
    }
    if (chance(6, random)) parts.push('CHECK (id < 7)');
    tables.push({ name, columns });
    statements.push(`CREATE TABLE ${name}(${parts.join(', ')})${chance(8, random) ? ' WITHOUT ROWID' : ''};`);
    if (chance(3, random)) statements.push(`CREATE INDEX ${name}_i ON ${name}(${columns[1]?.name ?? 'id'});`);
  }
  if (isConditionRule(rule)) {
    const { sql, ...table } = conditionTable(random);
    tables.push(table);
    statements.push(sql);
  }
  return { sql: statements.join('\n'), tables };
}

/** A query that the rule may well apply to. */
export function generateQuery(rule: string, schema: GeneratedSchema, random: Random): string {
  const condition = conditionQuery(rule, random);
  if (condition !== null) return condition;
  const make = GENERATORS[rule] ?? GENERATORS['star-to-columns'];
  return make ? make(schema, random) : 'SELECT 1';
}

const GENERATORS: Readonly<Record<string, Generator>> = {
  ...SHAPE_GENERATORS,
  ...SUBQUERY_GENERATORS,
  ...GROUP_GENERATORS,
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
